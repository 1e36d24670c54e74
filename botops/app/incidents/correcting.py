"""Whom the sellers have to write to: every wrong claim that reached a client, with a text that takes it back."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from botops.app.delimited import plain
from botops.app.incidents.reading import affected
from botops.monitor.corrections import letter

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from botops.app.container import Container
    from botops.domain.incidents import AffectedReply, Incident
    from botops.domain.messages import Language

_COLUMNS = (
    "lead_id", "dialogue_id", "turn", "at", "channel", "language", "kind", "severity", "quote", "expected", "at_risk",
    "currency", "correction",
)  # fmt: skip
_WIDE = MappingProxyType({"lead_id": 16, "dialogue_id": 18, "at": 26, "quote": 40, "expected": 30, "correction": 80})
"""Widths of columns of a sheet, in characters, where the usual one is too narrow."""
_HEADS: Mapping[Language, tuple[str, ...]] = MappingProxyType(
    {
        "ru": (
            "Клиент", "Диалог", "Реплика", "Когда", "Канал", "Язык", "Что не так", "Тяжесть", "Бот написал",
            "Как правильно", "Недополучим", "Валюта", "Что написать клиенту",
        ),
        "kk": (
            "Клиент", "Диалог", "Жауап нөмірі", "Қашан", "Арна", "Тіл", "Не дұрыс емес", "Ауырлығы", "Бот жазғаны",
            "Дұрысы", "Кем түсетін сома", "Валюта", "Клиентке не жазу керек",
        ),
        "en": (
            "Client", "Dialogue", "Turn", "When", "Channel", "Language", "What is wrong", "Severity", "The bot wrote",
            "What holds", "At risk", "Currency", "What to write to the client",
        ),
    }
)  # fmt: skip

_WORDS: Mapping[Language, Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "ru": {
            "kind": {
                "price": "неверная цена", "discount": "выдуманная скидка", "promo_code": "несуществующий промокод",
                "unknown_product": "товара нет в прайсе", "total": "неверная сумма", "terms": "условия не по прайсу",
                "stale_price": "старая цена", "currency": "не та валюта",
            },
            "severity": {"low": "низкая", "medium": "средняя", "high": "высокая", "critical": "критическая"},
            "language": {"ru": "русский", "kk": "казахский", "en": "английский"},
        },
        "kk": {
            "kind": {
                "price": "қате баға", "discount": "ойдан шығарылған жеңілдік", "promo_code": "прайста жоқ промокод",
                "unknown_product": "тауар прайста жоқ", "total": "қате сома", "terms": "прайста жоқ шарт",
                "stale_price": "ескі баға", "currency": "валютасы басқа",
            },
            "severity": {"low": "төмен", "medium": "орташа", "high": "жоғары", "critical": "өте жоғары"},
            "language": {"ru": "орысша", "kk": "қазақша", "en": "ағылшынша"},
        },
        "en": {
            "kind": {
                "price": "wrong price", "discount": "invented discount", "promo_code": "no such promo code",
                "unknown_product": "not in the price book", "total": "wrong total", "terms": "no such terms",
                "stale_price": "old price", "currency": "wrong currency",
            },
            "severity": {"low": "low", "medium": "medium", "high": "high", "critical": "critical"},
            "language": {"ru": "Russian", "kk": "Kazakh", "en": "English"},
        },
    }
)  # fmt: skip
"""What a workbook says for the names that programs read."""


def corrections(container: Container, incident: Incident) -> Iterator[dict[str, Any]]:
    """For every wrong claim that reached a client: whom to write, what was said, what holds, a text to send.

    A client's claims stand together, clients in the order in which they were first told something wrong. The text takes
    back all of them in one language and stands with the first: who is written to, is written to once.
    """
    zone = ZoneInfo(container.settings.company.timezone)
    by_client: dict[tuple[str, Language], list[tuple[AffectedReply, str]]] = {}
    for one in affected(container, incident):
        day = one.at.astimezone(zone)
        shown = f"{day:%Y-%m-%d}" if one.language == "en" else f"{day:%d.%m.%Y}"
        by_client.setdefault((one.lead_id, one.language), []).append((one, shown))
    for told in by_client.values():
        text = letter(told)
        for place, (one, _) in enumerate(told):
            yield _row(one, one.at.astimezone(zone), "" if place else text)


def _row(one: AffectedReply, at: datetime, text: str) -> dict[str, Any]:
    return {
        "lead_id": one.lead_id,
        "dialogue_id": one.dialogue_id,
        "turn": one.turn,
        "at": at.isoformat(),
        "channel": one.channel,
        "language": one.language,
        "kind": one.kind.value,
        "severity": one.severity.label,
        "quote": one.quote,
        "expected": one.expected,
        "at_risk": None if one.at_risk is None else str(one.at_risk.amount),
        "currency": None if one.at_risk is None else one.at_risk.currency,
        "correction": text,
    }


def corrections_csv(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Corrections as CSV with a head; nothing in it is a formula to a spreadsheet."""
    import csv
    import io

    def line(cells: Iterable[object]) -> str:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerow(cells)
        return out.getvalue()

    yield line(_COLUMNS)
    for row in rows:
        yield line("" if row[name] is None else plain(str(row[name])) for name in _COLUMNS)


def corrections_xlsx(rows: Iterable[dict[str, Any]], language: Language) -> bytes:
    """Corrections as an Excel workbook for sellers, in a language, moments by the company's clock.
    Texts are texts: none is a formula."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet("botops")
    sheet.freeze_panes = "A2"
    for place, name in enumerate(_COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = _WIDE.get(name, 12)

    def cell(value: str | int | Decimal | datetime | None, *, bold: bool = False) -> Any:
        text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value) if isinstance(value, str) else value
        made = WriteOnlyCell(sheet, text)  # type: ignore[arg-type]  # its stubs know no Decimal
        if isinstance(value, str):
            made.data_type = "s"  # what begins with "=" would be taken for a formula
            made.alignment = Alignment(wrap_text=True, vertical="top")
        elif isinstance(value, datetime):
            made.number_format = "dd.mm.yyyy hh:mm" if language != "en" else "yyyy-mm-dd hh:mm"
        made.font = Font(bold=bold)
        return made

    sheet.append([cell(head, bold=True) for head in _HEADS[language]])
    for row in rows:
        sheet.append([cell(_shown(name, row[name], language)) for name in _COLUMNS])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _shown(name: str, value: Any, language: Language) -> str | int | Decimal | datetime | None:
    """A value as sellers read it: sums and moments as such, what stands for something in words."""
    if name == "at_risk":
        return None if value is None else Decimal(value)
    if name == "at":
        try:
            return datetime.fromisoformat(value).replace(tzinfo=None, microsecond=0)  # a workbook knows no zones
        except ValueError:
            return str(value)
    found: str | int | None = _WORDS[language].get(name, {}).get(value, value)
    return found
