"""Dialogues: the list's filters, the transcript, the review."""
