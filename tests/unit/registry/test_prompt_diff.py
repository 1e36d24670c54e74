from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botops.registry import diff, word_diff
from botops.registry.version import read_version


def version(text, number):
    return read_version(text.encode(), f"{number}.yaml", "sales", number)


def both(good, *changes):
    text = good
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return diff(version(good, 1), version(text, 2))


def test_equal_versions_have_no_differences(good):
    same = both(good)
    assert not same.changed
    assert same.text() == "sales@1 -> sales@2\nno differences"


def test_a_changed_word_is_marked_alone(good):
    changed = both(good, ("Вы консультант", "Ты консультант"))
    (message,) = changed.messages
    assert [(p.operation, p.text) for p in message.pieces][:2] == [("delete", "Вы"), ("insert", "Ты")]
    assert "[-Вы-]{+Ты+} консультант" in changed.text()


def test_a_changed_price_is_one_word_of_its_own():
    pieces = word_diff("Тариф 9 900 ₸, скидка 10%.\nКонец\n", "Тариф 12 900 ₸, скидка 10%.\nКонец\n")
    assert [(p.operation, p.text) for p in pieces if p.operation != "equal"] == [("delete", "9"), ("insert", "12")]


def test_fields_and_variables_are_compared_by_path(good):
    changed = both(
        good,
        ("temperature: 0.3, max_tokens: 600", "temperature: 0.5"),
        ("[sales]", "[sales, kz]"),
        ("max_length: 40, default: клиент", "default: гость"),
    )
    found = {c.path: (c.before, c.after) for c in changed.fields}
    assert found == {
        "model.temperature": ("0.3", "0.5"),
        "model.max_tokens": ("600", None),
        "tags": ("sales", "sales, kz"),
        "variables.client_name.default": ("клиент", "гость"),
        "variables.client_name.max_length": ("40", None),
    }
    assert "model.max_tokens: 600 -> (none)" in changed.text()


def test_a_message_more_or_less_is_shown_whole(good):
    longer = good + "  - role: user\n    content: Начните разговор\n"
    added = diff(version(good, 1), version(longer, 2))
    assert [(m.index, m.role, m.changed) for m in added.messages] == [(0, "system", False), (1, "user", True)]
    assert "{+Начните разговор+}" in added.text()
    assert ("messages.1.role", None, "user") in [(c.path, c.before, c.after) for c in added.fields]
    assert "[-Начните разговор-]" in diff(version(longer, 1), version(good, 2)).text()


def test_long_equal_stretches_are_shortened_around_a_change(good):
    filler = " ".join(f"слово{i}" for i in range(100))
    old = good.replace("{{ price_table }}", f"{{{{ price_table }}}} {filler} конец")
    shown = diff(version(old, 1), version(old.replace("конец", "финал"), 2)).text(context=20)
    assert "[-конец-]{+финал+}" in shown
    assert len(shown) < 200


def test_a_rewritten_passage_is_not_torn_into_words_it_happens_to_share():
    pieces = word_diff(
        "Пиши кратко и просто, без эмодзи.\nКонец", "Пиши тепло и по-человечески, эмодзи не нужны.\nКонец"
    )
    assert [(p.operation, p.text) for p in pieces] == [
        ("equal", "Пиши "),
        ("delete", "кратко и просто, без эмодзи"),
        ("insert", "тепло и по-человечески, эмодзи не нужны"),
        ("equal", ".\nКонец"),
    ]


def test_a_huge_rewritten_passage_is_shown_whole_and_soon():
    before, after = "a b " * 3000, "c d " * 3000
    assert [(p.operation, p.text) for p in word_diff(before, after)] == [("delete", before), ("insert", after)]


@pytest.mark.parametrize(("before", "after"), [("", ""), ("", "a"), ("a", ""), ("a\n", "a"), ("a b", "b a")])
def test_edges(before, after):
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.operation != "insert") == before
    assert "".join(p.text for p in pieces if p.operation != "delete") == after


@given(st.lists(st.sampled_from(["a", "b", " ", "\n", "ә", "9", "."]), max_size=30).map("".join), st.text(max_size=30))
def test_the_pieces_give_back_both_texts(before, after):
    pieces = word_diff(before, after)
    assert "".join(p.text for p in pieces if p.operation != "insert") == before
    assert "".join(p.text for p in pieces if p.operation != "delete") == after
    assert all(a.operation != b.operation for a, b in pairwise(pieces))
