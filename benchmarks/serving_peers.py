"""What other libraries take for the same prompt. Run by `serving.py` with the interpreter of an environment of its own:

    python serving_peers.py langfuse|mlflow|growthbook FOLDER

Prints one JSON line. Whatever a library talks to is a stub on loopback or a file in FOLDER.
"""

import json
import os
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path

from serving_text import LEADS, SEED, TEXT, VALUES

ROUNDS = 20_000


def timed(work, rounds=ROUNDS):
    """Median and 99th percentile of a call, in microseconds."""
    for n in range(rounds // 20):
        work(LEADS[n % len(LEADS)])
    times = []
    for n in range(rounds):
        lead = LEADS[n % len(LEADS)]
        started = time.perf_counter()
        work(lead)
        times.append((time.perf_counter() - started) * 1e6)
    times.sort()
    return times[rounds // 2], times[int(rounds * 0.99)]


def langfuse(folder):
    from langfuse import Langfuse  # noqa: PLC0415

    answer = {
        "id": "1", "createdAt": datetime.now(UTC).isoformat(), "updatedAt": datetime.now(UTC).isoformat(),
        "projectId": "p", "createdBy": "b", "name": "sales", "version": 1, "type": "text", "prompt": TEXT,
        "config": {}, "labels": ["production"], "tags": [], "isActive": True,
    }  # fmt: skip
    body = json.dumps(answer).encode()

    class Stub(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Stub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    os.environ["LANGFUSE_BASE_URL"] = os.environ["LANGFUSE_HOST"] = f"http://127.0.0.1:{server.server_port}"
    os.environ["LANGFUSE_PUBLIC_KEY"] = os.environ["LANGFUSE_SECRET_KEY"] = "stub"
    os.environ["LANGFUSE_TRACING_ENABLED"] = "false"
    client = Langfuse()
    said = client.get_prompt("sales", cache_ttl_seconds=3600).compile(**VALUES)
    assert said.endswith(VALUES["price_table"] + "\n"), said[-100:]
    return timed(lambda lead: client.get_prompt("sales", cache_ttl_seconds=3600).compile(**VALUES))


def mlflow(folder):
    import mlflow as library  # noqa: PLC0415

    library.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    library.genai.register_prompt("sales", TEXT)
    library.genai.set_prompt_alias("sales", alias="live", version=1)

    def work(lead):
        return library.genai.load_prompt("prompts:/sales@live", cache_ttl_seconds=3600).format(**VALUES)

    assert work("x").endswith(VALUES["price_table"] + "\n")
    return timed(work)


def growthbook(folder):
    from growthbook import Experiment, GrowthBook  # noqa: PLC0415

    experiment = Experiment(key=SEED, variations=[1, 2], weights=[0.5, 0.5], hashVersion=2, seed=SEED)

    def work(lead):
        return GrowthBook(attributes={"id": lead}).run(experiment).value

    assert {work(lead) for lead in LEADS} == {1, 2}
    return timed(work)


def main():
    name, folder = sys.argv[1], Path(sys.argv[2])
    p50, p99 = {"langfuse": langfuse, "mlflow": mlflow, "growthbook": growthbook}[name](folder)
    print(json.dumps({"version": version(name), "p50": p50, "p99": p99}))
    sys.stdout.flush()
    os._exit(0)  # background threads of theirs need not be waited for


if __name__ == "__main__":
    main()
