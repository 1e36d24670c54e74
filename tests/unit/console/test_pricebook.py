"""Prices in the console: looked up by day and word, a messy list on its way to clients, a second yes, the way back."""

from datetime import date
from html import unescape

import pytest

from botops.app.pricebooks.column_memory import remembered
from botops.console.pricebook import uploads
from botops.domain.releases import ProposalState

MESSY = """\
ТОО «Айна Касса»;;;;
Прайс-лист на 01.12.2026;;;;
;;;;
№;Что продаём;Сколько стоит;Опт, тг;Комментарий
1;Старт;от 7 900 тг/мес;;самый простой
;ОБОРУДОВАНИЕ;;;
2;Aina Go;118 900;99 000;хит
3;Чековая лента;210 тг/рулон;;
4;Моноблок Aina Duo;269 000 / 289 000;;
6;Сканер;15 000 – 19 000;;
5;<script>alert(1)</script> ![x](http://evil.example/a.png);5 000;;=1+1
"""
SAID = "      Тариф «Старт» — 6 900 ₸ в месяц.\n"


def named(elements, key):
    return next(e for e in elements if e.key and e.key.startswith(key))


def press(test, key):
    return named(test.button, key).click().run()


def signed(test, what, by="Айгуль", reason="цены с декабря"):
    named(test.text_input, f"why-{what}").set_value(reason)
    named(test.text_input, f"by-{what}").set_value(by)


def plain(said):
    return unescape(said).replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture(autouse=True)
def _no_uploads():
    yield
    uploads._kept.clear()


@pytest.fixture
def drop(run):
    """The page with a file dropped in."""

    def drop(folder, text, name="прайс.csv", encoding="cp1251", **parameters):
        raw = text if isinstance(text, bytes) else text.encode(encoding)
        return run(folder, "pricebook", view="new", **{uploads.PARAMETER: uploads.add(name, raw)}, **parameters)

    return drop


def test_prices_are_looked_up_by_word_day_region_and_floor(seeded, run, words):
    test = run(seeded, "pricebook", q="cafe", on="2026-11-22")
    assert not test.exception
    said = plain(words(test))
    assert "16 900 ₸" in said
    assert "с 1 января 2027 г.:" in said
    assert "6 900 ₸" not in said.replace("16 900 ₸", "")
    assert "18 900 ₸" in plain(words(run(seeded, "pricebook", q="кафе", on="2027-01-01")))
    there = plain(words(run(seeded, "pricebook", q="выезд", region="Шымкент")))
    assert ("12 000 ₸" in there, "8 000 ₸" in there) == (True, False)
    assert "94 000 ₸" in plain(words(run(seeded, "pricebook", floors="1", on="2026-11-22")))
    assert "Ничего не нашлось" in words(run(seeded, "pricebook", q="самолёт"))
    assert not run(seeded, "pricebook", on="вчера", region="Марс", view="nowhere").exception


def test_an_offer_is_found_by_its_code(seeded, run, words):
    said = words(run(seeded, "pricebook", q="kassa15", on="2026-11-22"))
    assert ("KASSA15" in said, "ZHANA10" in said) == (True, False)


def test_a_messy_list_is_read_corrected_and_shows_what_it_changes(project, drop, words):
    before, found, after = (project / "prompts/sales/2.yaml").read_text("utf-8").partition("content: |\n")
    (project / "prompts/sales/draft.yaml").write_text(before + found + SAID + after, "utf-8")
    test = drop(project, MESSY)
    assert not test.exception
    said = plain(words(test))
    assert "Не удалось прочитать 1 строку" in said
    assert "«269 000 / 289 000»" in said
    assert "Что изменится для клиентов?" not in said
    assert "<script>alert" not in words(test)
    chosen = {box.label: box.value for box in test.selectbox if box.label.startswith("Что стоит")}
    assert chosen["Что стоит в столбце Что продаём"] == "name"
    assert chosen["Что стоит в столбце Опт, тг"] == "skip"
    test = named(test.checkbox, "list-without").check().run()
    wholesale = next(box for box in test.selectbox if box.label == "Что стоит в столбце Опт, тг")
    test = wholesale.set_value("amount:segment:Опт").run()
    assert not test.exception
    assert uploads.get(test.query_params[uploads.PARAMETER]).last("impact").wait(100)
    test.run()
    said = plain(words(test))
    assert "+14,5%" in said
    assert "3 цены вырастут, 3 новые цены." in said
    assert "1 цена указана диапазоном и прочитана как «от» меньшей суммы." in said
    assert "Строки: 10." in said
    assert "от 15 000 ₸" in said
    assert "118 900 ₸" in said
    assert "210 ₸" in said
    assert "99 000 ₸" in said
    assert "В промптах старая цена: 1 место" in said
    assert "prompts/sales/draft.yaml:" in said
    assert "Вводим этот прайс?" in said


def test_what_clients_must_not_hear_is_left_unread_and_it_is_said_why(seeded, drop, words):
    test = drop(seeded, "Товар;Розница;Дилер;Поставщик;Цвет\nСканер;15 900;8 000;ТОО «Ромашка»;белый\n")
    assert not test.exception
    chosen = {box.label.rpartition(" ")[2]: box.value for box in test.selectbox if box.label.startswith("Что стоит")}
    assert chosen == {
        "Товар": "name", "Розница": "amount", "Дилер": "skip", "Поставщик": "skip", "Цвет": "attribute:Цвет",
    }  # fmt: skip
    assert "числа без пояснения: не используется" in words(test)
    assert "внутренние данные о закупке и дилерах: не используется" in words(test)


def test_the_day_that_the_list_names_is_offered_and_may_be_changed(seeded, drop, words):
    test = drop(seeded, "ПРАЙС-ЛИСТ на 1 декабря 2098 года\n\nТовар;Цена\nСканер;15 900\n")
    assert not test.exception
    assert test.date_input[0].value == date(2098, 12, 1)
    assert "В прайсе написано «ПРАЙС-ЛИСТ на 1 декабря 2098 года», поэтому предложен день" in plain(words(test))
    assert test.date_input[0].set_value(date(2098, 12, 5)).run().date_input[0].value == date(2098, 12, 5)


def test_a_day_that_has_passed_is_told_and_not_offered(seeded, drop, words):
    test = drop(seeded, "ПРАЙС-ЛИСТ на 01.12.2020\n\nТовар;Цена\nСканер;15 900\n")
    assert test.date_input[0].value > date(2025, 1, 1)
    assert "уже в прошлом" in words(test)


def test_a_correction_taken_back_does_not_look_for_what_it_touches_again(seeded, drop):
    test = drop(seeded, "Товар;Сколько;Опт\nСтарт;7 900;7 000\n")
    upload = uploads.get(test.query_params[uploads.PARAMETER])
    first = upload.last("impact")
    assert first.wait(100)
    wholesale = next(box for box in test.selectbox if box.label == "Что стоит в столбце Опт")
    before = wholesale.value
    test = wholesale.set_value("amount:segment:Опт").run()
    assert upload.last("impact") is not first
    test = next(box for box in test.selectbox if box.label == "Что стоит в столбце Опт").set_value(before).run()
    assert not test.exception
    assert upload.last("impact") is first
    assert not first.cancelled


def test_what_was_corrected_survives_a_reload(seeded, drop, run):
    test = drop(seeded, MESSY)
    wholesale = next(box for box in test.selectbox if box.label == "Что стоит в столбце Опт, тг")
    test = wholesale.set_value("amount:segment:Опт").run()
    again = run(seeded, "pricebook", view="new", list=test.query_params[uploads.PARAMETER])
    kept = next(box for box in again.selectbox if box.label == "Что стоит в столбце Опт, тг")
    assert kept.value == "amount:segment:Опт"


def test_a_list_becomes_what_clients_get_and_is_taken_back(acting, project, drop, run, words):
    test = drop(project, "Товар;Сколько\nСтарт;7 900\n")
    token = test.query_params[uploads.PARAMETER]
    refused = press(test, "live-publish")
    assert "Назовите себя и причину." in words(refused)
    signed(test, f"live-{token}")
    done = press(test, "live-publish")
    assert not done.exception
    assert "Прайс действует" in words(done)
    assert "цены с декабря" in words(done)
    assert remembered(acting.settings) == {"товар": "name", "сколько": "amount"}
    assert "\nlive: 1.yaml\n" in (project / "pricebook" / "release.yaml").read_text("utf-8")
    signed(done, "back-demo.yaml", reason="поспешили")
    back = press(done, "back-now-demo.yaml")
    assert not back.exception
    assert "поспешили" in words(back)
    assert "\nlive: demo.yaml\n" in (project / "pricebook" / "release.yaml").read_text("utf-8")


def test_a_slip_needs_a_yes(acting, project, drop, words):
    test = drop(project, "Товар;Цена\nAina Go;1 149 000\n")
    token = test.query_params[uploads.PARAMETER]
    assert "Похоже на описку" in words(test)
    signed(test, f"live-{token}")
    refused = press(test, "live-publish")
    assert "Прайс не введён в действие" in words(refused)
    assert not (project / "pricebook" / "release.yaml").exists()
    named(refused.checkbox, "live-confirm").check()
    assert "Прайс действует" in words(press(refused, "live-publish"))


class TestSecondPerson:
    @pytest.fixture
    def project(self, project):
        settings = project / "botops.yaml"
        rule = "\nreleases:\n  pricebook: {approval: second_person}\n"
        settings.write_text(settings.read_text("utf-8") + rule, "utf-8")
        return project

    def test_says_yes_before_it_holds(self, project, acting, drop, words):
        test = drop(project, "Товар;Цена\nСтарт;7 900\n")
        token = test.query_params[uploads.PARAMETER]
        assert not [b for b in test.button if b.key and b.key.startswith("live-publish")]
        signed(test, f"live-{token}", by="Айгуль")
        test = press(test, "live-propose")
        assert not test.exception
        assert "Прайс предложен" in words(test)
        assert "7 900 ₸" in plain(words(test))
        (proposal,) = acting.store.proposals.listed("pricebook")
        signed(test, proposal.id, by="Айгуль", reason="сверила")
        own = press(test, "decide-now")
        assert acting.store.proposals.get(proposal.id).state is ProposalState.OPEN
        signed(own, proposal.id, by="Ержан", reason="сверил с приказом")
        test = press(own, "decide-now")
        assert acting.store.proposals.get(proposal.id).state is ProposalState.APPROVED
        signed(test, f"live-{proposal.id}", by="Айгуль", reason="введено")
        test = press(test, "publish-now")
        assert not test.exception
        assert acting.store.proposals.get(proposal.id).state is ProposalState.PUBLISHED
        assert "Ержан" in words(test)


@pytest.mark.parametrize(
    ("raw", "name", "said"),
    [
        (b"PK\x03\x04junk", "a.xlsx", "Откройте его в Excel, проверьте, что цены на месте"),
        (b"\xd0\xcf\x11\xe0", "old.xls", "сохраните как XLSX и загрузите новый файл"),
        (b"", "a.csv", "Файл пуст. Откройте его, проверьте, что цены на месте"),
        (b"products: [", "a.yaml", "не подходит"),
        ("Просто текст\n".encode(), "a.txt", "в каком столбце название"),
    ],
)
def test_what_is_no_price_list_is_refused_in_words(seeded, drop, words, raw, name, said):
    test = drop(seeded, raw, name)
    assert not test.exception
    assert said in words(test)


def test_a_price_book_file_is_taken_as_it_is(project, drop, words):
    text = (project / "pricebook/demo.yaml").read_text("utf-8")
    changed = text.replace("amount: 6900", "amount: 7200").replace(
        "    - Все цены", "    - Мы любим клиентов.\n    - Все цены"
    )
    test = drop(project, changed, "декабрь.yaml", "utf-8")
    assert not test.exception
    said = plain(words(test))
    assert "7 200 ₸" in said
    assert "меняются правила" in said
    assert "Мы любим клиентов" in said
    same = drop(project, text, "тот же.yaml", "utf-8")
    assert "Этот прайс уже действует" in words(same)


def test_a_list_in_another_currency_is_not_read_before_it_is_said_which(seeded, drop, words):
    test = drop(seeded, "Цены указаны в рублях;\nТовар;Цена\nКасса;5000\n")
    assert "В прайсе указана другая валюта: RUB" in words(test)
    assert "Как прочитаны строки" not in words(test)
    currency = next(box for box in test.selectbox if box.label == "Валюта цен")
    assert currency.value is None
    test = currency.set_value("RUB").run()
    assert not test.exception
    assert "5 000 ₽" in words(test)
    assert "1 цена указана в RUB" in words(drop(seeded, "Товар;Цена;Ед.\nКасса;5000;руб/мес\nЛента;190;тг\n"))


def test_a_list_that_is_gone_is_asked_for_again(seeded, run, words):
    assert "Этот файл больше не хранится" in words(run(seeded, "pricebook", list="nothing", view="new"))


def test_the_first_price_list_of_a_project_becomes_its_price_book(bare, drop, words):
    from botops.app.container import Container
    from botops.config import Secrets, load_settings

    (bare / "pricebook" / "demo.yaml").unlink()
    Container.open(load_settings(bare / "botops.yaml"), Secrets()).close()
    test = drop(bare, "Товар;Цена\nКасса;5 000\n")
    assert not test.exception
    said = plain(words(test))
    assert "1 товар: сравнивать пока не с чем." in said
    assert "Вводим этот прайс?" in said
