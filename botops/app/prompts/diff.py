"""What a change of a prompt costs: tokens of each reply's prompt, and money a month at the traffic it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from botops.app.models import DEFAULT_MODEL
from botops.app.prompts.prompting import built_ins
from botops.domain.money import Money
from botops.domain.usage import Usage
from botops.llm.estimate import counts_exactly, estimate_messages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from botops.config import Settings
    from botops.domain.messages import Language, Message
    from botops.domain.ports import Meter
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion
    from botops.registry.diff import PromptDiff
    from botops.store import Store

TRAFFIC_DAYS = 28
"""Days of traffic looked at: whole weeks, so that weekends weigh what they weigh."""
MONTH_DAYS = 30
CHANNEL = "web"
_CENT = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Traffic:
    """Replies a month by language and the share of input tokens that came from the provider's cache (0..1).

    `basis` says where the count is from: `counted` from the last 28 days, or `given` by who asks.
    """

    replies: Mapping[Language, float]
    cached: float
    basis: Literal["counted", "given"]

    @property
    def total(self) -> float:
        """Replies a month in all languages."""
        return sum(self.replies.values())


@dataclass(frozen=True, slots=True)
class TokenChange:
    """Tokens of the prompt before the client's first message, in replies of a language. `exact` is False when the
    model's vocabulary is not on this machine and the count is an estimate (within about 15 %)."""

    language: Language
    before: int
    after: int
    exact: bool


@dataclass(frozen=True, slots=True)
class MonthlyChange:
    """What the change of the prompt's tokens costs a month, replies as long as before. `local` is in the company's
    currency, None without an exchange rate; `simulated` means that the price is that of `priced_as`, no bill exists;
    `unknown_model` that no price was found, so that the figures are 0 and mean nothing."""

    replies: float
    basis: Literal["counted", "given"]
    usd: Decimal
    local: Money | None
    priced_as: tuple[str, str]
    source: str
    simulated: bool
    unknown_model: bool


@dataclass(frozen=True, slots=True)
class PricedDiff:
    """A difference with what it costs; `monthly` is None when there is no traffic to count from and none was given."""

    diff: PromptDiff
    tokens: tuple[TokenChange, ...]
    monthly: MonthlyChange | None


def traffic_of(store: Store, prompt: str, now: datetime) -> Traffic | None:
    """Replies a month of a prompt, from the last 28 days; None when there were none."""
    rows = store.reads.totals(now - timedelta(days=TRAFFIC_DAYS), now, ("language",), where={"prompt": prompt})
    turns = {_language(row.key[0]): row.turns * MONTH_DAYS / TRAFFIC_DAYS for row in rows if row.turns}
    if not turns:
        return None
    tokens = sum(row.usage.input_tokens for row in rows)
    cached = sum(row.usage.cached_tokens for row in rows) / tokens if tokens else 0.0
    return Traffic(turns, cached, "counted")


def replies_per_dialogue(store: Store, now: datetime) -> float | None:
    """Replies a dialogue had on average in the last 28 days, whatever the prompt; None without dialogues."""
    since = now - timedelta(days=TRAFFIC_DAYS)
    dialogues = store.reads.distinct_dialogues(since, now)
    return store.reads.totals(since, now)[0].turns / dialogues if dialogues else None


def given_traffic(replies: float, counted: Traffic | None, language: Language) -> Traffic:
    """A number of replies a month, spread over languages as the traffic so far, all in `language` without any."""
    if counted is None or not counted.total:
        return Traffic({language: replies}, 0.0, "given")
    spread = {code: replies * share / counted.total for code, share in counted.replies.items()}
    return Traffic(spread, counted.cached, "given")


def priced_diff(
    difference: PromptDiff, before: PromptVersion, after: PromptVersion, settings: Settings, book: PriceBook | None,
    meter: Meter, at: datetime, traffic: Traffic | None, *, simulated: bool,
) -> PricedDiff:  # fmt: skip
    """A difference with its tokens, in every language the company speaks or the traffic has, and its monthly cost.

    `simulated` says that no real model answers.
    """
    models = (priced_model(before, settings, simulated=simulated), priced_model(after, settings, simulated=simulated))
    languages = dict.fromkeys((*settings.company.languages, *(traffic.replies if traffic else ())))
    tokens = []
    for language in languages:
        counts = [
            estimate_messages(preview(version, settings, book, at, language), model)
            for version, model in zip((before, after), models, strict=True)
        ]
        tokens.append(TokenChange(language, counts[0], counts[1], all(map(counts_exactly, models))))
    monthly = _monthly(tokens, models, meter, at, traffic, simulated=simulated) if traffic is not None else None
    return PricedDiff(difference, tuple(tokens), monthly)


def preview(
    version: PromptVersion, settings: Settings, book: PriceBook | None, at: datetime, language: Language,
    values: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Message, ...]:  # fmt: skip
    """The messages as a reply of that moment would get them, with `values` or else examples for the variables and,
    without a price book, no prices. Raises UserError where the template fails."""
    return version.render({**preview_values(version, settings, book, at, language), **values})


def preview_values(
    version: PromptVersion, settings: Settings, book: PriceBook | None, at: datetime, language: Language,
    channel: str = CHANNEL,
) -> dict[str, Any]:  # fmt: skip
    """What `preview` fills in."""
    values = built_ins(settings.company, book, at, language, channel)
    return {"price_table": "", **values, **version.examples()}


def priced_model(version: PromptVersion, settings: Settings, *, simulated: bool) -> str:
    """The model whose tokens and prices a version is counted in; `simulated` says that no real model answers."""
    if simulated:
        return settings.simulator.priced_as
    return version.parameters.model or settings.model.name or DEFAULT_MODEL


def diff_json(priced: PricedDiff) -> dict[str, Any]:
    """A priced difference as JSON."""
    found = priced.diff
    row: dict[str, Any] = {
        "before": found.before,
        "after": found.after,
        "changed": found.changed,
        "fields": [{"path": c.path, "before": c.before, "after": c.after} for c in found.fields],
        "messages": [
            {"path": m.path, "role": m.role, "pieces": [[p.operation, p.text] for p in m.pieces]}
            for m in found.messages
            if m.changed
        ],
        "includes": [
            {"name": c.name, "before": c.before, "after": c.after, "pieces": [[p.operation, p.text] for p in c.pieces]}
            for c in found.includes
        ],
        "tokens": [
            {"language": t.language, "before": t.before, "after": t.after, "exact": t.exact} for t in priced.tokens
        ],
        "monthly": None,
    }
    if (monthly := priced.monthly) is not None:
        row["monthly"] = {
            "replies": round(monthly.replies, 1),
            "basis": monthly.basis,
            "usd": str(monthly.usd),
            "local": None if monthly.local is None else str(monthly.local.amount),
            "currency": None if monthly.local is None else monthly.local.currency,
            "priced_as": list(monthly.priced_as),
            "source": monthly.source,
            "simulated": monthly.simulated,
            "unknown_model": monthly.unknown_model,
        }
    return row


def _monthly(
    tokens: list[TokenChange], models: tuple[str, str], meter: Meter, at: datetime, traffic: Traffic, *,
    simulated: bool,
) -> MonthlyChange:  # fmt: skip
    counts = {t.language: (t.before, t.after) for t in tokens}
    usd = [Decimal(0), Decimal(0)]
    costs = []
    for side, model in enumerate(models):
        for language, replies in traffic.replies.items():
            prompt = counts[language][side]
            usage = Usage(input_tokens=prompt, cached_tokens=round(prompt * traffic.cached))
            cost = meter.cost(usage, model, at, simulated=simulated)  # a call at a time: prices rise with its length
            usd[side] += cost.usd * Decimal(replies)
        costs.append(cost)
    old, new = costs
    change = (usd[1] - usd[0]).quantize(_CENT)
    local = Money.of(change * new.rate, new.local.currency) if new.rate is not None and new.local is not None else None
    return MonthlyChange(
        traffic.total, traffic.basis, change, local, (old.priced_as, new.priced_as), new.source, simulated,
        old.unknown_model or new.unknown_model,
    )  # fmt: skip


def _language(value: object) -> Language:
    return "kk" if value == "kk" else "en" if value == "en" else "ru"
