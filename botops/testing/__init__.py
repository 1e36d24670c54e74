"""Fakes for the tests of botops and of those who build on it, and what plug-ins are held to. Nothing here leaves this
machine."""

from botops.testing.conformance import check_conformance
from botops.testing.fake_provider import USAGE, Behaviour, FakeProvider, Mode, RecordedRequest

__all__ = ["USAGE", "Behaviour", "FakeProvider", "Mode", "RecordedRequest", "check_conformance"]
