"""The verdict: what decides first, and what it is called in three languages."""

from dataclasses import replace

import pytest

from botops.experiments import Look, Mean, Metric, Plan, Share, State, judge, say

WON = Metric("won", higher_is_better=True)
FLAGGED = Metric("flagged", higher_is_better=False, margin=0.01)
PLAN = Plan(WON, (5000, 5000), planned=4000, guardrails=(FLAGGED,))


def look(a, b, flagged=None, exposures=None):
    flagged = flagged or (Share(2, a.n), Share(2, b.n))
    return Look(exposures or [[a.n, b.n]], [a, b], {"flagged": flagged})


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        (look(Share(30, 49), Share(49, 49)), State.EARLY),
        (look(Share(60, 600), Share(70, 610)), State.RUNNING),
        (look(Share(60, 600), Share(130, 610)), State.BETTER),
        (look(Share(130, 600), Share(60, 610)), State.WORSE),
        (look(Share(200, 2000), Share(204, 2001)), State.NO_DIFFERENCE),
        (look(Share(60, 600), Share(130, 610), (Share(3, 600), Share(90, 610))), State.HARM),
        (look(Share(60, 600), Share(130, 610), exposures=[[600, 610], [800, 500]]), State.MISMATCH),
    ],
)
def test_what_decides(seen, state):
    assert judge(PLAN, seen).state is state


def test_harm_needs_to_be_shown_not_harmlessness():
    """A guardrail a little worse, within what chance gives, stops nothing."""
    found = judge(PLAN, look(Share(60, 600), Share(62, 610), (Share(12, 600), Share(17, 610))))
    assert found.state is State.RUNNING
    assert found.guardrails[0].found.high > FLAGGED.margin


def test_a_guardrail_of_means_where_less_is_worse():
    plan = Plan(WON, (5000, 5000), 4000, (Metric("rating", higher_is_better=True, margin=0.1),))
    seen = Look([[900, 900]], [Share(90, 900), Share(95, 900)], {"rating": [Mean(4.6, 0.5, 900), Mean(4.1, 0.5, 900)]})
    found = judge(plan, seen)
    assert (found.state, found.variant, found.metric) == (State.HARM, 1, "rating")


def test_of_several_variants_the_best_is_named_and_each_pays_for_the_others():
    plan = Plan(WON, (3334, 3333, 3333), 6000)
    seen = Look([[900, 900, 900]], [Share(90, 900), Share(190, 900), Share(160, 900)], {})
    found = judge(plan, seen)
    assert (found.state, found.variant) == (State.BETTER, 1)
    assert all(c.p >= c.found.p for c in found.primary)


def test_arms_without_anything_to_measure_are_no_comparison():
    plan = Plan(Metric("cost", higher_is_better=False), (5000, 5000), 400)
    found = judge(plan, Look([[60, 61]], [Mean(0.0, 0.0, 60), Mean(0.0, 0.0, 61)], {}))
    assert (found.state, found.primary) == (State.RUNNING, ())


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (Look([[60, 60]], [Share(1, 60)], {"flagged": [Share(0, 60), Share(0, 60)]}), "primary has 1"),
        (Look([[60, 60]], [Share(1, 60), Share(1, 60)], {}), "no figures of the guardrail flagged"),
        (Look([], [Share(1, 60), Share(1, 60)], {"flagged": [Share(0, 60), Share(0, 60)]}), "at least one look"),
        (Look([[60, 60]], [Share(1, 60), Mean(1, 1, 60)], {"flagged": [Share(0, 60), Share(0, 60)]}), "all be shares"),
    ],
)
def test_a_look_that_does_not_fit_the_plan_is_refused(seen, message):
    with pytest.raises(ValueError, match=message):
        judge(PLAN, seen)


@pytest.mark.parametrize(
    ("bad", "message"), [({"planned": 1}, "planned"), ({"weights": (1,)}, "weights"), ({"alpha": 1}, "alpha")]
)
def test_a_plan_that_says_nothing_is_refused(bad, message):
    with pytest.raises(ValueError, match=message):
        Plan(**{"primary": WON, "weights": (5000, 5000), "planned": 400, **bad})


@pytest.mark.parametrize(
    ("seen", "language", "words"),
    [
        (look(Share(60, 600), Share(130, 610)), "ru", "«Новый» лучше: «покупка» +"),
        (look(Share(60, 600), Share(70, 610)), "ru", "Рано: разница пока не видна, ещё 62 дня."),
        (look(Share(60, 600), Share(70, 610)), "kk", "Әлі ерте: айырмашылық әзірге көрінбейді, тағы 62 күн."),
        (
            look(Share(6, 49), Share(7, 49)),
            "en",
            "Too early: one of the variants has fewer than 50 clients, 62 more days.",
        ),
        (look(Share(60, 600), Share(130, 610), exposures=[[600, 610], [800, 500]]), "ru", "Доли не сходятся"),
        (
            look(Share(60, 600), Share(130, 610), (Share(3, 600), Share(90, 610))),
            "ru",
            "«Новый» вредит: «выдумки» хуже",
        ),
    ],
)
def test_plain_words(seen, language, words):
    said = say(
        judge(PLAN, seen),
        language,
        metrics={"won": "покупка", "flagged": "выдумки"},
        variants=("«Прежний»", "«Новый»"),
        units={},
        days_left=62,
    )
    assert said.startswith(words)
    assert ".." not in said


def test_other_units_are_named():
    plan = Plan(Metric("cost", higher_is_better=False), (5000, 5000), 4000)
    found = judge(plan, Look([[900, 900]], [Mean(12.0, 9.0, 900), Mean(8.0, 9.0, 900)], {}))
    said = say(found, "en", metrics={"cost": "cost"}, variants=("A", "B"), units={"cost": "₸"})
    assert said.startswith("B is better: “cost” −4.")
    assert "₸" in said


def test_amounts_of_a_tenth_of_a_cent_are_not_rounded_away():
    plan = Plan(Metric("cost", higher_is_better=False), (5000, 5000), 4000)
    found = judge(plan, Look([[900, 900]], [Mean(0.00103, 1e-8, 900), Mean(0.00135, 1e-8, 900)], {}))
    said = say(found, "ru", metrics={"cost": "цена диалога"}, variants=("A", "B"), units={"cost": "$"})
    assert "«цена диалога» +0,00031 … +0,00033 $" in said


def test_while_outcomes_are_awaited_nothing_is_over():
    seen = Look([[2000, 2001]], [Share(20, 200), Share(20, 201)], {"flagged": [Share(9, 2000), Share(8, 2001)]}, 3600)
    found = judge(PLAN, seen)
    assert (found.state, found.left, found.waiting) == (State.RUNNING, 0, 3600)
    early = judge(PLAN, replace(seen, primary=[Share(1, 20), Share(2, 20)]))
    names = {"metrics": {}, "variants": ("A", "B"), "units": {}, "days_left": 9}
    assert say(early, "ru", **names) == "Рано: в одном из вариантов итог известен меньше чем о 50 клиентах, ещё 9 дней."


def test_a_guardrail_may_stop_before_the_primary_metric_is_known():
    seen = Look([[600, 610]], [Share(0, 0), Share(0, 0)], {"flagged": [Share(3, 600), Share(90, 610)]}, 1210)
    assert judge(PLAN, seen).state is State.HARM
    few = Look([[49, 48]], [Share(0, 0), Share(0, 0)], {"flagged": [Share(0, 49), Share(48, 48)]}, 97)
    assert judge(PLAN, few).state is State.EARLY


def test_names_are_shown_as_they_are():
    found = judge(PLAN, look(Share(60, 600), Share(130, 610)))
    for language, end in (("ru", "п.п., можно включать."), ("kk", "п.т., қосуға болады."), ("en", "be switched on.")):
        said = say(found, language, metrics={"won": "да.. нет"}, variants=("a", "b..2"), units={})
        assert said.startswith("b..2")
        assert "да.. нет" in said
        assert said.endswith(end)


def test_after_the_end_date_nobody_is_waited_for():
    seen = look(Share(60, 600), Share(62, 610))
    assert judge(PLAN, seen).state is State.RUNNING
    found = judge(PLAN, replace(seen, over=True))
    assert (found.state, found.left) == (State.NO_DIFFERENCE, 0)
    assert judge(PLAN, replace(seen, over=True, waiting=5)).state is State.RUNNING


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Срок вышел, а судить"), ("kk", "Мерзім бітті, бірақ"), ("en", "The time is over")]
)
def test_an_end_with_too_few_leads_is_not_called_early(language, words):
    seen = replace(look(Share(3, 20), Share(4, 21)), over=True)
    found = judge(PLAN, seen)
    assert (found.state, found.left) == (State.TOO_FEW, 0)
    assert say(found, language, metrics={}, variants=("A", "B"), units={}).startswith(words)
    assert judge(PLAN, replace(seen, waiting=5)).state is State.EARLY
