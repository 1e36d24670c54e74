"""What a prompt has filled in: what is always there, the prompt's own variables, and a form to declare them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from botops.app.container import Container
from botops.app.prompts.drafting import draft_file
from botops.console import frame, parts, presses, safe
from botops.console.i18n import N_, _
from botops.console.prompts.typed import Typed
from botops.console.safe import Html, tag
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry import BUILT_INS
from botops.registry.editing_variables import variables_of, with_variable
from botops.registry.values import VariableType

_BUILT_IN: Mapping[str, str] = {
    "price_table": N_("the prices in force at that moment"),
    "company": N_("the company's name"),
    "language": N_("the language of the reply: ru, kk or en"),
    "today": N_("the date, in the company's time zone"),
    "channel": N_("where the client writes from"),
}
_TYPES: Mapping[VariableType, str] = {
    VariableType.TEXT: N_("text"),
    VariableType.NUMBER: N_("number"),
    VariableType.INTEGER: N_("whole number"),
    VariableType.BOOLEAN: N_("yes or no"),
    VariableType.DATE: N_("date"),
    VariableType.CHOICE: N_("one of several"),
}
_NEW = ""
_USED = re.compile(r"\{\{\s*([a-z][a-z0-9_]{0,63})\s*[|}]")
_FORM = ("type", "default", "required", "choices", "example", "description")
"""What the form asks for; whatever else stands in a declaration is kept."""


def section(container: Container, name: str, typed: Typed, problems: tuple[Problem, ...]) -> dict[str, str]:
    """The variables of a text as it stands in the fields, and the values it is to be tried with."""
    file = draft_file(container, name)
    try:
        declared = variables_of(typed.text, file)
    except UserError:
        return {}
    with st.expander(_("What is filled in"), icon=":material/data_object:", key=f"variables-{name}"):
        parts.answer(_("Write the name in double braces where the value is to stand, as in {example}.").format(
            example="{{ company }}"))  # fmt: skip
        frame.show(_table(declared))
        values = _values(name, declared)
        lacking = _lacking(typed.text, problems, declared)
        if lacking:
            names = ", ".join(lacking)
            frame.show(frame.alert("warn", _("The text uses what is not declared: {names}").format(names=names)))
        with st.container(horizontal=True):
            for one in declared:
                with st.popover(_("Change {name}").format(name=safe.markdown(one)), key=f"variable-{name}-{one}"):
                    _form(name, file, typed, one, declared[one])
            with st.popover(_("Add a variable"), icon=":material/add:", key=f"variable-{name}-new"):
                _form(name, file, typed, _NEW, {}, suggested=lacking[0] if lacking else "")
    return values


def _table(declared: Mapping[str, Mapping[str, Any]]) -> Html:
    heads = [(_("Write so"), False), (_("What will stand there"), False), (_("Usual value"), False)]
    rows: list[tuple[str | Html, ...]] = [
        (_written(name), _(_BUILT_IN[name]) if name in _BUILT_IN else BUILT_INS[name], _("always there"))
        for name in BUILT_INS
    ]
    for name, one in declared.items():
        said = str(one.get("description") or "")
        rows.append((_written(name), said or _type(one), str(one.get("default", _("none")))))
    return parts.table(heads, rows)


def _written(name: str) -> Html:
    return tag("code", f"{{{{ {name} }}}}")


def _type(declared: Mapping[str, Any]) -> str:
    kind = next((kind for kind in _TYPES if kind.value == declared.get("type", "text")), VariableType.TEXT)
    return _(_TYPES[kind])


def _values(name: str, declared: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Values for trying the text; where nothing is typed the example stands."""
    if not declared:
        return {}
    parts.answer(_("Values to try it with; the example where you write none."))
    values = {}
    with st.container(horizontal=True):
        for one, said in declared.items():
            shown = str(said.get("example", said.get("default", "")))
            values[one] = st.text_input(one, key=f"value-{name}-{one}", placeholder=shown, width=240, max_chars=2000)
    return {one: value for one, value in values.items() if value.strip()}


def _lacking(text: str, problems: tuple[Problem, ...], declared: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Names the text uses and nobody declared."""
    if not any(problem.rule == "unknown-variable" for problem in problems):
        return []
    used = dict.fromkeys(_USED.findall(text))
    return [name for name in used if name not in BUILT_INS and name not in declared]


def _form(
    name: str, file: str, typed: Typed, variable: str, said: Mapping[str, Any], suggested: str = ""
) -> None:  # fmt: skip
    key = f"{name}-{variable or 'new'}-{suggested}"
    with st.form(f"variable-form-{key}", border=False):
        wanted = variable
        if not variable:
            wanted = st.text_input(_("Name, in Latin letters"), value=suggested, placeholder="manager_hours",
                                   key=f"variable-name-{key}", max_chars=64).strip()  # fmt: skip
        kinds = [kind for kind in _TYPES if kind is not VariableType.BOOLEAN or kind.value == said.get("type")]
        usual = next((i for i, kind in enumerate(kinds) if kind.value == said.get("type", "text")), 0)
        kind = st.selectbox(_("What it is"), kinds, index=usual, key=f"variable-type-{key}", filter_mode=None,
                            format_func={kind: _(title) for kind, title in _TYPES.items()}.__getitem__)  # fmt: skip
        asked: dict[str, Any] = {"type": kind.value}
        choices = st.text_input(_("Of what to choose, with commas"), key=f"variable-choices-{key}", max_chars=2000,
                                value=", ".join(map(str, said.get("choices") or ())))  # fmt: skip
        asked["choices"] = [one.strip() for one in choices.split(",") if one.strip()]
        for field, label in (("default", _("Usual value")), ("example", _("Example, for trying it")),
                             ("description", _("What it is for"))):  # fmt: skip
            asked[field] = st.text_input(label, value=_plain(said.get(field)), key=f"variable-{field}-{key}",
                                         max_chars=2000)  # fmt: skip
        asked["required"] = st.checkbox(_("Whoever calls the bot must give it"), key=f"variable-required-{key}",
                                        value=bool(said.get("required", False)))  # fmt: skip
        kept = presses.submit(_("Put into the text"), type="primary", key=f"variable-keep-{key}")
        gone = variable and presses.submit(_("Take out"), key=f"variable-out-{key}")
    if kept and not wanted:
        frame.show(frame.alert("bad", _("Give it a name")))
    elif kept or gone:
        rest = {field: value for field, value in said.items() if field not in _FORM}
        _put(file, typed, wanted, None if gone else {**_filled(asked), **rest})


def _plain(value: object) -> str:
    return "" if value is None else str(value)


def _filled(asked: Mapping[str, Any]) -> dict[str, Any]:
    """A declaration without what was left empty; numbers with a decimal point, as files have them."""
    numeric = asked["type"] in {VariableType.NUMBER, VariableType.INTEGER}
    filled = {field: value for field, value in asked.items() if value not in ("", [], False)}
    if asked["type"] != VariableType.CHOICE:
        filled.pop("choices", None)
    if numeric:
        filled |= {f: "".join(filled[f].split()).replace(",", ".") for f in ("default", "example") if f in filled}
    return filled


def _put(file: str, typed: Typed, name: str, declared: Mapping[str, Any] | None) -> None:
    try:
        typed.text = with_variable(typed.text, file, name, declared)
    except UserError as error:
        frame.fault(_("This variable cannot be written into the file"), error)
        return
    st.rerun()
