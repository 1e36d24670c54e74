"""What has no answer is refused with a sentence that names the input."""

import math

import pytest

import botops.experiments as ex

ARMS = {"mean_a": 10.0, "sd_a": 2.0, "n_a": 30, "mean_b": 11.0, "sd_b": 2.5, "n_b": 32}
SHARES = {"x_a": 5, "n_a": 50, "x_b": 9, "n_b": 52}
GOOD = {
    "wilson": {"x": 3, "n": 10},
    "diff_newcombe": SHARES,
    "diff_mn": SHARES,
    "two_prop_z": SHARES,
    "fisher": SHARES,
    "welch": ARMS,
    "relative_lift": ARMS,
    "noninferiority": {**ARMS, "margin": 0.5},
    "ratio_delta": {"num_a": [1, 2, 4], "den_a": [1, 1, 2], "num_b": [2, 2, 5], "den_b": [1, 2, 2]},
    "cuped": {"y_a": [1, 2, 4], "x_a": [1, 1, 2], "y_b": [2, 2, 5], "x_b": [1, 2, 2]},
    "cs_means": {"mean_a": 1.0, "var_a": 2.0, "n_a": 30, "mean_b": 1.2, "var_b": 2.0, "n_b": 31, "n_star": 100},
    "cs_props": {**SHARES, "n_star": 200},
    "seq_counts": {"rows": [[10, 12], [9, 8]], "weights": [0.5, 0.5], "concentration": 100},
    "srm_chi2": {"counts": [100, 110], "weights": [1, 1]},
    "holm": {"p": [0.01, 0.2]},
    "bh": {"p": [0.01, 0.2]},
    "sample_size_props": {"p_a": 0.1, "p_b": 0.15},
    "power_props": {"p_a": 0.1, "p_b": 0.15, "n_a": 400, "n_b": 400},
    "mde_props": {"p_a": 0.1, "n_a": 400, "n_b": 400},
    "sample_size_means": {"delta": 5.0, "sd": 20.0},
    "bayes_props": {"x": [3, 5], "n": [50, 52], "prior": [1, 1]},
    "bucket": {"seed": "greeting", "unit": "lead-1"},
    "assign": {"seed": "greeting", "unit": "lead-1", "weights": [5000, 5000], "coverage": 10000},
}


def call(method, **changed):
    return getattr(ex, method)(**{**GOOD[method], **changed})


@pytest.mark.parametrize("method", GOOD)
def test_the_examples_below_are_sound(method):
    assert call(method) is not None


def spoilt():
    for method, inputs in GOOD.items():
        for name, value in inputs.items():
            for bad in (math.nan, math.inf, None, "7", True):
                if isinstance(bad, str) and isinstance(value, str):
                    continue
                yield method, name, bad
            if isinstance(value, list) and value and not isinstance(value[0], list):
                yield method, name, [math.nan, *value[1:]]
                yield method, name, []
    for method in ("wilson", "fisher", "cs_props", "diff_mn", "two_prop_z", "diff_newcombe"):
        x, n = ("x", "n") if method == "wilson" else ("x_a", "n_a")
        yield from ((method, x, bad) for bad in (-1, 2.5, 51))
        yield from ((method, n, bad) for bad in (0, -5, 50.5))
    for method, inputs in GOOD.items():
        yield from ((method, "alpha", bad) for bad in (0, 1, -0.1, 5) if "n_star" in inputs or method == "welch")
    for method in ("sample_size_props", "mde_props", "sample_size_means"):
        yield from ((method, "power", bad) for bad in (0, 1, 1.2))


@pytest.mark.parametrize(("method", "name", "bad"), list(spoilt()))
def test_refused(method, name, bad):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        call(method, **{name: bad})


@pytest.mark.parametrize(
    ("method", "changed"),
    [
        ("welch", {"sd_a": 0.0, "sd_b": 0.0}),
        ("welch", {"n_a": 1}),
        ("welch", {"sd_a": -1.0}),
        ("relative_lift", {"mean_a": 0}),
        ("noninferiority", {"margin": -0.1}),
        ("ratio_delta", {"den_a": [1, -1, 0]}),
        ("ratio_delta", {"den_a": [1, 1]}),
        ("cuped", {"x_b": [1, 2]}),
        ("cs_means", {"var_a": 0, "var_b": 0}),
        ("cs_means", {"n_star": 0}),
        ("seq_counts", {"rows": [[1, 2, 3]]}),
        ("seq_counts", {"rows": [[1, -2]]}),
        ("seq_counts", {"weights": [1, 0]}),
        ("seq_counts", {"concentration": 0}),
        ("srm_chi2", {"counts": [0, 0]}),
        ("srm_chi2", {"weights": [1, 1, 1]}),
        ("holm", {"p": [1.2]}),
        ("sample_size_props", {"p_b": 0.1}),
        ("sample_size_props", {"ratio": 0}),
        ("sample_size_props", {"power": 0.001}),
        ("mde_props", {"n_a": 2, "n_b": 2, "p_a": 0.9}),
        ("mde_props", {"p_a": 1.0}),
        ("mde_props", {"power": 0.001}),
        ("sample_size_means", {"delta": 0}),
        ("bayes_props", {"prior": [1, 0]}),
        ("bayes_props", {"prior": [1, 1, 1]}),
        ("bayes_props", {"x": [60, 5]}),
        ("assign", {"weights": [5000, 4000]}),
        ("bucket", {"seed": ""}),
        ("wilson", {"x": 10**400}),
        ("wilson", {"n": 2**53 + 2}),
        ("fisher", {"n_a": 10**12}),
        ("welch", {"sd_a": 1e300}),
        ("welch", {"alpha": 5e-324}),
        ("relative_lift", {"mean_a": 5e-324}),
        ("noninferiority", {"alpha": 5e-324}),
        ("ratio_delta", {"num_a": [1e300, 2, 4]}),
        ("cuped", {"y_a": [1e300, 2, 4]}),
        ("cs_means", {"n_star": 5e-324}),
        ("cs_means", {"var_a": 1e300, "n_b": 10**12}),
        ("seq_counts", {"weights": [1e308, 1e308]}),
        ("srm_chi2", {"weights": [1e308, 1e308]}),
        ("sample_size_means", {"delta": 1e-300}),
        ("sample_size_means", {"delta": 1e9, "sd": 60.0, "alpha": 1e-9}),
        ("bayes_props", {"prior": [1e308, 1e308]}),
        ("bayes_props", {"prior": [2**63, 1]}),
    ],
)
def test_no_answer(method, changed):
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        call(method, **changed)
