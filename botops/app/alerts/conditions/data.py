"""The price book and other data that replies and figures rest on are broken, out of date, or about to be."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.alerts.conditions.wording import said
from botops.app.models import recordings_of
from botops.app.pricebooks.canary import standing_alarm
from botops.app.releases.auditing import PRICEBOOK, prompt_subject
from botops.domain.alerts import AlertSeverity, Example, Signal
from botops.pricebook.ending import last_day

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from botops.app.alerts.conditions.look import Look
    from botops.app.costs.pricing import Pricing

EXPIRES_WITHIN = timedelta(days=3)
"""How long before its prices end a book is to be renewed."""


def price_book_broken(look: Look) -> Iterator[Signal]:
    """The price book cannot be read; or there is none."""
    books = look.container.books
    current = books.current()
    lines = [problem.text() for problem in books.problems]
    if current is None and not lines:
        lines = [f"{books.path}: no price book"]
    if not lines:
        return
    missing = current is None
    yield Signal(
        key="price_book_broken", rule="BotopsPriceBookBroken",
        severity=AlertSeverity.PAGE if missing else AlertSeverity.TICKET, area="data", began_at=look.now,
        title=said(
            "Прайс-лист не читается", "Прайс-парақ оқылмайды", "The price book cannot be read",
        ) if missing else said(
            "Ошибок в прайс-листе: {n}", "Прайс-парақтағы қателер: {n}", "Faults in the price book: {n}", n=len(lines)
        ),
        text=said(
            "Без прайс-листа ответы не оцениваются. {first}", "Прайс-парақсыз жауаптар бағаланбайды. {first}",
            "Without a price book no reply is judged. {first}", first=lines[0],
        ) if missing else said(
            "Действует последний исправный прайс-лист; новые цены не применились. {first}",
            "Соңғы жарамды прайс-парақ күшінде; жаңа бағалар қолданылмады. {first}",
            "The last good book is in force; new prices were not taken. {first}", first=lines[0],
        ),
        subject=PRICEBOOK, facts={"problems": len(lines), "first": lines[0]},
    )  # fmt: skip


def price_book_suspect(look: Look) -> Iterator[Signal]:
    """Since a new price book too many replies are held back."""
    current = look.container.books.current()
    alarm = standing_alarm(look.container.store, current) if current is not None else None
    if alarm is None:
        return
    yield Signal(
        key=f"price_book_suspect:{alarm.id}", rule="BotopsPriceBookSuspect", severity=AlertSeverity.PAGE, area="data",
        began_at=look.since(alarm.at),
        title=said(
            "Новый прайс-лист заставляет бота молчать", "Жаңа прайс-парақ ботты үндемеуге мәжбүрлейді",
            "A new price book silences the bot",
        ),
        text=said(
            "После смены прайса задерживается {held} из {replies} ответов. Возможно, загрузили не тот файл.",
            "Прайс ауысқаннан кейін {replies} жауаптың {held} ұсталады. Басқа файл жүктелген болуы мүмкін.",
            "Since it changed {held} of {replies} replies are not borne out. It may be the wrong file.",
            held=str(alarm.detail.get("held")), replies=str(alarm.detail.get("replies")),
        ),
        examples=tuple(_examples(str(alarm.detail.get("turns") or ""), alarm.at)), subject=PRICEBOOK,
        facts={"cause": alarm.detail.get("cause"), "action": alarm.detail.get("action")},
    )  # fmt: skip


def price_book_expiring(look: Look) -> Iterator[Signal]:
    """Prices of the book in force end within days, and nothing follows them: the bot will have no price to say."""
    current = look.container.books.current()
    if current is None:
        return
    today = look.now.astimezone(ZoneInfo(current.book.timezone)).date()
    ends = [(day, product.name) for product in current.book.products if (day := last_day(product, today)) is not None]
    ending = sorted((day, name) for day, name in ends if day <= today + EXPIRES_WITHIN)
    if not ending:
        return
    first = ending[0][0]
    names = ", ".join(name for _, name in ending[:5]) + ("…" if len(ending) > 5 else "")
    yield Signal(
        key=f"price_book_expiring:{first}", rule="BotopsPriceBookExpiring", severity=AlertSeverity.TICKET, area="data",
        began_at=look.now,
        title=said(
            "Цены кончаются {day}: товаров без следующей цены — {n}",
            "Бағалар {day} күні аяқталады: келесі бағасы жоқ тауарлар — {n}",
            "Prices end on {day}: {n} products have none after it", day=str(first), n=len(ending),
        ),
        text=said(
            "После этого дня бот не сможет назвать их цену: {names}. Опубликуйте прайс-лист на следующий период.",
            "Осы күннен кейін бот олардың бағасын айта алмайды: {names}. Келесі кезеңнің прайс-парағын жариялаңыз.",
            "After that day the bot cannot tell what they cost: {names}. Publish the price book of the next period.",
            names=names,
        ),
        subject=PRICEBOOK, facts={"products": len(ending), "last_day": str(first)},
    )  # fmt: skip


def price_table_stale(look: Look) -> Iterator[Signal]:
    """Prices of models, or exchange rates that somebody keeps, are so old that costs are likely wrong."""
    from botops.app.costs.pricing import Pricing
    from botops.costs import price_freshness, rate_freshness

    pricing: Pricing = Pricing(look.container.settings)
    today = pricing.today(look.now)
    # A simulated model costs nothing: what its prices would be is of no concern.
    if not look.container.bot.model.simulated:
        table = price_freshness(pricing.table, today)
        if table.stale:
            yield _stale(look, "table", table.what, table.age_days)
    currencies = {look.container.settings.company.currency, *pricing.table.currencies}
    for rate in rate_freshness(pricing.rates, currencies, today):
        if rate.stale and rate.day is not None:
            yield _stale(look, f"rate:{rate.what}", f"USD/{rate.what}", rate.age_days)


def recordings_stale(look: Look) -> Iterator[Signal]:
    """Replies are recorded for a prompt, but none for the version that is live: its evals cannot be replayed."""
    from botops.app.evals.recorded import recorded_versions, unrecorded

    recorded = recorded_versions(recordings_of(look.container.settings))
    for version in unrecorded(look.container.registry, recorded):
        prompt = version.partition("@")[0]
        known = ", ".join(sorted(one for one in recorded if one.partition("@")[0] == prompt))
        yield Signal(
            key=f"recordings_stale:{version}", rule="BotopsRecordingsStale", severity=AlertSeverity.DIGEST,
            area="replies", began_at=look.now,
            title=said(
                "Для {version} нет записанных ответов", "{version} үшін жазылған жауаптар жоқ",
                "No replies are recorded for {version}", version=version,
            ),
            text=said(
                "Записаны {known}. Тесты живой версии нельзя прогнать без модели: запишите ответы заново.",
                "{known} жазылған. Қолданыстағы нұсқаның тесттерін модельсіз жүргізуге болмайды: жауаптарды қайта "
                "жазыңыз.",
                "Recorded are {known}. The evals of what is live cannot be run without a model: record them anew.",
                known=known,
            ),
            subject=prompt_subject(prompt), facts={"version": version},
        )  # fmt: skip


def _stale(look: Look, key: str, what: str, age_days: int | None) -> Signal:
    ru, kk, en = (
        ("Возраст неизвестен.", "Жасы белгісіз.", "How old they are, is not known.")
        if age_days is None
        else ("Возраст: {days} дн.", "Жасы: {days} күн.", "They are {days} days old.")
    )
    return Signal(
        key=f"price_table_stale:{key}", rule="BotopsPriceTableStale", severity=AlertSeverity.TICKET, area="data",
        began_at=look.now,
        title=said(
            "Устарели данные о ценах: {what}", "Баға деректері ескірген: {what}", "Price data are out of date: {what}",
            what=what,
        ),
        text=said(
            f"{ru} Расходы на модели, скорее всего, показаны неверно.",
            f"{kk} Модель шығындары қате көрсетілген болуы мүмкін.",
            f"{en} What models cost is likely shown wrong.", days=age_days or 0,
        ),
        subject="costs", facts={"what": what, "age_days": age_days},
    )  # fmt: skip


def _examples(turns: str, at: datetime) -> Iterator[Example]:
    """The examples of an alarm of the canary, kept as `dialogue:turn`."""
    for one in turns.split():
        dialogue, _, number = one.rpartition(":")
        if number.isdigit():
            yield Example(dialogue, int(number), at)
