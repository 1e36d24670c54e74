"""Writes docs/metrics.md from the declarations: `python -m botops.monitor.reference docs/metrics.md`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from botops.monitor import otel
from botops.monitor.metrics.declared import SUBJECTS
from botops.monitor.metrics.declaring import Declared, declared_by

_INTRO = """\
# Metrics

Made by `make docs` from the declarations in `botops/monitor/metrics/declared.py`.

`GET /metrics` answers in the Prometheus text format, or in OpenMetrics for who accepts it: only there do figures name a
turn behind them (an exemplar, `turn_id`; `GET /v1/dialogues` and the console show it). The rules in `alerts/rules.yml`
and the boards in `dashboards/` use these names.

- Counters are this process's own and begin at 0 with it: use `increase` and `rate`. Figures for people come from the
  store, not from here.
- Gauges tell how files and store stand; several processes over one store tell the same, so take `max`, not `sum`.
  `NaN` means not known (yet), which is not 0.
- `_timestamp_seconds` are moments: `time() - x` is an age. `_ratio` are parts of 1.
- Labels take few values: ids, leads and texts are never labels; versions beyond the first forty seen, models and
  channels beyond the first twenty are `other`. The demo company makes fewer than 2,000 series; a test holds it to that.
"""
_OTEL = f"""\
## OpenTelemetry

Where `OTEL_EXPORTER_OTLP_ENDPOINT` names a collector (`http://127.0.0.1:4318`) and the extra is installed
(`pip install 'botops[otel]'`), every turn the bot answers is sent there by OTLP over HTTP: a span of the turn with a
span for each model call inside, and two histograms. Headers, certificates and time-outs are said by the standard
variables `OTEL_EXPORTER_OTLP_*`, other attributes of the service by `OTEL_RESOURCE_ATTRIBUTES`;
`OTEL_SDK_DISABLED=true` switches it off.

Names follow the GenAI semantic conventions {otel.SEMCONV}, the last version before they moved to a repository of their
own; they are in development there and may change. What they have no name for begins with `botops.`. Texts of dialogues
are sent only with `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=true`, personal data in them masked.
"""


def reference() -> str:
    """The whole page."""
    parts = [_INTRO]
    for subject in SUBJECTS:
        parts += [f"## {_title(subject)}\n", *_table(_HEAD, map(_row, declared_by(subject).values()))]
    parts += [_OTEL, "### Span of a turn, `invoke_agent PROMPT`\n", *_table(_OTEL_HEAD, _attributes(otel.TURN))]
    parts += ["### Span of a model call, `chat MODEL`\n", *_table(_OTEL_HEAD, _attributes(otel.CALL))]
    parts += [f"### Event `{otel.EVALUATION}` of a judged call\n", *_table(_OTEL_HEAD, _attributes(otel.JUDGED))]
    parts += ["### Metrics\n", *_table(("metric", "unit", "attributes"), _metrics())]
    return "\n".join(parts)


_HEAD = ("metric", "kind", "labels", "what it says")
_OTEL_HEAD = ("attribute", "what it says")


def _title(subject: type) -> str:
    return (inspect.getdoc(subject) or "").rstrip(".")


def _row(metric: Declared[Any]) -> tuple[str, ...]:
    kind = metric.kind.__name__.lower()
    name = f"{metric.name}_info" if kind == "info" else metric.name
    return f"`{name}`", kind, ", ".join(f"`{label}`" for label in metric.labels), metric.text


def _attributes(table: Iterable[otel.Mapped[Any]]) -> Iterator[tuple[str, ...]]:
    return ((f"`{one.name}`", one.text) for one in table)


def _metrics() -> Iterator[tuple[str, ...]]:
    names = ", ".join(f"`{one.name}`" for one in otel.CALL if one.metric)
    yield f"`{otel.DURATION}`", "s", names
    yield (
        f"`{otel.TOKENS}`",
        "{token}",
        f"{names}, `{otel.TOKEN_TYPE}` (input, output); only tokens the provider counted",
    )


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for row in (head, tuple("---" for _ in head), *rows):
        yield f"| {' | '.join(row)} |"
    yield ""


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(reference(), encoding="utf-8")
