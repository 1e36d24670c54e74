"""The alert rules for Prometheus: valid, about metrics that exist, owned, explained, and held by tests that notice a
change of any threshold, window or comparison."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from botops.app.alerts.conditions import RULES as CONDITIONS
from botops.monitor import Metrics

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "alerts/rules.yml"
TESTS = ROOT / "alerts/tests"
GROUPS = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
ALERTS = {rule["alert"]: rule for group in GROUPS for rule in group["rules"] if "alert" in rule}
RECORDED = {rule["record"] for group in GROUPS for rule in group["rules"] if "record" in rule}
AREAS = {"service", "replies", "data", "sales"}
SEVERITIES = {"page", "ticket", "digest", "watchdog"}

needs_promtool = pytest.mark.usefixtures("promtool")


@pytest.fixture(scope="session")
def promtool(require_program):
    """Debian's package prometheus."""
    return require_program("promtool", "prometheus")


def faults(tests):
    """What promtool says of a file of tests, which names its rules; nothing when they hold."""
    # It lives for a second or two: collecting its garbage would be a third of its work.
    environ = {**os.environ, "GOGC": "off", "GOMEMLIMIT": "512MiB"}
    done = subprocess.run(
        ["promtool", "test", "rules", tests], capture_output=True, text=True, check=False, env=environ
    )
    return f"exit code {done.returncode}: {done.stdout}{done.stderr}" if done.returncode else ""


def test_every_alert_has_an_area_a_severity_a_runbook_and_tests():
    assert set(ALERTS) == {path.stem for path in TESTS.glob("*.yml")}
    assert set(ALERTS) | set(CONDITIONS) == {path.stem for path in (ROOT / "alerts/runbooks").glob("Botops*.md")}
    for name, rule in ALERTS.items():
        assert rule["labels"]["area"] in AREAS, name
        assert rule["labels"]["severity"] in SEVERITIES, name
        assert rule["annotations"]["runbook"] == f"alerts/runbooks/{name}.md"
        assert rule["annotations"]["summary"], name
        assert rule["annotations"]["description"], name


def test_every_metric_named_exists_with_the_labels_it_is_asked_for():
    metrics = Metrics()
    samples = {}
    for family in metrics.registry.collect():
        ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"], "info": ["_info"]}
        for end in ends.get(family.type, [""]):
            samples[family.name + end] = family.name
    labels = {
        collector._name: set(collector._labelnames)
        for collector in vars(metrics).values()
        if hasattr(collector, "_name")
    }
    named = 0
    for group in GROUPS:
        for rule in group["rules"]:
            for metric, asked in re.findall(r"\b(botops_\w+)(?:\{([^}]*)\})?", rule["expr"]):
                assert metric in samples, f"{rule.get('alert') or rule['record']} names {metric}, which nobody exposes"
                wanted = set(re.findall(r"(\w+)\s*=~?", asked or "")) - {"le", "instance"}
                assert wanted <= labels[samples[metric]], f"{metric} has no label {wanted - labels[samples[metric]]}"
                named += 1
            for recorded in re.findall(r"botops:\w+:\w+", rule["expr"]):
                assert recorded in RECORDED
    assert named > 30


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_an_alert_is_judged_after_what_it_is_counted_from(name):
    """promtool takes groups in no order of its own, and an alert judged before its counts fires a step later."""
    order = yaml.safe_load((TESTS / f"{name}.yml").read_text("utf-8"))["group_eval_order"]
    assert order == [group["name"] for group in GROUPS]


@needs_promtool
def test_the_rules_are_valid():
    done = subprocess.run(["promtool", "check", "rules", RULES], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
@pytest.mark.parametrize("name", sorted(ALERTS))
def test_an_alert_fires_when_it_should_and_only_then(name):
    assert not faults(TESTS / f"{name}.yml")


# --- mutation ---------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w.:\[\"])(?P<value>\d+(?:\.\d+)?)(?![\w.:\]\"])")
_COMPARISON = re.compile(r"(?<![=!~<>])(>=|<=|==|>|<)(?![=~])")
_WINDOW = re.compile(r"\[(\d+)([mhdw])\]")
_RECORDED_WINDOW = re.compile(r"(botops:\w+:increase)(5m|30m|1h|6h|3d)\b")
_OTHER = {">": "<", "<": ">", ">=": "<", "<=": ">", "==": "!="}
_LONGER = {"5m": "1h", "30m": "6h", "1h": "5m", "6h": "30m", "3d": "6h"}
_GUARD = re.compile(r"> 0\)|vector\(0\)|vector\(1\)")
"""What keeps a division from zero and an empty sum from vanishing: no threshold of anything."""


def mutants(rule):
    """The rule with one threshold, comparison, window, `and` or waiting time changed, and what was changed."""
    expr = rule["expr"]
    guarded = [(m.start(), m.end()) for m in _GUARD.finditer(expr)]

    def free(match):
        return not any(start <= match.start() < end for start, end in guarded)

    def put(match, text, group=0):
        return expr[: match.start(group)] + text + expr[match.end(group) :]

    for match in filter(free, _NUMBER.finditer(expr)):
        value = float(match["value"])
        if value:
            yield f"{match['value']} x 10", {**rule, "expr": put(match, f"{value * 10:g}")}
            yield f"{match['value']} / 10", {**rule, "expr": put(match, f"{value / 10:g}")}
        else:
            yield "0 -> 10", {**rule, "expr": put(match, "10")}
    for match in filter(free, _COMPARISON.finditer(re.sub(r"\{[^}]*\}", lambda m: "\0" * len(m[0]), expr))):
        yield f"{match[0]} -> {_OTHER[match[0]]}", {**rule, "expr": put(match, _OTHER[match[0]])}
    for match in _WINDOW.finditer(expr):
        for factor in (10, 0.1):
            minutes = int(match[1]) * {"m": 1, "h": 60, "d": 1440, "w": 10_080}[match[2]]
            text = f"[{max(1, round(minutes * factor))}m]"
            yield f"{match[0]} -> {text}", {**rule, "expr": put(match, text)}
    for match in _RECORDED_WINDOW.finditer(expr):
        yield f"{match[2]} -> {_LONGER[match[2]]}", {**rule, "expr": put(match, _LONGER[match[2]], 2)}
    for match in re.finditer(r"\band\b(?! on)", expr):
        yield "and -> or", {**rule, "expr": put(match, "or")}
    if "for" in rule:
        yield "without waiting", {key: value for key, value in rule.items() if key != "for"}
        unit = rule["for"][-1]
        yield "waiting ten times as long", {**rule, "for": f"{int(rule['for'][:-1]) * 10}{unit}"}


def survivors(name, changed, folder):
    """Which of the changed rules of an alert its tests do not notice. All are tried in one file, each under a name of
    its own and with every test of the alert: what they are counted from is then counted once."""
    counts = next(group for group in GROUPS if group["name"] == "botops-counts")
    home = next(group for group in GROUPS if any(rule.get("alert") == name for rule in group["rules"]))
    tests = yaml.safe_load((TESTS / f"{name}.yml").read_text("utf-8"))
    asked = [one for test in tests["tests"] for one in test["promql_expr_test"]]
    assert {key for test in tests["tests"] for key in test} <= {"interval", "input_series", "promql_expr_test"}
    assert all(f'alertname="{name}"' in one["expr"] for one in asked)
    tests["rule_files"] = ["rules.yml"]

    def write(names):
        used = [rule for rule in counts["rules"] if any(rule["record"] in changed[one]["expr"] for one in names)]
        tried = {**home, "rules": [{**changed[one], "alert": one} for one in names]}
        groups = [*([{**counts, "rules": used}] if used else []), tried]
        (folder / "rules.yml").write_text(yaml.safe_dump({"groups": groups}, allow_unicode=True), "utf-8")
        repeated = [
            {**test, "promql_expr_test": [
                {**one, "expr": one["expr"].replace(f'"{name}"', f'"{as_name}"')}
                for as_name in names for one in test["promql_expr_test"]
            ]} for test in tests["tests"]
        ]  # fmt: skip
        (folder / "tests.yml").write_text(yaml.safe_dump({**tests, "tests": repeated}, allow_unicode=True), "utf-8")

    left = set(changed)
    while left:  # a rule that cannot be judged ends the test it is in: those it hides are tried again without it
        write(sorted(left))
        said = faults(folder / "tests.yml")
        if not said:
            break
        noticed = left & set(re.findall(rf"\b{name}_\d+\b", said))
        assert noticed, said
        left -= noticed
    return left


@pytest.mark.slow
@needs_promtool
def test_nine_of_ten_changes_of_a_rule_are_noticed(tmp_path):
    made, alive = 0, []
    for name, rule in ALERTS.items():
        changes = {f"{name}_{number}": change for number, change in enumerate(mutants(rule))}
        made += len(changes)
        left = survivors(name, {one: changed for one, (_, changed) in changes.items()}, tmp_path)
        alive += [f"{name}: {changes[one][0]}" for one in sorted(left)]
    assert made > 200
    assert len(alive) <= made // 10, "\n".join(alive)


# --- Alertmanager -----------------------------------------------------------------------------------------------------


def test_alertmanager_takes_its_file_and_sends_every_area_to_its_role(require_program, tmp_path):
    amtool = require_program("amtool", "prometheus-alertmanager")
    text = (ROOT / "alerts/alertmanager.yml").read_text("utf-8")
    values = {
        name: "-1001" if name.startswith("TELEGRAM_") and name != "TELEGRAM_TOKEN" else "http://127.0.0.1:9/x"
        for name in re.findall(r"\$\{(\w+)\}", text)
    } | {"SMTP_HOST": "127.0.0.1:25", "SMTP_FROM": "botops@example.kz"}
    for name in values:
        assert name in text.split("global:")[0], f"{name} is not explained"
    file = tmp_path / "alertmanager.yml"
    file.write_text(re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text), "utf-8")
    checked = subprocess.run([amtool, "check-config", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    receivers = {"service": "ai-ops", "replies": "sales-enablement", "data": "revops", "sales": "sales"}
    for name, rule in ALERTS.items():
        labels = rule["labels"]
        tested = subprocess.run(
            [amtool, "config", "routes", "test", f"--config.file={file}", f"alertname={name}",
             *(f"{key}={value}" for key, value in labels.items())],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        quiet = {"watchdog": "watchdog", "digest": "null"}
        assert tested.stdout.strip() == quiet.get(labels["severity"], receivers[labels["area"]]), name
