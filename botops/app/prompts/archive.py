"""Archives that reproduce a served reply: the texts, the prices, what was sent and said, and how it was judged.

For a turn: the prompt version with its shared texts and release, the price book in force, what was said before, the
whole record as stored (personal data masked), the exceptions of that day. For a prompt: the same as far as no client
has to do with it, rendered with its examples. See `botops.app.prompts.replay` for the way back.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter

import botops
from botops.app.pricebooks.books import identity_of
from botops.app.prompts.prompting import built_ins
from botops.config import as_json
from botops.domain.errors import UserError
from botops.domain.messages import Message
from botops.domain.prompts import Assignment, RenderedPrompt
from botops.domain.reviews import ClaimException
from botops.domain.turns import TurnRecord
from botops.pricebook import load_bytes
from botops.registry.exchange.files import json_text
from botops.registry.exchange.packing import pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botops.app.container import Container
    from botops.app.pricebooks.books import Books
    from botops.config import Settings
    from botops.domain.messages import Language
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion, Registry

RENDER, TURN, DIALOGUE, EXCEPTIONS, TERMS = (
    "render.json", "turn.json", "dialogue.json", "exceptions.json", "claims/terms.yaml",
)  # fmt: skip
_BOOKS = frozenset({".yaml", ".yml", ".json"})

RECORD = TypeAdapter(TurnRecord)
SAID = TypeAdapter(tuple[Message, ...])
LET_PASS = TypeAdapter(tuple[ClaimException, ...])


@dataclass(slots=True)
class Gathered:
    """What goes into an archive. `lacking` says what could not be found or is not as it was: with anything there the
    reply cannot be reproduced for certain."""

    subject: dict[str, Any]
    members: dict[str, bytes] = field(default_factory=dict)
    lacking: list[str] = field(default_factory=list)

    def packed(self, *, zipped: bool) -> bytes:
        """The archive's bytes, the same for the same contents."""
        manifest = {
            "subject": self.subject, "botops": botops.__version__, "checker": checker_fingerprint(),
            "lacking": list(self.lacking),
        }  # fmt: skip
        members = {**self.members, "README.md": _readme(self).encode()}
        return pack(members, manifest, zipped=zipped)


@dataclass(frozen=True, slots=True)
class _Book:
    raw: bytes
    name: str
    book: PriceBook

    @property
    def checksum(self) -> str:
        return sha256(self.raw).hexdigest()

    @property
    def member(self) -> str:
        return f"pricebook/book{Path(self.name).suffix}"


@dataclass(frozen=True, slots=True)
class _Moment:
    """When and how a prompt was filled in; `examples` stand for values a caller would supply."""

    at: datetime
    language: Language
    channel: str
    examples: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))


@cache
def checker_fingerprint() -> str:
    """SHA-256 of the checker's own source: two alike judge alike."""
    root = Path(botops.__file__).parent
    whole = sha256()
    for file in sorted(f for room in ("claims", "pricebook") for f in (root / room).rglob("*.py")):
        whole.update(f"{file.relative_to(root).as_posix()}\n".encode() + file.read_bytes())
    return whole.hexdigest()


def gather_turn(container: Container, turn_id: str) -> Gathered:
    """Everything a stored turn was made of; it is named by its id, or as `DIALOGUE/NUMBER`. Raises NotFoundError,
    StoreError."""
    record = _turn(container, turn_id)
    inbound = record.inbound
    found = Gathered({"turn": record.id, "at": inbound.at.isoformat(), "dialogue": inbound.dialogue_id})
    found.members[TURN] = _json(RECORD.dump_python(record, mode="json"))
    found.members[DIALOGUE] = _json(SAID.dump_python(_said_before(container, record), mode="json"))
    version = _version_of(container, record, found)
    book = _book_of(container, record, found)
    day = inbound.at.astimezone(ZoneInfo(book.book.timezone if book else "UTC")).date()
    passing = [
        replace(item, revoked_at=None, revoked_by=None, fired=0, last_fired_at=None)
        for item in container.store.reviews.exceptions(revoked=True)
        if item.since <= day <= item.until and (item.revoked_at is None or item.revoked_at > inbound.at)
    ]
    passing.sort(key=lambda item: item.id)
    found.members[EXCEPTIONS] = _json(LET_PASS.dump_python(tuple(passing), mode="json"))
    _add_claims(container.settings, found)
    if version is not None:
        found.subject["prompt"] = str(version.ref)
        moment = _Moment(inbound.at, record.language, inbound.channel)
        rendered = _render(container.settings, found, version, book, moment)
        _compare_rendered(found, record, rendered)
    return found


def gather_prompt(
    settings: Settings, registry: Registry, books: Books, now: datetime, version: PromptVersion
) -> Gathered:
    """A prompt's version as it would go out today, filled in with its examples. Raises UserError."""
    found = Gathered({"prompt": str(version.ref)})
    _add_prompt(registry, version, found)
    _add_claims(settings, found)
    current = books.current()
    book = _Book(current.file.read_bytes(), current.file.name, current.book) if current else None
    if book is None:
        found.lacking.append(f"no price book in force at {books.path}")
    zone = ZoneInfo(book.book.timezone if book else settings.company.timezone)
    noon = datetime.combine(now.astimezone(zone).date(), time(12), zone)
    language = (version.spec.languages or settings.company.languages)[0]
    examples = {name: v.example for name, v in version.spec.variables.items() if v.example is not None}
    found.subject["at"] = noon.isoformat()
    _render(settings, found, version, book, _Moment(noon, language, "web", examples))
    return found


def _turn(container: Container, named: str) -> TurnRecord:
    dialogue, slash, number = named.rpartition("/")
    if slash and number.isdecimal():
        for record in container.store.reads.dialogue(dialogue):
            if record.number == int(number):
                return record
    return container.store.reads.turn(named)


def _said_before(container: Container, record: TurnRecord) -> tuple[Message, ...]:
    """The dialogue up to a turn, as the bot saw it."""
    said: list[Message] = []
    for turn in container.store.reads.dialogue(record.inbound.dialogue_id):
        if turn.number < record.number:
            said.append(Message("user", turn.inbound.text, at=turn.inbound.at))
            if turn.reply is not None:
                said.append(Message("assistant", turn.reply, at=turn.replied_at))
    return tuple(said)


def _version_of(container: Container, record: TurnRecord, found: Gathered) -> PromptVersion | None:
    if record.assignment is None:
        found.lacking.append("the turn names no prompt: it was not made by a prompt of this registry")
        return None
    ref = record.assignment.ref
    try:
        version = container.registry.candidate(ref.name, ref.version)
    except UserError as error:
        found.lacking.append(f"{ref} cannot be read: {error}")
        return None
    if version.ref.checksum != ref.checksum:
        found.lacking.append(f"{ref} is another text now ({version.ref.checksum[:12]}, served was {ref.checksum[:12]})")
        return None
    _add_prompt(container.registry, version, found)
    return version


def _add_prompt(registry: Registry, version: PromptVersion, found: Gathered) -> None:
    folder = f"prompts/{version.ref.name}"
    found.members[f"{folder}/{version.ref.version or 'draft'}.yaml"] = version.raw
    for partial in version.partials.values():
        found.members[f"prompts/_partials/{partial.name}/{partial.number}.yaml"] = partial.raw
    with suppress(UserError):
        release = registry.candidate_release(version.ref.name)
        if release is not None:
            found.members[f"{folder}/release.yaml"] = release.raw


def _book_of(container: Container, record: TurnRecord, found: Gathered) -> _Book | None:
    """The book the turn was judged by, known by its hash wherever it lies in the folder of price books."""
    verdicts = [record.verdict, *(a.verdict for a in record.attempts)]
    identity = next((v.book for v in verdicts if v is not None and v.book), None)
    if identity is None:
        found.lacking.append("the turn names no price book: it was not judged")
        return None
    path = container.settings.path("pricebook")
    files = sorted(p for p in path.iterdir() if p.suffix in _BOOKS) if path.is_dir() else [path]
    kept = sorted((container.settings.root / ".botops" / "pricebook").glob("*"))
    for file in (*files, *kept):
        with suppress(OSError, UserError):
            raw = file.read_bytes()
            # What is kept beside the database has a suffix of its own.
            suffix = file.suffix if file.suffix in _BOOKS else ".json" if raw.lstrip()[:1] == b"{" else ".yaml"
            name = f"{identity.partition('@')[0]}{suffix}"
            if identity_of(name, sha256(raw).hexdigest()) == identity:
                return _add_book(found, _Book(raw, name, load_bytes(raw, str(file))))
    how = "restore its file" if "@" in identity else "the turn is of a time when books were not known by their hash"
    found.lacking.append(f"the price book {identity} is not in {path}: {how}")
    return None


def _add_book(found: Gathered, book: _Book) -> _Book:
    found.members[book.member] = book.raw
    return book


def _add_claims(settings: Settings, found: Gathered) -> None:
    claims = settings.claims
    if claims.terms is not None:
        found.members[TERMS] = (settings.root / claims.terms).read_bytes()
    if claims.checks:
        found.subject["checks"] = list(claims.checks)


def _render(
    settings: Settings, found: Gathered, version: PromptVersion, book: _Book | None, moment: _Moment
) -> RenderedPrompt | None:
    """Renders a version and adds what it was rendered from; None when something is missing."""
    company = settings.company
    if book is not None:
        _add_book(found, book)
    prices = book.book if book else None
    variables = {**moment.examples, **built_ins(company, prices, moment.at, moment.language, moment.channel)}
    data: dict[str, Any] = {
        "prompt": {"name": version.ref.name, "version": version.ref.version, "checksum": version.ref.checksum},
        "at": moment.at.isoformat(), "language": moment.language, "channel": moment.channel,
        "company": {"name": company.name, "timezone": company.timezone},
        "book": {"member": book.member, "name": book.name, "sha256": book.checksum} if book else None,
        "examples": dict(moment.examples),
        "variables": {name: value for name, value in sorted(variables.items()) if name in version.uses},
        "parameters": as_json(version.spec.model.model_dump(mode="json", exclude_none=True)),
    }  # fmt: skip
    try:
        messages = version.render(variables)
    except UserError as error:
        found.lacking.append(f"{version.ref} cannot be rendered: {error}")
        found.members[RENDER] = _json({**data, "messages": None, "sha256": None})
        return None
    rendered = RenderedPrompt(Assignment(version.ref), messages, version.parameters)
    shown = [{"role": m.role, "content": m.content} for m in messages]
    found.members[RENDER] = _json({**data, "messages": shown, "sha256": rendered.checksum})
    return rendered


def _compare_rendered(found: Gathered, record: TurnRecord, rendered: RenderedPrompt | None) -> None:
    if rendered is None:
        return
    if record.rendered is None:
        found.lacking.append(
            "the hash of the prompt that was sent was not recorded: what stands in render.json is today's"
        )
    elif record.rendered != rendered.checksum:
        found.lacking.append(
            "the prompt renders to another text than was sent: the company's name, its time zone or botops has changed"
        )


def _json(data: Any) -> bytes:
    return json_text(data).encode()


def _readme(found: Gathered) -> str:
    turn = found.subject.get("turn")
    what = f"ответ бота, реплика `{turn}`" if turn else f"промпт `{found.subject.get('prompt')}`"
    lacking = "".join(f"- {line}\n" for line in found.lacking) or "- всё на месте\n"
    return _README.format(what=what, lacking=lacking, version=botops.__version__)


_README = """\
# Архив botops

Здесь {what}: всё, что нужно, чтобы получить тот же текст промпта и ту же проверку ещё раз.

Проверить: `botops prompts replay ФАЙЛ` — сверит хеши, соберёт промпт заново и сравнит побайтно, заново проверит ответ
по приложенному прайсу и назовёт каждое различие. Проект и сеть для этого не нужны.

- `manifest.json` — SHA-256 каждого файла, версия botops ({version}) и отпечаток проверяющего кода;
- `prompts/` — версия промпта, общие блоки, которые она включает, и файл выпуска;
- `pricebook/` — прайс, по которому проверяли ответ;
- `render.json` — момент, язык, канал, переменные, готовый текст промпта и параметры модели;
- `turn.json` — запись ответа: попытки, токены, стоимость, вердикт (личные данные скрыты, как в базе);
- `dialogue.json` — что было сказано раньше; `exceptions.json` — исключения, действовавшие в тот день;
- `claims/` — собственные правила проверки, если они есть.

Чего не хватает:

{lacking}"""
