"""Moments as people write them: a span, or a day of the company's."""

from datetime import UTC, datetime

import pytest

from botops.cli.moments import moment_ahead, moment_before
from botops.config import Settings
from botops.domain.errors import UserError

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
SETTINGS = Settings.model_validate({"company": {"timezone": "Asia/Almaty"}})


def test_a_day_begins_by_the_companys_clock_and_a_span_is_counted_from_now():
    assert moment_ahead(NOW, "2026-11-30", SETTINGS) == datetime(2026, 11, 29, 19, tzinfo=UTC)
    assert moment_ahead(NOW, "+2h", SETTINGS) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert moment_before(NOW, "7d", SETTINGS) == datetime(2026, 11, 13, 7, tzinfo=UTC)


@pytest.mark.parametrize("read", [moment_ahead, moment_before])
def test_a_day_that_cannot_be_reckoned_with_is_refused(read):
    with pytest.raises(UserError, match="0001-01-01 is long before"):
        read(NOW, "0001-01-01", SETTINGS)
