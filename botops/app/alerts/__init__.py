"""Alerts as they are found, kept, told and worked with."""
