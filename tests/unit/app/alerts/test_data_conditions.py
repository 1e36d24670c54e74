"""The price book and other data break or age."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from botops.app.alerts.conditions import conditions
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.usage import Usage
from botops.llm.recordings import Recording

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
PROMPT = 'description: Ответы\nowner: sales\nmessages: [{role: system, content: "Вы консультант. {{ price_table }}"}]\n'
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def test_a_broken_price_book_wakes_nobody_while_the_last_good_one_holds(shop, monkeypatch):
    monkeypatch.setattr("botops.app.pricebooks.books._LOOK_AGAIN_S", 0.0)
    file = shop.root / "pricebook/book.yaml"
    shop.container.books.current()
    file.write_text("currency: KZT\nproducts: [", "utf-8")
    shop.container.books.current()  # a file that changes is read once it has stood still
    assert shop.says("BotopsPriceBookBroken") == ()
    shop.clock.move(5 * MINUTE)
    (said,) = shop.says("BotopsPriceBookBroken")
    assert said.severity.value == "ticket"
    assert "book.yaml:3:1" in said.text["en"]


def test_without_a_price_book_nothing_is_judged(shop):
    shop.container.close()
    (shop.root / "pricebook/book.yaml").unlink()
    shutil.rmtree(shop.root / ".botops/pricebook", ignore_errors=True)
    with Container.open(load_settings(shop.root / "botops.yaml"), Secrets(), clock=shop.clock) as container:
        source = {one.name: one for one in conditions(container)}["BotopsPriceBookBroken"]
        assert source.look(NOW) == ()
        shop.clock.move(5 * MINUTE)
        (said,) = source.look(shop.clock.now())
    assert said.severity.value == "page"


def test_prices_that_end_soon_are_told_with_the_products(shop):
    shop.clock.at = datetime(2026, 12, 27, 20, tzinfo=UTC)  # the 28th in Almaty
    (said,) = shop.says("BotopsPriceBookExpiring")
    assert said.facts == {"products": 1, "last_day": "2026-12-31"}
    assert "Ручка" in said.text["ru"]
    shop.clock.at -= timedelta(hours=2)  # the 27th in Almaty
    assert shop.says("BotopsPriceBookExpiring") == ()


def test_an_old_exchange_rate_is_told(shop_with):
    shop = shop_with("costs: {rates: [{since: 2026-10-01, per_usd: 500, source: test}]}\n")
    (said,) = shop.says("BotopsPriceTableStale")
    assert said.facts["age_days"] == 53
    assert said.key == "price_table_stale:rate:KZT"


def test_recordings_of_versions_that_are_not_live_are_told(shop):
    prompt = shop.root / "prompts/sales"
    prompt.mkdir()
    for number in (1, 2):
        (prompt / f"{number}.yaml").write_text(PROMPT, "utf-8")
    (prompt / "release.yaml").write_text("live: 2\n", "utf-8")
    shop.container.registry.load()
    assert shop.says("BotopsRecordingsStale") == ()
    folder = shop.root / "evals/recordings/own"
    folder.mkdir(parents=True)
    row = Recording("key", "sales@1", "m", "talk", "setting", "?", "900", "m", "stop", Usage(1, 0, 0, 1), True)
    (folder / "sales.jsonl").write_text(row.line(), "utf-8")
    assert shop.says("BotopsRecordingsStale") == (), "looked at once an hour"
    shop.clock.move(HOUR)
    (said,) = shop.says("BotopsRecordingsStale")
    assert (said.key, said.subject) == ("recordings_stale:sales@2", "prompt:sales")
    assert "sales@1" in said.text["ru"]
    (folder / "sales.jsonl").write_text(row.line() + replace(row, key="b", prompt="sales@2").line(), "utf-8")
    shop.clock.move(HOUR)
    assert shop.says("BotopsRecordingsStale") == ()
