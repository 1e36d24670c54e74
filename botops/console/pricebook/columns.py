"""The form that says which column of a price list holds what, filled in with what is proposed."""

from __future__ import annotations

import streamlit as st

from botops.app.pricebooks.price_list import Corrections, usual_sheets
from botops.console import frame, parts, safe
from botops.console.i18n import _, ngettext
from botops.console.pricebook import labels
from botops.console.pricebook.uploads import Upload
from botops.console.safe import tag
from botops.pricebook import Proposal, ProposedColumn, Sheet, for_whom
from botops.pricebook.columns import FIELDS
from botops.pricebook.proposing import SKIP

_MOST_LINES = 30


def sheets(upload: Upload, token: str, found: tuple[Sheet, ...], proposed: tuple[Proposal, ...]) -> tuple[str, ...]:
    """The sheets that are read; asked for where there are several."""
    usual = usual_sheets(found, proposed) or tuple(sheet.name for sheet in found[:1])
    if len(found) == 1:
        return (found[0].name,)
    names = [sheet.name for sheet in found]
    before = [name for name in upload.said.get("sheets", usual) if name in names]
    chosen = st.multiselect(
        _("Sheets with prices"),
        names,
        before,
        key=f"list-sheets-{token}",
        format_func=lambda name: safe.preview(name, 60),
        filter_mode=None,
        placeholder=_("nothing chosen"),
    )
    upload.said["sheets"] = tuple(chosen)
    return tuple(chosen)


def header(upload: Upload, token: str, proposal: Proposal) -> None:
    """In which line the names of the columns stand. A change counts from the next run on."""
    key = f"header-{proposal.sheet}"
    lines = [0, *(row.line for row in proposal.rows[:_MOST_LINES] if not row.empty)]
    now = proposal.header_line if proposal.header_line in lines else 0

    def changed() -> None:
        upload.said[key] = st.session_state[f"list-{key}-{token}"]

    st.selectbox(
        _("The names of the columns stand in line"), lines, lines.index(now), key=f"list-{key}-{token}",
        on_change=changed, width=280, format_func=lambda n: str(n) if n else _("there are none"),
    )  # fmt: skip


def form(upload: Upload, token: str, proposal: Proposal) -> dict[int, str]:
    """What each column of a sheet holds, as a person says it; those nobody needs are folded away."""
    needed = [c for c in proposal.columns if c.field != SKIP or c.basis != "header"]
    rest = [c for c in proposal.columns if c not in needed]
    fields = {c.number: _column(upload, token, proposal, c) for c in needed}
    if rest:
        text = ngettext("{n} more column, not needed", "{n} more columns, not needed", len(rest))
        with st.expander(text.format(n=len(rest)), key=f"list-rest-{proposal.sheet}-{token}"):
            fields.update({c.number: _column(upload, token, proposal, c) for c in rest})
    return fields


def _column(upload: Upload, token: str, proposal: Proposal, column: ProposedColumn) -> str:
    key = f"column-{proposal.sheet}-{proposal.header_line}-{column.number}"
    whom = for_whom(column.header) if column.header else column.letter
    options = [f for f in FIELDS if f != SKIP]
    options += [f"amount:segment:{whom}", f"amount:region:{whom}", f"attribute:{column.header or column.letter}"]
    options = list(dict.fromkeys([SKIP, *options, column.field]))
    before = upload.said.get(key, column.field)
    with st.container(key=f"list-box-{key}-{token}"):
        left, right = st.columns([3, 2], vertical_alignment="center")
        with left:
            head = tag("b", safe.preview(column.header, 80) or _("column {letter}").format(letter=column.letter))
            why = labels.basis(column.basis) if before == column.field else ""
            samples = " · ".join(safe.preview(sample, 40) for sample in column.samples)
            frame.show(
                tag("div", head, " ", parts.chip(why) if why else None, tag("div", samples, class_="bo-small bo-muted"))
            )
        with right:
            chosen = st.selectbox(
                _("What stands in the column {name}").format(name=safe.markdown(column.header or column.letter)),
                options, options.index(before) if before in options else 0, key=f"list-{key}-{token}",
                label_visibility="collapsed", format_func=lambda value: safe.preview(labels.field(value), 80),
            )  # fmt: skip
    upload.said[key] = chosen
    return str(chosen)


def corrections(upload: Upload, chosen: tuple[str, ...], fields: dict[str, dict[int, str]]) -> Corrections:
    """What a person said of a list."""
    headers = {key.removeprefix("header-"): line for key, line in upload.said.items() if key.startswith("header-")}
    return Corrections(chosen, headers, fields)
