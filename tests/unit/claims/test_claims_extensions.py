"""What a company adds: words of its own, term kinds of its own, checks of its own, and what holds them together."""

import importlib.util
import shutil
import sys
import time
import tomllib
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from threading import local

import pytest

from botops.app.checks.extensions import ExtensionChoice, extensions_of, load_extensions
from botops.claims import Extensions, check, compile_book, judge
from botops.claims.extensions import NamedCheck
from botops.claims.own_file import OwnClaimsFile
from botops.claims.policy import understood
from botops.config import load, load_settings
from botops.domain.errors import UserError
from botops.domain.findings import Finding, FindingKind, Severity
from botops.domain.messages import Message
from botops.pricebook import Policies, Price, PriceBook, Product
from botops.testing import check_conformance

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
EXAMPLE = Path(__file__).parents[2] / "examples" / "acme_checks"
POLICIES = (
    "Подъём на этаж — 3 000 ₸ за этаж.",
    "Сборка занимает 2 часа и бесплатна при заказе от 100 000 ₸.",
    "Чехол даём в нагрузку к дивану.",
)


def book(*policies):
    products = (
        Product("sofa", "Диван «Ника»", ("Ника",), (Price(Decimal(180_000), "KZT"),)),
        Product("case", "Чехол", (), (Price(Decimal(15_000), "KZT"),)),
    )
    return PriceBook("KZT", products, policies=Policies(text=policies), version="1")


@pytest.fixture(scope="module")
def own():
    words, terms = load(EXAMPLE / "claims.yaml", OwnClaimsFile).compiled()
    return Extensions(words, terms)


def found(own, text, *policies, question="Здравствуйте!"):
    said = (Message("user", question), Message("assistant", text))
    return check(said, compile_book(book(*policies), own), at=AT)


@pytest.mark.parametrize("text", [
    "Подъём на этаж стоит 3 000 ₸.",
    "Поднимем за 3000 тенге.",
    "Сборка займёт 2 часа.",
    "Подъём не делаем.",
    "Вам нужен подъём на этаж?",
    "Сборка у нас есть.",
])  # fmt: skip
def test_a_term_kind_the_book_bears_out(own, text):
    assert found(own, text, *POLICIES) == []


@pytest.mark.parametrize(("text", "rule", "quote"), [
    ("Сборка займёт 1 час.", "assembly", "Сборка займёт 1 час"),
    ("Соберём за 3 часа, с гарантией.", "assembly", "Соберём за 3 часа"),
    ("We assemble it in 3 hours.", "assembly", "assemble it in 3 hours"),
])  # fmt: skip
def test_a_term_kind_with_another_value(own, text, rule, quote):
    (finding,) = found(own, text, *POLICIES)
    assert (finding.kind, finding.rule, finding.quote) == (FindingKind.TERMS, rule, quote)
    assert finding.source == "policy:2"
    assert finding.explanations["ru"].startswith("Сборка. Бот назвал")


def test_a_term_kind_the_book_does_not_know_or_denies(own):
    (finding,) = found(own, "Поднимем на этаж бесплатно.", POLICIES[1])
    assert finding.rule == "lifting" or finding.kind is FindingKind.TERMS
    (finding,) = found(own, "Занесём на пятый этаж.", POLICIES[1])
    assert (finding.rule, finding.expected) == ("lifting", None)
    assert finding.explanations["kk"].startswith("Қабатқа көтеру. ")
    (finding,) = found(own, "Подъём на этаж сделаем.", "Подъём на этаж не делаем.")
    assert finding.expected == "Подъём на этаж не делаем."


def test_a_bare_yes_confirms_a_term_kind(own):
    (finding,) = found(own, "Да", question="Сборка за 1 час?")
    assert (finding.quote, finding.rule) in {("Да", "assembly"), ("Да", None)}


def test_a_sentence_about_a_term_kind_is_understood(own):
    readings = {r.text: r for r in understood(compile_book(book("Собираем сами."), own).terms)}
    assert readings["Собираем сами."].understood
    assert readings["Собираем сами."].subject == "assembly"
    assert not understood(compile_book(book("Собираем сами.")).terms)[0].understood


def test_own_words_stand_for_a_known_topic(own):
    text = "Подушку дадим в нагрузку!"
    (finding,) = found(own, text)
    assert finding.kind is FindingKind.TERMS
    said = (Message("user", "Привет"), Message("assistant", text))
    assert check(said, compile_book(book()), at=AT) == []


def test_without_extensions_nothing_is_added(own):
    text = "Сборка займёт 1 час."
    assert check((Message("assistant", text),), compile_book(book(*POLICIES)), at=AT) == []


# --- the file ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "message"), [
    ("words:\n  gfit: {ru: [подгон]}", "2:9: words.gfit: unknown topic `gfit`: did you mean `gift`?"),
    ("words:\n  gift: {ru: [подгон, '12']}", "2:23: words.gift.ru.1: `12` is no word"),
    ("words:\n  gift: {ru: ['=подгон*']}", "exclude each other"),
    ("words:\n  gift: {ru: [по*]}", "match far too much"),
    ("words:\n  gift: {de: [geschenk]}", "2:"),
    ("words:\n  gift: {ru: []}", "no words"),
    ("words:\n  gift: {ru: ['']}", "empty"),
    (f"words:\n  gift: {{ru: [{'а' * 50}]}}", "over 40 letters"),
    ("terms:\n  Lift: {title: {ru: Подъём}, words: {ru: [подъем]}}", "2:"),
    ("terms:\n  lift: {title: {}, words: {ru: [подъем]}}", "2:"),
    ("terms:\n  lift: {titel: {ru: а}, words: {ru: [подъем]}}", "did you mean `title`?"),
])  # fmt: skip
def test_a_file_at_fault_is_pointed_into(tmp_path, text, message):
    file = tmp_path / "claims.yaml"
    file.write_text(text + "\n", encoding="utf-8")
    with pytest.raises(UserError) as error:
        load(file, OwnClaimsFile)
    assert f"{file}:" in str(error.value)
    assert message in str(error.value)


def test_an_empty_file_adds_nothing(tmp_path):
    file = tmp_path / "claims.yaml"
    file.write_text("", encoding="utf-8")
    assert load(file, OwnClaimsFile).compiled() == (None, {})


# --- checks -----------------------------------------------------------------------------------------------------------


def same_day():
    spec = importlib.util.spec_from_file_location("acme_checks_example", EXAMPLE / "acme_checks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.same_day


def test_the_example_conforms():
    check_conformance(
        same_day(),
        expect={
            "Привезём сегодня же!": ["сегодня же"],
            "Сегодня дождь. Доставим завтра.": [],
            "Бүгін жеткіземіз.": ["Бүгін"],
            "Сегодня не привезём.": [],
        },
    )


def test_a_check_is_asked_after_the_built_in_ones():
    own = Extensions(checks=(NamedCheck("same_day", same_day()),))
    findings = found(own, "Диван «Ника» — 170 000 ₸, привезём сегодня.")
    assert [(f.kind.value, f.rule) for f in findings] == [("price", None), ("terms", "same_day")]
    assert found(own, "Привезём сегодня.", "Доставка в день заказа — 5 000 ₸.") == []


def test_a_check_sees_the_dialogue_the_mentions_and_the_book():
    seen = []

    def look(reply):
        seen.append(reply)
        return []

    said = (Message("user", "Сколько?"), Message("tool", "{}", name="t"), Message("assistant", "180 000 ₸"))
    compiled = compile_book(book(), Extensions(checks=(NamedCheck("look", look),)))
    judge(said, compiled, at=AT, region="almaty", segment="b2b")
    (reply,) = seen
    assert [(m.role, m.content, m.name) for m in reply.messages] == [(m.role, m.content, m.name) for m in said]
    assert [m.amount for m in reply.mentions] == [Decimal(180_000)]
    assert reply.book is compiled
    assert (reply.at, reply.region, reply.segment, reply.text) == (AT, "almaty", "b2b", "180 000 ₸")


def finding(**changes):
    values = {"turn": 1, "kind": FindingKind.TERMS, "quote": "Диван", "start": 0, "end": 5, "stated": "Диван",
              "severity": Severity.LOW, "expected": None, "explanations": {"ru": "почему"}}  # fmt: skip
    return Finding(**(values | changes))


def raising(reply):
    yield finding()
    raise KeyError("внутри")


@pytest.mark.parametrize(("broken", "error"), [
    (raising, "KeyError"),
    (lambda reply: None, "TypeError"),
    (lambda reply: ["Диван"], "no Finding"),
    (lambda reply: [finding(turn=0)], "is not the reply's"),
    (lambda reply: [finding(end=50)], "no span"),
    (lambda reply: [finding(quote="диван")], "not the text"),
    (lambda reply: [finding(kind="terms")], "FindingKind"),
    (lambda reply: [finding(explanations={"ru": ""})], "no explanation"),
    (lambda reply: [finding()] * 101, "over 100"),
])  # fmt: skip
def test_a_check_that_fails_says_nothing_and_is_reported(broken, error):
    checks = (NamedCheck("broken", broken), NamedCheck("same_day", same_day()))
    said = (Message("user", "Привет"), Message("assistant", "Диван привезём сегодня."))
    result = judge(said, compile_book(book(), Extensions(checks=checks)), at=AT)
    assert [f.rule for f in result.findings] == ["same_day"]
    (failure,) = result.failures
    assert failure.check == "broken"
    assert error in f"{type(failure.error).__name__} {failure.error}"
    with pytest.raises(AssertionError):
        check_conformance(broken)


def test_conformance_finds_memory_slowness_and_threads():
    kept = []

    def remembers(reply):
        kept.append(reply.text)
        return [reply.finding(0, 1, {"ru": "второй раз"})] if kept.count(reply.text) > 1 and reply.text else []

    with pytest.raises(AssertionError, match="keeps something between calls"):
        check_conformance(remembers)

    def slow(reply):
        time.sleep(0.01)
        return []

    with pytest.raises(AssertionError, match="over 0"):
        check_conformance(lambda reply: slow(reply) if 40 < len(reply.text) < 200 else [], reply_seconds=0.001)

    mine = local()
    mine.here = True

    def threaded(reply):
        return [] if hasattr(mine, "here") or not reply.text else [reply.finding(0, 1, {"ru": "а"})]

    with pytest.raises(AssertionError, match="several threads"):
        check_conformance(threaded)
    with pytest.raises(AssertionError, match="expected"):
        check_conformance(same_day(), expect={"Привезём завтра.": ["завтра"]})


# --- where they are found ---------------------------------------------------------------------------------------------


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Packages with entry points, as pip would leave them."""

    def install(**points):
        target = tmp_path / "site"
        info = target / "acme_checks-1.0.dist-info"
        info.mkdir(parents=True)
        shutil.copy(EXAMPLE / "acme_checks.py", target)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-checks\nVersion: 1.0\n", encoding="utf-8")
        lines = "\n".join(f"{name} = {value}" for name, value in points.items())
        (info / "entry_points.txt").write_text(f"[botops.claim_checks]\n{lines}\n", encoding="utf-8")
        monkeypatch.syspath_prepend(str(target))
        monkeypatch.delitem(sys.modules, "acme_checks", raising=False)

    yield install
    sys.modules.pop("acme_checks", None)


@pytest.fixture
def settings(tmp_path):
    def settings(text):
        file = tmp_path / "botops.yaml"
        file.write_text(text, encoding="utf-8")
        return load_settings(file)

    return settings


def test_settings_name_file_and_checks(installed, settings, tmp_path):
    with (EXAMPLE / "pyproject.toml").open("rb") as file:
        points = tomllib.load(file)["project"]["entry-points"]["botops.claim_checks"]
    installed(**points)
    shutil.copy(EXAMPLE / "claims.yaml", tmp_path / "claims.yaml")
    own = extensions_of(settings("claims:\n  terms: claims.yaml\n  checks: [same_day]\n"))
    assert set(own.terms) == {"lifting", "assembly"}
    assert [c.name for c in own.checks] == ["same_day"]
    assert [f.rule for f in found(own, "Привезём сегодня. Сборка за 1 час.")] == ["same_day", "assembly"]
    assert extensions_of(settings("prompt: sales\n")).checks == ()


@pytest.mark.parametrize(("points", "message"), [
    ({"same_day": "acme_checks:same_day"}, "2:12: claims.checks.0: no check `sameday`"),
    ({"sameday": "acme_checks:none"}, "cannot be imported: AttributeError"),
    ({"sameday": "acme_nowhere:same_day"}, "cannot be imported: ModuleNotFoundError"),
    ({"sameday": "acme_checks:Finding"}, "is no function"),
    ({"sameday": "acme_checks:_WHY"}, "is no function"),
])  # fmt: skip
def test_a_check_that_is_not_there_is_pointed_at(installed, settings, points, message):
    installed(**points)
    with pytest.raises(UserError) as error:
        extensions_of(settings("claims:\n  checks: [sameday]\n"))
    assert message in str(error.value)


def test_a_check_named_twice_and_one_without_a_settings_file(installed, settings):
    installed(same_day="acme_checks:same_day")
    with pytest.raises(UserError, match=r"2:22: claims\.checks\.1: .*named twice"):
        extensions_of(settings("claims:\n  checks: [same_day, same_day]\n"))
    with pytest.raises(UserError, match=r"claims\.checks\.0: no check `none`"):
        load_extensions(ExtensionChoice(checks=("none",)))
