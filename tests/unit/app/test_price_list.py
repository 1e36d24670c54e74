"""From a list as people have it to a price book, and what it would touch: read, corrected, remembered, refused."""

import json
import shutil
from datetime import date, timedelta
from decimal import Decimal

import pytest

from botops.app.access.acting import acting_as
from botops.app.container import Container
from botops.app.pricebooks.column_memory import FILE, MOST, remember, remembered
from botops.app.pricebooks.impact_run import ImpactRun
from botops.app.pricebooks.price_list import (
    Corrections,
    book_of_list,
    columns_to_remember,
    open_list,
    proposals,
    usual_sheets,
)
from botops.config import Secrets, load_settings
from botops.domain.access import AccessRole, Actor
from botops.domain.errors import ForbiddenError, UserError
from botops.pricebook import load_bytes

LIST = "Прайс;;\nТовар;Розница;Наша\nСтарт;7 900;7 000\nНовинка;5 000;\nОпечатка;пять;\n"


@pytest.fixture
def project(repository, tmp_path):
    for name in ("botops.yaml", "prompts", "pricebook"):
        source = repository / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return load_settings(tmp_path / "botops.yaml")


@pytest.fixture
def container(project):
    with Container.open(project, Secrets()) as opened:
        yield opened


AS_PROPOSED = Corrections()


def made(settings, text, said=AS_PROPOSED, old=None, **how):
    sheets = open_list(text.encode("cp1251"), "прайс.csv")
    found = proposals(settings, sheets, said.headers)
    chosen = {"currency": "KZT", "day": date(2026, 12, 1), "absent": "keep", **how}
    return found, book_of_list("прайс.csv", found, said, old=old, **chosen)


def test_a_list_is_corrected_and_laid_over_the_book_in_force(project, container):
    old = container.books.current().book
    found, broken = made(project, LIST, old=old)
    assert (broken.text, broken.renewal) == (None, None)
    assert [(p.line, p.rule) for p in broken.result.problems] == [(5, "cell-amount")]
    said = Corrections(fields={"": {2: "amount:segment:свои"}}, left_out=frozenset({("", 5)}))
    found, book = made(project, LIST, said, old=old)
    new = load_bytes(book.text.encode(), "new.yaml")
    start = [(p.amount, p.per, p.segment) for p in new.product("start").prices_on(date(2026, 12, 1))]
    assert sorted(start, key=str) == [
        (Decimal(69000), "year", None), (Decimal(7000), "month", "свои"), (Decimal(7900), "month", None),
    ]  # fmt: skip
    assert new.product("start").prices_on(date(2026, 11, 30))[0].amount == 6900
    assert new.product("cafe") == old.product("cafe")
    assert (new.offers, new.policies) == (old.offers, old.policies)
    assert columns_to_remember(found, said)["Наша"] == "amount:segment:свои"


def test_without_a_book_the_list_is_the_book(project):
    _found, book = made(project, "Товар;Цена\nКасса;5\n")
    assert (book.renewal, load_bytes(book.text.encode(), "new.yaml").products[0].prices[0].amount) == (None, 5)


def test_what_was_said_of_a_header_is_known_the_next_time(project, container):
    assert remembered(project) == {}
    remember(container, {"Наша  Цена": "amount:segment:свои", "Розница": "amount"}, by="Дана")
    assert remember(container, {"розница": "skip"}, by="Дана") == {
        "наша цена": "amount:segment:свои",
        "розница": "skip",
    }
    (found,) = proposals(project, open_list("Товар;Розница;Наша цена\nКасса;5;4\n".encode(), "a.csv"), {})
    assert [(c.field, c.basis) for c in found.columns][1:] == [("skip", "memory"), ("amount:segment:свои", "memory")]
    assert container.books.path.name == "demo.yaml"  # the file beside the books is none


def test_memory_is_bounded_and_survives_a_broken_file(project, container):
    remember(container, {f"h{n}": "skip" for n in range(MOST)}, by="Дана")
    remember(container, {"new": "name"}, by="Дана")
    assert (len(remembered(project)), remembered(project)["new"]) == (MOST, "name")
    file = project.path("pricebook") / FILE
    for broken in ("{", "[1]", json.dumps({"a": "nonsense", "b": 5})):
        file.write_text(broken, "utf-8")
        assert remembered(project) == {}


@pytest.mark.parametrize("columns", [{"a": "nonsense"}, {"a": "amount:quantity:x"}, {"я" * 200: "name"}])
def test_nonsense_is_not_remembered(project, container, columns):
    with pytest.raises(UserError):
        remember(container, columns, by="Дана")
    assert remembered(project) == {}


def test_who_may_only_look_teaches_nothing(container):
    viewer = Actor("Ержан", frozenset({AccessRole.VIEWER}))
    with acting_as(viewer), pytest.raises(ForbiddenError):
        remember(container, {"a": "name"}, by="Ержан")


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (b"x", "a.xls", "save it as XLSX"), (b"x", "a.pdf", "not a price list"), (b"x", "a", "not a price list"),
        (b"", "a.csv", "empty"), (b"PK\x03\x04junk", "a.xlsx", "not a readable XLSX"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_refused_with_the_next_step(raw, name, said):
    with pytest.raises(UserError, match=said):
        open_list(raw, name)


def test_without_a_column_of_prices_it_is_said_what_to_choose(project):
    with pytest.raises(UserError, match="the column with the price"):
        made(project, "Товар;Примечание\nКасса;хорошая\n")
    with pytest.raises(UserError, match="no sheet is chosen"):
        made(project, "Товар;Цена\nКасса;5\n", Corrections(sheets=()))


def test_usual_sheets_are_those_that_look_like_prices(project):
    sheets = open_list("Товар;Цена\nКасса;5\n".encode(), "a.csv")
    assert usual_sheets(sheets, proposals(project, sheets, {})) == ("",)


def test_the_impact_is_looked_for_beside(project, container):
    folder = project.path("prompts") / "sales"
    before, found, after = (folder / "2.yaml").read_text("utf-8").partition("content: |\n")
    said = f"{before}{found}      Тариф «Старт» — 6 900 ₸ в месяц.\n{after}"
    (folder / "draft.yaml").write_text(said, "utf-8")
    old = container.books.current().book
    today = container.clock.now().date()
    _found, book = made(project, "Товар;Цена\nСтарт;7 900\n", old=old, day=today)
    run = ImpactRun(container, old, book.renewal.book)
    assert run.wait(60)
    assert (run.error, run.impact.problems) == (None, ())
    stale = [a for a in run.impact.found if a.where == "prompt" and a.breaks]
    assert [(a.file.rpartition("/")[2], a.quote) for a in stale] == [("draft.yaml", "6 900 ₸")]
    nothing = ImpactRun(container, old, old)
    assert nothing.wait(60)
    assert nothing.impact.found == ()


def test_a_stopped_look_for_the_impact_says_nothing(project, container):
    old = container.books.current().book
    _found, book = made(project, "Товар;Цена\nСтарт;7 900\n", old=old, day=date(2026, 1, 1) + timedelta(days=1))
    run = ImpactRun(container, old, book.renewal.book)
    run.cancel()
    assert run.wait(60)
    assert run.error is None
