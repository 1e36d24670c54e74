"""Alerts: the inbox and the page of one."""
