from datetime import date

import pytest

from botops.domain.errors import NotFoundError
from botops.registry import LintRules, lint, lint_version
from botops.registry.secrets import find_secrets
from botops.registry.version import read_version

TODAY = date(2026, 11, 20)


def faults(text, rules=None):
    version = read_version(text.encode(), "1.yaml", "sales", 1)
    return [(p.rule, p.level, p.line, p.column) for p in lint_version(version, TODAY, rules)]


def test_a_good_prompt_has_no_faults(shop):
    assert lint(shop.registry, TODAY) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("owner: sales-enablement\n", "", ("no-owner", "error", 0, 0)),
        ("owner: sales-enablement", "owner: '  '", ("no-owner", "error", 2, 8)),
        ("purpose: Отвечает на вопросы о тарифах\n", "", ("no-purpose", "warning", 0, 0)),
        ("reviewed: 2026-10-01\n", "", ("review-overdue", "warning", 0, 0)),
        ("2026-10-01", "2026-01-01", ("review-overdue", "warning", 5, 11)),
        ("2026-10-01", "2027-01-01", ("review-date", "error", 5, 11)),
        ("default: клиент}", "default: клиент}\n  city: {}", ("unused-variable", "error", 10, 3)),
        ("передайте диалог менеджеру", "отвечайте сами", ("no-hand-over", "warning", 10, 1)),
        ("Обращение", "Ключ sk-proj-abcdefghijklmnopqrstuvwx", ("secret", "error", 16, 12)),
    ],
)
def test_faults_of_a_text_are_found_where_they_stand(good, old, new, fault):
    assert old in good
    (found,) = faults(good.replace(old, new))
    assert found[:2] == fault[:2]
    if fault[2]:
        assert found[2:] == fault[2:]


@pytest.mark.parametrize(
    "rule",
    [
        "Если не знаете ответа, позовите оператора.",
        "Күрделі сұрақта диалогты менеджерге беріңіз, клиентті қызметкерге ауыстырыңыз.",
        "When the client is angry, hand over to a human colleague.",
        "Transfer the chat to a manager on request.",
    ],
)
def test_a_hand_over_rule_is_known_in_three_languages(good, rule):
    assert faults(good.replace("Если клиент просит человека, передайте диалог менеджеру.", rule)) == []


def test_prompts_no_client_reads_need_no_hand_over_rule(good):
    text = good.replace("передайте диалог менеджеру", "отвечайте сами").replace("[sales]", "[internal]")
    assert faults(text) == []


def test_an_over_long_prompt_is_pointed_at_where_it_becomes_too_long(good):
    assert faults(good, LintRules(longest=10)) == [("too-long", "warning", 13, 17)]


def test_the_limit_of_reviews_can_be_set(good):
    assert faults(good, LintRules(review_days=30)) == [("review-overdue", "warning", 5, 11)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("key AKIAABCDEFGHIJKLMNOP here", "AWS"),
        ("ghp_" + "a1" * 18, "GitHub"),
        ("xoxb-123456789012-abcdef", "Slack"),
        ("AIza" + "a" * 35, "Google"),
        ("bot 123456789:" + "A" * 35, "Telegram"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.SflKxwRJSMeK", "JWT"),
        ("-----BEGIN RSA PRIVATE KEY-----", "private key"),
        ("postgresql://bot:hunter2@db/sales", "address"),
        ("пароль: qwerty12", "password"),
        ("api_key = 'abc12345'", "password"),
    ],
)
def test_secrets_are_recognised_and_never_quoted(text, kind):
    (secret,) = find_secrets(f"до {text} после")
    assert kind in secret.kind
    assert secret.offset >= 3


@pytest.mark.parametrize(
    "text",
    [
        "Пароль: спросите у менеджера",
        "token: {{ company }}",
        "https://example.kz/a:b@c",
        "sk-5",
        "Тариф 123456789:1",
        "",
    ],
)
def test_ordinary_texts_hold_no_secrets(text):
    assert list(find_secrets(text)) == []


def test_only_versions_in_use_are_asked_for_owner_and_review(shop, good):
    poor = good.replace("owner: sales-enablement\n", "")
    shop.write("sales/2.yaml", poor)
    shop.write("sales/3.yaml", good)
    assert lint(shop.registry, TODAY) == []
    shop.write("sales/draft.yaml", poor)
    assert [(p.file.rsplit("/", 1)[1], p.rule) for p in lint(shop.registry, TODAY)] == [("draft.yaml", "no-owner")]


def test_faults_that_stop_serving_come_along(shop):
    shop.write("sales/3.yaml", "messages:\n- role: system\n  content: |\n    {{ pric_table }}\n")
    (problem,) = lint(shop.registry, TODAY)
    assert (problem.rule, problem.line, problem.column) == ("unknown-variable", 4, 8)


def test_a_changed_published_version_is_checked_as_it_stands(shop, good):
    shop.write("sales/1.yaml", good.replace("owner: sales-enablement\n", ""))
    assert [p.rule for p in lint(shop.registry, TODAY)] == ["version-changed", "no-owner"]


def test_an_unrecorded_live_version_is_warned_about(shop):
    shop.write("sales/release.yaml", "live: 2\n")
    (problem,) = lint(shop.registry, TODAY)
    assert (problem.rule, problem.level, problem.line) == ("no-checksum", "warning", 1)


def test_two_prompts_may_not_share_an_experiment_key(shop, good):
    shop.publish("sales", 2)
    for name in ("sales", "reception"):
        shop.write(f"{name}/1.yaml", good)
        shop.write(f"{name}/2.yaml", good)
        shop.write(
            f"{name}/release.yaml",
            "live: 1\nsplit:\n  experiment: greeting\n  variants: [{version: 2, weight: 10000}]\n",
        )
    shop.restarted(state_dir=None)
    found = [p for p in lint(shop.registry, TODAY) if p.rule == "duplicate-experiment"]
    assert [(p.line, p.column) for p in found] == [(3, 15), (3, 15)]
    assert "sales" in found[0].message
    one = lint(shop.registry, TODAY, names=("reception",))
    assert {p.file.split("/")[-2] for p in one} == {"reception"}
    assert "duplicate-experiment" in {p.rule for p in one}


def test_a_prompt_that_was_never_published_is_checked_too(house, good):
    house.write("sales/1.yaml", good.replace("owner: sales-enablement\n", ""))
    assert [p.rule for p in lint(house.registry, TODAY)] == ["no-owner"]


def test_an_unknown_name_is_refused(shop):
    with pytest.raises(NotFoundError):
        lint(shop.registry, TODAY, names=("nosuch",))
