"""What commands that work on a project share: its settings, and options that mean the same everywhere."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.problems import Problem
    from botops.registry import Registry
    from botops.store import Store

set_option = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a setting for this run (a.b=value)."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
lang_option = click.option(
    "--lang", "language", type=click.Choice(["ru", "kk", "en"]), default="ru", show_default=True,
    help="Language of explanations and titles.",
)  # fmt: skip
format_option = click.option(
    "--format", "form", type=click.Choice(["text", "github"]), default="text", show_default=True,
    help="How problems are shown.",
)  # fmt: skip


def own_name() -> str:
    """BOTOPS_USER, or the name of who is logged in to this machine. Raises click's UsageError when nobody is."""
    import getpass

    name = os.environ.get("BOTOPS_USER", "").strip()
    if name:
        return name
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise click.UsageError("nobody is known to be logged in: say who does it with --by") from error


by_option = click.option(
    "--by", default=own_name, show_default="BOTOPS_USER, or who is logged in", metavar="NAME", help="Who does it."
)
reason_option = click.option("--reason", required=True, metavar="WORDS", help="Why; it stands in the audit log.")


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what it counts: "1 error", "2 errors"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def project_settings(overrides: tuple[str, ...] = ()) -> Settings:
    """The settings of the project in this folder. Raises UserError when there is none."""
    from botops.config import FILE_NAME, load_settings
    from botops.domain.errors import UserError

    if not Path(FILE_NAME).exists():
        raise UserError(f"no {FILE_NAME} in {Path.cwd()}: start a project with `botops init demo && cd demo`")
    return load_settings(required=True, overrides=overrides)


def open_container(settings: Settings, role: Literal["writer", "side", "reader"] = "writer") -> Container:
    """The project wired together, with the secrets of the environment."""
    from botops.app.container import Container
    from botops.config import Secrets

    return Container.open(settings, Secrets.from_environ(os.environ), role=role)


@contextmanager
def open_reading(settings: Settings) -> Iterator[tuple[Registry, Store | None]]:
    """The prompts and the store for a command that changes nothing and makes nothing; None while there is no store."""
    from botops.app.container import reading
    from botops.config import Secrets

    with reading(settings, Secrets.from_environ(os.environ)) as opened:
        yield opened


def project_book() -> Path | None:
    """The price book of the project in this folder, for dialogues that name none."""
    from botops.app.container import book_path
    from botops.config import FILE_NAME, load_settings

    if not Path(FILE_NAME).exists():
        return None
    path = book_path(load_settings())
    return path if path.exists() else None


def relative(problem: Problem) -> Problem:
    """The same problem with the path as seen from here, which is what editors and CI open."""
    with suppress(ValueError):
        return replace(problem, file=str(Path(problem.file).relative_to(Path.cwd())))
    return problem


@contextmanager
def annotating(form: str) -> Iterator[None]:
    """Shows the places of bad input as annotations, too, when these were asked for; the error goes on its way."""
    from botops.domain.errors import UserError
    from botops.domain.problems import render_problems

    try:
        yield
    except UserError as error:
        if form == "github" and error.problems:
            click.echo(render_problems(map(relative, error.problems), "github"))
        raise


def json_line(row: object) -> str:
    """A row of JSON lines. Lone surrogates, which no encoding can carry, are written as JSON escapes."""
    return json.dumps(row, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n"
