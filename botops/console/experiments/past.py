"""Experiments that are over."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.experiments.past import PastExperiment, past_experiments
from botops.console import formats, frame, parts, safe
from botops.console.i18n import _
from botops.console.safe import Html, tag


def section(container: Container) -> None:
    """What was tried before and what came of it; nothing where nothing was."""
    found = past_experiments(container)
    if not found:
        return
    parts.question(_("What was tried before?"))
    zone = container.settings.company.timezone
    heads = [
        (_("Experiment"), False),
        (_("From … to"), False),
        (_("What came of it"), False),
        (_("Who and why"), False),
    ]
    frame.show(parts.table(heads, [_row(one, zone) for one in found]))


def _row(one: PastExperiment, zone: str) -> tuple[str | Html, ...]:
    began = formats.moment(one.began, zone) if one.began is not None else "…"
    came = _("v{version} was made live").format(version=one.promoted) if one.promoted else _("stopped, nothing changed")
    return (
        tag("span", tag("b", one.experiment), f" · {one.prompt}"),
        f"{began} – {formats.moment(one.ended, zone)}",
        came,
        f"{one.by}: {safe.preview(one.reason, 200)}",
    )
