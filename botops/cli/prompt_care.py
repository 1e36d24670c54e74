"""`botops prompts list` and `overdue`: what there is and who looks after it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_option, lang_option, project_settings

if TYPE_CHECKING:
    from datetime import date

    from botops.config import Settings
    from botops.domain.messages import Language


@click.command("list")
@json_option
@lang_option
def list_prompts(as_json: bool, language: Language) -> None:
    """Every prompt: what is live, split and ordered above both, its draft, who owns it, when it was last reviewed."""
    from botops.app.container import open_registry
    from botops.app.prompts.care import prompt_rows

    settings = project_settings()
    rows = prompt_rows(open_registry(settings, keep=False), settings, _today(settings), language)
    orders = _orders(settings)
    if as_json:
        data = [{**asdict(row), "overrides": orders.get(row.name, [])} for row in rows]
        click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=str))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("prompt", "live", "versions", "split", "override", "draft", "owner", "reviewed"):
        table.add_column(title, overflow="fold")
    for row in rows:
        reviewed = f"{row.reviewed or 'never'}{' (overdue)' if row.overdue else ''}"
        table.add_row(
            row.name, str(row.live or "—"), ", ".join(map(str, row.versions)), row.split or "—",
            "; ".join(orders.get(row.name, ())) or "—", "yes" if row.draft else "no", row.title or "nobody", reviewed,
        )  # fmt: skip
    Console().print(table)


@click.command()
@json_option
@lang_option
def overdue(as_json: bool, language: Language) -> int:
    """Prompts in use whose last review is older than `prompts.review_days`, and who owns them.

    Exit code 1 when there are any.
    """
    from botops.app.container import open_registry
    from botops.app.prompts.care import cared_for

    settings = project_settings()
    limit = settings.prompts.review_days
    found = cared_for(open_registry(settings, keep=False), settings, _today(settings), language)
    late = [care for care in found if care.overdue]
    if as_json:
        click.echo(json.dumps([asdict(c) for c in late], ensure_ascii=False, indent=1, default=str))
        return int(bool(late))
    if not late:
        click.echo(f"every prompt in use was reviewed within {limit} days", err=True)
        return 0
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in ("prompt", "owner", "last review", "days ago"):
        table.add_column(title, overflow="fold")
    for care in late:
        owner = care.title or "nobody: name one under `owner`"
        if care.owner and not care.known:
            owner = f"{care.owner} (no such role in {settings.paths.team})"
        table.add_row(
            f"{care.prompt}@{care.version}", owner, str(care.reviewed or "never"),
            "—" if care.days is None else str(care.days),
        )  # fmt: skip
    Console().print(table)
    click.echo(f"{len(late)} of {len(found)} versions in use are overdue: review each, then date it in a new version",
               err=True)  # fmt: skip
    return 1


def _orders(settings: Settings) -> dict[str, list[str]]:
    """The overrides in force by prompt; none before there is a store, and a word on stderr when it cannot be read."""
    from botops.app.releases.kill_switch import in_words
    from botops.app.releases.overrides import overrides_of
    from botops.config import Secrets
    from botops.domain.errors import StoreError

    orders: dict[str, list[str]] = {}
    try:
        for order in overrides_of(settings, Secrets.from_environ(os.environ)):
            orders.setdefault(order.subject, []).append(in_words(order))
    except StoreError as error:
        click.echo(f"overrides are not shown: {error}", err=True)
    return orders


def _today(settings: Settings) -> date:
    from zoneinfo import ZoneInfo

    from botops.app.clock import SystemClock

    return SystemClock().now().astimezone(ZoneInfo(settings.company.timezone)).date()
