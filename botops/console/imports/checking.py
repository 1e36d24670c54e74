"""The third step: the prices to hold it against, and the look itself, which goes on in the background."""

from __future__ import annotations

from typing import cast

import streamlit as st

from botops.app.container import Container
from botops.app.imports import checking
from botops.app.imports.checking import ExportCheck
from botops.app.imports.desk import Taken, Work
from botops.channels.exports import Export
from botops.console import formats, frame, parts, safe
from botops.console.i18n import _
from botops.console.imports import reads, start
from botops.domain.errors import UserError

LOOK_EVERY_S = 1.0
CHECK = "check"


def work(taken: Taken) -> Work[ExportCheck] | None:
    """The look that was begun last."""
    return cast("Work[ExportCheck] | None", taken.works.get(CHECK))


def section(container: Container, taken: Taken, export: Export, count: int) -> None:
    """Chooses the price book and begins."""
    parts.question(_("Which prices are right?"))
    _own_book(container, taken)
    running = (begun := work(taken)) is not None and not begun.ended
    again = begun is not None and begun.ended
    label = _("Look again") if again else _("Find false promises")
    if st.button(label, type="primary", key=f"import-check-{taken.id}", disabled=not count or running):
        _begin(container, taken, export, count)


def _own_book(container: Container, taken: Taken) -> None:
    current = container.books.current()
    if current is not None:
        parts.answer(_("The price book in force: {file}.").format(file=safe.preview(current.file.name, 80)))
    else:
        frame.show(frame.alert("warn", _("There is no price book yet"), _("Give a price list below.")))
    with st.expander(_("Hold it against another price list"), expanded=current is None, key=f"import-own-{taken.id}"):
        given = st.file_uploader(
            _("Price list"), type=list(start.BOOKS), key=f"import-book-{taken.id}", max_upload_size=start.MEGABYTES,
            help=_("CSV, XLSX or a price book in YAML. It counts for this look only and changes nothing."),
        )  # fmt: skip
        if given is not None:
            reads.desk().give_book(taken, given.name, given.getvalue())
        if taken.book is not None:
            parts.answer(_("Held against {file}.").format(file=safe.preview(taken.book.name, 80)))
            off = st.button(_("Take the price book in force"), key=f"import-off-{taken.id}", disabled=given is not None)
            if off:
                taken.book = None
                st.rerun()


def _begin(container: Container, taken: Taken, export: Export, count: int) -> None:
    try:
        with st.spinner(_("Reading the prices…")):
            book = checking.book_of_file(container, taken.book) if taken.book else checking.book_in_force(container)
    except UserError as error:
        frame.fault(_("The price list cannot be used"), error)
        return
    moment = reads.undated(taken)
    reads.desk().begin(
        taken,
        CHECK,
        count,
        lambda advance: checking.check_export(container, export, book, undated=moment, on_checked=advance),
    )
    st.rerun()


def progress(begun: Work[ExportCheck], taken: Taken) -> None:
    """How far the look is; the page is shown anew when it ends."""
    if not begun.ended:
        _under_way(begun, taken)
    elif begun.error is not None:
        frame.fault(_("The look was not finished"), begun.error)
    elif begun.result is None:
        frame.show(frame.alert("bad", _("The look was not finished"), _("Begin it again; the log says what happened.")))


@st.fragment(run_every=LOOK_EVERY_S)
def _under_way(begun: Work[ExportCheck], taken: Taken) -> None:
    if begun.ended:
        st.rerun()
    said = _("{done} of {total} dialogues").format(done=formats.number(begun.done), total=formats.number(begun.total))
    st.progress(min(1.0, begun.done / begun.total) if begun.total else 0.0, text=said)
    if st.button(_("Stop here and show what was found"), key=f"import-stop-{taken.id}"):
        begun.stop = True
