"""Reads suites: YAML (or JSON) with positions, every problem at once, and a JSON Schema for editors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, partial
from os.path import normpath
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    create_model,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from botops.config import Strict, read, validate
from botops.config.rows import Row, read_rows
from botops.config.settings import runs_no_code
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.messages import Language, Message
from botops.domain.problems import Problem
from botops.evals.case_rows import MOST_PROBLEMS, CaseRows, problem_at, rows_file
from botops.evals.checks.base import filled
from botops.evals.checks.catalogue import Catalogue, installed
from botops.evals.gate_rules import GateSpec, gate_problems
from botops.evals.model import Case, ClientLine, ClientProfile, Expectation, Suite
from botops.pricebook import PriceBook

MAX_BYTES = 4_000_000
"""Largest suite file."""

ID_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
Text = Annotated[str, Field(min_length=1)]


@dataclass(frozen=True)
class _OrText:
    """Adds the short form to the JSON Schema of what may be written as a text too."""

    schema: Mapping[str, Any]

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"anyOf": [dict(self.schema), handler(schema)]}

    def __hash__(self) -> int:
        return id(self)


class SaidBefore(Strict):
    """A message of the recorded beginning of a dialogue."""

    role: Literal["user", "assistant", "tool"]
    content: str


class ClientSpec(Strict):
    """A simulated client instead of written lines, played by the simulator or by the language model `model`."""

    goal: Literal["price", "buy", "compare", "haggle", "terms", "recommend", "human", "browse"] = "price"
    persona: Literal["plain", "polite", "terse", "chatty"] = "plain"
    language: Language = "ru"
    patience: int = Field(default=6, ge=1, le=50, description="The most messages the client writes.")
    seed: int = 7
    budget: Decimal | None = Field(default=None, gt=0)
    things: tuple[Text, ...] = ()
    model: Annotated[str, Field(min_length=1), AfterValidator(runs_no_code)] | None = None
    brief: str = Field(default="", max_length=4_000, description="What a language model is told besides.")

    @model_validator(mode="after")
    def _brief_for_a_model(self) -> Self:
        if self.brief and self.model is None:
            raise ValueError("a `brief` is for a language model: name it as `model`")
        return self


class CasesFile(Strict):
    """The cases in a JSON Lines file: one case a line, written as in `cases`."""

    file: Path = Field(description="Relative to this file.")


class Circumstances(Strict):
    """What a dialogue happens under; in a case it overrides the suite's defaults."""

    language: Language | None = Field(default=None, description="The client's language when the channel tells it.")
    channel: str | None = None
    region: str | None = None
    segment: str | None = None


@dataclass(frozen=True)
class SuiteReader:
    """Reads suites that may use the checks of a catalogue."""

    catalogue: Catalogue

    def read(self, path: Path) -> Suite:
        """A suite. Raises UserError with every problem as `file:line:col: path: message`."""
        document = read(path, max_bytes=MAX_BYTES)
        file = rows_file(document)
        spec: Any = validate(document, self.model if file is None else self._head)
        specs, rows = (spec.cases, None) if file is None else self._rows(file)
        problems = list(_problems(spec, specs, partial(problem_at, document, rows)))
        if problems:
            raise UserError(problems=problems[:MOST_PROBLEMS])
        base = Path(document.file).parent
        suite = Suite(
            spec.name,
            Path(document.file),
            spec.at,
            tuple(self._case(case, number, spec) for number, case in enumerate(specs)),
            spec.description,
            Path(normpath(base / spec.price_book)) if spec.price_book else None,
            spec.prompt,
            spec.gate.rules() if spec.gate else None,
            document,
            rows,
        )
        problems = list(gate_problems(suite, self.catalogue))
        if problems:
            raise UserError(problems=problems)
        return suite

    def check_row(self, row: Row) -> None:
        """Raises UserError when a row is no case."""
        validate(row, self._case_spec)

    def _rows(self, file: Path) -> tuple[list[Any], CaseRows]:
        """The cases of a JSON Lines file, read row by row. Raises UserError with the problems of its rows."""
        specs, lines, numbers, problems = [], [], [], list[Problem]()
        for row in read_rows(file):
            try:
                if isinstance(row, UserError):
                    raise row
                specs.append(validate(row, self._case_spec))
                lines.append(row.text)
                numbers.append(row.number)
            except UserError as error:
                problems += error.problems
            if len(problems) >= MOST_PROBLEMS:
                break
        if not (specs or problems):
            problems.append(Problem(str(file), 1, 1, "", "no case: write one JSON object a line", rule="empty"))
        if problems:
            raise UserError(problems=problems)
        return specs, CaseRows(file, tuple(lines), tuple(numbers))

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of a suite's file, for completion and checking in editors."""
        schema = self.model.model_json_schema()
        for part in (schema, *schema.get("$defs", {}).values()):
            _allow_own_keys(part)
        return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "botops eval suite"}

    @cached_property
    def model(self) -> type[BaseModel]:
        """The pydantic model of a suite's file with its cases in it."""
        case: Any = self._case_spec
        listed = Annotated[tuple[case, ...], AfterValidator(filled), _OrText(CasesFile.model_json_schema())]
        return create_model("Suite", __base__=self._head, cases=(listed, ...))

    @cached_property
    def _head(self) -> type[BaseModel]:
        """The pydantic model of a suite's file whose cases are in another one."""
        defaults = create_model("Defaults", __base__=Circumstances, expect=self._listed)
        return create_model(
            "SuiteHead",
            __base__=Strict,
            name=(Annotated[str, Field(pattern=ID_PATTERN)], ...),
            description=(str, ""),
            price_book=(Path | None, Field(default=None, description="Relative to this file; default: the project's.")),
            prompt=(str | None, Field(default=None, description="The prompt's name; default: the project's.")),
            at=(AwareDatetime, Field(description="The moment of the dialogues, with its offset.")),
            defaults=(defaults, defaults()),
            gate=(GateSpec | None, Field(default=None, description="What a run must reach; default: every case.")),
            cases=(CasesFile, ...),
        )

    @cached_property
    def _case_spec(self) -> type[BaseModel]:
        """The pydantic model of a case."""
        turn = create_model("ClientTurn", __base__=Strict, client=(Text, ...), expect=self._listed)
        line = Annotated[turn, BeforeValidator(_line), _OrText({"type": "string", "minLength": 1})]
        return create_model(
            "Case",
            __base__=Circumstances,
            id=(Annotated[str, Field(pattern=ID_PATTERN)], ...),
            turns=(tuple[line, ...], Field(default=(), description="What the client writes, in order.")),
            client=(ClientSpec | None, Field(default=None, description="A simulated client instead of `turns`.")),
            history=(tuple[SaidBefore, ...], Field(default=(), description="Said before; not judged.")),
            at=(AwareDatetime | None, None),
            tags=(tuple[Text, ...], ()),
            weight=(float, Field(default=1.0, gt=0)),
            owner=(str, ""),
            origin=(str, Field(default="", description="Where the case comes from: a link, or dialogue:ID#TURN.")),
            without=(tuple[Text, ...], Field(default=(), description="Default checks that this case is spared.")),
            expect=self._listed,
        )

    @cached_property
    def _listed(self) -> Any:
        expect: Any = self._expect_model()
        return (tuple[expect, ...], Field(default=(), description="What is expected; one check or several an item."))

    def _expect_model(self) -> Any:
        fields: dict[str, Any] = {
            check.id: (check.params, Field(default=None, description=check.about)) for check in self.catalogue
        }
        model = create_model("Expectation", __base__=Strict, **fields)
        # A check whose parameters all have defaults may be written as its name alone.
        alone = [c.id for c in self.catalogue if not any(f.is_required() for f in c.params.model_fields.values())]
        return Annotated[model, BeforeValidator(self._named), _OrText({"enum": alone})]

    def _named(self, value: Any) -> Any:
        """A check without parameters may be written as its name alone."""
        if not isinstance(value, str):
            return value
        if value not in self.catalogue.ids():
            raise ValueError(f"unknown check{suggestion(value, sorted(self.catalogue.ids()), others='checks')}")
        return {value: None}

    def _case(self, spec: Any, number: int, suite: Any) -> Case:
        place: tuple[str | int, ...] = ("cases", number)
        defaults = suite.defaults
        expected = [
            e for e in self._expectations(defaults.expect, ("defaults", "expect")) if e.check.id not in spec.without
        ]
        own = self._expectations(spec.expect, (*place, "expect"))
        return Case(
            spec.id,
            spec.at or suite.at,
            tuple(
                ClientLine(t.client, tuple(self._expectations(t.expect, (*place, "turns", n, "expect"))))
                for n, t in enumerate(spec.turns)
            ),
            ClientProfile(**spec.client.model_dump()) if spec.client else None,
            tuple(Message(m.role, m.content) for m in spec.history),
            (*expected, *own),
            spec.tags,
            spec.weight,
            spec.owner,
            spec.origin,
            spec.channel or defaults.channel or "web",
            spec.language or defaults.language,
            spec.region or defaults.region,
            spec.segment or defaults.segment,
        )

    def _expectations(self, items: Iterable[Any], path: tuple[str | int, ...]) -> Iterator[Expectation]:
        for number, item in enumerate(items):
            for check in self.catalogue:
                if check.id in item.model_fields_set:
                    yield Expectation(check, getattr(item, check.id), (*path, number, check.id))


def read_suite(path: Path) -> Suite:
    """A suite that uses the installed checks. Raises UserError."""
    return SuiteReader(installed()).read(path)


def lint_against_book(suite: Suite, book: PriceBook) -> list[Problem]:
    """Expectations that make no sense with the price book on the day of their case."""
    found: dict[tuple[tuple[str | int, ...], str], Problem] = {}
    for case in suite.cases:
        day = case.at.astimezone(ZoneInfo(book.timezone)).date()
        for expectation in case.expectations:
            message = expectation.check.lint(expectation.params, book, day)
            if message:
                problem = suite.problem(expectation.path, message, rule="expectation")
                found.setdefault((expectation.path, message), problem)
    return list(found.values())


def _line(value: Any) -> Any:
    return {"client": value} if isinstance(value, str) else value


def _problems(spec: Any, cases: Sequence[Any], problem: Callable[..., Problem]) -> Iterator[Problem]:
    seen: set[str] = set()
    default_ids = {name for item in spec.defaults.expect for name in item.model_fields_set}
    for number, case in enumerate(cases):
        place: tuple[str | int, ...] = ("cases", number)
        if case.id in seen:
            yield problem((*place, "id"), f"`{case.id}` is there already: rename one", rule="duplicate-id")
        seen.add(case.id)
        if bool(case.turns) == (case.client is not None):
            yield problem(place, "a case has either `turns` or a `client`", rule="case-lines", of="key")
        for index, name in enumerate(case.without):
            if name not in default_ids:
                message = f"`{name}` is not among the default checks{suggestion(name, sorted(default_ids))}"
                yield problem((*place, "without", index), message, rule="unknown-check")
        expected = bool(case.expect) or any(turn.expect for turn in case.turns) or bool(default_ids - {*case.without})
        if not expected:
            yield problem(place, "nothing is expected: add `expect`", rule="case-expects", of="key")


def _allow_own_keys(schema: dict[str, Any]) -> None:
    for part in (schema, *schema.get("anyOf", ())):
        if part.get("additionalProperties") is False:
            part["patternProperties"] = {"^x-": {}}
