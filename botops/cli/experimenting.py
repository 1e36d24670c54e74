"""`botops experiment start`, `list`, `coverage`, `tester`, `stop` and `promote`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from botops.cli.context import json_option, open_container, project_settings, set_option

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.app.experiments.experimenting import Experiment

_by = click.option("--by", required=True, help="Who says so.")
_reason = click.option("--reason", required=True, help="Why.")
_TARGETS = {
    "channel": "channels",
    "language": "languages",
    "region": "regions",
    "source": "sources",
    "visitor": "visitors",
}


@click.command()
@click.argument("prompt")
@click.option("--key", required=True, help="The experiment's name; the same one again begins its next phase.")
@click.option(
    "--variant", "variants", multiple=True, required=True, metavar="VERSION:WEIGHT",
    help="A version and its share in basis points (5000 is 50 %); repeat it, the control first.",
)  # fmt: skip
@click.option("--coverage", type=int, default=10_000, show_default=True, help="Share of leads, in basis points.")
@click.option("--unit", type=click.Choice(["lead", "dialogue"]), default="lead", show_default=True)
@click.option(
    "--target", "targets", multiple=True, metavar="FACT=VALUE,…",
    help="Whom it is for, as channel=web,telegram; also language, region, source, visitor=new|returning; repeatable.",
)  # fmt: skip
@click.option(
    "--starts", help="A day, or a moment with its offset from UTC; before it everybody gets the live version."
)
@click.option("--ends", help="The day or moment from which everybody gets the live version again.")
@click.option("--tester", "testers", multiple=True, metavar="LEAD=VERSION", help="Who gets a version in any case.")
@click.option("--primary", help="The metric that decides; needs --planned.")
@click.option("--planned", type=int, help="Leads planned, of all variants together.")
@click.option(
    "--guardrail", "guardrails", multiple=True, metavar="METRIC:MARGIN", help="What must not get worse by more."
)
@click.option("--window-days", type=int, help="Days after its exposure in which a lead's outcomes count.")
@click.option("--margin", type=float, help="At the planned end, not worse by more than this is enough for a promotion.")
@click.option("--promote", is_flag=True, help="Make the winner live by itself at the planned end.")
@_by
@_reason
@json_option
def start(prompt: str, by: str, reason: str, as_json: bool, **asked: Any) -> None:
    """Start an experiment on PROMPT, or the next phase of the one with that key.

    In a new phase leads are dealt anew, under another seed; those already served keep their version where it still
    takes part, and are not in the new phase's analysis.
    """
    from botops.app.experiments import experimenting

    split = experimenting.planned(_split_data(**asked))
    with open_container(project_settings(), role="side") as container:
        found = experimenting.start(container, prompt, split, by=by, reason=reason)
    _show(found, as_json=as_json)


@click.command("list")
@json_option
@set_option
def list_experiments(as_json: bool, overrides: tuple[str, ...]) -> None:
    """Every experiment that stands in a release file."""
    from botops.app.experiments.experimenting import experiment_json, experiments

    with open_container(project_settings(overrides), role="reader") as container:
        found = experiments(container)
        tell_broken(container)
    if as_json:
        click.echo(json.dumps([experiment_json(one) for one in found], ensure_ascii=False, indent=1))
        return
    for one in found:
        click.echo(line(one))
    click.echo(f"{len(found)} experiment{'' if len(found) == 1 else 's'}", err=True)


@click.command()
@click.argument("prompt")
@click.argument("basis_points", type=int)
@_by
@_reason
@json_option
def coverage(prompt: str, basis_points: int, by: str, reason: str, as_json: bool) -> None:
    """Let more leads into the experiment on PROMPT: BASIS_POINTS of all (2500 is 25 %). None changes variants."""
    from botops.app.experiments import experimenting

    with open_container(project_settings(), role="side") as container:
        found = experimenting.widen(container, prompt, basis_points, by=by, reason=reason)
    _show(found, as_json=as_json)


@click.command()
@click.argument("prompt")
@click.argument("lead")
@click.argument("version", type=int, required=False)
@_by
@_reason
@json_option
def tester(prompt: str, lead: str, version: int | None, by: str, reason: str, as_json: bool) -> None:
    """Give LEAD a VERSION of the experiment on PROMPT in any case; without one it is no tester any longer.

    A tester is in no analysis.
    """
    from botops.app.experiments import experimenting

    with open_container(project_settings(), role="side") as container:
        found = experimenting.name_tester(container, prompt, lead, version, by=by, reason=reason)
    _show(found, as_json=as_json)


@click.command()
@click.argument("prompt")
@_by
@_reason
@json_option
def stop(prompt: str, by: str, reason: str, as_json: bool) -> None:
    """End the experiment on PROMPT: everybody gets the live version again."""
    from botops.app.experiments import experimenting

    with open_container(project_settings(), role="side") as container:
        release = experimenting.stop(container, prompt, by=by, reason=reason)
    _ended(prompt, release.live, as_json=as_json)


@click.command()
@click.argument("prompt")
@click.argument("version", type=int)
@click.option("--anyway", is_flag=True, help="Against the verdict; the log keeps what spoke against it.")
@_by
@_reason
@json_option
def promote(prompt: str, version: int, by: str, reason: str, as_json: bool, *, anyway: bool) -> None:
    """Make VERSION live on PROMPT and end its experiment, in one step.

    Refused while the verdict does not say so, or the shares of the variants do not add up.
    """
    from botops.app.experiments import experimenting

    with open_container(project_settings(), role="side") as container:
        release = experimenting.promote(container, prompt, version, by=by, reason=reason, anyway=anyway)
    _ended(prompt, release.live, as_json=as_json)


def _split_data(
    *,
    key: str,
    variants: tuple[str, ...],
    targets: tuple[str, ...],
    testers: tuple[str, ...],
    primary: str | None,
    planned: int | None,
    guardrails: tuple[str, ...],
    window_days: int | None,
    margin: float | None,
    promote: bool,
    **rest: Any,
) -> dict[str, Any]:
    """The options as a release file would have them. Raises UserError."""
    from botops.domain.errors import UserError

    data: dict[str, Any] = {"experiment": key, **{name: value for name, value in rest.items() if value is not None}}
    data["variants"] = [
        {"version": _number(version, pair), "weight": _number(weight, pair)}
        for pair in variants
        for version, weight in [_pair(pair, ":", "--variant 2:5000")]
    ]
    data["testers"] = {
        lead: _number(version, pair)
        for pair in testers
        for lead, version in [_pair(pair, "=", "--tester 77012345678=2")]
    }
    if targets:
        data["targeting"] = _targeting(targets)
    judged = {"planned": planned, "window_days": window_days, "margin": margin, "promote": promote or None}
    if primary is None:
        if guardrails or any(value is not None for value in judged.values()):
            raise UserError("--planned, --guardrail, --window-days, --margin and --promote need --primary, the metric")
        return data
    data["measure"] = {
        "primary": primary,
        **{name: value for name, value in judged.items() if value is not None},
        "guardrails": [
            {"metric": metric, "margin": _amount(margin_text, pair)}
            for pair in guardrails
            for metric, margin_text in [_pair(pair, ":", "--guardrail flagged:0.03")]
        ],
    }
    return data


def _targeting(targets: tuple[str, ...]) -> dict[str, list[str]]:
    from botops.config.wording import suggestion
    from botops.domain.errors import UserError

    found: dict[str, list[str]] = {}
    for target in targets:
        fact, values = _pair(target, "=", "--target channel=web,telegram")
        if fact not in _TARGETS:
            raise UserError(f"--target {fact}: nothing is known of leads by that name{suggestion(fact, _TARGETS)}")
        found.setdefault(_TARGETS[fact], []).extend(value.strip() for value in values.split(","))
    return found


def _pair(text: str, mark: str, example: str) -> tuple[str, str]:
    from botops.domain.errors import UserError

    first, found, second = text.rpartition(mark)
    if not found or not first.strip() or not second.strip():
        raise UserError(f"{text!r} cannot be read: write it as {example}")
    return first.strip(), second.strip()


def _number(text: str, whole: str) -> int:
    from botops.domain.errors import UserError

    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise UserError(f"{whole!r}: {text!r} is no whole number")
    return int(text)


def _amount(text: str, whole: str) -> float:
    from botops.domain.errors import UserError

    try:
        return float(text)
    except ValueError:
        raise UserError(f"{whole!r}: {text!r} is no number") from None


def _show(found: Experiment, *, as_json: bool) -> None:
    from botops.app.experiments.experimenting import experiment_json

    click.echo(json.dumps(experiment_json(found), ensure_ascii=False, indent=1) if as_json else line(found))


def _ended(prompt: str, live: int, *, as_json: bool) -> None:
    row = {"prompt": prompt, "live": live, "experiment": None}
    click.echo(json.dumps(row) if as_json else f"{prompt}: everybody gets version {live}")


def tell_broken(container: Container, prompt: str | None = None) -> None:
    """Says on stderr what is wrong with the files of a prompt (of all), and that the last good state is shown: else
    somebody who edits a release file would take what stood before for what is written now."""
    registry = container.registry
    problems = registry.state().problems if prompt is None else registry.problems(prompt)
    for problem in problems:
        if problem.level == "error":
            click.echo(problem.text(), err=True)
    for name in registry.state().stale:
        if prompt in {None, name}:
            click.echo(f"{name}: its last good state is shown and served until that is mended", err=True)


def line(found: Experiment) -> str:
    """An experiment in a few lines: what is dealt to whom and since when, and what stands above it."""
    split = found.split
    shares = " / ".join(f"v{v.version} {v.weight / 100:g} %" for v in split.variants)
    told = [f"{split.seed}: {found.prompt}, {found.stage.value}", f"phase {split.phase}", shares,
            f"coverage {split.coverage / 100:g} %"]  # fmt: skip
    if split.unit != "lead":
        told.append(f"by {split.unit}")
    if split.targeting is not None:
        facts = split.targeting.model_dump(exclude_defaults=True)
        told.append("; ".join(f"{name}: {', '.join(values)}" for name, values in facts.items()))
    told += [f"{word} {when.isoformat()}" for word, when in (("from", split.starts), ("until", split.ends)) if when]
    if split.testers:
        told.append(f"testers: {len(split.testers)}")
    lines = [" · ".join(told)]
    lines += [
        f"  override: {o.kind.value}, by {o.by} since {o.at:%Y-%m-%d %H:%M} UTC: {o.reason}" for o in found.orders
    ]
    return "\n".join(lines)
