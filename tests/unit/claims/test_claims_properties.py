"""Properties: replies made from the book are clean, one amount changed is found, spans hold, same in gives same out."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from botops.claims import check, compile_book
from botops.domain.messages import Message
from botops.pricebook import Policies, Price, PriceBook, Product

AT = datetime(2026, 5, 5, 12, 0, tzinfo=UTC)
NAMES = ("Гамак «Ива»", "Фонарь Polar", "Термос «Степь»", "Рюкзак Otyrar", "Спальник «Юрта»")
AMOUNTS = st.integers(min_value=11, max_value=970).filter(lambda n: n % 10).map(lambda n: n * 100)
SHAPES = (
    lambda n: f"{n:,} ₸".replace(",", " "),
    lambda n: f"{n:,} ₸".replace(",", "\u00a0"),
    lambda n: f"{n} тенге",
    lambda n: f"{n:,} KZT",
    lambda n: f"{Decimal(n) / 1000} тыс. ₸".replace(".", ",", 1) if n % 1000 else f"{n // 1000}к ₸",
)


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    amounts = draw(st.lists(AMOUNTS, min_size=len(NAMES), max_size=len(NAMES), unique=True))
    products = [
        Product(f"p{i}", n, (), (Price(Decimal(a), "KZT", "unit"),))
        for i, (n, a) in enumerate(zip(NAMES, amounts, strict=True))
    ]
    return PriceBook("KZT", tuple(products), policies=Policies(vat_included=True, vat_percent=Decimal(16)))


def reply(text: str, *, question: str = "Сколько стоит?") -> list[Message]:
    return [Message("user", question), Message("assistant", text)]


def amount(book: PriceBook, place: int) -> int:
    return int(book.products[place].prices[0].amount)


@given(books(), st.integers(0, 4), st.sampled_from(SHAPES[:4]))
def test_a_price_of_the_book_is_clean_however_it_is_written(book: PriceBook, place: int, shape: object) -> None:
    text = f"{NAMES[place]} стоит {shape(amount(book, place))}."  # type: ignore[operator]
    assert check(reply(text), book, at=AT) == []


@given(books(), st.integers(0, 4), st.integers(2, 9))
def test_a_multiple_is_clean_and_a_wrong_one_is_found(book: PriceBook, place: int, count: int) -> None:
    total = amount(book, place) * count
    question = f"{NAMES[place]}, {count} штук"
    assert check(reply(f"{count} штук — {total} ₸.", question=question), book, at=AT) == []
    assert check(reply(f"{count} штук — {total + 700} ₸.", question=question), book, at=AT) != []


@given(books(), st.permutations(range(5)))
def test_a_list_with_its_total_is_clean(book: PriceBook, order: list[int]) -> None:
    chosen = order[:3]
    lines = [f"- {NAMES[i]} — {amount(book, i)} ₸" for i in chosen]
    total = sum(amount(book, i) for i in chosen)
    assert check(reply("\n".join([*lines, f"Итого: {total} ₸"])), book, at=AT) == []


@given(books(), st.integers(0, 4), AMOUNTS, st.sampled_from(SHAPES))
def test_a_changed_price_is_found_in_its_place(book: PriceBook, place: int, other: int, shape: object) -> None:
    assume(other != amount(book, place))
    said = shape(other)  # type: ignore[operator]
    text = f"{NAMES[place]} стоит {said}, доставим завтра."
    found = check(reply(text), book, at=AT)
    assert len(found) == 1
    assert text[found[0].start : found[0].end] == found[0].quote
    assert found[0].start == text.index(said)
    assert found[0].expected is not None


@given(books(), st.integers(0, 4), st.integers(0, 4))
def test_the_price_of_another_product_is_found(book: PriceBook, place: int, other: int) -> None:
    assume(place != other)
    text = f"{NAMES[place]} стоит {amount(book, other)} ₸."
    assert [f.quote for f in check(reply(text), book, at=AT)] == [f"{amount(book, other)} ₸"]


@given(books(), st.text(alphabet="Гамак Polar стоит 1500₸тг.,%—-\n|итого скидка да нет", max_size=120))
def test_the_same_in_gives_the_same_out_and_spans_hold(book: PriceBook, text: str) -> None:
    compiled = compile_book(book)
    first = check(reply(text), compiled, at=AT)
    assert first == check(reply(text), compiled, at=AT) == check(reply(text), book, at=AT)
    for finding in first:
        assert 0 <= finding.start < finding.end <= len(text)
        assert text[finding.start : finding.end] == finding.quote
        assert finding.turn == 1
