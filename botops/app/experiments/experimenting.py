"""What people do to experiments, one function for each thing: start, widen, name a tester, stop, promote, list.

Every door (command line, HTTP, console) comes through here, and from here through `releasing`: the release policy is
asked, the release file is written by compare-and-swap, the deed goes into the audit log. `expected` is always the
checksum of the release file that was seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from botops.app.access.acting import needs
from botops.app.experiments.promotion import objection, winner
from botops.app.releases import releasing
from botops.app.releases.auditing import label, record
from botops.config.wording import wording
from botops.domain.access import Right
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.people import MOST_REASON
from botops.domain.people import reason as reasoned
from botops.domain.releases import Deed, OverrideKind
from botops.registry import ReleaseAction, Split
from botops.registry.targeting import moment
from botops.split import MOST_PHASES, phase_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.container import Container
    from botops.domain.releases import Override
    from botops.registry import Release


AUTOMATIC = "promotion:"
"""How a promotion that nobody asked for at that moment is signed, before the metric's name."""


class Stage(StrEnum):
    """How far an experiment is."""

    WAITING = "waiting"
    """Its start is still to come; everybody gets the live version."""
    RUNNING = "running"
    OVER = "over"
    """Its end has passed: everybody gets the live version until it is stopped or a version promoted."""
    OVERRIDDEN = "overridden"
    """An order in force stands above it."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """A split in force on a prompt. `release` is the checksum of the release file, `orders` the overrides in force on
    the prompt."""

    prompt: str
    live: int
    split: Split
    stage: Stage
    release: str
    orders: tuple[Override, ...] = ()


def experiments(container: Container) -> tuple[Experiment, ...]:
    """Every experiment that stands in a release file, by prompt. Raises StoreError."""
    orders = container.store.overrides.in_force()
    return tuple(_experiment(container, release, orders) for release in _releases(container) if release.split)


def experiment(container: Container, prompt: str) -> Experiment:
    """The experiment on a prompt. Raises NotFoundError for an unknown prompt, UserError when none runs, StoreError."""
    container.registry.refresh()
    release = container.registry.release(prompt)
    if release.split is None:
        raise UserError(f"{prompt}: no experiment runs on it; start one: botops experiment start {prompt} …")
    return _experiment(container, release, container.store.overrides.in_force())


def planned(data: Mapping[str, Any]) -> Split:
    """A split from plain data, as in a release file. Raises UserError with everything that is wrong with it."""
    try:
        return Split.model_validate(data)
    except ValidationError as error:
        said = [f"{'.'.join(str(step) for step in e['loc'])}: {wording(e)}" for e in error.errors(include_url=False)]
        raise UserError("\n".join(line.removeprefix(": ") for line in said)) from error


@needs(Right.APPROVE)
def start(
    container: Container, prompt: str, split: Split, *, by: str, reason: str, expected: str | None = None
) -> Experiment:
    """Starts an experiment, or the next phase of the one that runs or ran under the same key.

    The phase is counted here, whatever `split` says. Leads that an earlier phase has dealt to keep their version where
    it still takes part, and are not in the new phase's analysis. Raises UserError while another experiment runs, when
    nothing would change, or the key is another prompt's; ConflictError, NotFoundError, StoreError.
    """
    container.registry.refresh()
    release = container.registry.release(prompt)
    running = release.split
    if running is not None and running.experiment != split.experiment:
        raise UserError(
            f"{prompt}: {running.seed} runs on it and would be lost: stop it first (botops experiment stop {prompt}), "
            "or promote a version"
        )
    if split.ends is not None and moment(split.ends, _zone(container)) <= container.clock.now():
        raise UserError(f"{split.experiment} would end at {split.ends.isoformat()}, which is past: nobody takes part")
    _refuse_key_of_others(container, prompt, split.experiment)
    phase = 1 + max(_phases(release, split.experiment), default=0)
    if phase > MOST_PHASES:
        raise UserError(f"{split.experiment} has had {MOST_PHASES} phases: choose another key")
    split = split.model_copy(update={"phase": phase})
    if running is not None and _same_deal(running, split):
        raise ConflictError(
            f"{prompt}: {running.seed} deals just like that already; a phase takes other coverage, testers and dates "
            f"as it is (botops experiment coverage {prompt} …, tester {prompt} …; `starts` and `ends` in "
            f"prompts/{prompt}/release.yaml), and to begin anew stop it first"
        )
    return _changed(container, prompt, split, by, reason, expected or release.checksum)


@needs(Right.APPROVE)
def widen(
    container: Container, prompt: str, coverage: int, *, by: str, reason: str, expected: str | None = None
) -> Experiment:
    """Raises the coverage, in basis points, inside the phase: leads come in and none changes variants.

    Raises UserError for a smaller one, ConflictError, NotFoundError, StoreError.
    """
    now = experiment(container, prompt)
    if coverage == now.split.coverage:
        raise ConflictError(f"{prompt}: the coverage of {now.split.seed} is {coverage} already")
    split = planned({**now.split.model_dump(), "coverage": coverage})
    return _changed(container, prompt, split, by, reason, expected or now.release)


@needs(Right.APPROVE)
def name_tester(
    container: Container, prompt: str, lead: str, version: int | None, *, by: str, reason: str,
    expected: str | None = None,
) -> Experiment:  # fmt: skip
    """Makes a lead a tester, who gets `version` from now on and is in no analysis; with None it is one no longer.

    Raises UserError when the version takes no part, NotFoundError, ConflictError, StoreError.
    """
    now = experiment(container, prompt)
    testers = dict(now.split.testers)
    if version is None:
        if lead not in testers:
            raise NotFoundError(f"{prompt}: {lead!r} is no tester of {now.split.seed}")
        del testers[lead]
    else:
        testers[lead] = version
    split = planned({**now.split.model_dump(), "testers": testers})
    return _changed(container, prompt, split, by, reason, expected or now.release)


@needs(Right.APPROVE)
def stop(container: Container, prompt: str, *, by: str, reason: str, expected: str | None = None) -> Release:
    """Ends the experiment: everybody gets the live version. Raises UserError when none runs, ConflictError,
    StoreError."""
    now = experiment(container, prompt)
    release = releasing.change_split(container, prompt, None, by=by, reason=reason, expected=expected or now.release)
    record(container, Deed.SPLIT_END, _subject(now.split), by, reason, detail={"prompt": prompt, "live": release.live})
    return release


@needs(Right.APPROVE)
def promote(
    container: Container, prompt: str, version: int, *, by: str, reason: str, anyway: bool = False,
    expected: str | None = None,
) -> Release:  # fmt: skip
    """Makes a variant's version live and ends the experiment, in one step; overrides that it makes void are ended.

    Raises UserError while the sample ratio is alarmed or the verdict does not say so, unless `anyway`, which the log
    keeps with what spoke against it; for a version that takes no part; ConflictError, NotFoundError, StoreError.
    """
    now = experiment(container, prompt)
    if version not in now.split.versions:
        known = ", ".join(str(v) for v in now.split.versions)
        raise UserError(f"{label(prompt, version)} takes no part in {now.split.seed}: choose one of {known}")
    against = objection(container, now.prompt, now.split, version, stopped=_stopped(now))
    if against is not None and not anyway:
        raise UserError(
            f"{label(prompt, version)} is not to be promoted yet: {against}\n"
            "  wait, or take it upon yourself with --anyway and a reason"
        )
    why = reasoned(reason) if against is None else f"{reasoned(reason)} (against the verdict: {against})"[:MOST_REASON]
    if version == now.live:
        release = releasing.change_split(container, prompt, None, by=by, reason=why, expected=expected or now.release)
    else:
        release = releasing.publish(
            container, prompt, version, by=by, reason=why, expected=expected or now.release, end_split=True
        )
    record(container, Deed.SPLIT_END, _subject(now.split), by, why, detail={"prompt": prompt, "promoted": version})
    return release


def promote_winners(container: Container) -> tuple[str, ...]:
    """Makes the winner live of every experiment that asks for it and has come to its planned end, see
    `promotion.winner`; what did not work, in lines fit for a log. Never while an override stands on the prompt.

    Of several replicas one does it: the file is written by compare-and-swap. Raises StoreError.
    """
    problems = []
    for one in experiments(container):
        measure = one.split.measure
        if measure is None or not measure.promote or one.orders or one.stage is Stage.WAITING:
            continue
        try:
            version = winner(container, one.prompt)
            if version is not None:
                reason = f"the planned {measure.planned} leads have come and the verdict is for version {version}"
                promote(container, one.prompt, version, by=f"{AUTOMATIC}{measure.primary}", reason=reason,
                        expected=one.release)  # fmt: skip
        except (UserError, ValueError) as error:  # ValueError: its figures have no answer
            problems.append(f"{one.prompt}: {one.split.seed} was not promoted by itself: {error}")
        except ConflictError:
            continue  # another replica was first, or somebody released: the next look sees what stands
    return tuple(problems)


def experiment_json(found: Experiment) -> dict[str, Any]:
    """An experiment as JSON."""
    split = found.split
    told = split.model_dump(mode="json")
    return {
        "prompt": found.prompt,
        "live": found.live,
        "experiment": split.seed,
        "key": split.experiment,
        "stage": found.stage.value,
        **{name: told[name] for name in told if name != "experiment"},
        "overrides": [
            {"kind": o.kind.value, "version": o.version, "by": o.by, "at": o.at.isoformat(), "reason": o.reason}
            for o in found.orders
        ],
        "release": found.release,
    }


def _changed(container: Container, prompt: str, split: Split, by: str, reason: str, expected: str) -> Experiment:
    release = releasing.change_split(container, prompt, split, by=by, reason=reason, expected=expected)
    shares = " ".join(f"{v.version}:{v.weight}" for v in split.variants)
    told: dict[str, str | int] = {
        "prompt": prompt,
        "variants": shares,
        "coverage": split.coverage,
        "testers": len(split.testers),
    }
    record(container, Deed.SPLIT, _subject(split), by, reason, detail=told)
    return _experiment(container, release, container.store.overrides.in_force())


def _same_deal(one: Split, other: Split) -> bool:
    """True when two splits deal alike and are judged alike."""
    in_phase = {name: getattr(one, name) for name in ("phase", "coverage", "testers", "starts", "ends")}
    return other.model_copy(update=in_phase) == one


def _subject(split: Split) -> str:
    """What the audit log calls an experiment: here it keeps what the release file's own step does not say."""
    return f"experiment:{split.seed}"


def _experiment(container: Container, release: Release, orders: tuple[Override, ...]) -> Experiment:
    split = release.split
    assert split is not None
    mine = tuple(o for o in orders if o.subject == release.name)
    now, zone = container.clock.now(), _zone(container)
    above = any(o.kind is not OverrideKind.CONTROL or o.experiment == split.seed for o in mine)
    if split.starts is not None and now < moment(split.starts, zone):
        stage = Stage.WAITING
    elif not split.running(now, zone):
        stage = Stage.OVER
    else:
        stage = Stage.OVERRIDDEN if above else Stage.RUNNING
    return Experiment(release.name, release.live, split, stage, release.checksum, mine)


def _zone(container: Container) -> ZoneInfo:
    return ZoneInfo(container.settings.company.timezone)


def _stopped(found: Experiment) -> Override | None:
    """The order that stopped the experiment itself, a guardrail's as a rule."""
    orders = (o for o in found.orders if o.kind is OverrideKind.CONTROL and o.experiment == found.split.seed)
    return next(orders, None)


def _releases(container: Container) -> Iterator[Release]:
    for name in container.registry.names():
        try:
            yield container.registry.release(name)
        except UserError:  # nothing published, or broken: the registry's state says which
            continue


def _phases(release: Release, key: str) -> Iterator[int]:
    """The phases an experiment has had on a prompt."""
    seeds = {a.experiment for a in release.spec.approvals if a.action is ReleaseAction.SPLIT and a.experiment}
    for seed in seeds | ({release.split.seed} if release.split else set()):
        phase = phase_of(seed, key)
        if phase is not None:
            yield phase


def _refuse_key_of_others(container: Container, prompt: str, key: str) -> None:
    for release in _releases(container):
        if release.name != prompt and any(_phases(release, key)):
            raise UserError(f"the key {key} is that of an experiment on {release.name}: choose another one")
