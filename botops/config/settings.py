"""Settings of an installation (`botops.yaml`): read once, frozen, complete without a file."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, Field, PrivateAttr

from botops.config.alerting import Alerting
from botops.config.budgets import MOST as MOST_BUDGETS
from botops.config.budgets import BudgetName, BudgetSettings
from botops.config.digesting import Digests
from botops.config.document import Document, parse, read
from botops.config.model_prices import DatedRate, PriceOverride, RateLimit
from botops.config.probing import Probes
from botops.config.release_policy import Releases
from botops.config.secrets import Secrets
from botops.config.sign_in import SignIn
from botops.config.validation import Strict, validate
from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.domain.messages import Language
from botops.domain.opinions import Concern
from botops.domain.problems import Problem
from botops.domain.turns import GuardPolicy

FILE_NAME = "botops.yaml"
"""The settings file at the top of a user's repository."""


def _known_timezone(name: str) -> str:
    if not is_timezone(name):
        raise ValueError(f"unknown time zone `{name}`{suggestion(name, sorted(available_timezones()))[:80]}")
    return name


def is_timezone(name: str) -> bool:
    """True for a name of the IANA time zone database, such as Asia/Almaty."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder, such as Asia
        return False
    return True


def _without_password(url: str) -> str:
    authority = url.partition("://")[2].partition("/")[0]
    if ":" in authority.rpartition("@")[0]:
        raise ValueError("a password in a file: remove it and set the environment variable BOTOPS_DATABASE_URL instead")
    return url


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Port = Annotated[int, Field(ge=0, le=65_535)]
Share = Annotated[float, Field(ge=0, le=1)]
Seconds = Annotated[float, Field(gt=0, le=3_600)]


class Company(Strict):
    """Who sells. The first language is the one used when a client's is not known."""

    name: str = "Моя компания"
    languages: tuple[Language, ...] = Field(default=("ru", "kk", "en"), min_length=1)
    timezone: Annotated[str, AfterValidator(_known_timezone)] = "Asia/Almaty"
    currency: Currency = "KZT"


class Paths(Strict):
    """Where a team keeps its files, relative to the settings file. `pricebook` is a file or a folder of books."""

    prompts: Path = Path("prompts")
    pricebook: Path = Path("pricebook")
    evals: Path = Path("evals")
    team: Path = Path("team.yaml")


class Store(Strict):
    """The database, as an SQLAlchemy URL. A relative SQLite file is relative to the settings file."""

    url: Annotated[str, AfterValidator(_without_password)] = "sqlite:///.botops/botops.db"


class Server(Strict):
    """Addresses of the API and the console. Port 0 lets the system choose.

    `hosts` are the names under which a proxy in front passes requests on, such as bot.example.kz: requests that call
    this machine anything else, and pages of other sites that write to it, are refused.
    """

    host: str = "127.0.0.1"
    port: Port = 8000
    console_port: Port | None = None
    hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")], ...] = ()

    @property
    def local(self) -> bool:
        """True when nobody but this machine reaches what is bound to `host`."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def effective_console_port(self) -> int:
        """The console's port: as set, else the one after the API's."""
        if self.console_port is not None:
            return self.console_port
        return self.port + 1 if 0 < self.port < 65_535 else 0


class Serving(Strict):
    """How long whoever fetches prompts over HTTP may keep an answer, in seconds: `max_age_s` without asking again, and
    for `stale_s` more while asking anew in the background. A stopped prompt reaches them within the sum at the latest.
    """

    max_age_s: int = Field(default=2, ge=0, le=86_400)
    stale_s: int = Field(default=10, ge=0, le=604_800)


class PromptRules(Strict):
    """What lint asks of prompts: days a review holds, and characters the texts of one language may have together."""

    review_days: int = Field(default=180, ge=1, le=3_650)
    longest: int = Field(default=24_000, ge=100, le=256_000)


class Model(Strict):
    """How to reach the language model and how long to wait. Without a name the simulated model answers, unless a key
    is set. `attempts` counts calls, the first included; `first_text_s` is the wait for the first piece of a stream.
    After `breaker_failures` failures in a row (0: never) it is left alone for `breaker_rest_s`: clients get a safe
    answer and a person at once meanwhile."""

    name: str | None = None
    base_url: str | None = Field(default=None, pattern=r"^https?://")
    deadline_s: Seconds = 60.0
    first_text_s: Seconds = 20.0
    max_reply_chars: int = Field(default=20_000, ge=100, le=1_000_000)
    attempts: int = Field(default=3, ge=1, le=10)
    breaker_failures: int = Field(default=5, ge=0, le=1000)
    breaker_rest_s: Seconds = 10.0


SAFE_ANSWERS: dict[Language, str] = {
    "ru": "Хочу назвать вам точные условия, поэтому передаю вопрос коллеге: он всё проверит и ответит вам здесь.",
    "kk": "Сізге нақты шарттарды айтқым келеді, сондықтан сұрағыңызды әріптесіме тапсырдым: "
    "ол бәрін тексеріп, осында жауап береді.",
    "en": "I want to give you the exact terms, so I am passing your question to a colleague, "
    "who will check everything and answer you here.",
}
"""Answers that promise nothing, sent in the place of a reply that may not leave."""


class Guard(Strict):
    """What to do with a reply that failed its judgement, and what to say in its place."""

    policy: GuardPolicy = GuardPolicy.BLOCK
    repair_attempts: int = Field(default=1, ge=0, le=3)
    safe_answers: Annotated[
        dict[Language, Annotated[str, Field(min_length=1)]], AfterValidator(lambda own: {**SAFE_ANSWERS, **own})
    ] = Field(default_factory=lambda: dict(SAFE_ANSWERS))
    """The answer that promises nothing, for every language: the company's own wording, else a built-in one."""


class Claims(Strict):
    """What the company adds to the claim checker: the file of its own words and term kinds, relative to the settings
    file, and its own checks by the names of their entry points, in the order they are asked."""

    terms: Path | None = None
    checks: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")], ...] = Field(
        default=(), max_length=20
    )


class SecondOpinion(Strict):
    """A language model asked by `botops check` about tone, intent and promises without a figure. `model` is a name, a
    URL, `replay` or `replay:MODEL`; without one the configured model is asked. `temperature` null leaves the
    provider's default, which some models insist on."""

    enabled: bool = False
    model: str | None = Field(default=None, min_length=1)
    concerns: tuple[Concern, ...] = Field(default=tuple(Concern), min_length=1)
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    concurrency: int = Field(default=4, ge=1, le=64)


def runs_no_code(model: str) -> str:
    """A model's name as a file may give it. Raises ValueError for one that would run code of its own."""
    if model.startswith("langchain:"):
        raise ValueError("a model that runs code of its own is named on the command line only")
    return model


class Judge(Strict):
    """The language model that grades dialogues in evals: a name, `URL#NAME`, `replay` or `replay:MODEL`; without one
    checks that need it are not judged. (What runs code of its own, `langchain:…`, is named on the command line only.)

    It may fail a gate by a criterion only when `botops eval calibrate` found it to agree with people on it: Cohen's
    kappa of `least_kappa` on `least_labels` labels. `temperature` null leaves the provider's default, which some models
    insist on.
    """

    model: Annotated[str, Field(min_length=1), AfterValidator(runs_no_code)] | None = None
    least_kappa: float = Field(default=0.6, ge=0, le=1)
    least_labels: int = Field(default=30, ge=1, le=100_000)
    temperature: float | None = Field(default=0.0, ge=0, le=2)
    concurrency: int = Field(default=8, ge=1, le=256)


class Escalation(Strict):
    """When a dialogue goes to a person, and to which role of `team.yaml`."""

    enabled: bool = True
    role: str = "sales"


class HandOffSettings(Strict):
    """How soon a person should take over a dialogue, in minutes."""

    answer_within_min: int = Field(default=15, ge=1, le=10_080)


class SimulatorErrors(Strict):
    """How often the simulated model errs, as a share of the replies where it could."""

    wrong_variant: Share = 0.0
    stale_price: Share = 0.0
    invented_discount: Share = 0.0
    wrong_total: Share = 0.0


class Simulator(Strict):
    """The simulated model. `priced_as` is the real model whose price its replies are counted at."""

    seed: int = 7
    errors: SimulatorErrors = SimulatorErrors()
    obeys_repair: Share = 1.0
    priced_as: str = "gpt-4o-mini"


class Costs(Strict):
    """Exchange rates and the company's own prices of models: written here, in files of their own (relative to the
    settings file; rates as YAML, JSON or CSV), or both; and the limits their providers set."""

    rates: tuple[DatedRate, ...] = ()
    rates_file: Path | None = None
    prices: tuple[PriceOverride, ...] = ()
    prices_file: Path | None = None
    rate_limits: tuple[RateLimit, ...] = ()


class SuspiciousChange(Strict):
    """When a new price book looks like a slip and is published only with an explicit yes: more than `changed_share` of
    the prices are others or gone, a price became more than `factor` times another, or more than `gone_share` of the
    products are gone. A change of currency always is."""

    changed_share: Share = 0.3
    factor: float = Field(default=3.0, gt=1, le=1_000_000)
    gone_share: Share = 0.2


class PriceBookReleases(Strict):
    """How price books are released. `canary` watches the share of replies held back for a week after a new book;
    `canary_margin` is by how much that share may rise, 0.02 being two replies in a hundred."""

    suspicious: SuspiciousChange = SuspiciousChange()
    canary: Literal["warn", "off"] = "warn"
    canary_margin: Share = 0.02


class Privacy(Strict):
    """`mask` hides phones, e-mails, ИИН/БИН and card numbers before anything is stored. `keep_days` is how many days
    dialogues are kept; their sums stay. Left out, they are kept until somebody removes them."""

    mask: bool = True
    keep_days: int | None = Field(default=None, ge=1, le=36_500)


GitName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._/-]*$", max_length=200)]


class GitSync(Strict):
    """Releases in git: a commit for every publish, rollback and change of a split, pushed when `push` is set.

    `branch` is the one releases go to, any when left out. `emails` are the addresses of people by the name they give
    with `--by`; others get a neutral one. `timeout_s` bounds one git command, hooks and network included.
    """

    enabled: bool = False
    remote: GitName = "origin"
    branch: GitName | None = None
    push: bool = False
    emails: dict[str, Annotated[str, Field(pattern=r"^[^<>\s]+@[^<>\s]+$")]] = Field(default_factory=dict)
    timeout_s: Seconds = 60.0


class Demo(Strict):
    """How many dialogues `botops up` makes with the simulated model when the store is empty; 0 makes none."""

    dialogues: int = Field(default=0, ge=0, le=1_000_000)


class Settings(Strict):
    """Everything an installation can choose. Secrets are apart, in `Secrets`."""

    company: Company = Company()
    paths: Paths = Paths()
    store: Store = Store()
    server: Server = Server()
    sign_in: SignIn = SignIn()
    serving: Serving = Serving()
    model: Model = Model()
    guard: Guard = Guard()
    claims: Claims = Claims()
    second_opinion: SecondOpinion = SecondOpinion()
    judge: Judge = Judge()
    prompt: str = "sales"
    prompts: PromptRules = PromptRules()
    escalation: Escalation = Escalation()
    hand_off: HandOffSettings = HandOffSettings()
    simulator: Simulator = Simulator()
    costs: Costs = Costs()
    budgets: dict[BudgetName, BudgetSettings] = Field(default_factory=dict, max_length=MOST_BUDGETS)
    pricebook: PriceBookReleases = PriceBookReleases()
    privacy: Privacy = Privacy()
    releases: Releases = Releases()
    probes: Probes = Probes()
    git: GitSync = GitSync()
    alerts: Alerting = Alerting()
    digest: Digests = Digests()
    demo: Demo = Demo()

    _root: Path = PrivateAttr(default=Path())

    @property
    def root(self) -> Path:
        """The folder relative paths start from: the one the settings file is in."""
        return self._root

    def path(self, name: Literal["prompts", "pricebook", "evals", "team"]) -> Path:
        """One of `paths`, resolved against the settings file's folder."""
        inner: Path = getattr(self.paths, name)
        return self._root / inner

    def moved(self, root: Path, *, prompts: Path) -> Self:
        """The same settings for an installation in another folder, with a store and prompts of its own there; the other
        files stay where they are."""
        named = {name: self.path(name) for name in ("pricebook", "evals", "team")}
        terms = self._root / self.claims.terms if self.claims.terms is not None else None
        files = {"rates_file": self.costs.rates_file, "prices_file": self.costs.prices_file}
        costs = {name: self._root / file for name, file in files.items() if file is not None}
        changed = {
            "costs": self.costs.model_copy(update=costs),
            "paths": Paths(prompts=prompts, **named),
            "claims": self.claims.model_copy(update={"terms": terms}),
            "store": Store(),
        }
        moved = self.model_copy(update=changed)
        moved._root = root
        return moved

    def with_environment(self, secrets: Secrets) -> Self:
        """The settings with the model the environment names. Raises UserError for a base URL that is none."""
        wanted = {"model.name": secrets.model, "model.base_url": secrets.base_url}
        return self._changed({key: value for key, value in wanted.items() if value is not None}, "environment")

    def with_overrides(self, assignments: Iterable[str]) -> Self:
        """The settings with `section.key=value` assignments, values written as in YAML. Raises UserError."""
        changes: dict[str, Any] = {}
        problems: list[Problem] = []
        for assignment in assignments:
            path, equals, value = assignment.partition("=")
            if not equals or not all(path.strip().split(".")):
                message = f"`{assignment}` is not an assignment: write it as section.key=value"
                problems.append(Problem("--set", 0, 0, "", message, rule="override"))
                continue
            try:
                changes[path.strip()] = parse(value, "--set").data
            except UserError as error:
                problems.extend(Problem("--set", 0, 0, path, p.message, rule=p.rule) for p in error.problems)
        if problems:
            raise UserError(problems=problems)
        return self._changed(changes, "--set")

    def _changed(self, changes: dict[str, Any], origin: str) -> Self:
        data = self.model_dump()
        for dotted, value in changes.items():
            *way, last = dotted.split(".")
            place = data
            for step in way:
                inner = place.get(step)
                if not isinstance(inner, dict):
                    inner = place[step] = {}
                place = inner
            place[last] = value
        changed = validate(Document(origin, "", data), type(self))
        changed._root = self._root
        return changed


def load_settings(path: Path | str = FILE_NAME, *, required: bool = False, overrides: Iterable[str] = ()) -> Settings:
    """Settings from a file; without the file the defaults hold, unless it is `required`. Raises UserError."""
    path = Path(path)
    document = read(path) if required or path.exists() else Document(str(path), "", None)
    settings = validate(document, Settings)
    settings._root = path.parent.resolve()
    return settings.with_overrides(overrides)
