"""Knowing first: metric declarations, and later detectors, alerts and incidents."""

from botops.monitor.metrics import Metrics

__all__ = ["Metrics"]
