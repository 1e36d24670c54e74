"""The commands about prompts' texts: who owns them, what is shared, what a change costs."""

import hashlib
import json

import pytest
from click.testing import CliRunner

from botops.app.scaffold import write_scaffold
from botops.cli.main import main
from botops.domain.errors import BotopsError

POLICY = "owner: sales\npurpose: Одно правило для всех\ntext: |\n  Чего нет в прайсе, того не обещай.\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    write_scaffold(tmp_path / "demo")
    monkeypatch.chdir(tmp_path / "demo")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    return tmp_path / "demo"


def run(*arguments):
    result = CliRunner().invoke(main, ["prompts", *arguments], standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, BotopsError):
        raise result.exception
    code = result.exception.exit_code if result.exception else result.return_value or 0
    return code, result.stdout, result.stderr + str(result.exception or "")


def age(project, name, version, day):
    file = project / "prompts" / name / f"{version}.yaml"
    text = file.read_text("utf-8")
    line = next(line for line in text.split("\n") if line.startswith("reviewed:"))
    file.write_text(text.replace(line, f"reviewed: {day}"), "utf-8")
    release = project / "prompts" / name / "release.yaml"
    lines = release.read_text("utf-8").split("checksums:")[0]
    release.write_text(lines, "utf-8")


def test_overdue_prompts_are_listed_with_who_owns_them(project):
    age(project, "reception", 2, "2020-01-01")
    code, out, err = run("overdue", "--json")
    (late,) = json.loads(out)
    assert code == 1
    assert (late["prompt"], late["version"], late["owner"]) == ("reception", 2, "support_lead")
    assert (late["title"], late["known"], late["reviewed"]) == ("Руководитель поддержки", True, "2020-01-01")
    assert late["days"] > 2000
    code, out, err = run("overdue", "--lang", "en")
    assert (code, "Support lead" in out, "1 of 3" in err) == (1, True, True)


def test_the_time_a_review_holds_is_a_setting(project):
    settings = project / "botops.yaml"
    settings.write_text(settings.read_text("utf-8") + "\nprompts:\n  review_days: 3650\n", "utf-8")
    assert run("overdue")[0] == 0
    age(project, "reception", 2, "1999-01-01")
    assert run("overdue")[0] == 1
    settings.write_text(settings.read_text("utf-8").replace("3650", "0"), "utf-8")
    code, _, err = run("overdue")
    assert (code, "review_days" in err) == (2, True)


def test_the_list_shows_owner_split_review_and_draft(project):
    (project / "prompts/sales/draft.yaml").write_text("messages: [", "utf-8")
    code, out, _ = run("list", "--json", "--lang", "en")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert rows["sales"]["title"] == "Sales Enablement AI"
    assert rows["sales"]["split"].startswith("sales-price-first")
    assert (rows["sales"]["draft"], rows["reception"]["draft"]) == (True, False)
    assert rows["reception"]["reviewed"] == "2026-11-09"
    assert "2026-11-09" in run("list")[1]


def test_shared_texts_are_listed_and_adopted(project):
    for number in (1, 2):
        file = project / f"prompts/_partials/policy/{number}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(POLICY, "utf-8")
    text = (project / "prompts/reception/2.yaml").read_text("utf-8")
    tag = '      {% include "policy@1" %}\n'
    for number in (3, 4):
        (project / f"prompts/reception/{number}.yaml").write_text(text + tag, "utf-8")
    code, out, _ = run("partials", "--json")
    first, second = json.loads(out)
    assert code == 0
    assert (first["users"], first["newest"]) == (["reception@4"], False)
    assert (second["users"], second["newest"]) == ([], True)
    release = project / "prompts/reception/release.yaml"
    release.write_text(release.read_text("utf-8").replace("live: 2", "live: 4"), "utf-8")
    code, out, _ = run("adopt", "policy@2", "--by", "Айгерим")
    assert (code, "reception: draft written" in out) == (0, True)
    code, out, _ = run("adopt", "policy@2", "--json")
    assert (code, json.loads(out)[0]["written"]) == (1, False)
    assert run("adopt", "policy@7")[0] == 2
    (entry,) = json.loads(run("history", "reception", "--json")[1])
    assert (entry["deed"], entry["by"], "policy@2" in entry["reason"]) == ("draft", "Айгерим", True)
    draft = (project / "prompts/reception/draft.yaml").read_bytes()
    assert entry["checksum"] == hashlib.sha256(draft).hexdigest()
    code, out, _ = run("diff", "reception@draft")
    assert out.startswith("reception@4 -> reception@draft\n")
    assert "include policy: 1 -> 2" in out or code == 1
    code, out, _ = run("diff", "reception@2", "reception@4", "--expanded")
    assert "Чего нет в прайсе" in out


def test_a_diff_tells_tokens_and_that_there_is_no_traffic(project):
    code, out, err = run("diff", "sales@1", "sales@2")
    assert code == 1
    assert "tokens (ru):" in out
    assert "no replies of sales in the last 28 days" in out
    assert "there is no store yet" in err
    code, out, _ = run("diff", "sales@1", "sales@2", "--json")
    row = json.loads(out)
    assert row["monthly"] is None
    assert {t["language"] for t in row["tokens"]} == {"ru", "kk", "en"}
    assert all(t["after"] > t["before"] > 1000 for t in row["tokens"])
    assert run("diff", "sales@1", "sales@1")[0] == 0


def test_a_diff_costs_a_month_at_the_dialogues_given(project):
    wanted = ("--dialogues-per-month", "3000", "--replies-per-dialogue", "4", "--json")
    _, out, _ = run("diff", "sales@1", "sales@2", *wanted)
    row = json.loads(out)
    monthly, tokens = row["monthly"], row["tokens"][0]
    assert (monthly["replies"], monthly["basis"], monthly["simulated"]) == (12_000, "given", True)
    assert monthly["priced_as"] == ["gpt-4o-mini", "gpt-4o-mini"]
    expected = (tokens["after"] - tokens["before"]) * 12_000 * 0.15 / 1_000_000
    assert float(monthly["usd"]) == pytest.approx(expected, rel=0.01)
    assert (monthly["currency"], float(monthly["local"])) == ("KZT", pytest.approx(expected * 518.90, rel=0.01))
    code, _, err = run("diff", "sales@1", "sales@2", "--dialogues-per-month", "3000")
    assert (code, "--replies-per-dialogue" in err) == (2, True)
    assert run("diff", "sales@1", "--replies-per-dialogue", "3")[0] == 2


def test_a_prompt_is_shown_filled_in(project):
    code, out, _ = run("show", "sales@1", "--filled")
    assert code == 0
    assert "Айна Касса" in out
    assert "{{" not in out
    code, out, _ = run("show", "sales@1", "--json")
    assert json.loads(out)["text_checksum"] == json.loads(out)["checksum"]


@pytest.mark.parametrize(("language", "words"), [("ru", "в прайсе"), ("kk", "прайс"), ("en", "price book")])
def test_lint_explains_in_the_readers_language(project, language, words):
    file = project / "prompts/sales/draft.yaml"
    text = (project / "prompts/sales/1.yaml").read_text("utf-8")
    file.write_text(text.replace("- Не спрашивай", "- Предлагай скидку 45 %.\n      - Не спрашивай"), "utf-8")
    code, out, _ = run("lint", "sales", "--lang", language)
    assert code == 1
    assert words in out
    assert "draft.yaml:27:" in out


def test_a_preview_without_a_price_book_says_so_and_counts_are_written_as_people_do(project):
    assert "price table is empty" not in run("show", "sales@2", "--filled")[2]
    (project / "pricebook/demo.yaml").rename(project / "kept.yaml")
    (project / "pricebook").rmdir()
    code, out, err = run("show", "sales@2", "--filled")
    assert (code, "Айна Касса" in out, "price table is empty" in err) == (0, True, True)
    (project / "prompts/sales/draft.yaml").write_text("messages: [", "utf-8")
    code, _, err = run("lint")
    assert (code, "1 error, 0 warnings" in err) == (1, True)
