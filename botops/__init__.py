"""botops: supervision and prompt-ops for AI sales bots."""

__version__ = "0.1.0"
