"""Agreement of two raters, such as a language model and a person: the share that agrees, and kappa."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from botops.experiments.proportions import Estimate, wilson


def confusion(pairs: Iterable[tuple[bool, bool]]) -> tuple[tuple[int, int], tuple[int, int]]:
    """How often (first rater, second rater) said (no, no), (no, yes), (yes, no), (yes, yes): rows are the first."""
    table = [[0, 0], [0, 0]]
    for first, second in pairs:
        table[first][second] += 1
    return (table[0][0], table[0][1]), (table[1][0], table[1][1])


def agreement(table: Sequence[Sequence[int]], alpha: float = 0.05) -> Estimate:
    """The share of things both raters put into the same category, with its Wilson interval.

    Raises ValueError for a table that is not square, holds something else than counts, or is empty.
    """
    total = _total(table)
    return wilson(_agreed(table), total, alpha)


def cohen_kappa(table: Sequence[Sequence[int]]) -> float:
    """Agreement beyond chance, kappa = (p_o - p_e) / (1 - p_e): 1 is perfect, 0 what chance gives, below 0 is worse.

    `table[i][j]` counts the things the first rater put into category i and the second into j. The chance agreement p_e
    comes from both raters' own shares (J. Cohen, A coefficient of agreement for nominal scales, Educational and
    Psychological Measurement 20, 1960, 37-46). Raises ValueError for a table that is not square, holds something else
    than counts or is empty, and when both raters put everything into one category: chance alone agrees then.
    """
    total = _total(table)
    by_chance = sum(sum(row) * sum(column) for row, column in zip(table, zip(*table, strict=True), strict=True))
    if by_chance == total * total:
        raise ValueError("kappa has no value: both raters put everything into the same category")
    kappa: float = (total * _agreed(table) - by_chance) / (total * total - by_chance)
    return kappa


def kappa_interval(table: Sequence[Sequence[int]], alpha: float = 0.05) -> tuple[float, float]:
    """The ends of an interval of kappa: those of the agreement's Wilson interval, p, carried over with the chance
    agreement p_e taken as known, (p - p_e) / (1 - p_e).

    That is the standard error of the paper above, which likewise takes p_e as known, with Wilson's interval in the
    place of Wald's, so that perfect agreement on a few things has a lower end below 1. Raises ValueError as
    `cohen_kappa`.
    """
    cohen_kappa(table)
    total = _total(table)
    by_chance = sum(sum(row) * sum(column) for row, column in zip(table, zip(*table, strict=True), strict=True))
    chance = by_chance / (total * total)
    share = agreement(table, alpha)
    return (share.low - chance) / (1 - chance), (share.high - chance) / (1 - chance)


def _agreed(table: Sequence[Sequence[int]]) -> int:
    return sum(row[place] for place, row in enumerate(table))


def _total(table: Sequence[Sequence[int]]) -> int:
    if any(len(row) != len(table) for row in table):
        raise ValueError("a table of agreement has as many columns as rows")
    if any(isinstance(n, bool) or not isinstance(n, int) or n < 0 for row in table for n in row):
        raise ValueError("a table of agreement holds counts: whole numbers from 0")
    total = sum(n for row in table for n in row)
    if total == 0:
        raise ValueError("nothing was rated by both")
    return total
