"""The price book in force: asked for from many threads, released, rolled back, broken."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from botops.app.pricebooks import books as books_module
from botops.app.pricebooks.books import Books
from botops.registry.books import BookFolder
from botops.registry.release import Step


def test_who_asks_while_the_first_book_is_read_waits_for_it(tmp_path, repository):
    shutil.copy(repository / "pricebook" / "demo.yaml", tmp_path)
    books = Books(tmp_path / "demo.yaml")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: books.current(), range(32)))
    assert all(f is not None for f in found)


def test_without_a_book_there_is_none(tmp_path):
    assert Books(tmp_path / "none.yaml").current() is None


STEP = Step("Дана", datetime(2026, 11, 20, 9, 0, tzinfo=UTC), "новые цены")


@pytest.fixture
def folder(tmp_path, repository):
    place = tmp_path / "pricebook"
    place.mkdir()
    shutil.copy(repository / "pricebook" / "demo.yaml", place)
    return BookFolder(place)


def with_price(folder, amount):
    return folder.read("demo.yaml", None).replace(b"amount: 6900, per: month", f"amount: {amount}, per: month".encode())


def opened(folder):
    return Books(folder.path, state_dir=folder.path.parent / "state")


def start_price(books):
    return books.current().book.product("start").prices[0].amount


def looked_again(books, wanted, seconds=5):
    """True when the book in force becomes the wanted one, and after how long."""
    begun = time.monotonic()
    while time.monotonic() - begun < seconds:
        if wanted(books):
            return time.monotonic() - begun
        time.sleep(0.02)
    return None


def test_a_publication_and_a_rollback_are_in_force_within_two_seconds(folder):
    books = opened(folder)
    assert start_price(books) == 6900
    assert books.current().identity.startswith("demo@")
    folder.publish(with_price(folder, 7200), STEP)
    assert looked_again(books, lambda b: start_price(b) == 7200) < 2
    assert books.current().identity.startswith("1@")
    folder.rollback(STEP)
    assert looked_again(books, lambda b: start_price(b) == 6900) < 2
    assert books.problems == ()


@pytest.mark.parametrize("fault", ["edited", "deleted", "release broken", "release gone", "release of nothing"])
def test_the_last_good_book_stays_in_force_after_a_restart_too(folder, fault):
    folder.publish(with_price(folder, 7200), STEP)
    books = opened(folder)
    assert start_price(books) == 7200
    file, release = folder.path / "1.yaml", folder.path / "release.yaml"
    if fault == "edited":
        file.write_bytes(with_price(folder, 9999))
    elif fault == "deleted":
        file.unlink()
    elif fault == "release broken":
        release.write_text("live: [")
    elif fault == "release gone":
        release.unlink()
    else:
        release.write_text(release.read_text().replace("1.yaml", "7.yaml"))
    assert looked_again(books, lambda b: b.current() and b.problems) is not None
    assert start_price(books) == 7200
    assert str(folder.path) in books.problems[0].file
    again = opened(folder)
    assert start_price(again) == 7200
    assert again.problems


def test_a_kept_book_of_another_place_is_not_used(folder, tmp_path):
    opened(folder).current()
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "book.yaml").write_text("products: [")
    books = Books(other, state_dir=tmp_path / "state")
    assert books.current() is None
    assert books.problems


def test_a_broken_copy_of_the_last_book_is_not_used(folder):
    folder.publish(with_price(folder, 7200), STEP)
    opened(folder).current()
    (kept,) = (folder.path.parent / "state").rglob("*.book")
    kept.write_bytes(b"half a bo")
    (folder.path / "1.yaml").unlink()
    books = opened(folder)
    assert books.current() is None
    assert books.problems


def test_the_same_book_is_no_new_identity_and_an_edited_one_is(folder):
    before = opened(folder).current().identity
    assert opened(folder).current().identity == before
    (folder.path / "demo.yaml").write_bytes(with_price(folder, 7200))
    assert opened(folder).current().identity != before


def test_a_book_is_compiled_when_it_is_asked_for_where_that_was_wished(tmp_path, monkeypatch):
    (tmp_path / "book.yaml").write_text(
        "currency: KZT\nproducts: [{sku: a, name: Альфа, prices: [{amount: 5000}]}]\n", "utf-8"
    )
    asked = []
    compile_book = books_module.compile_book
    monkeypatch.setattr(books_module, "compile_book", lambda *book: asked.append(book) or compile_book(*book))
    later = Books(tmp_path / "book.yaml", compiled=False).current()
    assert asked == []
    assert later.compiled is later.compiled
    assert set(later.compiled.skus) == {"a"}
    Books(tmp_path / "book.yaml").current()
    assert len(asked) == 2
