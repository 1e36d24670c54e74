"""`botops eval`: run, compare, bless, list, schema, calibrate."""

from __future__ import annotations

import json
import os
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.cli.context import annotating, counted, format_option, json_option, own_name, project_settings, set_option
from botops.cli.eval_calibrate import calibrate
from botops.cli.eval_export import export
from botops.cli.eval_import import import_
from botops.cli.eval_list import list_cases
from botops.cli.eval_reports import ReportFiles, show, write_reports
from botops.cli.quick import seldom_collected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.app.evals.evaluation import EvalRequest, Evaluation
    from botops.app.releases.evidence import Proof
    from botops.config import Secrets, Settings
    from botops.evals.reports.texts import ReportLanguage

_FILE = click.Path(dir_okay=False, path_type=Path)
language_option = click.option(
    "--lang",
    "language",
    type=click.Choice(["ru", "kk", "en"]),
    default="en",
    show_default=True,
    help="Language of reports.",
)


def _dollars(ctx: click.Context, param: click.Parameter, value: str | None) -> Decimal | None:
    if value is None:
        return None
    try:
        amount = Decimal(value)
    except InvalidOperation:
        amount = Decimal(-1)
    if not amount.is_finite() or amount < 0:
        raise click.BadParameter(f"{value} is no sum of dollars", ctx, param)
    return amount


@click.group("eval")
def evals() -> None:
    """Replay dialogues and compare them with what is expected."""


evals.add_command(calibrate)
evals.add_command(list_cases)
evals.add_command(export)
evals.add_command(import_)


@evals.command()
@click.argument("suites", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--prompt",
    "prompts",
    multiple=True,
    metavar="NAME[@VERSION|@draft]",
    help="Prompt to run; default: the live version and those of the split. May be given more than once.",
)
@click.option(
    "--model",
    "models",
    multiple=True,
    default=("replay",),
    show_default=True,
    metavar="MODEL",
    help="replay (recordings), simulator, a model's name, URL or URL#NAME of an OpenAI-compatible server, or "
    "langchain:package.module:factory. May be given more than once: every prompt is then run with every model.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 256),
    default=8,
    show_default=True,
    help="Dialogues that each model answers at a time; fewer while it refuses calls (429).",
)
@click.option(
    "--requests-per-minute", type=click.IntRange(1), metavar="N", help="Ask each model at most so often in any minute."
)
@click.option(
    "--tokens-per-minute", type=click.IntRange(1), metavar="N", help="Tokens of each model at most in any minute."
)
@click.option(
    "--max-wait",
    type=click.FloatRange(0, 86_400),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="Longest wait for a model that refuses calls (429, Retry-After); after it the calls are errors.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
    help="Runs of each case: shows pass@k, pass^k and what wavers.",
)
@click.option("--stream", is_flag=True, help="Let replies be streamed, as to a client who reads along.")
@click.option("--record", is_flag=True, help="Keep the replies as recordings for --model replay.")
@click.option("--estimate", "estimate_only", is_flag=True, help="Say what the run would ask and cost, and run nothing.")
@click.option(
    "--max-cost",
    metavar="USD",
    callback=_dollars,
    help="Do not start when the run is sure to cost more; begin no further dialogue once so much is spent.",
)
@click.option("--judge", metavar="MODEL", help="The model that grades: as --model, or replay; default: judge.model.")
@click.option(
    "--client",
    metavar="MODEL",
    help="Who plays simulated clients: simulator, or as --judge; default: as cases say.",
)
@click.option("--no-llm", is_flag=True, help="Leave out the checks that ask a language model.")
@click.option(
    "--allow-code",
    is_flag=True,
    envvar="BOTOPS_ALLOW_CODE",
    show_envvar=True,
    help="Run code that a suite brings along (the check `python`): only for suites you trust.",
)
@click.option("--resume", is_flag=True, help="Take up the same run where it stopped; errors are tried again.")
@click.option(
    "--retry-errors",
    type=_FILE,
    metavar="RESULT",
    help="Run again only what RESULT, written with --json, could not judge, and keep the rest of it.",
)
@click.option("--case", "cases", multiple=True, metavar="PATTERN", help="Only cases whose id fits, as in promo-*.")
@click.option("--tag", "tags", multiple=True, help="Only cases with one of these tags.")
@click.option("--baseline", type=_FILE, help="Compare with this earlier result: only new failures count then.")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the whole result; - is stdout.")
@click.option("--junit", "junit_file", type=_FILE, help="Write JUnit XML.")
@click.option("--markdown", "markdown_file", type=_FILE, help="Write a summary for a pull request; - is stdout.")
@click.option("--html", "html_file", type=_FILE, help="Write a report for people.")
@click.option("--sarif", "sarif_file", type=_FILE, help="Write SARIF 2.1.0, for code hosts that show it.")
@click.option("--no-evidence", is_flag=True, help="Do not keep the outcome in the store as proof for a release.")
@click.option("--by", metavar="NAME", help="Who runs it; default: BOTOPS_USER, or who is logged in.")
@set_option
@language_option
@format_option
@seldom_collected
def run(
    suites: tuple[Path, ...],
    baseline: Path | None,
    json_file: Path | None,
    junit_file: Path | None,
    markdown_file: Path | None,
    html_file: Path | None,
    sarif_file: Path | None,
    overrides: tuple[str, ...],
    language: ReportLanguage,
    form: str,
    no_evidence: bool,
    by: str | None,
    estimate_only: bool,
    **wanted: object,
) -> int:
    """Run SUITES and judge every dialogue.

    The outcome of whole suites is kept in the store, where there is one, as proof that the exact text passed: see
    `releases.require_green_eval` in botops.yaml.

    Exit code: 2 when what was handed in cannot be used, else 1 when a case failed (with --baseline: one that had not
    failed there), else 3 when a model or a recording was missing, else 0.
    """
    from dataclasses import replace

    from botops.app.evals.evaluation import EvalRequest, Evaluation, faultless
    from botops.app.releases.evidence import runs_of
    from botops.cli.eval_watch import Interruption, hold, leave
    from botops.config import Secrets
    from botops.evals.comparison import compare as compared
    from botops.evals.gate import exit_code, gate
    from botops.evals.result_file import load

    files = ReportFiles(json_file, junit_file, markdown_file, html_file, sarif_file)
    files.check(*suites, baseline)
    if form == "github" and files.on_stdout:
        raise click.UsageError("--format github prints to stdout: give the report a file")
    before = load(baseline) if baseline else None
    settings = project_settings(faultless(overrides))
    secrets = Secrets.from_environ(os.environ)
    request = EvalRequest(suites, **wanted)  # type: ignore[arg-type]  # the options above have these names and types
    with annotating(form):
        evaluation = Evaluation(settings, secrets, request)
    _foretell(evaluation, request, estimate_only=estimate_only, json_file=json_file)
    if estimate_only:
        return 0
    evaluation.judge_apart()
    with Interruption() as interruption:
        result = hold(evaluation, interruption)
        comparison = compared(before, result) if before else None
        result = replace(result, gate=gate(result, comparison))
        problems = evaluation.annotations(language) if sarif_file or form == "github" else []
        write_reports(files, result, comparison, language, before=before, problems=problems)
        show(result, comparison, language)
    if form == "github":
        from botops.domain.problems import render_problems

        click.echo(render_problems(problems, "github"))
    if interruption.heard:
        leave()
    if not (no_evidence or overrides or not request.every_case):
        _keep(settings, secrets, runs_of(evaluation, result, before), by)
    return exit_code(result, comparison)


def _foretell(
    evaluation: Evaluation, request: EvalRequest, *, estimate_only: bool, json_file: Path | None
) -> None:  # fmt: skip
    """Says what is known already and what the rest will cost. Raises UserError when that is more than it may."""
    if request.resume or request.retry_errors:
        click.echo(f"{evaluation.resumed} of {len(evaluation.run.jobs)} are known from an earlier run", err=True)
    if estimate_only or evaluation.billed:
        _estimate(evaluation, json_file if estimate_only else None, exact=estimate_only or request.max_cost is not None)


def _estimate(evaluation: Evaluation, json_file: Path | None, *, exact: bool) -> None:
    """Shows what the run will cost. Raises UserError when that is more than it may."""
    from dataclasses import asdict

    from botops.cli.eval_watch import estimate_lines

    estimate = evaluation.estimate(exact=exact)
    for line in estimate_lines(estimate):
        click.echo(line, err=True)
    if json_file is not None:
        text = json.dumps(asdict(estimate), ensure_ascii=False, indent=1)
        if str(json_file) == "-":
            click.echo(text)
        else:
            json_file.write_text(text + "\n", encoding="utf-8")
    evaluation.refuse_over_budget(estimate)


def _keep(settings: Settings, secrets: Secrets, runs: Sequence[Proof], by: str | None) -> None:
    """Keeps the outcome as evidence. A store that does not take it is told and never fails an eval."""
    from botops.app.releases.evidence import keep_runs
    from botops.domain.errors import BotopsError

    try:
        kept = keep_runs(settings, secrets, runs, own_name() if by is None else by)
    except (BotopsError, click.UsageError) as error:
        said = error.message if isinstance(error, click.UsageError) else error
        click.echo(f"not kept as proof for a release: {said}", err=True)
        return
    if kept:
        click.echo(f"kept as proof for a release: {counted(len(runs), 'run')} (botops prompts history NAME)", err=True)


@evals.command()
@click.argument("first", type=_FILE)
@click.argument("second", type=_FILE, required=False)
@click.option(
    "--between",
    nargs=2,
    metavar="SUBJECT SUBJECT",
    help="Compare two subjects of the one result FIRST, as its reports name them: sales@1 sales@2.",
)
@json_option
@click.option("--markdown", "markdown_file", type=_FILE, help="Write a summary for a pull request; - is stdout.")
@click.option("--html", "html_file", type=_FILE, help="Write a report for people.")
@language_option
def compare(
    first: Path, second: Path | None, between: tuple[str, str] | None, as_json: bool, markdown_file: Path | None,
    html_file: Path | None, language: ReportLanguage,
) -> int:  # fmt: skip
    """Compare two results of `eval run --json`: FIRST is the baseline. With --between, two prompt versions or models
    of one result.

    Cases that changed come first; then pass rates (McNemar's exact test) and the means of cost, latency and tokens
    (bootstrap over pairs), adjusted together after Holm. Exit code as of a run with --baseline.
    """
    from dataclasses import replace

    from botops.evals.comparison import between as compared_within
    from botops.evals.comparison import compare as compared
    from botops.evals.comparison import data
    from botops.evals.gate import exit_code, gate
    from botops.evals.result_file import load

    if (second is None) is (between is None):
        raise click.UsageError("give two results, or one with --between SUBJECT SUBJECT")
    before = load(first)
    if between is not None:
        before, after, comparison = compared_within(before, *between)
    else:
        after = load(second)  # type: ignore[arg-type]  # one of the two was given
        comparison = compared(before, after)
    after = replace(after, gate=gate(after, comparison))
    files = ReportFiles(markdown=markdown_file, html=html_file)
    replace(files, json=Path("-") if as_json else None).check(first, second)
    write_reports(files, after, comparison, language, before=before)
    if as_json:
        click.echo(json.dumps(data(comparison, after), ensure_ascii=False, indent=1))
    show(after, comparison, language)
    return exit_code(after, comparison)


@evals.command()
@click.argument("result", type=_FILE)
@click.argument("baseline", type=_FILE)
@click.option("--by", metavar="NAME", help="Who blesses it; default: BOTOPS_USER, or who is logged in.")
@click.option("--reason", required=True, metavar="WORDS", help="Why; it stands in the baseline.")
@click.option("--allow-gone", is_flag=True, help="Cases of the baseline that are not in RESULT are meant to be gone.")
def bless(result: Path, baseline: Path, by: str | None, reason: str, allow_gone: bool) -> int:
    """Make RESULT, written by `eval run --json`, the BASELINE that later runs are compared with.

    Who, when and why stand in the baseline. A run that was stopped, holds errors or only some of a suite's cases is
    refused, and so is one that lacks cases of the baseline. A baseline that says the same already is left as it is.
    """
    from botops.app.clock import SystemClock
    from botops.domain.people import person
    from botops.domain.people import reason as tidy
    from botops.evals.blessing import bless as blessed
    from botops.evals.result import Blessing
    from botops.evals.result_file import dump, load

    if result.exists() and baseline.exists() and result.samefile(baseline):
        raise click.UsageError("RESULT and BASELINE are one file, and a baseline keeps no dialogues: name another")
    blessing = Blessing(person(own_name() if by is None else by), SystemClock().now(), tidy(reason))
    earlier = load(baseline) if baseline.exists() else None
    found = blessed(load(result), earlier, blessing, allow_gone=allow_gone)
    for line in found.told:
        click.echo(line, err=True)
    if found.same:
        click.echo(f"{baseline}: says the same already, left as it is", err=True)
        return 0
    baseline.parent.mkdir(parents=True, exist_ok=True)
    baseline.write_text(dump(found.baseline, brief=True), encoding="utf-8")
    counts = found.baseline.counts
    click.echo(f"{baseline}: {counts['pass']} passed, {counts['fail']} failed", err=True)
    return 0


@evals.command("from-dialogue")
@click.argument("dialogue_id")
@click.option("--turn", type=click.IntRange(1), help="The turn to say again; default: the first one with a finding.")
@click.option("--append", "suite", type=_FILE, help="Add the case to this suite, new or not, instead of printing it.")
@set_option
def from_dialogue(dialogue_id: str, turn: int | None, suite: Path | None, overrides: tuple[str, ...]) -> int:
    """Turn a dialogue of the store into a case: what was said before is its history."""
    from botops.app.evals.cases import append_from, case_from
    from botops.cli.context import open_container
    from botops.evals.from_dialogue import case_text

    with open_container(project_settings(overrides), role="reader") as container:
        if suite is None:
            click.echo(case_text(case_from(container, dialogue_id, turn)), nl=False)
            return 0
        case = append_from(container, suite, dialogue_id, turn)
    click.echo(f"{suite}: {case['id']} added; record it: botops eval run {suite} --model simulator --record", err=True)
    return 0


@evals.command()
@click.option(
    "--of",
    "what",
    type=click.Choice(["suite", "result"]),
    default="suite",
    show_default=True,
    help="The file that is described: a suite, or what `eval run --json` writes.",
)
def schema(what: str) -> None:
    """Print the JSON Schema of suites, for completion in editors, or of results, for programs that read them."""
    from botops.evals.checks.catalogue import installed
    from botops.evals.result_file import json_schema
    from botops.evals.suite import SuiteReader

    found = SuiteReader(installed()).json_schema() if what == "suite" else json_schema()
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
