"""Models from files: every problem at once, in plain words, at its place."""

from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import AwareDatetime, Field, field_validator

from botops.config import Strict, load, parse, validate
from botops.domain.errors import UserError


class Tone(StrEnum):
    WARM = "warm"
    DRY = "dry"


class Step(Strict):
    kind: Literal["step"] = "step"
    text: str = Field(min_length=1)


class Pause(Strict):
    kind: Literal["pause"]
    minutes: int = Field(gt=0)


class Plan(Strict):
    title: str
    tone: Tone = Tone.WARM
    count: int = Field(default=1, ge=1, le=10)
    share: float = Field(default=0.5, ge=0, le=1)
    price: Annotated[Decimal, Field(decimal_places=2)] = Decimal(0)
    live: bool = False
    begins: date | None = None
    at: datetime | None = None
    held: AwareDatetime | None = None
    wakes: time | None = None
    code: str = Field(default="AB", pattern=r"^[A-Z]{2}$", max_length=2)
    tags: list[str] = Field(default_factory=list, max_length=2)
    steps: tuple[Annotated[Step | Pause, Field(discriminator="kind")], ...] = ()
    named: dict[str, Step] = Field(default_factory=dict)
    free: dict[str, object] = Field(default_factory=dict)
    either: int | list[int] = 0
    folder: Path = Path()
    from_: int = Field(default=0, alias="from")

    @field_validator("title")
    @classmethod
    def _not_shouted(cls, title: str) -> str:
        if title.isupper():
            raise ValueError("written in capitals: use ordinary letters")
        return title


def problems(text):
    with pytest.raises(UserError) as caught:
        validate(parse(text, "p.yaml"), Plan)
    return caught.value.problems


def only(text):
    found = problems(text)
    assert len(found) == 1, [p.text() for p in found]
    return found[0].text().removeprefix("p.yaml:")


def test_a_whole_file(tmp_path):
    path = tmp_path / "plan.yaml"
    path.write_text(
        "title: Весна\ntone: dry\nprice: 1.10\nbegins: 2026-03-01\nfrom: 3\nlive: true\n"
        "steps:\n  - {kind: step, text: привет}\n  - {kind: pause, minutes: 5}\nnamed: {a: {text: x}}\n"
    )
    plan = load(path, Plan)
    assert plan.tone is Tone.DRY
    assert str(plan.price) == "1.10"
    assert plan.begins == date(2026, 3, 1)
    assert plan.from_ == 3
    assert plan.steps == (Step(text="привет"), Pause(kind="pause", minutes=5))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tone: dry", "1:1: title: missing: add the key `title`"),
        ("title: 12", "1:8: title: text expected, not the number 12: put quotes around it"),
        ("title: true", "1:8: title: text expected, not true: put quotes around it"),
        ("title: [x]", "1:8: title: text expected, not a list: correct it"),
        ("title: {a: 1}", "1:8: title: text expected, not a mapping: correct it"),
        ("title:", "1:7: title: empty: write text, or remove the key"),
        ("title: ГРОМКО", "1:8: title: written in capitals: use ordinary letters"),
        ("title: x\ntone: warn", "2:7: tone: `warn` is not one of warm, dry: did you mean `warm`?"),
        ("title: x\ntone: purple", "2:7: tone: `purple` is not one of warm, dry: choose one of them"),
        ("title: x\ncount: 11", "2:8: count: the number 11 is out of range: write a value that is at most 10"),
        ("title: x\ncount: 0", "2:8: count: the number 0 is out of range: write a value that is at least 1"),
        ("title: x\ncount: 1.5", "2:8: count: a whole number expected, not the number 1.5: correct it"),
        ("title: x\ncount: many", "2:8: count: a whole number expected, not `many`: correct it"),
        ("title: x\nshare: half", "2:8: share: a number expected, not `half`: correct it"),
        ("title: x\nprice: much", "2:8: price: a number expected, not `much`: correct it"),
        ("title: x\nlive: maybe", "2:7: live: true or false expected, not `maybe`: correct it"),
        ("title: x\nbegins: 31.02.2026",
         "2:9: begins: `31.02.2026` is not a valid date or time: write it as 2026-03-31"),
        ("title: x\nat: soon", "2:5: at: `soon` is not a valid date or time: write it as 2026-03-31T18:30:00+05:00"),
        ("title: x\nheld: 2026-03-31",
         "2:7: held: `2026-03-31` lacks the time of day or its offset from UTC: write it as 2026-03-31T18:30:00+05:00"),
        ("title: x\nwakes: late", "2:8: wakes: `late` is not a valid date or time: write it as 18:30"),
        ("title: x\ncode: ab", "2:7: code: `ab` does not have the right form: it must match ^[A-Z]{2}$"),
        ("title: x\ncode: ABC", "2:7: code: too long: write at most 2 characters"),
        ("title: x\ntags: a", "2:7: tags: a list (lines that begin with `- `) expected, not `a`: correct it"),
        ("title: x\ntags: [a, b, c]", "2:7: tags: too long: write at most 2 entries"),
        ("title: x\nsteps:\n  - {kind: step, text: ''}", "3:24: steps.0.text: empty: write at least one"),
        ("title: x\nsteps:\n  - {kind: stop}", "3:5: steps.0: `stop` is not one of step, pause: did you mean `step`?"),
        ("title: x\nsteps:\n  - {text: a}", "3:5: steps.0: missing: add the key 'kind'"),
        ("title: x\nnamed: {a: {}}", "2:9: named.a.text: missing: add the key `text`"),
        ("title: x\nnamed: {a: 5}",
         "2:12: named.a: a mapping (lines of `key: value`) expected, not the number 5: correct it"),
        ("title: x\nfolder: 5", "2:9: folder: a file name expected, not the number 5: correct it"),
        ("- 1", "1:1: a mapping (lines of `key: value`) expected, not a list: correct it"),
        ("just text", "1:1: a mapping (lines of `key: value`) expected, not `just text`: correct it"),
        ("title: x\nconut: 3", "2:1: conut: unknown key: did you mean `count`?"),
        ("title: x\nfrm: 3", "2:1: frm: unknown key: did you mean `from`?"),
        ("title: x\nnamed:\n  a: {text: b, txet: c}", "3:16: named.a.txet: unknown key: did you mean `text`?"),
        ("title: x\nsteps:\n  - {kind: pause, minutes: 1, minuts: 2}",
         "3:31: steps.0.minuts: unknown key: did you mean `minutes`?"),
        ("title: x\nnamed: {a: {text: b, zzz: c}}",
         "2:22: named.a.zzz: unknown key: known keys are `kind`, `text`"),
    ],
)  # fmt: skip
def test_messages(text, message):
    assert only(text) == message


def test_branches_of_a_union_are_one_problem():
    message = only("title: x\neither: word")
    assert message.startswith("2:9: either: a whole number expected")
    assert ", or a list" in message


def test_too_many_digits():
    assert "too many digits" in only("title: x\nprice: 1.005")


def test_long_values_are_shortened():
    assert "…`" in only("title: x\ncount: " + "слово " * 50)


def test_all_problems_at_once_in_file_order():
    found = problems("titel: x\ncount: 0\ntags: a\n")
    assert [(p.rule, p.line, p.path) for p in found] == [
        ("unknown-key", 1, "titel"),
        ("missing-key", 1, "title"),
        ("wrong-value", 2, "count"),
        ("wrong-value", 3, "tags"),
    ]  # fmt: skip


def test_x_keys_are_allowed_everywhere():
    plan = validate(
        parse("title: x\nx-note: {any: thing}\nsteps:\n  - {text: a, kind: step, x-by: me}\n", "p.yaml"), Plan
    )
    assert plan.steps == (Step(text="a"),)


def test_json_problems_have_places_too():
    with pytest.raises(UserError) as caught:
        validate(parse('{\n  "title": "x",\n  "count": "many"\n}', "p.json"), Plan)
    assert caught.value.problems[0].text().startswith("p.json:3:12: count: a whole number expected")


def test_models_are_frozen():
    plan = validate(parse("title: x", "p.yaml"), Plan)
    with pytest.raises(ValueError, match="frozen"):
        plan.title = "y"
