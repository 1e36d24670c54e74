"""Metrics as Prometheus takes them: the demo company's dialogues and store make few series, each kept in its memory;
names and texts are as they should be."""

import asyncio
import subprocess

from prometheus_client.parser import text_string_to_metric_families

from botops.app.container import Container
from botops.app.gauges import refresh_gauges
from botops.app.seed import seed
from botops.config import Secrets, load_settings
from botops.monitor import Metrics
from botops.store import DialogueFilter

MOST_SERIES = 2000


def test_the_demo_makes_fewer_than_two_thousand_series(project):
    with Container.open(load_settings(project / "botops.yaml", required=True), Secrets()) as container:
        asyncio.run(seed(container, 150))
        reads, metrics = container.store.reads, container.metrics
        turns = 0
        for row in reads.dialogues(DialogueFilter(limit=500)).items:
            for record in reads.dialogue(row.id):
                metrics.turn_finished(record)
                turns += 1
        refresh_gauges(container)
        families = list(text_string_to_metric_families(metrics.exposition().decode()))
    assert turns > 300
    counted = next(f for f in families if f.name == "botops_turns")
    assert sum(sample.value for sample in counted.samples) == turns
    series = sum(len(family.samples) for family in families)
    assert 100 < series < MOST_SERIES


def test_promtool_finds_nothing_to_say_of_names_and_texts(require_program):
    promtool = require_program("promtool", "prometheus")
    done = subprocess.run(
        [promtool, "check", "metrics"], input=Metrics().exposition(), capture_output=True, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, b"")
