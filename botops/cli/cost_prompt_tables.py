"""The tables of `botops cost prompt`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from botops.cli.context import counted

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from rich.table import Table

    from botops.app.costs.economics import MonthlyCost, PromptEconomics, SectionCost
    from botops.app.costs.versions import Answer, Interval, VersionComparison, VersionFigures

_TITLE = 44
_WHOSE = {
    "version": "as in the last {days} days",
    "prompt": "the version had none in the last {days} days, so those of all versions of the prompt",
    "none": "",
}


def print_economics(found: PromptEconomics) -> None:
    """A version's sections, what it costs, and what the figures rest on."""
    from rich.console import Console

    console = Console()
    for line in _head(found):
        console.print(line, markup=False, soft_wrap=True, highlight=False)
    language = next(iter(found.tokens))
    parted = any(row.calls != found.calls for row in found.sections)
    local = found.monthly.local.currency if found.monthly and found.monthly.local else None
    money = (["USD", "no cache"] if found.monthly else []) + ([local] if local else [])
    table = _table(f"tokens {language}", "share", *(["calls"] if parted else []), *money, left=("what, where",))
    for row in found.sections:
        calls = [f"{row.calls:,.0f}"] if parted else []
        tokens = f"{row.tokens[language]:,}" if language in row.tokens else "—"
        table.add_row(tokens, f"{row.share:.1%}", *calls, *_money(row.monthly, local), _what(row))
    table.add_section()
    calls = [f"{found.calls:,.0f}"] if parted else []
    table.add_row(
        f"{found.tokens[language]:,}",
        "100.0%",
        *calls,
        *_money(found.monthly, local),
        "the prompt, a month" if found.monthly else "the prompt",
    )
    console.print(table)


def print_comparison(found: VersionComparison) -> None:
    """Two versions side by side: price, then quality."""
    from rich.console import Console

    console = Console()
    for line in _price_lines(found):
        console.print(line, markup=False, soft_wrap=True, highlight=False)
    table = _table("dialogues", "replies", "findings/1,000", "95 % interval", "USD/dialogue", left=("version",))
    for label, figures in zip((found.before, found.after), found.figures, strict=True):
        table.add_row(*_figures(figures), label)
    console.print(table)
    for line in _quality_lines(found):
        console.print(line, markup=False, soft_wrap=True, highlight=False)


def _head(found: PromptEconomics) -> Iterable[str]:
    about = "" if found.exact else "about "
    tokens = ", ".join(f"{about}{number:,} in {language}" for language, number in found.tokens.items())
    yield f"{found.label}: tokens of a call: {tokens} ({found.priced_as})"
    if not found.counted:
        yield f"no call carried this prompt in the last {found.days} days, so a month's cost is not known"
    else:
        whose = _WHOSE[found.basis].format(days=found.days)
        cached = (
            "" if found.cached is None else f"; {found.cached:.1%} of what they read came from the provider's cache"
        )
        many = "call" if round(found.calls) == 1 else "calls"
        yield f"{found.calls:,.0f} {many} a month ({counted(found.counted, 'call')} {whose}){cached}"
    if found.carried is not None:
        yield f"the prompt is {found.carried:.1%} of what these calls read; the rest is what was said"
    if not found.known_price:
        yield f"the price of {found.priced_as} is not known: set it under costs.prices in botops.yaml"
    else:
        bill = "; nobody bills it, a simulated model answers" if found.simulated else ""
        yield f"priced by {found.price_source}{bill}"


def _money(cost: MonthlyCost | None, local: str | None) -> Iterable[str]:
    if cost is not None:
        yield usd(cost.usd)
        yield usd(cost.usd_uncached)
    if cost is not None and local is not None:
        yield "—" if cost.local is None else f"{cost.local.amount:,.2f}"


def _signed(amount: Decimal) -> str:
    return f"{'-' if amount < 0 else '+'}{usd(abs(amount))}"


def usd(amount: Decimal) -> str:
    """Dollars: cents from one dollar on, more digits below."""
    return f"{amount:,.2f}" if amount >= 1 else f"{amount:.4f}"


def _what(row: SectionCost) -> str:
    section = row.section
    if section is None:
        return "frame of the messages"
    title = section.title if len(section.title) <= _TITLE else f"{section.title[: _TITLE - 1]}…"
    where = f"{seen_from_here(section.file)}:{section.line}"
    if row.filled and section.kind not in {"price_table", "value"}:
        where += f" (filled in: {', '.join(f'{name} {tokens:,}' for name, tokens in row.filled.items())})"
    return f"{section.kind.replace('_', ' ')}: {title}\n{where}"


def seen_from_here(file: str) -> str:
    """A path as seen from this folder."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def _price_lines(found: VersionComparison) -> Iterable[str]:
    yield f"\n{found.before} -> {found.after}"
    for count in found.priced.tokens:
        change = count.after - count.before
        yield f"tokens of a call in {count.language}: {count.before:,} -> {count.after:,} ({change:+,})"
    monthly = found.priced.monthly
    if monthly is None:
        yield "a month: no reply of this prompt to count from"
    elif monthly.unknown_model:
        yield f"a month: the price of {' and '.join(dict.fromkeys(monthly.priced_as))} is not known"
    else:
        local = f", {monthly.local.amount:+,} {monthly.local.currency}" if monthly.local is not None else ""
        yield f"a month (computed): {_signed(monthly.usd)} USD{local} at {monthly.replies:,.0f} replies"


def _figures(figures: VersionFigures) -> Iterable[str]:
    rate = figures.per_thousand
    yield f"{figures.dialogues:,}"
    yield f"{figures.replies:,}"
    yield f"{rate.value:.1f}" if rate else "—"
    yield f"{rate.low:.1f} … {rate.high:.1f}" if rate and rate.low is not None and rate.high is not None else "—"
    yield f"{figures.usd:.5f}" if figures.usd is not None else "—"


def _quality_lines(found: VersionComparison) -> Iterable[str]:
    match found.measured_by:
        case "experiment":
            yield f"measured side by side in the experiment {found.experiment}, over {found.days} days"
        case "period":
            each = "each version while it answered: what else changed meanwhile counts too"
            yield f"measured over {found.days} days, {each}"
        case _:
            lacking = [
                label for label, f in zip((found.before, found.after), found.figures, strict=True) if not f.replies
            ]
            yield f"not measured: {' and '.join(lacking)} answered nobody in the last {found.days} days"
    yield f"findings per 1,000 replies: {_difference(found.findings, found.findings_answer, '.1f', 'findings')}"
    yield f"USD per dialogue: {_difference(found.usd, found.usd_answer, '.5f', 'money')}"
    for pair in found.evals:
        yield (
            f"suite {pair.suite} ({pair.model}, {counted(pair.after.cases, 'case')}): "
            f"{pair.before.failed} failed -> {pair.after.failed} failed"
        )
    if not found.evals:
        yield "no suite was run on both texts in the same state: botops eval run SUITE --prompt NAME@VERSION on each"
    if found.verdict is not None:
        yield f"the experiment: {found.verdict}"


def _difference(interval: Interval | None, answer: Answer, form: str, what: str) -> str:
    if interval is None:
        return "not measured"
    shown = f"{interval.value:+{form}}"
    if interval.low is not None and interval.high is not None:
        shown += f" ({interval.low:+{form}} … {interval.high:+{form}})"
    if answer == "too_few":
        return f"{shown}: too few to say"
    return f"{shown}: {answer} {what}"


def _table(*titles: str, left: tuple[str, ...]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, justify="right")
    for title in left:
        table.add_column(title, overflow="fold")
    return table
