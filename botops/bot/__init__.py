"""The turn: from a client's message to a judged, priced and recorded reply."""

from botops.bot.rules import BotRules
from botops.bot.turn import Bot

__all__ = ["Bot", "BotRules"]
