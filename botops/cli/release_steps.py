"""`botops prompts draft|new|propose|approve|reject|withdraw|proposals|publish|rollback|history`."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal

import click

from botops.cli.context import (
    by_option,
    counted,
    json_option,
    open_container,
    open_reading,
    project_settings,
    reason_option,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

    from botops.config import Settings
    from botops.domain.releases import Proposal
    from botops.registry import Release

_text = click.File("rb")
_expected = click.option("--expected", metavar="SHA256", help="Checksum of what you saw; another one is a conflict.")
_STATES = ("open", "approved", "rejected", "withdrawn", "published")


@click.command()
@click.argument("name")
@click.argument("file", type=_text)
@_expected
@by_option
@json_option
def draft(name: str, file: BinaryIO, expected: str | None, by: str, as_json: bool) -> None:
    """Save FILE (or -, standard input) as the draft of the prompt NAME, faults and all.

    A draft that somebody else saved is not written over: the conflict shows both texts.
    """
    from botops.app.releases.releasing import save_draft

    text = _read(file)
    with open_container(project_settings(), role="side") as container:
        checksum = save_draft(container, name, text, by=by, expected=expected)
    _say({"prompt": name, "version": "draft", "checksum": checksum}, f"{name}@draft saved: {checksum}", as_json)


@click.command()
@click.argument("name")
@click.argument("file", type=_text, required=False)
@_expected
@reason_option
@by_option
@json_option
def new(name: str, file: BinaryIO | None, expected: str | None, reason: str, by: str, as_json: bool) -> None:
    """Write the next version of the prompt NAME: from FILE (or -), without one from its draft.

    A version is written once and never changes. Clients get it when it is published.
    """
    from botops.app.releases.auditing import label
    from botops.app.releases.releasing import new_version

    text = _read(file) if file is not None else None
    with open_container(project_settings(), role="side") as container:
        version = new_version(container, name, text, by=by, reason=reason, expected=expected)
    ref = version.ref
    row = {"prompt": name, "version": ref.version, "checksum": ref.checksum, "file": version.file}
    _say(row, f"{label(name, ref.version)} written: {version.file}", as_json)


@click.command()
@click.argument("which")
@reason_option
@by_option
@json_option
def propose(which: str, reason: str, by: str, as_json: bool) -> None:
    """Put NAME@VERSION forward for release, so that a second person can approve that exact text.

    NAME or NAME@draft is the draft: it is written as the next version first.
    """
    from botops.app.releases.proposing import propose as put
    from botops.registry.version import which_version

    name, version = which_version(which)
    with open_container(project_settings(), role="side") as container:
        made = put(container, name, version or 0, by=by, reason=reason)
    _say_proposal(made, as_json)


def _decision(verb: Literal["approve", "reject", "withdraw"], text: str) -> click.Command:
    def decide(proposal_id: str, reason: str, by: str, as_json: bool) -> None:
        from botops.app.releases import proposing

        act: Callable[..., Proposal] = getattr(proposing, verb)
        with open_container(project_settings(), role="side") as container:
            made = act(container, proposal_id, by=by, reason=reason)
        _say_proposal(made, as_json)

    decide.__doc__ = text
    for option in (json_option, by_option, reason_option, click.argument("proposal_id")):
        decide = option(decide)
    return click.command(verb)(decide)


approve = _decision(
    "approve",
    """Say yes to the exact text of a proposal, as the second person.

    Neither who proposed it nor who wrote the text may do so. Nothing goes live by it: somebody publishes. PROPOSAL_ID
    may be shortened.
    """,
)
reject = _decision("reject", "Say no to a proposal, also to an approved one that is not live yet.")
withdraw = _decision("withdraw", "Take your own proposal back.")


@click.command()
@click.argument("name", required=False)
@click.option("--state", "states", type=click.Choice(_STATES), multiple=True, help="Only of this state; repeatable.")
@click.option("--all", "everything", is_flag=True, help="Those that are decided and done too.")
@json_option
def proposals(name: str | None, states: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """List what is proposed (of the prompt NAME) and waits for somebody."""
    from botops.app.releases.auditing import prompt_subject
    from botops.cli.rows import moment, one_line, plain, proposal_row
    from botops.domain.releases import UNDECIDED, ProposalState

    wanted = frozenset(map(ProposalState, states)) or (None if everything else UNDECIDED)
    subject = prompt_subject(name) if name else None
    with open_reading(project_settings()) as (_, store):
        found = store.proposals.listed(subject, wanted) if store is not None else ()
    if as_json:
        click.echo(json.dumps([proposal_row(p) for p in found], ensure_ascii=False, indent=1))
        return
    for p in found:
        line = f"{p.id[:8]}  {p.state.value}  {p.subject} {p.version} {p.checksum[:12]}"
        click.echo(plain(f"{line}  {p.by}, {moment(p.at)}: {one_line(p.reason)}"))
        if p.decided_by:
            click.echo(plain(f"    {p.decided_by}: {one_line(p.decided_reason or '')}"))
    click.echo(counted(len(found), "proposal"), err=True)


@click.command()
@click.argument("which", metavar="NAME@VERSION")
@click.option("--end-split", is_flag=True, help="End the split that runs with this step.")
@_expected
@reason_option
@by_option
@json_option
def publish(which: str, end_split: bool, expected: str | None, reason: str, by: str, as_json: bool) -> None:
    """Make NAME@VERSION what clients get.

    What botops.yaml asks for under `releases` must have happened: a second person's approval of the exact text, green
    evals of it. What is missing is named with its next step. --expected is the checksum of release.yaml as you saw it.
    """
    from botops.app.releases.releasing import publish as go
    from botops.registry.version import which_version

    name, version = which_version(which)
    if not version:
        raise click.UsageError(f"which version of {name}? Write {name}@2; a draft is made one by `botops prompts new`")
    with open_container(project_settings(), role="side") as container:
        release = go(container, name, version, by=by, reason=reason, expected=expected, end_split=end_split)
    _say_release(release, as_json)


@click.command()
@click.argument("name")
@click.option("--to", type=click.IntRange(1), metavar="VERSION", help="A version that was live before.")
@_expected
@reason_option
@by_option
@json_option
def rollback(name: str, to: int | None, expected: str | None, reason: str, by: str, as_json: bool) -> None:
    """Go back: end the split that runs on NAME, or else make the version live that was live before.

    Needs no approval, and stands in the audit log like every other step. It works while the store is out of reach too:
    the log is mended later.
    """
    from botops.app.releases.releasing import rollback as back
    from botops.domain.errors import StoreError

    settings = project_settings()
    with ExitStack() as stack:
        try:
            container = stack.enter_context(open_container(settings, role="side"))
        except StoreError as error:
            click.echo(f"not logged yet: {error}", err=True)
            release = _without_store(settings, name, by=by, reason=reason, to=to, expected=expected)
        else:
            release = back(container, name, by=by, reason=reason, to=to, expected=expected)
    _say_release(release, as_json)


def _without_store(
    settings: Settings, name: str, *, by: str, reason: str, to: int | None, expected: str | None
) -> Release:
    from botops.app.clock import SystemClock
    from botops.app.container import open_registry
    from botops.app.releases.releasing import rollback_file

    clock = SystemClock()
    return rollback_file(
        open_registry(settings, clock), clock, name, by=by, reason=reason, to=to, expected=expected
    )  # fmt: skip


@click.command()
@click.argument("name")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="Most entries shown.")
@json_option
def history(name: str, limit: int, as_json: bool) -> None:
    """Who did what to the prompt NAME, when and why: the newest first."""
    from botops.app.releases.auditing import entries, prompt_subject
    from botops.cli.rows import show_log

    settings = project_settings()
    with open_reading(settings) as (registry, store):
        registry.versions(name)  # an unknown name is an error, not an empty history
        found = entries(settings, registry, store, prompt_subject(name), most=limit)
    show_log(found, as_json=as_json)


STEPS = (draft, new, propose, approve, reject, withdraw, proposals, publish, rollback, history)
"""The commands of this module, as `botops prompts` takes them."""


def _read(file: BinaryIO) -> str:
    from botops.config import MAX_BYTES
    from botops.domain.errors import UserError

    raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise UserError(f"{file.name}: larger than {MAX_BYTES:,} bytes: shorten it")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file.name}: no UTF-8 at byte {error.start}: save it as UTF-8") from error


def _say(row: dict[str, object], text: str, as_json: bool) -> None:
    click.echo(json.dumps(row, ensure_ascii=False, indent=1) if as_json else text)


def _say_proposal(made: Proposal, as_json: bool) -> None:
    from botops.cli.rows import proposal_row

    steps = {
        "open": f"next, somebody else: botops prompts approve {made.id[:8]} --reason …",
        "approved": f"next: botops {_publish_command(made)} --reason …",
    }
    _say(proposal_row(made), f"{made.id[:8]}  {made.state.value}  {made.subject} {made.version}", as_json)
    if not as_json and made.state.value in steps:
        click.echo(steps[made.state.value], err=True)


def _publish_command(made: Proposal) -> str:
    from botops.app.releases.auditing import prompt_of

    name = prompt_of(made.subject)
    return f"prompts publish {name}@{made.version}" if name is not None else f"pricebook publish {made.version}"


def _say_release(release: Release, as_json: bool) -> None:
    from botops.cli.rows import release_row

    step = release.spec.approvals[-1]
    before = f", {step.replaced} was" if step.replaced and step.replaced != release.live else ""
    _say(release_row(release), f"{release.name}@{release.live} is live{before} ({step.action.value})", as_json)
