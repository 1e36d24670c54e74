"""Finds, links and verifies commercial claims in a reply. Pure: no model, no network, no database."""
