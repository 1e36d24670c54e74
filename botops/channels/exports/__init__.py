"""Chat exports of a bot somebody already has: tables, JSON, WhatsApp, Telegram."""

from botops.channels.exports.columns import FIELDS
from botops.channels.exports.formats import FORMATS, read_export
from botops.channels.exports.model import Choice, Export, Format, Said
from botops.channels.exports.moments import ORDERS, Order
from botops.channels.exports.talks import dialogue_row, dialogues_of

__all__ = [
    "FIELDS", "FORMATS", "ORDERS", "Choice", "Export", "Format", "Order", "Said", "dialogue_row", "dialogues_of",
    "read_export",
]  # fmt: skip
