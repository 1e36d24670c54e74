"""The page of a digest in a browser: one sheet of paper even in a bad week, nothing cut off on a telephone, nothing
fetched."""

import re
from datetime import date

import pytest

from botops.app.digest import Digest, Entry, Figure, Section

pytestmark = pytest.mark.browser

QUOTE = "для вас весь год обслуживания будет бесплатным, если оплатите сегодня до вечера"


def entries(count, amount="1 250 000 ₸"):
    return tuple(
        Entry(f"{n} нояб.: «{QUOTE}»", f"верно: 189 000 ₸ за год · клиент lead-{n:05}", amount, "http://127.0.0.1/x")
        for n in range(1, count + 1)
    )


def bad_week():
    """As much as a digest ever holds: seven numbers, and every section full."""
    return Digest(
        "weekly", "ru", date(2026, 11, 16), date(2026, 11, 22), "Обещано, но не должны: 16–22 ноября 2026",
        "За неделю бот пообещал клиентам на 12 345 678 ₸ дешевле прайса: 1 234 ответа, 987 клиентов. "
        "Неделей раньше — 118 645 ₸.",
        tuple(Figure(f"f{n}", "Ответы с неверными условиями", "12 345 678 ₸", "▲ больше чем в 10 раз", "bad")
              for n in range(7)),
        "Стрелки — изменение к неделе 9–15 ноября 2026.",
        (
            Section("Крупнейшие обещания", entries(6), "", "… и ещё 1228"),
            Section("О чём обещал", tuple(Entry("товар не из прайса · 312 ответов", "", "1 ₸") for _ in "123"), ""),
            Section("Какая версия промпта", tuple(Entry("sales@12 · 312 ответов", "", "1 ₸") for _ in "123"), ""),
            Section("Что изменилось", entries(3, ""), "", "… и ещё 7"),
            Section("Что требует внимания сейчас", entries(3, ""), "", "… и ещё 12"),
        ),
        ("Обещано — ещё не потеряно: столько компания недополучит, если сдержит все эти обещания.",) * 3,
    )  # fmt: skip


def shown(chromium, digest, width):
    page = chromium.new_page(viewport={"width": width, "height": 900})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_content(digest.page)
    assert asked == []
    return page


def test_a_bad_week_is_one_sheet_of_paper(chromium, tmp_path):
    page = shown(chromium, bad_week(), 800)
    page.pdf(path=tmp_path / "week.pdf", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", (tmp_path / "week.pdf").read_bytes())) == 1


@pytest.mark.parametrize("width", [1280, 400, 320])
def test_nothing_is_cut_off(chromium, width):
    page = shown(chromium, bad_week(), width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h2").count() == 5
