"""The first step: how to get the chats, and the place to drop them."""

from __future__ import annotations

import streamlit as st

from botops.channels.exports.tables import MAX_BYTES
from botops.console import frame, parts
from botops.console.i18n import _
from botops.console.imports import reads
from botops.console.safe import Html

TYPES = ("csv", "tsv", "xlsx", "xlsm", "json", "jsonl", "ndjson", "txt", "zip", "html", "htm")
BOOKS = ("csv", "xlsx", "yaml", "yml", "json")
MEGABYTES = MAX_BYTES // 2**20


def section() -> None:
    """Takes a file in and goes on to what it says."""
    parts.question(_("What does your bot promise to clients?"))
    parts.answer(
        _("Drop its chats here. Every price, discount and term in them is held against the price book, in a minute.")
    )
    given = st.file_uploader(
        _("Chats of the bot"), type=list(TYPES), key="import-file", max_upload_size=MEGABYTES,
        help=_("A table (CSV, XLSX), JSON, or an export of WhatsApp or Telegram."),
    )  # fmt: skip
    if given is not None:
        st.query_params["import"] = reads.desk().take(given.name, given.getvalue()).id
        st.rerun()
    parts.answer(
        _("The file stays on this computer and is forgotten after an hour. Nothing is stored until you ask for it.")
    )
    _how_to()


def _how_to() -> None:
    ways: list[tuple[str, str | Html | None]] = [
        ("WhatsApp", _("Open the chat → ⋮ → More → Export chat → Without media. Several chats: one archive.")),
        ("Telegram", _("In Telegram Desktop: the chat → ⋮ → Export chat history → JSON or HTML.")),
        (
            _("CRM or the bot's maker"),
            _("Ask for a table of messages: dialogue, date, who wrote, text. Other columns do no harm."),
        ),
        (_("Developers"), _("JSON, one dialogue a line, as botops check takes it or as language models log it.")),
    ]
    with st.expander(_("How do I get the chats?"), key="import-how-to"):
        frame.show(parts.facts(ways))
