"""A dashboard in the JSON that Grafana reads."""

from __future__ import annotations

import json
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import (
    common,
    dashboard,
    heatmap,
    prometheus,
    stat,
    timeseries,
)
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DataSourceRef,
    VariableRefresh,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat
from tools.monitoring.board import Board, Choice, Kind, Panel, Query, Row

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
#: Of the 24 columns that Grafana has; the widest panels take half of a row.
WIDTHS = {Kind.LINES: 12, Kind.FIGURES: 6, Kind.HEAT: 12}
HEIGHTS = {Kind.LINES: 8, Kind.FIGURES: 4, Kind.HEAT: 8}
PREFIX = "longshore"


def written(board: Board) -> str:
    """Return the file of a dashboard."""
    whole = JSONEncoder(sort_keys=True, indent=1).encode(_built(board).build())
    return json.dumps(_numbered(json.loads(whole)), indent=1, sort_keys=True) + "\n"


def _numbered(whole: dict[str, Any]) -> dict[str, Any]:
    """Number the panels: an upload by a file does without what Grafana's editor would do."""
    for number, panel in enumerate(whole["panels"], start=1):
        panel["id"] = number
    return whole


def _built(board: Board) -> dashboard.Dashboard:
    made = (
        dashboard.Dashboard(f"Longshore / {board.title}")
        .uid(f"{PREFIX}-{board.name}")
        .description(board.about)
        .tags([PREFIX])
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .time("now-1h", "now")
        .refresh("30s")
        .timezone("browser")
        .with_variable(dashboard.DatasourceVariable("datasource").type("prometheus"))
        .link(dashboard.DashboardLink("Longshore").tags([PREFIX]).as_dropdown(True))
    )
    for choice in (Choice("namespace", "longshore_scheduler_leader", "namespace"), *board.choices):
        made = made.with_variable(_variable(choice))
    for row in board.rows:
        made = _with_row(made, row)
    return made


def _variable(choice: Choice) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(choice.name)
        .datasource(SOURCE)
        .query(f"label_values({choice.metric}, {choice.label})")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .include_all(True)
        .all_value(".*")
        .multi(True)
    )


def _with_row(made: dashboard.Dashboard, row: Row) -> dashboard.Dashboard:
    made = made.with_row(dashboard.Row(row.title))
    for panel in row.panels:
        made = made.with_panel(_panel(panel))
    return made


def _panel(panel: Panel) -> timeseries.Panel | stat.Panel | heatmap.Panel:
    makers = {Kind.LINES: _lines, Kind.FIGURES: stat.Panel, Kind.HEAT: _heat}
    made = makers[panel.kind]()
    made = (
        made.title(panel.title)
        .description(panel.about)
        .datasource(SOURCE)
        .unit(panel.unit)
        .span(WIDTHS[panel.kind])
        .height(HEIGHTS[panel.kind])
    )
    for letter, query in zip(ascii_uppercase, panel.queries, strict=False):
        made = made.with_target(_target(query, panel.kind).ref_id(letter))
    return made


def _lines() -> timeseries.Panel:
    legend = (
        common.VizLegendOptions()
        .display_mode(LegendDisplayMode.TABLE)
        .placement(LegendPlacement.RIGHT)
        .show_legend(True)
        .calcs(["lastNotNull", "max"])
    )
    return timeseries.Panel().legend(legend).min(0).fill_opacity(8)


def _heat() -> heatmap.Panel:
    return heatmap.Panel().calculate(False).show_legend()


def _target(query: Query, kind: Kind) -> prometheus.Dataquery:
    made = prometheus.Dataquery().expr(query.expression).legend_format(query.legend)
    made = made.instant() if kind is Kind.FIGURES else made.range()
    return made.format(PromQueryFormat.HEATMAP) if kind is Kind.HEAT else made
