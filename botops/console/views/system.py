"""System: is everything the bot depends on well, and what runs here."""

import os
import sys

import streamlit as st

from botops import __version__
from botops.app import system
from botops.app.container import Container
from botops.app.prompts.state import PromptState, prompt_states, role_titles
from botops.config import FILE_NAME, Secrets
from botops.console import api, data, formats, frame, labels, navigation, parts
from botops.console.door import api_page
from botops.console.i18n import _, ngettext
from botops.console.ops import channels as channel_parts
from botops.console.ops import labels as ops_labels
from botops.console.ops import probes as probe_parts
from botops.console.prompts import release_labels
from botops.console.safe import Html, tag

_LATE_S = 600  # seconds the sums may be behind before it is said in red


def body(container: Container) -> None:
    found = st.container()
    _service(container)
    _models(container)
    probe_parts.show(container)
    _served(container)
    channel_parts.show(container)
    _store(container)
    with found:  # last, because it takes longest; its place is the first
        _doctor(container)


def _doctor(container: Container) -> None:
    parts.question(_("What needs attention?"))
    file = container.settings.root / FILE_NAME
    with st.spinner(_("Looking …")):
        changed = file.stat().st_mtime_ns if file.exists() else 0
        found = data.doctor(str(container.settings.root), changed)
    wrong = [check for check in found if check.state != "ok"]
    if not wrong:
        frame.show(frame.alert("good", _("All is well."), _("Every check of botops doctor has passed.")))
    for check in wrong:
        level = "bad" if check.state == "error" else "warn"
        told = "\n".join(filter(None, (check.detail, check.remedy)))
        frame.show(frame.alert(level, ops_labels.check(check), ops_labels.advice(check), details=told))
    well = [check for check in found if check.state == "ok"]
    count = ngettext("{n} check passed", "{n} checks passed", len(well)).format(n=len(well))
    with st.expander(count, key="doctor-well"):
        names = dict.fromkeys(f"✓ {ops_labels.check(check)}" for check in well)
        frame.show(tag("div", *(parts.chip(name, "good") for name in names), class_="bo-row"))


def _service(container: Container) -> None:
    parts.question(_("Does the service run?"))
    found = system.service(api.address())
    if found.version is None:
        frame.show(
            frame.alert(
                "bad", _("The service does not answer"),
                _("The pages show what is kept, but nobody answers clients at this address. Start botops up again."),
                tag("code", found.address), details=found.fault,
            )
        )  # fmt: skip
    elif found.other_version:
        text = _("The service runs botops {theirs}, this page {ours}: start both again.")
        frame.show(frame.alert("warn", _("Two versions run"), text.format(theirs=found.version, ours=__version__)))
    frame.show(
        parts.facts(
            [
                (_("Service"), parts.chip(_("answers"), "good") if found.version else parts.chip(_("silent"), "bad")),
                (_("Address"), tag("code", found.address)),
                (_("Version of botops"), found.version or __version__),
                ("Python", sys.version.split()[0]),
                (_("Time zone"), container.settings.company.timezone),
            ]
        )
    )
    st.link_button(_("Description of the API"), api_page.PAGE, icon=":material/api:", type="tertiary", key="api-page")


def _models(container: Container) -> None:
    parts.question(_("Do the models answer?"))
    found = system.models(container)
    if not found:
        name = labels.model(container.bot.model.name)
        parts.answer(_("Nobody was asked in the last 24 hours. The next question goes to: {model}.").format(model=name))
        return
    key = Secrets.from_environ(os.environ).console_key
    zone, resting = container.settings.company.timezone, system.left_alone(api.address(), key)
    heads = [(_("Model"), False), (_("State"), False), (_("Calls in 24 hours"), True), (_("Failures"), True),
             (_("Last good answer"), False), (_("Last failure"), False)]  # fmt: skip
    rows: list[list[str | Html]] = []
    for one in found:
        state, look = ops_labels.model_state(system.model_state(one))
        if one.model in resting:
            state, look = _("left alone for a while: it kept failing"), "bad"
        bad = formats.NOTHING
        if one.failed_at is not None:
            bad = f"{formats.moment(one.failed_at, zone)} · {ops_labels.fault(one.fault)}"
        good = formats.moment(one.good_at, zone) if one.good_at is not None else formats.NOTHING
        rows.append([labels.model(one.model), parts.chip(state, look), formats.number(one.calls),
                     formats.number(one.failed), good, bad])  # fmt: skip
    frame.show(parts.table(heads, rows))


def _served(container: Container) -> None:
    parts.question(_("What are clients answered with?"))
    states = prompt_states(container)
    zone = container.settings.company.timezone
    orders = {order.subject: order for order in container.overrides.in_force()}
    roles = role_titles(container.settings)
    rows: list[list[str | Html]] = []
    for state in states:
        order = orders.get(state.name)
        last = state.approvals[-1] if state.approvals else None
        since = f"{formats.moment(last.at, zone)} · {labels.role(last.by, roles)}" if last else formats.NOTHING
        rows.append([state.name, _live(state), since, release_labels.order(order) if order else formats.NOTHING])
    current = container.books.current()
    if current is not None:
        step = current.release.step if current.release else None
        since = f"{formats.moment(step.at, zone)} · {labels.role(step.by, roles)}" if step else formats.NOTHING
        broken = parts.chip(_("the file is broken: the last good one is served"), "bad")
        book = tag("span", f"{current.file.name} · {current.book.version}", " ",
                   broken if container.books.problems else None)  # fmt: skip
        rows.append([_("Prices"), book, since, formats.NOTHING])
    else:
        rows.append([_("Prices"), parts.chip(_("No price book"), "bad"), formats.NOTHING, formats.NOTHING])
    heads = [(_("What"), False), (_("In force"), False), (_("Since"), False), (_("Order above it"), False)]
    frame.show(parts.table(heads, rows))
    navigation.link("prompts", _("Open the prompts"))


def _live(state: PromptState) -> Html:
    version = f"v{state.live}" if state.live is not None else formats.NOTHING
    chips = [parts.chip(_("answers clients"), "good")] if state.serving else []
    if state.broken:
        text = _("the file is broken: the last good one is served") if state.stale else _("cannot be served")
        chips.append(parts.chip(text, "bad"))
    if state.experiment:
        chips.append(parts.chip(_("experiment {name}").format(name=state.experiment)))
    return tag("span", version, *(part for chip in chips for part in (" ", chip)))


def _store(container: Container) -> None:
    parts.question(_("How much is kept, and is all of it counted?"))
    found = data.store_state(container, data.key_of(container))
    lag = found.lag
    behind: str | Html = parts.chip(_("up to date"), "good")
    if lag.hours:
        hours = ngettext("{n} hour is still to be counted", "{n} hours are still to be counted", lag.hours)
        late = lag.seconds > _LATE_S
        behind = parts.chip(hours.format(n=formats.number(lag.hours)), "bad" if late else "")
    keep = container.settings.privacy.keep_days
    zone = container.settings.company.timezone
    backup: str | Html = parts.chip(_("none made yet"), "warn")
    if found.backup_at is not None:
        when = formats.moment(found.backup_at, zone)
        backup = when if found.backup_there else tag("span", when, " ", parts.chip(_("the file is gone"), "bad"))
    frame.show(
        parts.facts(
            [
                (_("Size"), formats.size(found.size)),
                (_("Dialogues"), formats.number(found.counts.dialogues)),
                (_("Replies"), formats.number(found.counts.turns)),
                (_("Replies under way"), formats.number(found.counts.pending)),
                (_("Sums for the screens"), behind),
                (_("Kept for"), ngettext("{n} day", "{n} days", keep).format(n=keep) if keep else _("always")),
                (_("Last backup"), backup),
            ]
        )
    )


frame.page("system", body)
