"""Two versions of a prompt side by side: what the change costs, and what it does to the quality of replies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from botops.app.prompts.diff import TRAFFIC_DAYS, PricedDiff, priced_diff, traffic_of
from botops.domain.errors import UserError
from botops.domain.money import PICO
from botops.registry import diff

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.domain.messages import Language
    from botops.domain.releases import EvalRun
    from botops.experiments import Mean
    from botops.registry import PromptVersion
    from botops.store.prompt_calls import VersionDialogue

MeasuredBy = Literal["experiment", "period", "nothing"]
"""How two versions were compared: side by side on clients dealt to them by chance; each in its own part of the period,
so that what else changed meanwhile counts too; or not at all, because one of them answered nobody."""
Answer = Literal["less", "more", "too_few", "not_measured"]
"""What the difference of the second version from the first is shown to be: `too_few` when its interval holds nothing
and more besides, `not_measured` when there is nothing to tell from."""
PER = 1000
"""Replies that findings are counted in."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with the ends of its 95 % interval; without them where there is too little to have one."""

    value: float
    low: float | None = None
    high: float | None = None

    @property
    def answer(self) -> Answer:
        """What a difference is shown to be."""
        if self.low is None or self.high is None or self.low <= 0 <= self.high:
            return "too_few"
        return "less" if self.high < 0 else "more"


@dataclass(frozen=True, slots=True)
class VersionFigures:
    """What one version did where the two are compared. `faulty` are replies whose draft had a finding, `per_thousand`
    the same of 1,000 replies; `usd` what its turns cost per dialogue, None where there were none, or where `unknown`
    turns have a cost nobody knows."""

    version: int
    dialogues: int
    replies: int
    faulty: int
    per_thousand: Interval | None
    usd: Decimal | None
    unknown: int


@dataclass(frozen=True, slots=True)
class EvalPair:
    """The newest run of one suite, as its file stood, with one model and price book, on each of the two texts."""

    suite: str
    model: str
    before: EvalRun
    after: EvalRun


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """What the second version costs and does against the first.

    `priced` are tokens and money a month, computed from the texts. The rest is measured over `days`: `figures` of each,
    the difference of `findings` per 1,000 replies and of `usd` per dialogue. In an experiment (`experiment`, its seed)
    only its clients count. `evals` are suites run on both texts; `verdict` what the experiment that runs says of it.
    """

    before: str
    after: str
    days: int
    priced: PricedDiff
    measured_by: MeasuredBy
    experiment: str | None
    figures: tuple[VersionFigures, VersionFigures]
    findings: Interval | None
    usd: Interval | None
    evals: tuple[EvalPair, ...]
    verdict: str | None

    @property
    def findings_answer(self) -> Answer:
        """Whether replies of the second version have fewer or more findings."""
        return self.findings.answer if self.findings is not None else "not_measured"

    @property
    def usd_answer(self) -> Answer:
        """Whether a dialogue of the second version costs less or more."""
        return self.usd.answer if self.usd is not None else "not_measured"


def compare(
    container: Container, name: str, before: int, after: int, *, days: int = TRAFFIC_DAYS, language: Language = "ru"
) -> VersionComparison:
    """The price difference of two versions of a prompt beside their difference in quality; `language` is that of the
    verdict. Raises UserError when there is no such version or a template fails, StoreError."""
    registry, now = container.registry, container.clock.now()
    old, new = registry.version(name, before), registry.version(name, after)
    current = container.books.current()
    priced = priced_diff(
        diff(old, new), old, new, container.settings, current.book if current else None, container.meter, now,
        traffic_of(container.store, name, now), simulated=container.bot.model.simulated,
    )  # fmt: skip
    rows = container.store.prompt_calls.dialogues(name, (before, after), now - timedelta(days=days), now)
    experiment, sides = _side_by_side(rows, before, after)
    figures = (_figures(before, sides[0]), _figures(after, sides[1]))
    known = all(f.replies for f in figures)
    by: MeasuredBy = "nothing" if not known else "experiment" if experiment else "period"
    return VersionComparison(
        old.label, new.label, days, priced, by, experiment if known else None, figures,
        _findings_change(*sides) if known else None,
        _usd_change(*sides) if known and not any(f.unknown for f in figures) else None,
        _evals(container, old, new), _verdict(container, name, (before, after), language),
    )  # fmt: skip


_Rows = Sequence["VersionDialogue"]


def _side_by_side(rows: _Rows, before: int, after: int) -> tuple[str | None, tuple[_Rows, _Rows]]:
    """The rows of both versions: those of the experiment that dealt most dialogues to the smaller side, or all."""
    seeds = {row.experiment for row in rows if row.experiment is not None}
    sides = {seed: _sides([r for r in rows if r.experiment == seed], before, after) for seed in seeds}
    shared = {seed: min(map(len, both)) for seed, both in sides.items()}
    best = max(sorted(shared), key=shared.__getitem__, default=None)
    if best is not None and shared[best]:
        return best, sides[best]
    return None, _sides(rows, before, after)


def _sides(rows: _Rows, before: int, after: int) -> tuple[_Rows, _Rows]:
    return [r for r in rows if r.version == before], [r for r in rows if r.version == after]


def _figures(version: int, rows: _Rows) -> VersionFigures:
    dialogues = len({row.dialogue_id for row in rows})
    replies, faulty = sum(r.replies for r in rows), sum(r.faulty for r in rows)
    unknown = sum(r.unknown for r in rows)
    cost = Decimal(sum(r.pico_usd for r in rows)) / PICO / dialogues if dialogues and not unknown else None
    return VersionFigures(version, dialogues, replies, faulty, _per_thousand(rows), cost, unknown)


def _per_thousand(rows: _Rows) -> Interval | None:
    from botops.experiments import wilson

    faulty, replies = effective(rows)
    if not replies:
        return None
    found = wilson(faulty, replies)
    share = sum(r.faulty for r in rows) / sum(r.replies for r in rows)
    return Interval(share * PER, min(share, found.low) * PER, max(share, found.high) * PER)


def _findings_change(before: _Rows, after: _Rows) -> Interval:
    from botops.experiments import diff_newcombe

    found = diff_newcombe(*effective(before), *effective(after))
    shares = [sum(r.faulty for r in rows) / sum(r.replies for r in rows) for rows in (before, after)]
    change = shares[1] - shares[0]
    return Interval(change * PER, min(change, found.low) * PER, max(change, found.high) * PER)


def effective(rows: _Rows) -> tuple[int, int]:
    """Faulty replies and replies as if they were independent: replies of one dialogue are alike, so both are divided by
    the design effect, the variance of their ratio by dialogue over that of as many independent replies (Kish, Survey
    Sampling, 1965). Never more than there are."""
    replies, faulty = sum(r.replies for r in rows), sum(r.faulty for r in rows)
    if not 0 < faulty < replies:
        return faulty, replies
    mean = _ratio([float(r.faulty) for r in rows], rows)
    share = faulty / replies
    independent = share * (1 - share) / replies
    effect = max(1.0, mean.var / mean.n / independent) if mean.n >= 2 else 1.0
    kept = max(1, round(replies / effect))
    return round(share * kept), kept


def _usd_change(before: _Rows, after: _Rows) -> Interval | None:
    from botops.experiments import fixed_horizon

    old, new = _usd(before), _usd(after)
    found = fixed_horizon(old, new)
    if found is None:
        return Interval(new.mean - old.mean) if min(old.n, new.n) >= 2 else None
    return Interval(found.diff, found.low, found.high)


def _usd(rows: _Rows) -> Mean:
    from botops.experiments import Mean

    return Mean.of_ratio([row.pico_usd / PICO for row in rows], [1.0] * len(rows))


def _ratio(above: Sequence[float], rows: _Rows) -> Mean:
    from botops.experiments import Mean

    spoken = [(value, float(row.replies)) for value, row in zip(above, rows, strict=True) if row.replies]
    return Mean.of_ratio([value for value, _ in spoken], [number for _, number in spoken])


def _evals(container: Container, old: PromptVersion, new: PromptVersion) -> tuple[EvalPair, ...]:
    runs = [container.store.eval_runs.of_text(v.ref.name, v.text_checksum) for v in (old, new)]
    if old.text_checksum == new.text_checksum:
        return ()
    first = {_conditions(run): run for run in reversed(runs[0])}
    pairs = {_conditions(run): run for run in reversed(runs[1]) if _conditions(run) in first}
    found = [EvalPair(run.suite, run.model, first[key], run) for key, run in pairs.items()]
    newest: dict[tuple[str, str], EvalPair] = {}
    for pair in sorted(found, key=lambda p: p.after.at):
        newest[pair.suite, pair.model] = pair
    return tuple(newest[key] for key in sorted(newest))


def _conditions(run: EvalRun) -> tuple[str, str, str | None, str | None, int]:
    """What two runs must share to be compared."""
    return run.suite, run.model, run.suite_checksum, run.book, run.cases


def _verdict(container: Container, name: str, versions: tuple[int, int], language: Language) -> str | None:
    """What the experiment that runs on the prompt says, when it compares these two."""
    from botops.app.experiments.status import experiment_status

    try:
        split = container.registry.release(name).spec.split
        if split is None or split.measure is None or not set(versions) <= set(split.versions):
            return None
        return experiment_status(container, name, language).text
    except UserError:
        return None  # nothing published, or a release file that cannot be read: lint says which
