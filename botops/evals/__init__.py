"""Evals: scripted and simulated dialogues run through the bot's own turn, judged, compared and reported."""
