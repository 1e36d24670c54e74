"""What AI Ops watches: the parts of the live and the system page."""
