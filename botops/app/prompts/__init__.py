"""Prompts: chosen and filled in for a turn, handed out, linted, compared, exchanged with other tools."""
