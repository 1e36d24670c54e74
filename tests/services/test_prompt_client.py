"""The client against the server it is made for, killed and started again."""

import json
import time

import httpx2
import pytest

from botops import PromptClient, SwitchedOffError
from botops.claims.dialogues import parse_dialogues
from botops.client import Origin


@pytest.fixture
def bundle(project, running, tmp_path):
    """The live texts as a program ships them, saved from the API."""
    folder = tmp_path / "bundled"
    folder.mkdir()
    with running(project) as server:
        saved = server.http.get("/v1/prompts/sales/versions/live").content
    (folder / "sales.json").write_bytes(saved)
    return folder


def _until(condition, seconds=10):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    assert condition()


def test_it_gives_what_the_bot_itself_would_say(project, running):
    with running(project) as server, PromptClient(server.url) as client:
        for i in range(10):
            prompt = client.get("sales", lead=f"lead-{i}", channel="web", language="ru")
            spoke = server.chat("Здравствуйте", lead_id=f"lead-{i}", locale="ru")["prompt"]
            assert (prompt.version, prompt.assignment.variant) == (spoke["version"], spoke["variant"])
            query = {"lead": f"lead-{i}", "channel": "web", "language": "ru", "render": True}
            rendered = server.http.get("/v1/prompts/sales", params=query).json()["messages"]
            assert [{"role": m.role, "content": m.content} for m in prompt.render().messages] == rendered


def test_shared_texts_and_texts_of_a_language_come_along(project, running):
    shared = project / "prompts" / "_partials" / "hours"
    shared.mkdir(parents=True)
    (shared / "1.yaml").write_text("text: |\n  На связи {{ manager_hours }}.\n", "utf-8")
    folder = project / "prompts" / "greeter"
    folder.mkdir()
    (folder / "1.yaml").write_text(
        """variables:
  manager_hours: {type: text, default: с 9 до 21}
messages:
  - {role: system, content: "{% include 'hours@1' %}"}
texts:
  kk:
    - {role: system, content: "Сәлем, {{ company }}!"}
""",
        "utf-8",
    )
    (folder / "release.yaml").write_text("live: 1\n", "utf-8")
    with running(project) as server, PromptClient(server.url) as client:
        for language, said in (("ru", "На связи с 9 до 21."), ("kk", "Сәлем, Айна Касса!")):
            prompt = client.get("greeter", lead="x", language=language)
            assert prompt.render().messages[0].content.strip() == said
            query = {"lead": "x", "language": language, "render": True}
            rendered = server.http.get("/v1/prompts/greeter", params=query).json()
            assert rendered["messages"][0]["content"].strip() == said
        saved = server.http.get("/v1/prompts/greeter/versions/1", params={"language": "kk"}).json()
        assert (saved["language"], saved["messages"][0]["content"]) == ("kk", "Сәлем, {{ company }}!")


def test_an_order_reaches_it_within_its_time(project, running):
    with running(project, "serving={max_age_s: 1, stale_s: 0}") as server, PromptClient(server.url) as client:
        client.get("sales", lead="x")
        body = {"to": "hand-over", "by": "test", "reason": "проба"}
        assert server.http.post("/v1/prompts/sales/kill", json=body).status_code < 300

        def off():
            try:
                client.get("sales", lead="x")
            except SwitchedOffError:
                return True
            return False

        _until(off, 4)


@pytest.mark.slow
def test_it_outlives_the_server(project, process, wait_for, port, tmp_path, bundle):
    url, disk = f"http://127.0.0.1:{port}", tmp_path / "kept"
    options = {"disk": disk, "bundled": bundle, "fresh_s": 0.2, "stale_s": 0.2, "deadline_s": 2}
    with process(project, "serve", "--port", str(port)) as child:
        wait_for(f"{url}/healthz", child=child)
        with PromptClient(url, **options) as client:
            first = {f"lead-{i}": client.get("sales", lead=f"lead-{i}") for i in range(6)}
            assert {p.origin for p in first.values()} == {Origin.FRESH}
            child.kill()
            child.wait()
            time.sleep(0.5)
            for lead, prompt in first.items():
                started = time.monotonic()
                now = client.get("sales", lead=lead)
                assert time.monotonic() - started < 1
                assert (now.origin, now.assignment, now.render()) == (Origin.STALE, prompt.assignment, prompt.render())
    with PromptClient(url, **options) as client:
        for lead, prompt in first.items():
            now = client.get("sales", lead=lead)
            assert (now.origin, now.assignment) == (Origin.DISK, prompt.assignment)
        with PromptClient(url, bundled=bundle) as empty:
            bundled = empty.get("sales", lead="lead-0")
            assert (bundled.origin, bundled.version, bundled.assignment.experiment) == (Origin.BUNDLED, 1, None)
        with process(project, "serve", "--port", str(port)) as child:
            wait_for(f"{url}/healthz", child=child)
            _until(lambda: client.get("sales", lead="lead-0").origin is Origin.FRESH, 20)
            assert httpx2.get(f"{url}/v1/prompts/sales", params={"lead": "lead-0"}).status_code == 200


def _row(lead, prompt, **more):
    reply = {"role": "assistant", "content": "Тариф «Магазин» — 9 000 ₸ в месяц.", "prompt": prompt}
    messages = [{"role": "user", "content": "Сколько стоит тариф «Магазин» в месяц?"}, reply]
    row = {"id": f"theirs-{lead}", "lead": lead, "started_at": "2026-11-10T10:00:00+05:00", "messages": messages}
    return json.dumps({**row, **more}, ensure_ascii=False)


def test_a_bot_of_ones_own_takes_part_in_experiments_by_its_replies(project, running):
    fields = ("name", "version", "checksum", "experiment", "variant", "bucket", "unit")
    with running(project) as server:
        rows = []
        for i in range(12):
            query = {"lead": f"lead-{i}", "channel": "telegram"}
            answer = server.http.get("/v1/prompts/sales", params=query).json()
            rows.append((answer, _row(f"lead-{i}", {name: answer[name] for name in fields})))
        assert server.container.store.experiments.exposures("sales-price-first") == {}
        for _ in range(2):
            taken = server.http.post("/v1/dialogues", content="\n".join(row for _, row in rows).encode()).json()
            assert taken["rejected"] == []
        counted = server.container.store.experiments.exposures("sales-price-first")
        assert counted == {v: sum(a["variant"] == v for a, _ in rows) for v in (0, 1)}
        (record,) = server.container.store.reads.dialogue("theirs-lead-3")
        assert record.inbound.lead_id == "lead-3"
        assert record.assignment.ref.checksum == rows[3][0]["checksum"]
        assert record.verdict.findings


@pytest.mark.parametrize(
    ("prompt", "place"),
    [
        ("sales@2", "messages.1.prompt"),
        ({"name": "sales"}, "messages.1.prompt"),
        ({"name": "sales", "version": "2"}, "messages.1.prompt.version"),
        ({"name": "sales", "version": True}, "messages.1.prompt.version"),
        ({"name": "sales", "version": 2**80}, "messages.1.prompt.version"),
        ({"name": "sales", "version": 1, "variant": -1}, "messages.1.prompt.variant"),
        ({"name": "sales", "version": 1, "experiment": "a\x00"}, "messages.1.prompt.experiment"),
        ({"name": "sales", "version": 1, "unit": "region"}, "messages.1.prompt.unit"),
        ({"name": "sales", "version": 1, "text": "x"}, "messages.1.prompt.text"),
    ],
)
def test_a_prompt_that_cannot_be_read_costs_its_own_row(prompt, place):
    bad, good = parse_dialogues([_row("x", prompt).encode(), _row("x", {"name": "s", "version": 1}).encode()], "log")
    assert (bad.line, bad.path) == (1, place)
    assert good.assignments[1].ref.name == "s"
