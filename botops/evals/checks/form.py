"""Checks of a reply's form: JSON of a schema, the exact text, likeness to a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, ConfigDict, Field
from rapidfuzz import fuzz

from botops.config import as_json
from botops.evals.checks.base import CannotJudgeError, Check, DialogueView, Miss, Params, Sample, Scope, shortened
from botops.evals.checks.texts import Texts, folded

_FENCE = re.compile(r"\A\s*```(?:json)?[ \t]*\n(.*)\n\s*```\s*\Z", re.DOTALL)
_WORDS = re.compile(r"[^\W_]+(?:[.,]\d+)?")


def _is_schema(schema: Any) -> Any:
    from jsonschema import Draft202012Validator  # noqa: PLC0415 - a suite without such checks starts sooner
    from jsonschema.exceptions import SchemaError  # noqa: PLC0415

    plain = as_json(schema)
    try:
        Draft202012Validator.check_schema(plain)
    except SchemaError as error:
        place = ".".join(map(str, error.absolute_path))
        raise ValueError(f"no JSON Schema ({f'{place}: ' if place else ''}{error.message})") from error
    return plain


class JsonSchema(Params):
    """A JSON Schema (draft 2020-12) of the whole reply. `fenced` takes JSON inside one code fence as well. References
    to other addresses are not followed."""

    model_config = ConfigDict(populate_by_name=True)

    schema_: Annotated[dict[str, Any], AfterValidator(_is_schema)] = Field(alias="schema")
    fenced: bool = False


def json_schema(params: JsonSchema, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every reply is JSON that the schema allows."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415
    from referencing import Registry  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    # An empty registry: nothing is fetched, wherever a `$ref` points.
    validator = Draft202012Validator(params.schema_, registry=Registry())
    for turn in scope:
        fenced = _FENCE.match(turn.reply) if params.fenced else None
        try:
            data = json.loads(fenced[1] if fenced else turn.reply)
            wrong = min(validator.iter_errors(data), key=lambda e: list(map(str, e.absolute_path)), default=None)
        except (ValueError, RecursionError):
            yield Miss(
                "Ответ — не JSON.", "The reply is not JSON.", turn.number, shortened(turn.reply), rule="not_json"
            )
            continue
        except Unresolvable as error:
            message = f"the schema refers to {error.ref}, which is not in it: put it under $defs"
            raise CannotJudgeError(message) from error
        if wrong is not None:
            place = wrong.json_path
            yield Miss(
                f"JSON не по схеме, {place}: {shortened(wrong.message)}.",
                f"The JSON breaks the schema at {place}: {shortened(wrong.message)}.",
                turn.number, shortened(turn.reply), shortened(json.dumps(wrong.schema, ensure_ascii=False)),
            )  # fmt: skip


class Exact(Params):
    """Texts one of which a reply is, in any case and spacing."""

    short: ClassVar[str | None] = "texts"
    texts: Texts


def equals(params: Exact, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every reply is one of the texts."""
    wanted = {folded(text) for text in params.texts}
    yield from _unlike(params.texts, scope, lambda said: said in wanted, ("Ответ не равен", "The reply is not"))


def starts_with(params: Exact, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """Every reply begins with one of the texts."""
    wanted = tuple(folded(text) for text in params.texts)
    told = ("Ответ не начинается с", "The reply does not begin with")
    yield from _unlike(params.texts, scope, lambda said: said.startswith(wanted), told)


def _unlike(texts: tuple[str, ...], scope: Scope, fits: Any, told: tuple[str, str]) -> Iterator[Miss]:
    shown = " | ".join(f"«{shortened(text, 80)}»" for text in texts)
    for turn in scope:
        if not fits(folded(turn.reply)):
            yield Miss(
                f"{told[0]} {shown}.", f"{told[1]} {shown}.", turn.number, shortened(turn.reply), shown,
            )  # fmt: skip


class Similar(Params):
    """Texts to one of which a reply is similar: from `least` on, 0 to 1.

    `measure` is rapidfuzz's, over words in any order and case: `token_sort` compares the whole of both, `token_set`
    what is in both with either, so that a reply may say more. Letters are compared, not meanings: another form of a
    word costs a little, a synonym costs all of it.
    """

    short: ClassVar[str | None] = "texts"
    texts: Texts
    least: float = Field(default=0.75, gt=0, le=1)
    measure: Literal["token_sort", "token_set"] = "token_sort"


def similar(params: Similar, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
    """One of the replies is similar to one of the texts."""
    ratio = {"token_sort": fuzz.token_sort_ratio, "token_set": fuzz.token_set_ratio}[params.measure]
    wanted = [_words(text) for text in params.texts]
    best, turn = max(
        ((max(ratio(_words(turn.reply), text) for text in wanted) / 100, turn) for turn in scope),
        key=lambda found: found[0], default=(0.0, None),
    )  # fmt: skip
    if best < params.least:
        yield Miss(
            f"Сходство {best:.2f}, нужно не меньше {params.least:g}.",
            f"The similarity is {best:.2f}, at least {params.least:g} is wanted.",
            turn.number if turn else None, shortened(turn.reply) if turn else "",
            " | ".join(shortened(text, 80) for text in params.texts),
        )  # fmt: skip


def _words(text: str) -> str:
    return " ".join(_WORDS.findall(folded(text)))


_PRICE = {"type": "object", "properties": {"price": {"type": "integer"}}, "required": ["price"]}
_PAY = "Можно оплатить по счету или картой"

CHECKS: Iterable[Check] = (
    Check(
        "json_schema", {"ru": "JSON по схеме", "en": "JSON of a schema"},
        "Every reply is JSON that a JSON Schema allows.", JsonSchema, json_schema,
        (
            Sample((("?", '{"price": 5000}'),), holds=True, params={"schema": _PRICE}),
            Sample((("?", '{"price": "5000"}'),), holds=False, params={"schema": _PRICE}),
            Sample((("?", "Цена 5 000 ₸."),), holds=False, params={"schema": _PRICE}),
            Sample((("?", '```json\n{"price": 5000}\n```'),), holds=False, params={"schema": _PRICE}),
            Sample((("?", '```json\n{"price": 5000}\n```'),), holds=True, params={"schema": _PRICE, "fenced": True}),
        ),
        tags=("form",),
    ),
    Check(
        "equals", {"ru": "Ровно так", "en": "Equals"},
        "Every reply is one of the texts, whatever its case and spaces.", Exact, equals,
        (
            Sample((("?", " Да. "),), holds=True, params="да."),
            Sample((("?", "Да, конечно."),), holds=False, params=["да.", "нет."]),
        ),
        tags=("form",),
    ),
    Check(
        "starts_with", {"ru": "Начинается с", "en": "Begins with"},
        "Every reply begins with one of the texts, whatever its case and spaces.", Exact, starts_with,
        (
            Sample((("?", "Здравствуйте! Слушаю."),), holds=True, params=["здравствуйте", "сәлеметсіз бе"]),
            Sample((("?", "Слушаю."),), holds=False, params="здравствуйте"),
        ),
        tags=("form",),
    ),
    Check(
        "similar", {"ru": "Похоже на", "en": "Similar to"},
        "A reply says nearly the same words as one of the texts; letters are compared, not meanings.", Similar, similar,
        (
            Sample((("?", "Оплатить можно картой или по счёту."),), holds=True, params=_PAY),
            Sample((("?", "Доставим завтра до обеда."),), holds=False, params=_PAY),
            Sample((("?", "Төлемді картамен жасауға болады."),), holds=True,
                   params="Төлемді карта арқылы жасауға болады"),
            Sample((("?", "You can pay by card, and we deliver tomorrow."),), holds=True,
                   params={"texts": "pay by card", "measure": "token_set", "least": 0.9}),
            Sample((("?", "You can pay by card, and we deliver tomorrow."),), holds=False,
                   params={"texts": "pay by card", "least": 0.9}),
        ),
        tags=("form",),
    ),
)  # fmt: skip
