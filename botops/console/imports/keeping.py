"""The last step, if wanted: the dialogues into the store, where everything else of the console sees them."""

from __future__ import annotations

from typing import cast
from urllib.parse import quote

import streamlit as st

from botops.app.container import Container
from botops.app.imports.desk import Taken, Work
from botops.app.imports.keeping import Kept, keep_export
from botops.channels.exports import Export
from botops.console import api, data, deeds, formats, frame, navigation, parts
from botops.console.i18n import _, ngettext
from botops.console.imports import reads
from botops.domain.access import Right

KEEP = "keep"
_LOOK_EVERY_S = 1.0


def section(container: Container, taken: Taken, export: Export, count: int) -> None:
    """Offers to keep the dialogues, and shows how far that is."""
    parts.question(_("Keep these dialogues?"))
    begun = cast("Work[Kept] | None", taken.works.get(KEEP))
    if begun is not None and not begun.ended:
        _under_way(begun)
        return
    if begun is not None and begun.result is not None:
        _kept(begun.result)
        return
    if begun is not None:
        details = str(begun.error) if begun.error is not None else ""
        again = _("What was kept until then is kept. Begin again: nothing is kept twice.")
        frame.show(frame.alert("bad", _("Not all of it was kept"), again, details=details))
    parts.answer(
        _("Then they can be reviewed, made into tests and counted like those of your own bot. They are judged by the "
          "price book in force.")
    )  # fmt: skip
    if deeds.button(_("Keep in the store"), Right.SERVE, key=f"import-keep-{taken.id}", disabled=not count):
        client = api.client()
        path = f"/v1/dialogues?origin={quote(taken.title[:200])}"
        moment = reads.undated(taken)
        reads.desk().begin(
            taken,
            KEEP,
            count,
            lambda advance: keep_export(
                container, export, lambda lines: client.post_lines(path, lines), undated=moment, on_kept=advance
            ),
        )
        st.rerun()


@st.fragment(run_every=_LOOK_EVERY_S)
def _under_way(begun: Work[Kept]) -> None:
    if begun.ended:
        data.refresh()
        st.rerun()
    said = _("{done} of {total} dialogues").format(done=formats.number(begun.done), total=formats.number(begun.total))
    st.progress(min(1.0, begun.done / begun.total) if begun.total else 0.0, text=said)


def _kept(kept: Kept) -> None:
    n = kept.dialogues
    title = ngettext("{n} dialogue is in the store", "{n} dialogues are in the store", n).format(n=formats.number(n))
    known = ""
    if kept.skipped:
        known = ngettext("{n} reply was there already.", "{n} replies were there already.", kept.skipped)
        known = known.format(n=formats.number(kept.skipped))
    frame.show(frame.alert("good", title, known))
    if kept.refused:
        n = len(kept.refused)
        refused = ngettext("{n} dialogue was refused", "{n} dialogues were refused", n).format(n=formats.number(n))
        frame.show(frame.alert("warn", refused, details="\n".join(kept.refused[:50])))
    navigation.link("dialogues", _("See them among the dialogues"), ":material/forum:")
