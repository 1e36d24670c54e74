"""An assertion about a bot's reply, for tests of any framework or none:

from botops.testing import assert_reply_supported

def test_the_price_is_the_one_in_force():
    reply = my_bot("Сколько стоит тариф «Магазин»?")
    assert_reply_supported(reply, price_book="prices.yaml", at=date(2026, 11, 21), messages=["Сколько стоит …?"])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import get_args

from botops.claims import CheckResult, CompiledBook, compile_book, judge
from botops.claims.compile import ready
from botops.claims.shown import worded
from botops.domain.errors import UserError
from botops.domain.findings import Finding, FindingKind
from botops.domain.messages import Language, Message, Role
from botops.evals.reports.texts import encodable, visible
from botops.pricebook import PriceBook, import_table, load

Said = Message | Mapping[str, str] | str
"""A message before the reply: botops's own, one as the OpenAI format has it, or the text of a client's."""

_TABLES = frozenset({".csv", ".xlsx"})
_ROLES: Mapping[str, Role] = {role: role for role in get_args(Role)}


def assert_reply_supported(
    reply: str,
    *,
    price_book: Path | str | PriceBook | CompiledBook,
    at: datetime | date,
    messages: Sequence[Said] = (),
    region: str | None = None,
    segment: str | None = None,
    kinds: Iterable[FindingKind | str] = tuple(FindingKind),
    language: Language = "en",
) -> CheckResult:
    """Holds a reply to the price book: every price, discount, code and term it states must be in force.

    `price_book` is a file (YAML, JSON, CSV or XLSX) or a loaded book; one compiled with `botops.claims.compile_book`
    carries a company's own checks too. `at` is the moment of the reply, a day meaning its noon: a test that judges by
    the day it runs on would fail when a price expires. `messages` are what was said before, oldest first; `tool`
    messages count as evidence. `kinds` are the kinds of claims to look at; `language` is that of explanations.

    Gives the whole result, so that a test may look at the claims that are right. Raises AssertionError that shows the
    reply, each quote, what it states, what the book has and why; and when the reply could not be judged. Raises
    UserError for a price book that cannot be read, and ValueError for arguments that mean nothing.
    """
    __tracebackhide__ = True
    book = _compiled(price_book)
    wanted = frozenset(FindingKind(kind) for kind in kinds)
    moment = at if isinstance(at, datetime) else datetime.combine(at, time(12), book.zone)
    said = [*map(_message, messages), Message("assistant", reply)]
    result = judge(said, book, at=moment, region=region, segment=segment)
    found = [finding for finding in result.findings if finding.kind in wanted]
    if found:
        told = _told(reply, found, book.book, f"{moment:%Y-%m-%d}", language)
        # What a bot said may hold what steers a terminal, or half of a surrogate pair.
        raise AssertionError(encodable("\n".join(map(visible, told))))
    if result.failures:  # as in the guard, a reply that nobody could look at is not a supported one
        first = result.failures[0]
        raise AssertionError(f"the reply could not be judged: the check {first.check!r} failed ({first.error!r})")
    return result


def _told(reply: str, findings: Sequence[Finding], book: PriceBook, day: str, language: Language) -> Iterator[str]:
    version = f" (version {book.version})" if book.version else ""
    yield f"the reply states what the price book{version} does not support on {day}:"
    yield ""
    yield from _marked(reply, findings)
    for number, finding in enumerate(findings, start=1):
        yield ""
        yield f"{number}. {finding.kind} ({finding.severity.label}): «{' '.join(finding.quote.split())}»"
        yield f"   stated:   {worded(finding.stated, language)}"
        yield f"   expected: {worded(finding.expected or 'the book has nothing near it', language)}"
        yield f"   {finding.explanation(language)}"


def _marked(reply: str, findings: Sequence[Finding]) -> Iterator[str]:
    """The reply line by line, each quote between «⟦» and «⟧»; one inside another is not marked again."""
    pieces: list[str] = []
    place = 0
    for finding in sorted(findings, key=lambda f: (f.start, -f.end)):
        if finding.start >= place:
            pieces += [reply[place : finding.start], "⟦", reply[finding.start : finding.end], "⟧"]
            place = finding.end
    for line in ("".join(pieces) + reply[place:]).splitlines():
        yield f"    {line}"


def _message(said: Said) -> Message:
    if isinstance(said, Message):
        return said
    if isinstance(said, str):
        return Message("user", said)
    role, content = _ROLES.get(said.get("role", "")), said.get("content")
    if role is None or not isinstance(content, str):
        raise ValueError(f"no message: {dict(said)!r}. Give a role ({', '.join(_ROLES)}) and a content")
    return Message(role, content, said.get("name"))


def _compiled(book: Path | str | PriceBook | CompiledBook) -> CompiledBook:
    if isinstance(book, Path | str):
        path = Path(book).resolve()
        stat = path.stat() if path.exists() else None
        return _of_file(path, (stat.st_mtime_ns, stat.st_size) if stat is not None else None)
    return ready(book)


@lru_cache(maxsize=8)
def _of_file(path: Path, stamp: tuple[int, int] | None) -> CompiledBook:
    """The book of a file as it stood at `stamp`, its time and size. Raises UserError."""
    if path.suffix.lower() not in _TABLES:
        return compile_book(load(path))
    result = import_table(path)
    if result.book is None:
        raise UserError(problems=[p for p in result.problems if p.level == "error"])
    return compile_book(result.book)
