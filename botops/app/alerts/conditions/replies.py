"""The bot says what is not so, nobody checks what it says, or what it is served by is not what people think."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from botops.app.alerts.conditions.look import SLOW_CHECK_MS, Rising
from botops.app.alerts.conditions.wording import length, percent, said
from botops.app.releases.auditing import prompt_subject
from botops.app.releases.kill_switch import by_guardrail
from botops.app.releases.overrides import unservable
from botops.domain.alerts import AlertSeverity, Signal
from botops.domain.errors import UserError
from botops.domain.findings import Severity
from botops.domain.incidents import Scope
from botops.domain.releases import Deed, OverrideKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from botops.app.alerts.conditions.look import Look
    from botops.domain.money import Money
    from botops.store.recent import Interval

WRONG_SHARE, LEAST_WRONG = 0.1, 5
LEAST_CRITICAL = 2
BLIND_SHARE, LEAST_BLIND = 0.05, 5
SLOW_CHECKS_SHARE, LEAST_CHECKS = 0.05, 20
RISE, LEAST_RISEN, RISEN_SHARE = 3, 10, 0.01
"""Replies of the last day that could not be judged: times the share of the fortnight before, at least so many, and at
least this part of all."""
OWN_CHECK_FAILURES = 3
STOPPED = timedelta(days=1)
LEFT_ON = timedelta(days=1)
_HOUR, _MINUTES_30, _DAY, _FORTNIGHT = (
    timedelta(hours=1), timedelta(minutes=30), timedelta(days=1), timedelta(days=14)
)  # fmt: skip


def wrong_promises(look: Look) -> Iterator[Signal]:
    """A tenth of the replies of an hour left with wrong prices or terms."""
    hour = look.traffic(_HOUR)
    if hour.flagged < LEAST_WRONG or hour.flagged / hour.replies <= WRONG_SHARE:
        return
    window = look.window(_HOUR)
    first = look.container.store.recent.first(window, "flagged")
    _, at_risk = look.container.store.recent.faulty(window, Severity.LOW)
    yield Signal(
        key="wrong_promises", rule="BotopsWrongPromises", severity=AlertSeverity.PAGE, area="replies",
        began_at=look.began(first, _HOUR),
        title=said(
            "{share} ответов за час ушли клиентам с неверными ценами или условиями",
            "Бір сағаттағы жауаптардың {share} клиенттерге қате баға немесе шартпен кетті",
            "{share} of the replies of an hour left with wrong prices or terms",
            share=percent(hour.flagged / hour.replies),
        ),
        text=said(
            "Таких ответов {n} из {of}. Посмотрите, что меняли последним, и при необходимости нажмите рубильник.",
            "Мұндай жауаптар: {of} ішінен {n}. Соңғы өзгерісті қарап, керек болса ажыратқышты басыңыз.",
            "{n} of {of}. Look at what was changed last, and use the kill switch if need be.",
            n=hour.flagged, of=hour.replies,
        ),
        at_risk=_only(at_risk), causes=look.changed(),
        examples=look.container.store.recent.examples(window, Severity.LOW),
        scope=Scope(_since(look, first, window)), facts={"flagged": hour.flagged, "replies": hour.replies},
    )  # fmt: skip


def critical_promise(look: Look) -> Iterator[Signal]:
    """Several times in an hour the model promised less than the least price, or a great sum, held back or not."""
    window = look.window(_HOUR)
    turns, at_risk = look.container.store.recent.faulty(window, Severity.CRITICAL)
    if turns < LEAST_CRITICAL:
        return
    first = look.container.store.recent.first_faulty(window, Severity.CRITICAL)
    yield Signal(
        key="critical_promise", rule="BotopsCriticalPromise", severity=AlertSeverity.PAGE, area="replies",
        began_at=look.began(first, _HOUR),
        title=said(
            "Грубых ошибок в ценах за час: {n}", "Бір сағаттағы өрескел баға қателері: {n}",
            "Grave mistakes in prices within an hour: {n}", n=turns,
        ),
        text=said(
            "Обещано ниже минимальной цены или на крупную сумму. Считаются и ответы, задержанные до отправки.",
            "Ең төменгі бағадан аз немесе ірі сома уәде етілді. Жіберілмей ұсталған жауаптар да саналады.",
            "Less than the least price was promised, or a great sum. Replies held back count too.",
        ),
        at_risk=_only(at_risk), causes=look.changed(),
        examples=look.container.store.recent.examples(window, Severity.CRITICAL),
        scope=Scope(_since(look, first, window), severity=Severity.CRITICAL), facts={"turns": turns},
    )  # fmt: skip


def guard_blind(look: Look) -> Iterator[Signal]:
    """The checker cannot judge a twentieth of the replies."""
    lately = look.traffic(_MINUTES_30)
    if lately.not_judged < LEAST_BLIND or lately.not_judged / lately.judged <= BLIND_SHARE:
        return
    yield Signal(
        key="guard_blind", rule="BotopsGuardBlind", severity=AlertSeverity.PAGE, area="service",
        began_at=look.began(
            look.container.store.recent.first(look.window(_MINUTES_30), "not_judged"), _MINUTES_30
        ),
        title=said(
            "Проверка не смогла оценить {share} ответов", "Тексеру жауаптардың {share} бағалай алмады",
            "The checker could not judge {share} of replies", share=percent(lately.not_judged / lately.judged),
        ),
        text=said(
            "За полчаса {n} из {of}. Такие ответы не уходят; при политике observe уходят непроверенными.",
            "Жарты сағатта {of} ішінен {n}. Мұндай жауаптар жіберілмейді; observe саясатында тексерусіз кетеді.",
            "{n} of {of} within half an hour. They do not leave; under the policy observe they leave unchecked.",
            n=lately.not_judged, of=lately.judged,
        ),
        causes=look.changed(), facts={"not_judged": lately.not_judged, "replies": lately.judged},
    )  # fmt: skip


def not_judged_rising(look: Look) -> Iterator[Signal]:
    """More replies than usual cannot be judged, though not so many yet that the checker counts as blind."""
    reads = look.container.store.reads
    (day,), (before,) = (
        reads.totals(look.now - span - skipped, look.now - skipped, where={"origin": "live"})
        for span, skipped in ((_DAY, timedelta()), (_FORTNIGHT, _DAY))
    )
    replies, replies_before = (one.judged + one.not_judged for one in (day, before))
    if day.not_judged < LEAST_RISEN or not replies_before:
        return
    share, usual = day.not_judged / replies, before.not_judged / replies_before
    if share < RISEN_SHARE or share <= RISE * usual:
        return
    yield Signal(
        key="not_judged_rising", rule="BotopsNotJudgedRising", severity=AlertSeverity.TICKET, area="service",
        began_at=look.began(look.container.store.recent.first(look.window(_DAY), "not_judged"), _DAY),
        title=said(
            "Проверка всё чаще не может оценить ответ: {share} за сутки",
            "Тексеру жауапты жиі бағалай алмай тұр: тәулігіне {share}",
            "The checker fails to judge ever more replies: {share} in a day", share=percent(share),
        ),
        text=said(
            "За сутки {n} из {of}, за две недели до того {usual}.",
            "Тәулікте {of} ішінен {n}, оның алдындағы екі аптада {usual}.",
            "{n} of {of} in a day, {usual} in the fortnight before.",
            n=day.not_judged, of=replies, usual=percent(usual),
        ),
        causes=look.changed(), facts={"not_judged": day.not_judged, "replies": replies, "usual": round(usual, 5)},
    )  # fmt: skip


def guard_slow(look: Look) -> Iterator[Signal]:
    """One check in twenty takes longer than 50 ms, which is the same as a 95th percentile above it."""
    lately = look.traffic(_MINUTES_30)
    if lately.judged < LEAST_CHECKS or lately.slow_checks / lately.judged <= SLOW_CHECKS_SHARE:
        return
    yield Signal(
        key="guard_slow", rule="BotopsGuardSlow", severity=AlertSeverity.TICKET, area="service", began_at=look.now,
        title=said(
            "Проверка {share} ответов длится дольше 50 мс", "Жауаптардың {share} тексеруі 50 мс-тен ұзақ",
            "Checking {share} of replies takes longer than 50 ms", share=percent(lately.slow_checks / lately.judged),
        ),
        text=said(
            "Обычно — единицы миллисекунд. За полчаса так было {n} раз из {of}.",
            "Әдетте — бірнеше миллисекунд. Жарты сағатта {of} рет ішінен {n} рет осылай болды.",
            "Usually it takes a few milliseconds. {n} of {of} within half an hour.",
            n=lately.slow_checks, of=lately.judged,
        ),
        facts={"slow": lately.slow_checks, "replies": lately.judged, "limit_ms": SLOW_CHECK_MS},
    )  # fmt: skip


class OwnChecksFailing:
    """Checks of the company's own fail in this process."""

    def __init__(self) -> None:
        self._rising = Rising(_HOUR)

    def __call__(self, look: Look) -> Iterator[Signal]:
        """A signal for every check that fails."""
        counted = {
            sample.labels["rule"]: sample.value
            for family in look.container.metrics.check_failures.collect()
            for sample in family.samples
            if sample.name.endswith("_total")
        }
        for check, times in self._rising.grown(look.container.clock.monotonic(), counted).items():
            if times < OWN_CHECK_FAILURES:
                continue
            yield Signal(
                key=f"own_check:{check}", rule="BotopsOwnCheckFailing", severity=AlertSeverity.TICKET, area="replies",
                began_at=look.now,
                title=said(
                    "Собственная проверка {check} падает", "Өз тексеруіңіз {check} құлап жатыр",
                    "The company's own check {check} fails", check=check,
                ),
                text=said(
                    "За час — {n} раз. Ответы оцениваются без неё.",
                    "Бір сағатта — {n} рет. Жауаптар онсыз бағаланады.",
                    "{n} times within an hour. Replies are judged without it.", n=round(times),
                ),
                subject=check, facts={"failures": round(times)},
            )  # fmt: skip


def prompts_broken(look: Look) -> Iterator[Signal]:
    """Files of prompts cannot be served, or an order cannot be carried out."""
    container = look.container
    container.registry.refresh()
    lines = [p.text() for p in container.registry.state().faults if p.level == "error"]
    lines += unservable(container.registry, container.overrides.in_force())
    if not lines:
        return
    yield Signal(
        key="prompts_broken", rule="BotopsPromptsBroken", severity=AlertSeverity.TICKET, area="replies",
        began_at=look.now,
        title=said(
            "Ошибок в файлах промптов: {n}", "Промпт файлдарындағы қателер: {n}", "Faults in files of prompts: {n}",
            n=len(lines),
        ),
        text=said(
            "Бот отвечает по последней исправной версии. {first}", "Бот соңғы жарамды нұсқамен жауап береді. {first}",
            "The bot answers by the last good version. {first}", first=lines[0],
        ),
        facts={"problems": len(lines), "first": lines[0]},
    )  # fmt: skip


def experiment_mismatch(look: Look) -> Iterator[Signal]:
    """The variants of a running experiment have other sizes than were set."""
    for prompt, seed in _running(look):
        alarms = look.container.store.audit.entries(prompt_subject(prompt))
        found = next((e for e in alarms if e.deed is Deed.ALARM and e.detail.get("experiment") == seed), None)
        if found is None:
            continue
        yield Signal(
            key=f"experiment_mismatch:{seed}", rule="BotopsExperimentMismatch", severity=AlertSeverity.TICKET,
            area="replies", began_at=look.since(found.at),
            title=said(
                "Доли вариантов эксперимента {seed} не сходятся", "{seed} экспериментінің нұсқа үлестері сәйкес емес",
                "The variants of experiment {seed} have other sizes than were set", seed=seed,
            ),
            text=said(
                "Выводам такого эксперимента верить нельзя. {why}",
                "Мұндай эксперименттің қорытындысына сенуге болмайды. {why}",
                "What such an experiment shows cannot be trusted. {why}", why=found.reason,
            ),
            subject=prompt_subject(prompt),
        )  # fmt: skip


def experiment_stopped(look: Look) -> Iterator[Signal]:
    """An experiment was stopped today because it did harm."""
    for order in look.container.store.overrides.in_force():
        if not by_guardrail(order) or order.kind is not OverrideKind.CONTROL or look.age(order.at) > STOPPED:
            continue
        yield Signal(
            key=f"experiment_stopped:{order.id}", rule="BotopsExperimentStopped", severity=AlertSeverity.TICKET,
            area="replies", began_at=look.since(order.at),
            title=said(
                "Эксперимент на промпте {prompt} остановлен: показан вред",
                "{prompt} промптындағы эксперимент тоқтатылды: зияны көрінді",
                "The experiment on prompt {prompt} is stopped: it did harm", prompt=order.subject,
            ),
            text=said(
                "Весь поток вернулся на контрольную версию. {why}", "Барлық ағын бақылау нұсқасына қайтты. {why}",
                "Everybody gets the control again. {why}", why=order.reason,
            ),
            subject=prompt_subject(order.subject), facts={"experiment": order.experiment},
        )  # fmt: skip


def kill_switch_on(look: Look) -> Iterator[Signal]:
    """An order above the release files has been in force for more than a day."""
    for order in look.container.store.overrides.in_force():
        if look.age(order.at) <= LEFT_ON:
            continue
        yield Signal(
            key=f"kill_switch:{order.id}", rule="BotopsKillSwitchOn", severity=AlertSeverity.DIGEST, area="replies",
            began_at=look.since(order.at),
            title=said(
                "Приказ по промпту {prompt} действует уже {age}", "{prompt} промптына берілген бұйрық {age} күшінде",
                "An order on prompt {prompt} has been in force for {age}", prompt=order.subject,
                age=length(look.age(order.at)),
            ),
            text=said(
                "Рубильник и другие приказы — временные. Снимите его или опубликуйте исправленную версию. Отдал "
                "{by}: {why}",
                "Ажыратқыш пен басқа бұйрықтар — уақытша. Оны алып тастаңыз немесе түзетілген нұсқаны жариялаңыз. "
                "Берген {by}: {why}",
                "The kill switch and other orders are for a while. End it, or publish a mended version. Given by {by}: "
                "{why}", by=order.by, why=order.reason,
            ),
            subject=prompt_subject(order.subject), facts={"kind": order.kind.value},
        )  # fmt: skip


def _running(look: Look) -> Iterator[tuple[str, str]]:
    """The prompts an experiment runs on, with its name."""
    registry = look.container.registry
    for prompt in registry.names():
        try:
            split = registry.release(prompt).split
        except UserError:  # nothing published, or broken: `prompts_broken` says so
            continue
        if split is not None:
            yield prompt, split.seed


def _since(look: Look, first: datetime | None, window: Sequence[Interval]) -> datetime:
    """From when replies belong to a trouble: its first one, by the clock of then and by that of now, as the clock may
    have been set in between."""
    return window[-1][0] if first is None else min(first, look.since(first))


def _only(amounts: tuple[Money, ...]) -> Money | None:
    """The sum, when it is of one currency: several cannot be added up."""
    return amounts[0] if len(amounts) == 1 else None
