"""`botops user`: who may sign in."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from botops.cli.context import by_option, counted, json_line, json_option, open_container, project_settings
from botops.cli.rows import plain

if TYPE_CHECKING:
    from botops.domain.access import Person

ROLES = ("viewer", "editor", "approver", "operator", "admin")
_name = click.argument("name")
_roles = click.option(
    "--role", "roles", multiple=True, required=True, type=click.Choice(ROLES),
    help="What they may do; several times for several roles.",
)  # fmt: skip
_from_stdin = click.option(
    "--password-stdin", "from_stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@click.group()
def user() -> None:
    """Who may sign in, and what they may do there.

    viewer looks; editor writes drafts, reviews and proposes; approver also publishes; operator keeps it running: kill
    switch, alerts, incidents; admin may everything and lets people in. On this machine, who can read the files may
    everything, and is asked for no password.
    """


@user.command()
@_name
@_roles
@click.option("--email", metavar="ADDRESS", help="Let them in by the company's sign-in, under this address.")
@_from_stdin
@by_option
def add(name: str, roles: tuple[str, ...], email: str | None, from_stdin: bool, by: str) -> None:
    """Let NAME in: with a password, or with --email by the company's sign-in. The first person must be an admin."""
    from botops.app.access import people
    from botops.domain.access import AccessRole

    password = _password(from_stdin) if email is None or from_stdin else None
    settings = project_settings()
    with open_container(settings, role="side") as container:
        made = people.add(container, name, map(AccessRole, roles), by=by, email=email, password=password)
    click.echo(plain(_line(made)), err=True)
    if not settings.sign_in.on:
        click.echo("Nobody has to sign in yet: set `sign_in: {method: local}` in botops.yaml.", err=True)


@user.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Who may sign in."""
    from botops.app.access import people

    with open_container(project_settings(), role="reader") as container:
        found = people.listed(container)
    for one in found:
        click.echo(json_line(_row(one)) if as_json else plain(_line(one)), nl=not as_json)
    if not as_json:
        click.echo(counted(len(found), "person", "people"), err=True)


@user.command()
@_name
@_roles
@by_option
def role(name: str, roles: tuple[str, ...], by: str) -> None:
    """Give NAME these roles instead of those of before. Ends their sessions."""
    from botops.app.access import people
    from botops.domain.access import AccessRole

    with open_container(project_settings(), role="side") as container:
        click.echo(plain(_line(people.set_roles(container, name, map(AccessRole, roles), by=by))), err=True)


@user.command()
@_name
@_from_stdin
@by_option
def password(name: str, from_stdin: bool, by: str) -> None:
    """Give NAME another password. Ends their sessions, and the waiting after wrong tries."""
    from botops.app.access import people

    chosen = _password(from_stdin)
    with open_container(project_settings(), role="side") as container:
        people.set_password(container, name, chosen, by=by)
    click.echo(f"{plain(name)}: another password", err=True)


@user.command()
@_name
@click.argument("address")
@by_option
def email(name: str, address: str, by: str) -> None:
    """Let NAME in by the company's sign-in under ADDRESS. Ends their sessions."""
    from botops.app.access import people

    with open_container(project_settings(), role="side") as container:
        click.echo(plain(_line(people.set_email(container, name, address, by=by))), err=True)


@user.command()
@_name
@by_option
def remove(name: str, by: str) -> None:
    """Let NAME in no more. Ends their sessions; what they did stays in the audit log."""
    from botops.app.access import people

    with open_container(project_settings(), role="side") as container:
        people.remove(container, name, by=by)
    click.echo(f"{plain(name)}: let in no more", err=True)


def _password(from_stdin: bool) -> str:
    """Never an argument: arguments stand in the shell's history, and other users of the machine see them."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return asked


def _line(one: Person) -> str:
    ways = ", ".join(filter(None, ("password" if one.has_password else "", one.email or "")))
    return f"{one.name}: {', '.join(sorted(one.roles))} ({ways})"


def _row(one: Person) -> dict[str, object]:
    return {
        "name": one.name, "email": one.email, "roles": sorted(one.roles), "has_password": one.has_password,
        "since": one.since.isoformat(),
    }  # fmt: skip
