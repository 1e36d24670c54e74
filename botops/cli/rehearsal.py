"""How `botops check --policy block` shows what blocking would have stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from botops.app.checks.rehearsal import Rehearsal, Stops


def show(found: Rehearsal) -> None:
    """Prints the tables and examples on stdout."""
    from rich.console import Console
    from rich.table import Table

    out = Console(highlight=False, soft_wrap=True)
    stopped = found.stopped
    out.print(f"{found.since:%Y-%m-%d %H:%M} – {found.until:%Y-%m-%d %H:%M} UTC: {found.replies} replies judged")
    if not found.replies:
        out.print("nothing to say: no replies were judged in that period")
        return
    out.print(f"blocking would have stopped {stopped.all} of them, {found.share:.1%}: {_words(stopped)}")
    if found.right is not None:
        out.print(f"of {stopped.true + stopped.false} reviewed ones {found.right:.0%} were rightly stopped")
    else:
        out.print("nobody has reviewed any of them: how many would have been stopped wrongly is not known")
    for reason, count in found.not_judged.most_common():
        out.print(f"  {count} of them because they could not be judged: {reason}", markup=False)
    if found.excepted:
        out.print(f"{found.excepted} findings were let pass by exceptions")
    tables = (
        ("kind of finding", [(kind.value, None, stops) for kind, stops in sorted(found.findings.items())]),
        ("prompt", [(_prompt(v.prompt, v.version), v.replies, v.stopped) for v in found.versions]),
    )
    for title, rows in tables:
        table = Table(box=None, pad_edge=False, header_style="bold")
        table.add_column(title)
        for head in ("replies", "stopped", "share", "true", "false", "unreviewed"):
            table.add_column(head, justify="right")
        for name, replies, stops in rows:
            share = f"{stops.all / replies:.1%}" if replies else ""
            counts = (stops.all, share, stops.true, stops.false, stops.unreviewed)
            table.add_row(name, str(replies) if replies else "", *map(str, counts))
        out.print()
        out.print(table)
    for example in found.examples:
        out.print()
        head = f"{example.kind.value} · {example.word} · dialogue {example.dialogue_id}"
        out.print(f"{head}\n  {example.excerpt}\n  «{example.quote}» — {_why(example.explanations)}", markup=False)


def _words(stops: Stops) -> str:
    return f"{stops.true} rightly, {stops.false} wrongly, {stops.unreviewed} not reviewed"


def _prompt(name: str | None, version: int | None) -> str:
    return f"{name}@{version}" if name else "unknown"


def _why(explanations: object) -> str:
    texts = explanations if isinstance(explanations, dict) else {}
    return str(texts.get("ru") or next(iter(texts.values()), ""))
