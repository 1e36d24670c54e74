"""`botops incident open` and `attach`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import by_option, json_line, json_option, open_container, project_settings
from botops.cli.incident_steps import money_of

if TYPE_CHECKING:
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.incidents import Incident

_SEVERITIES = click.Choice(["critical", "major", "minor"])


@click.command("open")
@click.argument("title", required=False)
@click.option("--from-alert", "alert", metavar="ALERT", help="Take scope, severity, owner and money from this alert.")
@click.option("--severity", type=_SEVERITIES, help="How bad it is [default: major, or as the alert has it].")
@click.option("--since", metavar="WHEN", help="When it began: 3h, 2d, or a day as 2026-11-01.")
@click.option("--owner", metavar="ROLE", help="Role that has it [default: who is responsible for --area].")
@click.option(
    "--area", type=click.Choice(["replies", "data", "service", "sales"]),
    help="The bot says wrong things, data disagree, it does not answer, or nobody takes its dialogues over "
    "[default: replies].",
)  # fmt: skip
@click.option("--prompt", metavar="NAME[@VERSION]", help="Only replies of this prompt or version.")
@click.option("--kind", metavar="KIND", help="Only findings of this kind: price, discount, terms …")
@click.option(
    "--finding-severity",
    type=click.Choice(["low", "medium", "high", "critical"]),
    help="Only findings this bad or worse.",
)
@click.option("--channel", metavar="CHANNEL", help="Only replies in this channel.")
@click.option("--language", type=click.Choice(["ru", "kk", "en"]), help="Only replies in this language.")
@click.option("--at-risk", "amount", metavar="AMOUNT", help="What it may cost, in the company's currency, if known.")
@by_option
@json_option
def open_(as_json: bool, **asked: Any) -> None:
    """Open an incident named TITLE about certain replies, or take all of it from an alert. Prints its number.

    An alert that an incident was opened from is acknowledged, and its history stands in the incident's timeline.
    """
    from botops.app.incidents.rows import incident_row
    from botops.cli.rows import incident_line

    settings = project_settings()
    with open_container(settings, role="side") as container:
        found = _from_alert(container, asked) if asked["alert"] is not None else _by_hand(container, asked)
    click.echo(json_line(incident_row(found)) if as_json else incident_line(found), nl=not as_json)


def _by_hand(container: Container, asked: dict[str, Any]) -> Incident:
    from botops.app.incidents import open_incident
    from botops.domain.incidents import IncidentSeverity

    if asked["title"] is None or asked["since"] is None:
        raise click.UsageError(
            "say what clients notice (TITLE) and since when (--since), or name an alert: --from-alert"
        )
    settings = container.settings
    at_risk = None if asked["amount"] is None else money_of(asked["amount"], settings.company.currency)
    return open_incident(
        container, asked["title"], IncidentSeverity(asked["severity"] or "major"),
        _scope(container.clock.now(), settings, asked), by=asked["by"], owner=asked["owner"],
        area=asked["area"] or "replies", at_risk=at_risk,
    )  # fmt: skip


def _from_alert(container: Container, asked: dict[str, Any]) -> Incident:
    from botops.app.incidents import from_alert
    from botops.domain.incidents import IncidentSeverity

    own = ("since", "area", "prompt", "kind", "finding_severity", "channel", "language", "amount")
    if given := [name for name in own if asked[name] is not None]:
        named = ", ".join(f"--{name.replace('_', '-').replace('amount', 'at-risk')}" for name in given)
        raise click.UsageError(f"{named}: the alert says that itself, leave it out")
    severity = None if asked["severity"] is None else IncidentSeverity(asked["severity"])
    return from_alert(
        container, asked["alert"], by=asked["by"], title=asked["title"], severity=severity, owner=asked["owner"]
    )


@click.command()
@click.argument("number", type=int)
@click.argument("alert")
@by_option
def attach(number: int, alert: str, by: str) -> None:
    """Say that ALERT belongs to the incident: it is acknowledged, and its history stands in the timeline."""
    from botops.app.incidents import attach as attached

    with open_container(project_settings(), role="side") as container:
        found = attached(container, number, alert, by=by)
    click.echo(f"alert {alert} belongs to {found.name}", err=True)


def _scope(now: datetime, settings: Any, asked: dict[str, Any]) -> Any:
    from botops.cli.moments import moment_before
    from botops.domain.findings import FindingKind, Severity
    from botops.domain.incidents import Scope

    name, _, version = (asked["prompt"] or "").partition("@")
    if version and not version.isdigit():
        raise click.UsageError(f"--prompt {asked['prompt']!r}: write NAME or NAME@VERSION, for example sales@3")
    kinds = [kind.value for kind in FindingKind]
    if asked["kind"] is not None and asked["kind"] not in kinds:
        raise click.UsageError(f"--kind {asked['kind']!r}: choose from {', '.join(kinds)}")
    severity = asked["finding_severity"]
    return Scope(
        moment_before(now, asked["since"], settings),
        None,
        name or None,
        int(version) if version else None,
        FindingKind(asked["kind"]) if asked["kind"] else None,
        Severity[severity.upper()] if severity else None,
        asked["channel"],
        asked["language"],
    )
