"""Experiments: the parts of the page."""
