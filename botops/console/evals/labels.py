"""What tests and their runs are called on the screen."""

from __future__ import annotations

from botops.app.evals.reading import LastRun
from botops.console import formats, parts
from botops.console.i18n import _, language, ngettext
from botops.console.prompts import release_labels
from botops.console.safe import Html
from botops.domain.evaluations import CaseOutcome, EvalTask, KeptFailure, TaskState
from botops.domain.releases import EvalRun


def text(version: int) -> str:
    """A version of a prompt; 0 is the draft."""
    return release_labels.version(str(version) if version else "draft")


def outcome(case: CaseOutcome) -> Html:
    """What became of a test, as a chip."""
    if case.status == "pass":
        return parts.chip(_("test passed"), "good")
    if case.status == "fail":
        return parts.chip(_("test failed"), "high")
    return parts.chip(_("could not be judged"), "warn")


def run(found: EvalRun) -> Html:
    """What came of a run, as a chip."""
    cases = formats.number(found.cases)
    if found.passed:
        return parts.chip(ngettext("{n} test passed", "{n} tests passed", found.cases).format(n=cases), "good")
    return parts.chip(_("{failed} of {cases} failed").format(failed=formats.number(found.failed), cases=cases), "high")


def last(found: LastRun | None) -> list[Html]:
    """The last run on a text, as chips."""
    if found is None:
        return [parts.chip(_("not run"), "warn")]
    outdated = [parts.chip(_("the tests changed since"), "warn")] if found.outdated else []
    return [run(found.run), *outdated]


def task(found: EvalTask) -> str:
    """Where a run that was asked for stands, in a sentence."""
    if found.state is TaskState.RUNNING:
        return _("{done} of {total} dialogues").format(
            done=formats.number(found.done), total=formats.number(found.total)
        )
    if found.state is TaskState.CANCELLED:
        return _("Cancelled by {who}: nothing of it is kept.").format(who=found.ended_by or "—")
    if found.state is TaskState.INTERRUPTED:
        return _("Broken off: the service ended meanwhile. Run it again.")
    if found.state is TaskState.FAILED:
        return _("It could not be run.")
    return _("Done.")


def why(failure: KeptFailure) -> str:
    """Why an expectation was not met, in the reader's language where there are words in it."""
    words = failure.explanations
    return words.get(language()) or next(iter(words.values()), failure.rule)
