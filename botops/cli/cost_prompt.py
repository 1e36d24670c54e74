"""`botops cost prompt`."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import json_option, lang_option, open_container, project_settings, set_option

if TYPE_CHECKING:
    from botops.app.costs.economics import PromptEconomics
    from botops.app.costs.hint_model import HintsOfPrompt
    from botops.app.costs.versions import VersionComparison
    from botops.app.pricebooks.books import BookInForce
    from botops.config import Secrets, Settings
    from botops.domain.messages import Language


@click.command("prompt")
@click.argument("which", metavar="NAME[@VERSION]")
@click.option("--compare", "other", metavar="OTHER", help="Another version (NAME@VERSION or its number) to hold this "
              "one against: its price and its quality.")  # fmt: skip
@click.option(
    "--days", type=click.IntRange(1, 366), default=28, show_default=True, help="Days whose calls are counted."
)
@lang_option
@json_option
@set_option
def prompt(
    which: str, other: str | None, days: int, language: Language, as_json: bool, overrides: tuple[str, ...]
) -> None:
    """What each section of a prompt costs a month, and where it could cost less.

    The version is the live one unless named. Tokens are those of the prompt with the price book in force; calls and the
    share read from the provider's cache are counted from the store. A hint comes with its evidence or not at all. With
    --compare, the version named after it is the first and this one the second: a difference is what this one adds.
    """
    from botops.app.costs.economics import sections_of
    from botops.app.costs.hints import hints_of
    from botops.app.costs.versions import compare
    from botops.app.place import store_exists
    from botops.cli.prompts import version_of
    from botops.config import Secrets
    from botops.domain.errors import UserError

    settings, secrets = project_settings(overrides), Secrets.from_environ(os.environ)
    if not store_exists(settings, secrets):
        if other is not None:
            raise UserError("there is no store yet, so nothing is known of either version: start with `botops up`")
        _show(_uncounted(settings, secrets, which, days), None, None, as_json)
        return
    with open_container(settings, role="reader") as container:
        version = version_of(container.registry, which)
        _say_without_book(container.books.current())
        found, less = sections_of(container, version, days=days), hints_of(container, version, days=days)
        beside = None
        if other is not None:
            name, number = _other(other, version.ref.name)
            if name != version.ref.name:
                raise UserError(f"{other} is another prompt: --compare takes a version of {version.ref.name}")
            if number is None:
                number = container.registry.release(name).spec.live
            beside = compare(container, name, number, version.ref.version, days=days, language=language)
    _show(found, less, beside, as_json)


def _show(
    found: PromptEconomics, less: HintsOfPrompt | None, beside: VersionComparison | None, as_json: bool
) -> None:  # fmt: skip
    from botops.app.costs.prompt_rows import comparison_row, economics_row, hints_row
    from botops.cli.cost_prompt_hints import print_hints
    from botops.cli.cost_prompt_tables import print_comparison, print_economics

    if as_json:
        row: dict[str, Any] = economics_row(found)
        row |= {} if less is None else hints_row(less)
        if beside is not None:
            row["comparison"] = comparison_row(beside)
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    print_economics(found)
    if less is not None:
        print_hints(less)
    if beside is not None:
        print_comparison(beside)


def _uncounted(settings: Settings, secrets: Secrets, which: str, days: int) -> PromptEconomics:
    """The tokens of a version where there is no store to count calls from."""
    from botops.app.clock import SystemClock
    from botops.app.container import build_meter, open_books, open_registry
    from botops.app.costs.economics import economics
    from botops.app.costs.prompt_tokens import Pricing
    from botops.cli.prompts import version_of

    chosen = settings.with_environment(secrets)
    current = open_books(chosen, keep=False, serving=False).current()
    _say_without_book(current)
    simulated = not secrets.api_key and not chosen.model.base_url
    pricing = Pricing(
        chosen, current.book if current else None, build_meter(chosen), SystemClock().now(), simulated
    )  # fmt: skip
    return economics(version_of(open_registry(chosen, keep=False), which), pricing, (), days)


def _say_without_book(current: BookInForce | None) -> None:
    if current is None:
        click.echo("there is no price book: the price table is empty here", err=True)


def _other(other: str, name: str) -> tuple[str, int | None]:
    """A version as --compare names it: whole, or by its number alone."""
    from botops.registry.version import which_version

    bare = other.isascii() and other.isdigit()
    return which_version(f"{name}@{other}" if bare or other == "draft" else other)
