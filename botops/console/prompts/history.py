"""What happened to a prompt: the audit log, what was proposed, and the evaluations of its texts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.app.releases.auditing import entries, prompt_subject
from botops.console import formats, frame, labels, parts, safe
from botops.console.i18n import _
from botops.console.prompts import release_labels
from botops.console.safe import Html, tag
from botops.domain.releases import AuditEntry, Deed, EvalRun, OverrideKind, Proposal

_MOST = 100
_HASH = 8


def section(container: Container, name: str) -> None:
    """The history of a prompt, the newest first."""
    subject = prompt_subject(name)
    found = entries(container.settings, container.registry, container.store, subject, most=_MOST)
    parts.question(_("Who did what, when and why?"))
    if not found:
        frame.empty(_("No releases recorded"), _("Publishing writes down who did it, when and why."))
    else:
        heads = [(_("When"), False), (_("Who"), False), (_("What"), False), (_("Reason"), False), (_("Text"), False)]
        frame.show(parts.table(heads, [_entry(container, entry) for entry in found]))
        parts.answer(_("“Text” is the beginning of the hash of the exact text it was about."))
    proposals = container.store.proposals.listed(subject, most=_MOST)
    if proposals:
        parts.question(_("What was proposed?"))
        heads = [
            (_("When"), False),
            (_("Version"), False),
            (_("Who"), False),
            (_("State"), False),
            (_("Reason"), False),
        ]
        frame.show(parts.table(heads, [_proposal(container, proposal) for proposal in proposals]))
    runs = container.store.eval_runs.latest(name, most=_MOST)
    if runs:
        parts.question(_("Which evaluations were run?"))
        heads = [
            (_("When"), False),
            (_("Version"), False),
            (_("Suite"), False),
            (_("Outcome"), False),
            (_("Text"), False),
        ]
        frame.show(parts.table(heads, [_run(container, run) for run in runs]))


def _entry(container: Container, entry: AuditEntry) -> list[str | Html]:
    who = labels.role(entry.by, role_titles(container.settings))
    if approved := entry.detail.get("approved_by"):
        who += " · " + _("approved by {who}").format(who=approved)
    return [_moment(container, entry), who, _what(entry), _why(entry), _hash(entry.checksum)]


def _what(entry: AuditEntry) -> str:
    told = [release_labels.version(entry.version), release_labels.deed(entry.deed)]
    if entry.detail.get("kind") == OverrideKind.HAND_OVER.value:
        told.append(_("every dialogue to a person"))
    told.append(str(entry.detail.get("experiment") or ""))
    return " · ".join(filter(None, told))


def _why(entry: AuditEntry) -> str:
    if entry.deed is Deed.DRAFT:
        return "—"  # nobody is asked for a reason
    if entry.deed is Deed.EVAL:
        outcome = _("passed") if entry.detail.get("passed") else _("not passed")
        return f"{entry.detail.get('suite', '')}: {outcome}"
    return safe.preview(entry.reason, 300)


def _proposal(container: Container, proposal: Proposal) -> list[str | Html]:
    state = release_labels.state(proposal.state)
    if proposal.decided_by:
        state += f" · {proposal.decided_by}: {safe.preview(proposal.decided_reason or '', 200)}"
    return [_moment(container, proposal), f"v{proposal.version}", proposal.by, state,
            safe.preview(proposal.reason, 300)]  # fmt: skip


def _run(container: Container, run: EvalRun) -> list[str | Html]:
    if run.passed:
        outcome = parts.chip(_("passed"), "good")
    else:
        failed = _("{failed} of {cases} failed").format(failed=run.failed, cases=run.cases)
        outcome = parts.chip(failed, "high")
    version = release_labels.version(str(run.version) if run.version else "draft")
    return [_moment(container, run), version, run.suite, outcome, _hash(run.checksum)]


def _moment(container: Container, kept: AuditEntry | Proposal | EvalRun) -> Html:
    zone = container.settings.company.timezone
    return tag("span", formats.moment(kept.at, zone), title=formats.full_day(kept.at.astimezone(ZoneInfo(zone)).date()))


def _hash(checksum: str | None) -> Html:
    return tag("code", checksum[:_HASH], title=checksum) if checksum else safe.text("—")
