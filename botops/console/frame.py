"""What every page stands in: title and language, what the reader must know, and faults said in plain words."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st

from botops.app.container import Container
from botops.app.seed import Seeding
from botops.console import data, formats, i18n, navigation, presses, refusals, safe
from botops.console.i18n import COOKIE, LANGUAGES, _, language, ngettext, switch
from botops.domain.errors import BotopsError, SignInError, StoreError

_STYLES = Path(__file__).parent / "assets" / "console.css"
PERIODS = (7, 14, 28, 90)
_PERIOD = 14
_WHOLE_DEMO = 28
SEEDING_S = 4
_DRAWN = "page-drawn"


@cache
def _styles() -> safe.Html:
    return safe.stylesheet(_STYLES.read_text(encoding="utf-8"))


def show(*parts: safe.Html) -> None:
    """Puts HTML on the page."""
    st.html(safe.join(parts))


def page(name: navigation.Name, body: Callable[[Container], None]) -> None:
    """A page: its heading, then its body, or what keeps it from being shown and what to do about it."""
    show(_styles(), safe.css_texts({"--bo-upload": _("Choose a file"), "--bo-upload-hint": _("or drop it here")}))
    heading, switcher = st.container(horizontal=True, vertical_alignment="center"), None
    with heading:
        st.title(navigation.title(name), anchor=False, width="stretch")
        switcher = st.container(width="content")
    with switcher:
        _language_switch()
    try:
        container = data.container()
        with st.container():  # one place whatever is said: a field below that changes its place loses what is typed
            _banners(container)
        body(container)
    except StoreError as error:
        data.forget()
        _no_store(error)
    except SignInError:
        show(alert("warn", _("You are not signed in any more"), _("Reload the page to sign in again.")))
    except BotopsError as error:
        data.forget()
        fault(_("This page cannot be shown"), error)
    presses.told()
    st.session_state[_DRAWN] = name


def arrived(name: navigation.Name) -> None:
    """Puts what a link on the page `name` to something on the same page brought into the address, before that is drawn.

    Streamlit brings it to the server and leaves the address as it was: a reload before the page is drawn to its end, or
    a field touched meanwhile, would lead back to where the link stood. Of a link from another page the browser knows by
    itself, and it may not have gone there yet: then the address waits for the end of the run.
    """
    if st.session_state.get(_DRAWN) == name:
        i18n.keep()


def fault(title: str, error: BotopsError) -> None:
    """An error: the sentence that says what it means, and its places; its own message is English."""
    places = [f"{short(p.file)}:{p.line}:{p.column}" for p in getattr(error, "problems", ()) if p.line]
    why = "" if places else refusals.said(error)
    show(alert("bad", title, why, *(safe.tag("code", place) for place in places[:5]), details=str(error)))


def alert(level: str, title: str, *more: str | safe.Html, details: str = "") -> safe.Html:
    """A box that says something is wrong (`bad`, `warn`), worth knowing (`note`) or come out well (`good`)."""
    sign = {"bad": "✕ ", "warn": "! ", "note": "", "good": "✓ "}[level]
    rest = [safe.tag("div", part) for part in more if part]
    if details:
        rest.append(safe.tag("details", safe.tag("summary", _("Details")), safe.tag("pre", details)))
    return safe.tag("div", safe.tag("b", f"{sign}{title}"), *rest, class_=f"bo-alert {level}", role="note")


def short(path: Path | str) -> str:
    """A path as seen from the project's folder."""
    try:
        return str(Path(path).relative_to(Path.cwd()))
    except ValueError:
        return str(path)


def empty(title: str, more: str) -> None:
    """What a page says when there is nothing to show yet."""
    show(alert("note", title, more))


def period() -> int:
    """The chosen number of days, kept in the address."""
    kept = st.query_params.get("days", "")
    # The demo's past is lived from its beginning: the last two weeks fill up last, and its errors lie anywhere in it.
    usual = _WHOLE_DEMO if data.container().settings.demo.dialogues else _PERIOD
    default = next((days for days in PERIODS if str(days) == kept), usual)
    chosen = st.segmented_control(
        _("Period"), PERIODS, default=default, required=True, key="days", label_visibility="collapsed",
        format_func=lambda days: ngettext("{n} day", "{n} days", days).format(n=days),
    )  # fmt: skip
    days = chosen or default
    remember("days", None if days == _PERIOD else str(days))
    return days


def making() -> bool:
    """True while the demo's past is being made."""
    return bool(st.session_state.get("seeding"))


def remember(name: str, value: str | None) -> None:
    """Keeps a choice in the address, or takes it out."""
    if value is None:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != value:
        st.query_params[name] = value


def _language_switch() -> None:
    # A value set here is sent to the browser and would undo a click made meanwhile: only when another one is shown.
    shown = st.session_state.get("language")
    if other := shown not in {None, language()}:
        st.session_state["language"] = language()
    chosen = st.segmented_control(
        _("Language"), list(LANGUAGES), default=None if other else language(), required=True, key="language",
        format_func=lambda code: LANGUAGES[code], label_visibility="collapsed",
        on_change=lambda: switch(st.session_state["language"]),
    )  # fmt: skip
    # The browser keeps the choice for the next visit; the script is constant but for one of three codes.
    st.html(
        f"<script>document.cookie='{COOKIE}={chosen};path=/;max-age=31536000;samesite=lax'</script>",
        unsafe_allow_javascript=True,
    )


def _banners(container: Container) -> None:
    if container.bot.model.simulated:
        lead = safe.tag("b", _("Simulated model"))
        rest = _(
            "The bot is answered by a simulator, so costs are notional. To connect a real model, set OPENAI_API_KEY "
            "and start botops up again."
        )
        show(safe.tag("div", lead, safe.tag("span", rest), class_="bo-strip", role="note"))
    _seeding(container)


@st.fragment(run_every=SEEDING_S)
def _seeding(container: Container) -> None:
    """Says that the demo's past is being made, and shows the pages anew when it is."""
    target = container.settings.demo.dialogues
    if not target:
        return
    try:
        made = container.store.reads.dialogue_count()
        under_way = made < target and Seeding(container).under_way()
    except StoreError:
        return  # the page itself says so
    if under_way:
        text = _(
            "Demo data is being made: {made} of {target} dialogues. The pages already work, the numbers still grow."
        )
        st.progress(made / target, text=text.format(made=formats.number(made), target=formats.number(target)))
    elif making():
        st.session_state["seeding"] = False
        data.refresh()
        st.rerun()
    st.session_state["seeding"] = under_way


def _no_store(error: StoreError) -> None:
    show(
        alert(
            "warn",
            _("There is no data yet"),
            _("The store cannot be read. If botops up has just been started, it appears within seconds."),
            _("If this stays, run botops doctor: it says what is wrong and how to mend it."),
            details=str(error),
        )
    )
    _await_store()


@st.fragment(run_every=2)
def _await_store() -> None:
    """Looks again until the store is there."""
    try:
        data.container()
    except BotopsError:
        return
    st.rerun()
