"""What a company adds to the checker, found where its settings say: a file of words and term kinds, entry points."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.claims.extensions import GROUP, NO_EXTENSIONS, Extensions, NamedCheck
from botops.claims.own_file import OwnClaimsFile
from botops.config import FILE_NAME, load, read
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.problems import Problem

if TYPE_CHECKING:
    from botops.config import Settings


@dataclass(frozen=True, slots=True)
class ExtensionChoice:
    """Which file and which checks; `settings` is the file that names them, for messages."""

    terms: Path | None = None
    checks: tuple[str, ...] = ()
    settings: Path | None = None

    @classmethod
    def of(cls, settings: Settings) -> ExtensionChoice:
        """What the settings choose."""
        chosen = settings.claims
        terms = settings.root / chosen.terms if chosen.terms is not None else None
        return cls(terms, chosen.checks, settings.root / FILE_NAME)


NOTHING_OWN = ExtensionChoice()


def extensions_of(settings: Settings) -> Extensions:
    """The extensions of an installation. Raises UserError with every problem of the file, or of checks that are not
    installed or cannot be imported."""
    return load_extensions(ExtensionChoice.of(settings))


def load_extensions(choice: ExtensionChoice) -> Extensions:
    """What is chosen, read and imported. Raises UserError."""
    if choice.terms is None and not choice.checks:
        return NO_EXTENSIONS
    file = load(choice.terms, OwnClaimsFile) if choice.terms is not None else OwnClaimsFile()
    words, terms = file.compiled()
    found = [_check(choice, place, name) for place, name in enumerate(choice.checks)]
    problems = [f for f in found if isinstance(f, Problem)]
    if problems:
        raise UserError(problems=problems)
    return Extensions(words, terms, tuple(f for f in found if isinstance(f, NamedCheck)))


def _check(choice: ExtensionChoice, place: int, name: str) -> NamedCheck | Problem:
    """The check of an entry point, or what is wrong with it."""
    known = {point.name: point for point in entry_points(group=GROUP)}
    if name not in known:
        installed = suggestion(name, sorted(known), others="installed checks")
        hint = installed if known else ": no package with an entry point of that group is installed"
        return _problem(choice, place, f"no check `{name}` in the entry points {GROUP}{hint}", "unknown-check")
    if choice.checks.index(name) != place:
        return _problem(choice, place, f"the check `{name}` is named twice", "duplicate-check")
    try:
        check: Any = known[name].load()
    except Exception as error:  # noqa: BLE001 - a package of somebody else's may fail to import in any way
        said = f"{type(error).__name__}: {error}"
        return _problem(choice, place, f"the check `{name}` ({known[name].value}) cannot be imported: {said}", "import")
    if inspect.isclass(check) or not callable(check):
        message = f"the check `{name}` ({known[name].value}) is no function: name a function or a callable object"
        return _problem(choice, place, message, "no-check")
    return NamedCheck(name, check)


def _problem(choice: ExtensionChoice, place: int, message: str, rule: str) -> Problem:
    if choice.settings is not None and choice.settings.exists():
        return read(choice.settings).problem(("claims", "checks", place), message, rule=rule)
    return Problem(FILE_NAME, 0, 0, f"claims.checks.{place}", message, rule=rule)
