"""What people and automatic rules do to what is served: overrides, proposals, evaluations, and the log of it all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class OverrideKind(StrEnum):
    """What an override does to a prompt, at once and on every replica."""

    HAND_OVER = "hand_over"  # the bot answers nobody: every dialogue goes to a person
    VERSION = "version"  # everybody gets `version`, whatever the release says
    CONTROL = "control"  # everybody in `experiment` gets its first variant


@dataclass(frozen=True, slots=True)
class Override:
    """An order that acts within seconds and stands above the release file until it is ended or folded into it.

    `subject` is a prompt's name. `by` is a person, or the rule that acted, as `guardrail:flagged`. `ended_at` is None
    while it holds.
    """

    id: str
    subject: str
    kind: OverrideKind
    by: str
    at: datetime
    reason: str
    version: int | None = None
    experiment: str | None = None
    ended_at: datetime | None = None
    ended_by: str | None = None
    ended_reason: str | None = None


class Deed(StrEnum):
    """What was done, in the audit log."""

    DRAFT = "draft"
    VERSION = "version"
    EVAL = "eval"
    BASELINE = "baseline"
    CASE = "case"
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    PUBLISH = "publish"
    ROLLBACK = "rollback"
    SPLIT = "split"
    SPLIT_END = "split_end"
    OVERRIDE = "override"
    OVERRIDE_END = "override_end"
    IMPORT = "import"
    ALARM = "alarm"
    ERASE = "erase"
    PURGE = "purge"
    REPRICE = "reprice"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    SILENCE = "silence"
    SILENCE_END = "silence_end"
    USUAL = "usual"
    EXCEPT = "except"
    EXCEPT_END = "except_end"
    DEPLOY = "deploy"
    SIGN_IN = "sign_in"
    SIGN_OUT = "sign_out"
    REFUSE = "refuse"
    PERSON_ADD = "person_add"
    PERSON_CHANGE = "person_change"
    PERSON_REMOVE = "person_remove"


OF_ACCESS = frozenset(
    {Deed.SIGN_IN, Deed.SIGN_OUT, Deed.REFUSE, Deed.PERSON_ADD, Deed.PERSON_CHANGE, Deed.PERSON_REMOVE}
)
"""What changes nothing clients get: who came and went, and was refused."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: who did what to which thing, when and why.

    `subject` is `prompt:NAME`, `suite:NAME`, `pricebook`, `experiment:SEED`, `alert:RULE`, `alerts`, `series:NAME`,
    `exception:ID`, `person:NAME`, `access`, `software`, `settings`, `store` or `costs`; `checksum` the SHA-256 of the
    text it was about; `detail` small plain values that belong to the deed. Entries are only ever added.
    """

    id: str
    at: datetime
    by: str
    deed: Deed
    subject: str
    reason: str
    version: str | None = None
    checksum: str | None = None
    detail: Mapping[str, str | int | float | bool | None] = field(default_factory=lambda: MappingProxyType({}))


class ProposalState(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    PUBLISHED = "published"


UNDECIDED = frozenset({ProposalState.OPEN, ProposalState.APPROVED})
"""Where a proposal can still change: approved is not yet live."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A text put forward for release, by its hash: whoever approves it approves that text and no other.

    `subject` as in `AuditEntry`; `version` is its number or file name. `base` is the checksum of the text that was in
    force when it was proposed, None when nothing was. `text` is what was proposed, where it is text.
    """

    id: str
    subject: str
    version: str
    checksum: str
    by: str
    at: datetime
    reason: str
    base: str | None = None
    text: str | None = field(default=None, repr=False)
    state: ProposalState = ProposalState.OPEN
    decided_by: str | None = None
    decided_at: datetime | None = None
    decided_reason: str | None = None


@dataclass(frozen=True, slots=True)
class EvalRun:
    """A whole suite that was run on one exact text. `passed` is the gate's word.

    `checksum` is the SHA-256 of the text, `suite_checksum` of the suite's file, `book` of the price book's file.
    """

    id: str
    at: datetime
    suite: str
    prompt: str
    version: int
    checksum: str
    model: str
    passed: bool
    cases: int
    failed: int
    book: str | None = None
    suite_checksum: str | None = None
