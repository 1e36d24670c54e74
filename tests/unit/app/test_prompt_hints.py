"""Hints with proof, on prompts of a flower shop: what is given, and what is not for lack of evidence."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from botops.app.costs.hint_model import LEAST_DIALOGUES, never_bound
from botops.app.costs.hints import hints

NOW = datetime(2026, 11, 21, 10, 20, tzinfo=UTC)
RULES = "".join(f"      - rule {n}: be kind to number {n * 7} and to its neighbour {n * 11}\n" for n in range(90))
VARIES_FIRST = f"""\
messages:
  - role: system
    content: |
      You sell flowers. The client writes from {{{{ channel }}}}.

      Manners
{RULES}
"""
EXAMPLES = """\
messages:
  - role: system
    content: |
      You sell flowers.

      {{ price_table }}
  - role: user
    content: How much is a prickly cactus?
  - role: assistant
    content: A prickly cactus is 2500 tenge.
  - role: user
    content: How much is a garden rose?
  - role: assistant
    content: A garden rose is 900 tenge.
  - role: user
    content: Could you arrange delivery tomorrow evening?
  - role: assistant
    content: Let me ask a colleague.
  - role: user
    content: Please engrave initials onto the porcelain vase
  - role: assistant
    content: Let me ask a colleague.
"""
WRITTEN_OUT = """\
messages:
  - role: system
    content: |
      Сен гүл дүкенінің сатушысысың. Жеңілдікті өзіңнен ойлап таппа.

      Клиент: Тікенді кактус қанша тұрады?
      Бот: 2500 теңге.

      Клиент: Prickly cactus бар ма?
      Бот: Бар.

      Есіңде болсын
      - Жеңілдікті өзіңнен ойлап таппа.
"""


@pytest.fixture
def opened(florist):
    """Opens the shop with other versions of its prompt, or as it is."""
    with ExitStack() as stack:

        def opened(*versions):
            if versions:
                florist.versions(*versions)
            return stack.enter_context(florist.open())

        yield opened


def asked(florist, text="How much is a garden rose?", number=LEAST_DIALOGUES, **more):
    return [florist.turn(text=text, reply="A garden rose is 900 ₸.", **more) for _ in range(number)]


def of_kind(found, kind):
    return [hint for hint in found.hints if hint.kind == kind]


def test_an_empty_store_gives_no_hint(opened):
    container = opened()
    found = hints(container, "florist")
    assert (found.hints, found.dialogues, found.prefix) == ((), 0, None)


# --- order ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def openai(florist):
    """Prices of a model whose cache is known: a cached token costs a quarter."""
    florist.settings(("priced_as: house-model", "priced_as: gpt-4o-mini"), ("model: house-model", "model: gpt-4o-mini"))


def in_turn(florist, number, step, **more):
    start = NOW - timedelta(days=2)
    channels = ("web", "telegram")
    return [florist.turn(at=start + step * n, channel=channels[n % 2], **more) for n in range(number)]


def test_what_varies_before_constant_text_is_found_with_its_money(florist, openai, opened):
    container = opened(VARIES_FIRST)
    florist.keep(container, *in_turn(florist, 40, timedelta(minutes=1)))
    found = hints(container, "florist")
    (hint,) = of_kind(found, "prefix_order")
    evidence = hint.evidence
    assert (hint.places[0].file.endswith("florist/1.yaml"), hint.places[0].line) == (True, 4)
    assert evidence.varies == (("channel", 2),)
    assert evidence.calls == 40
    assert evidence.stable < 15 < 1024 <= evidence.moved
    # each channel's own prompt was kept from two minutes before: only the first of each read nothing
    tokens = evidence.prompt
    own, moved = tokens // 128 * 128, evidence.moved // 128 * 128
    assert evidence.read == pytest.approx(38 * own / (40 * tokens), rel=0.01)
    # in the other order the first of the second channel would have read the rules as well
    assert evidence.read_moved == pytest.approx((38 * own + moved) / (40 * tokens), rel=0.01)
    saved = moved * 1.5e-6 * 30 / 28
    assert float(hint.saving.usd) == pytest.approx(saved, rel=0.02)
    assert (found.prefix.first.title, found.prefix.first.line, found.prefix.first.column) == ("channel", 4, 48)


def test_no_order_is_advised_where_the_provider_reads_as_much_already(florist, openai, opened):
    container = opened(VARIES_FIRST)
    florist.keep(container, *in_turn(florist, 40, timedelta(minutes=1), cached=990))
    found = hints(container, "florist")
    assert of_kind(found, "prefix_order") == []
    assert found.prefix.stable < 15


def test_no_order_is_advised_where_calls_come_too_seldom(florist, openai, opened):
    container = opened(VARIES_FIRST)
    florist.keep(container, *in_turn(florist, 40, timedelta(minutes=30)))
    assert of_kind(hints(container, "florist"), "prefix_order") == []


def test_no_order_is_advised_below_the_providers_least(florist, openai, opened):
    container = opened()
    florist.keep(container, *in_turn(florist, 40, timedelta(minutes=1)))
    found = hints(container, "florist")
    assert of_kind(found, "prefix_order") == []
    assert found.prefix.minimum == 1024


# --- examples and rows ------------------------------------------------------------------------------------------------


def test_examples_nobody_asks_about(florist, opened):
    container = opened(EXAMPLES)
    florist.keep(
        container, *asked(florist), florist.turn(text="Is delivery possible tomorrow?"),
        florist.turn(text="a vase, perhaps?"),
    )  # fmt: skip
    found = of_kind(hints(container, "florist"), "unused_example")
    about = {hint.places[0].title: hint.evidence for hint in found}
    assert set(about) == {"How much is a prickly cactus?", "Please engrave initials onto the porcelain vase"}
    cactus = about["How much is a prickly cactus?"]
    assert (cactus.products, cactus.dialogues) == (("Prickly cactus",), 52)
    assert cactus.bound == pytest.approx(1 - 0.05 ** (1 / 52))
    vase = about["Please engrave initials onto the porcelain vase"]
    assert vase.products == ()
    assert {"initials", "porcelain", "vase"} <= set(vase.words)
    assert vase.nearest == 1
    assert all(hint.tokens > 5 and hint.saving.pico_usd > 0 for hint in found)


def test_rows_of_products_nobody_names(florist, opened):
    container = opened(EXAMPLES)
    florist.keep(container, *asked(florist), florist.turn(text="Something else?", reply="We have the tulip, 400 ₸."))
    (hint,) = of_kind(hints(container, "florist"), "unused_rows")
    assert [name for name, _ in hint.evidence.products] == ["Prickly cactus"]
    assert hint.evidence.rows == 2  # its price and the offer that is for it alone
    assert sum(tokens for _, tokens in hint.evidence.products) == hint.tokens
    assert hint.evidence.dialogues == 51
    assert hint.places[0].line == 6


def test_too_few_dialogues_prove_nothing(florist, opened):
    container = opened(EXAMPLES)
    florist.keep(container, *asked(florist, number=LEAST_DIALOGUES - 1))
    found = hints(container, "florist")
    assert found.dialogues == LEAST_DIALOGUES - 1
    assert found.hints == ()


def test_examples_written_out_in_another_language(florist, opened):
    container = opened(WRITTEN_OUT)
    florist.keep(container, *asked(florist, language="kk"))
    found = hints(container, "florist")
    lines = sorted(hint.places[0].line for hint in of_kind(found, "unused_example"))
    assert 9 in lines
    (twice,) = of_kind(found, "duplicate")
    assert [place.line for place in twice.places] == [4, 13]
    assert twice.evidence.sentences == ("Жеңілдікті өзіңнен ойлап таппа.",)


# --- sentences and repairs --------------------------------------------------------------------------------------------


def test_a_loop_is_no_duplicate_and_a_value_is_one_place(florist, opened):
    container = opened(
        """\
messages:
  - role: system
    content: |
      {% for shop in ["north", "south"] %}
      Our shop is open every single day.
      {% endfor %}
      {{ price_table }}
"""
    )
    assert of_kind(hints(container, "florist"), "duplicate") == []


def test_repairs_are_told_with_what_they_cost(florist, opened):
    container = opened()
    florist.keep(container, *[florist.turn() for _ in range(20)], *[florist.turn(repaired=True) for _ in range(5)])
    (hint,) = of_kind(hints(container, "florist"), "repairs")
    assert (hint.evidence.repairs, hint.evidence.calls) == (5, 30)
    assert hint.evidence.faults == (("discount", None, 5),)
    assert hint.saving.pico_usd == round(5 * 10**9 * 30 / 28)
    assert hint.saving.local.currency == "KZT"


def test_few_repairs_and_repairs_of_unknown_cost(florist, opened):
    container = opened()
    florist.keep(container, *[florist.turn(repaired=True) for _ in range(4)])
    assert of_kind(hints(container, "florist"), "repairs") == []
    turn = florist.turn(repaired=True)
    unknown = tuple(replace(a, cost=replace(a.cost, pico_usd=0, unknown_model=True)) for a in turn.attempts)
    florist.keep(container, replace(turn, attempts=unknown))
    (hint,) = of_kind(hints(container, "florist"), "repairs")
    assert hint.saving is None


def test_an_unknown_price_leaves_the_hint_and_no_money(florist, opened):
    florist.settings(("priced_as: house-model", "priced_as: nobody-knows-9"))
    container = opened(EXAMPLES)
    florist.keep(container, *asked(florist))
    found = of_kind(hints(container, "florist"), "unused_rows")
    assert [hint.saving for hint in found] == [None]


def test_the_bound_is_about_three_over_the_number():
    assert never_bound(300) == pytest.approx(0.00994, rel=0.01)
    assert never_bound(LEAST_DIALOGUES) < 1 / 17


def test_a_draft_is_looked_at_with_the_calls_of_the_prompt(florist, opened):
    (florist.root / "prompts/florist/draft.yaml").write_text(EXAMPLES, "utf-8")
    container = opened()
    florist.keep(container, *asked(florist), *[florist.turn(repaired=True) for _ in range(5)])
    found = hints(container, "florist", 0)
    assert {hint.kind for hint in found.hints} == {"unused_example", "unused_rows"}  # its repairs are another's
    assert all(hint.saving.pico_usd > 0 for hint in found.hints)
    assert found.prefix.calls == LEAST_DIALOGUES + 5
