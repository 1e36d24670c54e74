"""Probes: dialogues that botops holds with its own bot through the API, and what they show."""

from botops.app.probing.asking import address_of, ask_all, ask_by_hand, switched_on
from botops.app.probing.standing import ProbeStanding, standing

__all__ = ["ProbeStanding", "address_of", "ask_all", "ask_by_hand", "standing", "switched_on"]
