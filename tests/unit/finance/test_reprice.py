"""History priced anew: nothing changes by the same table, everything summed follows by another."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botops.app.costs import repricing
from botops.app.costs.repricing import Asked
from botops.domain.errors import StoreError
from botops.domain.turns import Purpose
from botops.domain.usage import Usage

DAY = timedelta(days=1)
ALL = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
counts = st.integers(0, 3_000_000)


@st.composite
def usages(draw):
    cached, written, fresh = draw(counts), draw(counts), draw(counts)
    reasoning = draw(st.integers(0, 1000))
    return Usage(
        fresh + cached + written, cached, written, reasoning + draw(counts), reasoning, draw(st.booleans()),
        service_tier=draw(st.sampled_from(["", "batch", "flex", "priority"])),
    )  # fmt: skip


calls = st.tuples(
    st.sampled_from(["mini", "big", "nameless", "gpt-5-mini", "claude-sonnet-4-5", "gemini-2.5-pro"]),
    st.lists(usages(), min_size=1, max_size=3),
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2026, 9, 1), datetime(2026, 11, 19), timezones=st.just(UTC)),  # noqa: DTZ001
            st.lists(calls, min_size=1, max_size=3),
            st.booleans(),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_same_table_changes_nothing(tmp_path_factory, call, make_company, seeded):
    company = make_company(tmp_path_factory.mktemp("seeded"))
    with company.open() as container:
        records = [
            company.record(
                container,
                f"t{n}",
                [call(model, tries=tuple(tried)) if len(tried) > 1 else call(model, usage=tried[0])
                 for model, tried in of_turn],
                at,
                simulated=simulated,
            )
            for n, (at, of_turn, simulated) in enumerate(seeded)
        ]  # fmt: skip
        container.store.write_many(records, "live")
        found = repricing.reprice(container, Asked())
        assert found.total.changed == 0
        assert found.total.calls == sum(len(r.attempts) for r in records)
        assert found.total.before == found.total.after
        assert found.total.after.pico_usd == sum(r.cost.pico_usd for r in records)
        assert container.store.repricing.apply([r.id for r in records], _by(container)) == ()
        # Wrong costs are put right to the pico-dollar.
        container.store.repricing.apply([r.id for r in records], lambda c: replace(c.cost, pico_usd=7, rate=None))
        asked = Asked()
        repricing.apply(container, asked, repricing.reprice(container, asked), by="Айгерим", reason="проверка")
        kept = {(c.turn_id, c.position): c.cost for c in container.store.calls.calls(*ALL)}
        for record in records:
            for position, attempt in enumerate(record.attempts):
                cost = kept[record.id, position]
                assert (cost.pico_usd, cost.local, cost.rate) == (
                    attempt.cost.pico_usd, attempt.cost.local, attempt.cost.rate,
                )  # fmt: skip
        (total,) = container.store.reads.totals(*ALL)
        assert total.pico_usd == sum(r.cost.pico_usd for r in records)


def _by(container):
    return lambda call: repricing.cost_of_call(container.meter, call, {})


def test_a_dry_run_shows_the_difference_and_writes_nothing(company, call, botops, noon):
    company.keep(call("mini", 1_000_000, 0), at=noon, version=1)
    company.keep(call("mini", 1_000_000, 0), at=noon + 30 * DAY, version=2)  # at twice the price
    company.keep(call("nameless", 1_000_000, 0), at=noon)
    (company.root / "prices.yaml").write_text("prices:\n  - {model: mini, input: 1, output: 1}\n", "utf-8")
    before = (company.root / "botops.db").read_bytes() if (company.root / "botops.db").exists() else None
    code, out, err = botops("cost", "reprice", "--prices", "prices.yaml", "--json")
    found = json.loads(out)
    assert code == 0
    assert [(c["month"], c["model"], c["version"], c["changed"]) for c in found["changes"]] == [
        ("2026-10", "mini", "sales@1", 1), ("2026-10", "nameless", "sales@1", 0), ("2026-11", "mini", "sales@2", 1),
    ]  # fmt: skip
    first = found["changes"][0]
    assert first["before"] == {"pico_usd": "250000000000", "local": "130.10", "currency": "KZT", "unknown": 0}
    assert first["after"] == {"pico_usd": "1000000000000", "local": "520.40", "currency": "KZT", "unknown": 0}
    assert found["total"]["after"]["unknown"] == 1
    assert found["applied"] is None
    assert "nothing was written" in err
    assert before is None or (company.root / "botops.db").read_bytes() == before
    code, out, err = botops("cost", "reprice", "--prices", "prices.yaml")
    assert "2026-10" in out
    assert "unknown" in out
    assert botops("audit", "--subject", "costs", "--json")[1].strip() == "[]"
    assert "nothing changes" in botops("cost", "reprice")[2]


def test_applied_costs_reach_every_sum_and_the_audit_log_keeps_the_old_ones(company, call, botops, noon):
    tries = (Usage(100_000, output_tokens=10), Usage(300_000, output_tokens=20))
    turn = company.keep(call("mini", tries=tries), call("big", 10, 1, purpose=Purpose.REPAIR), at=noon)
    company.keep(call("mini", 1_000_000, 0), at=noon + 30 * DAY)
    (company.root / "rates.yaml").write_text("rates:\n  - {since: 2026-01-01, per_usd: 500}\n", "utf-8")
    (company.root / "prices.yaml").write_text("prices:\n  - {model: mini, input: 1, output: 1}\n", "utf-8")
    arguments = ("cost", "reprice", "--until", "2026-10-31", "--prices", "prices.yaml", "--rates", "rates.yaml")
    assert botops(*arguments, "--apply")[0] == 2
    code, out, _ = botops(*arguments, "--apply", "--by", "Айгерим", "--reason", "договор", "--json")
    assert (code, json.loads(out)["applied"]) == (0, 2)
    small = 100_010 * 10**6 + 300_020 * 10**6
    big = 0  # by this file the model is unknown
    with company.open() as container:
        record = container.store.reads.turn(turn)
        assert record.cost.pico_usd == small + big
        assert record.attempts[0].cost.rate == Decimal(500)
        assert record.attempts[1].cost.unknown_model
        october, november = container.store.reads.totals(*ALL, ("day",))
        assert (october.pico_usd, october.unknown_cost, november.pico_usd) == (small, 1, 500_000_000_000)
        assert [str(m.amount) for m in october.local] == ["200.02"]
        assert container.store.budgets.compare(noon.date(), noon.date() + 40 * DAY) == ()
        begun, done = sorted(container.store.audit.entries("costs"), key=lambda e: str(e.detail["state"]))
    assert (begun.by, begun.reason, begun.detail["state"]) == ("Айгерим", "договор", "begun")
    assert begun.detail["2026-10 mini sales@1"] == (
        "100060000000 pico-dollars, 52.07 KZT -> 400030000000 pico-dollars, 200.02 KZT"
    )
    assert begun.detail["before_pico_usd"] == str(400_000 * 250_000 + 30 * 2_000_000 + 10 * 2_500_000 + 10_000_000)
    assert begun.detail["prices"] == "prices.yaml"
    assert dict(done.detail) == {"state": "done", "calls": 2}
    assert json.loads(botops(*arguments, "--json")[1])["total"]["changed"] == 0


def test_one_model_can_be_priced_as_another(company, call, botops, noon):
    company.keep(call("nameless", 1_000_000, 0), at=noon)
    company.keep(call("simulator", 1_000_000, 0), at=noon, simulated=True)
    _, out, _ = botops("cost", "reprice", "--model-as", "nameless=big", "--model-as", "simulator=big", "--json")
    found = json.loads(out)
    assert [(c["before"]["pico_usd"], c["after"]["pico_usd"]) for c in found["changes"]] == [
        ("0", "2500000000000"), ("250000000000", "2500000000000"),
    ]  # fmt: skip
    assert (found["total"]["before"]["unknown"], found["total"]["after"]["unknown"]) == (1, 0)
    assert botops("cost", "reprice", "--model-as", "nameless")[0] == 2


def test_what_is_not_known_is_not_nothing(company, call, botops, noon):
    company.keep(call("mini", 1_000_000, 0), at=noon)
    company.keep(call("big", 1_000_000, 0), at=noon)
    out = botops("cost", "reprice", "--model-as", "mini=nobody")[1]
    lines = {line.split()[1]: line.split() for line in out.splitlines()[1:-1]}
    assert lines["mini"][5:] == ["0.2500", "unknown", "unknown", "130.10", "unknown"]
    assert lines["big"][5:] == ["2.5000", "2.5000", "0", "1,301.00", "1,301.00"]
    assert [cell.strip() for cell in out.splitlines()[-1].split("  ") if cell.strip()][-4:] == [
        "≥ 2.5000",
        "unknown",
        "1,431.10",
        "≥ 1,301.00",
    ]


def test_a_call_priced_as_the_model_asked_stays_that(company, call, botops, noon):
    company.keep(call("deployment-7", 1_000_000, 0, asked="big"), call("big", usage=Usage(), fault="timeout"), at=noon)
    assert "nothing changes" in botops("cost", "reprice")[2]
    (company.root / "prices.yaml").write_text("prices:\n  - {model: big, input: 3, output: 1}\n", "utf-8")
    found = json.loads(botops("cost", "reprice", "--prices", "prices.yaml", "--json")[1])
    assert (found["total"]["changed"], found["total"]["after"]["pico_usd"]) == (1, "3000000000000")


def test_a_run_cut_off_is_ended_by_the_same_run(company, call, botops, noon, monkeypatch):
    for n in range(6):
        company.keep(call("mini", 1_000_000, 0), at=noon + n * timedelta(hours=1))
    (company.root / "prices.yaml").write_text("prices:\n  - {model: mini, input: 1, output: 1}\n", "utf-8")
    asked = Asked(prices=company.root / "prices.yaml")
    monkeypatch.setattr(repricing, "AT_ONCE", 2)
    with company.open() as container:
        found = repricing.reprice(container, asked)
        real, done = container.store.repricing.apply, []

        def dying(turn_ids, price):
            if len(done) == 2:
                raise StoreError("the disk is full")
            done.append(turn_ids)
            return real(turn_ids, price)

        monkeypatch.setattr(container.store.repricing, "apply", dying)
        with pytest.raises(StoreError):
            repricing.apply(container, asked, found, by="Айгерим", reason="договор")
    with company.open() as container:
        left = repricing.reprice(container, asked)
        assert left.total.changed == 2
        assert repricing.apply(container, asked, left, by="Айгерим", reason="договор") == 2
        (total,) = container.store.reads.totals(*ALL)
        assert total.pico_usd == 6 * 10**12
        states = [e.detail["state"] for e in container.store.audit.entries("costs")]
    assert sorted(states) == ["begun", "begun", "done"]


def test_a_closed_retention_window_is_refused_and_stays(company, call, botops, noon):
    company.keep(call("mini", 1_000_000, 0), at=noon)
    company.keep(call("mini", 1_000_000, 0), at=noon + 10 * DAY)
    with company.open() as container:
        container.store.purge(noon + 5 * DAY)
    code, _, err = botops("cost", "reprice", "--since", "2026-10-01")
    assert code == 2
    assert "--since 2026-10-10" in err
    (company.root / "prices.yaml").write_text("prices:\n  - {model: mini, input: 1, output: 1}\n", "utf-8")
    code, _, err = botops("cost", "reprice", "--prices", "prices.yaml", "--apply", "--by", "A", "--reason", "b")
    assert code == 0
    assert "gone by retention" in err
    with company.open() as container:
        early, late = container.store.reads.totals(*ALL, ("day",))
    assert (early.pico_usd, late.pico_usd) == (250_000_000_000, 10**12)


@pytest.mark.parametrize(
    ("file", "said"),
    [("prices:\n  - {model: mini, input: -1, output: 1}\n", "p.yaml:2:"), ("prices: [\n", "p.yaml:2:")],
)
def test_broken_files_are_pointed_at(company, call, botops, noon, file, said):
    company.keep(call(), at=noon)
    (company.root / "p.yaml").write_text(file, "utf-8")
    code, _, err = botops("cost", "reprice", "--prices", "p.yaml")
    assert code == 2
    assert said in err
