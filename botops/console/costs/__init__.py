"""What the model costs: the parts of the page."""
