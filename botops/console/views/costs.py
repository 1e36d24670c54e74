"""Costs: what the model costs by day, version, model and channel, and the dearest dialogues."""

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.console import charts, data, formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, tag


def body(container: Container) -> None:
    days = frame.period()
    key = data.key_of(container)
    total = data.spending(container, key, days, "total")[0]
    if not total.replies:
        frame.empty(_("No costs in this period"), _("Choose a longer period or write to the bot on the Chat page."))
        return
    _total(container, total)
    currency = container.settings.company.currency
    parts.question(_("How much does the model cost a day?"))
    charts.spending(data.spending(container, key, days, "day"), currency)
    for group, title, head, name in (
        ("version", _("Which prompt version costs more?"), _("Version"), lambda k: labels.prompt(*k)),
        ("model", _("Which model is the money spent on?"), _("Model"), lambda k: labels.model(str(k[0]))),
        ("channel", _("Which channel costs more?"), _("Channel"), lambda k: labels.channel(str(k[0]))),
    ):
        parts.question(title)
        rows = data.spending(container, key, days, group)  # type: ignore[arg-type]
        frame.show(_groups(container, rows, head, name))
    _dearest(container, days)


def _total(container: Container, total: queries.Spending) -> None:
    usage = total.usage
    with st.container(key="numbers"):
        columns = st.columns(4)
    names = GLOSSARY["model_cost"], GLOSSARY["tokens"]
    amounts = [
        (names[0].name[language()], _amount(container, total), names[0].meaning[language()]),
        (_("The same in dollars"), formats.cost(total.usd, "USD"), _rate(container)),
        (names[1].name[language()], formats.compact(usage.total_tokens), names[1].meaning[language()]),
        (
            _("Read from the cache"),
            _cached(total),
            _("Share of the tokens read that came from the provider's cache and cost less."),
        ),
    ]
    for column, (name, value, meaning) in zip(columns, amounts, strict=True):
        with column:
            st.metric(safe.markdown(name), value, help=safe.markdown(meaning), border=True, height="stretch")
    notes = [_rate(container)]
    if total.simulated:
        priced = container.settings.simulator.priced_as
        text = _("Simulated replies: {n}. Nobody is billed; they are counted at the price of {model}.")
        notes.append(text.format(n=formats.number(total.simulated), model=priced))
    if total.unknown:
        text = _("Replies without a known price: {n}. They are counted as 0; set costs.prices in botops.yaml.")
        notes.append(text.format(n=formats.number(total.unknown)))
    parts.answer(" ".join(note for note in notes if note))


def _rate(container: Container) -> str:
    found = queries.rate_today(container)
    if found is None:
        return _("No exchange rate is set: amounts are in dollars. Add costs.rates to botops.yaml.")
    rate, since = found
    amount = formats.rate(rate, container.settings.company.currency)
    return _("Rate today: {amount} for a dollar, of {day}. Each day is counted at its own rate.").format(
        amount=amount, day=formats.day(since)
    )


def _amount(container: Container, spent: queries.Spending) -> str:
    if spent.local is None:
        return formats.cost(spent.usd, "USD")
    return formats.cost(spent.local.amount, container.settings.company.currency)


def _cached(spent: queries.Spending) -> str:
    read = spent.usage.input_tokens
    return formats.percent(spent.usage.cached_tokens / read) if read else formats.NOTHING


def _groups(container: Container, rows: tuple[queries.Spending, ...], head: str, name: object) -> Html:
    assert callable(name)
    whole = sum(row.pico_usd for row in rows) or 1
    heads = [(head, False), (_("Cost"), True), (_("Per reply"), True), (_("Replies"), True), (_("Tokens in"), True),
             (_("cached"), True), (_("Tokens out"), True)]  # fmt: skip
    return parts.table(
        heads,
        [
            (
                tag("div", str(name(row.key)), safe.bar(row.pico_usd / whole)),
                _amount(container, row),
                formats.cost(row.usd / row.replies, "USD") if row.replies else formats.NOTHING,
                formats.number(row.replies),
                formats.compact(row.usage.input_tokens),
                _cached(row),
                formats.compact(row.usage.output_tokens),
            )
            for row in rows
        ],
    )


def _dearest(container: Container, days: int) -> None:
    parts.question(_("Which dialogues cost most?"))
    for index, row in enumerate(queries.dearest(container, queries.period(container, days), 5)):
        amounts = [formats.money(row.local[0])] if row.local else []
        turns = ngettext("{n} reply", "{n} replies", row.turns).format(n=row.turns)
        tokens = ngettext("{n} token", "{n} tokens", row.tokens).format(n=formats.number(row.tokens))
        amounts += [formats.cost(queries.dollars(row.pico_usd), "USD"), turns, tokens, labels.channel(row.channel)]
        text = " · ".join(amounts)
        with st.container(key=f"row-{index}"):
            frame.show(tag("div", text, class_="bo-item"))
            navigation.link("dialogues", safe.markdown(row.id), None, dialogue=row.id)


frame.page("costs", body)
