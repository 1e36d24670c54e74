"""Ruling on findings on a dialogue's page, the list of exceptions, and how the price book was understood."""

from datetime import date, timedelta

import pytest

from botops.app.api_client import ApiClient
from botops.app.checks.reviewing import add_exception, revoke_exception, today
from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.console import signed
from botops.domain.access import AccessRole, Actor
from botops.domain.errors import OutsideError, UserError
from botops.domain.findings import FindingKind
from botops.domain.reviews import Ruling
from botops.domain.turns import Action
from botops.store import DialogueFilter


def faulty(container):
    """A turn one of whose drafts has exactly one finding."""
    for action in (Action.REPAIRED, Action.BLOCKED, Action.FLAGGED):
        for row in container.store.reads.dialogues(DialogueFilter(action=action, limit=50)).items:
            for record in container.store.reads.dialogue(row.id):
                if sum(len(a.verdict.findings) for a in record.attempts if a.verdict) == 1:
                    return record
    raise AssertionError("the seeded project has no such turn")


def field(elements, key):
    return next(e for e in elements if e.key and e.key.startswith(key))


def test_a_false_alarm_becomes_an_exception_on_the_page(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    record = faulty(container)
    finding = next(f for a in record.attempts if a.verdict for f in a.verdict.findings)
    test = run(project, "dialogues", dialogue=record.inbound.dialogue_id)
    assert not test.exception
    assert "ждёт решения" in words(test)
    field(test.text_input, f"why-{record.id}").set_value("так договорились с партнёром")
    field(test.text_input, f"by-{record.id}").set_value("Айгуль")
    button = next(b for b in test.button if b.label == "Сохранить решение")
    button.click().run()
    assert not test.exception
    (made,) = container.store.reviews.exceptions()
    assert (made.kind, made.sku, made.by) == (finding.kind, finding.sku, "Айгуль")
    assert made.until == today(container) + timedelta(days=30)
    said = words(test)
    assert "Не ошибка · пропускать эту фразу" in said
    assert made.id in said

    test = run(project, "dialogues", exceptions="1")
    said = words(test)
    assert made.id in said
    assert "действует 1 исключение" in said
    field(test.text_input, "by-end-").set_value("Болат")
    next(b for b in test.button if b.label == "Отменить").click().run()
    assert not test.exception
    assert container.store.reviews.exceptions() == ()
    assert "отменено: Болат" in words(test)


def test_an_editor_lets_nothing_pass_the_check(seeded, run, words, monkeypatch):
    monkeypatch.setattr(signed, "actor", lambda: Actor("Айгуль", frozenset({AccessRole.EDITOR})))
    with Container.open(load_settings(seeded / "botops.yaml"), Secrets(), role="reader") as container:
        record = faulty(container)
    test = run(seeded, "dialogues", dialogue=record.inbound.dialogue_id)
    assert not next(b for b in test.button if b.label == "Сохранить решение").disabled
    test.segmented_control(key=f"word-{record.id}").set_value("Не ошибка: пропускать эту фразу").run()
    assert not test.exception
    assert next(b for b in test.button if b.label == "Сохранить решение").disabled
    assert "разрешает согласующий" in words(test)


def test_a_finding_is_confirmed_and_a_refusal_is_shown(served, project, run, words, monkeypatch):
    address, container = served
    monkeypatch.setenv("BOTOPS_API", address)
    record = faulty(container)
    test = run(project, "dialogues", dialogue=record.inbound.dialogue_id)
    field(test.text_input, f"by-{record.id}").set_value("Айгуль")
    next(b for b in test.button if b.label == "Сохранить решение").click().run()
    assert "Не сохранено" in words(test)
    assert container.store.reviews.exceptions() == ()
    field(test.get("button_group") or test.segmented_control, f"word-{record.id}").set_value(3).run()
    field(test.text_input, f"why-{record.id}").set_value("такой скидки нет")
    next(b for b in test.button if b.label == "Сохранить решение").click().run()
    assert not test.exception
    (ruled,) = container.store.reviews.rulings([record.id]).values()
    assert ruled.ruling is Ruling.CONFIRMED
    assert "Бот ошибся" in words(test)
    assert any(e.label == "Решения приняты" for e in test.expander)


def test_without_an_api_nothing_is_kept_and_it_is_said(project, run, words, monkeypatch):
    monkeypatch.setenv("BOTOPS_API", "http://127.0.0.1:9")
    with Container.open(load_settings(project / "botops.yaml"), Secrets(), role="reader") as container:
        record = faulty(container)
    test = run(project, "dialogues", dialogue=record.inbound.dialogue_id)
    field(test.text_input, f"why-{record.id}").set_value("причина")
    field(test.text_input, f"by-{record.id}").set_value("Айгуль")
    next(b for b in test.button if b.label == "Сохранить решение").click().run()
    assert not test.exception
    assert "Не сохранено" in words(test)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_exceptions_of_every_state(project, run, words, language):
    with Container.open(load_settings(project / "botops.yaml"), Secrets()) as container:
        day = today(container)
        made = [
            add_exception(container, f"{n} 000 ₸", FindingKind.PRICE, "shop" if n else None, owner="sales",
                          reason="рассылка <b>", until=day + timedelta(days=n), by="Айгуль")
            for n in range(3)
        ]  # fmt: skip
        revoke_exception(container, made[1].id, "Болат")
    test = run(project, "dialogues", lang=language, exceptions="1")
    assert not test.exception
    said = words(test)
    assert all(e.id in said for e in made)
    assert "рассылка &lt;b&gt;" in said


def test_no_exceptions(seeded, run, words):
    assert "Исключений нет" in words(run(seeded, "dialogues", exceptions="1"))


def test_sentences_of_the_price_book(seeded, run, words):
    test = run(seeded, "pricebook", view="sentences")
    assert not test.exception
    said = words(test)
    assert "Как понята каждая фраза?" in said
    assert "Скидки и промокоды не суммируются" in said
    assert "правило 1" in said


def test_a_sentence_that_was_not_understood_stands_out(project, run, words):
    book = project / "pricebook" / "demo.yaml"
    text = book.read_text(encoding="utf-8")
    book.write_text(text.replace("    - Все цены", "    - Мы любим наших клиентов.\n    - Все цены"), encoding="utf-8")
    test = run(project, "pricebook", view="sentences")
    said = words(test)
    assert "не понят" in said
    assert "Мы любим наших клиентов" in said
    toggled = field(test.toggle, "only-missed-live").set_value(True).run()
    said = words(toggled)
    assert "Мы любим наших клиентов" in said
    assert "Скидки и промокоды не суммируются" not in said


def test_the_client_tells_a_refusal_from_an_outage(served):
    address, _container = served
    client = ApiClient(address)
    with pytest.raises(UserError, match="'none'"):
        client.post("/v1/reviews", {"turn_id": "none", "ruling": "confirmed", "by": "a", "reason": "abc"})
    with pytest.raises(UserError, match="ruling"):
        client.post("/v1/reviews", {"turn_id": "none", "ruling": "maybe", "by": "a", "reason": "abc"})
    with pytest.raises(UserError):
        client.post("/v1/exceptions/none/revoke", {"by": "a"})
    with pytest.raises(OutsideError, match="does not answer"):
        ApiClient("http://127.0.0.1:9").post("/v1/reviews", {})


def test_exceptions_over_http(served):
    import httpx2

    address, container = served
    made = add_exception(container, "5 000 ₸", FindingKind.PRICE, None, owner="sales", reason="рассылка",
                         until=today(container), by="Айгуль")  # fmt: skip
    (row,) = httpx2.get(f"{address}/v1/exceptions").json()
    assert (row["id"], row["in_force"], row["until"]) == (made.id, True, made.until.isoformat())
    assert ApiClient(address).post(f"/v1/exceptions/{made.id}/revoke", {"by": "a"})["state"] == "revoked"
    assert httpx2.get(f"{address}/v1/exceptions").json() == []
    assert len(httpx2.get(f"{address}/v1/exceptions", params={"revoked": True}).json()) == 1
    assert date.fromisoformat(row["since"]) == today(container)
