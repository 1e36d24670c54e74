"""A wrong price book silences a right bot, and an alarm names it; a right change of prices raises none.

The bot's prompt says its prices itself, as prompts do that were written before there was a price book: what the checker
says of it then hangs on the book alone.
"""

import re
import time

import pytest

from botops.app.clock import SystemClock
from botops.app.doctor import examine
from botops.app.pricebooks.canary import BookCanary, since_when, standing_alarm, watch_book
from botops.app.releases.releasing import publish
from botops.domain.releases import Deed
from botops.pricebook import load, price_table
from botops.registry.books import BookFolder
from botops.registry.release import Step

QUESTIONS = (
    "Сколько стоит тариф «Старт» в месяц?", "Почём терминал Aina Go?", "Сколько стоит тариф «Магазин»?",
    "Сколько стоит модуль «Склад»?", "Цена сканера?", "Сколько в месяц стоит модуль «Лояльность»?",
)  # fmt: skip
BEFORE = 60


def own_prices(project):
    """Replaces the price table of the live prompt by the prices of today, in words."""
    book = load(project / "pricebook" / "demo.yaml")
    table = price_table(book, SystemClock().now().date(), "ru")
    text = (project / "prompts" / "sales" / "1.yaml").read_text("utf-8")
    assert "      {{ price_table }}" in text
    indented = "\n".join(f"      {line}".rstrip() for line in table.splitlines())
    return text.replace("      {{ price_table }}", indented)


FAULTLESS = [
    f"simulator.errors.{name}=0" for name in ("wrong_variant", "stale_price", "invented_discount", "wrong_total")
]


@pytest.fixture
def bot(project, running):
    """The demo's API without seeded errors, whose prompt says its own prices, after a while of answering."""
    (project / "prompts" / "sales" / "9.yaml").write_text(own_prices(project), "utf-8")
    with running(project, *FAULTLESS, "guard.policy=block") as server:
        publish(server.container, "sales", 9, by="Дана", reason="цены в тексте", end_split=True)
        time.sleep(0.6)
        ask(server, BEFORE, "before")
        yield server


@pytest.fixture
def quoting_bot(project, running):
    """The same, whose prompt takes its prices from the book."""
    with running(project, *FAULTLESS, "guard.policy=block") as server:
        ask(server, BEFORE, "before")
        yield server


def ask(server, times, name):
    return [
        server.chat(QUESTIONS[n % len(QUESTIONS)], lead_id=f"{name}-{n}", locale="ru")["action"] for n in range(times)
    ]


def released(server, project, change):
    """Publishes a changed copy of the demo's book as a person would, and waits until it is in force."""
    text = (project / "pricebook" / "demo.yaml").read_text("utf-8")
    raw = change(text).encode()
    now = server.container.clock.now()
    release = BookFolder(project / "pricebook").publish(raw, Step("Ержан", now, "новый прайс"))
    until = time.monotonic() + 10
    while server.container.books.current().file.name != release.live and time.monotonic() < until:
        time.sleep(0.05)
    assert server.container.books.problems == ()


def replies_until_alarm(server, most, name="after"):
    """How many replies it takes, looking after each; None without an alarm."""
    canary = BookCanary(server.container)
    for n in range(most):
        server.chat(QUESTIONS[n % len(QUESTIONS)], lead_id=f"{name}-{n}", locale="ru")
        canary._next_look = 0
        if canary.look() is not None:
            return n + 1
    return None


def times_ten(text):
    return re.sub(r"amount: (\d+)", r"amount: \g<1>0", text)


def shifted(text):
    """Each price stands in the row of the product before it."""
    text = re.sub(r", floor: \d+", "", text)
    amounts = re.findall(r"amount: \d+", text)
    moved = iter([*amounts[3:], *amounts[:3]])
    return re.sub(r"amount: \d+", lambda _: next(moved), text)


def in_dollars(text):
    return text.replace("currency: KZT", "currency: USD")


def half_lost(text):
    blocks = re.split(r"(?m)^(?=  - sku: )", text)
    products, rest = blocks[1:], re.split(r"(?m)^(?=offers:)", blocks[-1])
    kept = [b for b in products[:-1] if re.match(r"  - sku: (seat|till|ofd|cafe|chain|t1|duo|tab|tape)\n", b)]
    return blocks[0] + "".join(kept) + re.sub(r"(?ms)^offers:.*?(?=^policies:)", "", rest[1])


@pytest.mark.parametrize("change", [times_ten, shifted, in_dollars, half_lost])
def test_a_wrong_upload_raises_an_alarm_within_a_few_replies(bot, project, change):
    released(bot, project, change)
    assert replies_until_alarm(bot, 20) <= 15


def a_few_dearer(text):
    """Three prices of 57 are others, two of which the bot is asked about all the time."""
    for old, new in (("6900, per: month", "7200, per: month"), ("4900, per: month", "5200, per: month")):
        assert old in text
        text = text.replace(f"amount: {old}", f"amount: {new}")
    return text.replace("amount: 69000, per: year", "amount: 72000, per: year")


def test_a_right_change_of_a_few_prices_raises_none(quoting_bot, project):
    released(quoting_bot, project, a_few_dearer)
    assert replies_until_alarm(quoting_bot, 60) is None


def test_a_prompt_left_behind_by_a_right_change_is_named_as_the_likelier_cause(bot, project):
    released(bot, project, a_few_dearer)
    assert replies_until_alarm(bot, 60) is not None
    (alarm,) = [e for e in bot.container.store.audit.entries("pricebook") if e.deed is Deed.ALARM]
    assert alarm.detail["cause"] == "prompt"
    assert "the prompt has to be mended" in alarm.reason


def test_the_alarm_names_the_book_and_what_to_do_and_is_raised_once(bot, project, caplog):
    released(bot, project, times_ten)
    assert replies_until_alarm(bot, 20) is not None
    (alarm,) = [e for e in bot.container.store.audit.entries("pricebook") if e.deed is Deed.ALARM]
    assert "1.yaml (publish by Ержан" in alarm.reason
    assert "новый прайс" in alarm.reason
    assert "looks like a slip in the book" in alarm.reason
    assert "denies: prompts/sales/9.yaml:" in alarm.reason
    assert alarm.detail["cause"] == "book"
    assert "botops pricebook rollback" in alarm.reason
    assert len(str(alarm.detail["turns"]).split()) == 3
    assert "Старт" in str(alarm.detail["products"])
    assert any("1.yaml" in r.getMessage() for r in caplog.records if r.levelname == "ERROR")
    # Another process, or this one after a restart, keeps silent.
    again = BookCanary(bot.container)
    assert again.look() is None
    assert "botops_price_book_alarm 1.0" in bot.http.get("/metrics").text
    (check,) = [c for c in examine(project) if c.name == "price book canary"]
    assert (check.state, "rollback" in check.remedy) == ("error", True)


def test_after_a_rollback_the_alarm_is_over_and_the_bad_days_are_no_yardstick(bot, project):
    released(bot, project, times_ten)
    assert replies_until_alarm(bot, 20) is not None
    folder = BookFolder(project / "pricebook")
    folder.rollback(Step("Дана", bot.container.clock.now(), "ошибка в прайсе"))
    until = time.monotonic() + 10
    while bot.container.books.current().file.name != "demo.yaml" and time.monotonic() < until:
        time.sleep(0.05)
    assert standing_alarm(bot.container.store, bot.container.books.current()) is None
    assert set(ask(bot, 6, "back")) == {"passed"}
    assert BookCanary(bot.container).look() is None
    assert "botops_price_book_alarm 0.0" in bot.http.get("/metrics").text
    # The same mistake again is told of again, although a bad day lies between.
    released(bot, project, times_ten)
    assert replies_until_alarm(bot, 20, "again") is not None


def test_a_book_gone_back_to_is_watched_against_its_own_days_before(bot, project):
    released(bot, project, a_few_dearer)
    assert replies_until_alarm(bot, 60) is not None
    BookFolder(project / "pricebook").rollback(Step("Дана", bot.container.clock.now(), "ошибка в прайсе"))
    time.sleep(1.5)
    current = bot.container.books.current()
    since = since_when(bot.container.store, current, bot.container.clock.now())
    found = watch_book(bot.container, current, since)
    assert (found.before.replies, found.before.held) == (BEFORE, 0)
    assert not found.rise.shown


def test_a_canary_that_is_off_says_nothing(bot, project):
    settings = bot.container.settings.with_overrides(["pricebook.canary=off"])
    released(bot, project, times_ten)
    ask(bot, 15, "after")
    quiet = BookCanary(type(bot.container)(**{**_fields(bot.container), "settings": settings}))
    assert quiet.look() is None


def _fields(container):
    return {name: getattr(container, name) for name in container.__dataclass_fields__}
