"""Reading the tables of words that lie beside the checker's code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def shipped(file: Path) -> Any:
    """What a YAML file of the package holds. Read by the C parser, where the wheel has it: the tables are read at the
    start of every process, and were most of a price book's first compilation."""
    return yaml.load(file.read_bytes(), Loader=_LOADER)  # noqa: S506 - a safe loader by either name
