"""Of several processes that serve one store, one does what only one should."""

import pytest

from botops.store import Store


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_the_process_that_started_first_leads_while_it_lives(url, clock):
    with Store.open(url, clock=clock) as gone:
        assert gone.leads()
    clock.move(seconds=1)
    first = Store.open(url, clock=clock)
    clock.move(seconds=1)
    second = Store.open(url, clock=clock)
    side = Store.open(url, clock=clock, role="side")
    try:
        assert [one.leads() for one in (first, second, side)] == [True, False, False]
        first.close()
        assert [one.leads() for one in (second, side)] == [True, False]
    finally:
        for one in (second, side):
            one.close()


def test_who_serves_a_file_leads(tmp_path, clock):
    address = f"sqlite:///{tmp_path}/store.db"
    with Store.open(address, clock=clock) as writer, Store.open(address, clock=clock, role="side") as side:
        assert writer.leads()
        assert not side.leads()
        with Store.open(address, clock=clock, role="reader") as reader:
            assert not reader.leads()
