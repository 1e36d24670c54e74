from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from botops.app.checks.report import DIALOGUES_SHOWN, CheckSummary, Piece, pieces, render_html
from botops.domain.findings import Finding, FindingKind, Severity, SupportedClaim
from botops.domain.messages import Message
from botops.domain.money import Money
from botops.domain.problems import Problem

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def finding(turn, text, start, end, severity=Severity.HIGH, kind=FindingKind.PRICE):
    why = {"ru": "По прайсу 49 000 ₸.", "en": "The book says 49 000 ₸."}
    return Finding(
        turn,
        kind,
        text[start:end],
        start,
        end,
        severity,
        text[start:end],
        "49 000 ₸",
        why,
        at_risk=Money.of(4000, "KZT"),
    )


def page(summary):
    return render_html(summary, title="log.jsonl", made_at=NOW, version="1.0")


def test_the_page_marks_the_claim_and_says_why_in_both_languages():
    text = "Тариф стоит 45 000 ₸ в месяц."
    summary = CheckSummary()
    summary.add("d-1", [Message("user", "Цена?"), Message("assistant", text)], [finding(1, text, 12, 20)], 1, 1)
    html = page(summary)
    assert "<mark>45 000 ₸<sup>1</sup></mark>" in html
    assert "По прайсу 49 000 ₸." in html
    assert "The book says 49 000 ₸." in html
    assert "4 000 KZT" in html.replace("\N{NARROW NO-BREAK SPACE}", " ")
    assert "http" not in html.replace("http-equiv", "")


def test_hostile_text_is_shown_not_run():
    text = "<script>alert(1)</script><img src=x onerror=alert(1)> 45 000 ₸"
    summary = CheckSummary()
    summary.add("<b>id</b>", [Message("assistant", text)], [finding(0, text, 54, 62)], 1, 1)
    html = page(summary)
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "<b>id</b>" not in html


def test_a_clean_check_says_so_and_problems_are_listed():
    summary = CheckSummary()
    summary.add("d", [], [], 3, 2)
    summary.problems.append(Problem("log.jsonl", 7, 1, "", "not a JSON row"))
    summary.not_judged = Counter({"too_large": 1})
    html = page(summary)
    assert "Все цены, скидки и условия подтверждаются" in html
    assert "log.jsonl:7:1: not a JSON row" in html
    assert "too_large" in html


def test_only_the_worst_dialogues_are_kept():
    summary = CheckSummary()
    for i in range(3 * DIALOGUES_SHOWN):
        severity = Severity.CRITICAL if i % 7 == 0 else Severity.LOW
        summary.add(f"d{i}", [Message("assistant", "45 000")], [finding(0, "45 000", 0, 6, severity)], 1, 1)
    assert len(summary.worst) <= 2 * DIALOGUES_SHOWN
    shown = summary.shown()
    assert len(shown) == DIALOGUES_SHOWN
    assert shown[0].findings[0].severity is Severity.CRITICAL
    assert summary.faulty_dialogues == 3 * DIALOGUES_SHOWN
    assert f"Показано {DIALOGUES_SHOWN}" in page(summary)


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-5, 70), st.integers(-5, 70)), max_size=6))
def test_pieces_give_the_text_back_and_mark_what_is_covered(text, spans):
    found = [
        (n, Finding(0, FindingKind.PRICE, "", start, end, Severity.LOW, "", None))
        for n, (start, end) in enumerate(spans, 1)
    ]
    cut = pieces(text, found)
    assert "".join(p.text for p in cut) == text
    place = 0
    for piece in cut:
        for n, f in found:
            covered = max(0, f.start) <= place and place + len(piece.text) <= min(len(text), f.end)
            assert (n in piece.findings) == covered
        place += len(piece.text)


def test_pieces_of_overlapping_findings():
    found = [(1, finding(0, "abcdef", 0, 4)), (2, finding(0, "abcdef", 2, 6))]
    assert pieces("abcdef", found) == [Piece("ab", (1,)), Piece("cd", (1, 2)), Piece("ef", (2,))]


def test_what_is_right_is_folded_under_its_reply():
    summary = CheckSummary()
    text = "Было 45 000 ₸ и 7 000 ₸ <b>"
    claim = SupportedClaim(
        0, FindingKind.PRICE, "7 000 ₸", 16, 23, "7 000 ₸", "7 000 ₸", {"ru": "Верно: <i>.", "en": "Right."},
        source="sku:a", sources=("sku:a", "offer:o"),
    )  # fmt: skip
    summary.add("d", [Message("assistant", text)], [finding(0, text, 5, 13)], 2, 1, [claim])
    html = page(summary)
    assert "Что сказано верно и почему: 1" in html
    assert "What is right and why: 1" in html
    assert '<details class="right"><summary>' in html
    assert "Верно: &lt;i&gt;." in html
    assert "(sku:a, offer:o)" in html
    summary = CheckSummary()
    summary.add("d", [Message("assistant", text)], [finding(0, text, 5, 13)], 2, 1)
    assert "<details" not in page(summary)
