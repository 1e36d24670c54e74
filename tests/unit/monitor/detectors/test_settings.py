from pathlib import Path

import pytest

from botops.domain.errors import NotFoundError, UserError
from botops.monitor.detectors.settings import DetectorSettings, load_detectors

OURS = Path(__file__).parents[4] / "alerts" / "detectors.yaml"


def problems(tmp_path, text):
    file = tmp_path / "detectors.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as raised:
        load_detectors(file)
    return [(p.line, p.column, p.path, p.message) for p in raised.value.problems]


def test_the_file_that_is_shipped_says_what_holds_without_it():
    assert load_detectors(OURS) == DetectorSettings()


def test_an_empty_file_is_the_default(tmp_path):
    (tmp_path / "d.yaml").write_text("", encoding="utf-8")
    assert load_detectors(tmp_path / "d.yaml") == DetectorSettings()


def test_the_budget_is_dealt_over_the_series_that_page():
    settings = DetectorSettings.model_validate(
        {
            "budget": {"pages": 2},
            "rates": {"findings": {"weight": 2}, "by_version": {"route": "digest"}},
            "amounts": {"cost": {}},
        }
    )
    assert settings.wanted() == pytest.approx({"findings": 22.5, "cost": 45.0, "by_version": 7.5})


@pytest.mark.parametrize(
    ("text", "place", "path", "says"),
    [
        ("budgets: {}\n", (1, 1), "budgets", "did you mean `budget`"),
        ("rates:\n  findings: {times: 0.5}\n", (2, 21), "rates.findings.times", "more than 1"),
        ("rates:\n  findings: {direction: sideways}\n", (2, 25), "rates.findings.direction", "up"),
        ("budget:\n  pages: 0\n", (2, 10), "budget.pages", "more than 0"),
        ("history: {days: 20, least_days: 30}\n", (1, 33), "history.least_days", "never be reached"),
        ("amounts:\n  errors: {}\n", (2, 3), "amounts.errors", "has this name already"),
        ("amounts:\n  n: {of: units, grain: hour}\n", (2, 25), "amounts.n.grain", "of: units"),
    ],
)
def test_a_mistake_is_named_with_its_place(tmp_path, text, place, path, says):
    ((line, column, where, message),) = problems(tmp_path, text)
    assert ((line, column), where) == (place, path)
    assert says in message


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotFoundError, match=r"detectors\.yaml"):
        load_detectors(tmp_path / "detectors.yaml")


def test_parts_of_the_traffic_share_the_budget_of_the_digest():
    settings = DetectorSettings()
    parts = [f"findings/language/{name}" for name in ("ru", "kk", "en", "de")]
    wanted = settings.wanted(parts)
    assert {wanted[name] for name in parts} == {30 * len(parts) / settings.budget.digest}
    assert wanted["findings"] == settings.wanted()["findings"]
    assert settings.of_part("errors").grain == "day"
    assert settings.of_part("errors").route == "digest"


def test_parts_of_a_rate_that_is_not_there_are_refused_with_their_place(tmp_path):
    found = problems(tmp_path, "parts:\n  rates: [findings, findngs]\n")
    assert [(line, path) for line, _, path, _ in found] == [(2, "parts.rates.1")]
    (tmp_path / "d.yaml").write_text("rates:\n  errors: {}\n", encoding="utf-8")
    assert load_detectors(tmp_path / "d.yaml").parts.rates == DetectorSettings().parts.rates
