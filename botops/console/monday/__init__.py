"""Parts of the page Monday."""
