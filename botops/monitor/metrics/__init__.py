"""Every Prometheus metric of botops: `declared` lists them, `Metrics` is a process's own set of them."""

from botops.monitor.metrics.counting import MAX_VERSIONS, Metrics
from botops.monitor.metrics.declaring import LABELS, Declared, declared_by, fill

__all__ = ["LABELS", "MAX_VERSIONS", "Declared", "Metrics", "declared_by", "fill"]
