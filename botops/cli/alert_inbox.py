"""`botops alert list`, `show` and what people do about alerts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import by_option, counted, json_option, lang_option, open_container, project_settings

if TYPE_CHECKING:
    from botops.domain.alerts import Alert, Silence
    from botops.domain.messages import Language

_AREAS = click.Choice(["service", "replies", "data", "sales"])
_id_argument = click.argument("alert_id", metavar="ALERT")


@click.command("list")
@click.option("--all", "all_", is_flag=True, help="Those of the last week that are over, too.")
@click.option("--area", type=_AREAS, help="Only of this area.")
@lang_option
@json_option
def list_(all_: bool, area: str | None, language: Language, as_json: bool) -> int:
    """The alerts that stand, the gravest first. Exit code 1 while one that wakes people is not taken care of."""
    from botops.app.alerts import inbox
    from botops.app.alerts.rows import alert_row
    from botops.app.seed import under_way
    from botops.domain.alerts import AlertSeverity, AlertState

    with open_container(project_settings(), role="reader") as container:
        found = [one for one in inbox.alerts(container, not all_) if area in (None, one.signal.area)]
        silenced = inbox.silenced(container, found)
        making = under_way(container)
    if as_json:
        click.echo(json.dumps([alert_row(one, silenced.get(one.id)) for one in found], ensure_ascii=False, indent=1))
    else:
        for one in found:
            click.echo(_line(one, language, silenced.get(one.id)))
        firing = sum(one.state is AlertState.FIRING for one in found)
        click.echo(f"{counted(firing, 'alert')} standing", err=True)
    if making:
        click.echo("The demo's past is being made: nothing is judged before it is complete.", err=True)
    return int(
        any(
            one.state is AlertState.FIRING and one.severity is AlertSeverity.PAGE and one.acknowledged_by is None
            for one in found
        )
    )


@click.command()
@_id_argument
@lang_option
@json_option
def show(alert_id: str, language: Language, as_json: bool) -> None:
    """One alert: what it is about, what changed before it, examples, what happened to it. The first letters of its id
    will do."""
    from botops.app.alerts import inbox
    from botops.app.alerts.rows import alert_row, event_row

    with open_container(project_settings(), role="reader") as container:
        found = inbox.alert(container, alert_id)
        events = inbox.events(container, found.id)
        silence = inbox.silenced_by(container, found)
    if as_json:
        row = {**alert_row(found, silence), "events": [event_row(one) for one in events]}
        click.echo(json.dumps(row, ensure_ascii=False, indent=1))
        return
    click.echo(_line(found, language, silence))
    _show_signal(found, language)
    _show_events(events)


@click.command()
@_id_argument
@by_option
def ack(alert_id: str, by: str) -> None:
    """Acknowledge: somebody takes care of it, nobody is reminded any more."""
    from botops.app.alerts import inbox

    with open_container(project_settings(), role="side") as container:
        click.echo(_line(inbox.acknowledge(container, alert_id, by=by), "en"), err=True)


@click.command()
@_id_argument
@click.argument("words")
@by_option
def resolve(alert_id: str, words: str, by: str) -> None:
    """Say that it is over, and why. Found all the same, it is raised anew after a day, or at once when it is worse."""
    from botops.app.alerts import inbox

    with open_container(project_settings(), role="side") as container:
        click.echo(_line(inbox.resolve(container, alert_id, words, by=by), "en"), err=True)


@click.command()
@click.option("--alert", "alert_id", metavar="ALERT", help="Only what this alert is about, whenever it comes back.")
@click.option("--rule", metavar="RULE", help="Only alerts of this rule, as BotopsSlow.")
@click.option("--area", type=_AREAS, help="Only alerts of this area.")
@click.option("--all", "all_", is_flag=True, help="Every alert there is.")
@click.option("--until", required=True, metavar="WHEN", help="+2h, +3d, or a day as 2026-11-30, at its beginning.")
@click.option("--reason", required=True, metavar="WORDS", help="Why nobody is to be told.")
@by_option
@json_option
def silence(as_json: bool, **asked: Any) -> None:
    """Tell nobody of some alerts for a while, a month at most. They are found, kept and shown all the same."""
    from botops.app.alerts import inbox
    from botops.app.alerts.rows import silence_row
    from botops.cli.moments import moment_ahead

    limits = [name for name in ("alert_id", "rule", "area") if asked[name]]
    if bool(limits) == asked["all_"]:
        raise click.UsageError("say which alerts: --alert, --rule or --area; or --all for every one")
    settings = project_settings()
    with open_container(settings, role="side") as container:
        until = moment_ahead(container.clock.now(), asked["until"], settings, option="--until")
        key = inbox.alert(container, asked["alert_id"]).signal.key if asked["alert_id"] else None
        made = inbox.silence(
            container, by=asked["by"], reason=asked["reason"], until=until, rule=asked["rule"], area=asked["area"],
            key=key,
        )  # fmt: skip
    click.echo(json.dumps(silence_row(made), ensure_ascii=False) if as_json else _silence_line(made))


@click.command()
@click.argument("silence_id", metavar="SILENCE")
@click.option("--reason", default="no longer needed", show_default=True, metavar="WORDS", help="Why it ends.")
@by_option
def unsilence(silence_id: str, reason: str, by: str) -> None:
    """End a silence now."""
    from botops.app.alerts import inbox

    with open_container(project_settings(), role="side") as container:
        click.echo(_silence_line(inbox.unsilence(container, silence_id, by=by, reason=reason)), err=True)


@click.command()
@click.option("--all", "all_", is_flag=True, help="Those that are over, too.")
@json_option
def silences(all_: bool, as_json: bool) -> None:
    """The silences that hold or are to come; the one that ends first comes first."""
    from botops.app.alerts import inbox
    from botops.app.alerts.rows import silence_row

    with open_container(project_settings(), role="reader") as container:
        found = inbox.silences(container, over=all_)
    if as_json:
        click.echo(json.dumps([silence_row(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        click.echo(_silence_line(one))
    click.echo(counted(len(found), "silence"), err=True)


INBOX_COMMANDS = (list_, show, ack, resolve, silence, unsilence, silences)


def _line(of: Alert, language: Language, silence: Silence | None = None) -> str:
    from botops.cli.rows import moment, one_line, plain
    from botops.domain.alerts import AlertState

    marks = [
        *([f"acknowledged by {of.acknowledged_by}"] if of.acknowledged_by and of.state is AlertState.FIRING else []),
        *([f"INC-{of.incident}"] if of.incident is not None else []),
        *([f"silenced until {moment(silence.until)}"] if silence is not None else []),
    ]
    said = one_line(of.signal.title[language])
    owner = of.owner or "nobody's"
    text = f"{of.id[:8]}  {of.state.value}  {of.severity.value}  {owner}  since {moment(of.signal.began_at)}  {said}"
    return plain(f"{text}  ({', '.join(marks)})" if marks else text)


def _show_signal(of: Alert, language: Language) -> None:
    from botops.cli.rows import moment, one_line, plain

    signal = of.signal
    lines = [signal.text[language]]
    if signal.days_between is not None:
        lines.append(f"by chance alone once in {signal.days_between:.0f} days")
    if signal.at_risk is not None:
        from botops.monitor.alert_words import money

        lines.append(f"at risk: {money(signal.at_risk, language)}")
    if signal.where is not None:
        lines.append(
            f"where: {signal.where.dimension} {signal.where.value} ({signal.where.share:.0%} of what is too much)"
        )
    for cause in signal.causes:
        sure = f" ({cause.probability:.0%})" if cause.probability is not None else ""
        lines.append(f"before: {moment(cause.at)}  {one_line(cause.what)}{f'  {cause.by}' if cause.by else ''}{sure}")
    lines += [f"example: {one.dialogue_id} turn {one.turn}: {one_line(one.quote)}" for one in signal.examples]
    lines.append(f"runbook: alerts/runbooks/{signal.rule}.md")
    for line in lines:
        click.echo(plain(f"  {line}"))


def _show_events(events: Any) -> None:
    from botops.cli.rows import moment, one_line, plain

    for event in events:
        said = f": {one_line(event.text)}" if event.text else ""
        click.echo(plain(f"{moment(event.at)}  {event.kind.value}  {event.by}{said}"))


def _silence_line(of: Silence) -> str:
    from botops.cli.rows import moment, one_line, plain

    about = " ".join(
        f"{name} {value}" for name, value in (("rule", of.rule), ("area", of.area), ("key", of.key)) if value
    )
    until = of.ended_at or of.until
    return plain(f"{of.id[:8]}  {about or 'every alert'}  until {moment(until)}  {of.by}: {one_line(of.reason)}")
