"""Parts of the page of prices."""
