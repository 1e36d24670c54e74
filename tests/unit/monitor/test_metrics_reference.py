from pathlib import Path

from botops.monitor import otel
from botops.monitor.metrics import Metrics, declared_by
from botops.monitor.reference import reference

PAGE = Path(__file__).parents[3] / "docs/metrics.md"


def test_the_page_of_metrics_is_up_to_date():
    assert PAGE.read_text("utf-8") == reference(), "run `make docs`"


def test_it_names_every_metric_and_attribute_once():
    lines = reference().splitlines()
    for metric in declared_by(Metrics).values():
        rows = [line for line in lines if line.startswith((f"| `{metric.name}` ", f"| `{metric.name}_info` "))]
        assert len(rows) == 1, metric.name
        assert metric.text in rows[0]
    for table in (otel.TURN, otel.CALL, otel.JUDGED):
        for one in table:
            assert any(line.startswith(f"| `{one.name}` | {one.text}") for line in lines), one.name
