"""The file of a result, written by `eval run --json`: JSON with a version of its format, and a schema."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from botops.domain.errors import UserError
from botops.evals.result import SCHEMA_VERSION, RunResult

_VERSION = re.compile(rb'\s*{\s*"schema_version":\s*(\d{1,9})\b')


@lru_cache(maxsize=1)
def _adapter() -> TypeAdapter[RunResult]:
    return TypeAdapter(RunResult)


def dump(result: RunResult, *, brief: bool = False) -> str:
    """A result as JSON, ending in a line break; `brief` leaves out what is as it is by default."""
    data = _adapter().dump_python(result, mode="json", exclude_defaults=brief)
    return json.dumps({"schema_version": result.schema_version, **data}, ensure_ascii=False, indent=1) + "\n"


def load(path: Path) -> RunResult:
    """A result from its JSON file. Raises UserError when it is none."""
    try:
        text = path.read_bytes()
        written = _VERSION.match(text)
        if written and int(written[1]) != SCHEMA_VERSION:
            raise UserError(
                f"{path}: written in version {int(written[1])} of the format, this botops reads {SCHEMA_VERSION}: "
                "run the evals again"
            )
        return _adapter().validate_json(text)
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror}") from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        said = f"{where}: {first['msg']}" if where else first["msg"]
        raise UserError(f"{path}: no result of `botops eval run --json` ({said})") from error


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a result's file."""
    schema = _adapter().json_schema(mode="serialization")
    schema["properties"]["schema_version"] = {"const": SCHEMA_VERSION}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "botops eval result"}
