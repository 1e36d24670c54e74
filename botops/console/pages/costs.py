"""Costs: what the model costs by day, version, model and channel, and the dearest dialogues."""

import streamlit as st

from botops.app import queries
from botops.app.container import Container
from botops.app.glossary import GLOSSARY
from botops.console import charts, data, formats, frame, labels, navigation, parts, safe
from botops.console.i18n import _, language
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
        (_("Read from the cache"), formats.percent(usage.cached_tokens / usage.input_tokens if usage.input_tokens else 0),
         _("Share of the tokens read that came from the provider's cache and cost less.")),
    ]  # fmt: skip
    for column, (name, value, meaning) in zip(columns, amounts, strict=True):
        with column:
            st.metric(safe.markdown(name), value, help=safe.markdown(meaning), border=True, height="stretch")
    notes = [_rate(container)]
    if total.simulated:
        priced = container.settings.simulator.priced_as
        notes.append(_("{n} replies are simulated: nobody is billed, they are counted at the price of {model}.").format(
            n=formats.number(total.simulated), model=priced))  # fmt: skip
    if total.unknown:
        notes.append(_("No price is known for {n} replies: they are counted as 0. Set costs.prices in botops.yaml.").format(
            n=formats.number(total.unknown)))  # fmt: skip
    parts.answer(" ".join(note for note in notes if note))


def _rate(container: Container) -> str:
    found = queries.rate_today(container)
    if found is None:
        return _("No exchange rate is set: amounts are in dollars. Add costs.rates to botops.yaml.")
    rate, since = found
    amount = formats.cost(rate, container.settings.company.currency)
    return _("Rate today: {amount} for a dollar, of {day}. Each day is counted at its own rate.").format(
        amount=amount, day=formats.day(since)
    )


def _amount(container: Container, spent: queries.Spending) -> str:
    if spent.local is None:
        return formats.cost(spent.usd, "USD")
    return formats.cost(spent.local.amount, container.settings.company.currency)


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
                formats.percent(row.usage.cached_tokens / row.usage.input_tokens if row.usage.input_tokens else 0),
                formats.compact(row.usage.output_tokens),
            )
            for row in rows
        ],
    )


def _dearest(container: Container, days: int) -> None:
    parts.question(_("Which dialogues cost most?"))
    for index, row in enumerate(queries.dearest(container, queries.period(container, days), 5)):
        local = f"{formats.money(row.local[0])} · " if row.local else ""
        text = _("{cost}, {turns} replies, {tokens} tokens, {channel}").format(
            cost=local + formats.cost(queries.dollars(row.pico_usd), "USD"), turns=row.turns,
            tokens=formats.compact(row.tokens), channel=labels.channel(row.channel),
        )  # fmt: skip
        with st.container(key=f"row-{index}"):
            frame.show(tag("div", text, class_="bo-item"))
            navigation.link("dialogues", safe.markdown(row.id), None, dialogue=row.id)


frame.page("costs", body)
