"""What the page of experiments reads, kept for a while."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.experiments.planning import Asked, ExperimentPlan, plan_experiment
from botops.console import data


@data.kept(data.LINT_SECONDS, 32)
def plan(_container: Container, key: str, prompt: str, asked: Asked) -> ExperimentPlan:
    """The plan of an experiment, of the leads of weeks: every widget of its form runs it anew. Raises UserError."""
    return plan_experiment(_container, prompt, asked)
