"""Finds, links and verifies commercial claims in a reply. Pure: no model, no network, no database."""

from botops.claims.check import CheckResult, Conversation, TooLargeError, check, judge
from botops.claims.compile import CompiledBook, compile_book
from botops.claims.extensions import NO_EXTENSIONS, ClaimCheck, Extensions, ReplyToCheck
from botops.claims.mention import Mention
from botops.claims.mentions import find_mentions, find_numbers, find_quantities

__all__ = [
    "NO_EXTENSIONS",
    "CheckResult",
    "ClaimCheck",
    "CompiledBook",
    "Conversation",
    "Extensions",
    "Mention",
    "ReplyToCheck",
    "TooLargeError",
    "check",
    "compile_book",
    "find_mentions",
    "find_numbers",
    "find_quantities",
    "judge",
]
