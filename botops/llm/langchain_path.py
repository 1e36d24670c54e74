"""A LangChain chat model by the import path of what makes it: `package.module:factory`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.llm.langchain_model import LangChainModel
from botops.llm.named import NamedModel
from botops.llm.retry import RetryPolicy

if TYPE_CHECKING:
    from types import ModuleType


def langchain_model(
    path: str, root: Path, *, deadline_s: float, first_text_s: float | None, max_reply_chars: int, retry: RetryPolicy
) -> NamedModel:
    """The model that `package.module:factory` makes or is; modules are looked for in the folder `root` too.

    The factory gives a `BaseChatModel`, or a `LangChainModel` where its limits or its `require_finish_reason` are to be
    others. Raises UserError that names what is wrong or what to install.
    """
    module_name, colon, attribute = path.partition(":")
    if not (colon and module_name and attribute.isidentifier()):
        raise UserError(f"`langchain:{path}` is no path of a model: write it as langchain:package.module:factory")
    base = _chat_model_class()
    module = _module(root, module_name)
    made = getattr(module, attribute, None)
    if made is None:
        known = [name for name in vars(module) if not name.startswith("_")]
        raise UserError(f"{module_name} has no `{attribute}`{suggestion(attribute, known, others='names')}")
    if callable(made) and not isinstance(made, base | LangChainModel):
        made = _made(made, path)
    if isinstance(made, base):
        made = LangChainModel(
            made, deadline_s=deadline_s, first_text_s=first_text_s, max_reply_chars=max_reply_chars, retry=retry
        )
    if not isinstance(made, LangChainModel):
        raise UserError(f"{path} is a {type(made).__name__}: neither a LangChain chat model nor what makes one")
    return NamedModel(made)


def _chat_model_class() -> type[Any]:
    try:
        models = importlib.import_module("langchain_core.language_models")
    except ImportError as error:
        raise UserError("LangChain is not installed; install it with: pip install 'botops[langchain]'") from error
    found: type[Any] = models.BaseChatModel
    return found


def _module(root: Path, name: str) -> ModuleType:
    # For good and not for the import alone: a module may load its neighbours when it is first used.
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        missing = error.name or name
        if name == missing or name.startswith(f"{missing}."):
            raise UserError(f"there is no module {missing}, neither installed nor in {root}") from error
        raise UserError(f"{name} needs {missing}: {_install(missing)}") from error
    except Exception as error:  # a module of the user's can raise anything while it is read
        raise UserError(f"{name} cannot be imported: {type(error).__name__}: {error}") from error


def _made(factory: Any, path: str) -> Any:
    try:
        return factory()
    except ModuleNotFoundError as error:
        raise UserError(f"{path} needs {error.name}: {_install(error.name or '')}") from error
    except Exception as error:  # a function of the user's can raise anything, a missing key for one
        raise UserError(f"{path} made no model: {type(error).__name__}: {error}") from error


def _install(module: str) -> str:
    return f"install it with: pip install {module.partition('.')[0].replace('_', '-')}"
