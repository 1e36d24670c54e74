"""Where a change of the price book is felt: files with their places, dialogues and promises with their turns."""

import asyncio
import json
import shutil
from datetime import UTC, date, datetime, timedelta

import pytest

from botops.app import services
from botops.app.container import Container
from botops.app.pricebooks.impact import affected_cases, affected_dialogues, affected_prompts
from botops.claims.impact import BookChange
from botops.config import Secrets, load_settings
from botops.domain.problems import Problem
from botops.pricebook import load

ON = date(2026, 11, 22)
SUITE = """\
name: prices
price_book: ../../pricebook/demo.yaml
at: 2026-11-21T12:00:00+05:00
cases:
  - id: told-before
    history:
      - {role: user, content: "Сколько стоит «Магазин»?"}
      - role: assistant
        content: |
          Добрый день!
          Тариф «Магазин» — 13 900 ₸ в месяц.
    turns: ["А за год?"]
    expect: [language]
  - id: wants-the-price
    turns:
      - client: Сколько стоит тариф «Магазин» в месяц?
        expect: [{must_contain: "13 900 ₸"}]
      - client: Точно 13 900 ₸ за тариф «Магазин» в месяц?
        expect: [language]
  - id: elsewhere
    turns: ["Сколько стоит «Кафе»?"]
    expect: [language]
"""
DIALOGUE = {
    "id": "d-1",
    "lang": "ru",
    "started_at": "2026-11-20T10:00:00+05:00",
    "messages": [
        {"role": "user", "content": 'Сколько стоит "Магазин" в месяц?'},
        {"role": "assistant", "content": "Тариф «Магазин» — \n13 900 ₸ в месяц."},
    ],
}


@pytest.fixture
def project(repository, tmp_path):
    for name in ("botops.yaml", "team.yaml", "prompts", "pricebook"):
        source = repository / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


@pytest.fixture
def change(project):
    new = project / "new.yaml"
    text = (project / "pricebook" / "demo.yaml").read_text("utf-8")
    new.write_text(text.replace("amount: 13900", "amount: 14900"), "utf-8")
    return BookChange(load(project / "pricebook" / "demo.yaml"), load(new), ON)


def write(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "".join((r if isinstance(r, str) else json.dumps(r, ensure_ascii=False)) + "\n" for r in rows), "utf-8"
    )
    return path


def book(project):
    return [project / "pricebook" / "demo.yaml"]


def at(affected, text):
    """The text that stands at the place, as an editor would jump to it."""
    return text.splitlines()[affected.line - 1][affected.column - 1 :]


def test_a_prompt_is_pointed_into(project, change):
    with open_store(project) as container:
        assert list(affected_prompts(container.registry, change)) == []
    folder = project / "prompts" / "sales"
    newest = max((f for f in folder.glob("*.yaml") if f.stem.isdigit()), key=lambda f: int(f.stem))
    before, after = newest.read_text("utf-8").split("content: |\n", 1)
    draft = folder / "draft.yaml"
    draft.write_text(f"{before}content: |\n      Тариф «Магазин» — 13 900 ₸ в месяц.\n{after}", "utf-8")
    with open_store(project) as container:
        found = [a for a in affected_prompts(container.registry, change) if a.file.endswith("draft.yaml")]
    assert found, "the draft quotes the price"
    assert at(found[0], draft.read_text("utf-8")).startswith("13 900 ₸")
    problem = found[0].problem("en", ON)
    assert (problem.rule, problem.level) == ("price-change-breaks", "error")
    assert "14,900" in problem.message


def test_cases_are_pointed_into(project, change):
    file = write(project / "evals" / "suites" / "prices.yaml", SUITE)
    write(project / "evals" / "suites" / "broken.yaml", "name: [")
    write(project / "evals" / "suites" / "other.yaml", SUITE.replace("demo.yaml", "another.yaml"))
    found = list(affected_cases(project / "evals", change, book(project)))
    assert {f.file for f in found if isinstance(f, Problem)} == {str(project / "evals" / "suites" / "broken.yaml")}
    cases = [f for f in found if not isinstance(f, Problem)]
    assert {c.file for c in cases} == {str(file)}
    assert [(c.path, c.line, c.breaks) for c in cases] == [
        ("cases.0.history.1.content", 11, True),
        ("cases.1.turns.0.expect.0.must_contain.texts.0", 17, True),
        ("cases.1.turns.1.client", 18, False),
    ]
    for case in cases:
        assert at(case, SUITE).startswith("13 900 ₸")
        assert case.row("ru", ON)["file"] == str(file)
    assert cases[2].problem("ru", ON).level == "warning"


def test_rows_of_dialogues_are_pointed_into(project, change):
    foreign = {**DIALOGUE, "id": "d-2", "price_book": "another.yaml"}
    file = write(project / "evals" / "dialogues" / "log.jsonl", "{", foreign, DIALOGUE)
    escaped = write(project / "evals" / "dialogues" / "escaped.jsonl", json.dumps(DIALOGUE))
    write(project / "evals" / "recordings" / "log.jsonl", DIALOGUE)
    found = list(affected_cases(project / "evals", change, book(project)))
    problems = [f for f in found if isinstance(f, Problem)]
    assert [(p.file, p.line) for p in problems] == [(str(file), 1)]
    first, second = (f for f in found if not isinstance(f, Problem))
    assert (first.file, first.line, first.path) == (str(escaped), 1, "messages.1.content")
    assert at(first, escaped.read_text("utf-8")).startswith("13 900 \\u20b8")
    assert (second.file, second.line) == (str(file), 3)
    assert at(second, file.read_text("utf-8")).startswith("13 900 ₸")


def open_store(folder):
    return Container.open(load_settings(folder / "botops.yaml"), Secrets(), role="writer")


def talk(identifier, *texts, day=20):
    roles = ("user", "assistant")
    return {
        "id": identifier,
        "started_at": f"2026-11-{day:02}T10:00:00+05:00",
        "messages": [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)],
    }


def test_dialogues_and_promises_of_the_store(project, change):
    quoted = "Тариф «Магазин» — 13 900 ₸ в месяц."
    rows = [
        talk("open", "Сколько «Магазин» в месяц?", quoted, "Спасибо", "Пожалуйста!"),
        talk("named", "Расскажите про тариф «Магазин»", "С удовольствием расскажу."),
        talk("old", "Сколько «Магазин» в месяц?", quoted, day=10),
        talk("other", "Сколько «Кафе»?", "Сейчас уточню."),
        talk("held", "Сколько «Магазин»?", f"{quoted} Цену держим до 21 ноября."),
    ]
    with open_store(project) as container:
        lines = [json.dumps(r, ensure_ascii=False).encode() for r in rows]
        asyncio.run(services.ingest(container, lines, origin="log", file="log.jsonl"))
        now = datetime(2026, 11, 22, tzinfo=UTC)
        found = list(
            affected_dialogues(
                container.store.reads, change,
                promised_since=now - timedelta(days=30), open_since=now - timedelta(days=5),
            )
        )  # fmt: skip
        recent = list(
            affected_dialogues(
                container.store.reads, change, promised_since=now - timedelta(days=5), open_since=now
            )
        )  # fmt: skip
    assert sorted((a.where, a.dialogue_id, a.turn, a.breaks) for a in found) == [
        ("dialogue", "held", 1, True),
        ("dialogue", "named", 1, False),
        ("dialogue", "open", 1, True),
        ("promise", "old", 1, True),
        ("promise", "open", 1, True),
    ]
    named = next(a for a in found if a.dialogue_id == "named")
    assert named.message("en", ON).endswith("it is about Тариф «Магазин», which changes")
    assert named.row("en", ON)["turn"] == 1
    assert [(a.where, a.dialogue_id) for a in recent] == [("promise", "open")]


def test_a_later_day_is_told():
    from botops.app.pricebooks.impact import Affected

    texts = {"ru": "Цена другая.", "kk": "Баға басқа.", "en": "Another price."}
    one = Affected("promise", "13 900\n₸", date(2026, 12, 1), True, texts, dialogue_id="d", turn=2)
    assert one.message("ru", ON) == "«13 900 ₸»: с 01.12.2026: Цена другая."
    assert one.message("kk", ON) == "«13 900 ₸»: 01.12.2026 бастап: Баға басқа."
    assert one.message("en", date(2026, 12, 1)) == "«13 900 ₸»: Another price."
