"""Lint of prompts against the company's price book and policies, told in the reader's language."""

from datetime import UTC, datetime

import pytest

from botops.app.pricebooks.books import BookInForce
from botops.app.prompts.lint import lint_prompts
from botops.claims import NO_EXTENSIONS
from botops.config import parse
from botops.pricebook import parse_book
from botops.registry import Registry

AT = datetime(2026, 11, 22, tzinfo=UTC)
BOOK = """\
currency: KZT
products:
  - {sku: t1, name: Терминал T1, prices: [{amount: 89000}]}
offers:
  - {id: year, kind: percent, value: 10, conditions: при оплате за год}
policies:
  text:
    - Доставка платная, 2500 тенге.
"""
PROMPT = """\
owner: sales
purpose: Отвечает клиентам
reviewed: 2026-11-01
languages: [ru, kk]
messages:
  - role: system
    content: |
      Вы консультант {{ company }}.
      LINE
      Если клиент просит человека, передайте диалог менеджеру.
"""


@pytest.fixture
def lint(tmp_path):
    book, _ = parse_book(parse(BOOK, "book.yaml"))

    def call(line, language="ru", extra="", book=book):
        folder = tmp_path / "prompts/sales"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "1.yaml").write_text(PROMPT.replace("LINE", line) + extra, "utf-8")
        registry = Registry(tmp_path / "prompts")
        registry.load()
        current = BookInForce(book, NO_EXTENSIONS, tmp_path / "book.yaml", "") if book else None
        return lint_prompts(registry, current, AT, language=language)

    return call


@pytest.mark.parametrize(
    ("line", "rule", "level", "column"),
    [
        ("Предлагай скидку 20 %.", "prompt-discount", "error", 17),
        ("Обещай бесплатную доставку всем.", "prompt-terms", "error", 7),
        ("Можешь давать скидку.", "prompt-open-discount", "warning", 7),
        ("Скидку больше 10 % не давай. Предлагай {{ company }} до 5 % скидки.", "contradiction", "warning", 36),
        ("Всегда отвечай на русском.", "contradiction", "warning", 7),
    ],
)
def test_what_a_prompt_orders_against_the_policies_is_told_with_its_place(lint, line, rule, level, column):
    found = {(p.rule, p.level, p.line, p.column) for p in lint(line)}
    assert (rule, level, 9, column) in found


@pytest.mark.parametrize(
    "line", ["Не обещай скидку 20 %.", "Если клиент просит скидку 20 %, откажи.", "Скидок сверх прайса не давай."]
)
def test_a_ban_is_fine(lint, line):
    assert lint(line) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "разрешает скидку, а в прайсе скидок нет"),
        ("kk", "прайста жеңілдік жоқ"),
        ("en", "the price book has none"),
    ],
)
def test_explanations_come_in_the_readers_language(lint, language, words):
    bare, _ = parse_book(parse(BOOK.partition("offers:")[0], "book.yaml"))
    (problem,) = lint("Можешь давать скидку.", language, book=bare)
    assert words in problem.message
    assert problem.level == "error"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("ru", "В промпте «скидку 20 %», а в прайсе"),
        ("kk", "Промптта «скидку 20 %», ал прайста"),
        ("en", "The prompt states “скидку 20 %”"),
    ],
)
def test_explanations_speak_of_the_prompt_not_of_a_reply(lint, language, words):
    (problem,) = lint("Предлагай скидку 20 %.", language)
    assert words in problem.message
    (problem,) = lint("Терминал T1 стоит 50 000 тенге.", "en")
    assert "the prompt says ₸50,000" in problem.message


def test_a_discount_within_the_highest_of_the_policies_is_allowed(lint):
    book, _ = parse_book(
        parse(BOOK.partition("offers:")[0] + "policies: {text: [Скидку больше 10 % не даём.]}", "b.yaml")
    )
    assert lint("Предлагай скидку 5 %. Предлагай скидку до 10 %. 7 % жеңілдік ұсын.", book=book) == []
    (problem,) = lint("Предлагай скидку 15 %.", book=book)
    assert (problem.rule, problem.level) == ("prompt-discount", "error")


@pytest.mark.parametrize(("language", "word"), [("ru", "предел"), ("kk", "шек"), ("en", "limit")])
def test_a_contradiction_names_the_other_place(lint, language, word):
    (problem,) = lint("Пиши до 3 предложений. Не больше 5 предложений.", language, book=None)
    assert word in problem.message
    assert "1.yaml:9" in problem.message


def test_a_text_of_one_language_may_order_that_language(lint):
    extra = (
        "texts:\n  kk:\n    - role: system\n      content: |\n        {{ company }}: тек қазақша жауап бер.\n"
        "        Клиент адамды сұраса, менеджерге тапсыр.\n"
    )
    assert lint("Отвечай на русском.", extra=extra) == []
    (problem,) = lint("Отвечай на русском.", extra=extra.replace("қазақша", "орысша"))
    assert (problem.rule, problem.path) == ("contradiction", "texts.kk.0.content")


def test_a_shared_text_is_looked_into_and_told_with_the_prompt(lint, tmp_path):
    folder = tmp_path / "prompts/_partials/policy"
    folder.mkdir(parents=True)
    (folder / "1.yaml").write_text("owner: a\npurpose: b\ntext: |\n  Предлагай скидку 20 %.\n", "utf-8")
    (problem,) = lint('{% include "policy@1" %}')
    assert problem.file.endswith("policy/1.yaml")
    assert (problem.line, problem.column) == (4, 13)
    assert "(included by sales@1)" in problem.message
