"""What a reviewer does on a dialogue's page: ruling on a finding; and the list of what was let pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import streamlit as st

from botops.app.checks.reviewing import FindingOfTurn, findings_of, today
from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.claims.exceptions import MOST_CHARACTERS, suggested_wording
from botops.console import deeds, formats, frame, labels, parts, presses, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag
from botops.domain.access import Right
from botops.domain.findings import Finding
from botops.domain.reviews import LONGEST_DAYS, ClaimException, FindingRef, Remedy, Review, Ruling
from botops.domain.turns import TurnRecord

_DAYS = 30
Choice = tuple[Ruling, Remedy | None]
_CHOICES: Sequence[Choice] = (
    (Ruling.FALSE_ALARM, Remedy.EXCEPTION),
    (Ruling.FALSE_ALARM, Remedy.BOOK),
    (Ruling.FALSE_ALARM, Remedy.CHECK),
    (Ruling.CONFIRMED, None),
)


def rulings(container: Container, records: Sequence[TurnRecord]) -> Mapping[FindingRef, Review]:
    """What reviewers said of the findings of a dialogue."""
    return container.store.reviews.rulings([record.id for record in records])


def section(container: Container, record: TurnRecord, known: Mapping[FindingRef, Review]) -> None:
    """The rulings on a turn's findings, and a form to rule on one; nothing for a turn without findings."""
    found = findings_of(record)
    if not found:
        return
    open_ones = sum(one.ref not in known for one in found)
    title = ngettext("{n} finding to rule on", "{n} findings to rule on", open_ones).format(n=open_ones)
    with st.expander(title if open_ones else _("Ruled on"), key=f"review-{record.id}"):
        for number, one in enumerate(found, 1):
            if one.ref in known:
                frame.show(_ruled(number, one.finding, known[one.ref]))
        _form(container, record, found)


def _ruled(number: int, finding: Finding, ruled: Review) -> Html:
    words = [labels.ruling(ruled.ruling)]
    if ruled.remedy is not None:
        words.append(labels.remedy(ruled.remedy))
    if ruled.exception_id:
        words.append(_("exception {id}").format(id=ruled.exception_id))
    return tag(
        "div", tag("b", f"{number}. «{safe.preview(finding.quote, 120)}»"), f" — {' · '.join(words)}. ",
        tag("span", f"{ruled.by}: {ruled.reason}", class_="bo-muted"), class_="bo-small",
    )  # fmt: skip


def _form(container: Container, record: TurnRecord, found: Sequence[FindingOfTurn]) -> None:
    number = st.selectbox(
        _("Finding"), range(len(found)), key=f"finding-{record.id}", filter_mode=None,
        format_func=lambda n: _name(n + 1, found[n].finding),
    )  # fmt: skip
    chosen = found[number or 0]
    ref = chosen.ref
    may_except = deeds.may(Right.APPROVE)
    choice = st.segmented_control(
        _("Your word"), range(len(_CHOICES)), default=0 if may_except else 1, required=True, key=f"word-{record.id}",
        format_func=lambda n: _choice(_CHOICES[n]),
    )  # fmt: skip
    ruling, remedy = _CHOICES[choice or 0]
    key = f"{ref.turn_id}-{ref.attempt}-{ref.position}"
    with st.form(f"form-{key}", border=False):
        body: dict[str, Any] = {"turn_id": ref.turn_id, "attempt": ref.attempt, "finding": ref.position + 1,
                                "ruling": ruling.value, "remedy": remedy.value if remedy else None}  # fmt: skip
        body["reason"] = deeds.why(key)
        body["by"] = deeds.who(key)
        if remedy is Remedy.EXCEPTION:
            body |= _exception_fields(container, key, suggested_wording(chosen.finding, chosen.text))
        if remedy is Remedy.EXCEPTION and not may_except:
            parts.answer(
                _("Letting something pass the check takes who approves. You can say that the check misread the reply.")
            )
        right = Right.APPROVE if remedy is Remedy.EXCEPTION else Right.EDIT
        if deeds.submit(_("Keep the ruling"), right, key=f"ruling-now-{key}"):
            deeds.send("/v1/reviews", body)


def _name(number: int, finding: Finding) -> str:
    return f"{number}. {labels.kind(finding.kind)}: «{safe.preview(finding.quote, 80)}»"


def _choice(choice: Choice) -> str:
    ruling, remedy = choice
    return f"{labels.ruling(ruling)}: {labels.remedy(remedy)}" if remedy else labels.ruling(ruling)


def _exception_fields(container: Container, key: str, wording: str) -> dict[str, Any]:
    roles = role_titles(container.settings)
    day = today(container)
    said = st.text_input(
        _("Wording to let pass"), key=f"wording-{key}", value=wording, max_chars=MOST_CHARACTERS,
        help=_("Case, spaces and inflection do not count, amounts do. A longer wording lets less pass."),
    )  # fmt: skip
    owner = st.selectbox(_("Who answers for it"), list(roles), key=f"owner-{key}", filter_mode=None,
                         format_func=lambda role: labels.role(role, roles))  # fmt: skip
    until = st.date_input(
        _("Until, this day included"), key=f"until-{key}", value=day + timedelta(days=_DAYS), min_value=day,
        max_value=day + timedelta(days=LONGEST_DAYS), format="DD.MM.YYYY",
    )  # fmt: skip
    return {"wording": said, "owner": owner, "until": until.isoformat() if isinstance(until, date) else None}


def exceptions(container: Container) -> None:
    """Every exception: what it lets pass, whose it is, until when, how often it fired; and ending one."""
    parts.question(_("What is let pass although the check objects?"))
    day = today(container)
    found = container.store.reviews.exceptions(revoked=True)
    if not found:
        frame.empty(_("No exceptions"), _("A finding that is no mistake becomes one on its dialogue's page."))
        return
    in_force = sum(e.in_force(day) for e in found)
    parts.answer(ngettext("{n} exception in force", "{n} exceptions in force", in_force).format(n=in_force))
    roles = role_titles(container.settings)
    for exception in sorted(found, key=lambda e: (not e.in_force(day), e.until)):
        with st.container(key=f"exception-{exception.id}"):
            frame.show(_exception(container, exception, day, roles))
            if exception.in_force(day):
                _ending(exception)


def _exception(
    container: Container, exception: ClaimException, day: date, roles: Mapping[str, Mapping[str, str]]
) -> Html:
    zone = container.settings.company.timezone
    current = container.books.current()
    product = current.compiled.skus.get(exception.sku) if current and exception.sku else None
    fired = ngettext("fired in {n} reply", "fired in {n} replies", exception.fired).format(n=exception.fired)
    if exception.last_fired_at is not None:
        fired += f" · {formats.moment(exception.last_fired_at, zone)}"
    head = tag("div", tag("b", f"«{safe.preview(exception.wording, 200)}»"), _state(exception, day), class_="bo-row")
    facts = parts.facts(
        [
            (_("Lets pass"), labels.kind(exception.kind)),
            (_("Product"), product.name if product else exception.sku or _("none named")),
            (_("Who answers for it"), labels.role(exception.owner, roles)),
            (_("Holds"), f"{formats.full_day(exception.since)} – {formats.full_day(exception.until)}"),
            (_("Fired"), fired),
            (_("Why"), safe.preview(exception.reason, 400)),
            (_("Exception"), tag("code", exception.id)),
        ]
    )
    return tag("div", head, facts, class_="bo-item")


def _state(exception: ClaimException, day: date) -> Html:
    if exception.in_force(day):
        return parts.chip(_("in force"), "good")
    if exception.revoked_at is not None:
        return parts.chip(_("ended by {who}").format(who=exception.revoked_by or "—"))
    return parts.chip(_("over") if exception.until < day else _("not begun"), "warn")


def _ending(exception: ClaimException) -> None:
    with (
        deeds.popover(_("End it now"), Right.EDIT, key=f"end-it-{exception.id}"),
        st.form(f"end-{exception.id}", border=False),
    ):
        by = deeds.who(f"end-{exception.id}")
        if presses.submit(_("End it"), key=f"revoke-now-{exception.id}"):
            deeds.send(f"/v1/exceptions/{exception.id}/revoke", {"by": by})
