"""The section `digest` of the settings: who is told what a day or a week came to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from botops.config.alerting import RoleName
from botops.config.validation import Strict

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Digests(Strict):
    """Who gets digests, by role of the team's file, through the channels of `alerts`, at `alerts.digest_at`.

    `daily` are told of the day before; left out, those who answer for `service` and `replies`. `weekly` are told on
    `weekday` of the week before, Monday to Sunday: what was promised and is not owed. Nobody, when they are empty.
    """

    daily: tuple[RoleName, ...] | None = Field(default=None, max_length=20)
    weekly: tuple[RoleName, ...] = Field(default=(), max_length=20)
    weekday: Weekday = "monday"
