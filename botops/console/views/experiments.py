"""Experiments: what runs, what may be said of it today, and what to do about it."""

import streamlit as st

from botops.app.container import Container
from botops.app.experiments.experimenting import Experiment, Stage, experiments
from botops.app.experiments.metrics import METRICS
from botops.app.experiments.status import ExperimentStatus, HistoryPoint
from botops.app.glossary import GLOSSARY
from botops.console import charts, data, formats, frame, navigation, parts, safe
from botops.console.experiments import endings as experiment_endings
from botops.console.experiments import figures, past, planning, progress
from botops.console.experiments.labels import day_or_moment, stage, targeting
from botops.console.i18n import _, language
from botops.console.safe import Html
from botops.domain.errors import BotopsError
from botops.experiments import State
from botops.registry.model import Measure

_LOOK_EVERY_S = 10
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
    past.section(container)


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
    with st.container():  # one place whatever is said: what is typed below stays
        _results(container, one, one.split.measure)
    experiment_endings.section(one)


@st.fragment(run_every=_LOOK_EVERY_S)
def _results(container: Container, one: Experiment, measure: Measure) -> None:
    """What may be said now; renewed while the page stands open."""
    key = data.key_of(container)
    try:
        status = data.experiment(container, key, one.prompt, language())
        _verdict(container, one, status)
        if not status.comparisons:
            return
        with st.spinner(_("Looking back day by day…")):  # seconds, where thousands of leads came over weeks
            points = data.experiment_history(container, key, one.prompt)
    except BotopsError as error:  # it was ended meanwhile, or the store is away: the page as a whole says which
        frame.fault(_("The figures cannot be told now"), error)
        return
    _pictures(points, measure)
    figures.arms(status)
    figures.compared(status)


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
    if one.split.measure is not None and status.arms:
        more += progress.lines(status, one.split.measure.planned, container.settings.company.timezone)
    if status.stopped is not None:
        when = formats.moment(status.stopped.at, container.settings.company.timezone)
        more.append(_("Stopped {when}: everybody gets the first variant.").format(when=when))
    level = _LEVELS.get(state, "note") if state else "note"
    frame.show(frame.alert(level, status.text, *more))
    if one.stage is Stage.OVERRIDDEN and status.stopped is None:
        navigation.link("prompts", _("An order stands above this experiment: see the prompt"), prompt=one.prompt)


def _pictures(points: tuple[HistoryPoint, ...], measure: Measure) -> None:
    """How the difference came to be known, for the metric that decides and each guardrail."""
    margins = {g.metric: g.margin for g in measure.guardrails}
    names = [measure.primary, *margins]
    parts.question(_("How did the difference show itself?"))
    kept = st.query_params.get("metric")
    chosen = st.segmented_control(
        _("Metric"), names, default=kept if kept in names else names[0], required=True, key="experiment-metric",
        label_visibility="collapsed", format_func=lambda name: GLOSSARY[name].name[language()],
    )  # fmt: skip
    frame.remember("metric", None if chosen == names[0] else chosen)
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


frame.page("experiments", body)
