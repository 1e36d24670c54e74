"""The Grafana boards: made by their script, valid, about metrics that exist, each panel and address once."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from botops.monitor import Metrics

ROOT = Path(__file__).resolve().parents[2]
BOARDS = {
    path.stem: json.loads(path.read_text("utf-8")) for path in (ROOT / "dashboards/grafana/boards").glob("*.json")
}
RECORDED = {
    rule["record"]
    for group in yaml.safe_load((ROOT / "alerts/rules.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
    if "record" in rule
}
GRAFANA = {"$__rate_interval": "5m", "$__range": "1d", "$prompt": "sales", "$model": "gpt"}
"""What Grafana puts in the place of its variables."""


def panels(board):
    """Every panel that shows something, those inside folded rows too."""
    for panel in board["panels"]:
        yield from panels(panel) if panel["type"] == "row" else [panel]


def asked(board):
    """Every question a board asks Prometheus, as Prometheus gets it, and where it stands."""
    found = [(f"{panel['title']} {target['refId']}", target["expr"])
             for panel in panels(board) for target in panel.get("targets", ())]  # fmt: skip
    found += [(mark["name"], mark["expr"]) for mark in board["annotations"]["list"]]
    for place, expression in found:
        yield place, re.sub(r"\$\w+", lambda variable: GRAFANA.get(variable[0], variable[0]), expression)


def test_the_boards_are_the_ones_the_issue_names_and_have_addresses_of_their_own():
    assert set(BOARDS) == {"ai-ops", "sales-enablement", "costs", "experiments"}
    uids = [board["uid"] for board in BOARDS.values()]
    assert len(set(uids)) == len(uids)
    for board in BOARDS.values():
        assert 8 <= len(board["uid"]) <= 40, "Grafana takes no longer addresses"
        linked = {link["url"].removeprefix("/d/") for link in board["links"]}
        assert linked == set(uids) - {board["uid"]}


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_every_panel_has_an_id_of_its_own_a_place_of_its_own_and_words_that_explain_it(name):
    ids = [panel["id"] for panel in BOARDS[name]["panels"]]
    assert len(set(ids)) == len(ids)
    taken = set()
    for panel in BOARDS[name]["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken, f"{panel['title']} lies on another panel"
        taken |= cells
    for panel in panels(BOARDS[name]):
        if panel["type"] == "text":
            assert panel["options"]["content"]
            continue
        assert panel["title"]
        assert len(panel["description"]) > 5, panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(set(refs)) == len(refs)
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_every_expression_is_one_to_prometheus(require_program, tmp_path, name):
    promtool = require_program("promtool", "prometheus")
    rules = [{"record": f"panel:{n}", "expr": expression} for n, (_, expression) in enumerate(asked(BOARDS[name]))]
    assert rules
    assert not [rule for rule in rules if "$" in rule["expr"]], "a variable that this test does not know"
    (tmp_path / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), "utf-8")
    done = subprocess.run([promtool, "check", "rules", tmp_path / "rules.yml"], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(BOARDS))
def test_every_metric_named_exists_with_the_labels_it_is_asked_for(name):
    metrics = Metrics()
    ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}
    samples = {
        family.name + end: set(collector._labelnames)
        for collector in vars(metrics).values()
        if hasattr(collector, "_labelnames")
        for family in collector.describe()
        for end in ends.get(family.type, [""])
    }
    variables = [variable["query"] for variable in BOARDS[name]["templating"]["list"] if variable["type"] == "query"]
    expressions = [*asked(BOARDS[name]), *((query, re.sub(r"label_values\((\w+), (\w+)\)", r'\1{\2="x"}', query))
                                           for query in variables)]  # fmt: skip
    for place, expression in expressions:
        for recorded in re.findall(r"botops:\w+:\w+", expression):
            assert recorded in RECORDED, f"{place} names {recorded}, which no rule records"
        named = re.findall(r"\b(botops_\w+)(?:\{([^}]*)\})?", expression)
        for metric, chosen in named:
            assert metric in samples, f"{place} names {metric}, which nobody exposes"
            wanted = set(re.findall(r"(\w+)\s*(?:=~?|!=)", chosen)) - {"le"}
            assert wanted <= samples[metric], f"{place}: {metric} has no label {wanted - samples[metric]}"
        grouped = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
        if len({metric for metric, _ in named}) == 1:
            assert grouped - {"le"} <= samples[named[0][0]], place


def test_the_boards_are_as_their_script_writes_them(tmp_path):
    subprocess.run([sys.executable, ROOT / "dashboards/source/generate.py", tmp_path], check=True, timeout=120)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in (ROOT / "dashboards/grafana/boards").iterdir()}
    assert written == kept, "run `make dashboards`"
