"""Whether a suite would take a check, said before it is written into one."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from botops.config.wording import suggestion, wording
from botops.evals.checks.catalogue import Catalogue


def fault_of(check: Any, catalogue: Catalogue) -> str | None:
    """What is wrong with a check as a suite has it (`language`, `{max_length: 600}`); None when nothing is."""
    if isinstance(check, str):
        check = {check: None}
    if not isinstance(check, dict) or not check:
        return "a check is its name, or its name and its value: `max_length: 600`"
    for name, value in check.items():
        if name not in catalogue.ids():
            return f"unknown check{suggestion(name, sorted(catalogue.ids()), others='checks')}"
        try:
            catalogue[name].params.model_validate(value)
        except ValidationError as error:
            return f"{name}: {wording(error.errors(include_url=False)[0])}"
    return None
