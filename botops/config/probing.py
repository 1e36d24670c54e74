"""The section `probes` of the settings: how often botops asks its own bot, what, and how good it has to be."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from botops.config.validation import Strict

Target = Annotated[float, Field(gt=0, lt=1)]


class Objectives(Strict):
    """What is promised for a month: the share of probes that are answered, and of answers that are right. One minus it
    is the error budget."""

    answered: Target = 0.995
    right: Target = 0.98


class Probes(Strict):
    """Dialogues held with the bot itself, every `every_min` minutes.

    Left out, `enabled` is yes with the simulated model and no with one that costs money. `url` is where the API is
    asked, such as https://bot.example.kz; by default it is asked at its own address. `product` is the SKU whose price
    is asked for; by default the first with one price. `timeout_s` is how long a client would wait, in seconds.
    `fail_after` is how many failures in a row raise an alert.
    """

    enabled: bool | None = None
    every_min: int = Field(default=15, ge=1, le=1_440)
    url: str | None = Field(default=None, pattern=r"^https?://[^\s/?#]+[^\s?#]*$")
    product: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    fail_after: int = Field(default=2, ge=1, le=20)
    objectives: Objectives = Objectives()

    @property
    def every_s(self) -> int:
        """Seconds from one run to the next."""
        return self.every_min * 60
