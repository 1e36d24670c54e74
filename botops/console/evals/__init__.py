"""Evaluations: the parts of the page."""
