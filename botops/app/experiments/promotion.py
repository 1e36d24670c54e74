"""Whether a variant may be made live: what the verdict says, and what speaks against it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.experiments.metrics import METRICS
from botops.app.experiments.standing import standing
from botops.app.experiments.status import experiment_status

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.experiments.standing import Standing
    from botops.domain.releases import Override
    from botops.experiments import Verdict
    from botops.registry import Split

ALPHA = 0.05
"""The level of "not worse" at the planned end, shared among the variants."""


def objection(
    container: Container, prompt: str, split: Split, version: int, *, stopped: Override | None = None
) -> str | None:
    """What speaks against promoting a variant's version, in a sentence; None when the verdict is for it.

    A variant needs the verdict "better", or at the planned end to be shown no worse where the experiment asks for no
    more. The control, whose promotion only ends the experiment, needs a verdict by which no variant is better.
    `stopped` is the order that stopped the experiment. Raises StoreError.
    """
    from botops.experiments import State

    if split.measure is None:
        return "nothing says how the experiment is judged (`measure` in its split)"
    status = experiment_status(container, prompt, "en")
    verdict = status.verdict
    if verdict is None or verdict.state is State.MISMATCH:
        return status.text
    if version == split.variants[0].version:
        ended = {State.HARM, State.WORSE, State.NO_DIFFERENCE, State.TOO_FEW}
        return None if stopped is not None or verdict.state in ended else status.text
    if stopped is not None:
        return f"the experiment was stopped by {stopped.by}: {stopped.reason}"
    if verdict.state is State.BETTER and verdict.variant is not None and _version(split, verdict.variant) == version:
        return None
    return None if version in _no_worse(standing(container, prompt), verdict) else status.text


def winner(container: Container, prompt: str) -> int | None:
    """The version that may be made live without a person: at the planned end, once the leads planned have come and
    their time to respond is over, when the verdict is for it and every guardrail shows it no worse than its margin
    allows. None when there is none. Raises UserError as `experiment_status`, StoreError."""
    from botops.experiments import State

    status = experiment_status(container, prompt, "en")
    verdict = status.verdict
    if verdict is None or not status.ended:
        return None
    found = standing(container, prompt)
    if verdict.state is State.BETTER and verdict.variant is not None:
        candidates = [_version(found.split, verdict.variant)]
    else:
        candidates = _no_worse(found, verdict)
    return next((version for version in candidates if status.promotable(version)), None)


def _no_worse(found: Standing, verdict: Verdict) -> list[int]:
    """The versions that at the planned end are shown no worse on the primary metric than the experiment's margin
    allows, the best one first; none where it asks for more, or where every variant is shown to be worse.

    A one-sided test of each variant (`noninferiority`), the level divided by their number (Bonferroni).
    """
    from botops.experiments import State, no_worse

    if found.measure.margin is None or not found.ended or verdict.state is not State.NO_DIFFERENCE:
        return []
    primary = METRICS[found.measure.primary]
    control, *variants = found.as_planned.measured(primary)
    metric = primary.compared(found.measure.margin)
    shown = []
    for number, variant in enumerate(variants, 1):
        tested = no_worse(metric, control, variant, ALPHA / len(variants))
        if tested is not None and tested.shown:
            shown.append((tested.upper, _version(found.split, number)))
    return [version for _, version in sorted(shown)]


def _version(split: Split, variant: int) -> int:
    return split.variants[variant].version
