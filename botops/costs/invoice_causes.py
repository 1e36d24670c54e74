"""Why an invoice and the calls kept may differ, each cause with the figures that speak for it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from botops.costs.invoices import Line, Measure, Reconciliation

_CLOSE = Decimal("0.01")
"""Two shares this near each other are taken for one."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A likely cause. `models` are those it concerns; `evidence` holds the figures, fit to be shown as they are."""

    id: str
    text: str
    models: tuple[str, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


def causes(found: Reconciliation) -> tuple[Cause, ...]:
    """The likely causes of the differences over the tolerance, surest first; none where nothing differs."""
    if not found.over:
        return ()
    rules: tuple[Callable[[Reconciliation], Iterator[Cause]], ...] = (
        _unknown_price, _invoice_only, _store_only, _no_model, _estimated, _failed, _more_requests, _midnight, _cached,
        _other_price, _amount_alone,
    )  # fmt: skip
    return tuple(cause for rule in rules for cause in rule(found))


def _gap(line: Line, measure: Measure) -> Decimal:
    """How much more the invoice says than the store."""
    return -(line.difference(measure) or Decimal(0))


def _models(found: Reconciliation, wanted: Callable[[Line], bool]) -> tuple[Line, ...]:
    """The models with a line over the tolerance of which something holds."""
    over = {line.model for line in found.over}
    return tuple(line for line in found.models if line.model in over and wanted(line))


def _calls(number: int) -> str:
    return "1 call" if number == 1 else f"{number} calls"


def _names(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(line.model for line in lines)


def _unknown_price(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(found, lambda line: "amount" in line.over and line.evidence.unknown > 0)
    if lines:
        text = (
            "the price of these models is not known, so their calls add nothing to the store's amount: "
            "add it to `costs.prices`, then `botops cost reprice`"
        )
        evidence = {line.model: f"{_calls(line.evidence.unknown)} without a price" for line in lines}
        yield Cause("unknown_price", text, _names(lines), evidence)


def _invoice_only(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(found, lambda line: line.presence == "invoice" and not line.model.startswith("("))
    if lines:
        text = (
            "no call of these models is kept here: another application uses the same account or key "
            "(--project leaves its rows out), or the name is another one (--model-as THEIRS=OURS)"
        )
        yield Cause("other_application", text, _names(lines), {line.model: _said(line, 1) for line in lines})


def _store_only(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(found, lambda line: line.presence == "store")
    if lines:
        text = (
            "these models are not on the invoice: another provider or account bills them, the export is filtered or "
            "cut, or the name is another one (--model-as THEIRS=OURS)"
        )
        yield Cause("not_on_invoice", text, _names(lines), {line.model: _said(line, -1) for line in lines})


def _no_model(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(found, lambda line: line.model.startswith("("))
    if lines:
        text = (
            "charges that belong to no model: tools and storage. What a call's own tools cost is in the store's amount "
            "of that call's model"
        )
        yield Cause("no_model", text, _names(lines), {line.model: _said(line, 1) for line in lines})


def _estimated(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(found, lambda line: line.evidence.estimated > 0)
    if lines:
        text = "the provider sent no usage with some calls; their tokens were estimated here"
        evidence = {
            line.model: f"{_calls(line.evidence.estimated)}, {line.evidence.estimated_tokens} estimated tokens"
            for line in lines
        }
        yield Cause("estimated", text, _names(lines), evidence)


def _failed(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(
        found,
        lambda line: line.evidence.without_usage > 0 and any(_gap(line, measure) > 0 for measure in found.measures),
    )
    if lines:
        text = "calls that failed or were cut off without a usage: the provider may have billed what it had done"
        evidence = {line.model: f"{_calls(line.evidence.without_usage)} failed without a usage" for line in lines}
        yield Cause("failed_calls", text, _names(lines), evidence)


def _more_requests(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(
        found,
        lambda line: (
            line.presence == "both" and "requests" in line.over and _gap(line, "requests") > line.evidence.without_usage
        ),
    )
    if lines:
        text = (
            "the provider counted more requests than are kept, even with all failed ones: retries made outside botops, "
            "or another application with the same key (--project leaves its rows out)"
        )
        evidence = {line.model: f"{_gap(line, 'requests')} requests more on the invoice" for line in lines}
        yield Cause("more_requests", text, _names(lines), evidence)


def _midnight(found: Reconciliation) -> Iterator[Cause]:
    """Differences of two neighbouring days that cancel out: one call was counted on either side of midnight."""
    by_model = defaultdict[str, list[Line]](list)
    for line in found.lines:
        by_model[line.model].append(line)
    pairs = {}
    for model, lines in by_model.items():
        for one, other in pairwise(lines):
            if other.first - one.last == timedelta(days=1) and (one.over or other.over):
                first, second = _gap(one, "input_tokens"), _gap(other, "input_tokens")
                if first * second < 0 and abs(first + second) <= max(abs(first), abs(second)) * Decimal("0.1"):
                    pairs[model] = f"{one.last}: {first:+}, {other.first}: {second:+} input tokens"
    if pairs:
        text = (
            "what one day lacks the next one has: a call is counted here by when its message came, by the provider by "
            "when it ended; or the invoice's days are of another time zone (--timezone)"
        )
        yield Cause("midnight", text, tuple(pairs), pairs)


def _same_tokens(line: Line) -> bool:
    tokens: tuple[Measure, ...] = ("input_tokens", "output_tokens")
    return line.presence == "both" and not set(line.over) & set(tokens)


def _cached(found: Reconciliation) -> Iterator[Cause]:
    lines = _models(found, lambda line: _same_tokens(line) and "cached_tokens" in line.over)
    if lines:
        text = "the tokens agree, but not how many of them the provider's cache gave: its price differs with that"
        evidence = {line.model: f"{_gap(line, 'cached_tokens'):+} cached tokens on the invoice" for line in lines}
        yield Cause("cached", text, _names(lines), evidence)


def _other_price(found: Reconciliation) -> Iterator[Cause]:
    def priced_apart(line: Line) -> bool:
        known = line.invoice.input_tokens is not None
        return "amount" in line.over and known and _same_tokens(line) and not line.evidence.unknown

    lines = _models(found, priced_apart)
    ratios = {line.model: ratio for line in lines if (ratio := _ratio(line)) is not None}
    for model, ratio in ratios.items():
        halved = abs(ratio - Decimal("0.5")) <= _CLOSE
        text = (
            "the tokens agree and the amount is half: batch or flex prices were charged"
            if halved
            else "the tokens agree, the amount does not: another price list, a contract price or another exchange rate"
        )
        text += "; put the price into `costs.prices`, then `botops cost reprice`"
        yield Cause("half_price" if halved else "price", text, (model,), {model: f"invoice / store = {ratio:.4f}"})


def _amount_alone(found: Reconciliation) -> Iterator[Cause]:
    if found.measures == ("amount",):
        text = (
            "this file holds amounts and no tokens, so a difference of prices cannot be told from one of usage: "
            "reconcile the usage export of the same days too"
        )
        yield Cause("amount_alone", text)


def _ratio(line: Line) -> Decimal | None:
    theirs, ours = line.invoice.amount, line.store.amount
    return None if theirs is None or not ours else theirs / ours


def _said(line: Line, sign: int) -> str:
    side = line.invoice if sign > 0 else line.store
    parts = [f"{value} {name.replace('_', ' ')}" for name in ("requests", "input_tokens", "output_tokens", "amount")
             if (value := getattr(side, name))]  # fmt: skip
    return ", ".join(parts) or "nothing"
