"""The composition root, the use-cases behind every door, and the read models of the screens."""
