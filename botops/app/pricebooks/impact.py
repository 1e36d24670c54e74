"""What a new price book would touch: prompts, eval cases, dialogues under way, promises that still stand."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from botops.app.checks.stored import judged_turns, messages_of
from botops.app.prompts.text import blanked
from botops.claims.check import local
from botops.claims.dialogues import Dialogue, parse_dialogues
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.domain.problems import Problem
from botops.domain.promises import PromiseKind
from botops.evals.suite import lint_against_book, read_suite
from botops.registry import text_spans
from botops.registry.sharing import versions_in_use

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime
    from pathlib import Path

    from botops.claims.impact import BookChange, Touched
    from botops.domain.messages import Language
    from botops.domain.turns import TurnRecord
    from botops.evals.model import Case, Suite
    from botops.registry import Registry
    from botops.store.reads import Reads

Where = Literal["prompt", "case", "dialogue", "promise"]
_SINCE = {"ru": "с {day}: ", "kk": "{day} бастап: ", "en": "from {day} on: "}
_SPOKEN = {
    "ru": "речь идёт о том, что меняется: {names}",
    "kk": "сөз өзгеретін нәрсе туралы: {names}",
    "en": "it is about {names}, which changes",
}


@dataclass(frozen=True, slots=True)
class Affected:
    """One place that quotes what changes.

    Prompts and cases stand at `line` and `column` of a `file`, at `path` in it; dialogues and promises in the turn
    `turn` of `dialogue_id`. `breaks` is True when what is said there ceases to be right on `day`.
    """

    where: Where
    quote: str
    day: date
    breaks: bool
    explanations: Mapping[str, str]
    file: str = ""
    line: int = 0
    column: int = 0
    path: str = ""
    dialogue_id: str = ""
    turn: int = 0
    sku: str | None = None

    def message(self, language: Language, today: date) -> str:
        """What is quoted, from when on it changes, and how."""
        since = _SINCE[language].format(day=f"{self.day:%d.%m.%Y}") if self.day > today else ""
        quote = " ".join(self.quote.split())
        return f"«{quote}»: {since}{self.explanations[language]}"

    def problem(self, language: Language, today: date) -> Problem:
        """As a problem that points into its file."""
        rule = "price-change-breaks" if self.breaks else "price-change-touches"
        level: Literal["error", "warning"] = "error" if self.breaks else "warning"
        return Problem(self.file, self.line, self.column, self.path, self.message(language, today), level, rule)

    def row(self, language: Language, today: date) -> dict[str, Any]:
        """As a JSON row."""
        place = {"dialogue_id": self.dialogue_id, "turn": self.turn}
        if self.file:
            place = {"file": self.file, "line": self.line, "column": self.column, "path": self.path}
        return {
            "where": self.where,
            **place,
            "quote": self.quote,
            "breaks": self.breaks,
            "from": self.day.isoformat(),
            "sku": self.sku,
            "message": self.message(language, today),
        }


def affected_prompts(registry: Registry, change: BookChange) -> Iterator[Affected]:
    """Texts of the versions somebody may be served, of the newest ones and of drafts."""
    for name in registry.names():
        for version in versions_in_use(registry, name):
            for span in text_spans(version):
                text = blanked(span.text)
                for touched in _in_text(text, change):
                    line, column = span.position(touched.start)
                    yield _at("prompt", touched, span.file, line, column, span.path)


def _in_text(text: str, change: BookChange) -> list[Touched]:
    found = list(change.touched((Message("assistant", text),)))
    return found + [g for g in change.gone(text) if not any(g.start < t.end and t.start < g.end for t in found)]


def _at(where: Where, touched: Touched, file: str, line: int, column: int, path: str) -> Affected:
    return Affected(
        where, touched.quote, touched.day, touched.breaks, touched.explanations, file, line, column, path,
        sku=touched.sku,
    )  # fmt: skip


def affected_cases(folder: Path, change: BookChange, books: Sequence[Path]) -> Iterator[Affected | Problem]:
    """Suites and dialogues below a folder that are judged by one of these books (or by the project's, naming none).

    A case happens at its own moment: it is touched when the new book says something else about that moment. A Problem
    stands in the place of a file or row that cannot be read.
    """
    ours = {b.resolve() for b in books}
    for file in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        if "suites" not in file.relative_to(folder).parts:
            continue
        try:
            suite = read_suite(file)
        except UserError as error:
            yield from error.problems
            continue
        if suite.price_book is None or suite.price_book.resolve() in ours:
            yield from _in_suite(suite, change)
    for file in sorted(folder.rglob("*.jsonl")):
        if "dialogues" in file.relative_to(folder).parts:
            yield from _in_dialogues(file, change, ours)


def _in_suite(suite: Suite, change: BookChange) -> Iterator[Affected]:
    for number, case in enumerate(suite.cases):
        place = ("cases", number)
        for index, message in enumerate(case.history):
            if message.role == "assistant":
                said = case.history[: index + 1]
                yield from _in_case(suite, case, said, (*place, "history", index, "content"), change)
        for index, line in enumerate(case.lines):
            asked = (Message("user", line.text),)
            # The client's own words are no claim of ours, yet a case that quotes a price wants another one.
            told = (Message("assistant", line.text),)
            for found in _in_case(suite, case, told, (*place, "turns", index, "client"), change):
                yield _softened(found)
            for expectation in line.expect:
                for n, text in enumerate(getattr(expectation.params, "texts", ())):
                    if expectation.check.id == "must_contain":
                        path = (*expectation.path, "texts", n)
                        yield from _in_case(suite, case, (*asked, Message("assistant", text)), path, change)
    known = {(p.line, p.column, p.message) for p in lint_against_book(suite, change.report.old)}
    for problem in lint_against_book(suite, change.report.new):
        if (problem.line, problem.column, problem.message) not in known:
            texts = dict.fromkeys(("ru", "kk", "en"), problem.message)
            yield Affected(
                "case", problem.path.rsplit(".", 1)[-1], change.on, True, texts, problem.file, problem.line,
                problem.column, problem.path,
            )  # fmt: skip


def _softened(found: Affected) -> Affected:
    return replace(found, breaks=False)


def _in_case(
    suite: Suite, case: Case, said: Sequence[Message], path: tuple[str | int, ...], change: BookChange
) -> Iterator[Affected]:
    last = len(said) - 1
    for touched in change.touched(said, region=case.region, segment=case.segment, at=case.at):
        if touched.index == last:
            file, line, column = _place_of(suite, path, touched.quote)
            yield _at("case", touched, file, line, column, ".".join(map(str, path)))


def _place_of(suite: Suite, path: tuple[str | int, ...], quote: str) -> tuple[str, int, int]:
    """Where a quote stands in the suite's files: in the value's own lines, else where the value begins."""
    value = suite.problem(path, "", rule="")
    file, line, column = value.file, value.line, value.column
    if file != suite.document.file:  # a row of the cases' own file is one line
        return file, line, column
    text = suite.document.text
    lines = text.splitlines(keepends=True)
    start = sum(map(len, lines[: line - 1])) + column - 1
    found = text.find(quote, start, start + 20_000)
    if found < 0:
        return file, line, column
    return file, text.count("\n", 0, found) + 1, found - (text.rfind("\n", 0, found) + 1) + 1


def _in_dialogues(file: Path, change: BookChange, ours: set[Path]) -> Iterator[Affected | Problem]:
    try:
        raw = file.read_bytes().split(b"\n")
    except OSError as error:
        yield Problem(str(file), 0, 0, "", f"cannot be read ({error.strerror})", rule="unreadable")
        return
    for row in parse_dialogues(raw, str(file)):
        if isinstance(row, Problem):
            yield row
        elif not row.price_book or (file.parent / row.price_book).resolve() in ours:
            line = raw[row.line - 1].decode("utf-8", "replace")
            yield from _in_dialogue(file, row, line, change)


def _in_dialogue(file: Path, row: Dialogue, line: str, change: BookChange) -> Iterator[Affected]:
    at = local(row.started_at, change.old)
    for touched in change.touched(row.messages, region=row.region, segment=row.segment, at=at):
        content = row.messages[touched.index].content
        column = _column(line, content, touched.start)
        yield _at("case", touched, str(file), row.line, column, f"messages.{touched.index}.content")


def _column(line: str, content: str, offset: int) -> int:
    """The column of an offset of a text inside a line of JSON; 1 when the text is written there in an unusual way."""
    for ascii_only in (False, True):
        at = line.find(json.dumps(content, ensure_ascii=ascii_only))
        if at >= 0:
            return at + len(json.dumps(content[:offset], ensure_ascii=ascii_only)[:-1]) + 1
    return 1


def affected_dialogues(
    reads: Reads,
    change: BookChange,
    *,
    promised_since: datetime,
    open_since: datetime,
    looked: Callable[[], None] | None = None,
) -> Iterator[Affected]:
    """Promises that still stand among the replies since a moment, and dialogues under way: those spoken in since the
    other moment that quote what changes or name a product of it. A dialogue is told of once, at its latest such turn.
    `looked` is called after each dialogue.
    """
    said: list[TurnRecord] = []
    for record in reads.turns(min(promised_since, open_since)):
        if said and said[-1].inbound.dialogue_id != record.inbound.dialogue_id:
            yield from _in_stored(reads, said, change, promised_since, open_since)
            said = []
            if looked is not None:
                looked()
        said.append(record)
    if said:
        yield from _in_stored(reads, said, change, promised_since, open_since)


def _in_stored(
    reads: Reads, recent: Sequence[TurnRecord], change: BookChange, promised_since: datetime, open_since: datetime
) -> Iterator[Affected]:
    records = recent if recent[0].number == 1 else reads.dialogue(recent[0].inbound.dialogue_id)
    first = records[0].inbound
    messages = messages_of(records)
    texts = [m for _, m in messages]
    found = change.touched(texts, region=first.region, segment=first.segment)
    held = _held_until(records, change) if found else {}
    for touched in found:
        record = messages[touched.index][0]
        lapsed = held.get((record.id, touched.sku), touched.day) < touched.day
        if record.inbound.at >= promised_since and not lapsed:
            yield Affected(
                "promise", touched.quote, touched.day, touched.breaks, touched.explanations,
                dialogue_id=first.dialogue_id, turn=record.number, sku=touched.sku,
            )  # fmt: skip
    if records[-1].inbound.at < open_since:
        return
    quoted = [(messages[t.index][0], t) for t in found]
    spoken = [(record, m.content, named) for record, m in messages if (named := change.named(m.content))]
    if quoted:
        record, touched = quoted[-1]
        yield Affected(
            "dialogue", touched.quote, touched.day, touched.breaks, touched.explanations,
            dialogue_id=first.dialogue_id, turn=record.number, sku=touched.sku,
        )  # fmt: skip
    elif spoken:
        record, content, skus = spoken[-1]
        names = ", ".join(p.name for s in skus[:3] if (p := change.report.old.product(s)) is not None)
        told = {language: text.format(names=names) for language, text in _SPOKEN.items()}
        yield Affected(
            "dialogue", content[:120], change.days[0], False, told,
            dialogue_id=first.dialogue_id, turn=record.number, sku=skus[0],
        )  # fmt: skip


def _held_until(records: Sequence[TurnRecord], change: BookChange) -> dict[tuple[str, str | None], date]:
    """Until when a turn said that the price of a product is held."""
    return {
        (record.id, promise.sku): promise.valid_until
        for record, result in judged_turns(records, change.old)
        for promise in (result.promises() if result is not None else ())
        if promise.kind is PromiseKind.RESERVATION and promise.valid_until is not None
    }
