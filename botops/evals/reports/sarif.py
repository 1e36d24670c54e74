"""SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"): failures with places, as code hosts read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from botops.domain.problems import Problem
from botops.evals.reports.texts import encodable

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(problems: Sequence[Problem], labels: Mapping[str, Mapping[str, str]], version: str) -> str:
    """The JSON document. `version` is that of botops. `labels` name checks by their id; a rule is a
    check's id, narrowed after a slash."""
    rules = list(dict.fromkeys(problem.rule for problem in problems))
    driver = {"name": "botops eval", "version": version, "rules": [_rule(rule, labels) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(problem, rules.index(problem.rule)) for problem in problems],
    }
    return (
        encodable(json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=1))
        + "\n"
    )


def _rule(rule: str, labels: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    check = rule.partition("/")[0]
    return {"id": rule, "shortDescription": {"text": labels.get(check, {}).get("en", rule)}}


def _result(problem: Problem, rule: int) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(PurePath(problem.file).as_posix())}}
    if problem.line:
        place["region"] = {"startLine": problem.line, "startColumn": problem.column}
    told = "\0".join((problem.file, problem.rule, problem.message))
    return {
        "ruleId": problem.rule,
        "ruleIndex": rule,
        "level": problem.level,
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
        "partialFingerprints": {"failure/v1": sha256(encodable(told).encode()).hexdigest()},
    }
