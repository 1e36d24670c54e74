"""The steps of an incident's life, each a command of `botops incident`."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click

from botops.cli.context import by_option, open_container, project_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from botops.app.container import Container
    from botops.domain.incidents import Incident
    from botops.domain.money import Money

_MOST = Decimal(10) ** 15
_CODE = 3
_DIGITS = 9
number_argument = click.argument("number", type=int)


@click.command()
@number_argument
@by_option
def ack(number: int, by: str) -> None:
    """Acknowledge: somebody takes care of it."""
    from botops.app.incidents import acknowledge

    _do(lambda container: acknowledge(container, number, by=by))


@click.command()
@number_argument
@click.argument("words")
@by_option
def note(number: int, words: str, by: str) -> None:
    """Add what was seen or tried to the timeline."""
    from botops.app.incidents import note as noted

    _do(lambda container: noted(container, number, words, by=by))


@click.command()
@number_argument
@click.argument("level", type=click.Choice(["critical", "major", "minor"]))
@by_option
def severity(number: int, level: str, by: str) -> None:
    """Say how bad it is after all."""
    from botops.app.incidents import set_severity
    from botops.domain.incidents import IncidentSeverity

    _do(lambda container: set_severity(container, number, IncidentSeverity(level), by=by))


@click.command()
@number_argument
@click.argument("role")
@by_option
def owner(number: int, role: str, by: str) -> None:
    """Give it to another ROLE of the team's file."""
    from botops.app.incidents import set_owner

    _do(lambda container: set_owner(container, number, role, by=by))


@click.command()
@number_argument
@click.argument(
    "kind",
    type=click.Choice(["prompt", "price_book", "model", "provider", "settings", "software", "data", "other"]),
)
@click.argument("words")
@by_option
def cause(number: int, kind: str, words: str, by: str) -> None:
    """Say where the cause lay, and in WORDS what it was."""
    from botops.app.incidents import set_cause
    from botops.domain.incidents import CauseKind

    _do(lambda container: set_cause(container, number, CauseKind(kind), words, by=by))


@click.command()
@number_argument
@click.argument("words")
@click.option("--owner", "role", required=True, metavar="ROLE", help="Role that does it.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Last day for it.")
@by_option
def action(number: int, words: str, role: str, due: datetime, by: str) -> None:
    """Add what is to be done so that it does not happen again."""
    from botops.app.incidents import add_follow_up

    _do(lambda container: add_follow_up(container, number, words, role, due.date(), by=by))


@click.command()
@number_argument
@click.argument("place", type=int)
@by_option
def done(number: int, place: int, by: str) -> None:
    """Say that the action at PLACE, from 1, is done; also after closing."""
    from botops.app.incidents import finish_follow_up

    _do(lambda container: finish_follow_up(container, number, place, by=by))


@click.command("at-risk")
@number_argument
@click.argument("amount", metavar="AMOUNT|unknown")
@click.option("--currency", metavar="CODE", help="ISO code [default: the company's].")
@by_option
def at_risk(number: int, amount: str, currency: str | None, by: str) -> None:
    """Say what it may cost, where wrong replies do not tell: an AMOUNT as 1250000 or 99.50, or `unknown`."""
    from botops.app.incidents import set_at_risk

    settings = project_settings()
    money = None if amount == "unknown" else money_of(amount, currency or settings.company.currency)
    _do(lambda container: set_at_risk(container, number, money, by=by))


@click.command()
@number_argument
@click.argument("case_id", metavar="[SUITE#CASE]", required=False)
@click.option("--make", is_flag=True, help="Make the case of the worst affected reply, or of the one --of names.")
@click.option("--of", "reply", metavar="DIALOGUE#TURN", help="With --make: of this affected reply.")
@click.option("--suite", metavar="SUITE", help="With --make: the suite it goes to [default: that of regressions].")
@click.option("--none", "why", metavar="WHY", help="Why no case can show it again.")
@by_option
def case(
    number: int, case_id: str | None, make: bool, reply: str | None, suite: str | None, why: str | None, by: str
) -> None:
    """Link the regression case that would show it again (`botops eval list`), make it of an affected reply, or say why
    there is none."""
    from botops.app.incidents import link_case, make_case

    if make and (case_id or why):
        raise click.UsageError("--make writes the case itself: leave SUITE#CASE and --none out")
    if not make and (reply or suite):
        raise click.UsageError("--of and --suite say how the case is made: add --make")
    if not make:
        _do(lambda container: link_case(container, number, case_id, no_case=why, by=by))
        return
    dialogue, turn = _reply(reply)
    made = _do(lambda container: make_case(container, number, by=by, dialogue_id=dialogue, turn=turn, suite=suite))
    click.echo(made.case)


@click.command()
@number_argument
@click.argument("words")
@by_option
def resolve(number: int, words: str, by: str) -> None:
    """Say that it is over, and in WORDS what ended it."""
    from botops.app.incidents import resolve as resolved

    _do(lambda container: resolved(container, number, words, by=by))


@click.command()
@number_argument
@click.argument("words")
@by_option
def reopen(number: int, words: str, by: str) -> None:
    """Open it again, because it was not over."""
    from botops.app.incidents import reopen as reopened

    _do(lambda container: reopened(container, number, words, by=by))


@click.command()
@number_argument
@by_option
def close(number: int, by: str) -> None:
    """Close it: cause, actions and a regression case must be known."""
    from botops.app.incidents import close as closed

    _do(lambda container: closed(container, number, by=by))


STEPS = (ack, note, severity, owner, cause, action, done, at_risk, case, resolve, reopen, close)


def money_of(amount: str, currency: str) -> Money:
    """An amount as people write it on the command line. Raises click's UsageError."""
    from botops.domain.money import Money

    code = currency.upper()
    try:
        found = Decimal(amount.replace(" ", "").replace("\u00a0", ""))
    except InvalidOperation:
        found = Decimal("NaN")
    if not found.is_finite() or not 0 <= found < _MOST:
        raise click.UsageError(f"{amount!r} is no amount: write it as 1250000 or 99.50, without the currency")
    if not (len(code) == _CODE and code.isascii() and code.isalpha()):
        raise click.UsageError(f"--currency {currency!r}: write an ISO code, for example KZT")
    return Money.of(found, code)


def _reply(named: str | None) -> tuple[str | None, int | None]:
    if named is None:
        return None, None
    dialogue, _, turn = named.rpartition("#")
    if not dialogue or not turn.isascii() or not turn.isdigit() or len(turn) > _DIGITS:
        raise click.UsageError(f"--of {named!r}: write DIALOGUE#TURN, for example demo-00017#3")
    return dialogue, int(turn)


def _do(step: Callable[[Container], Incident]) -> Incident:
    with open_container(project_settings(), role="side") as container:
        found = step(container)
    click.echo(f"{found.name} is {found.state.value}, {found.severity.value}, {found.owner} has it", err=True)
    return found
