"""How a metric is declared: as a class attribute, which every instance of its class turns into a collector of its own.

The declarations can be read without making any: the table in `docs/metrics.md` and the tests of labels do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar, overload

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.metrics import MetricWrapperBase

M = TypeVar("M", Counter, Gauge, Histogram, Info)

LABELS = frozenset(
    {"action", "area", "budget", "channel", "currency", "fault", "judgement", "kind", "language", "loop", "model",
     "outcome", "probe", "prompt", "purpose", "rating", "rule", "severity", "source", "stage", "state", "suite", "type",
     "variant", "version", "voice"}
)  # fmt: skip
"""Label names a metric may use: each takes values from a short list that we know or bound. Ids and texts never are."""


@dataclass(frozen=True, slots=True)
class Declared(Generic[M]):
    """One metric: its kind, its name as exposed, what it says, its labels and, of a histogram, its buckets in seconds.

    On an instance of the class it is declared in, its attribute is the collector.
    """

    kind: type[M]
    name: str
    text: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if unknown := set(self.labels) - LABELS:
            raise ValueError(f"{self.name}: {', '.join(sorted(unknown))} may not be a label")

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: Declarations, owner: type) -> M: ...
    def __get__(self, instance: Declarations | None, owner: type) -> Self | M:
        # Only reached on the class: an instance has its collectors in its dictionary, which comes before this.
        if instance is None:
            return self
        raise AttributeError(f"{self.name} is read before the metrics are made")

    def make(self, registry: CollectorRegistry) -> MetricWrapperBase:
        """A collector of this metric in a registry. Raises ValueError for a name that is taken.

        A gauge is not a number until somebody sets it: what is not known yet must not read as 0.
        """
        more: dict[str, Any] = {"buckets": self.buckets} if self.buckets else {}
        made = self.kind(self.name, self.text, self.labels, registry=registry, **more)
        if isinstance(made, Gauge) and not self.labels:
            made.set(math.nan)
        return made


class Declarations:
    """Base of classes that declare metrics; every instance has collectors of its own."""

    def __init__(self, registry: CollectorRegistry) -> None:
        for attribute, metric in declared_by(type(self)).items():
            self.__dict__[attribute] = metric.make(registry)


def declared_by(owner: type) -> Mapping[str, Declared[Any]]:
    """The metrics a class declares by attribute, those of its bases too, in the order they are written in."""
    found: dict[str, Declared[Any]] = {}
    for base in owner.__mro__:
        found |= {name: value for name, value in vars(base).items() if isinstance(value, Declared)}
    return found


def counter(name: str, text: str, *labels: str) -> Declared[Counter]:
    """Something that only grows. Its name ends in `_total`."""
    return Declared(Counter, name, text, labels)


def gauge(name: str, text: str, *labels: str) -> Declared[Gauge]:
    """How something stands now."""
    return Declared(Gauge, name, text, labels)


def histogram(name: str, text: str, *labels: str, buckets: tuple[float, ...]) -> Declared[Histogram]:
    """How long things take, in seconds."""
    return Declared(Histogram, name, text, labels, buckets)


def info(name: str, text: str) -> Declared[Info]:
    """What something is, in labels of its own; exposed as `name_info`."""
    return Declared(Info, name, text)


def fill(gauge: Gauge, values: Mapping[tuple[str, ...], float]) -> None:
    """Sets a gauge for each of its label values, and takes away those that are no longer there."""
    for labels, value in values.items():
        gauge.labels(*labels).set(value)
    now = {tuple(map(str, labels)) for labels in values}
    for family in gauge.collect():
        for sample in family.samples:
            old = tuple(sample.labels.values())
            if old not in now:
                gauge.remove(*old)
