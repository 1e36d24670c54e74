"""Dialogues and tests of other tools, and dialogues of the store, into eval suites."""
