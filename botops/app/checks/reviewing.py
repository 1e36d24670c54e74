"""What a reviewer does with a finding: "not a mistake" becomes an exception or a correction of the book, and a golden
case."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.access.acting import needs, require, require_own
from botops.app.checks.exceptions import term_problem
from botops.app.checks.second_person import refuse_alone, refuse_alone_for_all
from botops.app.container import new_id
from botops.app.releases.auditing import exception_subject
from botops.claims.exceptions import MOST_CHARACTERS, Exceptions, same_wording, says_nothing, suggested_wording
from botops.config.wording import suggestion
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.findings import Judgement
from botops.domain.messages import Message
from botops.domain.refusals import Refusal
from botops.domain.releases import AuditEntry, Deed
from botops.domain.reviews import ClaimException, FindingRef, Remedy, ReplyReview, ReplyVerdict, Review, Ruling

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date, datetime

    from botops.app.container import Container
    from botops.domain.findings import Finding, FindingKind, Verdict
    from botops.domain.turns import TurnRecord


@dataclass(frozen=True, slots=True)
class Said:
    """What a reviewer says of a finding. A false alarm needs a remedy; an exception an owner and its last day.

    `wording` may be longer than what the finding quotes, to let less pass; None takes `suggested_wording`.
    """

    finding: FindingRef
    ruling: Ruling
    by: str
    reason: str
    remedy: Remedy | None = None
    owner: str | None = None
    until: date | None = None
    wording: str | None = None


@needs(Right.EDIT)
def review(container: Container, said: Said) -> Review:
    """Keeps a ruling and what follows from it; a false alarm that an exception of today lets pass joins that one.

    A new exception asks for the right to approve: whoever writes prices and texts would else silence the check on their
    own mistake. Where the prompt's text needs a second person, so does the exception. Raises UserError when something
    is missing or it takes somebody else, and NotFoundError without such a finding.
    """
    require_own(said.by)
    _require(said.by, "who says so")
    _require(said.reason, "a reason")
    if (said.ruling is Ruling.FALSE_ALARM) != (said.remedy is not None):
        raise UserError(
            "a false alarm becomes an exception, a correction of the book or an example for the check: say which; "
            "other rulings none"
        )
    record = container.store.reads.turn(said.finding.turn_id)
    ref, finding, text = look_up(record, said.finding)
    now = container.clock.now()
    exception, joined = None, None
    if said.remedy is Remedy.EXCEPTION:
        joined = _excepted_by(container, finding, text)
        if joined is None:
            require(Right.APPROVE)
            refuse_alone(container, record, said.by)
            exception = _exception_for(container, said, ref, finding, text)
    made = Review(
        new_id(), ref, said.ruling, said.by.strip(), now, said.reason.strip(), said.remedy,
        exception.id if exception else joined,
    )  # fmt: skip
    kept = None if exception is None else (exception, _entry(container, exception))
    container.store.reply_reviews.rule(made, kept, _word_on_reply(container, record, made))
    container.exceptions.forget()
    return made


def _word_on_reply(container: Container, record: TurnRecord, made: Review) -> ReplyReview | None:
    """What a ruling says of the whole reply: nothing while a finding of it is open."""
    rulings = {**container.store.reviews.rulings([record.id]), made.finding: made}
    said = [rulings.get(found.ref) for found in findings_of(record)]
    if not all(said):
        return None
    wrong = any(one is not None and one.ruling is Ruling.CONFIRMED for one in said)
    verdict = ReplyVerdict.WRONG if wrong else ReplyVerdict.RIGHT
    return ReplyReview(record.id, verdict, made.by, made.at, made.reason)


@dataclass(frozen=True, slots=True)
class FindingOfTurn:
    """A finding of a turn under its one name, and the text it is about."""

    ref: FindingRef
    finding: Finding
    text: str


def findings_of(record: TurnRecord) -> tuple[FindingOfTurn, ...]:
    """A turn's findings, each once: those of its drafts, then those of what left."""
    drafts = [
        FindingOfTurn(FindingRef(record.id, place, position), finding, attempt.text)
        for place, attempt in enumerate(record.attempts)
        if attempt.verdict is not None
        for position, finding in enumerate(attempt.verdict.findings)
    ]
    known = {one.ref for one in drafts}
    own = [
        FindingOfTurn(ref, finding, record.reply or "")
        for position, finding in enumerate(record.verdict.findings if record.verdict else ())
        if (ref := canonical(record, FindingRef(record.id, -1, position))) not in known
    ]
    return (*drafts, *own)


def _excepted_by(container: Container, finding: Finding, text: str) -> str | None:
    """The id of the exception that lets a finding pass today: another one would change nothing."""
    known = Exceptions(container.store.reviews.exceptions())
    return next((f.exception for f in known.sort([finding], text, today(container))[1]), None)


def _exception_for(container: Container, said: Said, ref: FindingRef, finding: Finding, text: str) -> ClaimException:
    wording = (said.wording or suggested_wording(finding, text)).strip()
    made = _exception(container, wording, finding.kind, finding.sku, said.owner, said.reason, said.until, said.by, ref)
    if not Exceptions([made]).sort([finding], text, made.since)[1]:
        raise UserError(f"{wording!r} does not stand in the reply around {finding.quote!r}: it would change nothing")
    return made


@needs(Right.APPROVE)
def add_exception(
    container: Container, wording: str, kind: FindingKind, sku: str | None, *, owner: str, reason: str, until: date,
    by: str,
) -> ClaimException:  # fmt: skip
    """Keeps an exception that no finding stands behind: it is held to the second person of every text clients get now.
    Raises UserError and ConflictError."""
    _require(by, "who says so")
    _require(reason, "a reason")
    refuse_alone_for_all(container, by)
    current = container.books.current()
    if sku is not None and current is not None and sku not in current.compiled.skus:
        raise UserError(f"no product {sku!r} in the price book{suggestion(sku, sorted(current.compiled.skus))[:80]}")
    exception = _exception(container, wording.strip(), kind, sku, owner, reason, until, by, None)
    container.store.reviews.add_exception(exception, _entry(container, exception))
    container.exceptions.forget()
    return exception


@needs(Right.EDIT)
def revoke_exception(container: Container, exception_id: str, by: str) -> None:
    """Ends an exception now: the check gets stricter, which anybody who reviews may have. Raises NotFoundError,
    ConflictError when it was revoked already."""
    who = _require(by, "who says so")
    entry = AuditEntry(new_id(), container.clock.now(), who, Deed.EXCEPT_END, exception_subject(exception_id), "ended")
    container.store.reviews.revoke_exception(exception_id, who, entry)
    container.exceptions.forget()


def _entry(container: Container, made: ClaimException) -> AuditEntry:
    detail = {"kind": made.kind.value, "product": made.sku, "until": made.until.isoformat()}
    now = container.clock.now()
    return AuditEntry(new_id(), now, made.by, Deed.EXCEPT, exception_subject(made.id), made.reason, detail=detail)


def today(container: Container) -> date:
    """The day it is for exceptions: in the price book's time zone, or else the company's."""
    current = container.books.current()
    zone = current.compiled.zone if current else ZoneInfo(container.settings.company.timezone)
    return container.clock.now().astimezone(zone).date()


def canonical(record: TurnRecord, ref: FindingRef) -> FindingRef:
    """The one name of a finding: what is said of the turn's own verdict is said of the model call it judges."""
    if ref.attempt < 0 and record.verdict is not None:
        for place, attempt in reversed(tuple(enumerate(record.attempts))):
            if attempt.verdict is not None and attempt.verdict.findings == record.verdict.findings:
                return replace(ref, attempt=place)
    return ref


def look_up(record: TurnRecord, ref: FindingRef) -> tuple[FindingRef, Finding, str]:
    """A finding under its one name, with the text it is about. Raises NotFoundError."""
    ref = canonical(record, ref)
    verdict: Verdict | None = None
    text = record.reply or ""
    if ref.attempt < 0:
        verdict = record.verdict
    elif ref.attempt < len(record.attempts):
        verdict, text = record.attempts[ref.attempt].verdict, record.attempts[ref.attempt].text
    findings = verdict.findings if verdict else ()
    if not 0 <= ref.position < len(findings):
        raise NotFoundError(f"turn {ref.turn_id!r} has no finding {ref.position} of attempt {ref.attempt}")
    return ref, findings[ref.position], text


def golden_cases(container: Container) -> Iterator[dict[str, Any]]:
    """Reviewed false alarms as labelled dialogues, in the shape of `tests/golden/claims`: the dialogue up to the
    reply, and the findings that reply should have had. `x-review` says why; `x-unreviewed` counts the findings of the
    reply that nobody ruled on and that the label keeps."""
    done: set[tuple[str, int]] = set()
    for ruled, record in container.store.reviews.false_alarms():
        key = (record.id, ruled.finding.attempt)
        if key in done:
            continue
        done.add(key)
        _, _, text = look_up(record, ruled.finding)
        rulings = container.store.reviews.rulings([record.id])
        findings = _verdict_of(record, ruled.finding.attempt)
        left = {
            place: finding
            for place, finding in enumerate(findings)
            if (said := rulings.get(FindingRef(record.id, ruled.finding.attempt, place))) is None
            or said.ruling is not Ruling.FALSE_ALARM
        }
        yield _golden(container, record, text, left.values(), ruled) | {
            "x-unreviewed": sum(FindingRef(record.id, ruled.finding.attempt, place) not in rulings for place in left)
        }


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction of the price book somebody asked for. `mended` is True when today's book bears the claim out."""

    review: Review
    record: TurnRecord
    finding: Finding
    mended: bool


def corrections(container: Container) -> tuple[Correction, ...]:
    """The corrections of the book asked for, each judged again with the book in force and the day of its dialogue."""
    found = []
    for ruled, record in container.store.reviews.false_alarms(Remedy.BOOK):
        ref, finding, text = look_up(record, ruled.finding)
        messages = (*_before(container, record), Message("assistant", text, at=record.inbound.at))
        inbound = record.inbound
        verdict = container.guard.judge(messages, at=inbound.at, region=inbound.region, segment=inbound.segment)
        found.append(Correction(replace(ruled, finding=ref), record, finding, _borne_out(verdict, finding)))
    return tuple(found)


def _borne_out(verdict: Verdict, finding: Finding) -> bool:
    """True when a claim was judged and nothing is said of it any more; an exception does not mend a book."""
    if verdict.judgement is Judgement.NOT_JUDGED:
        return False
    left = (*verdict.findings, *verdict.excepted)
    return not any(f.kind is finding.kind and f.start < finding.end and finding.start < f.end for f in left)


def _verdict_of(record: TurnRecord, attempt: int) -> tuple[Finding, ...]:
    verdict = record.verdict if attempt < 0 else record.attempts[attempt].verdict
    return verdict.findings if verdict else ()


def _before(container: Container, record: TurnRecord) -> tuple[Message, ...]:
    """What was said before the reply of a turn."""
    said: list[Message] = []
    for earlier in container.store.reads.dialogue(record.inbound.dialogue_id):
        if earlier.number > record.number:
            break
        if earlier.inbound.text:
            said.append(Message("user", earlier.inbound.text, at=earlier.inbound.at))
        if earlier.number < record.number and earlier.reply:
            said.append(Message("assistant", earlier.reply, at=earlier.replied_at))
    return tuple(said)


def _golden(
    container: Container, record: TurnRecord, text: str, findings: Iterable[Finding], ruled: Review
) -> dict[str, Any]:
    before = _before(container, record)
    messages = [*before, Message("assistant", text)]
    labels = [{"kind": f.kind.value, "quote": f.quote} for f in findings]
    row: dict[str, Any] = {
        "id": f"review-{ruled.id[:12]}",
        "lang": record.language,
        "started_at": _moment(before, record).isoformat(),
        "price_book": container.books.path.name,
        "messages": [
            {"role": m.role, "content": m.content, **({"at": m.at.isoformat()} if m.at else {})} for m in messages
        ],
        "labels": [{"turn": len(messages) - 1, "hallucinated": bool(labels), "findings": labels}],
        "x-review": {
            "reason": ruled.reason,
            "remedy": ruled.remedy.value if ruled.remedy else None,
            "exception": ruled.exception_id,
        },
    }
    placed: Mapping[str, str | None] = {"region": record.inbound.region, "segment": record.inbound.segment}
    return row | {key: value for key, value in placed.items() if value is not None}


def _moment(before: tuple[Message, ...], record: TurnRecord) -> datetime:
    return next((m.at for m in before if m.at is not None), record.inbound.at)


def _exception(
    container: Container, wording: str, kind: FindingKind, sku: str | None, owner: str | None, reason: str,
    until: date | None, by: str, ref: FindingRef | None,
) -> ClaimException:  # fmt: skip
    if says_nothing(wording):
        raise UserError(f"{wording!r} says nothing by itself and would match anything: write what it is about")
    if len(wording) > MOST_CHARACTERS:
        raise UserError(f"a wording of over {MOST_CHARACTERS} characters would never be said again: take less of it")
    owner = _owner(container, owner)
    since = today(container)
    if until is None:
        raise UserError("an exception needs its last day")
    if problem := term_problem(since, until):
        raise UserError(problem)
    for known in container.store.reviews.exceptions():
        same = known.kind is kind and known.sku == sku and known.in_force(since)
        if same and same_wording(known.wording, wording):
            raise ConflictError(
                f"{known.wording!r} is excepted already, until {known.until} ({known.id})", known.id
            ).told_as(Refusal.EXCEPTED_ALREADY)
    return ClaimException(
        f"ex-{new_id()[:8]}", wording, kind, owner, reason.strip(), since, until, sku, by.strip(), ref
    )


def _owner(container: Container, owner: str | None) -> str:
    """The role that answers for an exception. Raises UserError for one that the team does not have."""
    from botops.app.prompts.state import role_titles

    name = _require(owner or "", "an owner, a role of the team")
    roles = role_titles(container.settings)
    if roles and name not in roles:
        raise UserError(f"no role {name!r} in {Path(container.settings.path('team')).name}{suggestion(name, roles)}")
    return name


def _require(text: str, what: str) -> str:
    if not text.strip():
        raise UserError(f"{what} is missing")
    return text.strip()
