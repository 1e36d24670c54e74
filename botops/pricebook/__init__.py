"""Price books: reading, looking up, comparing. No input or output beyond files."""
