"""Measures how fast prompts are served, in process beside other libraries and over HTTP beside a bare route.

`make bench`, or:

    python benchmarks/serving.py [--out benchmarks/serving.md] [--seconds 3] [--peers FOLDER]

Other libraries go into an environment of their own, in a scratch folder or in FOLDER, which is kept; those that cannot
be installed are left out and named. All figures are of one run on one machine, in turns, so that ratios hold although
the machine may have other work.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import psutil
import yaml
from serving_peers import timed
from serving_text import LEADS, SEED, TEXT, VALUES

from botops.app.clock import SystemClock
from botops.app.scaffold import write_scaffold
from botops.client import PromptClient
from botops.registry import Registry, Split, Variant

HERE = Path(__file__).parent
PEERS = {
    "langfuse": "Langfuse SDK, cached `get_prompt` + `compile`, no assignment",
    "mlflow": "MLflow, cached `load_prompt` by alias + `format`, no assignment",
    "growthbook": "GrowthBook SDK, assignment alone",
}
BARE = """
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from botops.http.bounds import Bounds

BODY = b"x" * {size}

async def hello(request):
    return Response(BODY, media_type="application/json", headers={{"ETag": '"x"'}})

bare = Starlette(routes=[Route("/hello", hello)])
bounded = Bounds(bare)
"""


def registry_of(folder):
    """A registry with the measured prompt in two versions, split half and half."""
    declared = {name: {"type": "text"} for name in VALUES if name == "manager_hours"}
    spec = {"variables": declared, "messages": [{"role": "system", "content": TEXT}]}
    registry = Registry(folder / "prompts", SystemClock())
    (folder / "prompts").mkdir()
    step = {"by": "bench", "reason": "bench", "at": datetime.now(UTC)}
    for _ in range(2):
        registry.new_version("sales", yaml.safe_dump(spec, allow_unicode=True))
    registry.publish("sales", 1, **step)
    split = Split(experiment=SEED, variants=(Variant(version=1, weight=5000), Variant(version=2, weight=5000)))
    registry.change_split("sales", split, **step)
    return registry


def ours(registry):
    assignment = registry.assign("sales", "lead-1")
    return {
        "assign": timed(lambda lead: registry.assign("sales", lead)),
        "render": timed(lambda lead: registry.render(assignment, VALUES)),
        "both": timed(lambda lead: registry.render(registry.assign("sales", lead), VALUES)),
    }


def peers(place):
    """The interpreter with the other libraries, and those that could not be installed."""
    python = place / "bin" / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    missing = []
    for name in PEERS:
        done = subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            missing.append(name)
    return python, missing


def peer(python, name, folder):
    done = subprocess.run(
        [python, HERE / "serving_peers.py", name, folder], capture_output=True, text=True, check=False, timeout=600
    )
    return json.loads(done.stdout.splitlines()[-1]) if done.returncode == 0 and done.stdout else None


def in_process(place):
    with tempfile.TemporaryDirectory() as scratch:
        registry = registry_of(Path(scratch))
        characters = len(registry.render(registry.assign("sales", "x"), VALUES).messages[0].content)
        python, missing = peers(place)
        before = ours(registry)
        found = {name: peer(python, name, scratch) for name in PEERS if name not in missing}
        after = ours(registry)
    yield f"A prompt of {characters:,} characters with {len(VALUES)} values, 20,000 calls each, in microseconds; ours"
    yield "is measured before and after the others, the mean of both is shown. Every call asks for another lead."
    yield ""
    yield "| | median, µs | p99, µs |"
    yield "| --- | --- | --- |"
    names = {"both": "**botops, assign + render**", "assign": "botops, assign alone", "render": "botops, render alone"}
    for key, name in names.items():
        p50, p99 = (statistics.mean(pair) for pair in zip(before[key], after[key], strict=True))
        yield f"| {name} | {p50:.1f} | {p99:.1f} |"
    for name, row in found.items():
        if row is None:
            missing.append(name)
        else:
            yield f"| {PEERS[name]} ({row['version']}) | {row['p50']:.1f} | {row['p99']:.1f} |"
    if missing:
        yield ""
        yield f"Could not be installed or run here: {', '.join(missing)}."


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def started(arguments, folder, url):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(HERE.parent)])}
    child = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if httpx2.get(url, timeout=5).status_code < 500:
                return child
        except httpx2.TransportError:
            time.sleep(0.1)
    child.kill()
    raise RuntimeError(f"{arguments} did not start")


def load(child, port, path, seconds, tag=None):
    """Answers a second, milliseconds for one, and the server's own microseconds of processor for one."""
    worker = psutil.Process(child.pid)
    used = sum(worker.cpu_times()[:2])
    command = [sys.executable, HERE / "serving_load.py", str(port), path, str(seconds), "8", *([tag] if tag else [])]
    row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    used = sum(worker.cpu_times()[:2]) - used
    expected = "304" if tag else "200"
    assert row["statuses"].keys() == {expected}, row
    return row["requests"] / row["seconds"], row["p50_ms"], row["p99_ms"], used / row["requests"] * 1e6


def over_http(seconds):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_scaffold(folder)
        settings = folder / "botops.yaml"
        settings.write_text(settings.read_text("utf-8").replace("dialogues: 2200", "dialogues: 0"), "utf-8")
        api, bare, bounded = free_port(), free_port(), free_port()
        path = "/v1/prompts/sales?lead=lead-7&channel=web&language=ru"
        children = [started(["botops.cli", "serve", "--port", str(api)], folder, f"http://127.0.0.1:{api}/healthz")]
        try:
            answer = httpx2.get(f"http://127.0.0.1:{api}{path}")
            (folder / "bare.py").write_text(BARE.format(size=len(answer.content)))
            for port, name in ((bare, "bare"), (bounded, "bounded")):
                command = ["uvicorn", f"bare:{name}", "--port", str(port), "--log-level", "warning", "--no-access-log"]
                children.append(started(command, folder, f"http://127.0.0.1:{port}/hello"))
            cases = {
                "bare Starlette route, the same size": (children[1], bare, "/hello", None),
                "the same with the bounds every request passes": (children[2], bounded, "/hello", None),
                "`/v1/prompts/{name}`, whole (200)": (children[0], api, path, None),
                "**`/v1/prompts/{name}`, confirmed (304)**": (children[0], api, path, answer.headers["etag"]),
            }
            rounds = {name: [] for name in cases}
            for _ in range(3):
                for name, case in cases.items():
                    rounds[name].append(load(*case[:3], seconds, case[3]))
            client = client_times(f"http://127.0.0.1:{api}")
        finally:
            for child in children:
                child.terminate()
            for child in children:
                child.wait(15)
    size = len(answer.content)
    yield f"One uvicorn worker, 8 kept connections from a second process, an answer of {size:,} bytes, three rounds of"
    yield f"{seconds:g} s in turns; the best round of each, since the machine has other work. Processor time is the"
    yield "worker's own, whatever else the machine did."
    yield ""
    yield "| | answers/s | median, ms | p99, ms | processor, µs an answer | answers per processor second |"
    yield "| --- | --- | --- | --- | --- | --- |"
    best = {name: max(found) for name, found in rounds.items()}
    for name, (rate, p50, p99, cpu) in best.items():
        yield f"| {name} | {rate:,.0f} | {p50:.2f} | {p99:.2f} | {cpu:.0f} | {1e6 / cpu:,.0f} |"
    base = next(iter(best.values()))
    yield ""
    yield f"A confirmed answer is {list(best.values())[-1][0] / base[0]:.2f} of the bare route's rate."
    yield ""
    yield f"`PromptClient.get` of a kept prompt: median {client[0]:.1f} µs, p99 {client[1]:.1f} µs; with `render`"
    yield f"{client[2]:.1f} and {client[3]:.1f} µs."


def client_times(url):
    with PromptClient(url, fresh_s=3600) as client:
        for lead in LEADS[:50]:
            client.get("sales", lead=lead, channel="web", language="ru")
        leads = LEADS[:50]
        kept = timed(lambda lead: client.get("sales", lead=leads[hash(lead) % 50], channel="web", language="ru"))
        filled = timed(lambda lead: client.get("sales", lead=leads[0], channel="web", language="ru").render())
    return (*kept, *filled)


def report(arguments):
    yield "# Serving prompts, measured"
    yield ""
    one, five, _ = os.getloadavg()
    yield f"Made by `make bench`; every figure is from one run, on {os.cpu_count()} processors with a load of {one:.1f}"
    yield f"before it ({five:.1f} over five minutes), Python {platform.python_version()}."
    yield ""
    yield "## In process"
    yield ""
    with tempfile.TemporaryDirectory() as scratch:
        yield from in_process(arguments.peers or Path(scratch) / "peers")
    yield ""
    yield "## Over HTTP"
    yield ""
    yield from over_http(arguments.seconds)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--peers", type=Path)
    arguments = parser.parse_args()
    lines = []
    for line in report(arguments):
        print(line, flush=True)
        lines.append(line)
    if arguments.out:
        arguments.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
