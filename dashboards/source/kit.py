"""What our Grafana boards are made of: one look for every panel, ids that do not change from run to run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, dashboard, prometheus, stat, table, text, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH = 24
"""Columns of Grafana's grid."""
TALL, LOW = 8, 4
MARKS = (
    ("Оповещения", 'ALERTS{alertname=~"Botops.*", alertstate="firing", severity!="watchdog"}', "red"),
    ("Публикации промптов", "max by (prompt) (changes(botops_prompt_release_timestamp_seconds[2m])) > 0", "blue"),
    ("Новый прайс-лист", "max(changes(botops_price_book_release_timestamp_seconds[2m])) > 0", "purple"),
)
"""What is marked on the time axis of every board: name, when it holds, colour."""
Panel = timeseries.Panel | stat.Panel | bargauge.Panel | table.Panel | text.Panel


@dataclass(frozen=True)
class Query:
    """A question to Prometheus and how its answers are called: `{{label}}` stands for a label's value."""

    expr: str
    legend: str = ""


@dataclass(frozen=True)
class Row:
    """Panels under a heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True)
class Board:
    """A page of Grafana. `slug` names its file and, after `botops-`, its address."""

    slug: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[dashboard.QueryVariable, ...] = ()
    since: str = "now-24h"

    @property
    def uid(self) -> str:
        """What its address is made of; links and bookmarks hold it, so it never changes."""
        return f"botops-{self.slug}"


def _steps(warn: float | None, bad: float | None) -> dashboard.ThresholdsConfig:
    """Green, yellow from `warn` on, red from `bad` on; turned round where less is worse."""
    colours: list[tuple[float | None, str]]
    if warn is None and bad is None:
        colours = [(None, "text")]
    elif warn is not None and bad is not None and bad < warn:
        colours = [(None, "red"), (bad, "yellow"), (warn, "green")]
    else:
        colours = [(None, "green"), *((v, c) for v, c in ((warn, "yellow"), (bad, "red")) if v is not None)]
    steps = [models.Threshold(value=value, color=colour) for value, colour in colours]
    return build.ThresholdsConfig().mode(models.ThresholdsMode.ABSOLUTE).steps(steps)


def _asked(panel: Any, queries: tuple[Query, ...], *, instant: bool = False, as_table: bool = False) -> Any:
    for number, query in enumerate(queries):
        asked = prometheus.Dataquery().expr(query.expr).ref_id(chr(ord("A") + number)).legend_format(query.legend)
        asked = asked.instant() if instant else asked.range()
        if as_table:
            asked = asked.format(PromQueryFormat.TABLE)
        panel = panel.with_target(asked.datasource(SOURCE))
    return panel.datasource(SOURCE)


def number(
    title: str, about: str, expr: str, *, unit: str = "short", warn: float | None = None, bad: float | None = None,
    decimals: int | None = None, span: int = 4, none: str = "нет данных",
) -> stat.Panel:  # fmt: skip
    """One figure, as it is now. Without data it says so: nothing is never shown as 0."""
    panel = (
        stat.Panel().title(title).description(about).unit(unit).span(span).height(LOW).no_value(none)
        .thresholds(_steps(warn, bad)).color_mode(common_models.BigValueColorMode.VALUE)
        .graph_mode(common_models.BigValueGraphMode.NONE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]))
    )  # fmt: skip
    if decimals is not None:
        panel = panel.decimals(decimals)
    return _asked(panel, (Query(expr),), instant=True)


def lines(
    title: str, about: str, *queries: Query, unit: str = "short", limit: float | None = None, span: int = 12,
    stacked: bool = False, least: float | None = 0, most: float | None = None,
) -> timeseries.Panel:  # fmt: skip
    """Figures over time. From `limit` on the ground is red: where the alert about it begins."""
    legend = (
        common.VizLegendOptions().show_legend(True).placement(common_models.LegendPlacement.BOTTOM)
        .display_mode(common_models.LegendDisplayMode.LIST)
    )  # fmt: skip
    tooltip = common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI)
    panel = (
        timeseries.Panel().title(title).description(about).unit(unit).span(span).height(TALL)
        .line_width(1).fill_opacity(35 if stacked else 6).show_points(common_models.VisibilityMode.NEVER)
        .legend(legend).tooltip(tooltip).thresholds(_steps(None, limit))
    )  # fmt: skip
    if least is not None:
        panel = panel.min(least)
    if most is not None:
        panel = panel.max(most)
    if stacked:
        panel = panel.stacking(common.StackingConfig().mode(common_models.StackingMode.NORMAL))
    if limit is not None:
        area = common.GraphThresholdsStyleConfig().mode(common_models.GraphThresholdsStyleMode.AREA)
        panel = panel.thresholds_style(area)
    return _asked(panel, queries)


def bars(title: str, about: str, query: Query, *, unit: str = "short", span: int = 12) -> bargauge.Panel:
    """A figure for each value of a label, over the period that is shown, the largest first."""
    panel = (
        bargauge.Panel().title(title).description(about).unit(unit).span(span).height(TALL).no_value("ничего")
        .orientation(common_models.VizOrientation.HORIZONTAL).display_mode(common_models.BarGaugeDisplayMode.BASIC)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"])).thresholds(_steps(None, None)).min(0)
    )  # fmt: skip
    return _asked(panel, (query,), instant=True)


def rows_of(title: str, about: str, query: Query, *, span: int = 12, hide: tuple[str, ...] = ()) -> table.Panel:
    """The labels of what there is now, a row each."""
    panel = table.Panel().title(title).description(about).span(span).height(TALL).no_value("ничего")
    excluded = dict.fromkeys(("Time", "Value", "__name__", "instance", "job", *hide), True)
    organise = models.DataTransformerConfig(id_val="organize", options={"excludeByName": excluded})
    return _asked(panel, (query,), instant=True, as_table=True).with_transformation(organise)


def note(words: str, *, span: int = WIDTH) -> text.Panel:
    """Words in Markdown."""
    return text.Panel().title("").content(words).span(span).height(3)


def choice(name: str, label: str, query: str) -> dashboard.QueryVariable:
    """A list to choose from above the board, all chosen at first."""
    chosen = models.VariableOption(selected=True, text="All", value="$__all")
    return (
        dashboard.QueryVariable(name).label(label).query(query).datasource(SOURCE).multi(True).include_all(True)
        .all_value(".*").current(chosen).refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.ALPHABETICAL_ASC)
    )  # fmt: skip


def built(board: Board, others: tuple[Board, ...]) -> models.Dashboard:
    """The board as Grafana reads it; `others` are linked to from its head."""
    page = (
        dashboard.Dashboard(board.title).uid(board.uid).description(board.description).tags(["botops"]).readonly()
        .timezone("browser").time(board.since, "now").refresh("1m").week_start("monday")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )  # fmt: skip
    for mark in MARKS:
        page = page.annotation(
            build.AnnotationQuery().name(mark[0]).datasource(SOURCE).enable(True).expr(mark[1]).icon_color(mark[2])
        )
    for variable in board.variables:
        page = page.with_variable(variable)
    for other in others:
        link = build.DashboardLink(other.title).type(models.DashboardLinkType.LINK).url(f"/d/{other.uid}")
        page = page.link(link.keep_time(True))
    for row in board.rows:
        page = page.with_row(build.Row(row.title))
        for panel in row.panels:
            page = page.with_panel(panel)
    done = page.build()
    for number_, panel in enumerate(done.panels or [], start=1):
        panel.id_val = number_
    return done
