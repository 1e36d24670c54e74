"""Incidents: the list, the page of one, its postmortem."""
