"""Worlds for benchmarks/detectors.py, and the rules other tools alarm by. Shares no code with the product."""

from __future__ import annotations

import numpy as np

WEEK = np.array([1.0, 1.05, 1.1, 1.05, 1.0, 0.8, 0.75])
NEVER = 60


def days(rng, p, n, rho, shape):
    """Counts of days of n dialogues; with rho the rate of each day is drawn from a beta distribution around p."""
    if not rho:
        return rng.binomial(n, p, shape)
    size = (1 - rho) / rho
    return rng.binomial(n, rng.beta(p * size, (1 - p) * size, shape))


def costs(rng, runs, length, n, sigma, tau, first=0, times=1.0):
    """Mean cost of n lognormal dialogues a day, by weekday, each day with an effect its dialogues share."""
    level = np.log(WEEK[(np.arange(length) + first) % 7]) + rng.normal(0, tau, (runs, length)) + np.log(times)
    out = np.empty((runs, length))
    for run in range(runs):
        out[run] = np.exp(rng.normal(level[run][:, None], sigma, (length, n))).mean(axis=1)
    return out


# A rule gives, for every history and every later day, how far out the day is; it alarms above a limit.


def z_score(base, later, n):
    spread = base.std(axis=1, ddof=1)[:, None]
    return (later - base.mean(axis=1)[:, None]) / np.where(spread > 0, spread, np.inf)


def mad(base, later, n):
    middle = np.median(base, axis=1)[:, None]
    spread = 1.4826 * np.median(np.abs(base - middle), axis=1)[:, None]
    return (later - middle) / np.where(spread > 0, spread, np.nan)


def p_chart(base, later, n):
    p = ((base.sum(axis=1) + 0.5) / (base.shape[1] * n + 1))[:, None]
    return (later - n * p) / np.sqrt(n * p * (1 - p))


RULES = {"z-score": (z_score, 3.0), "MAD": (mad, 3.5), "p-chart": (p_chart, 3.0)}


def false_alarms(score, limit):
    """Alarms per 100 series-days."""
    return 100 * np.mean(np.nan_to_num(score, nan=np.inf) > limit)


def tuned(score, per_hundred=1.0):
    """The limit that gives one false alarm in a hundred days: on the very days it is then judged by."""
    return np.quantile(np.nan_to_num(score, nan=np.inf), 1 - per_hundred / 100, method="inverted_cdf")


def delay(score, limit):
    """Mean days to the first alarm; `NEVER` where there was none."""
    hit = np.nan_to_num(score, nan=np.inf) > limit
    first = np.where(hit.any(axis=1), hit.argmax(axis=1) + 1, NEVER)
    return first.mean()
