import sys
from dataclasses import replace
from pathlib import Path

import pytest

from botops.domain.errors import UserError
from botops.domain.findings import Judgement, Verdict
from botops.domain.usage import Cost
from botops.evals.checks.base import CannotJudgeError, Check, Sample
from botops.evals.checks.catalogue import Catalogue, built_in, installed
from botops.evals.checks.claims import no_invented_claims
from botops.evals.checks.code import Loader
from botops.evals.checks.conduct import NoParams
from botops.evals.checks.limits import MaxCost, max_cost
from botops.evals.checks.samples import BOOK, view_of, wrong_samples
from botops.evals.checks.texts import folded

CHECKS = {check.id: check for check in installed()}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_samples_come_out_as_written(check):
    assert list(wrong_samples(check)) == []


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_every_check_is_described(check):
    assert set(check.label) == {"ru", "en"}
    assert check.about.endswith(".")
    assert {s.holds for s in check.samples} == {True, False}


def test_a_wrong_sample_is_told():
    check = replace(CHECKS["max_length"], samples=(Sample((("?", "Да."),), holds=False, params=10),))
    assert "holds is True, False was written" in next(wrong_samples(check))


def check_named(name):
    samples = (Sample((("?", "Да."),), holds=True), Sample((("?", "Да."),), holds=False))
    return Check(name, {"ru": "а", "en": "a"}, "A.", NoParams, lambda p, d, s: (), samples)


def test_ids_are_unique_and_samples_show_both_outcomes():
    catalogue = built_in()
    catalogue.add(check_named("shop.polite"))
    assert "shop.polite" in catalogue.ids()
    with pytest.raises(UserError, match=r"two checks have the id shop\.polite"):
        catalogue.add(check_named("shop.polite"))
    with pytest.raises(UserError, match="samples of both outcomes"):
        Catalogue([replace(check_named("other"), samples=())])


def turns_with(verdict, text="Скидка 50 %."):
    view = view_of(Sample((("Скидка?", text),), holds=True))
    turn = view.turns[0]
    attempt = replace(turn.record.attempts[0], verdict=verdict)
    return view, (replace(turn, record=replace(turn.record, attempts=(attempt,))),)


def invented(view, scope, **params):
    check = CHECKS["no_invented_claims"]
    return list(no_invented_claims(check.params.model_validate(params or None), view, scope))


def test_a_reply_that_was_held_back_counts():
    view = view_of(Sample((("Скидка?", "Дадим скидку 50 %."),), holds=False))
    turn = view.turns[0]
    held = (replace(turn, record=replace(turn.record, reply="Передаю вопрос коллеге.")),)
    (miss,) = invented(view, held)
    assert (miss.turn, miss.rule) == (1, "discount")
    assert "50 %" in miss.quote
    assert miss.ru.endswith(" Клиент этого ответа не получил.")


def test_severity_and_kinds_narrow_what_counts():
    view = view_of(Sample((("Скидка?", "Дадим скидку 50 %."),), holds=False))
    assert invented(view, view.turns, severity="critical") == []
    assert invented(view, view.turns, kinds=["promo_code", "total"]) == []
    assert len(invented(view, view.turns, severity="high", kinds=["discount"])) == 1


def test_a_reply_that_was_not_judged_is_no_pass():
    view, scope = turns_with(Verdict.not_judged("checker_failed"))
    with pytest.raises(CannotJudgeError, match="turn 1 was not judged: checker_failed"):
        invented(view, scope)
    view, scope = turns_with(Verdict.not_judged("too_large"))
    (miss,) = invented(view, scope)
    assert miss.rule == "too_large"


def test_an_attempt_without_a_reply_says_nothing():
    view, scope = turns_with(None)
    assert invented(view, scope) == []
    view, scope = turns_with(Verdict(Judgement.SUPPORTED))
    assert invented(view, scope) == []


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"sku": "alfa"}, "did you mean `alpha`"),
        ({"sku": "alpha", "per": "year"}, "has no such price on 2026-03-02"),
        ({"sku": "alpha"}, None),
    ],
)
def test_prices_that_make_no_sense_are_told_before_the_run(params, said):
    check = CHECKS["states_price"]
    view = view_of(check.samples[0])
    params = check.params.model_validate(params)
    problem = check.lint(params, BOOK, view.day)
    assert said in problem if said else problem is None
    if said:
        with pytest.raises(CannotJudgeError):
            list(check.missed(params, view, view.turns))


def test_an_unknown_cost_is_no_pass():
    view = view_of(Sample((("?", "Да."),), holds=True))
    turn = view.turns[0]
    attempt = replace(turn.record.attempts[0], cost=Cost(unknown_model=True))
    scope = (replace(turn, record=replace(turn.record, attempts=(attempt,))),)
    with pytest.raises(CannotJudgeError, match=r"costs\.prices"):
        list(max_cost(MaxCost(usd="1"), view, scope))


@pytest.mark.parametrize("check", [check for check in CHECKS.values() if not check.needs_llm], ids=lambda c: c.id)
def test_an_empty_dialogue_breaks_no_check(check):
    view = replace(view_of(check.samples[0]), turns=())
    params = check.params.model_validate(check.samples[0].params)
    ready = check.bound(params, Loader(Path()))
    assert all(miss.turn is None for miss in ready.missed(params, view, ()))


def test_texts_are_compared_as_people_read_them():
    assert folded("  СЧЁТ\N{NO-BREAK SPACE}на\nоплату ") == "счет на оплату"


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Installs a package that offers checks under the entry point of plug-ins."""

    def install(source):
        (tmp_path / "shop_checks.py").write_text(source, "utf-8")
        info = tmp_path / "shop_checks-1.0.dist-info"
        info.mkdir(exist_ok=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shop-checks\nVersion: 1.0\n", "utf-8")
        (info / "entry_points.txt").write_text("[botops.checks]\nshop = shop_checks:CHECKS\n", "utf-8")
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(sys.modules, "shop_checks", raising=False)

    yield install
    sys.modules.pop("shop_checks", None)


POLITE = """
from botops.evals.checks import Check, Miss, Params, Sample

def polite(params, dialogue, scope):
    for turn in scope:
        if "пожалуйста" not in turn.reply.lower():
            yield Miss("Невежливо.", "Impolite.", turn.number, turn.reply)

CHECKS = [
    Check(
        "shop.polite", {"ru": "Вежливо", "en": "Polite"}, "Every reply says please.", Params, polite,
        (Sample((("?", "Пожалуйста!"),), holds=True), Sample((("?", "Нет."),), holds=False)),
    )
]
"""


def test_a_plug_in_registers_as_the_built_in_checks_do(plugin):
    plugin(POLITE)
    catalogue = installed()
    assert catalogue.ids()[-1] == "shop.polite"
    assert list(wrong_samples(catalogue["shop.polite"])) == []


def test_a_plug_in_that_offers_no_checks_is_refused(plugin):
    plugin("CHECKS = {'polite': 1}\n")
    with pytest.raises(UserError, match="shop_checks:CHECKS offers no list of botops checks"):
        installed()
