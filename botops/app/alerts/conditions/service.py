"""The bot does not answer, answers slowly, or nobody writes; work behind the scenes is not done.

Thresholds are those of `alerts/rules.yml`: availability of 99.5 % and a first word within 4 s in 95 % of turns, over 30
days; windows and burn rates after the Google SRE Workbook, chapter 5, each with a least count so that a few failures on
a quiet night wake nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from botops.app.alerts.conditions.look import SLOW_FIRST_TEXT_MS, Rising
from botops.app.alerts.conditions.wording import length, percent, said
from botops.domain.alerts import AlertSeverity, Signal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.alerts.conditions.look import Look

ALLOWED = 0.005
"""Turns that may fail: 1 - 99.5 %."""
ALLOWED_SLOW = 0.05
"""Turns whose first word may take longer than 4 s."""
FAST_BURN, SLOW_BURN = 14.4, 6
"""Times the allowed rate: a month's allowance gone in two days, in five."""
LEAST_FAST, LEAST_SLOWLY, LEAST_FOR_DAYS, LEAST_SLOW = 2, 5, 10, 5
MOST_FAULTS, FAULTY_SHARE = 5, 0.1
QUIET = timedelta(hours=2)
USUAL = 10
"""Turns a week before, in the same two hours, below which quiet is usual."""
LATE = timedelta(minutes=15)
MOST_WATCH_ERRORS = 5
_MINUTES_5, _MINUTES_15, _MINUTES_30 = (timedelta(minutes=n) for n in (5, 15, 30))
_HOUR, _HOURS_6, _DAYS_3 = timedelta(hours=1), timedelta(hours=6), timedelta(days=3)


def failing_fast(look: Look) -> Iterator[Signal]:
    """So many turns fail that the month's allowance is gone in two days."""
    lately, hour = look.traffic(_MINUTES_5), look.traffic(_HOUR)
    if lately.failed < LEAST_FAST:
        return
    if min(lately.failed / lately.turns, hour.failed / hour.turns) <= FAST_BURN * ALLOWED:
        return
    yield _failing(
        look, "BotopsFailingFast", AlertSeverity.PAGE, _HOUR, hour.failed, hour.turns,
        ("При таких сбоях месячный запас ошибок (0,5 %) кончится за два дня.",
         "Осындай ақаулармен айлық қате қоры (0,5 %) екі күнде таусылады.",
         "At this rate the month's allowance of failures (0.5%) is gone in two days."),
    )  # fmt: skip


def failing_slowly(look: Look) -> Iterator[Signal]:
    """So many turns fail that the month's allowance is gone in five days."""
    lately = look.traffic(_MINUTES_30)
    if not lately.failed or lately.failed / lately.turns <= SLOW_BURN * ALLOWED:
        return
    failed = look.container.store.recent.failed(look.window(_HOURS_6))
    turns = _turns(look, _HOURS_6)
    if failed < LEAST_SLOWLY or not turns or failed / turns <= SLOW_BURN * ALLOWED:
        return
    yield _failing(
        look, "BotopsFailingSlowly", AlertSeverity.PAGE, _HOURS_6, failed, turns,
        ("При таких сбоях месячный запас ошибок (0,5 %) кончится за пять дней.",
         "Осындай ақаулармен айлық қате қоры (0,5 %) бес күнде таусылады.",
         "At this rate the month's allowance of failures (0.5%) is gone in five days."),
    )  # fmt: skip


def failing_for_days(look: Look) -> Iterator[Signal]:
    """More turns fail than may, for days."""
    recent = look.container.store.recent
    failed = recent.failed(look.window(_DAYS_3))
    if failed < LEAST_FOR_DAYS:
        return
    turns, turns_lately = _turns(look, _DAYS_3), _turns(look, _HOURS_6)
    if not turns or failed / turns <= ALLOWED or not turns_lately:
        return
    if recent.failed(look.window(_HOURS_6)) / turns_lately <= ALLOWED:
        return
    yield _failing(
        look, "BotopsFailingForDays", AlertSeverity.TICKET, _DAYS_3, failed, turns,
        ("Месячный запас ошибок (0,5 %) не сохранится.", "Айлық қате қоры (0,5 %) сақталмайды.",
         "The month's allowance of failures (0.5%) will not last."),
    )  # fmt: skip


def slow(look: Look) -> Iterator[Signal]:
    """Clients wait for the first word for more than four seconds."""
    lately, hour = look.traffic(_MINUTES_5), look.traffic(_HOUR)
    if lately.slow < LEAST_SLOW:
        return
    share = hour.slow / hour.first_texts
    if min(lately.slow / lately.first_texts, share) <= SLOW_BURN * ALLOWED_SLOW:
        return
    yield Signal(
        key="slow", rule="BotopsSlow", severity=AlertSeverity.PAGE, area="service", began_at=look.now,
        title=said(
            "{share} клиентов ждут первых слов дольше 4 секунд",
            "Клиенттердің {share} алғашқы сөзді 4 секундтан артық күтеді",
            "{share} of clients wait for the first word for more than 4 seconds", share=percent(share),
        ),
        text=said(
            "За час так ждали {slow} раз из {of}; норма — не больше 5 %.",
            "Бір сағатта {of} рет ішінен {slow} рет осылай күтті; қалыпты деңгей — 5 %-дан аспайды.",
            "Within an hour {slow} of {of} did; 5% is the most that is normal.", slow=hour.slow, of=hour.first_texts,
        ),
        causes=look.changed(), facts={"slow": hour.slow, "of": hour.first_texts, "limit_ms": SLOW_FIRST_TEXT_MS},
    )  # fmt: skip


def model_faults(look: Look) -> Iterator[Signal]:
    """A tenth of the calls of the model give no usable reply."""
    window, turns = look.window(_MINUTES_15), look.traffic(_MINUTES_15).turns
    if not turns:
        return
    faults = look.container.store.recent.faults(window)
    if sum(faults.values()) / turns <= FAULTY_SHARE:
        return
    for fault, calls in sorted(faults.items()):
        if calls < MOST_FAULTS:
            continue
        yield Signal(
            key=f"model_faults:{fault}", rule="BotopsModelFaults", severity=AlertSeverity.PAGE, area="service",
            began_at=look.now,
            title=said(
                "Модель не отвечает: {fault}, {calls} раз за 15 минут",
                "Модель жауап бермейді: {fault}, 15 минутта {calls} рет",
                "The model does not answer: {fault}, {calls} times in 15 minutes", fault=fault, calls=calls,
            ),
            text=said(
                "Обращений без ответа — {all}, реплик за это время — {turns}.",
                "Жауапсыз сұраулар — {all}, осы уақыттағы хабарламалар — {turns}.",
                "{all} calls without a reply, {turns} turns in the same time.",
                all=sum(faults.values()), turns=turns,
            ),
            causes=look.changed(), examples=look.container.store.recent.broken(window), subject=f"fault:{fault}",
            facts={"fault": fault, "calls": calls, "turns": turns},
        )  # fmt: skip


def quiet(look: Look) -> Iterator[Signal]:
    """Nobody has written for two hours, though a week before at the same hours of the company's day clients did."""
    window = look.window(QUIET)
    if any(look.container.store.recent.any_turn(one) for one in window):
        return
    zone = ZoneInfo(look.container.settings.company.timezone)
    # By the clock on the wall: where clocks are changed for summer, opening hours move with them.
    a_week_ago = (look.now.astimezone(zone).replace(tzinfo=None) - timedelta(days=7)).replace(tzinfo=zone)
    usual = look.container.store.recent.real_turns((a_week_ago - QUIET, a_week_ago))
    if usual < USUAL:
        return
    yield Signal(
        key="quiet", rule="BotopsQuiet", severity=AlertSeverity.PAGE, area="service", began_at=look.now - QUIET,
        title=said("Два часа ни одной реплики", "Екі сағат бойы бірде-бір хабарлама жоқ", "Two hours without a turn"),
        text=said(
            "Неделю назад в это же время их было {usual}. Проверьте каналы.",
            "Бір апта бұрын осы уақытта {usual} болған. Арналарды тексеріңіз.",
            "A week ago at this hour there were {usual}. Look at the channels.", usual=usual,
        ),
        facts={"a_week_ago": usual},
    )  # fmt: skip


def rollups_late(look: Look) -> Iterator[Signal]:
    """Screens and reports show the past."""
    since = look.container.store.reads.lag_since()
    if since is None or look.age(since) <= LATE:
        return
    yield Signal(
        key="rollups_late", rule="BotopsRollupsLate", severity=AlertSeverity.TICKET, area="service",
        began_at=look.since(since),
        title=said(
            "Сводные цифры отстали на {lag}", "Жиынтық сандар {lag} кешікті", "Roll-ups are {lag} late",
            lag=length(look.age(since)),
        ),
        text=said(
            "Экраны и отчёты показывают прошлое.", "Экрандар мен есептер өткенді көрсетеді.",
            "Screens and reports show the past.",
        ),
        facts={"lag_s": round(look.age(since).total_seconds())},
    )  # fmt: skip


class WatchFailing:
    """Duties of this process's loops fail again and again."""

    def __init__(self) -> None:
        self._rising = Rising(_MINUTES_30)

    def __call__(self, look: Look) -> Iterator[Signal]:
        """The signal, when it stands."""
        total = look.container.metrics.watch_errors.collect()
        errors = sum(s.value for family in total for s in family.samples if s.name.endswith("_total"))
        grown = round(self._rising.grown(look.container.clock.monotonic(), {"errors": errors})["errors"])
        if grown < MOST_WATCH_ERRORS:
            return
        yield Signal(
            key="watch_failing", rule="BotopsWatchFailing", severity=AlertSeverity.TICKET, area="service",
            began_at=look.now,
            title=said(
                "Дежурный цикл спотыкается: {n} раз за полчаса",
                "Кезекші цикл сүрінеді: жарты сағатта {n} рет",
                "The watch loop stumbles: {n} times in half an hour", n=grown,
            ),
            text=said(
                "Часть фоновой работы (сводки, автостоп экспериментов, проверка файлов) не делается. Что именно, "
                "сказано в журнале процесса.",
                "Фондық жұмыстың бір бөлігі (жиынтықтар, эксперименттерді автотоқтату, файлдарды тексеру) "
                "орындалмайды. Нақты не екені процесс журналында жазылған.",
                "Part of the background work (roll-ups, stopping of experiments, checks of files) is not done. The log "
                "of the process says which.",
            ),
            facts={"errors": grown},
        )  # fmt: skip


def _failing(
    look: Look, rule: str, severity: AlertSeverity, span: timedelta, failed: int, turns: int, then: tuple[str, str, str]
) -> Signal:
    near = look.window(min(span, _HOURS_6))
    began = look.now if span > _HOURS_6 else look.began(look.container.store.recent.first(near, "failed"), span)
    ru, kk, en = (f"{text} {rest}" for text, rest in zip(_FAILED, then, strict=True))
    return Signal(
        key=rule.removeprefix("Botops"), rule=rule, severity=severity, area="service", began_at=began,
        title=said(
            "Бот не отвечает на {share} реплик", "Хабарламалардың {share} жауапсыз қалды",
            "The bot leaves {share} of turns without an answer", share=percent(failed / turns),
        ),
        text=said(ru, kk, en, failed=failed, turns=turns, span=length(span)),
        causes=look.changed(), examples=look.container.store.recent.broken(near),
        facts={"failed": failed, "turns": turns, "window_s": round(span.total_seconds())},
    )  # fmt: skip


_FAILED = (
    "За {span} не удалось ответить {failed} раз из {turns}.",
    "{span} ішінде {turns} рет ішінен {failed} рет жауап беру мүмкін болмады.",
    "Within {span} {failed} of {turns} answers failed.",
)


def _turns(look: Look, span: timedelta) -> int:
    """Live turns of the last `span`, by whole hours: what is divided by, over days."""
    return look.container.store.recent.turns(look.window(span))
