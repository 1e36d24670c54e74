"""Import: the chats of a bot somebody already has, and what it promises in them that no price bears out."""

import streamlit as st

from botops.app.container import Container
from botops.app.imports.desk import Taken
from botops.channels.exports import Export
from botops.console import frame, navigation, parts, safe
from botops.console.i18n import _
from botops.console.imports import checking, keeping, labels, preview, reads, results, start
from botops.domain.errors import NotFoundError, UserError


def body(container: Container) -> None:
    wanted = st.query_params.get("import")
    if not wanted:
        start.section()
        return
    try:
        taken = reads.desk().get(wanted)
    except NotFoundError:
        frame.empty(
            _("This file is kept no more"),
            _("Files are forgotten after an hour and when the console is started anew. Give it again."),
        )
        start.section()
        return
    _one(container, taken)


def _one(container: Container, taken: Taken) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(safe.markdown(safe.preview(taken.title, 120)))
        if st.button(_("Another file"), icon=":material/upload_file:", key=f"import-other-{taken.id}"):
            reads.desk().forget(taken.id)
            st.query_params.clear()
            st.rerun()
    export = _read(taken)
    if export is None:
        return
    begun = checking.work(taken)
    if begun is not None and begun.result is not None:
        asked = st.query_params.get("dialogue")
        if asked:
            frame.arrived("imports")
            results.one(taken, begun.result, asked)
            return
        results.section(container, taken, begun.result)
        parts.answer(
            _("This look is kept for an hour and is gone when the console is started anew: take a report along or keep "
              "the dialogues.")
        )  # fmt: skip
        keeping.section(container, taken, export, reads.dialogue_count(taken, export))
    elif begun is not None:
        checking.progress(begun, taken)
    count = preview.section(container, taken, export)
    if count:
        checking.section(container, taken, export, count)


def _read(taken: Taken) -> Export | None:
    """The file as understood; None, and says why, when nothing can be taken from it."""
    try:
        with st.spinner(_("Reading the file…")):
            return reads.desk().export(taken)
    except UserError as error:
        technical = "" if error.problems else str(error)
        frame.show(frame.alert("bad", _("This file cannot be read"), *labels.unreadable(error), details=technical))
        if taken.choice != type(taken.choice)() and st.button(
            _("Back to what was guessed"), key=f"import-back-{taken.id}"
        ):
            taken.choice = type(taken.choice)()
            st.rerun()
        navigation.link("imports", _("Give another file"), ":material/upload_file:")
        return None


frame.page("imports", body)
