"""Where the reports of an eval go: files of each form, and the terminal."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from botops.domain.errors import UserError
from botops.evals.reports.texts import encodable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from botops.domain.problems import Problem
    from botops.evals.comparison import Comparison
    from botops.evals.reports.texts import ReportLanguage
    from botops.evals.result import RunResult

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ReportFiles:
    """The files that were asked for."""

    json: Path | None = None
    junit: Path | None = None
    markdown: Path | None = None
    html: Path | None = None
    sarif: Path | None = None

    @property
    def on_stdout(self) -> bool:
        """True when one of them goes to stdout."""
        return any(str(file) == "-" for file in (self.json, self.junit, self.markdown, self.html, self.sarif))

    def check(self, *read: Path | None) -> None:
        """Raises UserError for a file that cannot be written, before the first dialogue is paid for: also for one that
        two reports would share and for one that the command reads, `read`."""
        taken = {_real(file): f"{file}: is read here, a report would replace it" for file in read if file is not None}
        for file in (self.json, self.junit, self.markdown, self.html, self.sarif):
            if file is None:
                continue
            if (reason := taken.get(_real(file))) is not None:
                raise UserError(f"{reason}: choose another name")
            if str(file) == "-":
                taken["-"] = "-: stdout takes one report only"
                continue
            if file.is_file() or not file.exists():
                taken[_real(file)] = f"{file}: two reports cannot share it"
            if not file.parent.is_dir():
                raise UserError(f"{file}: there is no folder {file.parent}: create it first")
            if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
                raise UserError(f"{file}: cannot be written: check the path and its rights")


def _real(file: Path) -> str:
    """The same text for the same file, however its path is written; `-` is stdout."""
    return "-" if str(file) == "-" else os.path.realpath(file)


def write_reports(
    files: ReportFiles, result: RunResult, comparison: Comparison | None, language: ReportLanguage, *,
    before: RunResult | None = None, problems: Sequence[Problem] = (),
) -> None:  # fmt: skip
    """Writes every file that was asked for. `before` is what the run is compared with, `problems` are its failures with
    their places."""
    if files.json is not None:
        from botops.evals.result_file import dump

        _write(files.json, dump(result))
    if files.junit is not None:
        from botops.evals.reports.junit import junit

        _write(files.junit, junit(result, language))
    if files.markdown is not None:
        from botops.evals.reports.markdown import markdown

        _write(files.markdown, markdown(result, comparison, language))
    if files.html is not None or files.sarif is not None:
        from botops.evals.checks.catalogue import installed

        checks = installed()
        if files.html is not None:
            from botops.evals.reports.html import html

            _write(files.html, html(result, checks, comparison, before=before, language=language))
        if files.sarif is not None:
            from botops.evals.reports.sarif import sarif

            _write(files.sarif, sarif(problems, {check.id: check.label for check in checks}, result.botops))


def _write(file: Path, report: str) -> None:
    if str(file) == "-":
        click.echo(encodable(report), nl=False)
        return
    file.write_text(encodable(report), encoding="utf-8")


def show(result: RunResult, comparison: Comparison | None, language: ReportLanguage) -> None:
    """What a run and its comparison say, on stderr: failures, what changed, the gate, the table, costs."""
    from rich.console import Console

    from botops.evals.reports import terminal

    lines = [
        *result.problems,
        *terminal.failure_lines(result, comparison, language, _SHOWN),
        *terminal.advice_lines(result, language),
        *(terminal.comparison_lines(comparison, language) if comparison is not None else ()),
        *terminal.gate_lines(result, language),
    ]
    for line in lines:
        click.echo(line, err=True)
    Console(stderr=True).print(terminal.summary_table(result))
    for line in (*terminal.repeat_lines(result), *terminal.cost_lines(result)):
        click.echo(line, err=True)
