"""`botops user`, what the doctor says of sign-in, and what may be bound to where."""

import json

import pytest

from botops.app.supervise import require_sign_in
from botops.config import load_settings
from botops.domain.errors import UserError

WORDS = b"four words about a till\n"


@pytest.fixture
def user(project, botops):
    def call(*arguments, stdin=b""):
        return botops(project, "user", *arguments, stdin=stdin, by="root")

    return call


def _sign_in(project, text):
    settings = project / "botops.yaml"
    settings.write_text(f"{settings.read_text('utf-8')}\nsign_in: {text}\n", "utf-8")


def _doctor(botops, project):
    rows = json.loads(botops(project, "doctor", "--json")[1])
    return [row for row in rows if row["name"].startswith("sign-in")]


def test_people_are_let_in_changed_and_let_out(project, botops, user):
    assert user("add", "Марат", "--role", "editor", "--password-stdin", stdin=WORDS)[::2] == (
        2,
        "Error: the first person must be an admin, who lets the others in: --role admin\n",
    )
    code, out, err = user("add", "Айгерим", "--role", "admin", "--password-stdin", stdin=WORDS)
    assert (code, out) == (0, "")
    assert "Айгерим: admin (password)" in err
    assert "Nobody has to sign in yet" in err
    assert user("add", "Марат", "--role", "editor", "--email", "Marat@example.kz")[0] == 0
    assert user("role", "марат", "--role", "editor", "--role", "operator")[0] == 0
    rows = [json.loads(line) for line in user("list", "--json")[1].splitlines()]
    assert [(row["name"], row["email"], row["roles"], row["has_password"]) for row in rows] == [
        ("Айгерим", None, ["admin"], True),
        ("Марат", "marat@example.kz", ["editor", "operator"], False),
    ]
    assert user("email", "Айгерим", "marat@example.KZ")[0] == 2
    assert user("email", "Айгерим", "a@example.kz")[0] == 0
    assert "a@example.kz" in user("list")[1]
    assert user("email", "Айгерим", "два слова")[2] == "Error: 'два слова' is no e-mail address\n"
    assert user("password", "Марат", "--password-stdin", stdin=b"other words of length")[0] == 0
    assert user("remove", "Марат")[0] == 0
    code, _, err = user("remove", "Айгерим")
    assert (code, err) == (2, "Error: Айгерим is the only admin: make somebody else one first\n")
    assert user("remove", "Никто")[0] == 2
    log = json.loads(botops(project, "audit", "--subject", "person:Марат", "--json")[1])
    deeds = ["person_remove", "person_change", "person_change", "person_add"]
    assert [(entry["deed"], entry["by"]) for entry in log] == [(deed, "root") for deed in deeds]


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        (b"short\n", "has 5 characters"),
        (b"\n", "has 0 characters"),
        (b"x" * 300, "has 300 characters"),
        (b"aaaaaaaabbbbbbbb\n", "fewer than 5 different"),
        ("пароль Айгерим 1\n".encode(), "holds the person's name"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(user, password, problem):
    code, _, err = user("add", "Айгерим", "--role", "admin", "--password-stdin", stdin=password)
    assert code == 2
    assert problem in err
    assert user("list")[1] == ""


@pytest.mark.parametrize("name", ["botops", "Sign-In", "guardrail:flagged", "\u200b", "Ай\u202eгерим", "x" * 201])
def test_a_name_that_would_mislead_readers_of_the_audit_log_is_refused(user, name):
    code, _, err = user("add", name, "--role", "admin", "--email", "a@example.kz")
    assert (code, err.startswith("Error: ")) == (2, True)
    assert user("list")[1] == ""


def test_the_doctor_says_whether_people_can_sign_in(project, botops, user):
    assert _doctor(botops, project)[0]["state"] == "ok"
    _sign_in(project, "{method: local}")
    [found] = _doctor(botops, project)
    assert (found["state"], found["remedy"]) == ("error", "botops user add NAME --role admin")
    user("add", "Айгерим", "--role", "admin", "--password-stdin", stdin=WORDS)
    assert [row["state"] for row in _doctor(botops, project)] == ["ok"]


def test_others_reach_botops_only_where_they_have_to_sign_in(project, botops):
    for command in ("up", "serve", "console"):
        (project / "botops.yaml").write_text("server: {host: 0.0.0.0}\n", "utf-8")
        code, _, err = botops(project, command)
        assert code == 2
        assert "0.0.0.0 can be reached by others" in err
        assert "botops user add NAME" in err


def test_each_of_them_takes_settings_for_one_start(project, botops):
    for command in ("up", "serve", "console"):
        code, _, err = botops(project, command, "--set", "server.host=0.0.0.0")
        assert code == 2
        assert "0.0.0.0 can be reached by others" in err


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "bot.example.kz", "127.0.0.1", "::1", "localhost"])
def test_signing_in_opens_other_addresses(project, host):
    def settings(*more):
        return load_settings(project / "botops.yaml", overrides=[f"server.host='{host}'", *more])

    require_sign_in(settings("sign_in.method=local"))
    if host in {"127.0.0.1", "::1", "localhost"}:
        require_sign_in(settings())
    else:
        with pytest.raises(UserError, match="nobody would have to sign in"):
            require_sign_in(settings())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{method: oidc}", "needs `oidc` with server_metadata_url and client_id"),
        (
            "{method: oidc, oidc: {server_metadata_url: 'http://id.example.kz/x', client_id: c}}",
            "must begin with https",
        ),
        (
            "{method: oidc, oidc: {server_metadata_url: 'https://login.microsoftonline.com/Common/x', client_id: c}}",
            "`common` lets in who says of themselves",
        ),
        ("{method: ldap}", "method"),
        ("{session_hours: 0}", "session_hours"),
    ],
)
def test_settings_that_would_let_the_wrong_ones_in_are_refused(project, botops, text, problem):
    _sign_in(project, text)
    code, _, err = botops(project, "doctor")
    assert code != 0
    assert problem in err + botops(project, "doctor")[1]
