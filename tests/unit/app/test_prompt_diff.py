"""What a change of a prompt costs, at the traffic of a store the product itself filled."""

import asyncio
import shutil
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from botops.app.clock import SetClock
from botops.app.container import Container, build_meter
from botops.app.prompts.diff import (
    MONTH_DAYS,
    TRAFFIC_DAYS,
    diff_json,
    given_traffic,
    priced_diff,
    replies_per_dialogue,
    traffic_of,
)
from botops.app.seed import seed
from botops.config import Secrets, load_settings
from botops.registry.diff import diff

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


@pytest.fixture(scope="module")
def container(tmp_path_factory):
    repository = Path(__file__).parents[3]
    folder = tmp_path_factory.mktemp("diff")
    shutil.copy(repository / "botops.yaml", folder)
    for name in ("prompts", "pricebook"):
        shutil.copytree(repository / name, folder / name)
    settings = load_settings(folder / "botops.yaml")
    with Container.open(settings, Secrets(), clock=SetClock(NOW)) as container:
        asyncio.run(seed(container, 30))
        yield container


def priced(container, before, after, traffic, *, simulated=True, settings=None):
    old, new = (container.registry.version("sales", n) for n in (before, after))
    settings = settings or container.settings
    book = container.books.current().book
    return priced_diff(
        diff(old, new), old, new, settings, book, build_meter(settings), NOW, traffic, simulated=simulated
    )  # fmt: skip


def test_traffic_is_counted_from_the_last_four_weeks(container):
    traffic = traffic_of(container.store, "sales", NOW)
    turns = [t for t in container.store.reads.turns() if t.assignment and t.assignment.ref.name == "sales"]
    assert traffic.basis == "counted"
    assert traffic.total == pytest.approx(len(turns) * MONTH_DAYS / TRAFFIC_DAYS)
    assert traffic_of(container.store, "reception", NOW) is None
    dialogues = {t.inbound.dialogue_id for t in turns}
    assert replies_per_dialogue(container.store, NOW) == pytest.approx(len(turns) / len(dialogues))


def test_the_month_is_priced_by_each_languages_tokens(container):
    traffic = traffic_of(container.store, "sales", NOW)
    found = priced(container, 1, 2, traffic)
    extra = {t.language: t.after - t.before for t in found.tokens}
    tokens = sum(extra[language] * replies for language, replies in traffic.replies.items())
    each = 0.15 * (1 - traffic.cached) + 0.075 * traffic.cached  # dollars a million: cached tokens cost half
    assert 0 < traffic.cached < 1
    assert float(found.monthly.usd) == pytest.approx(tokens * each / 1e6, rel=0.02, abs=0.0001)
    assert found.monthly.local.currency == "KZT"
    back = priced(container, 2, 1, traffic)
    assert back.monthly.usd == -found.monthly.usd
    assert priced(container, 1, 1, traffic).monthly.usd == 0
    assert diff_json(found)["monthly"]["basis"] == "counted"


def test_given_traffic_is_spread_over_languages_as_the_counted(container):
    counted = traffic_of(container.store, "sales", NOW)
    given = given_traffic(counted.total * 3, counted, "ru")
    assert given.basis == "given"
    assert {k: v / 3 for k, v in given.replies.items()} == pytest.approx(dict(counted.replies))
    assert given_traffic(10, None, "kk").replies == {"kk": 10}


def test_a_model_without_a_price_gives_no_figure_to_believe(container):
    settings = container.settings.with_overrides(["model.name=nobody-knows-9", "model.base_url=http://127.0.0.1:1/v1"])
    found = priced(container, 1, 2, given_traffic(1000, None, "ru"), simulated=False, settings=settings)
    assert found.monthly.unknown_model
    assert found.monthly.usd == Decimal(0)
