"""`/v1/pricebook`: price books looked at, proposed, made live and taken back."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints, model_validator

from botops.app.pricebooks import book_releases, column_memory
from botops.app.pricebooks import candidate as book_candidate
from botops.app.pricebooks.canary import standing_alarm
from botops.domain.errors import ConflictError, UserError
from botops.domain.releases import Deed
from botops.http.proposals import ProposalReply, proposal_reply
from botops.http.releases import FAULTS, Checksum, Reason
from botops.http.schemas import Body, Id

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.pricebooks.candidate import Candidate
    from botops.domain.messages import Language
    from botops.domain.releases import AuditEntry
    from botops.registry.books import BookApproval, BookRelease, BookVersion

router = APIRouter(prefix="/v1/pricebook", tags=["releases"])
_NO_BOOK: dict[int | str, dict[str, Any]] = {400: FAULTS[400], 404: FAULTS[404]}
MOST_TEXT = 8_000_000
"""Characters of a price book over HTTP, some hundred thousand prices: reading it takes seconds beside clients' replies.
The command line takes larger ones."""
_Name = Annotated[str, StringConstraints(min_length=1, max_length=104)]
_Field = Annotated[str, StringConstraints(min_length=1, max_length=120)]
_Lines = Annotated[int, Query(ge=0, le=10_000, description="At most so many lines of changes.")]


class BookRequest(Body):
    """A price book: the text of a new one, or one that lies in the folder."""

    text: str | None = Field(
        None, min_length=1, max_length=MOST_TEXT, description="A new price book, YAML; JSON with `format`."
    )
    format: Literal["yaml", "json"] = "yaml"
    book: _Name | None = Field(None, description="Instead of `text`: the number or name of a book of the folder.")

    @model_validator(mode="after")
    def _one(self) -> BookRequest:
        if (self.text is None) == (self.book is None):
            raise ValueError("name either `text` or `book`")
        if self.book is not None and "format" in self.model_fields_set:
            raise ValueError("`format` is of `text`; a file says its own")
        return self


class ProposeBookRequest(BookRequest):
    """A price book that a second person is to look at."""

    by: Id = Field(description="Who proposes it.")
    reason: Reason


class PublishBookRequest(BookRequest):
    """The price book that is to go live, who says so and why."""

    by: Id = Field(description="Who publishes it.")
    reason: Reason
    anyway: bool = Field(False, description="Publish with warnings that the book in force does not have.")
    confirm: bool = Field(False, description="Yes, so much is meant to change.")
    expected: Checksum | None = Field(None, description="The SHA-256 of release.yaml that was seen.")


class RollbackBookRequest(Body):
    """Who goes back, why, and to which price book; without one to what was live before."""

    by: Id = Field(description="Who goes back.")
    reason: Reason
    to: _Name | None = Field(None, description="The number or name of a book that was live.")
    expected: Checksum | None = Field(None, description="The SHA-256 of release.yaml that was seen.")


class ColumnsRequest(Body):
    """How the columns of a price list were read, for the next one."""

    columns: dict[Annotated[str, StringConstraints(min_length=1, max_length=120)], _Field] = Field(
        max_length=200, description="Headers and what stood under them: `name`, `amount`, `attribute:colour`, `skip` …"
    )
    by: Id = Field(description="Who says so.")


class Step(BaseModel):
    """A publication or a rollback."""

    action: str
    book: str
    by: str
    at: datetime
    reason: str
    checksum: str = Field(description="SHA-256 of the book's file.")
    replaced: str | None = Field(description="The book that was live before.")
    approved_by: str | None


class LiveBook(Step):
    """What is live now, and the step that made it so."""

    release: str = Field(description="SHA-256 of release.yaml: name it as `expected` in the next step.")


class Book(BaseModel):
    """A price book of the folder."""

    name: str
    checksum: str
    state: Literal["live", "earlier", "new"]
    changed: bool = Field(description="True when its file is not the one that was published.")
    published: Step | None = Field(description="The last step that made it live.")


class Alarm(BaseModel):
    """Too many replies do not fit the price book since it went live."""

    at: datetime
    text: str
    action: str | None


class BooksReply(BaseModel):
    """The price books of the folder."""

    release: str = Field(description="SHA-256 of release.yaml, empty without one: name it as `expected`.")
    in_force: str | None = Field(description="What replies are checked by now, `FILE@SHA256`, the sum cut short.")
    alarm: Alarm | None
    books: list[Book]


class Suspicion(BaseModel):
    """What looks like a slip: `changed`, `moved`, `gone` or `currency`."""

    rule: str
    count: int
    of: int
    message: str
    examples: list[str]


class LookReply(BaseModel):
    """What a price book would change, and what somebody has to say yes to."""

    checksum: str
    instead_of: str | None
    release: str = Field(description="SHA-256 of release.yaml, empty without one: name it as `expected`.")
    changes: list[str]
    more: int = Field(description="Changes left out.")
    warnings: list[str]
    suspicions: list[Suspicion]
    needs: list[Literal["anyway", "confirm"]] = Field(description="What a publication has to say yes to.")


@router.get("", responses=_NO_BOOK, summary="The price books of the folder")
async def books(request: Request) -> BooksReply:
    """Which price book is live, what was and what may be, and the alarm about the live one."""
    return await asyncio.to_thread(_books, request.app.state.container)


@router.get("/history", responses=_NO_BOOK, summary="Publications and rollbacks of price books")
async def history(request: Request) -> list[Step]:
    """The steps that release.yaml holds, the newest first; `/v1/audit?subject=pricebook` knows older ones."""
    container: Container = request.app.state.container
    folder = book_candidate.book_folder(container.settings)
    release = await asyncio.to_thread(folder.release)
    return [Step(**_step(step)) for step in reversed(release.spec.approvals)] if release is not None else []


@router.get("/columns", summary="How the columns of price lists were read before")
async def known_columns(request: Request) -> dict[str, str]:
    """Fields by header, written small."""
    container: Container = request.app.state.container
    return await asyncio.to_thread(column_memory.remembered, container.settings)


@router.put("/columns", responses=FAULTS, summary="Remember how the columns of a price list were read")
async def remember_columns(request: Request, body: ColumnsRequest) -> dict[str, str]:
    """Keeps them for the next list with such headers; what is known of other headers stays."""
    container: Container = request.app.state.container
    return await asyncio.to_thread(column_memory.remember, container, body.columns, by=body.by)


@router.post("/look", responses=_NO_BOOK, summary="Look at a price book before it goes live")
async def look(
    request: Request, body: BookRequest, language: Literal["ru", "kk", "en"] = "ru", most: _Lines = 200
) -> LookReply:
    """What would change, what is new to warn of and what looks like a slip. Writes nothing; errors are a 400."""
    container: Container = request.app.state.container
    return await asyncio.to_thread(_look, container, body, language, most)


@router.post("/propose", status_code=201, responses=FAULTS, summary="Propose a price book")
async def propose(request: Request, body: ProposeBookRequest) -> ProposalReply:
    """Puts a price book forward; `/v1/proposals/{id}/decide` says yes or no to exactly these prices."""
    container: Container = request.app.state.container
    return proposal_reply(await asyncio.to_thread(_propose, container, body))


@router.post("/publish", responses=FAULTS, summary="Make a price book live")
async def publish(request: Request, body: PublishBookRequest) -> LiveBook:
    """Makes a price book live, when everything botops.yaml asks for has happened. Warnings need `anyway`, what looks
    like a slip needs `confirm`: without them it is a 400 that says what they are."""
    container: Container = request.app.state.container
    return _live(await asyncio.to_thread(_publish, container, body))


@router.post("/rollback", responses=FAULTS, summary="Go back to the price book that was live before")
async def rollback(request: Request, body: RollbackBookRequest) -> LiveBook:
    """Makes the price book live again that was live before. Needs no approval."""
    container: Container = request.app.state.container
    release = await asyncio.to_thread(
        book_releases.rollback_book, container, by=body.by, reason=body.reason, to=body.to, expected=body.expected
    )
    return _live(release)


def _books(container: Container) -> BooksReply:
    folder = book_candidate.book_folder(container.settings)
    release = folder.release()
    found = folder.versions()
    current = container.books.current()
    alarm = standing_alarm(container.store, current) if current is not None else None
    return BooksReply(
        release=release.checksum if release is not None else "",
        in_force=current.identity if current is not None else None,
        alarm=_alarm(alarm) if alarm is not None else None,
        books=[_book(version, alone=release is None and len(found) == 1) for version in found],
    )


def _candidate(container: Container, body: BookRequest, language: Language = "ru") -> Candidate:
    settings, now = container.settings, container.clock.now()
    if body.book is not None:
        return book_candidate.candidate_inside(settings, body.book, now, language)
    return book_candidate.candidate_text(settings, f"new.{body.format}", (body.text or "").encode(), now, language)


def _look(container: Container, body: BookRequest, language: Language, most: int) -> LookReply:
    found = _candidate(container, body, language)
    changes = found.report.lines(language) if found.report is not None else []
    return LookReply(
        checksum=found.checksum, instead_of=found.live.name if found.live is not None else None,
        release=found.expected, changes=changes[:most], more=max(len(changes) - most, 0),
        warnings=[p.text() for p in found.warnings],
        suspicions=[
            Suspicion(rule=s.rule, count=s.count, of=s.of, message=s.message, examples=list(s.examples))
            for s in found.suspicions
        ],
        needs=list(found.needs()),
    )  # fmt: skip


def _propose(container: Container, body: ProposeBookRequest) -> Any:
    return book_releases.propose_book(container, _candidate(container, body), by=body.by, reason=body.reason)


def _publish(container: Container, body: PublishBookRequest) -> BookRelease:
    found = _candidate(container, body)
    if body.expected is not None and body.expected != found.expected:
        raise ConflictError("another price book went live since you looked: look again, then publish")
    said = {"anyway": body.anyway, "confirm": body.confirm}
    if missing := [name for name in found.needs() if not said[name]]:
        told = [*(p.text() for p in found.warnings if "anyway" in missing)]
        told += [s.message for s in found.suspicions if "confirm" in missing]
        raise UserError(f"nothing was published: {'; '.join(told)}: if it is meant so, say {' and '.join(missing)}")
    return book_releases.publish_book(container, found, by=body.by, reason=body.reason)


def _book(version: BookVersion, *, alone: bool) -> Book:
    state: Literal["live", "earlier", "new"] = "earlier" if version.released else "new"
    return Book(
        name=version.name, checksum=version.checksum, state="live" if version.live or alone else state,
        changed=version.changed, published=Step(**_step(version.published)) if version.published else None,
    )  # fmt: skip


def _alarm(entry: AuditEntry) -> Alarm:
    assert entry.deed is Deed.ALARM
    action = entry.detail.get("action")
    return Alarm(at=entry.at, text=entry.reason, action=str(action) if action is not None else None)


def _live(release: BookRelease) -> LiveBook:
    return LiveBook(**_step(release.spec.approvals[-1]), release=release.checksum)


def _step(step: BookApproval) -> dict[str, Any]:
    return {
        "action": step.action.value, "book": step.version, "by": step.by, "at": step.at, "reason": step.reason,
        "checksum": step.checksum, "replaced": step.replaced, "approved_by": step.approved_by,
    }  # fmt: skip
