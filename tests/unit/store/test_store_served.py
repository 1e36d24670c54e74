"""Where is served, as commands beside the service read it."""

from botops.store.served import Listening

HERE, THERE = Listening("127.0.0.1", 9000, 9001), Listening("10.0.0.7", 8000, 8001)


def test_where_is_served_is_known_until_it_ends(store):
    assert store.served.where() is None
    store.served.note(HERE)
    assert store.served.where() == HERE
    store.served.note(THERE)
    store.served.forget(HERE)
    assert store.served.where() == THERE, "another process serves by now"
    store.served.forget(THERE)
    assert store.served.where() is None
