"""Signing in over HTTP: who gets in, who does not, what a session opens, and what programs may with a key."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event

import httpx2
import pytest
from starlette.applications import Starlette

from botops.app import system
from botops.app.access import people
from botops.app.api_client import ApiClient
from botops.app.clock import SystemClock
from botops.app.probing import asking
from botops.app.scaffold import write_scaffold
from botops.console import installation
from botops.console.door.routes import routes
from botops.domain.access import AccessRole
from botops.domain.errors import BotopsError, NotFoundError, SignInError
from botops.domain.probes import HEADER
from botops.domain.refusals import Refusal
from botops.http.comparing import Comparisons
from botops.http.gate import Keys

PASSWORDS = {"Айгерим": "четыре-слова-про-кассу", "Марат": "another good one", "Дана": "viewer of all things"}
KEYS = Keys(service="service-key-of-a-test-1234", console="console-key-of-a-test-1234")


class Standing(SystemClock):
    """A clock that all but stands until it is put `ahead`: however slow the machine, no pause passes by itself."""

    def __init__(self):
        self.began = super().now()
        self.ahead = timedelta()

    def now(self):
        self.ahead += timedelta(microseconds=1)
        return self.began + self.ahead


@pytest.fixture(scope="module")
def clock():
    return Standing()


@pytest.fixture(scope="module")
def server(tmp_path_factory, running, clock):
    folder = tmp_path_factory.mktemp("signed") / "project"
    write_scaffold(folder)
    with running(folder, "sign_in.method=local", "demo.dialogues=0", keys=KEYS, clock=clock) as started:
        for name, roles in (("Айгерим", ["admin"]), ("Марат", ["editor"]), ("Дана", ["viewer"])):
            people.add(started.container, name, map(AccessRole, roles), by="root", password=PASSWORDS[name])
        yield started


@pytest.fixture
def enter(server):
    """Signs somebody in; the headers of who is."""

    def enter(name, password=None):
        body = {"name": name, "password": password or PASSWORDS[name]}
        answer = server.http.post("/v1/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        return _bearer(answer.json()["token"])

    return enter


def _bearer(token):
    return {"Authorization": f"Bearer {token}".strip()}


def _try(server, name, password):
    return server.http.post("/v1/sign-in", json={"name": name, "password": password})


def _audit(server, subject):
    return [(e.deed.value, e.by) for e in server.container.store.audit.entries(subject)]


def test_a_session_says_who_acts_and_ends_with_signing_out(server, enter):
    mine = enter("айгерим ", PASSWORDS["Айгерим"])
    session = server.http.get("/v1/session", headers=mine)
    assert session.headers["Cache-Control"] == "no-store"
    assert session.json() == {
        "method": "local",
        "name": "Айгерим",
        "roles": ["admin"],
        "rights": ["read", "edit", "approve", "operate", "administer", "serve"],
    }
    assert server.http.post("/v1/sign-out", headers=mine).status_code == 204
    after = server.http.get("/v1/session", headers=mine)
    assert (after.status_code, after.json()["error"]) == (401, "SignInError")
    assert _audit(server, "person:Айгерим")[:2] == [("sign_out", "Айгерим"), ("sign_in", "Айгерим")]


def test_nothing_but_health_and_the_door_opens_without_a_session(server):
    """Every route there is, those of others included: none can be forgotten."""
    routes = server.http.get("/openapi.json", headers=_bearer(KEYS.service))
    assert routes.status_code == 403
    paths = _paths(server)
    assert len(paths) > 80
    opened = {
        (method, path)
        for method, path in paths
        if server.http.request(method, path.replace("{", "").replace("}", ""), json={}).status_code != 401
    }
    assert opened == {("GET", "/healthz"), ("GET", "/readyz"), ("POST", "/v1/sign-in")}


def test_the_service_key_opens_the_bot_and_what_is_handed_in_and_nothing_else(server):
    opened = {
        (method, path)
        for method, path in _paths(server)
        if server.http.request(
            method, path.replace("{", "").replace("}", ""), json={}, headers=_bearer(KEYS.service)
        ).status_code
        not in {401, 403}
    }
    assert opened == {
        ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("POST", "/v1/sign-in"), ("POST", "/v1/chat"),
        ("POST", "/v1/dialogues"), ("POST", "/v1/outcomes"), ("POST", "/v1/feedback"), ("GET", "/v1/prompts"),
        ("HEAD", "/v1/prompts"), ("GET", "/v1/prompts/{name}"), ("HEAD", "/v1/prompts/{name}"),
        ("GET", "/v1/prompts/{name}/versions/{version}"), ("HEAD", "/v1/prompts/{name}/versions/{version}"),
    }  # fmt: skip
    reply = server.http.post("/v1/chat", json={"text": "Здравствуйте"}, headers=_bearer(KEYS.service))
    assert reply.status_code == 200, reply.text


def _paths(server):
    """Method and path of every route, those the API page does not show included."""
    routes = [r for one in server.api.routes for r in getattr(getattr(one, "original_router", None), "routes", (one,))]
    return sorted({(method, route.path) for route in routes for method in getattr(route, "methods", None) or ()})


@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, "Ж", KEYS.service[:-1]])
def test_a_wrong_token_is_no_session(server, token):
    answer = server.http.get("/v1/session", headers={"Authorization": f"Bearer {token}".strip().encode()})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_session_ends_by_itself(server, enter, clock):
    mine = enter("Марат")
    hours = server.container.settings.sign_in.session_hours
    clock.ahead += timedelta(hours=hours) - timedelta(minutes=1)
    assert server.http.get("/v1/session", headers=mine).status_code == 200
    clock.ahead += timedelta(minutes=2)
    assert server.http.get("/v1/session", headers=mine).status_code == 401


def test_every_sign_in_makes_a_token_of_its_own_and_takes_none(server, enter):
    """Session fixation: a token the browser brought along is never taken up."""
    planted = "a-token-somebody-planted"
    body = {"name": "Марат", "password": PASSWORDS["Марат"]}
    first = server.http.post("/v1/sign-in", json=body, headers=_bearer(planted)).json()["token"]
    second = server.http.post("/v1/sign-in", json=body, headers=_bearer(first)).json()["token"]
    assert len({planted, first, second}) == 3
    assert server.http.get("/v1/session", headers=_bearer(planted)).status_code == 401
    assert server.http.get("/v1/session", headers=_bearer(second)).json()["name"] == "Марат"


def test_guesses_are_slowed_down_then_locked_out_and_unknown_names_alike(server, enter, clock):
    for name in ("Дана", "никто"):
        waits = []
        for _ in range(11):
            answer = _try(server, name, "guess")
            if answer.status_code == 429:
                waits.append(int(answer.headers["Retry-After"]))
                clock.ahead += timedelta(seconds=waits[-1])
                answer = _try(server, name, "guess")
            assert (answer.status_code, answer.json()["detail"]) == (401, "the name or the password is wrong")
        assert waits == [2, 4, 8, 16, 32, 64, 128, 900], name
        assert _try(server, name, PASSWORDS["Дана"]).status_code == 429
    clock.ahead += timedelta(minutes=15)
    enter("Дана")
    assert _try(server, "Дана", "guess").status_code == 401
    assert _try(server, "Дана", PASSWORDS["Дана"]).status_code == 200
    assert ("refuse", "sign-in") in _audit(server, "person:Дана")
    assert _audit(server, "access").count(("refuse", "sign-in")) < 11


def _guess(server, clock, name, **more):
    """Guesses until the next try is not looked at; how many were."""
    for tried in range(20):
        answer = server.http.post("/v1/sign-in", json={"name": name, "password": "guess", **more})
        if answer.status_code == 429 and int(answer.headers["Retry-After"]) >= 900:
            return tried
        clock.ahead += timedelta(seconds=int(answer.headers.get("Retry-After", 0)))
    raise AssertionError("guesses are never locked out")


def test_guesses_of_others_hold_nobody_up_where_they_signed_in_before(server, clock):
    """Every mark of a browser has its own count, so that guessing with one is bounded as well."""
    typed = {"name": "Марат", "password": PASSWORDS["Марат"]}
    mark, second = (server.http.post("/v1/sign-in", json=typed).json()["device"] for _ in range(2))
    _guess(server, clock, "Марат")
    assert server.http.post("/v1/sign-in", json=typed).status_code == 429
    hers = server.http.post("/v1/sign-in", json={"name": "Дана", "password": PASSWORDS["Дана"]}).json()["device"]
    for forged in (mark[:-1], f"{mark}0", hers, mark.partition(".")[0], ".", "Ж.Ж"):
        answer = server.http.post("/v1/sign-in", json={**typed, "device": forged})
        assert answer.status_code == 429, forged
    assert server.http.post("/v1/sign-in", json={**typed, "device": mark}).status_code == 200
    assert server.http.post("/v1/sign-in", json=typed).status_code == 429, "others are still held up"
    assert _guess(server, clock, "Марат", device=mark) < 20
    assert server.http.post("/v1/sign-in", json={**typed, "device": mark}).status_code == 429
    assert server.http.post("/v1/sign-in", json={**typed, "device": second}).status_code == 200
    people.set_password(server.container, "Марат", PASSWORDS["Марат"], by="root")
    assert server.http.post("/v1/sign-in", json=typed).status_code == 200
    _guess(server, clock, "Марат")
    assert server.http.post("/v1/sign-in", json={**typed, "device": second}).status_code == 429
    clock.ahead += timedelta(minutes=15)


def test_guesses_of_others_do_not_keep_anybody_from_changing_their_password(server, enter, clock):
    hers = enter("Дана")
    _guess(server, clock, "Дана")
    change = {"old": PASSWORDS["Дана"], "new": PASSWORDS["Дана"]}
    assert server.http.put("/v1/session/password", json=change, headers=hers).status_code == 204
    hers = enter("Дана")
    for _ in range(3):
        assert server.http.put("/v1/session/password", json={**change, "old": "x"}, headers=hers).status_code == 403
    assert server.http.put("/v1/session/password", json=change, headers=hers).status_code == 429
    clock.ahead += timedelta(minutes=15)


def test_guesses_at_the_same_moment_do_not_share_a_count(server):
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda n: _try(server, "сразу многие", f"guess {n}").status_code, range(24)))
    assert answers.count(401) <= 3
    assert answers.count(401) + answers.count(429) == 24


@contextmanager
def _full(server):
    """Within, one password is being compared and nobody else may wait."""
    begun, over, before = Event(), Event(), server.api.state.comparisons

    def compare():
        begun.set()
        over.wait(60)

    server.api.state.comparisons = comparisons = Comparisons(at_once=1, waiting=0)
    with ThreadPoolExecutor(1) as pool:
        under_way = pool.submit(lambda: asyncio.run(comparisons.done(compare)))
        try:
            assert begun.wait(60)
            yield
        finally:
            over.set()
            under_way.result(60)
            server.api.state.comparisons = before


def test_who_finds_too_many_waiting_is_told_when_to_try_again(server, enter):
    hers = enter("Дана")
    before = _audit(server, "access"), _audit(server, "person:Дана")
    with _full(server):
        for _ in range(30):  # far more than wrong tries are let go without a pause
            answer = _try(server, "Дана", PASSWORDS["Дана"])
            assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
        told = {"refusal": "sign_ins_wait", "values": {"n": "5"}}
        assert told.items() <= answer.json().items()
        change = {"old": PASSWORDS["Дана"], "new": PASSWORDS["Дана"]}
        assert server.http.put("/v1/session/password", json=change, headers=hers).status_code == 429
        assert server.http.get("/v1/session", headers=hers).status_code == 200, "who is in stays in"
    assert (_audit(server, "access"), _audit(server, "person:Дана")) == before
    assert _try(server, "Дана", PASSWORDS["Дана"]).status_code == 200, "none of it counts as a wrong try"


def test_as_many_as_may_wait_are_let_in_one_after_another():
    async def together():
        comparisons, order, free = Comparisons(at_once=2, waiting=3), [], Event()

        def compare(number):
            free.wait(60)
            order.append(number)

        inside = [asyncio.create_task(comparisons.done(partial(compare, n))) for n in range(5)]
        await asyncio.sleep(0)  # each has begun or waits now
        with pytest.raises(SignInError, match="too many sign-ins are waiting"):
            await comparisons.done(partial(compare, 5))
        given_up = inside.pop()
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        inside.append(asyncio.create_task(comparisons.done(partial(compare, 6))))
        free.set()
        await asyncio.gather(*inside)
        await comparisons.done(partial(compare, 7))
        return order

    assert sorted(asyncio.run(together())) == [0, 1, 2, 3, 6, 7]


@pytest.mark.parametrize(("language", "sentence"), [
    ("ru", "Сейчас входит слишком много людей. Попробуйте ещё раз через 5 с"),
    ("kk", "Қазір кіріп жатқан адам тым көп. 5 секундтан кейін қайталап көріңіз"),
    ("en", "Too many people are signing in right now. Try again in 5 s"),
])  # fmt: skip
def test_the_page_says_in_the_readers_language_that_too_many_wait(server, monkeypatch, language, sentence):
    monkeypatch.chdir(server.container.settings.root)
    monkeypatch.setenv("BOTOPS_API", server.url)
    monkeypatch.setenv("BOTOPS_SET", "sign_in.method=local")

    async def typed():
        door = httpx2.ASGITransport(app=Starlette(routes=routes()))
        async with httpx2.AsyncClient(transport=door, base_url="http://127.0.0.1") as browser:
            form = {"name": "Дана", "password": PASSWORDS["Дана"]}
            origin = {"Origin": "http://127.0.0.1"}
            return await browser.post(f"/sign-in?lang={language}", data=form, headers=origin)

    try:
        with _full(server):
            answer = asyncio.run(typed())
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
        assert sentence in answer.text
        assert "Дана" in answer.text, "the name stays typed"
        assert asyncio.run(typed()).status_code == 303
    finally:
        installation.close()


def test_who_may_not_is_refused_in_words_and_that_is_audited(server, enter):
    hers = enter("Дана")
    new = {"name": "Кто-то", "roles": ["viewer"], "password": "some words of a kind"}
    refused = server.http.post("/v1/people", json=new, headers=hers)
    assert refused.status_code == 403
    assert refused.json()["detail"].startswith("Дана (viewer) may not administer")
    assert ("refuse", "Дана") in _audit(server, "access")


def test_a_refusal_says_what_it_is_about_for_pages_to_say_it_in_their_language(server, enter):
    nobody, viewer, admin = (ApiClient(server.url, headers=h) for h in ({}, enter("Дана"), enter("Айгерим")))
    new = {"name": "Кто-то", "roles": ["viewer"], "password": "some words of a kind"}
    order = {"by": "Марат", "reason": "чужим именем", "to": "hand-over"}
    refused = (
        (nobody, "/v1/people", new, Refusal.SESSION_OVER, {}),
        (viewer, "/v1/people", new, Refusal.LACKS_RIGHT, {}),
        (admin, "/v1/prompts/sales/kill", order, Refusal.OTHER_NAME, {"who": "Айгерим"}),
        (admin, "/v1/people", {"name": ""}, Refusal.NOT_VALID, {}),
        (admin, "/v1/people", new | {"password": "коротко"}, Refusal.WRONG_LENGTH, {"least": "12", "most": "200"}),
        (admin, "/v1/people", new | {"name": "дана"}, Refusal.NAME_TAKEN, {}),
    )
    for client, path, body, refusal, values in refused:
        with pytest.raises(BotopsError) as error:
            client.post(path, body)
        assert (error.value.refusal, error.value.values) == (refusal, values)
    with pytest.raises(NotFoundError):
        admin.post("/v1/proposals/none/decide", {"decision": "approve", "by": "Айгерим", "reason": "да"})


def test_an_admin_lets_people_in_and_out(server, enter):
    admin = enter("Айгерим")
    new = {"name": "Новый", "roles": ["viewer"], "password": "some words of a kind"}
    assert server.http.post("/v1/people", json=new, headers=admin).status_code == 201
    assert server.http.post("/v1/people", json={**new, "name": "новый"}, headers=admin).status_code == 409
    his = enter("Новый", new["password"])
    roles = {"name": "Новый", "roles": ["operator", "editor"]}
    assert server.http.put("/v1/people/roles", json=roles, headers=admin).json()["roles"] == ["editor", "operator"]
    assert server.http.get("/v1/session", headers=his).status_code == 401
    his = enter("Новый", new["password"])
    own = {"old": new["password"], "new": "quite another sentence"}
    assert server.http.put("/v1/session/password", json={**own, "old": "wrong"}, headers=his).status_code == 403
    assert server.http.put("/v1/session/password", json=own, headers=his).status_code == 204
    assert server.http.get("/v1/session", headers=his).status_code == 401
    his = enter("Новый", own["new"])
    assert server.http.post("/v1/people/remove", json={"name": "Новый"}, headers=admin).status_code == 204
    assert server.http.get("/v1/session", headers=his).status_code == 401
    listed = server.http.get("/v1/people", headers=admin).json()
    assert [one["name"] for one in listed] == ["Айгерим", "Дана", "Марат"]
    deeds = [deed for deed, by in _audit(server, "person:Новый") if by == "Айгерим"]
    assert deeds == ["person_remove", "person_change", "person_add"]


def test_the_last_admin_stays(server, enter):
    admin = enter("Айгерим")
    for method, path, body in (
        ("POST", "/v1/people/remove", {"name": "Айгерим"}),
        ("PUT", "/v1/people/roles", {"name": "Айгерим", "roles": ["approver"]}),
    ):
        refused = server.http.request(method, path, json=body, headers=admin)
        assert (refused.status_code, "only admin" in refused.json()["detail"]) == (400, True)
    assert server.http.get("/v1/session", headers=admin).status_code == 200


def test_what_is_kept_opens_nothing(server, enter):
    """Neither tokens nor passwords stand in the store."""
    token = enter("Марат")["Authorization"].removeprefix("Bearer ")
    files = (server.container.settings.root / ".botops").glob("botops.db*")
    kept = b"".join(file.read_bytes() for file in files)
    assert PASSWORDS["Марат"].encode() not in kept
    assert token.encode() not in kept
    assert b"$argon2id$" in kept


def test_the_console_hands_over_nobody_without_its_key(server):
    claims = {"claims": {"email": "aigerim@example.kz"}}
    for key in ("", KEYS.service, "guess-guess-guess-guess"):
        assert server.http.post("/v1/sign-in/verified", json=claims, headers=_bearer(key)).status_code in {401, 403}


def test_who_may_only_look_changes_nothing_whichever_route_they_take(server, enter):
    """Every route that is no GET, with a body made of its own description."""
    spec, hers = server.api.openapi(), enter("Дана")
    answers = {}
    for path, methods in spec["paths"].items():
        for method, described in methods.items():
            if method != "get" and (method, path) not in READS:
                filled = (
                    path.replace("_id}", "}")
                    .replace("{number}", "1")
                    .replace("{place}", "1")
                    .replace("{", "")
                    .replace("}", "")
                )
                body = _example(_schema(described), spec["components"]["schemas"]) | MORE.get(path, {})
                answers[method, path] = server.http.request(method, filled, json=body, headers=hers)
    assert len(answers) > 50
    refusals = {at: {403, 404} if at[1].endswith(LOOK_FIRST) else {403} for at in answers}
    passed = {at: f"{a.status_code} {a.text[:200]}" for at, a in answers.items() if a.status_code not in refusals[at]}
    assert passed == {}, "\n".join(map(str, passed.items()))


READS = {
    ("post", "/v1/sign-in"), ("post", "/v1/sign-out"), ("put", "/v1/session/password"),
    ("post", "/v1/pricebook/look"), ("post", "/v1/evals/estimate"),
}  # fmt: skip
"""What anybody may who is signed in: their own session, and looks that need a body."""

LOOK_FIRST = ("{number}/rollback", "{number}/kill", "{alert}/rollback", "{alert}/kill")
"""What looks for the trouble before it asks for the right to mend it; there is none here."""
MORE = {
    "/v1/experiments/{prompt}": {"variants": [{"version": 1, "weight": 10_000}]},
    "/v1/incidents/{number}/at-risk": {"at_risk": {"amount": "1", "currency": "KZT"}},
    "/v1/pricebook/propose": {"text": "currency: KZT", "book": None},
    "/v1/pricebook/publish": {"text": "currency: KZT", "book": None, "confirm": True},
}
"""What the description alone does not say of a body."""


def _schema(described):
    content = described.get("requestBody", {}).get("content", {})
    return content.get("application/json", {}).get("schema", {})


def _example(schema, known):
    """The least value a JSON schema allows."""
    if "$ref" in schema:
        return _example(known[schema["$ref"].rpartition("/")[2]], known)
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return _example(schema[key][0], known)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema.get("type", "object")
    if kind == "object":
        wanted = {name: schema["properties"][name] for name in schema.get("required", ())}
        return {name: _example(inner, known) for name, inner in wanted.items()}
    if kind == "array":
        return [_example(schema.get("items", {}), known)] * schema.get("minItems", 0)
    if kind == "string":
        formats = {"date": "2030-01-01", "date-time": "2030-01-01T00:00:00Z"}
        return formats.get(schema.get("format"), "x" * max(1, schema.get("minLength", 1)))
    return {"integer": 1, "number": 1, "boolean": True}.get(kind)


@pytest.fixture(scope="module")
def company(tmp_path_factory, running):
    """An installation people sign in to by the company's sign-in."""
    folder = tmp_path_factory.mktemp("company") / "project"
    write_scaffold(folder)
    oidc = "{server_metadata_url: 'https://id.example.kz/.well-known/openid-configuration', client_id: botops}"
    settings = ("sign_in.method=oidc", f"sign_in.oidc={oidc}", "demo.dialogues=0")
    with running(folder, *settings, keys=KEYS) as started:
        people.add(started.container, "Айгерим", [AccessRole.ADMIN], by="root", email="aigerim@example.kz")
        yield started


def _arrive(server, **claims):
    return server.http.post("/v1/sign-in/verified", json={"claims": claims}, headers=_bearer(KEYS.console))


def test_who_was_invited_comes_in_by_the_companys_sign_in(company):
    answer = _arrive(company, email="Aigerim@Example.kz", email_verified=True, name="Somebody Else")
    assert answer.status_code == 200, answer.text
    session = company.http.get("/v1/session", headers=_bearer(answer.json()["token"])).json()
    assert (session["method"], session["name"], session["roles"]) == ("oidc", "Айгерим", ["admin"])


@pytest.mark.parametrize(
    ("claims", "problem"),
    [
        ({"email": "eve@example.kz", "email_verified": True}, "was not invited here"),
        ({"email": "aigerim@example.kz", "email_verified": False}, "has not verified"),
        ({"email": "aigerim@example.kz", "email_verified": "false"}, "has not verified"),
        ({"email": "aigerim@example.kz\u200b"}, "was not invited here"),
        ({"email": ["aigerim@example.kz"]}, "does not say `email` of you"),
        ({"preferred_username": "aigerim@example.kz"}, "does not say `email` of you"),
        ({}, "does not say `email` of you"),
    ],
)
def test_others_stay_outside_and_are_told_why(company, claims, problem):
    answer = _arrive(company, **claims)
    assert (answer.status_code, problem in answer.json()["detail"]) == (401, True)


def test_there_are_no_passwords_where_the_company_signs_people_in(company):
    tried = _try(company, "Айгерим", "any password at all")
    assert (tried.status_code, tried.json()["detail"]) == (400, "people sign in with the company's sign-in here")
    own = _bearer(_arrive(company, email="aigerim@example.kz").json()["token"])
    change = {"old": "any password at all", "new": "another password"}
    assert company.http.put("/v1/session/password", json=change, headers=own).status_code == 400


def test_the_console_reads_how_models_are_with_its_key(company):
    assert company.http.get("/metrics").status_code == 401
    assert system.left_alone(company.url) == frozenset()
    company.container.metrics.breaker_open.labels("resting").set(1)
    assert system.left_alone(company.url, KEYS.console) == {"resting"}
    assert system.left_alone(company.url, "guess-guess-guess-guess") == frozenset()


def test_probes_ask_the_bot_where_people_have_to_sign_in(company):
    found = asking.ask_all(company.container, company.url)
    assert {result.outcome.value for result in found.results} <= {"right", "wrong"}
    forged = {"text": "Здравствуйте"}
    answer = company.http.post("/v1/chat", json=forged, headers={HEADER: "a-mark-somebody-made-up"})
    assert answer.status_code == 403
