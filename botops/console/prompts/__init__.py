"""Prompts: the parts of the page."""
