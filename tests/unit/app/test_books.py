"""The price book in force, asked for from many threads before it is there."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from botops.app.books import Books


def test_who_asks_while_the_first_book_is_read_waits_for_it(tmp_path, repository):
    shutil.copy(repository / "pricebook" / "demo.yaml", tmp_path)
    books = Books(tmp_path / "demo.yaml")
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: books.current(), range(32)))
    assert all(f is not None for f in found)


def test_without_a_book_there_is_none(tmp_path):
    assert Books(tmp_path / "none.yaml").current() is None
