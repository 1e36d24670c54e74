"""A simulated client played by a language model: who it is comes from the case, what it is told from the bot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files

from botops.domain.billing import billed
from botops.domain.errors import ModelError
from botops.domain.messages import Language, Message
from botops.domain.ports import ChatModel, Clock, Meter, ModelRequest
from botops.domain.prompts import ModelParameters
from botops.domain.turns import Purpose
from botops.domain.usage import Cost, Usage
from botops.evals.model import ClientProfile

PROMPT = "client@1"
"""The identity of the client's prompt, `botops/evals/templates/client.txt`."""
STOP = "###STOP###"
"""What the model writes when the client has no more to say."""
_MOST_CHARACTERS = 2_000
_OPENING = "(The chat is open. Write your first message.)"

_GOALS: Mapping[str, str] = {
    "price": "to learn what the things you are interested in cost",
    "buy": "to choose and to order",
    "compare": "to compare two things and learn which suits you and what each costs",
    "haggle": "to get a discount; you press for one in several ways before you give up",
    "terms": "to learn the terms: delivery, warranty, payment, trial",
    "recommend": "to be advised what suits your business, then to learn its price",
    "human": "to speak with a person of the company",
    "browse": "nothing in particular yet; you look around and ask this and that",
}
_PERSONAS: Mapping[str, str] = {
    "plain": "plainly",
    "polite": "politely, with greetings and thanks",
    "terse": "tersely, in a few words, without capitals and punctuation",
    "chatty": "chattily, with details that do not matter",
}
_LANGUAGES: Mapping[Language, str] = {"ru": "Russian", "kk": "Kazakh", "en": "English"}


@lru_cache(maxsize=1)
def prompt_text() -> str:
    """The client's prompt as it is shipped, its blanks not filled in."""
    return files("botops.evals").joinpath("templates/client.txt").read_text("utf-8")


class ModelClient:
    """A client whose messages a model writes. `cost` is that of all its calls, failed ones too.

    The model gets the profile's `seed` and the temperature 0: as deterministic as its provider makes it.
    """

    def __init__(
        self,
        model: ChatModel,
        profile: ClientProfile,
        currency: str,
        meter: Meter,
        clock: Clock,
        deadline_s: float = 60.0,
    ) -> None:
        self._model, self._meter, self._clock, self._deadline_s = model, meter, clock, deadline_s
        self._parameters = ModelParameters(temperature=0.0, seed=profile.seed)
        self._system = _system(profile, currency)
        self.cost = Cost()

    async def next(self, messages: Sequence[Message]) -> str | None:
        """The next message, None when the client has no more to say.

        Raises ModelError, and StoreError when the message cannot be recorded.
        """
        roles = {"user": "assistant", "assistant": "user"}
        said = tuple(Message(roles[m.role], m.content) for m in messages if m.role in roles)  # type: ignore[arg-type]
        opening = (Message("user", _OPENING),) if not said or said[0].role == "assistant" else ()
        asked = (Message("system", self._system), *opening, *said)
        request = ModelRequest(asked, self._parameters, Purpose.CLIENT, self._deadline_s, PROMPT)
        try:
            reply = await self._model.complete(request)
        except ModelError as error:
            self._count(error.billed, error.model)
            raise
        self._count(reply.billed, reply.model)
        # What stands beside the mark is a farewell at most: it needs no reply.
        return None if STOP in reply.text else reply.text.strip()[:_MOST_CHARACTERS] or None

    def _count(self, requests: tuple[Usage, ...], model: str) -> None:
        now, simulated = self._clock.now(), self._model.simulated
        self.cost += billed(self._meter, requests, model, now, asked=self._model.name, simulated=simulated)


def _system(profile: ClientProfile, currency: str) -> str:
    return prompt_text().format(
        goal=_GOALS.get(profile.goal, profile.goal),
        persona=_PERSONAS.get(profile.persona, profile.persona),
        language=_LANGUAGES[profile.language],
        things=", ".join(profile.things) or "you have nothing particular in mind",
        budget="you have none in mind" if profile.budget is None else f"about {profile.budget} {currency}",
        brief=f"- More about you: {profile.brief}\n" if profile.brief else "",
        patience=profile.patience,
        stop=STOP,
    )
