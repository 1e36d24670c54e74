"""What a prompt costs: its parts, where it could cost less, and two versions side by side in price and quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from botops.app.container import Container
from botops.app.costs.economics import MonthlyCost, PromptEconomics, SectionCost, sections_of
from botops.app.costs.hint_model import HintsOfPrompt
from botops.app.costs.hints import hints_of
from botops.app.costs.versions import VersionComparison, compare
from botops.app.prompts.state import PromptState, VersionState
from botops.console import data, formats, frame, labels, parts, safe
from botops.console.i18n import N_, _, language
from botops.console.prompts import hints as prompt_hints
from botops.console.prompts import price as prompt_price
from botops.console.prompts import versions as prompt_versions
from botops.console.safe import Html, tag
from botops.domain.errors import UserError
from botops.domain.messages import Language
from botops.registry import PromptVersion

_VIEWS: Mapping[str, str] = {
    "parts": N_("Parts of the text"),
    "less": N_("Where it could cost less"),
    "versions": N_("Against another version"),
}
_KINDS: Mapping[str, str] = {
    "paragraph": N_("paragraph"),
    "list": N_("list"),
    "table": N_("table"),
    "example": N_("example"),
    "price_table": N_("price list"),
    "value": N_("filled in"),
    "message": N_("message"),
}
_WRITTEN = frozenset({"paragraph", "list", "table", "example", "message"})
_TITLE = 70


@data.kept(data.LINT_SECONDS, 16)
def _economics(_container: Container, key: str, text: str, _version: PromptVersion) -> PromptEconomics:
    return sections_of(_container, _version)


@data.kept(data.LINT_SECONDS, 16)
def _hints(_container: Container, key: str, text: str, _version: PromptVersion) -> HintsOfPrompt:
    return hints_of(_container, _version)


@data.kept(data.LINT_SECONDS, 16)
def _compared(
    _container: Container, key: str, name: str, before: int, after: int, spoken: Language
) -> VersionComparison:  # fmt: skip
    return compare(_container, name, before, after, language=spoken)


def show(container: Container, name: str, version: int | None = None) -> None:
    """The parts of a version of a prompt, the live one by default, and what each costs a month: a block for any page.

    A version that cannot be read or filled in is said to be so, with its places."""
    try:
        number = container.registry.release(name).spec.live if version is None else version
        of_version(container, container.registry.version(name, number))
    except UserError as error:
        frame.fault(_("The text cannot be filled in"), error)


def of_version(container: Container, version: PromptVersion) -> None:
    """The parts of a text and what each costs a month. Raises UserError where it cannot be filled in."""
    found = _economics(container, data.key_of(container), f"{version.label} {version.text_checksum}", version)
    parts.answer(prompt_price.rests_on(found))
    frame.show(_table(found))


def section(container: Container, state: PromptState) -> None:
    """The view of costs on the page of prompts."""
    versions = {v.number: v.version for v in state.versions if v.version is not None}
    if not versions:
        frame.empty(_("No versions"), _("botops prompts new writes the first one."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = _pick(_("Version"), state, list(versions), state.live, "of")
        view = st.segmented_control(
            _("What to look at"), list(_VIEWS), default="parts", required=True, key=f"costs-view-{state.name}",
            format_func={view: _(title) for view, title in _VIEWS.items()}.__getitem__, label_visibility="collapsed",
        )  # fmt: skip
    version = versions[number]
    match view:
        case "less":
            text = f"{version.label} {version.text_checksum}"
            prompt_hints.show(_hints(container, data.key_of(container), text, version))
        case "versions":
            _beside(container, state, list(versions), number)
        case _:
            parts.question(_("What does each part of this prompt cost?"))
            of_version(container, version)


def _beside(container: Container, state: PromptState, numbers: list[int], after: int) -> None:
    others = [number for number in numbers if number != after]
    if not others:
        frame.empty(_("Nothing to compare"), _("There is only one readable version."))
        return
    before = _pick(_("Before"), state, others, state.live, "before")
    key = data.key_of(container)
    prompt_versions.show(_compared(container, key, state.name, before, after, language()))


def _pick(label: str, state: PromptState, numbers: Sequence[int], first: int | None, key: str) -> int:
    shares = {v.number: _share(v) for v in state.versions}
    usual = first if first in numbers else numbers[0]
    kept = next((number for number in numbers if str(number) == st.query_params.get(key)), usual)
    chosen: int = st.selectbox(
        label, numbers, index=numbers.index(kept), key=f"costs-{key}-{state.name}",
        width=160, filter_mode=None, format_func=lambda number: f"v{number}{shares[number]}",
    )  # fmt: skip
    frame.remember(key, None if chosen == usual else str(chosen))
    return chosen


def _share(version: VersionState) -> str:
    return f" · {formats.percent(version.share)}" if version.share else ""


def _table(found: PromptEconomics) -> Html:
    spoken = next(iter(found.tokens))
    parted = found.counted > 0 and any(row.calls != found.calls for row in found.sections)
    heads = [(_("Part"), False), (_("Tokens, {language}").format(language=labels.spoken(spoken)), True),
             (_("Share"), True)]  # fmt: skip
    heads += [(_("Calls a month"), True)] if parted else []
    heads += [(_("Cost a month"), True), (_("Without the cache"), True)] if found.monthly else []
    rows = [
        (
            tag("div", _what(row), safe.bar(row.share)),
            formats.number(row.tokens[spoken]) if spoken in row.tokens else formats.NOTHING,
            formats.percent(row.share, 1),
            *([formats.number(round(row.calls))] if parted else []),
            *(_money(row.monthly) if found.monthly else ()),
        )
        for row in found.sections
    ]
    rows.append(
        (
            tag("b", _("The whole prompt")), formats.number(found.tokens[spoken]), formats.percent(1),
            *([formats.number(round(found.calls))] if parted else []),
            *(_money(found.monthly) if found.monthly else ()),
        )
    )  # fmt: skip
    return parts.table(heads, rows)


def _what(row: SectionCost) -> Html:
    section = row.section
    if section is None:
        return safe.text(_("around the messages"))
    title = "" if section.kind == "price_table" else safe.preview(section.title, _TITLE)
    name = _(_KINDS[section.kind])
    spoken = f" · {labels.spoken(section.language)}" if section.language else ""
    where = tag("code", f"{frame.short(section.file)}:{section.line}")
    filled = ", ".join(f"{names} {formats.number(tokens)}" for names, tokens in row.filled.items())
    shown = _("of it filled in: {values}").format(values=filled) if filled and section.kind in _WRITTEN else ""
    return tag(
        "div", tag("div", title or name),
        tag("div", f"{name}{spoken} · " if title else "", where, f" · {shown}" if shown else "",
            class_="bo-muted bo-small"),
    )  # fmt: skip


def _money(cost: MonthlyCost | None) -> tuple[str, str]:
    if cost is None:
        return formats.NOTHING, formats.NOTHING
    if cost.local is None or cost.local_uncached is None:
        return formats.cost(cost.usd, "USD"), formats.cost(cost.usd_uncached, "USD")
    currency = cost.local.currency
    return formats.cost(cost.local.amount, currency), formats.cost(cost.local_uncached.amount, currency)
