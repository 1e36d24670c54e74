"""Dialogues as people work on them: saying what a reply is worth, what waits for that, and taking them along."""
