"""Evaluations: what is asked for, suites made ready, models and their pace, tasks beside the service, what is kept."""
