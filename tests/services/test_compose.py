"""`dashboards/docker-compose.yml` as far as it can be checked where no container can run.

Its schema, that every file it names is there, that images are pinned, that nothing is open to others, and that the
files of its services fit together.
"""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from botops.app.scaffold import write_scaffold

HERE = Path(__file__).resolve().parents[2] / "dashboards"
TEXT = (HERE / "docker-compose.yml").read_text("utf-8")
COMPOSE = yaml.safe_load(TEXT)
SERVICES = COMPOSE["services"]
INTERPOLATED = re.compile(r"\$\{(\w+)")


def mounts(service):
    """Where the folders and files of a service come from and where it sees them."""
    for mount in SERVICES[service].get("volumes", ()):
        source, target, *_ = mount.split(":")
        yield source, target


def seen_at(service, inside):
    """The file here that a service sees under a path; None when no mount holds it."""
    for source, target in mounts(service):
        if inside.startswith(target) and source.startswith("."):
            return HERE / source / inside.removeprefix(target).lstrip("/")
    return None


def test_it_is_a_compose_file():
    done = CliRunner().invoke(
        check_jsonschema, ["--builtin-schema", "vendor.compose-spec", str(HERE / "docker-compose.yml")]
    )
    assert done.exit_code == 0, done.output
    assert {"botops", "postgres", "prometheus", "alertmanager", "grafana"} <= set(SERVICES)


def test_every_image_is_one_version():
    froms = re.findall(r"^FROM (\S+)", (HERE / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    images = {service["image"] for service in SERVICES.values() if "build" not in service} | set(froms)
    assert len(images) >= 6
    for image in images:
        assert re.fullmatch(r"[\w/.-]+:v?\d+\.\d+(\.\d+)?(-[a-z]+)*", image), f"{image} is not pinned"


def test_nobody_outside_this_machine_reaches_anything():
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    assert "host" not in {service.get("network_mode") for service in SERVICES.values()}
    ways_in = {port.split(":")[2] for port in SERVICES["door"]["ports"]}
    forwarded = set(re.findall(r"^:(\d+) \{", (HERE / "Caddyfile").read_text("utf-8"), re.MULTILINE))
    assert forwarded == {"8080", "8081"}
    assert ways_in == {*forwarded, "3000", "9090", "9093"}


def test_every_file_named_is_there_and_every_volume_declared():
    for name in SERVICES:
        for source, target in mounts(name):
            if source.startswith("."):
                assert (HERE / source).exists(), f"{name}: {source}"
            else:
                assert source in COMPOSE["volumes"], f"{name}: {source}"
            assert target.startswith("/")
    assert (HERE / SERVICES["botops"]["build"]["context"] / SERVICES["botops"]["build"]["dockerfile"]).is_file()
    awaited = {other for service in SERVICES.values() for other in service.get("depends_on", ())}
    joined = {s["network_mode"].removeprefix("service:") for s in SERVICES.values() if "service:" in str(s)}
    assert awaited | (joined - {"none"}) <= set(SERVICES)


def test_every_variable_is_explained_and_no_secret_is_written_down():
    example = dict(
        line.split("=", 1)
        for line in (HERE / ".env.example").read_text("utf-8").splitlines()
        if re.match(r"\w+=", line)
    )
    assert set(INTERPOLATED.findall(TEXT)) == set(example)
    assert not [name for name, value in example.items() if value and not name.startswith("BOTOPS_")]
    routes = (HERE.parent / "alerts/alertmanager.yml").read_text("utf-8")
    assert set(INTERPOLATED.findall(routes)) == set(SERVICES["alertmanager-file"]["environment"])


def test_prometheus_takes_its_file_and_finds_our_rules(require_program, tmp_path):
    promtool = require_program("promtool", "prometheus")
    text = seen_at("prometheus", "/etc/prometheus/prometheus.yml").read_text("utf-8")
    config = yaml.safe_load(text)
    for rules in config["rule_files"]:
        there = seen_at("prometheus", rules)
        assert there.is_file(), rules
        text = text.replace(rules, str(there.resolve()))
    (tmp_path / "prometheus.yml").write_text(text, "utf-8")
    done = subprocess.run([promtool, "check", "config", tmp_path / "prometheus.yml"], capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SUCCESS" in done.stdout
    assert {job["job_name"] for job in config["scrape_configs"]} >= {"botops"}, "what BotopsDown asks for"


def test_grafana_finds_its_source_and_its_boards():
    provisioning = "/etc/grafana/provisioning"
    sources = yaml.safe_load(seen_at("grafana", f"{provisioning}/datasources/prometheus.yml").read_text("utf-8"))
    assert [source["url"] for source in sources["datasources"]] == ["http://127.0.0.1:9090"]
    providers = yaml.safe_load(seen_at("grafana", f"{provisioning}/dashboards/botops.yml").read_text("utf-8"))
    folder = seen_at("grafana", providers["providers"][0]["options"]["path"])
    boards = [json.loads(path.read_text("utf-8")) for path in folder.glob("*.json")]
    assert len(boards) == 4
    assert seen_at("grafana", SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]).is_file()
    for board in boards:
        (source,) = [v for v in board["templating"]["list"] if v["type"] == "datasource"]
        assert source["query"] == sources["datasources"][0]["type"]


@pytest.mark.parametrize("file", ["docker-compose.yml", "Dockerfile", "Caddyfile", "prometheus.yml", ".env.example"])
def test_a_new_project_has_them(tmp_path, file):
    write_scaffold(tmp_path / "shop")
    assert (tmp_path / "shop/dashboards" / file).read_bytes() == (HERE / file).read_bytes()
    assert "dashboards/.env" in (tmp_path / "shop/.gitignore").read_text("utf-8").splitlines()
    assert not list((tmp_path / "shop/dashboards").rglob("*.py")), "what writes the boards needs tools a project lacks"
