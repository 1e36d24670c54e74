"""The client: what it asks, what it keeps, and what it gives when the server fails it."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from botops import NoPromptError, PromptClient, PromptFallback
from botops.client import Origin
from botops.domain.errors import SwitchedOffError, UserError
from botops.domain.messages import Message


def away(handler):
    handler.connection.close()


def status(code, text="{}"):
    def act(handler):
        handler.send_response(code)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text.encode())

    return act


def drip(handler):
    """One byte each tenth of a second: no time-out of a socket ever strikes."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.1)


def drip_head(handler):
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 200:
        handler.wfile.write(bytes([byte]))
        time.sleep(0.1)


def garbage(raw):
    def act(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(raw) + raw)

    return act


def cut(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
    handler.connection.close()


def huge(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _ in range(200):
        handler.wfile.write(b" " * 2**16)


FAULTS = {
    "closed": away, "500": status(500), "503": status(503), "429": status(429), "302": status(302), "cut": cut,
    "not json": garbage(b"{oops"), "no prompt": garbage(b"[]"), "not utf-8": garbage(b"\xff\xfe"),
    "deep": garbage(b"[" * 100_000), "not http": lambda h: h.wfile.write(b"hello\r\n\r\n"), "huge": huge,
    "drip": drip, "slow head": drip_head,
}  # fmt: skip


def test_a_prompt_is_fetched_kept_and_filled_in(server, client_of):
    server.body = server.make(2, experiment="e", variant=1, bucket=7, parameters={"model": "m", "max_tokens": 5})
    prompt = client_of().get("sales", lead="lead 7/8", channel="telegram", language="ru", returning=True)
    assert (prompt.origin, prompt.version, prompt.problem, prompt.age_s) == (Origin.FRESH, 2, "", 0)
    assert prompt.assignment.ref.checksum == "2" * 64
    assert (prompt.assignment.experiment, prompt.assignment.variant, prompt.assignment.bucket) == ("e", 1, 7)
    assert prompt.messages == (Message("system", "Здравствуйте, {{ company }}!"),)
    rendered = prompt.render()
    assert rendered.messages == (Message("system", "Здравствуйте, Айна!"),)
    assert (rendered.parameters.model, rendered.parameters.max_tokens) == ("m", 5)
    path, query, _ = server.asked[0]
    assert path == "/v1/prompts/sales"
    assert query == {"lead": ["lead 7/8"], "channel": ["telegram"], "language": ["ru"], "returning": ["true"]}


def test_variables_follow_the_rules_of_the_registry(server, client_of):
    variables = {
        "n": {"type": "integer", "from_a_newer_server": 1},
        "who": {"type": "choice", "choices": ["a", "b"], "default": "a"},
        "note": {"required": False, "max_length": 3},
    }
    server.body = server.make(text="{{ n + 1 }} {{ who }}{% if note %} {{ note }}{% endif %}", variables=variables)
    prompt = client_of().get("sales", lead="x")
    assert prompt.render({"n": "41", "more": 1}).messages[0].content == "42 a"
    assert prompt.render({"n": 1, "who": "b", "note": "эй"}).messages[0].content == "2 b эй"
    with pytest.raises(UserError) as caught:
        prompt.render({"who": "c", "note": "long"})
    assert {p.path for p in caught.value.problems} == {"n", "who", "note"}
    assert "sales@1" in str(caught.value)


def test_it_is_given_out_at_once_while_fresh_and_then_asked_for_behind_the_callers_back(
    server, client_of, hands, eventually
):
    server.cache = "max-age=5, stale-while-revalidate=20"
    client = client_of()
    first = client.get("sales", lead="x")
    hands.now += 4.9
    assert client.get("sales", lead="x").origin is Origin.FRESH
    assert len(server.asked) == 1
    hands.now += 0.2
    stale = client.get("sales", lead="x")
    assert (stale.origin, round(stale.age_s, 1)) == (Origin.STALE, 5.1)
    eventually(lambda: server.answered == [200, 304])
    eventually(lambda: client.get("sales", lead="x").origin is Origin.FRESH)
    assert client.get("sales", lead="x").messages == first.messages
    server.body = server.make(2)
    hands.now += 25.1  # too old to be given out: the caller waits for the server
    assert (client.get("sales", lead="x").version, server.answered) == (2, [200, 304, 200])


def test_a_changed_prompt_is_picked_up_within_its_time(server, client_of, hands, eventually):
    server.cache = "max-age=2, stale-while-revalidate=10"
    client = client_of()
    assert client.get("sales", lead="x").version == 1
    server.body = server.make(2)
    hands.now += 2.0
    client.get("sales", lead="x")
    eventually(lambda: client.get("sales", lead="x").version == 2)


@pytest.mark.parametrize("cache", ["no-store", "max-age=0", "no-cache, max-age=60"])
def test_what_the_server_does_not_let_keep_is_asked_for_each_time(server, client_of, cache):
    server.cache = f"{cache}, stale-while-revalidate=0"
    client = client_of()
    assert [client.get("sales", lead="x").origin for _ in range(3)] == [Origin.FRESH] * 3
    assert server.answered == [200, 304, 304]


def test_times_set_here_stand_above_the_servers(server, client_of, hands):
    server.cache = "no-store"
    client = client_of(fresh_s=100, stale_s=0)
    client.get("sales", lead="x")
    hands.now += 99
    assert client.get("sales", lead="x").origin is Origin.FRESH


@pytest.mark.parametrize("jump", [-1e6, -5, 5, 1e9])
def test_a_clock_that_jumps_costs_a_question_and_nothing_else(server, client_of, hands, eventually, jump):
    server.cache = "max-age=1"
    client = client_of()
    client.get("sales", lead="x")
    server.body = server.make(2)
    hands.now += jump
    eventually(lambda: client.get("sales", lead="x").version == 2)
    server.act = away
    hands.now += jump
    assert client.get("sales", lead="x").version == 2
    server.act = None
    server.body = server.make(3)
    hands.now += jump

    def mended():
        hands.now += 20
        return client.get("sales", lead="x").version == 3

    eventually(mended)


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_the_server_does_the_last_good_prompt_is_given_in_time(server, client_of, hands, fault):
    client = client_of(deadline_s=1)
    client.get("sales", lead="x")
    hands.now += 1000
    server.act = FAULTS[fault]
    started = time.monotonic()
    prompt = client.get("sales", lead="x")
    assert time.monotonic() - started < 2.5
    assert (prompt.origin, prompt.version, prompt.age_s) == (Origin.STALE, 1, 1000)
    assert prompt.problem
    assert prompt.render().messages[0].content == "Здравствуйте, Айна!"


@pytest.mark.parametrize("fault", FAULTS)
def test_a_first_question_that_fails_ends_in_the_bundle_or_in_an_error(server, client_of, fault):
    server.act = FAULTS[fault]
    fallback = PromptFallback((Message("system", "Вы — продавец."),))
    bundled = client_of(deadline_s=0.4, bundled={"sales": fallback}).get("sales", lead="x")
    assert (bundled.origin, bundled.version, bundled.age_s) == (Origin.BUNDLED, 0, None)
    assert bundled.render().messages[0].content == "Вы — продавец."
    with pytest.raises(NoPromptError, match="nothing was kept or bundled"):
        client_of(deadline_s=0.4).get("sales", lead="x")


def test_an_answer_about_another_prompt_or_with_a_broken_template_is_not_taken(server, client_of, hands):
    client = client_of()
    client.get("sales", lead="x")
    for bad in (server.make(2, name="other"), server.make(2, text="{{ oops"), server.make(2, text="{{ x() }}")):
        server.body = bad
        hands.now += 1000
        prompt = client.get("sales", lead="x")
        assert (prompt.origin, prompt.version) == (Origin.STALE, 1)


def test_a_refusal_is_told_and_costs_one_question_in_its_time(server, client_of, hands):
    server.cache = "max-age=5"
    client = client_of()
    client.get("sales", lead="x")
    hands.now += 100
    server.act = status(404, '{"detail": "no prompt"}')
    for _ in range(5):
        prompt = client.get("sales", lead="x")
        assert (prompt.origin, prompt.version, prompt.age_s) == (Origin.STALE, 1, 100)
        assert "404" in prompt.problem
    assert len(server.asked) == 2
    server.act = None
    hands.now += 10
    assert client.get("sales", lead="x").origin is Origin.FRESH


def switched_off(handler):
    status(409, '{"error": "SwitchedOffError", "detail": "sales is switched off by A: why"}')(handler)


def test_a_prompt_that_is_switched_off_stays_off_for_all_leads_through_an_outage_and_a_restart(
    server, client_of, hands, tmp_path, eventually
):
    server.cache = "max-age=5"
    client = client_of(disk=tmp_path, bundled={"sales": PromptFallback((Message("system", "x"),))})
    client.get("sales", lead="x")
    client.get("sales", lead="y")
    hands.now += 100
    server.act = switched_off
    for lead in ("x", "y", "new"):
        with pytest.raises(SwitchedOffError, match="by A: why"):
            client.get("sales", lead=lead)
    assert len(server.asked) == 3
    server.act = away
    hands.now += 100
    with pytest.raises(SwitchedOffError):
        client.get("sales", lead="y")
    after = client_of(disk=tmp_path)
    with pytest.raises(SwitchedOffError):
        after.get("sales", lead="y")
    server.act = None

    def on_again():
        hands.now += 20
        try:
            return after.get("sales", lead="y").origin is Origin.FRESH
        except SwitchedOffError:
            return False

    eventually(on_again)
    assert after.get("sales", lead="x").origin is Origin.FRESH
    server.act = away
    assert client_of(disk=tmp_path).get("sales", lead="y").origin is Origin.DISK


def test_other_conflicts_are_refusals(server, client_of, hands):
    client = client_of()
    client.get("sales", lead="x")
    hands.now += 1000
    for text in ("{", "[]", '{"error": "ConflictError", "detail": "x"}'):
        server.act = status(409, text)
        hands.now += 1000
        assert "409" in client.get("sales", lead="x").problem


def test_many_threads_ask_once(server, client_of, hands, eventually):
    gate = threading.Event()

    def slow(handler):
        gate.wait(5)
        server.answer(handler)

    client = client_of(deadline_s=10)
    server.act = slow
    with ThreadPoolExecutor(200) as pool:
        waiting = [pool.submit(client.get, "sales", lead="x") for _ in range(200)]
        time.sleep(0.2)
        gate.set()
        assert {f.result().origin for f in waiting} == {Origin.FRESH}
        assert len(server.asked) == 1
        gate.clear()
        hands.now += 90  # older than max-age, not too old to be given out
        stale = [pool.submit(client.get, "sales", lead="x") for _ in range(200)]
        assert {f.result(5).origin for f in stale} == {Origin.STALE}
        eventually(lambda: len(server.asked) == 2)
        gate.set()
    assert len(server.asked) == 2


def test_a_server_that_is_away_is_not_waited_for_by_everybody(server, client_of, hands, eventually):
    server.act = drip
    client = client_of(deadline_s=0.3, bundled={"sales": PromptFallback((Message("system", "x"),))})
    started = time.monotonic()
    assert {client.get("sales", lead=f"lead-{i}").origin for i in range(300)} == {Origin.BUNDLED}
    assert time.monotonic() - started < 1.5
    assert len(server.asked) < 5
    server.act = None
    hands.now += 60

    def mended():
        hands.now += 1
        return client.get("sales", lead="lead-1").origin is Origin.FRESH

    eventually(mended)


def test_what_is_on_disk_survives_a_restart_and_keeps_its_variant(server, client_of, tmp_path):
    disk = tmp_path / "kept"
    before = client_of(disk=disk)
    server.body = server.make(2, experiment="e", variant=1, bucket=7)
    before.get("sales", lead="x", language="ru")
    before.close()
    server.act = away
    after = client_of(disk=disk)
    prompt = after.get("sales", lead="x", language="ru")
    assert (prompt.origin, prompt.version, prompt.assignment.variant) == (Origin.DISK, 2, 1)
    assert 0 <= prompt.age_s < 60
    with pytest.raises(NoPromptError):  # a variant under test is nobody else's
        after.get("sales", lead="y", language="ru")
    assert b"lead" not in b"".join(p.read_bytes() for p in disk.iterdir())


@pytest.mark.parametrize("restarted", [False, True])
def test_a_lead_never_seen_gets_the_tried_text_in_an_outage_and_takes_part_in_nothing(
    server, client_of, tmp_path, restarted
):
    client = client_of(disk=tmp_path, deadline_s=0.5)
    server.body = server.make(1, experiment="e", variant=0, bucket=7)
    client.get("sales", lead="x", language="ru")
    server.act = away
    if restarted:
        client = client_of(disk=tmp_path, deadline_s=0.5)
    prompt = client.get("sales", lead="new", language="ru")
    assert (prompt.origin, prompt.version) == (Origin.DISK if restarted else Origin.STALE, 1)
    assert (prompt.assignment.experiment, prompt.assignment.variant, prompt.assignment.bucket) == (None, -1, None)
    with pytest.raises(NoPromptError):
        client.get("sales", lead="new", language="kk")


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff", None])
def test_a_damaged_file_is_as_good_as_none(server, client_of, tmp_path, damage):
    client_of(disk=tmp_path).get("sales", lead="x")
    for path in tmp_path.iterdir():
        raw = path.read_bytes()
        path.write_bytes(raw.replace("Здравствуйте".encode(), "Прощайте".encode()) if damage is None else damage)
    server.act = away
    with pytest.raises(NoPromptError):
        client_of(disk=tmp_path).get("sales", lead="x")


def test_a_folder_that_cannot_be_written_costs_nothing(server, client_of, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    client = client_of(disk=tmp_path / "file" / "kept")
    assert client.get("sales", lead="x").origin is Origin.FRESH
    assert client.get("sales", lead="y").origin is Origin.FRESH
    assert caplog.text.count("cannot be kept") == 1


def test_what_is_kept_is_bounded(server, client_of, tmp_path):
    client = client_of(disk=tmp_path, memory_entries=10, disk_entries=20)
    for i in range(60):
        client.get("sales", lead=f"lead-{i}")
    assert len(list(tmp_path.iterdir())) <= 22
    assert client.get("sales", lead="lead-59").origin is Origin.FRESH
    asked = len(server.asked)
    client.get("sales", lead="lead-0")
    assert len(server.asked) == asked + 1


def test_a_bundle_of_saved_answers_is_read_at_the_start(server, client_of, tmp_path):
    (tmp_path / "sales.json").write_text(json.dumps(server.make(4, language=None)), "utf-8")
    server.act = away
    prompt = client_of(bundled=tmp_path).get("sales", lead="x")
    assert (prompt.origin, prompt.version) == (Origin.BUNDLED, 4)
    (tmp_path / "kk.json").write_text(json.dumps(server.make(5, language="kk")), "utf-8")
    both = client_of(bundled=tmp_path)
    assert both.get("sales", lead="x", language="kk").version == 5
    assert both.get("sales", lead="x", language="ru").version == 4
    (tmp_path / "b.json").write_text(json.dumps(server.make(5, language=None)), "utf-8")
    with pytest.raises(UserError, match="bundled twice"):
        client_of(bundled=tmp_path)
    for text in ("{", "[]", '{"name": "sales"}'):
        (tmp_path / "b.json").write_text(text)
        with pytest.raises(UserError, match=r"b\.json: .*versions/live"):
            client_of(bundled=tmp_path)
    with pytest.raises(UserError, match="cannot be read"):
        client_of(bundled=tmp_path / "none.json")
    with pytest.raises(UserError, match="fallback of the prompt sales"):
        client_of(bundled={"sales": PromptFallback((Message("system", "{{ oops"),))})


def test_an_event_loop_is_not_blocked_and_may_give_up(server, client_of, hands):
    gate = threading.Event()

    def slow(handler):
        gate.wait(5)
        server.answer(handler)

    async def story():
        server.act = slow
        client = client_of(bundled={"sales": PromptFallback((Message("system", "x"),))})
        waiting = [asyncio.create_task(client.aget("sales", lead="x")) for _ in range(50)]
        await asyncio.sleep(0.05)
        waiting[0].cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting[0]
        impatient = await client.aget("sales", lead="x", deadline_s=0.05)
        assert impatient.origin is Origin.BUNDLED
        gate.set()
        assert {(await task).origin for task in waiting[1:]} == {Origin.FRESH}
        assert len(server.asked) == 1
        assert (await client.aget("sales", lead="x")).origin is Origin.FRESH

    asyncio.run(story())


def test_closing_lets_go_of_whoever_waits_and_keeps_what_is_known(server, client_of, hands):
    client = client_of(deadline_s=30, bundled={"sales": PromptFallback((Message("system", "x"),))})
    known = client.get("sales", lead="known")
    server.act = drip
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, "sales", lead="x")
        time.sleep(0.2)
        client.close()
        assert waiting.result(5).origin in {Origin.STALE, Origin.BUNDLED}
    hands.now += 1000
    again = client.get("sales", lead="known")
    assert (again.origin, again.messages) == (Origin.STALE, known.messages)
    client.close()


@pytest.mark.parametrize("bad", ["", "127.0.0.1:8000", "ftp://x", "http://"])
def test_a_server_needs_an_address(bad):
    with pytest.raises(UserError, match="no address"):
        PromptClient(bad)


def test_a_prompt_needs_a_lead(server, client_of):
    with pytest.raises(UserError, match="name the lead"):
        client_of().get("sales")
    assert not server.asked


def test_a_forked_process_asks_for_itself(server):
    script = f"""
import os
from botops import PromptClient
client = PromptClient("{server.url}", fresh_s=0, stale_s=0)
assert client.get("sales", lead="x").origin == "fresh"
child = os.fork()
if child == 0:
    ok = client.get("sales", lead="x").origin == "fresh" and client.get("sales", lead="y").origin == "fresh"
    os._exit(0 if ok else 1)
assert os.waitpid(child, 0)[1] == 0
assert client.get("sales", lead="x").origin == "fresh"
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=30, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_it_is_light_to_import():
    script = "import sys, botops.client; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=os.environ)
    heavy = {"scipy", "numpy", "pandas", "streamlit", "fastapi", "sqlalchemy", "openai", "botops.claims", "botops.app"}
    assert not heavy & set(done.stdout.split())
