"""The check that calls a Python function of the suite's author. Code of a suite runs only when a person allows it:
a suite may come from somebody else's pull request."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, ClassVar

from pydantic import Field

from botops.evals.checks.base import CannotJudgeError, Check, DialogueView, Miss, Params, Sample, Scope

_NAME = r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*$"


class Function(Params):
    """A function as `module:function`, the module beside the suite's file or installed. `arguments` are passed on.

    It is called as `function(dialogue, turns, **arguments)`, with a `DialogueView` and the `TurnView`s to be judged,
    and returns True when all is well, else False, a sentence, or a list of `Miss`. What it raises is no failure of the
    prompt: the case is not judged.
    """

    short: ClassVar[str | None] = "function"
    function: Annotated[str, Field(pattern=_NAME)]
    arguments: dict[str, Any] = Field(default_factory=dict)


class CannotLoadError(ValueError):
    """The function cannot be had: no such module or name, or the module breaks when it is loaded."""


def not_allowed(params: Function, dialogue: DialogueView, scope: Scope) -> Iterable[Miss]:
    """Raises CannotJudgeError: nobody allowed the code to run."""
    raise CannotJudgeError(f"{params.function} is code of the suite: allow it with --allow-code")


@dataclass
class Loader:
    """Loads functions beside a suite's file. `sources` are the texts of the modules it has loaded from there."""

    folder: Path
    sources: dict[str, str] = field(default_factory=dict)
    _modules: dict[str, ModuleType] = field(default_factory=dict)

    def function(self, name: str) -> Callable[..., Any]:
        """The function called `module:function`. Raises CannotLoadError."""
        module_name, _, wanted = name.partition(":")
        if module_name not in self._modules:
            self._modules[module_name] = self._module(module_name)
        found = getattr(self._modules[module_name], wanted, None)
        if not callable(found):
            raise CannotLoadError(f"the module `{module_name}` has no function `{wanted}`")
        return found  # type: ignore[no-any-return]  # callable() says no more

    def _module(self, name: str) -> ModuleType:
        file = self.folder.joinpath(*name.split(".")).with_suffix(".py")
        try:
            return self._from_file(name, file) if file.is_file() else importlib.import_module(name)
        except ModuleNotFoundError as error:
            raise CannotLoadError(f"there is neither {file} nor an installed module `{error.name}`") from error
        except Exception as error:  # a module's own code may raise anything at all
            raise CannotLoadError(f"the module `{name}` breaks when it is loaded: {_told(error)}") from error

    def _from_file(self, name: str, file: Path) -> ModuleType:
        text = file.read_bytes()
        own = f"_botops_suite_{sha256(str(file.resolve()).encode()).hexdigest()[:12]}_{name.replace('.', '_')}"
        spec = importlib.util.spec_from_file_location(own, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[own] = module  # dataclasses look their module up there
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[own]
            raise
        self.sources[str(file)] = text.decode("utf-8", "replace")
        return module


def calling(function: Callable[..., Any]) -> Callable[[Function, DialogueView, Scope], Iterator[Miss]]:
    """What judges by a function."""

    def judge(params: Function, dialogue: DialogueView, scope: Scope) -> Iterator[Miss]:
        try:
            said = function(dialogue, tuple(scope), **params.arguments)
            found = said if isinstance(said, bool | str | Miss) else list(said)
        except Exception as error:  # the author's code may raise anything at all
            raise CannotJudgeError(f"{params.function} raised {_told(error)}") from error
        yield from _misses(params.function, found, scope)

    return judge


def _misses(name: str, said: object, scope: Scope) -> Iterator[Miss]:
    last = scope[-1].number if scope else None
    if said is True:
        return
    if said is False or isinstance(said, str):
        yield Miss(said or f"{name}: нет.", said or f"{name}: no.", last)
        return
    for item in [said] if isinstance(said, Miss) else said if isinstance(said, list) else [said]:
        if not isinstance(item, Miss):
            raise CannotJudgeError(f"{name} returned {type(item).__name__}: return True, False, a text or Misses")
        yield item


def _told(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {error}{place}"


CHECKS: Iterable[Check] = (
    Check(
        "python", {"ru": "Функция на Python", "en": "Python function"},
        "A Python function of the suite's author finds nothing wrong; runs with --allow-code only.",
        Function, not_allowed,
        (
            Sample((("?", "Да."),), holds=True, params="botops.evals.checks.code:example"),
            Sample((("?", "Нет."),), holds=False, params="botops.evals.checks.code:example"),
        ),
        tags=("code",), bind=lambda params, code: calling(code.function(params.function)),
    ),
)  # fmt: skip


def example(dialogue: DialogueView, turns: Scope) -> bool:
    """A function as a suite may name one: every reply says yes."""
    return all("да" in turn.reply.casefold() for turn in turns)
