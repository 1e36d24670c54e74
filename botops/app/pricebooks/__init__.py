"""Price books: the one in force, releases, what a change touches, the canary."""
