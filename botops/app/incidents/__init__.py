"""Incidents as people work with them: opened, owned, explained, closed; what they did to clients, what was learnt."""

from botops.app.incidents.correcting import corrections, corrections_csv, corrections_xlsx
from botops.app.incidents.learning import link_case, make_case
from botops.app.incidents.opening import attach, from_alert
from botops.app.incidents.postmortems import checksum, keep_postmortem, kept_postmortem
from botops.app.incidents.reading import affected, figures, impact, postmortem, timeline
from botops.app.incidents.reminding import Reminding, reminders
from botops.app.incidents.steps import (
    acknowledge,
    add_follow_up,
    close,
    finish_follow_up,
    note,
    open_incident,
    reopen,
    resolve,
    set_at_risk,
    set_cause,
    set_owner,
    set_severity,
)

__all__ = [
    "Reminding",
    "acknowledge",
    "add_follow_up",
    "affected",
    "attach",
    "checksum",
    "close",
    "corrections",
    "corrections_csv",
    "corrections_xlsx",
    "figures",
    "finish_follow_up",
    "from_alert",
    "impact",
    "keep_postmortem",
    "kept_postmortem",
    "link_case",
    "make_case",
    "note",
    "open_incident",
    "postmortem",
    "reminders",
    "reopen",
    "resolve",
    "set_at_risk",
    "set_cause",
    "set_owner",
    "set_severity",
    "timeline",
]
