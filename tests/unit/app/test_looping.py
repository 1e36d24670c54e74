"""Work done again and again: a fault of one duty ends no other, and the metrics tell when it last came round."""

import threading
import time

from botops.app.looping import Loop
from botops.monitor import Metrics


def rounds(metrics, loop="sweep"):
    return metrics.registry.get_sample_value("botops_loop_round_timestamp_seconds", {"loop": loop})


def test_a_loop_that_was_never_started_has_no_rounds_to_be_late_with():
    metrics = Metrics()
    Loop("sweep", 1.0, [], metrics)
    assert rounds(metrics) is None


def test_a_duty_that_breaks_off_is_counted_and_keeps_no_other_from_being_done(caplog):
    metrics, done = Metrics(), threading.Event()

    def break_off():
        raise RuntimeError("no")

    loop = Loop("sweep", 0.01, [(1, "breaking off", break_off), (1, "doing", done.set)], metrics)
    began = time.time()
    loop.start()
    assert done.wait(10)
    loop.stop()
    assert metrics.registry.get_sample_value("botops_watch_errors_total") >= 1
    assert "breaking off broke off" in caplog.text
    assert rounds(metrics) >= began
