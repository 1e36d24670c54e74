"""The page that says who owns what: what has no owner stands first, in words and with a sign."""

import re
from html import unescape


def _said(words, test):
    return unescape(re.sub(r"<[^>]+>", " ", words(test)))


def test_what_has_no_owner_is_said_with_the_next_step(project, run, words):
    team = (project / "team.yaml").read_text(encoding="utf-8").replace("  replies: sales_enablement\n", "")
    (project / "team.yaml").write_text(team, encoding="utf-8")
    test = run(project, "owners")
    said = _said(words, test)
    assert "✕ Что говорит бот" in said
    assert "team.yaml: responsible.replies" in said
    assert "1 вещь без хозяина" in said


def test_a_role_has_an_address_of_its_own(seeded, run, words):
    said = _said(words, run(seeded, "owners", role="ai_ops"))
    assert "ops@aina-kassa.example" in said
    assert "head@aina-kassa.example" not in said
    assert "Работает ли бот" in said


def test_roles_without_people_and_a_channel_are_said_in_red_with_the_lines_to_fill_in(project, run, words):
    said = _said(words, run(project, "owners"))
    assert "✕ В 5 ролях не назван ни один человек" in said
    assert "✕ До 5 ролей не доходят тревоги" in said
    lines = (project / "team.yaml").read_text(encoding="utf-8").splitlines()
    assert f"team.yaml:{lines.index('  ai_ops:') + 1}" in said
    assert "botops.yaml: alerts.channels" in said
    assert "У всего есть хозяин" not in said


def test_a_role_with_people_and_a_channel_lacks_nothing(project, run, words):
    team = (project / "team.yaml").read_text(encoding="utf-8")
    (project / "team.yaml").write_text(team.replace("    duties:", "    people: [Дана]\n    duties:"), encoding="utf-8")
    with (project / "botops.yaml").open("a", encoding="utf-8") as settings:
        settings.write("alerts: {channels: {chat: {env: ALERTS_CHAT}}}\n")
    said = _said(words, run(project, "owners"))
    assert "✕" not in said
    assert "✓ У всего есть хозяин" in said


def test_a_duty_with_a_comma_in_it_is_one_duty(seeded, run, words):
    assert "следит за доступностью, задержкой и стоимостью" in _said(words, run(seeded, "owners", role="ai_ops"))


def test_a_team_without_roles_is_told_how_to_begin(project, run, words):
    (project / "team.yaml").unlink()
    assert "В файле команды нет ролей" in words(run(project, "owners"))


def test_hostile_names_are_shown_as_text(project, run, words):
    team = (project / "team.yaml").read_text(encoding="utf-8")
    team = team.replace("  ai_ops:\n", "  ai_ops:\n    people: ['<script>x</script>![](http://evil.test/a)']\n", 1)
    (project / "team.yaml").write_text(team, encoding="utf-8")
    said = words(run(project, "owners"))
    assert "&lt;script&gt;" in said
    assert "<script>x" not in said
