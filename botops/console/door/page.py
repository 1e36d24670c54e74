"""The page to sign in: plain HTML of our own, for there is no Streamlit before it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from starlette.responses import HTMLResponse

from botops.app.access import people
from botops.console import installation, safe
from botops.console.door import addresses
from botops.console.i18n import COOKIE, DEFAULT, LANGUAGES, N_, PARAMETER, catalogue
from botops.domain.errors import BotopsError, SignInError
from botops.domain.refusals import Refusal as Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from botops.domain.messages import Language

_ASSETS = Path(__file__).parents[1] / "assets"
_TITLE = N_("Sign in")
_BY_COMPANY = N_("Sign in with the company's account")
_NAME = N_("Your name")
_PASSWORD = N_("Password")
_LANGUAGE = N_("Language")
_WRONG = N_("The name or the password is wrong")
_WAIT = N_("Too many wrong tries. The next one is looked at in {n} s")
_BUSY = N_("Too many people are signing in right now. Try again in {n} s")
_NOT_INVITED = N_("The company's sign-in knows you, but nobody has let you in here. Ask an admin of botops.")
_NOT_DONE = N_("The company's sign-in was not finished. Try again.")
_NO_ANSWER = N_("The sign-in cannot be checked now: the service does not answer. Try again in a minute.")
_NOBODY = N_("Nobody has been let in yet. On the machine where botops runs: botops user add NAME --role admin")
_FOREIGN = N_("That did not come from this page. Type it in here.")
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
Refusal = Literal["not_done", "foreign"]


_WAYS = {"local": "sign_in_by_password.html", "oidc": "sign_in_by_company.html"}


@cache
def _template(method: str) -> Template:
    """The page with the way people sign in here."""
    whole, way = (_ASSETS.joinpath(name).read_text(encoding="utf-8") for name in ("sign_in.html", _WAYS[method]))
    return Template(whole.replace("$way", way))


def language_of(request: Request) -> Language:
    """The language by the address, else as kept by the browser, else Russian."""
    asked = (request.query_params.get(PARAMETER), request.cookies.get(COOKIE))
    return next((code for code in LANGUAGES if code in asked), DEFAULT)


def page(
    request: Request, *, wanted: str, name: str = "", fault: BotopsError | Refusal | None = None, status: int = 200
) -> HTMLResponse:
    """The page, with what was wrong and the name that was typed. `wanted` is where to go then."""
    language = language_of(request)
    say = catalogue(language).gettext
    method = installation.settings().sign_in.method
    notice = _notice(fault, method, say) if fault else _nobody_yet(say)
    words = {
        "lang": language, "title": say(_TITLE), "company": say(_BY_COMPANY), "name_label": say(_NAME),
        "password_label": say(_PASSWORD), "name": name, "wanted": wanted, "wanted_coded": quote(wanted, safe="/"),
        "language_label": say(_LANGUAGE), "action": addresses.SIGN_IN, "company_action": addresses.COMPANY,
    }  # fmt: skip
    filled = {key: safe.quoted(value) for key, value in words.items()}
    filled |= {"notice": safe.tag("p", notice, class_="notice", role="alert") if notice else safe.text("")}
    return HTMLResponse(_template(method).substitute(filled), status, _HEADERS)


def _notice(fault: BotopsError | Refusal, method: str, say: Callable[[str], str]) -> str:
    if fault == "foreign":
        return say(_FOREIGN)
    if isinstance(fault, SignInError):
        if fault.wait_s is not None:
            return say(_BUSY if fault.refusal is Reason.SIGN_INS_WAIT else _WAIT).format(n=fault.wait_s)
        return say(_WRONG if method == "local" else _NOT_INVITED)
    return say(_NOT_DONE if fault == "not_done" else _NO_ANSWER)


def _nobody_yet(say: Callable[[str], str]) -> str:
    try:
        return "" if people.listed(installation.opened()) else say(_NOBODY)
    except BotopsError:
        return say(_NO_ANSWER)
