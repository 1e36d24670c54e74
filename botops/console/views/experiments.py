"""Experiments: what runs, what may be said of it today, and what to do about it."""

import streamlit as st

from botops.app.container import Container
from botops.app.experiments.experimenting import Experiment, Stage, experiments
from botops.app.experiments.metrics import METRICS
from botops.app.experiments.status import Arm, Comparison, ExperimentStatus, HistoryPoint
from botops.app.glossary import GLOSSARY
from botops.console import charts, data, experiment_endings, formats, frame, navigation, parts, planning, safe
from botops.console.experiment_labels import day_or_moment, difference, stage, targeting, value
from botops.console.i18n import _, language, ngettext
from botops.console.safe import Html, tag
from botops.experiments import State
from botops.registry.model import Measure

_LEVELS = {State.MISMATCH: "bad", State.HARM: "bad", State.WORSE: "warn", State.BETTER: "good"}


def body(container: Container) -> None:
    found = experiments(container)
    if not found:
        frame.empty(
            _("No experiment runs"),
            _("An experiment shows two versions of a prompt to different clients and says which one works better."),
        )
    else:
        chosen = _chosen(found)
        _experiment(container, chosen)
    planning.section(container)


def _chosen(found: tuple[Experiment, ...]) -> Experiment:
    by_prompt = {one.prompt: one for one in found}
    kept = st.query_params.get("prompt")
    name = st.segmented_control(
        _("Experiment"), list(by_prompt), default=kept if kept in by_prompt else next(iter(by_prompt)), required=True,
        key="experiment-prompt", format_func=lambda prompt: safe.markdown(by_prompt[prompt].split.seed),
    )  # fmt: skip
    frame.remember("prompt", None if name == next(iter(by_prompt)) else name)
    return by_prompt[name or next(iter(by_prompt))]


def _experiment(container: Container, one: Experiment) -> None:
    _card(container, one)
    if one.split.measure is None:
        frame.show(
            frame.alert(
                "warn", _("Nothing says how this experiment is judged"),
                _("Name the metric that decides and the number of clients: start it anew as the next phase."),
            )
        )  # fmt: skip
        experiment_endings.section(one)
        return
    key = data.key_of(container)
    status = data.experiment(container, key, one.prompt, language())
    _verdict(container, one, status)
    if status.comparisons:
        with st.spinner(_("Looking back day by day…")):  # seconds, where thousands of leads came over weeks
            points = data.experiment_history(container, key, one.prompt)
        _pictures(points, one.split.measure)
        _arms(status)
        _compared(status)
    experiment_endings.section(one)


def _card(container: Container, one: Experiment) -> None:
    split = one.split
    shares = ", ".join(f"v{v.version} — {formats.percent(v.weight / 10_000)}" for v in split.variants)
    terms = [day_or_moment(day, container.settings.company.timezone) for day in (split.starts, split.ends) if day]
    frame.show(
        parts.facts(
            [
                (_("Prompt"), f"{one.prompt} v{one.live}"),
                (_("Variants"), shares),
                (_("Takes part"), _("{share} of clients").format(share=formats.percent(split.coverage / 10_000))),
                (_("For whom"), targeting(split.targeting) if split.targeting else None),
                (_("Phase"), str(split.phase) if split.phase > 1 else None),
                (_("Dates"), " – ".join(terms) if terms else None),
                (_("Stage"), stage(one.stage)),
            ]
        )
    )  # fmt: skip


def _verdict(container: Container, one: Experiment, status: ExperimentStatus) -> None:
    """The sentence the page is opened for."""
    state = status.verdict.state if status.verdict else None
    more: list[str | Html] = []
    if status.stopped is not None:
        when = formats.moment(status.stopped.at, container.settings.company.timezone)
        more.append(_("Stopped {when}: everybody gets the first variant.").format(when=when))
    if status.open_windows:
        n = status.open_windows
        waiting = ngettext("The outcome of {n} client is awaited.", "The outcome of {n} clients is awaited.", n)
        more.append(waiting.format(n=formats.number(n)))
    level = _LEVELS.get(state, "note") if state else "note"
    frame.show(frame.alert(level, status.text, *more))
    if one.stage is Stage.OVERRIDDEN and status.stopped is None:
        navigation.link("prompts", _("An order stands above this experiment: see the prompt"), prompt=one.prompt)


def _pictures(points: tuple[HistoryPoint, ...], measure: Measure) -> None:
    """How the difference came to be known, for the metric that decides and each guardrail."""
    margins = {g.metric: g.margin for g in measure.guardrails}
    names = [measure.primary, *margins]
    parts.question(_("How did the difference show itself?"))
    chosen = st.segmented_control(
        _("Metric"), names, default=names[0], required=True, key="experiment-metric", label_visibility="collapsed",
        format_func=lambda name: GLOSSARY[name].name[language()],
    )  # fmt: skip
    shown = [p for p in points if p.metric == chosen and min(p.leads)]
    if not shown:
        parts.answer(_("Nothing to draw yet: the outcome of no client is known."))
        return
    worse = -1 if METRICS[chosen].higher_is_better else 1
    margin = None if chosen not in margins else worse * margins[chosen]
    charts.sequence(shown, chosen, margin)
    parts.answer(
        _(
            "The line is the difference from the first variant, the band is where the true one lies. While the band "
            "covers zero, no difference is shown."
        )
    )


def _arms(status: ExperimentStatus) -> None:
    parts.question(_("What did clients of each variant do?"))
    names = list(status.arms[0].metrics)
    heads = [(_("Variant"), False), (_("Clients"), True), (_("Outcome known"), True)]
    heads += [(GLOSSARY[name].name[language()], True) for name in names]
    frame.show(parts.table(heads, [_arm(n, arm, names) for n, arm in enumerate(status.arms)]))
    dealt = _("Clients were dealt to the variants in the shares that were set: p = {p}.")
    parts.answer(dealt.format(p=formats.number(_ratio(status), 2)))


def _arm(number: int, arm: Arm, names: list[str]) -> list[str | Html]:
    title = tag("span", f"v{arm.version} ", parts.chip(_("as before")) if number == 0 else "")
    values = [value(name, arm.metrics[name]) for name in names]
    return [title, formats.number(arm.leads), formats.number(arm.known), *values]


def _ratio(status: ExperimentStatus) -> float:
    return status.verdict.sample_ratio.p if status.verdict else 1.0


def _compared(status: ExperimentStatus) -> None:
    parts.question(_("How large is the difference?"))
    parts.answer(
        _("The interval holds however often you look; the verdict comes from it. “Not worse than” is a guardrail.")
    )
    heads = [(_("Metric"), False), (_("Difference"), True), (_("Interval"), True), (_("Not worse than"), True),
             (_("Chance that it is better"), True)]  # fmt: skip
    frame.show(parts.table(heads, [_row(c, len(status.arms) > 2) for c in status.comparisons]))
    parts.answer(_("The chance is there for intuition; no decision is made by it."))


def _row(c: Comparison, several: bool) -> list[str | Html]:
    name = GLOSSARY[c.metric].name[language()] + (f" · v{c.version}" if several else "")
    low, high = (difference(c.metric, bound) for bound in (c.always.low, c.always.high))
    margin = "—" if c.margin is None else difference(c.metric, _harm(c))
    chance = "—" if c.chance is None else formats.percent(c.chance.better, 1)
    return [name, difference(c.metric, c.always.diff), f"{low} … {high}", margin, chance]


def _harm(c: Comparison) -> float:
    assert c.margin is not None
    return -c.margin if METRICS[c.metric].higher_is_better else c.margin


frame.page("experiments", body)
