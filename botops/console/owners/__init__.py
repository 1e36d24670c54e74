"""Parts of the page that says who owns what."""
