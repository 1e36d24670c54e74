"""Overrides are in force until they are ended, once, each with its line in the audit log."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count

import pytest

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.releases import AuditEntry, Deed, Override, OverrideKind
from botops.store import Store

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
_IDS = (f"a{n}" for n in count(1))


def _override(identifier="o1", kind=OverrideKind.HAND_OVER, **more):
    return Override(identifier, "sales", kind, "aigerim", AT, "бот врёт, +7 701 234 56 78", **more)


def _entry(override, deed=Deed.OVERRIDE, by="aigerim", reason="бот врёт, +7 701 234 56 78"):
    return AuditEntry(next(_IDS), AT, by, deed, f"prompt:{override.subject}", reason, detail={"override": override.id})


def _end(by, reason):
    return lambda override: _entry(override, Deed.OVERRIDE_END, by, reason)


def _add(store, override):
    return store.overrides.add(override, _entry(override))


def test_an_override_holds_until_it_is_ended(store):
    assert _add(store, _override())
    (found,) = store.overrides.in_force()
    assert found.kind is OverrideKind.HAND_OVER
    assert "701" not in found.reason
    store.overrides.end("o1", _end("daulet", "починили"))
    assert store.overrides.in_force() == ()
    ended = store.overrides.history("sales")[0]
    assert (ended.ended_by, ended.ended_reason, ended.ended_at) == ("daulet", "починили", AT)
    log = store.audit.entries("prompt:sales")
    assert sorted((e.deed, e.by) for e in log) == [(Deed.OVERRIDE, "aigerim"), (Deed.OVERRIDE_END, "daulet")]
    assert not any("701" in e.reason for e in log)


def test_an_override_is_ended_once(store):
    _add(store, _override())
    store.overrides.end("o1", _end("daulet", "починили"))
    with pytest.raises(ConflictError, match="daulet"):
        store.overrides.end("o1", _end("aigerim", "тоже"))
    with pytest.raises(NotFoundError, match="nope"):
        store.overrides.end("nope", _end("aigerim", "тоже"))
    assert len(store.audit.entries("prompt:sales")) == 2


def test_of_several_who_order_the_same_at_once_one_does(url, clock):
    orders = [_override(f"o{n}", OverrideKind.CONTROL, experiment="price-first") for n in range(8)]
    with Store.open(url, clock=clock) as one, Store.open(url, clock=clock, role="side") as other:
        with ThreadPoolExecutor(8) as pool:
            done = list(pool.map(lambda n: _add((one, other)[n % 2], orders[n]), range(8)))
        assert sum(done) == 1
        assert len(one.overrides.history("sales")) == 1
        assert len(one.audit.entries("prompt:sales")) == 1


def test_an_order_takes_the_place_of_others_in_one_step(store):
    _add(store, _override("o1"))
    _add(store, _override("o2", OverrideKind.CONTROL, experiment="price-first"))
    new = _override("o3", OverrideKind.VERSION, version=2)
    kinds = (OverrideKind.HAND_OVER, OverrideKind.VERSION)
    ended = store.overrides.replace(new, _entry(new), kinds, _end("aigerim", "replaced"))
    assert [o.id for o in ended] == ["o1"]
    assert {o.id for o in store.overrides.in_force()} == {"o2", "o3"}
    assert store.overrides.in_force()[-1].version == 2


def test_the_audit_log_keeps_the_order_and_the_details(store):
    for n in (1, 2):
        store.audit.add(
            AuditEntry(
                f"x{n}",
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
