"""What an evaluation is asked to run."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from botops.app.models import REPLAY

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path

    from botops.evals.model import Case

_ERRORS = ("wrong_variant", "stale_price", "invented_discount", "wrong_total")


@dataclass(frozen=True, slots=True)
class EvalRequest:
    """What is to be run. `prompts` as `NAME`, `NAME@VERSION` or `NAME@draft`; none means what is served.

    Each of `models` is `replay`, `replay:MODEL` or what `botops.app.models.build_model` takes; every prompt version is
    run with every model. `judge` is the model asked by checks that need one, None for the configured one; `no_llm`
    leaves such checks out; `client` plays every simulated client, None for what each case says; `allow_code` lets code
    that a suite brings along run. `cases` are patterns of case ids (`promo-*`), `tags` select the cases that have one
    of them.

    With `stream` replies are streamed. `resume` takes up the same run where it stopped; `retry_errors` is a result of
    which only what could not be judged is run again.
    `concurrency`, `requests_per_minute`, `tokens_per_minute` and `max_wait` (seconds) are the pace of each model.
    """

    suites: tuple[Path, ...]
    prompts: tuple[str, ...] = ()
    models: tuple[str, ...] = (REPLAY,)
    concurrency: int = 8
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_wait: float = 120.0
    repeat: int = 1
    stream: bool = False
    record: bool = False
    resume: bool = False
    retry_errors: Path | None = None
    max_cost: Decimal | None = None
    cases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    judge: str | None = None
    no_llm: bool = False
    client: str | None = None
    allow_code: bool = False

    @property
    def whole(self) -> bool:
        """True when nothing of the suites and of what is served is left out."""
        return self.every_case and not self.prompts

    @property
    def every_case(self) -> bool:
        """True when no case of the suites and nothing that is expected of one is left out."""
        return not (self.cases or self.tags or self.no_llm)

    def takes(self, case: Case) -> bool:
        """True for a case that is to be run."""
        return (not self.cases or any(fnmatchcase(case.id, pattern) for pattern in self.cases)) and (
            not self.tags or any(tag in self.tags for tag in case.tags)
        )


def faultless(overrides: tuple[str, ...]) -> tuple[str, ...]:
    """Settings for a gate: the simulated model makes no errors of its own, unless the caller asks for them."""
    return (*(f"simulator.errors.{name}=0" for name in _ERRORS), *overrides)
