"""`botops prompts diff`: what changed, in words, tokens and money."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, project_settings

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.prompts.diff import MonthlyChange, PricedDiff, Traffic
    from botops.config import Secrets, Settings


@click.command()
@click.argument("first")
@click.argument("second", required=False)
@click.option("--expanded", is_flag=True, help="Write shared texts out in the messages that include them.")
@click.option("--dialogues-per-month", type=click.FloatRange(min=0), help="Count the cost at this traffic instead.")
@click.option("--replies-per-dialogue", type=click.FloatRange(min=0),
              help="With --dialogues-per-month; default: as in the last 28 days.")  # fmt: skip
@json_option
def diff(
    first: str, second: str | None, expanded: bool, dialogues_per_month: float | None,
    replies_per_dialogue: float | None, as_json: bool,
) -> int:  # fmt: skip
    """Compare two versions word by word, and what the change costs in tokens and a month.

    FIRST and SECOND as NAME@VERSION; with one, it is compared with the live one. The monthly cost is that of the
    prompt's own tokens at the replies of the last 28 days, in a month of 30 days. Exit code 1 when they differ.
    """
    from botops.app.checks.extensions import extensions_of
    from botops.app.clock import SystemClock
    from botops.app.container import book_path, build_meter, open_registry
    from botops.app.pricebooks.books import Books
    from botops.app.prompts.diff import diff_json, priced_diff
    from botops.cli.prompts import version_of
    from botops.config import Secrets
    from botops.registry.diff import diff as compare

    secrets = Secrets.from_environ(os.environ)
    settings = project_settings().with_environment(secrets)
    registry = open_registry(settings, keep=False)
    new = version_of(registry, second or first)
    old = version_of(registry, first) if second else version_of(registry, new.ref.name)
    now = SystemClock().now()
    traffic = _traffic(settings, secrets, new.ref.name, now, dialogues_per_month, replies_per_dialogue)
    current = Books(book_path(settings), extensions_of(settings)).current()
    priced = priced_diff(
        compare(old, new, expanded=expanded), old, new, settings, current.book if current else None,
        build_meter(settings), now, traffic, simulated=not secrets.api_key and not settings.model.base_url,
    )  # fmt: skip
    if as_json:
        click.echo(json.dumps(diff_json(priced), ensure_ascii=False, indent=1))
    else:
        click.echo(priced.diff.text())
        _show_cost(priced, new.ref.name)
    return int(priced.diff.changed)


def _traffic(
    settings: Settings, secrets: Secrets, prompt: str, now: datetime, dialogues: float | None, replies: float | None
) -> Traffic | None:
    from botops.app.clock import SystemClock
    from botops.app.place import database_url
    from botops.app.prompts.diff import given_traffic, replies_per_dialogue, traffic_of
    from botops.domain.errors import StoreError, UserError
    from botops.store import Store

    if replies is not None and dialogues is None:
        raise UserError("--replies-per-dialogue goes with --dialogues-per-month")
    counted, measured = None, None
    try:
        with Store.open(database_url(settings, secrets), clock=SystemClock(), role="reader") as store:
            counted, measured = traffic_of(store, prompt, now), replies_per_dialogue(store, now)
    except StoreError as error:
        click.echo(f"the traffic so far is not known: {error}", err=True)
    if dialogues is None:
        return counted
    each = replies if replies is not None else measured
    if each is None:
        raise UserError("no dialogues in the last 28 days to count replies from: give --replies-per-dialogue too")
    return given_traffic(dialogues * each, counted, settings.company.languages[0])


def _show_cost(priced: PricedDiff, prompt: str) -> None:
    for count in priced.tokens:
        change = f"{count.after - count.before:+,}"
        how = "" if count.exact else ", estimated"
        click.echo(f"tokens ({count.language}): {count.before:,} -> {count.after:,} ({change}{how})")
    if priced.monthly is None:
        click.echo(f"a month: no replies of {prompt} in the last 28 days to count from: give --dialogues-per-month")
    else:
        click.echo(_month(priced.monthly))


def _month(monthly: MonthlyChange) -> str:
    if monthly.unknown_model:
        models = " and ".join(dict.fromkeys(monthly.priced_as))
        return f"a month: the price of {models} is not known: set it under costs.prices in botops.yaml"
    local = f", {monthly.local.amount:+,} {monthly.local.currency}" if monthly.local is not None else ""
    basis = "as in the last 28 days" if monthly.basis == "counted" else "as given"
    models = " -> ".join(dict.fromkeys(monthly.priced_as))
    note = f"; no real model answers, priced as {models}" if monthly.simulated else f", {models}"
    return (
        f"a month (estimate): {monthly.usd:+,.2f} USD{local} at {monthly.replies:,.0f} replies, {basis}{note}; "
        "the length of replies taken to stay"
    )
