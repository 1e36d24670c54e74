"""Overrides are in force until they are ended, once."""

from datetime import UTC, datetime

import pytest

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.releases import AuditEntry, Deed, Override, OverrideKind

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


def _override(identifier="o1", **more):
    return Override(identifier, "sales", OverrideKind.HAND_OVER, "aigerim", AT, "бот врёт, +7 701 234 56 78", **more)


def test_an_override_holds_until_it_is_ended(store):
    store.overrides.add(_override())
    (found,) = store.overrides.in_force()
    assert found.kind is OverrideKind.HAND_OVER
    assert "701" not in found.reason
    store.overrides.end("o1", "daulet", "починили", AT)
    assert store.overrides.in_force() == ()
    assert store.overrides.history("sales")[0].ended_by == "daulet"


def test_an_override_is_ended_once(store):
    store.overrides.add(_override())
    store.overrides.end("o1", "daulet", "починили", AT)
    with pytest.raises(ConflictError, match="daulet"):
        store.overrides.end("o1", "aigerim", "тоже", AT)
    with pytest.raises(NotFoundError, match="nope"):
        store.overrides.end("nope", "aigerim", "тоже", AT)


def test_the_audit_log_keeps_the_order_and_the_details(store):
    for n in (1, 2):
        store.audit.add(
            AuditEntry(
                f"a{n}",
                AT.replace(hour=9 + n),
                "aigerim",
                Deed.PUBLISH,
                "prompt:sales",
                "x",
                str(n),
                "c" * 64,
                {"run": n},
            )
        )
    store.audit.add(AuditEntry("b", AT, "aigerim", Deed.PUBLISH, "prompt:other", "x"))
    assert [e.version for e in store.audit.entries("prompt:sales")] == ["2", "1"]
    assert store.audit.entries("prompt:sales")[0].detail == {"run": 2}
    assert len(store.audit.entries()) == 3
