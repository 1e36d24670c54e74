"""For the tests of botops and of those who build on it: an assertion about replies, fakes, and what plug-ins are held
to. Nothing here leaves this machine."""

from botops.testing.assertions import assert_reply_supported
from botops.testing.conformance import check_conformance
from botops.testing.fake_provider import USAGE, Behaviour, FakeProvider, Mode, RecordedRequest

__all__ = [
    "USAGE",
    "Behaviour",
    "FakeProvider",
    "Mode",
    "RecordedRequest",
    "assert_reply_supported",
    "check_conformance",
]
