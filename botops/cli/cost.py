"""`botops cost`."""

from __future__ import annotations

import click


@click.group()
def cost() -> None:
    """What dialogues cost, what they will, and what they may."""
