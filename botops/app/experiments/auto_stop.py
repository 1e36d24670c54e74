"""Experiments that stop themselves: once a guardrail shows harm, everybody gets the control within a minute.

Any number of replicas may look: of those that see the same harm one writes the order, and all serve by it. A stopped
experiment is not taken up again; the order ends with its phase.
"""

from __future__ import annotations

import hashlib
import logging
from typing import TYPE_CHECKING

from botops.app.container import new_id
from botops.app.experiments.standing import standing
from botops.app.releases.auditing import prompt_subject
from botops.app.releases.kill_switch import GUARDRAIL, ending, fold_overrides, order_entry, stop_in_force
from botops.domain.errors import ConflictError, UserError
from botops.domain.releases import AuditEntry, Deed, Override, OverrideKind
from botops.monitor.metrics import fill

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.experiments.standing import Standing
    from botops.experiments import Measured, Stop

log = logging.getLogger(__name__)

WATCH = "watch"
"""How what the watch loop does on its own is signed in the audit log."""
_LONGEST_REASON = 2000


class ExperimentWatch:
    """Looks after the experiments of a container. Keeps only what it has said already; all else is in the store."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._told: set[str] = set()

    def look(self) -> tuple[Override, ...]:
        """Ends orders whose phase is over, stops every experiment that does harm, and says where sizes do not add up.

        Gives the orders written at this look. What cannot be judged is said once and does not keep others from being
        judged. Raises StoreError.
        """
        made, mismatched = [], 0
        leads: dict[tuple[str, ...], float] = {}
        ratios: dict[tuple[str, ...], float] = {}
        for prompt in self._container.registry.names():
            try:
                found = self._standing(prompt)
                if found is None:
                    continue
                leads |= {(prompt, str(v)): len(arm) for v, arm in zip(found.versions, found.arms, strict=True)}
                if found.verdict is not None:
                    ratios[(prompt,)] = found.verdict.sample_ratio.p
                mismatched += self._mismatch(found)
                order = stop_if_harmful(self._container, found)
            except (UserError, ValueError) as error:
                self._tell(prompt, f"its experiment cannot be watched: {error}")
                continue
            if order is not None:
                made.append(order)
        metrics = self._container.metrics
        metrics.experiments_mismatched.set(mismatched)
        fill(metrics.experiment_leads, leads)
        fill(metrics.sample_ratio_p, ratios)
        return tuple(made)

    def _standing(self, prompt: str) -> Standing | None:
        """How the experiment on a prompt stands; None where there is nothing to stop."""
        container = self._container
        try:
            split = container.registry.release(prompt).split
        except UserError:  # nothing published, or broken: the registry's state says so
            return None
        fold_overrides(container, prompt, by=WATCH, reason="the release file leaves nothing to it")
        if split is None or split.measure is None or stop_in_force(container, prompt, split):
            return None
        found = standing(container, prompt)
        return found if split.running(found.at, found.zone) else None

    def _mismatch(self, found: Standing) -> bool:
        from botops.experiments import State

        verdict = found.verdict
        if verdict is None or verdict.state is not State.MISMATCH:
            return False
        sizes = ", ".join(
            f"{found.prompt}@{version}: {len(leads)} leads for a share of {weight / 100:g} %"
            for version, leads, weight in zip(found.versions, found.arms, found.split.weights, strict=True)
        )
        text = f"{sizes} (p = {verdict.sample_ratio.p:.2g}): its figures cannot be trusted, traffic goes on"
        self._tell(f"experiment {found.split.seed}", text)
        said = hashlib.sha256(f"mismatch\0{found.prompt}\0{found.split.seed}".encode()).hexdigest()[:32]
        entry = AuditEntry(said, found.at, WATCH, Deed.ALARM, prompt_subject(found.prompt), text,
                           detail={"experiment": found.split.seed})  # fmt: skip
        self._container.store.audit.add_missing([entry])
        return True

    def _tell(self, about: str, text: str) -> None:
        """Says something of a thing once, although the figures in it change from look to look."""
        if about not in self._told:
            self._told.add(about)
            log.error("%s: %s", about, text)


def stop_if_harmful(container: Container, found: Standing) -> Override | None:
    """Orders the control for everybody when a guardrail shows harm, audited, counted and logged; the order, None when
    there is no harm shown or another replica has just ordered it. Raises StoreError."""
    from botops.experiments import stops

    verdict = found.verdict
    if verdict is None:
        return None
    shown = stops(found.plan, verdict, found.guardrail_figures)
    if not shown:
        return None
    first, prompt, seed = shown[0], found.prompt, found.split.seed
    reason = "; ".join(_figures(stop, found) for stop in shown)[:_LONGEST_REASON]
    order = Override(
        new_id(), prompt, OverrideKind.CONTROL, f"{GUARDRAIL}{first.metric}", container.clock.now(), reason,
        experiment=seed,
    )  # fmt: skip
    if not _ordered(container, order, first, found):
        return None
    container.overrides.forget()
    container.metrics.experiment_stops.labels(prompt, first.rule.value).inc()
    log.error("experiment %s is stopped, everybody gets %s@%s: %s", seed, prompt, found.versions[0], reason)
    return order


def _ordered(container: Container, order: Override, stop: Stop, found: Standing) -> bool:
    entry = order_entry(
        container, order, metric=stop.metric, rule=stop.rule.value, variant=stop.variant,
        harmful=found.versions[stop.variant], margin=stop.margin, p=stop.p,
        leads_control=stop.control.n, leads_variant=stop.treatment.n,
        low=stop.found.low if stop.found else None, high=stop.found.high if stop.found else None,
    )  # fmt: skip
    overrides = container.store.overrides
    if overrides.add(order, entry):
        return True
    if stop_in_force(container, found.prompt, found.split) is not None:
        return False
    # An order of an earlier phase stands in the way that no step recorded in the release file has ended.
    try:
        overrides.replace(order, entry, (OverrideKind.CONTROL,), ending(container, WATCH, "its phase is over"))
    except ConflictError:
        return False
    return True


def _figures(stop: Stop, found: Standing) -> str:
    """The harm in one line, with the numbers it rests on."""
    control, variant = (f"{found.prompt}@{found.versions[arm]}" for arm in (0, stop.variant))
    text = f"{stop.metric}: {variant} {_of(stop.treatment)} against {control} {_of(stop.control)}"
    if stop.found is not None:
        text += f", difference {stop.found.diff:+.3g} ({stop.found.low:+.3g} to {stop.found.high:+.3g})"
    return f"{text}, margin {stop.margin:g}; by {stop.rule.value}, p = {stop.p:.2g}"


def _of(measured: Measured) -> str:
    from botops.experiments import Share

    if isinstance(measured, Share):
        return f"{measured.x} of {measured.n} leads"
    return f"{measured.mean:.4g} over {measured.n} leads"
