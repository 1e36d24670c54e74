"""`/v1/prompts`: what it answers, how its answers may be kept, and that files change without a dropped request."""

import json
import re
import shutil
import threading
import time

import httpx2
import pytest

MAX_AGE = "private, max-age=7, stale-while-revalidate=30"


@pytest.fixture
def server(project, running):
    with running(project, "serving={max_age_s: 7, stale_s: 30}") as started:
        yield started


def prompt(server, lead="lead-1", headers=None, **query):
    return server.http.get("/v1/prompts/sales", params={"lead": lead, **query}, headers=headers)


def test_a_lead_gets_its_version_with_everything_to_speak_by(server):
    answer = prompt(server, channel="telegram", language="kk").json()
    version = server.container.registry.version("sales", answer["version"])
    assert answer["checksum"] == version.ref.checksum
    assert answer["experiment"] == "sales-price-first"
    assert (answer["variant"], answer["rendered"], answer["language"]) == (answer["version"] - 1, False, "kk")
    assert 0 <= answer["bucket"] < 10_000
    assert answer["messages"] == [{"role": "system", "content": version.spec.messages[0].content}]
    assert answer["parameters"] == {"temperature": 0.3, "max_tokens": version.spec.model.max_tokens}
    assert answer["variables"] == {"manager_hours": {"type": "text", "default": "с 9 до 21", "max_length": 40}}
    assert answer["values"].keys() == {"channel", "company", "price_table", "today"}
    assert answer["values"]["channel"] == "telegram"


def test_rendered_it_is_what_the_bot_itself_would_send(server):
    served = prompt(server, render=True, language="ru", **{"var.manager_hours": "с 10 до 19"}).json()
    assert served["rendered"]
    text = served["messages"][0]["content"]
    assert "с 10 до 19" in text
    assert "{{" not in text
    assert served["values"]["price_table"] in text
    assert served["values"]["today"] in text


def test_it_is_the_assignment_of_the_chat_and_no_exposure(server):
    for i in range(20):
        served = prompt(server, f"lead-{i}").json()
        if i < 6:
            spoke = server.chat("Здравствуйте", lead_id=f"lead-{i}")["prompt"]
            assert {k: served[k] for k in spoke} == spoke
    assert sum(server.container.store.experiments.exposures("sales-price-first").values()) == 6


def test_a_dialogue_stands_for_its_lead(server):
    server.chat("Здравствуйте", dialogue_id="d-1", lead_id="lead-3")
    of_lead = prompt(server, "lead-3").json()
    assert server.http.get("/v1/prompts/sales", params={"dialogue": "d-1"}).json() == of_lead
    unknown = server.http.get("/v1/prompts/sales", params={"dialogue": "d-2"}).json()
    assert unknown == prompt(server, "d-2").json()


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({}, "query.lead"),
        ({"lead": ""}, "query.lead"),
        ({"lead": "a\x00"}, "query.lead"),
        ({"lead": "x" * 201}, "query.lead"),
        ({"lead": "x", "chanel": "web"}, "query.chanel"),
        ({"lead": "x", "channel": "<b>"}, "query.channel"),
        ({"lead": "x", "language": "fr"}, "query.language"),
        ({"lead": "x", "returning": "perhaps"}, "query.returning"),
        ({"lead": "x", "var.manager_hours": "с 9"}, "query.var.manager_hours"),
        ([("lead", "x"), ("render", "1"), ("var.a", "1"), ("var.a", "2")], "query.var.a"),
    ],
)
def test_a_bad_query_is_refused_with_its_place(server, query, place):
    answer = server.http.get("/v1/prompts/sales", params=query)
    assert answer.status_code == 422
    assert place in answer.json()["detail"]


def test_variables_that_do_not_fit_are_refused(server):
    answer = prompt(server, render=True, **{"var.manager_hours": "с" * 41})
    assert answer.status_code == 400
    assert "manager_hours" in answer.json()["detail"]


def test_an_answer_may_be_kept_and_is_confirmed_by_its_tag(server):
    first = prompt(server)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert first.headers["cache-control"] == MAX_AGE
    assert "vary" not in first.headers
    for value in (tag, f"W/{tag}", f'"a,b", {tag}', f'W/"x" ,{tag},"y"', "*"):
        again = prompt(server, headers={"If-None-Match": value})
        assert (again.status_code, again.content) == (304, b""), value
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == MAX_AGE
    lines = [("If-None-Match", '"a"'), ("If-None-Match", tag)]
    assert prompt(server, headers=lines).status_code == 304
    for value in ('"other"', tag.strip('"'), f'"a{tag}', '"', "", "W/*", '"' * 5000, f'"x, {tag[1:]}'):
        assert prompt(server, headers={"If-None-Match": value}).status_code == 200, value


def test_the_tag_changes_with_the_answer_and_with_nothing_else(server):
    tag = prompt(server, language="ru").headers["etag"]
    assert prompt(server, language="ru", region="almaty").headers["etag"] == tag
    assert (
        prompt(server, language="ru", headers={"Accept-Language": "kk", "Accept": "text/plain"}).headers["etag"] == tag
    )
    others = [
        prompt(server, language="kk"),
        prompt(server, language="ru", channel="telegram"),
        prompt(server, language="ru", render=True),
        prompt(server, language="ru", render=True, **{"var.manager_hours": "всегда"}),
        prompt(server, "lead-2", language="ru"),
    ]
    assert len({tag, *(answer.headers["etag"] for answer in others)}) == 6


@pytest.mark.parametrize("path", ["/v1/prompts", "/v1/prompts/sales?lead=x", "/v1/prompts/sales/versions/live"])
def test_head_answers_as_get_without_the_body(server, path):
    whole, head = server.http.get(path), server.http.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in whole.headers.items() if k != "date"
    }
    assert server.http.head(path, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304


def test_the_list_tells_what_is_live(server):
    rows = {row["name"]: row for row in server.http.get("/v1/prompts").json()}
    assert rows.keys() == {"reception", "sales"}
    assert rows["sales"]["live"] == 1
    assert rows["sales"]["versions"] == [1, 2]
    assert rows["sales"]["experiment"] == "sales-price-first"
    assert rows["sales"]["coverage"] == 10_000
    assert rows["sales"]["owner"] == "sales_enablement"


def test_a_version_can_be_read_whoever_gets_it(server):
    live = server.http.get("/v1/prompts/sales/versions/live")
    assert live.content == server.http.get("/v1/prompts/sales/versions/1").content
    assert live.json()["version"] == 1
    assert server.http.get("/v1/prompts/sales/versions/3").status_code == 404
    assert server.http.get("/v1/prompts/none/versions/live").status_code == 404
    for bad in ("0", "-1", "draft", "1.5"):
        assert server.http.get(f"/v1/prompts/sales/versions/{bad}").status_code == 422


def test_what_was_never_published_is_an_outage_not_the_callers_mistake(server, project):
    shutil.copytree(project / "prompts" / "sales", project / "prompts" / "new", ignore=lambda *_: ["release.yaml"])
    time.sleep(0.8)
    for path in ("/v1/prompts/new?lead=x", "/v1/prompts/new/versions/live"):
        answer = server.http.get(path)
        assert answer.status_code == 503
        assert "publish a version first" in answer.json()["detail"]
    assert {r["name"]: r["live"] for r in server.http.get("/v1/prompts").json()}["new"] is None


def test_without_a_price_book_templates_are_still_served(project, running):
    for book in (project / "pricebook").iterdir():
        book.unlink()
    with running(project) as server:
        answer = prompt(server)
        assert answer.status_code == 200
        assert "price_table" not in answer.json()["values"]
        refused = prompt(server, render=True)
        assert refused.status_code == 503
        assert "price book" in refused.json()["detail"]


def test_the_page_documents_the_query(server):
    document = server.http.get("/openapi.json").json()
    named = {p["name"] for p in document["paths"]["/v1/prompts/{name}"]["get"]["parameters"]}
    assert {"lead", "dialogue", "render", "var.NAME"} <= named
    assert "AssignedPrompt" in json.dumps(document["paths"]["/v1/prompts/{name}"]["get"]["responses"]["200"])


class Hammer:
    """Eight clients that ask without a pause; keeps what they were answered and when."""

    def __init__(self, url):
        self._url = url
        self._end = threading.Event()
        self.seen = []
        self._threads = [threading.Thread(target=self._ask, args=(i,)) for i in range(8)]

    def _ask(self, number):
        tag, version = "", 0
        with httpx2.Client(base_url=self._url, timeout=10) as http:
            while not self._end.is_set():
                try:
                    answer = http.get(
                        "/v1/prompts/sales", params={"lead": f"lead-{number}"}, headers={"If-None-Match": tag}
                    )
                except httpx2.HTTPError as error:
                    self.seen.append((time.monotonic(), repr(error), version))
                    continue
                if answer.status_code == 200:
                    tag, version = answer.headers["etag"], answer.json()["version"]
                self.seen.append((time.monotonic(), answer.status_code, version))

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        for thread in self._threads:
            thread.join()

    def all_see(self, version, seconds=2.0):
        """Waits so long and tells whether all that was answered after that is this version."""
        time.sleep(seconds)
        since = time.monotonic()
        time.sleep(0.3)
        after = [v for at, _, v in list(self.seen) if at > since]
        return bool(after) and set(after) == {version}


@pytest.mark.slow
def test_files_change_under_load_without_a_dropped_request(project, process, wait_for, port):
    folder = project / "prompts" / "sales"
    release = folder / "release.yaml"
    sums = release.read_text("utf-8").partition("checksums:")[2]

    def publish(text):
        new = folder / ".release.new"
        new.write_text(text, "utf-8")
        new.replace(release)

    publish(f"live: 1\nchecksums:{sums}")
    with process(project, "serve", "--port", str(port)) as child:
        wait_for(f"http://127.0.0.1:{port}/healthz", child=child)
        with Hammer(f"http://127.0.0.1:{port}") as hammer:
            assert hammer.all_see(1, 0.5)
            publish(f"live: 2\nchecksums:{sums}")
            assert hammer.all_see(2)
            release.write_text("live: [", "utf-8")
            time.sleep(1.2)
            assert hammer.all_see(2, 0)
            publish(f"live: 1\nchecksums:{sums}")
            assert hammer.all_see(1)
            release.unlink()
            time.sleep(1.2)
            publish(f"live: 2\nchecksums:{sums}")
            assert hammer.all_see(2)
    assert {status for _, status, _ in hammer.seen} == {200, 304}
    assert len(hammer.seen) > 1000
