"""An archive played back: rendered and judged again, and every difference named. Needs neither a project nor a
network; nothing is unpacked to the disk."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import unified_diff
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

import botops
from botops.app.checks.extensions import ExtensionChoice, load_extensions
from botops.app.guard import ClaimGuard
from botops.app.pricebooks.books import BookInForce, identity_of
from botops.app.prompts.archive import (
    DIALOGUE,
    EXCEPTIONS,
    LET_PASS,
    RECORD,
    RENDER,
    SAID,
    TERMS,
    TURN,
    checker_fingerprint,
)
from botops.app.prompts.prompting import built_ins
from botops.claims import Extensions
from botops.claims.exceptions import Exceptions
from botops.claims.own_file import OwnClaimsFile
from botops.config import parse, validate
from botops.config.json_reader import read_json
from botops.config.settings import Company
from botops.domain.errors import UserError
from botops.domain.findings import Verdict
from botops.domain.messages import Message
from botops.domain.prompts import Assignment, RenderedPrompt
from botops.domain.turns import Action
from botops.pricebook import load_bytes
from botops.registry.exchange.packing import MAX_ARCHIVE_BYTES, unpack
from botops.registry.partials import PartialFile, Partials
from botops.registry.version import read_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botops.domain.turns import TurnRecord
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion

_MOST_LINES = 20
_VERDICT = TypeAdapter(Verdict)


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing looked at. `same` is None when it cannot be told; `detail` says how it differs, or why not."""

    what: str
    same: bool | None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of playing an archive back."""

    subject: Mapping[str, Any]
    compared: tuple[Compared, ...]

    @property
    def same(self) -> bool:
        """True when everything that could be compared is the same."""
        return all(one.same is not False for one in self.compared)


def replay(path: Path) -> Replay:
    """Plays an archive back. Raises UserError when it is no archive of ours or was changed."""
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_ARCHIVE_BYTES + 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}): check the name and the rights") from error
    manifest, members = unpack(raw, str(path))
    subject = manifest.get("subject")
    if not isinstance(subject, dict):
        raise UserError(f"{path}: the manifest does not say what the archive is of")
    return Replay(subject, tuple(_Player(str(path), manifest, members).compared()))


class _Player:
    """One archive being played back."""

    def __init__(self, file: str, manifest: Mapping[str, Any], members: Mapping[str, bytes]) -> None:
        self.file = file
        self.manifest = manifest
        self.members = members

    def compared(self) -> Iterator[Compared]:
        yield Compared("hashes", True, f"{len(self.members)} files")
        lacking = self.manifest.get("lacking")
        for line in lacking if isinstance(lacking, list) else ():
            yield Compared("archive", None, str(line))
        yield from self._versions()
        try:
            yield from self._contents()
        except (ValidationError, LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            said = " ".join(str(error).split())[:300]
            raise UserError(f"{self.file}: its files are not as botops writes them ({said})") from error

    def _versions(self) -> Iterator[Compared]:
        for name, now in (("botops", botops.__version__), ("checker", checker_fingerprint())):
            then = self.manifest.get(name)
            if then != now:
                detail = f"{str(then)[:12]} made it, {now[:12]} plays it back: verdicts may differ for that"
                yield Compared(name, None, detail)

    def _contents(self) -> Iterator[Compared]:
        record = RECORD.validate_python(self._json(TURN)) if TURN in self.members else None
        render = self._json(RENDER) if RENDER in self.members else None
        book = None
        if render is not None:
            book, identity = self._book(render)
            yield from self._rendered(render, record, book)
        else:
            book, identity = self._only_book(record)
        if record is not None:
            yield from self._judged(record, book, identity)

    def _json(self, name: str) -> Any:
        return read_json(self.members[name].decode(), f"{self.file}/{name}")

    def _book(self, render: Mapping[str, Any]) -> tuple[PriceBook | None, str]:
        if render["book"] is None:
            return None, ""
        member = render["book"]["member"]
        raw = self.members[member]
        return load_bytes(raw, f"{self.file}/{member}"), identity_of(render["book"]["name"], sha256(raw).hexdigest())

    def _only_book(self, record: TurnRecord | None) -> tuple[PriceBook | None, str]:
        names = [name for name in self.members if name.startswith("pricebook/")]
        said = record.verdict.book if record and record.verdict else None
        if not names or said is None:
            return None, ""
        raw = self.members[names[0]]
        stem = said.partition("@")[0]
        return load_bytes(raw, f"{self.file}/{names[0]}"), identity_of(f"{stem}.yaml", sha256(raw).hexdigest())

    def _version(self, render: Mapping[str, Any]) -> PromptVersion:
        name, number = render["prompt"]["name"], int(render["prompt"]["version"])
        shared = []
        for member, raw in self.members.items():
            parts = member.split("/")
            if parts[:2] == ["prompts", "_partials"]:
                shared.append(PartialFile(parts[2], int(Path(parts[3]).stem), f"{self.file}/{member}", raw))
        member = f"prompts/{name}/{number or 'draft'}.yaml"
        return read_version(self.members[member], f"{self.file}/{member}", name, number, Partials(shared))

    def _rendered(
        self, render: Mapping[str, Any], record: TurnRecord | None, book: PriceBook | None
    ) -> Iterator[Compared]:
        version = self._version(render)
        wanted = record.assignment.ref.checksum if record and record.assignment else render["prompt"]["checksum"]
        yield Compared("prompt file", version.ref.checksum == wanted, f"{version.ref} {version.ref.checksum[:12]}")
        if render["messages"] is None:
            yield Compared("rendered prompt", None, "it could not be rendered when the archive was made")
            return
        company = Company(name=render["company"]["name"], timezone=render["company"]["timezone"])
        at = datetime.fromisoformat(render["at"])
        values = {**render["examples"], **built_ins(company, book, at, render["language"], render["channel"])}
        messages = version.render(values)
        then = "\n".join(f"[{m['role']}]\n{m['content']}" for m in render["messages"])
        now = "\n".join(f"[{m.role}]\n{m.content}" for m in messages)
        yield Compared("rendered prompt", then == now, "byte for byte" if then == now else _difference(then, now))
        if record is not None:
            checksum = RenderedPrompt(Assignment(version.ref), messages).checksum
            if record.rendered is None:
                yield Compared("prompt as sent", None, "its hash was not recorded with the turn")
            else:
                same = checksum == record.rendered
                detail = checksum[:12] if same else f"sent was {record.rendered[:12]}, rendered now {checksum[:12]}"
                yield Compared("prompt as sent", same, detail)

    def _judged(self, record: TurnRecord, book: PriceBook | None, identity: str) -> Iterator[Compared]:
        if book is None:
            yield Compared("verdict", None, "there is no price book to judge by")
            return
        extensions, missing = self._extensions()
        if missing:
            yield Compared("own checks", None, missing)
        exceptions = Exceptions(LET_PASS.validate_python(self._json(EXCEPTIONS)))
        source = _OneBook(BookInForce(book, extensions, Path("book.yaml"), identity))
        said = SAID.validate_python(self._json(DIALOGUE))
        inbound = record.inbound
        before = (*said, Message("user", inbound.text, at=inbound.at))
        for number, (text, verdict) in enumerate(_judged_texts(record), 1):
            yield Compared(f"price book of verdict {number}", verdict.book == identity, f"{verdict.book} / {identity}")
            guard = ClaimGuard(source, lambda: exceptions)
            now = guard.judge(
                (*before, Message("assistant", text, at=inbound.at)), at=inbound.at, region=inbound.region,
                segment=inbound.segment,
            )  # fmt: skip
            yield Compared(f"verdict {number}", *_same_verdict(verdict, now))

    def _extensions(self) -> tuple[Extensions, str]:
        own = OwnClaimsFile()
        if TERMS in self.members:
            own = validate(parse(self.members[TERMS].decode(), f"{self.file}/{TERMS}"), OwnClaimsFile)
        words, terms = own.compiled()
        names = tuple(str(name) for name in self.manifest["subject"].get("checks", ()))
        try:
            checks = load_extensions(ExtensionChoice(None, names)).checks
        except UserError:
            return Extensions(words, terms, ()), f"not installed here, so left out: {', '.join(names)}"
        return Extensions(words, terms, checks), ""


class _OneBook:
    """One price book for ever."""

    def __init__(self, book: BookInForce) -> None:
        self._book = book

    def current(self) -> BookInForce:
        """The book."""
        return self._book


def _judged_texts(record: TurnRecord) -> Iterator[tuple[str, Verdict]]:
    """Every text of a turn that was judged, and the verdict: candidates as the model gave them, the last one as it
    left, when it left."""
    judged = [(a.text, a.verdict) for a in record.attempts if a.verdict is not None]
    left = record.action in {Action.PASSED, Action.FLAGGED, Action.REPAIRED}
    if record.verdict is not None and record.reply is not None and (left or not judged):
        judged = [*judged[:-1], (record.reply, record.verdict)]
    yield from judged


def _as_kept(verdict: Verdict) -> Verdict:
    """A verdict without what is not kept with a turn: the wording for prompts; the book is compared apart."""
    findings, excepted = (
        tuple(replace(f, in_prompt={}) for f in some) for some in (verdict.findings, verdict.excepted)
    )
    return replace(verdict, book=None, findings=findings, excepted=excepted)


def _same_verdict(then: Verdict, now: Verdict) -> tuple[bool, str]:
    before, after = (_VERDICT.dump_python(_as_kept(v), mode="json") for v in (then, now))
    if before == after:
        return True, f"{now.judgement.value}, {now.claims} claims, {len(now.findings)} findings"
    return False, _difference(
        *(json.dumps(one, ensure_ascii=False, indent=1, sort_keys=True) for one in (before, after))
    )


def _difference(then: str, now: str) -> str:
    lines = list(unified_diff(then.splitlines(), now.splitlines(), "then", "now", lineterm="", n=0))[:_MOST_LINES]
    return "\n".join(lines) or "line ends or other invisible characters differ"
