"""What the policy `block` would have stopped: the stored verdicts of a period, with what reviewers said of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from botops.app.checks.reviewing import canonical, today
from botops.domain.findings import Judgement
from botops.domain.reviews import FindingRef, Ruling
from botops.store import mask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.findings import Finding, FindingKind, Verdict
    from botops.domain.reviews import Review
    from botops.domain.turns import TurnRecord

Word = Literal["true", "false", "unreviewed"]
"""Whether a stop is right: as reviewers ruled, or nobody did."""
EXAMPLES = 3
_EXCERPT = 240


@dataclass
class Stops:
    """A count of things stopped, by whether they were rightly so."""

    true: int = 0
    false: int = 0
    unreviewed: int = 0

    @property
    def all(self) -> int:
        """All of them."""
        return self.true + self.false + self.unreviewed

    def add(self, word: Word) -> None:
        """Counts one."""
        setattr(self, word, getattr(self, word) + 1)


@dataclass
class VersionStops:
    """Replies of one prompt version: how many were judged and how many stopped. None where no prompt is known."""

    prompt: str | None
    version: int | None
    replies: int
    stopped: Stops = field(default_factory=Stops)


@dataclass(frozen=True, slots=True)
class Example:
    """A finding that stops a reply, with the text around it; personal data is masked."""

    kind: FindingKind
    word: Word
    dialogue_id: str
    turn_id: str
    quote: str
    expected: str | None
    excerpt: str
    explanations: Mapping[str, str]


@dataclass
class Rehearsal:
    """What blocking would have done to the replies of [since, until).

    A reply is stopped when the first thing the model said had a finding that no exception of today lets pass, or was
    not judged: then it is held back as well (`not_judged`, by reason, part of `stopped` and never reviewed). It is
    stopped rightly when a reviewer confirmed one of its findings, wrongly when all of them were ruled false alarms, and
    unreviewed otherwise. `findings` counts findings by kind; `excepted` those that exceptions let pass.
    """

    since: datetime
    until: datetime
    replies: int = 0
    stopped: Stops = field(default_factory=Stops)
    findings: dict[FindingKind, Stops] = field(default_factory=lambda: defaultdict(Stops))
    versions: list[VersionStops] = field(default_factory=list)
    not_judged: Counter[str] = field(default_factory=Counter)
    excepted: int = 0
    examples: list[Example] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of judged replies that would have been stopped, 0..1."""
        return self.stopped.all / self.replies if self.replies else 0.0

    @property
    def right(self) -> float | None:
        """The share of reviewed stops that were right, 0..1; None when none was reviewed."""
        reviewed = self.stopped.true + self.stopped.false
        return self.stopped.true / reviewed if reviewed else None


def rehearse(container: Container, since: datetime, until: datetime, *, examples: int = EXAMPLES) -> Rehearsal:
    """What blocking would have stopped, with up to so many examples of each kind and word. Raises StoreError."""
    found = Rehearsal(since, until)
    by_version: dict[tuple[str | None, int | None], VersionStops] = {}
    reads = container.store.reviews
    for judged in reads.judged(since, until):
        by_version[judged.prompt, judged.version] = VersionStops(judged.prompt, judged.version, judged.replies)
        found.replies += judged.replies
    records = list(reads.looked_into(since, until))
    rulings = reads.rulings([record.id for record in records])
    shown: Counter[tuple[FindingKind, Word]] = Counter()
    for record in records:
        word = _look(container, found, record, rulings, shown, examples)
        if word is not None:
            found.stopped.add(word)
            ref = record.assignment.ref if record.assignment else None
            by_version[ref.name if ref else None, ref.version if ref else None].stopped.add(word)
    found.versions = list(by_version.values())
    return found


def _look(
    container: Container, found: Rehearsal, record: TurnRecord, rulings: Mapping[FindingRef, Review],
    shown: Counter[tuple[FindingKind, Word]], examples: int,
) -> Word | None:  # fmt: skip
    """Counts one reply; whether it would have been stopped, and rightly so."""
    attempt, verdict, text = _first(record)
    if verdict.judgement is Judgement.NOT_JUDGED:
        found.not_judged[verdict.reason or ""] += 1
        return "unreviewed"
    kept = set(map(id, container.exceptions.current().sort(verdict.findings, text, today(container))[0]))
    found.excepted += len(verdict.excepted) + len(verdict.findings) - len(kept)
    words: list[Word] = []
    for place, finding in enumerate(verdict.findings):
        if id(finding) not in kept:
            continue
        word = _word(rulings.get(canonical(record, FindingRef(record.id, attempt, place))))
        words.append(word)
        found.findings[finding.kind].add(word)
        if shown[finding.kind, word] < examples:
            shown[finding.kind, word] += 1
            found.examples.append(_example(record, finding, word, text))
    if not words:
        return None
    if "true" in words:
        return "true"
    return "false" if set(words) == {"false"} else "unreviewed"


def _first(record: TurnRecord) -> tuple[int, Verdict, str]:
    """The first thing the model said that was looked at: what blocking decides on."""
    for place, attempt in enumerate(record.attempts):
        if attempt.verdict is not None:
            return place, attempt.verdict, attempt.text
    assert record.verdict is not None
    return -1, record.verdict, record.reply or ""


def _word(ruled: Review | None) -> Word:
    if ruled is None:
        return "unreviewed"
    return "true" if ruled.ruling is Ruling.CONFIRMED else "false"


def _example(record: TurnRecord, finding: Finding, word: Word, text: str) -> Example:
    masked = mask(text)  # as long as the text: the offsets hold
    begins = max(0, finding.start - _EXCERPT // 2)
    ends = min(len(text), begins + _EXCERPT)
    excerpt = ("… " if begins else "") + " ".join(masked[begins:ends].split()) + (" …" if ends < len(text) else "")
    quote = masked[finding.start : finding.end]
    return Example(
        finding.kind, word, record.inbound.dialogue_id, record.id, quote, finding.expected, excerpt,
        finding.explanations,
    )  # fmt: skip


def as_json(found: Rehearsal) -> dict[str, Any]:
    """The whole of it in JSON's own types."""
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "replies": found.replies,
        "stopped": _stops(found.stopped) | {"share": round(found.share, 6)},
        "right_of_reviewed": found.right,
        "not_judged": dict(found.not_judged),
        "excepted_findings": found.excepted,
        "findings": {kind.value: _stops(stops) for kind, stops in sorted(found.findings.items())},
        "versions": [
            {"prompt": v.prompt, "version": v.version, "replies": v.replies, "stopped": _stops(v.stopped)}
            for v in found.versions
        ],
        "examples": [
            {
                "kind": e.kind.value, "judged": e.word, "dialogue_id": e.dialogue_id, "turn_id": e.turn_id,
                "quote": e.quote, "expected": e.expected, "text": e.excerpt, "explanations": dict(e.explanations),
            }
            for e in found.examples
        ],
    }  # fmt: skip


def _stops(stops: Stops) -> dict[str, int]:
    return {"all": stops.all, "true": stops.true, "false": stops.false, "unreviewed": stops.unreviewed}
