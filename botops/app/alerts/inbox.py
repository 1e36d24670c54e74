"""Alerts as people work with them: listed, acknowledged, silenced, declared over."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.alerts.announcing import announcing
from botops.app.container import new_id
from botops.config.wording import suggestion
from botops.domain.access import Right
from botops.domain.alerts import Silence
from botops.domain.errors import NotFoundError, UserError
from botops.domain.people import person
from botops.domain.people import reason as reasoned
from botops.domain.releases import AuditEntry, Deed
from botops.monitor import alerts as life

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.alerts import Alert, AlertEvent, Area
    from botops.store.alerts import Step

SUBJECT = "alerts"
"""What the audit log calls alerts that no single rule or key names."""
LONGEST_SILENCE = timedelta(days=31)
"""What is to be silent for longer is to be mended, or its rule is."""
RECENT = timedelta(days=7)
"""Alerts that are over are listed for this long."""
_MOST = 500
_MOST_RULE = 80


# --- reads ------------------------------------------------------------------------------------------------------------


def alerts(container: Container, firing: bool = True) -> tuple[Alert, ...]:
    """The alerts that stand; else those of the last week as well, at most 500. The gravest come first, then the
    newest; those that are over come last."""
    if firing:
        return life.gravest_first(container.store.alerts.firing())
    since = container.clock.now() - RECENT
    return life.gravest_first(container.store.alerts.latest(since=since, most=_MOST))


def alert(container: Container, alert_id: str) -> Alert:
    """The alert of an id, or of letters that only its id begins with. Raises NotFoundError, UserError when the letters
    fit several."""
    found = container.store.alerts.beginning(alert_id) if alert_id else ()
    for one in found:
        if one.id == alert_id:
            return one
    if len(found) > 1:
        raise UserError(f"several alerts begin with {alert_id}: give more letters of the id")
    if not found:
        raise NotFoundError(f"there is no alert {alert_id}: see `botops alert list --all`")
    return found[0]


def events(container: Container, alert_id: str) -> tuple[AlertEvent, ...]:
    """What happened to an alert, in order. Raises as `alert` does."""
    return container.store.alerts.events(alert(container, alert_id).id)


def silences(container: Container, *, over: bool = False) -> tuple[Silence, ...]:
    """The silences that hold or are to come; with `over` all there ever were."""
    return container.store.alerts.silences(None if over else container.clock.now())


def silenced_by(container: Container, shown: Alert) -> Silence | None:
    """The silence because of which nobody is told of an alert now; of several the one that lasts longest."""
    return silenced(container, [shown]).get(shown.id)


def silenced(container: Container, shown: Iterable[Alert]) -> Mapping[str, Silence]:
    """The silences because of which nobody is told of alerts now, by the id of the alert."""
    now = container.clock.now()
    holding = container.store.alerts.silences(now)  # the longest comes last, and stays
    return {alert.id: one for alert in shown for one in holding if one.covers(alert, now)}


# --- deeds ------------------------------------------------------------------------------------------------------------


@needs(Right.OPERATE)
def acknowledge(container: Container, alert_id: str, *, by: str) -> Alert:
    """Somebody takes care of it: nobody is reminded any more. Raises NotFoundError, ConflictError, UserError."""
    now, who = container.clock.now(), person(by)
    return _step(
        container, alert_id, lambda a: life.acknowledge(a, now, who), Deed.ACKNOWLEDGE, who, "acknowledged", now
    )


@needs(Right.OPERATE)
def resolve(container: Container, alert_id: str, words: str, *, by: str) -> Alert:
    """A person says that it is over, and why. Its source may go on saying the same for a day before it is raised anew.

    Raises NotFoundError, ConflictError, UserError without words.
    """
    now, who, why = container.clock.now(), person(by), reasoned(words)
    return _step(container, alert_id, lambda a: life.resolve(a, now, who, why), Deed.RESOLVE, who, why, now)


@needs(Right.OPERATE)
def link_incident(container: Container, alert_id: str, number: int, *, by: str) -> Alert:
    """Says that an incident was opened from an alert, which acknowledges it. Raises NotFoundError, ConflictError."""
    now, who = container.clock.now(), person(by)
    found = alert(container, alert_id)
    return container.store.alerts.change(
        found.id, lambda a: life.link_incident(a, number, now, who), along=announcing(container)
    )


@needs(Right.OPERATE)
def silence(
    container: Container,
    *,
    by: str,
    reason: str,
    until: datetime,
    rule: str | None = None,
    area: Area | None = None,
    key: str | None = None,
    since: datetime | None = None,
) -> Silence:
    """Orders that nobody is told of alerts of a rule, an area or under a key (of all of these that are given; without
    any, of every alert) until a moment. They are kept and shown all the same.

    Raises UserError for an end that is past, before the beginning, or more than a month away, and for a rule there is
    not.
    """
    if rule is not None:
        _refuse_unknown(container, rule)
    now = container.clock.now()
    begins = since or now
    if until <= max(now, begins):
        raise UserError("the silence would be over before it begins: choose a later end")
    if until - begins > LONGEST_SILENCE:
        raise UserError(f"a silence lasts at most {LONGEST_SILENCE.days} days: mend what is wrong, or the rule")
    made = Silence(new_id(), begins, until, person(by), reasoned(reason), rule, area, key)
    detail = {"until": until.isoformat(), "rule": rule, "area": area, "key": key, "silence": made.id}
    container.store.alerts.silence(made, AuditEntry(
        new_id(), now, made.by, Deed.SILENCE, _subject(rule), made.reason, detail=detail
    ))  # fmt: skip
    return made


@needs(Right.OPERATE)
def unsilence(container: Container, silence_id: str, *, by: str, reason: str = "no longer needed") -> Silence:
    """Ends a silence now. Takes the first letters of its id too. Raises NotFoundError, ConflictError, UserError."""
    now, who = container.clock.now(), person(by)
    found = [one for one in container.store.alerts.silences() if silence_id and one.id.startswith(silence_id)]
    if not found:
        raise NotFoundError(f"there is no silence {silence_id}: see `botops alert silences`")
    if len(found) > 1:
        raise UserError(f"several silences begin with {silence_id}: give more letters of the id")
    entry = AuditEntry(
        new_id(), now, who, Deed.SILENCE_END, _subject(found[0].rule), reasoned(reason),
        detail={"silence": found[0].id},
    )  # fmt: skip
    return container.store.alerts.end_silence(found[0].id, entry)


def _refuse_unknown(container: Container, rule: str) -> None:
    """A slip in the name would silence nothing, and somebody is woken all the same. What an alert was of is a rule,
    even when it is one no more."""
    from botops.app.alerts.sources import rules  # sources look through much that an inbox does not need

    known = rules()
    if rule not in known and all(rule != one.signal.rule for one in alerts(container, firing=False)):
        raise UserError(f"there is no rule `{rule[:_MOST_RULE]}`{suggestion(rule, known, others='rules')}")


def _step(container: Container, alert_id: str, step: Step, deed: Deed, who: str, why: str, now: datetime) -> Alert:
    found = alert(container, alert_id)
    entry = AuditEntry(
        new_id(), now, who, deed, _subject(found.signal.rule), why, detail={"alert": found.id, "key": found.signal.key}
    )
    return container.store.alerts.change(found.id, step, entry, announcing(container))


def _subject(rule: str | None) -> str:
    return f"alert:{rule}" if rule else SUBJECT
