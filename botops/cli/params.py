"""Types of options that several commands share."""

from __future__ import annotations

from datetime import date

import click


class Share(click.ParamType[float]):
    """A number, or a share as `10%`."""

    name = "number"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number. Fails for text that is none."""
        text = str(value).strip().replace(",", ".")
        try:
            return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
        except ValueError:
            self.fail(f"{text!r} is no number: write 0.1 or 10%", param, ctx)


class Day(click.ParamType[date]):
    """A day, as 2026-11-20."""

    name = "day"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day. Fails for text that is none."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no day: write it as 2026-11-20", param, ctx)


class Month(click.ParamType[date]):
    """A month, as 2026-11."""

    name = "month"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The first day of the month. Fails for text that is no month."""
        try:
            return value if isinstance(value, date) else date.fromisoformat(f"{value}-01")
        except ValueError:
            self.fail(f"{value!r} is no month: write it as 2026-11", param, ctx)
