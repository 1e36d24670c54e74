"""A dialogue as a conversation: what the client saw, what was held back, what each claim is worth."""

from __future__ import annotations

from collections.abc import Sequence

from botops.console import formats, labels, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.safe import Html, tag
from botops.domain.findings import Finding, Judgement, SupportedClaim
from botops.domain.turns import Action, Attempt, TurnRecord, TurnState
from botops.domain.usage import local_amounts


def summary(records: Sequence[TurnRecord], zone: str) -> Html:
    """Who, where, when, by which prompt and for how much."""
    first, last = records[0], records[-1]
    prompts = dict.fromkeys(
        labels.prompt(r.assignment.ref.name, r.assignment.ref.version) for r in records if r.assignment
    )
    begun, ended = formats.moment(first.inbound.at, zone), formats.clock(last.inbound.at, zone)
    return parts.facts(
        [
            (_("Dialogue"), first.inbound.dialogue_id),
            (_("Client"), first.inbound.lead_id),
            (_("When"), begun if begun.endswith(ended) else f"{begun} – {ended}"),
            (_("Channel"), f"{labels.channel(first.inbound.channel)} · {labels.spoken(last.language)}"),
            (_("Prompt"), ", ".join(prompts) or None),
            (_("Cost"), cost(records) + (" · " + _("notional") if any(r.simulated for r in records) else "")),
        ]
    )


def cost(records: Sequence[TurnRecord]) -> str:
    """What the replies cost, as they were recorded."""
    usd = sum((r.cost.usd for r in records), start=records[0].cost.usd * 0)
    shown = [formats.money(money) for money in local_amounts(record.cost for record in records)]
    return " · ".join([*shown, formats.cost(usd, "USD")])


def turn(record: TurnRecord, zone: str, supported: Sequence[SupportedClaim] = ()) -> Html:
    """One message of the client and everything that followed from it; `supported` are the claims that are right."""
    blocks = [_client(record, zone)] if record.inbound.text else []
    blocks += [_held(attempt, n) for n, attempt in enumerate(record.attempts) if _was_held(record, attempt, n)]
    blocks += [_reply(record, supported), meta(record)]
    if record.hand_off is not None:
        text = _("Handed to a person: {rule}").format(rule=labels.rule(record.hand_off.rule))
        blocks.append(tag("div", text, class_="bo-event"))
    return tag("div", *blocks, class_="bo-turn")


def guard(record: TurnRecord) -> Html | None:
    """What the guard did with a reply, without the messages themselves; None when it had nothing to say."""
    held = [_held(attempt, n) for n, attempt in enumerate(record.attempts) if _was_held(record, attempt, n)]
    findings = _findings(_sent(record))
    judged = _not_judged(record)
    if not held and not findings and judged is None and record.action is Action.PASSED:
        return None
    return tag("div", *held, *findings, judged, class_="bo-plain")


def _client(record: TurnRecord, zone: str) -> Html:
    who = tag("div", _("Client"), f" · {formats.clock(record.inbound.at, zone)}", class_="bo-who bo-muted")
    return tag("div", who, safe.said(record.inbound.text, more=_more(record.inbound.text)), class_="bo-bubble client")


def _was_held(record: TurnRecord, attempt: Attempt, index: int) -> bool:
    """True for a draft the client never saw."""
    if not attempt.text or attempt.verdict is None or attempt.verdict.clean:
        return False
    last = index == len(record.attempts) - 1
    return not (last and record.action in {Action.PASSED, Action.FLAGGED, Action.HANDED_OVER})


def _held(attempt: Attempt, index: int) -> Html:
    assert attempt.verdict is not None
    title = tag("b", _("Held back: the client did not see this"), class_="bad")
    who = tag("div", title, f" · {labels.purpose(attempt.purpose)}", class_="bo-who")
    findings = attempt.verdict.findings
    text = safe.said(attempt.text, parts.marks(attempt.text, findings), _more(attempt.text))
    reason = (
        tag("div", labels.reason(attempt.verdict.reason)) if attempt.verdict.judgement is Judgement.NOT_JUDGED else None
    )
    return tag("div", who, text, reason, *_findings(findings), class_="bo-bubble held")


def _sent(record: TurnRecord) -> tuple[Finding, ...]:
    """Findings about the text that left."""
    if record.verdict is None or record.action in {Action.BLOCKED, Action.REPAIRED}:
        return ()
    return record.verdict.findings


def _reply(record: TurnRecord, supported: Sequence[SupportedClaim]) -> Html:
    findings = _sent(record)
    reply = record.reply
    if reply is None:
        title = labels.state(record.state)
        return tag("div", tag("b", title), tag("div", _error(record)), class_="bo-bubble bot")
    heads = {
        Action.BLOCKED: (_("Safe answer: this is what the client saw"), "good"),
        Action.REPAIRED: (_("Corrected reply: this is what the client saw"), "good"),
        Action.FLAGGED: (_("Sent as it is: the client saw this"), "bad"),
    }
    head, kind = heads.get(record.action, (_("Bot"), "")) if record.action else (_("Bot"), "")
    who = tag("div", tag("b", head, class_=kind or None), class_="bo-who")
    cut = tag("div", _("Cut off here: the client left or the service stopped."), class_="bo-muted bo-small")
    return tag(
        "div",
        who,
        safe.said(reply, parts.marks(reply, findings), _more(reply)),
        cut if record.state is TurnState.INTERRUPTED else None,
        _not_judged(record),
        *_findings(findings),
        parts.excepted(record.verdict.excepted) if record.verdict and record.verdict.excepted else None,
        parts.supported(supported) if supported else None,
        class_="bo-bubble bot" + (" flagged" if findings else ""),
    )


def _not_judged(record: TurnRecord) -> Html | None:
    verdict = record.verdict
    if verdict is None or verdict.judgement is not Judgement.NOT_JUDGED:
        return None
    text = _("Not checked. {reason}").format(reason=labels.reason(verdict.reason))
    return tag("div", tag("b", text), class_="bo-small")


def _findings(findings: Sequence[Finding]) -> list[Html]:
    return [parts.finding(found, number) for number, found in enumerate(findings, 1)]


def _error(record: TurnRecord) -> str:
    return record.error or _("Nothing left before the end.")


def meta(record: TurnRecord) -> Html:
    """Which version and model answered, how fast and for how much."""
    ref = record.assignment.ref if record.assignment else None
    facts = [
        labels.prompt(ref.name, ref.version) if ref else "",
        labels.model(record.model),
        formats.milliseconds(record.timing.total_ms),
        cost((record,)) if record.attempts else "",
        _("last good prompt served") if record.assignment and record.assignment.stale else "",
    ]
    claims = record.verdict.claims if record.verdict else 0
    if claims:
        facts.append(ngettext("{n} claim checked", "{n} claims checked", claims).format(n=claims))
    return tag("div", " · ".join(fact for fact in facts if fact), class_="bo-meta bo-muted")


def _more(text: str) -> str:
    left = len(text) - safe.MOST
    return ngettext("… {n} more character", "… {n} more characters", max(left, 0)).format(
        n=formats.number(max(left, 0))
    )
