"""What each section of a prompt costs, counted by hand."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from botops.app.costs.economics import economics, pricing_of, sections
from botops.app.prompts.diff import preview
from botops.domain.errors import UserError
from botops.domain.money import Money
from botops.llm import estimate
from botops.llm.estimate import estimate_messages

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)


@pytest.fixture
def container(florist):
    with florist.open() as container:
        yield container


def by_title(found):
    return {row.section.title if row.section else "frame": row for row in found.sections}


def assert_adds_up(container, found):
    version = container.registry.version(found.prompt, found.version)
    book = container.books.current().book
    for language, total in found.tokens.items():
        sent = preview(version, container.settings, book, NOW, language)
        assert total == estimate_messages(sent, found.priced_as)
        assert sum(row.tokens.get(language, 0) for row in found.sections) == total
    if found.monthly:
        assert sum(row.monthly.pico_usd for row in found.sections) == found.monthly.pico_usd
        assert sum(row.monthly.uncached for row in found.sections) == found.monthly.uncached
    assert sum(row.share for row in found.sections) == pytest.approx(1)


def test_what_variables_bring_is_told(container):
    found = by_title(sections(container, "florist"))
    opening = next(row for title, row in found.items() if title.startswith("You sell flowers"))
    assert opening.filled.keys() == {"company"}
    assert 0 < opening.filled["company"] < opening.tokens["en"]
    assert found["Manners"].filled == {}
    table = found["{{ price_table }}"]
    assert table.filled["price_table"] == pytest.approx(table.tokens["en"], abs=1)


def test_an_empty_store_has_tokens_and_no_money(container):
    found = sections(container, "florist")
    assert (found.basis, found.counted, found.calls, found.cached) == ("none", 0, 0, None)
    assert found.monthly is None
    assert all(row.monthly is None for row in found.sections)
    assert found.exact
    assert_adds_up(container, found)


def test_money_is_that_of_the_calls_counted(florist, container):
    turns = [florist.turn(cached=400) for _ in range(20)] + [florist.turn(language="kk", repaired=True)]
    florist.keep(container, *turns, florist.turn(version=2), florist.turn(at=NOW - timedelta(days=40)))
    found = sections(container, "florist", 1)
    assert_adds_up(container, found)
    # 20 replies, a reply and a repair in Kazakh, within 28 days; 8,000 of 22,000 tokens read from the cache
    assert (found.basis, found.counted) == ("version", 22)
    assert found.calls == pytest.approx(22 * 30 / 28)
    assert found.cached == pytest.approx(8000 / 22000)
    # 2 $ a million tokens, 22 calls of the prompt in two languages, 28 days made a month of 30
    tokens = 20 * found.tokens["en"] + 2 * found.tokens["kk"]
    assert found.monthly.usd_uncached == pytest.approx(Decimal(tokens * 2 * 30) / 28 / 10**6, abs=Decimal("1e-11"))
    cached = 20 * round(found.tokens["en"] * 8 / 22) + 2 * round(found.tokens["kk"] * 8 / 22)
    less = Decimal(cached) * Decimal("1.5") * 30 / 28 / 10**6
    assert found.monthly.usd == pytest.approx(found.monthly.usd_uncached - less, abs=Decimal("1e-11"))
    assert found.monthly.local == Money.of(found.monthly.usd * 500, "KZT")
    assert found.carried == pytest.approx(tokens / 22000)


def test_a_condition_is_paid_for_by_the_calls_in_which_it_holds(florist, container):
    florist.keep(container, *[florist.turn() for _ in range(9)], florist.turn(language="kk"))
    found = by_title(sections(container, "florist", 1))
    kazakh = found["Қазақша жауап бер."]
    assert dict(kazakh.tokens).keys() == {"kk"}
    assert kazakh.calls == pytest.approx(30 / 28)
    assert found["Manners"].calls == pytest.approx(10 * 30 / 28)
    assert found["{{ price_table }}"].section.kind == "price_table"
    assert found["Manners"].section.line == 7


def test_a_version_nobody_got_is_counted_at_the_prompts_calls(florist, container):
    florist.keep(container, florist.turn(), florist.turn())
    found = sections(container, "florist", 2)
    assert (found.basis, found.counted) == ("prompt", 2)
    assert found.monthly.pico_usd > sections(container, "florist", 1).monthly.pico_usd


def test_a_model_without_a_price_costs_an_unknown_sum_not_nothing(florist):
    florist.settings(("priced_as: house-model", "priced_as: nobody-knows-9"))
    with florist.open() as container:
        florist.keep(container, florist.turn())
        found = sections(container, "florist", 1)
        assert not found.known_price
        assert found.monthly is None
        assert [row.monthly for row in found.sections] == [None] * len(found.sections)
        assert_adds_up(container, found)


def test_without_a_rate_there_are_dollars_only(florist):
    florist.settings(("  rates: [{since: 2026-01-01, per_usd: 500}]\n", ""))
    with florist.open() as container:
        florist.keep(container, florist.turn())
        found = sections(container, "florist", 1)
        assert found.monthly.local is None
        assert found.monthly.pico_usd > 0


def test_without_a_vocabulary_sections_still_add_up(container, monkeypatch):
    monkeypatch.setattr(estimate, "vocabulary", lambda name: None)
    found = sections(container, "florist")
    assert not found.exact
    assert_adds_up(container, found)


def test_without_a_price_book_the_rest_is_counted(container):
    version = container.registry.version("florist", 1)
    found = economics(version, replace(pricing_of(container), book=None), ())
    assert "{{ price_table }}" not in by_title(found)
    assert found.tokens["en"] == sum(row.tokens.get("en", 0) for row in found.sections)


def test_a_version_that_is_not_there_is_named(container):
    with pytest.raises(UserError, match="florist"):
        sections(container, "florist", 9)
