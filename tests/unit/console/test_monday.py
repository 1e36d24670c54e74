"""The page of the week: worst news first, and an address for every week."""

import re
from datetime import timedelta
from html import unescape

from botops.app.container import Container
from botops.app.dialogues.ratings import marks_to_look_into
from botops.app.glossary import GLOSSARY, MONDAY
from botops.app.monday import last_week
from botops.config import Secrets, load_settings
from botops.console import data
from botops.domain.outcomes import Feedback, Voice


def _said(words, test):
    return unescape(re.sub(r"<[^>]+>", " ", words(test)))


def test_the_week_shows_every_number_worst_first(seeded, run, words):
    said = _said(words, run(seeded, "monday"))
    assert len(MONDAY) <= 7
    for name in MONDAY:
        assert GLOSSARY[name].name["ru"] in said
    places = [said.rfind(word) for word in ("хуже", "лучше") if word in said]
    assert places == sorted(places)
    assert "Что ещё не сделано?" in said


def test_any_day_in_the_address_shows_its_week(seeded, run, words):
    with Container.open(load_settings(seeded / "botops.yaml"), Secrets(), role="reader") as container:
        monday = last_week(container)
    first = _said(words, run(seeded, "monday", week=monday.isoformat()))
    other = _said(words, run(seeded, "monday", week=(monday + timedelta(days=2)).isoformat()))
    assert first == other
    assert "За эту неделю диалогов нет" in _said(words, run(seeded, "monday", week="2020-01-08"))
    assert "Эту неделю показать нельзя" in _said(words, run(seeded, "monday", week="2099-01-01"))
    assert "Что ещё не сделано?" in _said(words, run(seeded, "monday", week="вчера"))


def test_what_is_left_open_is_told_anew_after_a_deed(project, run, words):
    with Container.open(load_settings(project / "botops.yaml"), Secrets(), role="writer") as container:
        before = marks_to_look_into(container)
        dialogue = next(iter(container.store.feedback.listed())).dialogue_id
        said = _said(words, run(project, "monday"))
        assert "5 ролей без людей или без тревог" in said
        marks = [Feedback(f"new-{n}", dialogue, 1, container.clock.now(), voice=Voice.MANAGER) for n in range(40)]
        container.store.feedback.add_many(marks)
        assert marks_to_look_into(container) == before + 40
    data.refresh()
    assert f"{before + 40} плох" in _said(words, run(project, "monday"))
