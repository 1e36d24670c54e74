"""Events that come from outside as JSON or text: what became of a lead, how a dialogue was rated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo

from babel.numbers import is_currency
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationInfo, model_validator

from botops.domain.money import Money
from botops.domain.outcomes import Feedback, Outcome, Stage, Voice
from botops.store import feedback_id, outcome_id

if TYPE_CHECKING:
    from botops.app.container import Container

_FIRST_YEAR = 1970
_AHEAD = timedelta(days=1)
"""How far clocks and time zones may put an event into the future."""
_MOST_WORTH = Decimal(10**15)
_LOCAL = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2}))?)?")


@dataclass(frozen=True, slots=True)
class Here:
    """What an event leaves out is read as."""

    zone: ZoneInfo
    now: datetime
    currency: str

    @classmethod
    def of(cls, container: Container, currency: str | None = None) -> Self:
        """The company's time zone and currency, at this moment."""
        company = container.settings.company
        return cls(ZoneInfo(company.timezone), container.clock.now(), currency or company.currency)


def _moment(value: Any, info: ValidationInfo) -> datetime:
    """A moment as text or as a datetime. A time without an offset is the company's, a day without a time its end: what
    happened on the day of the dialogue happened after it."""
    assert info.context is not None
    here: Here = info.context["here"]
    found = _read_moment(value, here.zone)
    if found.year < _FIRST_YEAR or found > here.now + _AHEAD:
        raise ValueError(f"`{value}` is not a time from {_FIRST_YEAR} until today: check the date")
    return found


def _read_moment(value: Any, zone: ZoneInfo) -> datetime:
    text = value.strip() if isinstance(value, str) else ""
    try:
        if (day := _day(text)) is not None:
            return datetime.combine(day, time(23, 59, 59), zone)
        local = _LOCAL.fullmatch(text)
        found = _local(local) if local else datetime.fromisoformat(text)
        aware = found if found.tzinfo else found.replace(tzinfo=zone)
        aware.timestamp()  # an offset may push the first or the last day off the calendar
    except (ValueError, OverflowError):
        shown = " ".join(str(value).split())[:40]
        raise ValueError(
            f"`{shown}` is not a time: write it as 2026-11-20T14:30:00+05:00, 20.11.2026 14:30 or 2026-11-20"
        ) from None
    return aware


def _day(text: str) -> date | None:
    """A day without a time. Raises ValueError for one that no calendar has."""
    local = _LOCAL.fullmatch(text)
    if local is not None:
        return _local(local).date() if local.group(4) is None else None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _local(match: re.Match[str]) -> datetime:
    day, month, year, hour, minute, second = (int(part or 0) for part in match.groups())
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - the caller gives it its zone


def currency_code(value: Any) -> str:
    """A currency's code in capitals. Raises ValueError for what is none."""
    code = value.strip().upper() if isinstance(value, str) else ""
    if not is_currency(code):
        shown = " ".join(str(value).split())[:40]
        raise ValueError(f"`{shown}` is no currency: write its code, as KZT or USD")
    return code


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("a number expected, not true or false: correct it")  # noqa: TRY004 - pydantic wants ValueError
    return value


Identifier = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]
_Short = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Moment = Annotated[datetime, BeforeValidator(_moment, json_schema_input_type=str)]


class OutcomeEvent(BaseModel):
    """A lead reached a stage."""

    model_config = ConfigDict(extra="forbid")

    lead: Identifier = Field(description="The lead, as in `lead_id` of a message.")
    stage: Literal["qualified", "won", "lost"]
    at: _Moment = Field(description="When it happened; a time without an offset is the company's.")
    amount: Annotated[Decimal, Field(ge=0, le=_MOST_WORTH), BeforeValidator(_number)] | None = Field(
        None, description="What the deal is worth."
    )
    currency: Annotated[str, BeforeValidator(currency_code)] | None = Field(
        None, description="ISO 4217; without it the company's."
    )
    id: Identifier | None = Field(None, description="Yours; without it the lead, the stage and the time tell events.")
    source: _Short = Field("", description="Where the news comes from, as the name of a CRM.")

    def made(self, here: Here) -> Outcome:
        """The event as it is kept."""
        amount = None if self.amount is None else Money.of(self.amount, self.currency or here.currency)
        stage = Stage(self.stage)
        return Outcome(self.id or outcome_id(self.lead, stage, self.at), self.lead, stage, self.at, amount, self.source)


class FeedbackEvent(BaseModel):
    """A rating of a dialogue, or of one turn of it."""

    model_config = ConfigDict(extra="forbid")

    dialogue_id: Identifier
    turn_id: Identifier | None = None
    rating: Annotated[int, Field(ge=1, le=5), BeforeValidator(_number)] = Field(description="1 is bad, 5 is good.")
    reason: Annotated[str, StringConstraints(max_length=4000)] = ""
    voice: Literal["client", "manager"] = Field("client", description="Who rates.")
    by: _Short = Field("", description="The person; needed of a manager without an `id`.")
    at: _Moment | None = Field(None, description="When; without it now.")
    id: Identifier | None = Field(None, description="Yours; without it a person's later rating replaces the earlier.")

    @model_validator(mode="after")
    def _identified(self) -> Self:
        if self.id is None and self.voice == "manager" and not self.by:
            raise ValueError("a manager's rating needs `by` or `id`: two managers must not overwrite each other")
        if self.id is not None and self.at is None:
            raise ValueError("a rating with an `id` needs `at`: delivered again it must be the same")
        return self

    def made(self, here: Here) -> Feedback:
        """The rating as it is kept."""
        voice = Voice(self.voice)
        identifier = self.id or feedback_id(self.dialogue_id, self.turn_id, voice, self.by)
        return Feedback(
            identifier, self.dialogue_id, self.rating, self.at or here.now, self.reason, voice, self.by, self.turn_id
        )
