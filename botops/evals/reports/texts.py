"""What reports say, in Russian, Kazakh and English; numbers as each language writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

ReportLanguage = Literal["ru", "kk", "en"]
LANGUAGES: tuple[ReportLanguage, ...] = ("ru", "kk", "en")

TEXTS: Mapping[str, tuple[str, str, str]] = {
    # words
    "turn": ("ход", "кезек", "turn"),
    "dialogue": ("диалог", "диалог", "dialogue"),
    "expected": ("ожидалось", "күтілгені", "expected"),
    "said": ("сказано", "айтылғаны", "said"),
    "model": ("модель", "модель", "model"),
    "prompt": ("Промпт", "Промпт", "Prompt"),
    "suite": ("Набор", "Жинақ", "Suite"),
    "book": ("Прайс", "Прайс", "Price book"),
    "passed": ("прошли", "өтті", "passed"),
    "failed": ("не прошли", "өтпеді", "failed"),
    "unjudged": ("не оценены", "бағаланбады", "not judged"),
    "flaky": ("нестабильны", "тұрақсыз", "flaky"),
    "cost": ("цена", "құны", "cost"),
    "more": ("…и ещё {n}", "…және тағы {n}", "…and {n} more"),
    "problem": ("Внимание", "Назар аударыңыз", "Note"),
    "changed_text": (
        "текст изменён после публикации", "мәтін жарияланғаннан кейін өзгертілген",
        "the text was changed after it was published",
    ),
    "stopped": (
        "Прогон остановлен, отчёт неполный.", "Орындау тоқтатылды, есеп толық емес.",
        "The run was stopped, the report is incomplete.",
    ),
    "simulated": ("симулятор, счёта нет", "симулятор, шот жоқ", "simulated, nothing is billed"),
    "title_passed": (
        "Диалогов прошло: {passed} из {judged}", "Өткен диалогтар: {passed}/{judged}",
        "{passed} of {judged} dialogues passed",
    ),
    "title_unjudged": ("не удалось оценить: {n}", "бағалау мүмкін болмағаны: {n}", "{n} could not be judged"),
    "blessed": (
        "Эталон утвердил {by}, {day}: {reason}", "Эталонды бекіткен {by}, {day}: {reason}",
        "Baseline blessed by {by} on {day}: {reason}",
    ),
    "nothing_new": ("Нового ничего не сломалось.", "Жаңадан ештеңе бұзылған жоқ.", "Nothing new is broken."),
    "client": ("клиент", "клиент", "client"),
    "bot": ("бот", "бот", "bot"),
    "held": ("задержано", "ұсталды", "held back"),
    "cut": (
        "Отчёт не поместился целиком: всё есть в `--html` и `--json`.",
        "Есеп толық сыймады: барлығы `--html` пен `--json` ішінде бар.",
        "The report was cut to fit: `--html` and `--json` hold all of it.",
    ),
    # the page
    "verdict.pass": ("Пороги пройдены", "Шектерден өтті", "The gate is passed"),
    "verdict.fail": ("Пороги не пройдены", "Шектерден өтпеді", "The gate is not passed"),
    "verdict.error": (
        "Оценить удалось не всё", "Бәрін бағалау мүмкін болмады", "Not everything could be judged",
    ),
    "replies": ("ответов бота", "боттың жауаптары", "replies of the bot"),
    "would_cost": ("стоила бы настоящая модель", "нағыз модель тұрар еді", "a real model would cost"),
    "spent": ("стоили модели", "модельдерге жұмсалды", "spent on models"),
    "role.live": ("действующая", "қолданыстағы", "live"),
    "role.split": ("в эксперименте", "экспериментте", "in the split"),
    "role.asked": ("выбрана", "таңдалған", "chosen"),
    "broke": ("сломалось", "бұзылды", "broken"),
    "mended": ("починилось", "түзелді", "fixed"),
    "still": ("не проходили и раньше", "бұрын да өтпеген", "failed before as well"),
    "incomparable": ("несравнимы", "салыстыруға келмейді", "not comparable"),
    "missing": ("были в эталоне, теперь нет", "эталонда болған, енді жоқ", "in the baseline only"),
    "dialogues": ("Диалоги", "Диалогтар", "Dialogues"),
    "find": ("Поиск", "Іздеу", "Search"),
    "status": ("Исход", "Нәтиже", "Outcome"),
    "check": ("Не выполнена проверка", "Орындалмаған тексеру", "Check that was missed"),
    "tag": ("Метка", "Белгі", "Tag"),
    "language": ("Язык", "Тіл", "Language"),
    "keys": (
        "Клавиши: / — поиск, j и k — следующий и предыдущий диалог, Enter — раскрыть.",
        "Пернелер: / — іздеу, j мен k — келесі және алдыңғы диалог, Enter — ашу.",
        "Keys: / to search, j and k for the next and the previous dialogue, Enter to open.",
    ),
    "noscript": (
        "Чтобы увидеть диалоги, разрешите скрипты этой страницы.",
        "Диалогтарды көру үшін осы беттің скриптеріне рұқсат беріңіз.",
        "To see the dialogues, allow the scripts of this page.",
    ),
    "at": ("на момент", "сәтіне", "as of"),
    "prices": ("Цены моделей", "Модель бағалары", "Prices of models"),
    "judge": ("Судья", "Төреші", "Judge"),
    "kk_note": (
        "Пояснения проверок — на русском и английском.",
        "Тексерулердің түсіндірмелері орыс және ағылшын тілдерінде: қазақша бетте орысшасы көрсетіледі.",
        "Checks explain themselves in Russian and English.",
    ),
    "js.all": ("все", "барлығы", "all"),
    "js.shown": ("Показано диалогов: {n} из {all}.", "Көрсетілген диалогтар: {n}/{all}.", "{n} of {all} dialogues."),
    "js.show_more": (
        "Показать ещё {n} (осталось {left})", "Тағы {n} көрсету ({left} қалды)", "Show {n} more ({left} left)",
    ),
    "js.left": ("Слева", "Сол жақта", "Left"),
    "js.right": ("Справа", "Оң жақта", "Right"),
    "js.earlier": ("было", "бұрын", "before"),
    "js.advice": ("совет", "кеңес", "advice"),
    "js.no_grade": ("оценки нет", "баға жоқ", "no grade"),
    "js.client_turn": ("Клиент, ход {n}", "Клиент, {n}-кезек", "Client, turn {n}"),
    "js.bot_said": ("Бот", "Бот", "Bot"),
    "js.held": ("Не ушло клиенту", "Клиентке жетпеді", "Did not reach the client"),
    "status.pass": ("прошёл", "өтті", "passed"),
    "status.fail": ("не прошёл", "өтпеді", "failed"),
    "status.error": ("не оценён", "бағаланбады", "not judged"),
    "status.broken": ("сломался", "бұзылды", "broken"),
    "status.fixed": ("починился", "түзелді", "fixed"),
    "action.passed": ("отправлен", "жіберілді", "sent"),
    "action.flagged": ("отправлен с отметкой", "белгімен жіберілді", "sent and flagged"),
    "action.repaired": ("исправлен", "түзетілді", "repaired"),
    "action.blocked": ("заблокирован", "бұғатталды", "blocked"),
    "action.handed_over": ("передан человеку", "адамға берілді", "handed over"),
    "action.": ("ответа нет", "жауап жоқ", "no reply"),
    "language.ru": ("русский", "орысша", "Russian"),
    "language.kk": ("казахский", "қазақша", "Kazakh"),
    "language.en": ("английский", "ағылшынша", "English"),
    "severity.critical": ("критично", "сыни", "critical"),
    "severity.high": ("серьёзно", "елеулі", "high"),
    "severity.medium": ("средне", "орташа", "medium"),
    "severity.low": ("мелочь", "ұсақ", "low"),
    "kind.price": ("цена", "баға", "price"),
    "kind.stale_price": ("устаревшая цена", "ескірген баға", "out-of-date price"),
    "kind.total": ("неверный расчёт", "қате есеп", "wrong total"),
    "kind.discount": ("скидка", "жеңілдік", "discount"),
    "kind.promo_code": ("промокод", "промокод", "promo code"),
    "kind.unknown_product": ("неизвестный товар", "белгісіз тауар", "unknown product"),
    "kind.terms": ("условия", "шарттар", "terms"),
    "kind.currency": ("валюта", "валюта", "currency"),
    # sections
    "gate": ("Пороги", "Шектер", "Gate"),
    "failures": ("Не прошли", "Өтпегендер", "Failed"),
    "regressions": (
        "Сломалось по сравнению с эталоном", "Эталонмен салыстырғанда бұзылғаны", "Broken since the baseline",
    ),
    "new_failing": ("Новые диалоги, которые не прошли", "Өтпеген жаңа диалогтар", "New dialogues that failed"),
    "fixed": ("Починилось", "Түзелгені", "Fixed"),
    "still_failing": ("Не проходили и раньше", "Бұрын да өтпегендер", "Failed before as well"),
    "advice": (
        "Замечания судьи, порогов не касаются", "Төрешінің ескертпелері, шектерге әсер етпейді",
        "A judge's advice, which the gate does not count",
    ),
    "errors": ("Не удалось оценить", "Бағалау мүмкін болмағандар", "Could not be judged"),
    "gone": ("Были в эталоне, а теперь нет", "Эталонда бар, енді жоқ", "In the baseline, not in this run"),
    "comparison": ("Сравнение с эталоном", "Эталонмен салыстыру", "Compared with the baseline"),
    "between": ("Сравнение: {first} → {second}", "Салыстыру: {first} → {second}", "Compared: {first} → {second}"),
    # gate
    "rule": ("правило", "ереже", "rule"),
    "measured": ("измерено", "өлшенгені", "measured"),
    "wanted": ("нужно", "керегі", "wanted"),
    "interval": ("интервал 95 %", "95 % аралығы", "95 % interval"),
    "missed": ("не выполнили {missed} из {n}", "орындамағаны: {missed}/{n}", "{missed} of {n} missed it"),
    "out_of": ("n = {n}", "n = {n}", "n = {n}"),
    "kept": ("выполнено", "орындалды", "kept"),
    "broken": ("не выполнено", "орындалмады", "broken"),
    "not_asked": ("не проверялось", "тексерілмеді", "not asked"),
    "gate.judged": ("оценено диалогов", "бағаланған диалогтар", "dialogues judged"),
    "gate.pass_rate": ("доля прошедших", "өткендердің үлесі", "share that passed"),
    "gate.checks": ("проверка {name}", "{name} тексеруі", "check {name}"),
    "gate.tags": ("метка {name}", "{name} белгісі", "tag {name}"),
    "gate.flaky": ("нестабильные диалоги", "тұрақсыз диалогтар", "flaky dialogues"),
    "gate.max_cost_per_dialogue": ("цена диалога", "диалогтың құны", "cost of a dialogue"),
    "gate.max_latency_p95": ("ответ, p95", "жауап, p95", "latency, p95"),
    "gate.new_failures": ("впервые не прошли", "алғаш өтпегендері", "newly failing cases"),
    "gate.cost_per_dialogue": (
        "цена диалога к эталону", "эталонға қарағанда диалог құны", "cost of a dialogue, change",
    ),
    "gate.latency_p95": ("ответ, p95, к эталону", "эталонға қарағанда жауап, p95", "latency, p95, change"),
    "no_baseline": ("нет эталона", "эталон жоқ", "no baseline"),
    "simulation": (
        "время симуляции ничего не говорит", "симуляция уақыты ештеңе айтпайды", "times of a simulation say nothing",
    ),
    "not_repeated": ("прогон без повторов", "қайталаусыз орындалды", "nothing was repeated"),
    "nothing_asked": ("спросить было не у кого", "сұрайтын ештеңе болмады", "there was nothing to ask it of"),
    "nothing_compared": (
        "нет пар для сравнения", "салыстыратын жұп жоқ", "no dialogue was judged on both sides",
    ),
    "cost_unknown": ("цена модели неизвестна", "модельдің бағасы белгісіз", "the price of the model is not known"),
    "only_some_cases": ("выбрана часть диалогов", "диалогтардың бір бөлігі таңдалған", "only some cases were chosen"),
    "not_judged": (
        "виноваты модель или записи, а не промпт", "кінә промптта емес, модельде немесе жазбаларда",
        "a model or a recording is at fault, not the prompt",
    ),
    # comparison
    "counts": (
        "сломалось {worse}, починилось {fixed}, не проходили и раньше {still}, новых не прошло {new}",
        "бұзылғаны {worse}, түзелгені {fixed}, бұрын да өтпегені {still}, өтпеген жаңасы {new}",
        "{worse} broken, {fixed} fixed, {still} failing as before, {new} new cases failing",
    ),
    "pairs": (
        "Сравнили пар: {pairs}; прошло раньше {before}, теперь {after}",
        "Салыстырылған жұп: {pairs}; бұрын өткені {before}, қазір {after}",
        "{pairs} pairs: {before} passed before, {after} now",
    ),
    "mcnemar": (
        "точный критерий Макнемара, p = {p}", "Макнемардың дәл критерийі, p = {p}", "McNemar's exact test, p = {p}",
    ),
    "few_flips": (
        "изменений слишком мало, чтобы отличить их от случайности",
        "өзгерістер кездейсоқтықтан айыруға тым аз", "too few changes to tell from chance",
    ),
    "not_comparable": (
        "Несравнимы: {n} — модель или запись подвела с одной из сторон",
        "Салыстыруға келмейді: {n} — бір жағында модель немесе жазба істен шықты",
        "{n} not comparable: a model or a recording failed on one side",
    ),
    "gone_line": (
        "Не было в этом прогоне: {n} из эталона", "Эталоннан {n} осы орындауда болмады",
        "{n} cases of the baseline were not run",
    ),
    "check_change": (
        "хуже {worse}, лучше {better} из {pairs}", "нашарлады {worse}, жақсарды {better}, барлығы {pairs}",
        "{worse} worse, {better} better of {pairs}",
    ),
    "p": ("p = {p}", "p = {p}", "p = {p}"),
    "family": (
        "p с поправкой Холма на {n} сравнений: проверки и средние вместе",
        "p — {n} салыстыруға Холм түзетуімен: тексерулер мен орташалар бірге",
        "p after Holm's correction over {n} tests: checks and means together",
    ),
    "difference": (
        "разница от {low} до {high}", "айырма {low} мен {high} аралығында", "difference {low} to {high}",
    ),
    "bootstrap": (
        "Интервал разницы — 95 %, бутстреп по парам.", "Айырма аралығы — 95 %, жұптар бойынша бутстреп.",
        "The interval of a difference is a 95 % bootstrap over pairs.",
    ),
    "few_pairs": (
        "пар {n}: слишком мало для вывода", "жұп {n}: қорытындыға тым аз", "{n} pairs: too few to conclude from",
    ),
    "over_pairs": ("пар {n}", "жұп {n}", "{n} pairs"),
    "mean.cost": ("Цена диалога", "Диалогтың құны", "Cost of a dialogue"),
    "mean.latency": ("Время ответа", "Жауап уақыты", "Time of a reply"),
    "mean.tokens": ("Токенов в диалоге", "Диалогтағы токендер", "Tokens of a dialogue"),
    "mean.score": ("Оценка {name}", "{name} бағасы", "Score {name}"),
    "note.unknown_suite": (
        "Эталон не знает набора {suite}: сравнивать не с чем",
        "Эталон {suite} жинағын білмейді: салыстыратын ештеңе жоқ",
        "The baseline knows no suite {suite}: there is nothing to compare with",
    ),
    "note.unknown_prompt": (
        "Эталон не знает промпта {detail} в наборе {suite}: сравнивать не с чем",
        "Эталон {suite} жинағында {detail} промптын білмейді: салыстыратын ештеңе жоқ",
        "The baseline knows no prompt {detail} in the suite {suite}: there is nothing to compare with",
    ),
    "note.other_suite": (
        "Набор {suite} изменился с тех пор, как утвердили эталон",
        "{suite} жинағы эталон бекітілгеннен бері өзгерді", "The suite {suite} was changed since the baseline",
    ),
    "note.other_book": (
        "Набор {suite} оценён по другому прайсу: {detail}", "{suite} жинағы басқа прайспен бағаланды: {detail}",
        "The suite {suite} is judged with another price book: {detail}",
    ),
    "note.other_model": (
        "В наборе {suite} отвечает другая модель: {detail}", "{suite} жинағында басқа модель жауап береді: {detail}",
        "Another model answers in the suite {suite}: {detail}",
    ),
}  # fmt: skip


_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(foreign: str) -> str:
    """Foreign text without characters that steer a terminal or turn the direction of writing."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", foreign)


def encodable(report: str) -> str:
    """A report that can be written as UTF-8: a model may answer with half of a surrogate pair, which no file can
    hold."""
    return report.encode("utf-8", "replace").decode()


def text(key: str, language: ReportLanguage, **values: object) -> str:
    """A text in a language, filled in."""
    return TEXTS[key][LANGUAGES.index(language)].format(**values)


def number(value: float, digits: int, language: ReportLanguage) -> str:
    """A number with so many decimals: a comma in Russian and Kazakh, a point in English."""
    written = f"{value:,.{digits}f}"
    if language == "en":
        return written
    return written.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def explained(explanations: Mapping[str, str], language: ReportLanguage) -> str:
    """An explanation in the language, else in Russian (checks explain in Russian and English), else in any."""
    return explanations.get(language) or explanations.get("ru") or next(iter(explanations.values()), "")
