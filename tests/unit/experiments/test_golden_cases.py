"""The methods against the shared numeric cases: every field, within its tolerance; what has no answer is refused."""

import dataclasses
import json
from pathlib import Path

import pytest

import botops.experiments

CASES = json.loads((Path(__file__).parents[2] / "golden/experiments/cases.json").read_text())["cases"]


def fields(result):
    return {f.name: getattr(result, f.name) for f in dataclasses.fields(result)}


def flat(value):
    return [x for v in value for x in flat(v)] if isinstance(value, list | tuple) else [value]


@pytest.mark.parametrize("case", CASES, ids=[c["id"] for c in CASES])
def test_case(case):
    method = getattr(botops.experiments, case["method"])
    if case["expected"].get("error"):
        with pytest.raises(ValueError, match=r"\w+ \w+"):
            method(**case["inputs"])
        return
    found = fields(method(**case["inputs"]))
    for name, expected in case["expected"].items():
        assert flat(found[name]) == pytest.approx(
            flat(expected), rel=case["tolerance"]["rel"], abs=case["tolerance"]["abs"]
        ), name
