"""Fakes for the tests of botops and of those who build on it. Nothing here leaves this machine."""

from botops.testing.fake_provider import USAGE, Behaviour, FakeProvider, Mode, RecordedRequest

__all__ = ["USAGE", "Behaviour", "FakeProvider", "Mode", "RecordedRequest"]
