"""The release file of a prompt: read, changed step by step, written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botops.config import Document, parse, validate
from botops.config.document import decode
from botops.domain.errors import UserError
from botops.domain.refusals import Refusal
from botops.registry.checksums import checksum_of
from botops.registry.model import Approval, ReleaseAction, ReleaseSpec, Split
from botops.registry.release_file import latest, release_yaml, version_before
from botops.registry.targeting import Targeting


@dataclass(frozen=True)
class Release:
    """A release file. `checksum` is the SHA-256 of its bytes: writers name it to prove what they saw."""

    name: str
    spec: ReleaseSpec
    checksum: str
    raw: bytes = field(repr=False)
    document: Document = field(repr=False, compare=False)

    @property
    def live(self) -> int:
        """The version in force outside a split."""
        return self.spec.live

    @property
    def split(self) -> Split | None:
        """The split in force."""
        return self.spec.split

    @property
    def served(self) -> tuple[int, ...]:
        """The versions a lead may get."""
        return self.spec.served


@dataclass(frozen=True, slots=True)
class Step:
    """Who changes a release, when (aware) and why; `approved_by` and `eval_runs` are what it rests on."""

    by: str
    at: datetime
    reason: str
    approved_by: str | None = None
    eval_runs: tuple[str, ...] = ()


def read_release(raw: bytes, file: str, name: str) -> Release:
    """A release from its file's bytes. Raises UserError with every problem."""
    document = parse(decode(raw, file), file)
    return Release(name, validate(document, ReleaseSpec), checksum_of(raw), raw, document)


def published(
    old: ReleaseSpec | None, version: int, checksums: Mapping[int, str], step: Step, *, end_split: bool
) -> ReleaseSpec:
    """The release with another version live. Raises UserError while a split runs, unless it may be ended."""
    split = old.split if old else None
    if split is not None and not end_split:
        raise UserError(
            f"the split {split.seed} is running, so a new live version would reach only the leads outside it: "
            "end the split with this step, or split anew"
        ).told_as(Refusal.EXPERIMENT_RUNS)
    return _changed(
        old, version, None, checksums, _approval(ReleaseAction.PUBLISH, version, checksums, step, split, old)
    )


def rollback_target(old: ReleaseSpec, to: int | None) -> int:
    """The version a rollback makes live: the named one; while a split runs the live one; else the one before it.

    Raises UserError when there is nothing to go back to.
    """
    if to is not None:
        return to
    return old.live if old.split is not None else version_before(old.approvals, old.live)


def rolled_back(old: ReleaseSpec, to: int, checksums: Mapping[int, str], step: Step) -> ReleaseSpec:
    """The release with `to` live again and no split."""
    approval = _approval(ReleaseAction.ROLLBACK, to, checksums, step, old.split, old=old)
    return _changed(old, to, None, checksums, approval)


def split_changed(old: ReleaseSpec, split: Split | None, checksums: Mapping[int, str], step: Step) -> ReleaseSpec:
    """The release with a split begun, widened or (None) ended. Raises UserError when leads would change variants."""
    if split is None:
        if old.split is None:
            raise UserError("no split is running: nothing to end")
        approval = _approval(ReleaseAction.SPLIT_END, old.live, checksums, step, old.split)
        return _changed(old, old.live, None, checksums, approval)
    same = old.split is not None and old.split.seed == split.seed
    if same and old.split is not None:
        _refuse_within_phase(old.split, split)
    if not same and any(a.action is ReleaseAction.SPLIT and a.experiment == split.seed for a in old.approvals):
        raise UserError(f"the split {split.seed} has run before: begin phase {split.phase + 1}")
    approval = _approval(ReleaseAction.SPLIT, old.live, checksums, step, split)
    return _changed(old, old.live, split, checksums, approval)


def _refuse_within_phase(old: Split, new: Split) -> None:
    """Raises UserError for a change that a phase cannot take without its leads losing what they were dealt."""
    further = f"begin phase {new.phase + 1}"
    if old.variants != new.variants:
        raise UserError(f"other variants or weights move leads between variants: {further}")
    if (old.unit, old.targeting or Targeting()) != (new.unit, new.targeting or Targeting()):
        raise UserError(f"whom an experiment is about is fixed at its start: {further}")
    if new.coverage < old.coverage:
        raise UserError(
            f"the coverage is {old.coverage} and can only grow inside a phase: stop the split, or {further}"
        )
    if old.measure not in {None, new.measure}:
        raise UserError(f"what an experiment is judged by is fixed at its start: {further}")


def release_text(spec: ReleaseSpec) -> str:
    """A release file's text."""
    data: dict[str, Any] = {"live": spec.live}
    if spec.split is not None:
        data["split"] = _split_data(spec.split)
    data["checksums"] = dict(sorted(spec.checksums.items()))
    if spec.partials:
        data["partials"] = dict(sorted(spec.partials.items()))
    data["approvals"] = [a.model_dump(mode="json", exclude_defaults=True) for a in spec.approvals]
    return release_yaml(data)


def _split_data(split: Split) -> dict[str, Any]:
    """What a release file says of a split: what was set, and always the phase and the coverage."""
    whole = split.model_dump(mode="json", exclude_none=True)
    told = split.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    return {key: told.get(key, value) for key, value in whole.items() if key in told or key in {"phase", "coverage"}}


def _changed(
    old: ReleaseSpec | None, live: int, split: Split | None, checksums: Mapping[int, str], approval: Approval
) -> ReleaseSpec:
    return ReleaseSpec(
        live=live,
        split=split,
        checksums={**(old.checksums if old else {}), **checksums},
        partials=old.partials if old else {},
        approvals=_told((*(old.approvals if old else ()), approval)),
    )


def _told(steps: tuple[Approval, ...]) -> tuple[Approval, ...]:
    """The steps that stay in the file. Of splits before the latest steps their beginnings stay: a name is used once."""
    kept = latest(steps)
    begun: dict[str | None, Approval] = {}
    for step in steps[: len(steps) - len(kept)]:
        if step.action is ReleaseAction.SPLIT:
            begun.setdefault(step.experiment, step)
    return (*begun.values(), *kept)


def _approval(
    action: ReleaseAction,
    version: int,
    checksums: Mapping[int, str],
    step: Step,
    split: Split | None = None,
    old: ReleaseSpec | None = None,
) -> Approval:
    if step.at.tzinfo is None:
        raise ValueError("the moment of a release step must have a time zone")
    for name, value in (("by", step.by), ("reason", step.reason)):
        if not value.strip():
            raise UserError(f"`{name}` is empty: a release step needs a name and a reason")
    return Approval(
        action=action,
        version=version,
        by=step.by.strip(),
        at=step.at,
        reason=step.reason.strip(),
        checksum=checksums[version],
        replaced=old.live if old else None,
        experiment=split.seed if split else None,
        approved_by=step.approved_by,
        eval_runs=step.eval_runs,
    )
