"""The rows `botops claims` prints."""

import json

from botops.claims.jsonl import mentions_row


def test_a_row_with_money_a_range_and_a_percent() -> None:
    row = {"id": "t1", "lang": "ru", "text": "от 5 до 7 тыс. тенге в месяц, скидка 12,5%"}
    assert mentions_row(row) == {
        "id": "t1",
        "mentions": [
            {
                "quote": "5 до 7 тыс. тенге",
                "start": 3,
                "end": 20,
                "kind": "money",
                "amount": 5000,
                "amount_max": 7000,
                "currency": "KZT",
                "per": "month",
            },
            {
                "quote": "12,5%",
                "start": 37,
                "end": 42,
                "kind": "percent",
                "amount": 12.5,
                "amount_max": None,
                "currency": None,
                "per": None,
            },
        ],
    }


def test_whole_amounts_are_integers_and_the_row_is_json() -> None:
    row = mentions_row({"id": 7, "lang": "en", "text": "$4,990.00 or $4.99"})
    assert json.loads(json.dumps(row)) == row
    assert [type(m["amount"]) for m in row["mentions"]] == [int, float]


def test_a_row_without_text_has_no_mentions() -> None:
    assert mentions_row({"id": "empty", "lang": "kk", "text": ""}) == {"id": "empty", "mentions": []}
    assert mentions_row({"id": "none", "lang": "kk", "text": None}) == {"id": "none", "mentions": []}
