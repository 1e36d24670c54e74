"""Signing in with the company's account, against a provider of OpenID Connect on this machine."""

import base64
import hashlib
import json
import secrets
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from botops.app.access import people
from botops.app.scaffold import write_scaffold
from botops.app.supervise import Console
from botops.domain.access import AccessRole
from botops.http.gate import Keys

SECRET = "the-provider-knows-this"
KEY = secrets.token_urlsafe(32)


@dataclass
class Provider:
    """What the company's sign-in does: sends people back with a code, and gives a signed token for it."""

    url: str = ""
    claims: dict = field(default_factory=lambda: {"email": "aigul@example.kz", "email_verified": True})
    signed_with: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k"}))
    published: RSAKey | None = None
    nonce: str | None = None
    asked: dict = field(default_factory=dict)

    def metadata(self):
        return {
            "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }  # fmt: skip

    def token(self, body):
        """A token for a code, to who knows the secret of the client and what the way there began with."""
        proof = base64.urlsafe_b64encode(hashlib.sha256(body["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert proof == self.asked["code_challenge"]
        now = int(time.time())
        claims = {"iss": self.url, "aud": "botops", "sub": "1", "iat": now, "exp": now + 60,
                  "nonce": self.nonce or self.asked["nonce"], **self.claims}  # fmt: skip
        signed = jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.signed_with)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def keys(self):
        return {"keys": [(self.published or self.signed_with).as_dict(private=False)]}


class _Answers(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self):
        path = urlsplit(self.path).path
        self._say(self.provider.keys() if path == "/keys" else self.provider.metadata())

    def do_POST(self):
        body = dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode()))
        known = base64.b64encode(f"botops:{SECRET}".encode()).decode()
        assert self.headers["authorization"] == f"Basic {known}"
        self._say(self.provider.token(body))

    def _say(self, answer):
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def server():
    """The provider's server; what it does is set anew for each test."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()


@pytest.fixture
def provider(server):
    _Answers.provider = Provider(url=server)
    return _Answers.provider


@pytest.fixture(scope="module")
def console(server, tmp_path_factory, running):
    """The console of a project where one person was invited."""
    folder = tmp_path_factory.mktemp("company") / "project"
    write_scaffold(folder)
    settings = folder / "botops.yaml"
    oidc = f"{{server_metadata_url: '{server}/.well-known/openid-configuration', client_id: botops}}"
    settings.write_text(f"{settings.read_text('utf-8')}\nsign_in: {{method: oidc, oidc: {oidc}}}\n", "utf-8")
    with running(folder, keys=Keys(console=KEY)) as api, pytest.MonkeyPatch.context() as patch:
        people.add(api.container, "Айгуль", {AccessRole.ADMIN}, by="setup", email="aigul@example.kz")
        patch.setenv("BOTOPS_OIDC_SECRET", SECRET)
        port = urlsplit(api.url).port + 1
        console = Console(host="127.0.0.1", port=port, api=api.url, directory=folder, key=KEY)
        console.start()
        try:
            assert console.wait_ready(60)
            yield console.address
        finally:
            console.stop()


@contextmanager
def _there_and_back(console, provider, wanted="/costs?days=7"):
    """A browser that was sent to the provider, and the address it is sent back to."""
    with httpx2.Client(timeout=30) as browser:
        left = browser.get(f"{console}/sign-in/company", params={"next": wanted})
        assert left.status_code == 302, left.text
        assert left.headers["location"].startswith(f"{provider.url}/authorize?")
        asked = {name: value[0] for name, value in parse_qs(urlsplit(left.headers["location"]).query).items()}
        provider.asked = asked
        assert asked["redirect_uri"] == f"{console}/oauth2callback"
        assert asked["code_challenge_method"] == "S256"
        yield browser, f"{console}/oauth2callback?code=c&state={asked['state']}"


def test_who_was_invited_comes_in_where_they_wanted(console, provider):
    with _there_and_back(console, provider) as (browser, back):
        page = browser.get(f"{console}/sign-in")
        assert "/sign-in/company?lang=ru" in page.text
        assert "<form" not in page.text
        answer = browser.get(back)
        assert (answer.status_code, answer.headers["location"]) == (303, "/costs?days=7")
        assert "HttpOnly" in answer.headers["set-cookie"]
        assert browser.get(f"{console}/session").status_code == 204
        assert browser.get(back).status_code == 401  # the same way back cannot be walked twice


@pytest.mark.parametrize(
    "claims",
    [{"email": "eve@example.kz", "email_verified": True}, {"email": "aigul@example.kz", "email_verified": False}, {}],
)
def test_who_was_not_invited_stays_out(console, provider, claims):
    provider.claims = claims
    with _there_and_back(console, provider) as (browser, back):
        answer = browser.get(back)
        assert answer.status_code == 401
        assert "доступа сюда вам не давали" in answer.text
        assert browser.get(f"{console}/session").status_code == 401


@pytest.mark.parametrize("forged", ["another's key", "another nonce", "expired", "of another client", "another issuer"])
def test_forged_token_opens_nothing(console, provider, forged):
    if forged == "another's key":
        provider.published = RSAKey.generate_key(2048, {"kid": "k"})
    elif forged == "another nonce":
        provider.nonce = "stolen"
    else:
        wrong = {"expired": {"exp": 1}, "of another client": {"aud": "somebody"}, "another issuer": {"iss": "http://e"}}
        provider.claims = provider.claims | wrong[forged]
    with _there_and_back(console, provider) as (browser, back):
        answer = browser.get(back)
        assert answer.status_code == 401, answer.text
        assert "не завершён" in answer.text
        assert browser.get(f"{console}/session").status_code == 401


@pytest.mark.parametrize("query", ["", "?code=c", "?code=c&state=x", "?error=access_denied&error_description=%3Cb%3E"])
def test_way_back_without_a_way_there_opens_nothing(console, provider, query):
    answer = httpx2.get(f"{console}/oauth2callback{query}", timeout=30)
    assert answer.status_code == 401
    assert "не завершён" in answer.text
