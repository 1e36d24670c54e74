"""A text of a prompt tried out before anybody gets it: the bot's own turn with another text. Nothing of it is kept but
what the model cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from botops.app.access.acting import needs
from botops.app.container import new_id
from botops.app.costs.counting import CallBook
from botops.app.probing.turns import Uncounted
from botops.app.prompts.diff import preview_values
from botops.app.prompts.drafting import draft_file
from botops.app.prompts.trial_budget import budgets_of_trial
from botops.domain.access import Right
from botops.domain.errors import UserError
from botops.domain.messages import InboundMessage
from botops.domain.refusals import Refusal
from botops.domain.side_calls import Work
from botops.evals.memory import DialogueMemory
from botops.registry import DRAFT
from botops.registry.folders import check_name
from botops.registry.version import read_version

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.config import Settings
    from botops.domain.messages import Language, Message
    from botops.domain.prompts import Past, RenderedPrompt
    from botops.domain.turns import TurnRecord
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion, Registry


@dataclass(frozen=True, slots=True)
class Trial:
    """What a text is tried on: a client's `message` after what was `said`. `text` is the prompt's file as it would be
    saved; `values` stand in for examples of its own variables. `language` is the client's, where it is known."""

    text: str
    message: str
    said: tuple[Message, ...] = ()
    channel: str = "web"
    language: Language | None = None
    region: str | None = None
    segment: str | None = None
    values: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@needs(Right.EDIT)
async def try_out(container: Container, name: str, trial: Trial) -> TurnRecord:
    """What the bot would answer with this text, with the prices, the guard and the model of this moment.

    No dialogue is kept, nobody is handed over and no metric counts it; what a model is billed for it stands in the
    report of costs. Orders on the prompt do not concern it, budgets do. Raises UserError for a text that cannot be
    read, without a price book and when a budget lets no model be asked, StoreError; a text that cannot be filled in
    gives a turn that says so.
    """
    check_name(name)
    raw = trial.text.encode(errors="surrogatepass")
    version = read_version(raw, draft_file(container, name), name, DRAFT, container.registry.partials())
    current = container.books.current()
    if current is None:
        raise UserError(f"there is no price book at {container.books.path}: replies cannot be judged without one")
    run = new_id()
    budgets = budgets_of_trial(container, run)
    calls = CallBook(container.meter, run, Work.TRIAL, container.clock)
    bot = replace(
        container.bot,
        prompts=_OneText(container.registry, version, container.settings, current.book, trial.values),
        model=calls.counted(container.bot.model),
        store=DialogueMemory(trial.said),
        observer=Uncounted(),
        budgets=budgets,
    )
    inbound = InboundMessage(
        new_id(), "", trial.message, container.clock.now(), new_id(), trial.channel, trial.language, trial.region,
        trial.segment,
    )  # fmt: skip
    try:
        record = await bot.run_turn(inbound)
    finally:
        await budgets.settle(calls.calls())
    if (refused := budgets.refused) is not None and not record.attempts:
        name = refused.budget or ""
        raise UserError(f"the budget {name} lets no model be asked for a trial now: {refused.reason}").told_as(
            Refusal.OVER_BUDGET, budget=name
        )
    return record


class _OneText:
    """The port `PromptSource` with one text for everybody, and examples where a turn gives no value."""

    def __init__(
        self, registry: Registry, version: PromptVersion, settings: Settings, book: PriceBook, values: Mapping[str, str]
    ) -> None:
        self._registry, self._version, self._settings = registry, version, settings
        self._book, self._values = book, values

    def prompt_for(self, inbound: InboundMessage, language: Language, past: Past) -> RenderedPrompt:
        """The text with the prices of the day. Raises UserError that points at the file."""
        known = preview_values(self._version, self._settings, self._book, inbound.at, language, inbound.channel)
        return self._registry.render_version(self._version, {**known, **self._values})
