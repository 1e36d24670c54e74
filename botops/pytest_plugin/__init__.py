"""`pytest --botops evals/suites`: the cases of eval suites as tests.

Loaded by every pytest where botops is installed, so nothing of botops is imported before `--botops` asks for it.
"""

from __future__ import annotations

import pytest

SUITES = ("suites/*.yaml", "suites/*.yml", "suites/*.json", "suites/*.jsonl")
"""Which files of a folder are suites, unless the setting `botops_suites` says otherwise."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options, named as those of `botops eval run`."""
    group = parser.getgroup("botops", "evals of a sales bot")
    group.addoption("--botops", action="store_true", help="Collect the cases of eval suites as tests.")
    group.addoption(
        "--botops-model", action="append", metavar="MODEL", default=[],
        help="replay (the default), simulator, a URL, or a model's name. May be given more than once.",
    )  # fmt: skip
    group.addoption(
        "--botops-prompt", action="append", metavar="NAME[@VERSION|@draft]", default=[],
        help="Prompt to run; default: the live version and those of the split. May be given more than once.",
    )  # fmt: skip
    group.addoption(
        "--botops-set", action="append", metavar="KEY=VALUE", default=[], help="Override a setting of botops.yaml."
    )
    group.addoption("--botops-no-llm", action="store_true", help="Leave out the checks that ask a judge model.")
    group.addoption(
        "--botops-faults", choices=("error", "skip"), default="error",
        help="What a case is that could not be judged because a model or a recording was missing: error (the default) "
        "or skip. It is never a failure.",
    )  # fmt: skip
    group.addoption(
        "--botops-lang", choices=("en", "ru", "kk"), default="en", help="Language of what a failing case shows."
    )
    parser.addini("botops_suites", "Files in a folder that are eval suites (patterns).", type="args", default=[*SUITES])


def pytest_configure(config: pytest.Config) -> None:
    """Registers the marker of every case, and what collects them when it is asked for."""
    config.addinivalue_line("markers", "botops: a case of an eval suite (see --botops)")
    if config.getoption("--botops"):
        from botops.pytest_plugin.collecting import Suites  # noqa: PLC0415 - only when it is asked for

        config.pluginmanager.register(Suites(config), "botops-suites")
        return
    for option in ("--botops-model", "--botops-prompt", "--botops-set", "--botops-no-llm"):
        if config.getoption(option):
            raise pytest.UsageError(f"{option} belongs to --botops: add it")
