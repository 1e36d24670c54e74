"""`botops exceptions`: findings that are no mistake, and what became of them."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import json_line, json_option, open_container, project_settings

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.reviews import ClaimException

_KINDS = ("price", "discount", "promo_code", "unknown_product", "total", "terms", "stale_price", "currency")
_DAY = click.DateTime(["%Y-%m-%d"])
_by = click.option("--by", required=True, help="Who says so.")
_reason = click.option("--reason", required=True, help="Why.")


@click.group()
def exceptions() -> None:
    """Rule on findings; list, add and revoke exceptions; export golden cases."""


@exceptions.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are over and revoked too.")
@json_option
def list_(everything: bool, as_json: bool) -> None:
    """Every exception: what it lets pass, whose it is, until when, and how often it fired."""
    from botops.app.checks.reviewing import today

    with open_container(project_settings(), role="reader") as container:
        day = today(container)
        found = container.store.reviews.exceptions(revoked=everything)
    shown = [e for e in found if everything or e.until >= day]
    if as_json:
        click.echo(json.dumps([_row(e, day) for e in shown], ensure_ascii=False, indent=1))
        return
    for e in shown:
        state = (
            "" if e.in_force(day) else " · revoked" if e.revoked_at else " · over" if e.until < day else " · not yet"
        )
        product = e.sku or "no product"
        fired = f"fired {e.fired} times" + (f", last {e.last_fired_at:%Y-%m-%d}" if e.last_fired_at else "")
        click.echo(f"{e.id}  «{e.wording}» · {e.kind.value} · {product}{state}")
        click.echo(f"    {e.owner} · {e.since} – {e.until} · {fired}\n    {e.reason}")
    click.echo(f"{len(shown)} exceptions, {sum(e.in_force(day) for e in shown)} in force", err=True)


@exceptions.command()
@click.option("--wording", required=True, help="The words; case, spaces and inflection do not count, amounts do.")
@click.option("--kind", required=True, type=click.Choice(_KINDS), help="The kind of finding it lets pass.")
@click.option("--product", help="SKU of the product the finding names; without it, findings that name none.")
@click.option("--owner", required=True, help="The role that answers for it.")
@_reason
@click.option("--until", type=_DAY, help="Its last day, within a year.")
@click.option("--days", type=click.IntRange(1, 366), help="How many days it holds, instead of --until.")
@_by
def add(
    wording: str, kind: str, product: str | None, owner: str, reason: str, until: datetime | None, days: int | None,
    by: str,
) -> None:  # fmt: skip
    """Let a wording pass for one kind of finding and one product until a day."""
    from botops.app.checks.reviewing import add_exception
    from botops.domain.findings import FindingKind

    with open_container(project_settings(), role="side") as container:
        last = _last_day(container, until, days)
        if last is None:
            raise click.UsageError("an exception ends some day: give --until or --days")
        made = add_exception(
            container, wording, FindingKind(kind), product, owner=owner, reason=reason, until=last, by=by
        )
    click.echo(f"{made.id}: holds until {made.until}")


@exceptions.command()
@click.argument("exception_id")
@_by
def revoke(exception_id: str, by: str) -> None:
    """End an exception now."""
    from botops.app.checks.reviewing import revoke_exception

    with open_container(project_settings(), role="side") as container:
        revoke_exception(container, exception_id, by)
    click.echo(f"{exception_id}: revoked")


@exceptions.command()
@click.argument("turn_id")
@click.option("--finding", type=click.IntRange(1), default=1, show_default=True, help="Its number in the reply.")
@click.option("--attempt", type=int, default=-1, help="The draft it is about, from 0; default what left.")
@click.option("--confirm", is_flag=True, help="The bot was wrong: the finding is right.")
@click.option("--except", "excepted", is_flag=True, help="Not a mistake: make an exception of it.")
@click.option("--book", is_flag=True, help="Not a mistake: the price book has to be corrected.")
@click.option("--wording", help="With --except: a longer wording than the finding quotes, to let less pass.")
@click.option("--owner", help="With --except: the role that answers for it.")
@click.option("--until", type=_DAY, help="With --except: its last day, within a year.")
@click.option("--days", type=click.IntRange(1, 366), help="With --except: how many days it holds.")
@_reason
@_by
def review(
    turn_id: str, finding: int, attempt: int, confirm: bool, excepted: bool, book: bool, wording: str | None,
    owner: str | None, until: datetime | None, days: int | None, reason: str, by: str,
) -> None:  # fmt: skip
    """Rule on a finding of the turn TURN_ID: right, or not a mistake and what follows."""
    from botops.app.checks.reviewing import Said
    from botops.app.checks.reviewing import review as keep
    from botops.domain.reviews import FindingRef, Remedy, Ruling

    if confirm + excepted + book != 1:
        raise click.UsageError("say one of --confirm, --except and --book")
    remedy = Remedy.EXCEPTION if excepted else Remedy.BOOK if book else None
    ruling = Ruling.CONFIRMED if confirm else Ruling.FALSE_ALARM
    with open_container(project_settings(), role="side") as container:
        last = _last_day(container, until, days)
        made = keep(
            container,
            Said(FindingRef(turn_id, attempt, finding - 1), ruling, by, reason, remedy, owner, last, wording),
        )
    click.echo(f"kept{f': exception {made.exception_id}' if made.exception_id else ''}")


@exceptions.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of to stdout.")
def export(out: Path | None) -> None:
    """The exceptions in force as YAML, for `botops check --exceptions FILE`."""
    from botops.app.checks.exceptions import exception_row
    from botops.app.checks.reviewing import today
    from botops.config.yaml_writer import dump_yaml

    with open_container(project_settings(), role="reader") as container:
        day = today(container)
        found = [exception_row(e) for e in container.store.reviews.exceptions() if e.in_force(day)]
    _write(dump_yaml({"exceptions": found}), out)


@exceptions.command()
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write here instead of to stdout.")
def golden(out: Path | None) -> None:
    """Reviewed false alarms as labelled dialogues (JSON lines), for a set of golden cases."""
    from botops.app.checks.reviewing import golden_cases

    with open_container(project_settings(), role="reader") as container:
        _write("".join(json_line(case) for case in golden_cases(container)), out)


@exceptions.command()
@json_option
def corrections(as_json: bool) -> int:
    """Corrections of the price book that reviewers asked for. Exit code 1 while one is open."""
    from botops.app.checks.reviewing import corrections as asked

    with open_container(project_settings(), role="reader") as container:
        found = asked(container)
    if as_json:
        rows = [
            {
                "turn_id": c.record.id, "dialogue_id": c.record.inbound.dialogue_id, "kind": c.finding.kind.value,
                "quote": c.finding.quote, "expected": c.finding.expected, "reason": c.review.reason, "mended": c.mended,
            }
            for c in found
        ]  # fmt: skip
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        for c in found:
            state = "mended" if c.mended else "OPEN"
            click.echo(f"{state}  «{c.finding.quote}» · {c.finding.kind.value} · {c.record.inbound.dialogue_id}")
            click.echo(f"    {c.review.reason}")
    return int(any(not c.mended for c in found))


def _last_day(container: Container, until: datetime | None, days: int | None) -> date | None:
    from botops.app.checks.reviewing import today

    if until is not None and days is not None:
        raise click.UsageError("give --until or --days, not both")
    if days is not None:
        return today(container) + timedelta(days=days)
    return until.date() if until is not None else None


def _row(exception: ClaimException, day: date) -> dict[str, object]:
    from botops.app.checks.exceptions import exception_row

    return {
        **{key: value.isoformat() if isinstance(value, date) else value
           for key, value in exception_row(exception).items()},
        "by": exception.by,
        "in_force": exception.in_force(day),
        "fired": exception.fired,
        "last_fired_at": exception.last_fired_at.isoformat() if exception.last_fired_at else None,
        "revoked_by": exception.revoked_by,
    }  # fmt: skip


def _write(text: str, out: Path | None) -> None:
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8")
