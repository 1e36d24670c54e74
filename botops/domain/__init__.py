"""The nouns every room speaks in, and the ports through which rules reach the outside.

This room imports nothing of ours and does no input or output.
"""
