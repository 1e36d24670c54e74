"""Settings: complete without a file, strict with one, secrets apart."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest

from botops.config import FILE_NAME, Secrets, Settings, load_settings
from botops.domain.errors import NotFoundError, UserError
from botops.domain.turns import GuardPolicy

SECRET = "sk-do-not-print"


def test_defaults_hold_without_a_file(tmp_path):
    settings = load_settings(tmp_path / FILE_NAME)
    assert settings.company.languages == ("ru", "kk", "en")
    assert settings.company.currency == "KZT"
    assert settings.guard.policy is GuardPolicy.BLOCK
    assert settings.server.host == "127.0.0.1"
    assert settings.root == tmp_path
    assert settings.path("prompts") == tmp_path / "prompts"


def test_a_required_file_must_be_there(tmp_path):
    with pytest.raises(NotFoundError):
        load_settings(tmp_path / FILE_NAME, required=True)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "{}"])
def test_an_empty_file_is_the_defaults(tmp_path, text):
    path = tmp_path / FILE_NAME
    path.write_text(text)
    assert load_settings(path, required=True).model_dump() == Settings().model_dump()


def test_a_full_file(tmp_path):
    path = tmp_path / FILE_NAME
    path.write_text("""\
company: {name: Кассовый двор, languages: [kk, ru], timezone: Asia/Aqtobe}
paths: {pricebook: prices/main.yaml}
store: {url: "postgresql+psycopg://botops@db/botops"}
server: {port: 9000, console_port: 9100}
model: {name: some-model, base_url: "http://127.0.0.1:8080/v1", deadline_s: 12.5}
guard:
  policy: repair
  safe_answers: {ru: Уточню и вернусь.}
prompt: seller
simulator: {seed: 3, errors: {stale_price: 0.25}, obeys_repair: 0}
costs:
  rates: [{since: 2026-01-01, per_usd: 512.30, source: "НБРК"}]
  prices: [{model: m, input: 0.15, output: 0.6}]
privacy: {mask: false}
""")
    settings = load_settings(path)
    assert settings.path("pricebook") == tmp_path / "prices" / "main.yaml"
    assert settings.guard.safe_answers["ru"] == "Уточню и вернусь."
    assert settings.guard.safe_answers["kk"] != settings.guard.safe_answers["en"]
    assert settings.costs.rates[0].per_usd == Decimal("512.30")
    assert settings.costs.rates[0].since == date(2026, 1, 1)
    assert settings.simulator.errors.stale_price == 0.25
    assert settings.server.effective_console_port == 9100


@pytest.mark.parametrize(("port", "console"), [(8000, 8001), (0, 0), (65_535, 0)])
def test_the_console_is_on_the_next_port(port, console):
    assert Settings().with_overrides([f"server.port={port}"]).server.effective_console_port == console


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("company: {timezone: Asia/Almati}", "did you mean `Asia/Almaty`?"),
        ("company: {timezone: nowhere-at-all-xyz}", "unknown time zone"),
        ("company: {languages: []}", "empty: write at least one"),
        ("store: {url: 'postgresql://u:secret@h/d'}", "BOTOPS_DATABASE_URL"),
        ("model: {base_url: localhost}", "^https?://"),
        ("guard: {polcy: block}", "did you mean `policy`?"),
        ("simulator: {errors: {stale_price: 2}}", "at most 1"),
        ("server: {port: 70000}", "at most 65535"),
    ],
)
def test_mistakes_are_named(tmp_path, text, expected):
    path = tmp_path / FILE_NAME
    path.write_text(text)
    with pytest.raises(UserError) as caught:
        load_settings(path)
    assert f"{path}:1:" in str(caught.value)
    assert expected in str(caught.value)


class TestOverrides:
    def test_values_are_read_as_yaml(self):
        settings = Settings().with_overrides(
            ["simulator.errors.invented_discount=1.0", "guard.policy=observe", "privacy.mask=false",
             "company.languages=[en]", "guard.safe_answers={en: Later}", "model.name="]
        )  # fmt: skip
        assert settings.simulator.errors.invented_discount == 1.0
        assert settings.guard.policy is GuardPolicy.OBSERVE
        assert settings.privacy.mask is False
        assert settings.company.languages == ("en",)
        assert settings.guard.safe_answers["en"] == "Later"
        assert settings.model.name is None

    def test_the_original_and_the_root_stay(self, tmp_path):
        settings = load_settings(tmp_path / FILE_NAME, overrides=["server.port=9"])
        changed = settings.with_overrides(["server.port=10"])
        assert (settings.server.port, changed.server.port) == (9, 10)
        assert changed.root == settings.root == tmp_path

    @pytest.mark.parametrize("text", ["server.port", "=1", "server..port=1"])
    def test_what_is_no_assignment(self, text):
        with pytest.raises(UserError, match=r"section\.key=value"):
            Settings().with_overrides([text])

    def test_all_mistakes_at_once(self):
        with pytest.raises(UserError) as caught:
            Settings().with_overrides(["bad", "server.port=[1"])
        assert len(caught.value.problems) == 2

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (
                "simulator.errors.stale_prise=1",
                "simulator.errors.stale_prise: unknown key: did you mean `stale_price`?",
            ),
            ("server.port.x=1", "server.port: a whole number expected"),
            ("servr.port=1", "servr: unknown key: did you mean `server`?"),
        ],
    )
    def test_unknown_names(self, text, expected):
        with pytest.raises(UserError) as caught:
            Settings().with_overrides([text])
        assert expected in str(caught.value)
        assert str(caught.value).startswith("--set: ")


class TestSecrets:
    ENVIRON: ClassVar = {
        "OPENAI_API_KEY": SECRET,
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "BOTOPS_MODEL": "named",
        "BOTOPS_DATABASE_URL": f"postgresql://u:{SECRET}@h/d",
    }

    def test_read_from_the_environment(self):
        secrets = Secrets.from_environ(self.ENVIRON)
        assert secrets.api_key == SECRET
        assert secrets.database_url.endswith("@h/d")

    def test_blank_is_unset(self):
        assert Secrets.from_environ({"OPENAI_API_KEY": "  "}) == Secrets()

    def test_never_printed(self):
        secrets = Secrets.from_environ(self.ENVIRON)
        assert SECRET not in repr(secrets) + str(secrets) + f"{secrets}" + f"{secrets!r}" + repr([secrets])

    def test_the_environment_overrides_the_file(self):
        settings = Settings().with_overrides(["model.name=from-file", "model.deadline_s=5"])
        changed = settings.with_environment(Secrets.from_environ(self.ENVIRON))
        assert (changed.model.name, changed.model.base_url) == ("named", "http://127.0.0.1:1/v1")
        assert changed.model.deadline_s == 5
        assert settings.with_environment(Secrets()) == settings

    def test_a_wrong_address_is_named(self):
        with pytest.raises(UserError, match=r"environment: model\.base_url"):
            Settings().with_environment(Secrets(base_url="not a url"))


def test_settings_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        Settings().prompt = "other"


def test_paths_are_relative_to_the_file(tmp_path, monkeypatch):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / FILE_NAME).write_text("paths: {team: people.yaml}")
    monkeypatch.chdir(tmp_path)
    settings = load_settings(Path("inner") / FILE_NAME)
    assert settings.path("team") == tmp_path / "inner" / "people.yaml"
