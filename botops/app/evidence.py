"""Green evaluations: which suites a prompt's text must have passed, and which runs count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.auditing import label

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.config.release_policy import ReleaseRule
    from botops.registry import PromptVersion


def lacking_evals(
    container: Container, text: PromptVersion, rule: ReleaseRule
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids of the runs that prove a text, and a sentence with the next step for each suite it is not proven by."""
    required = rule.require_green_eval
    if not required:
        return (), ()
    suites = required if isinstance(required, tuple) else ()
    runs = container.store.eval_runs.of_text(text.ref.name, text.ref.checksum)
    proving: list[str] = []
    lacking: list[str] = []
    for suite in suites:
        run = next((run for run in runs if run.suite == suite), None)
        if run is not None and run.passed:
            proving.append(run.id)
            continue
        command = f"botops eval run SUITE --prompt {label(text.ref.name, text.ref.version)}"
        lacking.append(f"the suite {suite} has not passed with this text: {command}")
    return tuple(proving), tuple(lacking)
