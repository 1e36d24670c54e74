"""How steps of releases are shown: rows of JSON, lines for people."""

from __future__ import annotations

import json
import unicodedata
from difflib import unified_diff
from typing import TYPE_CHECKING

import click

from botops.cli.context import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from botops.domain.errors import ConflictError
    from botops.domain.incidents import Incident
    from botops.domain.releases import AuditEntry, Proposal
    from botops.registry import Release


def release_row(release: Release) -> dict[str, object]:
    """What is live now and the step that made it so."""
    step = release.spec.approvals[-1]
    return {
        "prompt": release.name,
        "live": release.live,
        "checksum": step.checksum,
        "release": release.checksum,
        "action": step.action.value,
        "by": step.by,
        "at": step.at.isoformat(),
        "reason": step.reason,
        "replaced": step.replaced,
        "approved_by": step.approved_by,
        "eval_runs": list(step.eval_runs),
    }


def proposal_row(proposal: Proposal) -> dict[str, object]:
    """A proposal without its text."""
    return {
        "id": proposal.id,
        "subject": proposal.subject,
        "version": proposal.version,
        "checksum": proposal.checksum,
        "state": proposal.state.value,
        "by": proposal.by,
        "at": proposal.at.isoformat(),
        "reason": proposal.reason,
        "base": proposal.base,
        "decided_by": proposal.decided_by,
        "decided_at": proposal.decided_at.isoformat() if proposal.decided_at else None,
        "decided_reason": proposal.decided_reason,
    }


def audit_row(entry: AuditEntry) -> dict[str, object]:
    """One deed of the audit log."""
    return {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "by": entry.by,
        "deed": entry.deed.value,
        "subject": entry.subject,
        "version": entry.version,
        "checksum": entry.checksum,
        "reason": entry.reason,
        "detail": dict(entry.detail),
    }


def show_log(entries: Sequence[AuditEntry], *, as_json: bool) -> None:
    """Prints deeds, the newest first."""
    if as_json:
        click.echo(json.dumps([audit_row(e) for e in entries], ensure_ascii=False, indent=1))
        return
    for e in entries:
        version = f" {e.version}" if e.version else ""
        text = f" {e.checksum[:12]}" if e.checksum else ""
        click.echo(plain(f"{moment(e.at)}  {e.deed.value}  {e.subject}{version}{text}  {e.by}: {one_line(e.reason)}"))
        detail = ", ".join(f"{key} {value}" for key, value in e.detail.items())
        if detail:
            click.echo(plain(f"    {detail}"))
    click.echo(counted(len(entries), "entry", "entries"), err=True)


def incident_line(of: Incident) -> str:
    """An incident on one line."""
    return plain(
        f"{of.name}  {of.state.value}  {of.severity.value}  {of.owner}  since {moment(of.began_at)}  {of.title}"
    )


def moment(at: datetime) -> str:
    """A moment in this machine's time zone."""
    return f"{at.astimezone():%Y-%m-%d %H:%M:%S}"


def one_line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def plain(text: str) -> str:
    """A text in which nothing commands the terminal: control characters are shown as their code."""
    return "".join(
        f"\\x{ord(c):02x}" if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t" else c for c in text
    )


def show_conflict(error: ConflictError) -> None:
    """Prints both texts of a conflict to stderr, whole: what stands now with `-`, what was to be written with `+`."""
    if error.theirs is None and error.yours is None:
        return
    theirs, yours = (error.theirs or "").splitlines(), (error.yours or "").splitlines()
    if theirs == yours:
        click.echo("theirs and yours are the same text", err=True)
        return
    if error.yours is None:
        click.echo("theirs, as it stands now:", err=True)
        click.echo(plain("\n".join(theirs)), err=True)
        return
    for line in unified_diff(theirs, yours, "theirs, as it stands now", "yours", n=len(theirs), lineterm=""):
        click.echo(plain(line), err=True)
