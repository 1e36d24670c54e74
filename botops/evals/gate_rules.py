"""The rules of a gate as they are written in a suite's file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from botops.config import Strict
from botops.config.wording import suggestion
from botops.domain.problems import Problem
from botops.evals.checks.catalogue import Catalogue
from botops.evals.model import Case, GateRules, Suite, TagRules

_LEAST, _MOST = ("≥", ">="), ("≤", "<=")
_WRITTEN = re.compile(r"(?P<sign>[≥≤]|[<>]=)?\s*(?P<number>[+-]?\d{1,9}(?:[.,]\d{1,6})?)\s*(?P<unit>%|\$|s|с)?")


class _Number:
    """A number that may be written as in a sentence: `≥ 95 %`, `≤ +10 %`, `0.02 $`, `4 s`."""

    def __init__(self, signs: tuple[str, str], units: str, example: str) -> None:
        self._signs, self._units, self._example = signs, units, example

    def __call__(self, value: Any) -> Any:
        """The number; what is no text is left to pydantic."""
        if not isinstance(value, str):
            return value
        found = _WRITTEN.fullmatch(value.strip())
        if found is None or (found["unit"] or self._units[0]) not in self._units:
            raise ValueError(f"`{value}` is no such limit: write it as `{self._example}`")
        if found["sign"] and found["sign"] not in self._signs:
            raise ValueError(f"`{value}` points the wrong way: write it as `{self._example}`")
        return float(found["number"].replace(",", "."))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [handler(schema), {"type": "string", "examples": [self._example]}]}


def _number(signs: tuple[str, str], units: str, example: str) -> tuple[BeforeValidator, _Number]:
    reader = _Number(signs, units, example)
    return BeforeValidator(reader), reader


_SHARE, _LIMIT = _number(_LEAST, "%", "≥ 95 %"), _number(_MOST, "%", "≤ 5 %")
_RISE = _number(_MOST, "%", "≤ +10 %")
_DOLLARS, _SECONDS = _number(_MOST, "$", "≤ 0.02 $"), _number(_MOST, "sс", "≤ 4 s")
Share = Annotated[float, Field(ge=0, le=100), _SHARE[0], _SHARE[1]]
Limit = Annotated[float, Field(ge=0, le=100), _LIMIT[0], _LIMIT[1]]
Rise = Annotated[float, Field(ge=-100, allow_inf_nan=False), _RISE[0], _RISE[1]]
Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False), _DOLLARS[0], _DOLLARS[1]]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False), _SECONDS[0], _SECONDS[1]]


class TagSpec(Strict):
    """What the cases with a tag must reach."""

    pass_rate: Share | None = Field(default=None, description="Share of these cases that must pass, in percent.")
    checks: dict[str, Share] = Field(
        default_factory=dict, description="Share of these cases that must meet a check, of those that ask it."
    )


def _brief(value: Any) -> Any:
    """`kk: 95 %` stands for `kk: {pass_rate: 95 %}`."""
    return {"pass_rate": value} if isinstance(value, int | float | str) and not isinstance(value, bool) else value


class _OrShare:
    """Adds the short form to the JSON Schema."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [{"type": ["number", "string"]}, handler(schema)]}


class GateSpec(Strict):
    """What each prompt version and model must reach. Without `gate` every case must pass."""

    pass_rate: Share | None = Field(default=None, description="Share of cases that must pass, in percent.")
    checks: dict[str, Share] = Field(
        default_factory=dict, description="Share of cases that must meet a check, of those that ask it."
    )
    tags: dict[str, Annotated[TagSpec, BeforeValidator(_brief), _OrShare()]] = Field(
        default_factory=dict, description="The same for the cases with a tag: a share, or `pass_rate` and `checks`."
    )
    judged: int = Field(default=1, ge=1, description="Cases that must have been judged, at least.")
    flaky: Limit | None = Field(
        default=None, description="Share of repeated cases whose runs may disagree, in percent, at most."
    )
    max_cost_per_dialogue: Dollars | None = Field(default=None, description="Dollars a dialogue may cost on average.")
    max_latency_p95: Seconds | None = Field(
        default=None, description="Seconds within which 95 of 100 turns are answered. Not asked of a simulation."
    )
    new_failures: int | None = Field(default=0, ge=0, description="Cases that may fail and had not in the baseline.")
    cost_per_dialogue: Rise | None = Field(
        default=None, description="By how many percent a dialogue may be dearer than in the baseline."
    )
    latency_p95: Rise | None = Field(
        default=None, description="By how many percent the latency of 95 of 100 turns may be longer."
    )

    def rules(self) -> GateRules:
        """The same as plain values."""
        return GateRules(
            **self.model_dump(exclude={"tags"}),
            tags={tag: TagRules(spec.pass_rate, spec.checks) for tag, spec in self.tags.items()},
        )


def gate_problems(suite: Suite, catalogue: Catalogue) -> Iterator[Problem]:
    """Rules that no case of the suite could break: a gate that asks nothing must not look like one that does."""
    rules = suite.gate
    if rules is None:
        return
    yield from _unasked(suite, catalogue, ("gate", "checks"), rules.checks, suite.cases)
    known = {tag for case in suite.cases for tag in case.tags}
    for tag, of_tag in rules.tags.items():
        if tag not in known:
            message = f"no case has this tag{suggestion(tag, sorted(known), others='tags')}"
            yield suite.document.problem(("gate", "tags", tag), message, rule="unknown-tag", of="key")
            continue
        cases = [case for case in suite.cases if tag in case.tags]
        yield from _unasked(suite, catalogue, ("gate", "tags", tag, "checks"), of_tag.checks, cases)
    if rules.judged > len(suite.cases):
        message = f"the suite has {len(suite.cases)} cases: ask for no more of them to be judged"
        yield suite.document.problem(("gate", "judged"), message, rule="too-many-cases")


def _unasked(
    suite: Suite, catalogue: Catalogue, place: tuple[str, ...], checks: Collection[str], cases: Collection[Case]
) -> Iterator[Problem]:
    asked = {e.check.id for case in cases for e in case.expectations}
    for check in checks:
        if check not in catalogue.ids():
            message = f"unknown check{suggestion(check, sorted(catalogue.ids()), others='checks')}"
            yield suite.document.problem((*place, check), message, rule="unknown-check", of="key")
        elif check not in asked:
            message = f"no case asks `{check}`: expect it in one, or take the rule out"
            yield suite.document.problem((*place, check), message, rule="unasked-check", of="key")
