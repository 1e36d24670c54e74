"""promptfoo's assertions as checks of ours, where there is an equal one."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from math import ceil
from typing import Any

from botops.evals.checks.catalogue import Catalogue
from botops.evals.importing.entry import Entry
from botops.evals.importing.expecting import fault_of
from botops.evals.importing.notes import Notes

Check = dict[str, Any]

_LONGEST_PATTERN = 1000
_BEST_GRADE = 5
_VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_TEMPLATE = re.compile(r"\{\{|\{%|\{#")
_ESCAPED = re.compile(r"\\.", re.DOTALL)
_BRIEF = re.compile(
    r"(?P<type>(?:not-)?trajectory:[a-z-]+|[a-z][a-z0-9-]*)(?:\((?P<threshold>\d+(?:\.\d+)?)\))?(?::(?P<value>.*))?",
    re.DOTALL,
)
_MINDING = ("contains", "contains-all", "contains-any")
_LISTS = frozenset({"contains-all", "contains-any", "icontains-all", "icontains-any"})
_OLD_NAMES = {"fn": "javascript", "eval": "javascript", "grade": "llm-rubric"}
_OTHERS = frozenset(
    "answer-relevance bleu classifier contains-html contains-json contains-sql contains-xml context-faithfulness "
    "context-recall context-relevance conversation-relevance factuality finish-reason g-eval gleu guardrails is-html "
    "is-refusal is-sql is-valid-function-call is-valid-openai-function-call is-valid-openai-tools-call is-xml "
    "javascript latency levenshtein max-score meteor model-graded-factuality "
    "moderation perplexity perplexity-score pi python rouge-n ruby search-rubric select-best similar tool-call-f1 "
    "trace-error-spans trace-span-count trace-span-duration webhook word-count agent-rubric".split()
)
"""Types without an equal check here; in a table an unknown word is no type but the text that is expected."""
_CHANGING = ("transform", "contextTransform")


class NoEqualError(ValueError):
    """An assertion that no check here can stand for. The message says why."""


@dataclass(frozen=True, slots=True)
class Assertions:
    """Turns assertions into checks of the catalogue. `variables` are the test's, for `{{name}}` in values; `templates`
    are those that `$ref` can name."""

    notes: Notes
    catalogue: Catalogue
    variables: Mapping[str, str]
    templates: Entry | None = None

    def checks(self, listed: Entry | None) -> Iterator[Check]:
        """The checks that a list of assertions becomes. What has no equal is noted with its place and reason."""
        for entry in listed.items() if listed is not None else ():
            try:
                yield from self._checks(entry)
            except NoEqualError as error:
                kind = entry.get("type")
                named = f"`{kind.data}`: " if kind is not None and isinstance(kind.data, str) else ""
                self.notes.lost(entry, f"{named}{error}")

    def _checks(self, entry: Entry) -> Iterator[Check]:
        entry = self._resolved(entry)
        kind = entry.get("type")
        if kind is None or not isinstance(kind.data, str):
            raise NoEqualError("an assertion without a type")
        for key in _CHANGING:
            if entry.get(key) is not None:
                raise NoEqualError(f"`{key}` changes the reply before it is looked at")
        weight = entry.get("weight")
        if weight is not None and weight.data == 0:
            raise NoEqualError("with the weight 0 it decides nothing")
        if kind.data == "assert-set":
            if entry.get("threshold") is not None:
                raise NoEqualError("only a share of the set has to hold, here every check has to")
            yield from self.checks(entry.get("assert"))
            return
        yield self._check(entry, kind.data)

    def _check(self, entry: Entry, kind: str) -> Check:
        negated = kind.startswith("not-")
        base = kind.removeprefix("not-")
        make = _EQUALS.get(base)
        if make is None:
            raise NoEqualError("there is no equal check here")
        if base in _MINDING:
            self.notes.changed(entry, f"`{kind}` minds case there; here it does not")
        check = make(self, entry, base, negated)
        if not check.keys() <= set(self.catalogue.ids()):
            raise NoEqualError("there is no equal check here")
        fault = fault_of(check, self.catalogue)
        if fault is not None:
            raise NoEqualError(fault)
        return check

    def _resolved(self, entry: Entry) -> Entry:
        reference = entry.get("$ref")
        if reference is None:
            return entry
        name = str(reference.data).rpartition("/")[2]
        found = self.templates.get(name) if self.templates is not None else None
        if found is None:
            raise NoEqualError(f"`{reference.data}` names no template of this file")
        return found

    def _value(self, entry: Entry) -> str:
        value = entry.get("value")
        text = value.text() if value is not None else None
        if text is None:
            raise NoEqualError("its value is no text")
        return self._filled(text)

    def _values(self, entry: Entry) -> list[str]:
        value = entry.get("value")
        if value is None:
            raise NoEqualError("it has no value")
        if isinstance(value.data, str):
            return [part.strip() for part in next(csv.reader([value.data], skipinitialspace=True), []) if part.strip()]
        texts = [item.text() for item in value.items()]
        if not texts or None in texts:
            raise NoEqualError("its value is no list of texts")
        return [self._filled(text) for text in texts if text]

    def _filled(self, text: str) -> str:
        if text.startswith("file://"):
            raise NoEqualError("its value stands in another file")
        filled = _VARIABLE.sub(lambda m: self.variables.get(m[1], m[0]), text)
        if _TEMPLATE.search(filled):
            raise NoEqualError("its value is a template")
        if not filled.strip():
            raise NoEqualError("its value is empty")
        return filled

    def _words(self, entry: Entry, base: str, negated: bool) -> Check:
        if base not in _LISTS:
            return {"must_not_contain" if negated else "must_contain": self._value(entry)}
        texts = self._values(entry)
        some = base.endswith("any")
        if negated:
            if not some and len(texts) > 1:
                raise NoEqualError("it forbids the texts together, here each would be forbidden")
            return {"must_not_contain": texts}
        return {"must_contain": {"texts": texts, "any_of": True} if some else texts}

    def _pattern(self, entry: Entry, base: str, negated: bool) -> Check:
        value = self._value(entry)
        exact = _minding_case(value if base == "regex" else re.escape(value))
        pattern = {"regex": exact, "starts-with": rf"\A{exact}", "equals": rf"\A{exact}\Z"}[base]
        if len(pattern) > _LONGEST_PATTERN:
            raise NoEqualError(f"longer than the {_LONGEST_PATTERN} characters of an expression")
        try:
            re.compile(pattern)
        except re.error as error:
            raise NoEqualError(f"no regular expression of Python: {error}") from error
        return {"regex": {"pattern": pattern, "absent": True} if negated else pattern}

    def _limit(self, entry: Entry, base: str, negated: bool) -> Check:
        threshold = entry.get("threshold")
        limit = threshold.data if threshold is not None else None
        if negated or isinstance(limit, bool) or not isinstance(limit, int | Decimal) or limit <= 0:
            raise NoEqualError("it needs a `threshold` above 0 that the reply must stay under")
        # promptfoo counts milliseconds, we count seconds; both count dollars.
        return {"max_latency": Decimal(limit) / 1000} if base == "latency" else {"max_cost": Decimal(limit)}

    def _json(self, entry: Entry, base: str, negated: bool) -> Check:
        if negated:
            raise NoEqualError("there is no equal check here")
        value = entry.get("value")
        schema = value.unpacked().data if value is not None and value.data != "" else {}
        if not isinstance(schema, dict):
            raise NoEqualError("its value is no JSON Schema")
        return {"json_schema": {"schema": schema}}

    def _graded(self, entry: Entry, base: str, negated: bool) -> Check:
        if negated:
            raise NoEqualError("a criterion that must not be met: write what the reply must be instead")
        criterion = self._value(entry)
        for key in ("provider", "rubricPrompt"):
            if (own := entry.get(key)) is not None:
                self.notes.changed(own, f"`{key}`: the judge of the run grades")
        threshold = entry.get("threshold")
        if threshold is None:
            return {"rubric": criterion}
        share = threshold.data
        if isinstance(share, bool) or not isinstance(share, int | Decimal) or not 0 <= share <= 1:
            raise NoEqualError("its `threshold` is no number from 0 to 1")
        # A share of the way from the worst grade, 1, to the best one; the worst is never enough.
        return {"rubric": {"criterion": criterion, "least": max(2, ceil(1 + share * (_BEST_GRADE - 1)))}}


_EQUALS: Mapping[str, Callable[[Assertions, Entry, str, bool], Check]] = {
    **dict.fromkeys(("contains", "icontains", *_LISTS), Assertions._words),
    **dict.fromkeys(("regex", "starts-with", "equals"), Assertions._pattern),
    "is-json": Assertions._json,
    **dict.fromkeys(("latency", "cost"), Assertions._limit),
    **dict.fromkeys(("llm-rubric", "model-graded-closedqa"), Assertions._graded),
}


def _minding_case(pattern: str) -> str:
    """Our expressions do not mind case, promptfoo's do."""
    plain = _ESCAPED.sub("", pattern)
    return f"(?-i:{pattern})" if plain.upper() != plain.lower() else pattern


def from_cell(cell: Entry) -> Entry:
    """An assertion in the short form of tables (`contains: text`, `similar(0.8): text`) in the long one."""
    text = str(cell.data).strip()
    brief = _BRIEF.fullmatch(text)
    if text.startswith("file://"):
        language = "python" if ".py" in text else "javascript"
        return replace(cell, data={"type": language, "value": text})
    kind = _OLD_NAMES.get(brief["type"], brief["type"]) if brief else ""
    base = kind.removeprefix("not-")
    if brief is None or not (base in {*_EQUALS, *_OTHERS} or base.startswith("trajectory:")):
        return replace(cell, data={"type": "equals", "value": text})
    data: dict[str, Any] = {"type": kind, "value": (brief["value"] or "").strip()}
    if brief["threshold"]:
        data["threshold"] = Decimal(brief["threshold"])
    return replace(cell, data=data)
