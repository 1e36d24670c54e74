"""A simulated model that follows the text of its prompt, an OpenAI-compatible endpoint over it, and simulated clients.

It shares no code with the claim checker: a bot and a checker that share code agree by construction.
"""

from botops.simulator.clients import Profile, SimulatedClient
from botops.simulator.decisions import Decision, decide
from botops.simulator.mistakes import Errors, Mistake
from botops.simulator.model import SimulatedModel

__all__ = ["Decision", "Errors", "Mistake", "Profile", "SimulatedClient", "SimulatedModel", "decide"]
