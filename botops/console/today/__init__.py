"""Parts of the page Today: what is wrong, what waits, what was changed."""
