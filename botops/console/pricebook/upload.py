"""A new price list: dropped in, its columns put right, what it changes and touches seen, then proposed or made live."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import streamlit as st

from botops.app.checks import reviewing
from botops.app.container import Container
from botops.app.pricebooks import price_list
from botops.app.pricebooks.books import BookInForce
from botops.app.pricebooks.candidate import Candidate, candidate_text
from botops.console import frame, parts
from botops.console.i18n import _, language
from botops.console.pricebook import amounts, change, columns, going_live, impact, reading, uploads
from botops.console.pricebook.uploads import Upload
from botops.domain.errors import UserError
from botops.pricebook import Absent, PriceBook, Proposal

_TYPES = [suffix.removeprefix(".") for suffix in sorted(price_list.TABLES | price_list.BOOKS)] + ["xls"]
_CURRENCIES = ("KZT", "USD", "EUR", "RUB", "KGS", "UZS", "CNY", "GBP", "TRY", "AED")


def section(container: Container, current: BookInForce | None) -> None:
    """The way of a price list, as far as it has come."""
    token = st.query_params.get(uploads.PARAMETER, "")
    upload = uploads.get(token) if token else None
    if upload is None:
        if token:
            frame.show(
                frame.alert(
                    "note", _("This list is no longer kept"), _("Lists are kept for an hour. Drop it in again.")
                )
            )
        _drop()
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        frame.show(parts.facts([(_("File"), upload.name)]))
        if st.button(_("Take another file"), icon=":material/close:", key="list-away"):
            _forget(token)
            st.rerun()
    try:
        found = _candidate(container, current, upload, token)
    except UserError as error:
        reading.refused(error)
        return
    if found is None:
        return
    change.section(container, current, found)
    impact.section(container, current, found, upload)
    going_live.section(container, found, upload, token)


def _drop() -> None:
    parts.question(_("Which prices shall hold?"))
    parts.answer(
        _(
            "Drop in your price list as it is: Excel or CSV, with headings, units in the cells, “from” prices. Nothing "
            "changes for clients until you say so at the end."
        )
    )
    file = st.file_uploader(_("Price list"), _TYPES, key="list-file", max_upload_size=price_list.MOST_BYTES // 10**6)
    if file is not None:
        frame.remember(uploads.PARAMETER, uploads.add(Path(file.name).name[:120], file.getvalue()))
        del st.session_state["list-file"]
        st.rerun()


def _forget(token: str) -> None:
    upload = uploads.get(token)
    if upload is not None and (run := upload.last("impact")) is not None:
        run.cancel()
    uploads.drop(token)
    frame.remember(uploads.PARAMETER, None)


def _candidate(container: Container, current: BookInForce | None, upload: Upload, token: str) -> Candidate | None:
    """The price book the file makes, looked at; None while the list cannot be read. Raises UserError."""
    if Path(upload.name).suffix.lower() in price_list.BOOKS:
        suffix = ".json" if upload.name.lower().endswith(".json") else ".yaml"
        return _looked_at(container, current, upload, upload.raw, suffix)
    text = _text_of_list(container, current, upload, token)
    return _looked_at(container, current, upload, text.encode(), ".yaml") if text is not None else None


def _looked_at(container: Container, current: BookInForce | None, upload: Upload, raw: bytes, suffix: str) -> Candidate:
    spoken = language()
    live = current.identity if current is not None else ""
    of = (hashlib.sha256(raw).hexdigest(), live, spoken)
    return upload.made(
        "candidate", of, lambda: candidate_text(container.settings, f"new{suffix}", raw, container.clock.now(), spoken)
    )


def _text_of_list(container: Container, current: BookInForce | None, upload: Upload, token: str) -> str | None:
    with st.spinner(_("Reading the list…")):
        sheets = upload.made("sheets", None, lambda: price_list.open_list(upload.raw, upload.name))
    headers = {k.removeprefix("header-"): v for k, v in upload.said.items() if k.startswith("header-")}
    proposed = upload.made(
        "proposed", tuple(sorted(headers.items())), lambda: price_list.proposals(container.settings, sheets, headers)
    )
    parts.question(_("Which column is what?"))
    chosen = columns.sheets(upload, token, sheets, proposed)
    fields = {p.sheet: _sheet(upload, token, p, several=len(chosen) > 1) for p in proposed if p.sheet in chosen}
    old = current.book if current is not None else None
    said = columns.corrections(upload, chosen, fields)
    currency, day, absent = _how(container, upload, token, old, proposed, said)
    if currency is None:
        return None

    def make(left_out: frozenset[tuple[str, int]]) -> price_list.ListBook:
        again = price_list.Corrections(said.sheets, said.headers, said.fields, left_out)
        return price_list.book_of_list(
            upload.name, proposed, again, old=old, currency=currency, day=day, absent=absent
        )  # fmt: skip

    upload.made("columns", repr(said), lambda: price_list.columns_to_remember(proposed, said))
    signature = (repr(said), currency, day, absent, current.identity if current is not None else "")
    return reading.section(upload, token, proposed, signature, make)


def _sheet(upload: Upload, token: str, proposal: Proposal, *, several: bool) -> dict[int, str]:
    if several:
        parts.question(proposal.sheet)
    columns.header(upload, token, proposal)
    return columns.form(upload, token, proposal)


def _how(
    container: Container, upload: Upload, token: str, old: PriceBook | None, proposed: tuple[Proposal, ...],
    corrected: price_list.Corrections,
) -> tuple[str | None, date, Absent]:  # fmt: skip
    """The currency of prices that name none (None until it is chosen where the list tells another one than usual), the
    day they hold from, and what becomes of prices not in the list."""
    usual = old.currency if old is not None else container.settings.company.currency
    options = list(dict.fromkeys([usual, *_CURRENCIES]))
    said = upload.said
    other = price_list.other_currency(proposed, corrected, usual)
    if other is not None:
        reading.other_currency(*other, usual, chosen=bool(said.get("currency")))
        options = list(dict.fromkeys([usual, other[0], *_CURRENCIES]))
    before = said.get("currency") or (usual if other is None else None)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        currency = st.selectbox(
            _("Currency of the prices"), options, options.index(before) if before else None,
            key=f"list-currency-{token}-{other}", width=220, placeholder=_("Choose the currency"),
        )  # fmt: skip
        said["currency"] = currency if other is not None or currency != usual else None
        if old is None:
            return currency, reviewing.today(container), "keep"
        today = amounts.today(container, old)
        told = price_list.day_told(proposed, corrected)
        usual_day = max(told[0], today) if told is not None else today
        day = st.date_input(
            _("These prices hold from"),
            said.get("day", usual_day),
            key=f"list-day-{token}",
            format="DD.MM.YYYY",
            width=220,
        )
        said["day"] = day if isinstance(day, date) else usual_day
    if told is not None:
        reading.day_told(*told, past=told[0] < today)
    absent: list[Absent] = ["keep", "end"]
    texts = {"keep": _("stay as they are"), "end": _("are no longer sold from that day")}
    chosen = st.radio(
        _("Prices that are not in this list"), absent, absent.index(said.get("absent", "keep")),
        key=f"list-absent-{token}", format_func=texts.__getitem__, horizontal=True,
    )  # fmt: skip
    said["absent"] = chosen
    return currency, said["day"], chosen
