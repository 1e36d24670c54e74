"""Settings of the detectors: `alerts/detectors.yaml`, complete without a file."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictBool

from botops.config import Document, Strict, read, validate
from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.monitor.detectors.budget import Share, days_between

FILE_NAME = "detectors.yaml"
"""The file, in the folder `alerts` of a user's repository."""

Direction = Literal["up", "down"]
Grain = Literal["day", "hour"]
Route = Literal["page", "digest"]
SeriesName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,99}$")]


class History(Strict):
    """What a baseline is learned from: the `days` before the last `gap` ones, learned anew each Monday.

    Days of incidents and of alarms are left out. With less than `least_days` of `least_units` units in all a series is
    not judged. A day may be put right for `corrections` days; later it only counts for the baseline.
    """

    days: Annotated[int, Field(ge=14, le=365)] = 56
    least_days: Annotated[int, Field(ge=7, le=365)] = 14
    least_units: Annotated[int, Field(ge=1, le=1_000_000)] = 200
    gap: Annotated[int, Field(ge=0, le=60)] = 3
    corrections: Annotated[int, Field(ge=0, le=60)] = 7


class Budget(Strict):
    """How many false alarms people put up with: in 30 days, over all series of a route together.

    `burst` is the part of a series' share that goes to the rule for a single strange day; the rest goes to drift.
    """

    pages: Annotated[float, Field(gt=0, le=300)] = 1.0
    digest: Annotated[float, Field(gt=0, le=300)] = 4.0
    burst: Annotated[float, Field(ge=0.01, le=0.9)] = 0.1


class Rule(Strict):
    """What is looked for: a change by a factor of `times` or more in a direction.

    A rate's odds are multiplied by it (for small rates that is the rate), an amount is. `grain: hour` looks at every
    hour, for fast drift. `weight` is how much of the budget a series gets beside the others of its route.
    """

    direction: Direction = "up"
    times: Annotated[float, Field(gt=1, le=20)] = 2.0
    route: Route = "page"
    weight: Annotated[float, Field(gt=0, le=100)] = 1.0
    grain: Grain = "day"
    weekdays: StrictBool = False


class AmountRule(Rule):
    """A cost or a volume. `of: each` is the amount of one unit (a dialogue's cost), `total` the sum, `units` how
    many."""

    of: Literal["each", "total", "units"] = "each"
    times: Annotated[float, Field(gt=1, le=20)] = 1.5
    weekdays: StrictBool = True


PartName = Literal["version", "variant", "model", "channel", "language"]
"""What the traffic is told apart by."""


class Parts(Strict):
    """Parts of the traffic judged one by one: the `rates` of every version, variant, model, channel and language with
    enough history. They are many, so all go to the digest; beyond `most` of them those with the least traffic are left
    out."""

    by: tuple[PartName, ...] = ("version", "variant", "model", "channel", "language")
    rates: tuple[SeriesName, ...] = ("findings", "escalations", "dissatisfaction", "errors")
    most: Annotated[int, Field(ge=0, le=500)] = 60


def _rates() -> dict[str, Rule]:
    return {
        "findings": Rule(),
        "escalations": Rule(),
        "dissatisfaction": Rule(),
        "errors": Rule(grain="hour"),
        "adoption": Rule(direction="down"),
    }


def _amounts() -> dict[str, AmountRule]:
    return {"cost_per_dialogue": AmountRule(), "dialogues": AmountRule(of="units", direction="down", times=2.0)}


class DetectorSettings(Strict):
    """Everything the detectors ask of people."""

    budget: Budget = Budget()
    history: History = History()
    parts: Parts = Parts()
    rates: dict[SeriesName, Rule] = Field(default_factory=_rates)
    amounts: dict[SeriesName, AmountRule] = Field(default_factory=_amounts)

    def rules(self) -> Mapping[str, Rule]:
        """All series by name; an amount may not have a rate's name, so none is lost."""
        return {**self.rates, **self.amounts}

    def of_part(self, rate: str) -> Rule:
        """The rule by which a rate of a part of the traffic is judged: by the day, for the digest."""
        return self.rates[rate].model_copy(update={"route": "digest", "grain": "day", "weight": 1.0})

    def wanted(self, parts: Collection[str] = ()) -> Mapping[str, float]:
        """Days between false alarms that each series, those of `parts` included, must keep for the budgets of the
        routes to hold."""
        allowed = {"page": self.budget.pages, "digest": self.budget.digest}
        shares = [Share(name, rule.route, rule.weight) for name, rule in self.rules().items()]
        return days_between([*shares, *(Share(name, "digest") for name in parts)], allowed)


def load_detectors(path: Path | str) -> DetectorSettings:
    """Reads the settings. Raises UserError with every problem as `file:line:col: path: message`."""
    document = read(path)
    settings = validate(document, DetectorSettings)
    problems = list(_contradictions(document, settings))
    if problems:
        raise UserError(problems=problems)
    return settings


def _contradictions(document: Document, settings: DetectorSettings) -> Iterator[Problem]:
    history = settings.history
    if history.least_days > history.days:
        message = f"{history.least_days} days can never be reached with a history of {history.days}: lower it"
        yield document.problem(("history", "least_days"), message, rule="contradiction")
    for place, name in enumerate(settings.parts.rates):
        if name not in settings.rates and "rates" in settings.parts.model_fields_set:
            message = f"there is no rate of this name to judge by parts: choose from {', '.join(settings.rates)}"
            yield document.problem(("parts", "rates", place), message, rule="contradiction")
    for name, rule in settings.amounts.items():
        if name in settings.rates:
            message = "a rate has this name already: give one of them another"
            yield document.problem(("amounts", name), message, rule="duplicate-name", of="key")
        if rule.grain == "hour" and rule.of != "each":
            message = f"by the hour only the cost of each dialogue can be judged, not `of: {rule.of}`: use `grain: day`"
            yield document.problem(("amounts", name, "grain"), message, rule="contradiction")
