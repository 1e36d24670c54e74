"""Where evals are measured: a scratch project, servers on loopback, other tools and everyone's commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from evals_data import dialogues, replies_of, single, suite_of

from botops.app.scaffold import write_scaffold

HERE = Path(__file__).parent
CONCURRENCY = 32
PACKAGES = ("inspect_ai", "deepeval", "openai", "aiohttp")
WORKS = {"single": single(500), "six": dialogues(100), "one": single(1), "replay": dialogues(167)}
MANY, PART = 10_000, 5_000
"""So many cases do not fit into one YAML file: they are given as several."""


class Place:
    """A scratch project with the suites, the servers, and the others' environments."""

    def __init__(self, scratch, peers):
        self.scratch, self.peers = scratch, peers
        self.project = scratch / "project"
        self.servers = {}
        self.missing = {}
        self.versions = {}
        self.found = {}
        write_scaffold(self.project)
        suites = self.project / "evals" / "suites"
        for name, talks in WORKS.items():
            (suites / f"{name}.yaml").write_text(suite_of(name, talks), "utf-8")
        many = single(MANY)
        self.many = [suites / f"many{start}.yaml" for start in range(0, MANY, PART)]
        for start, file in zip(range(0, MANY, PART), self.many, strict=True):
            file.write_text(suite_of(file.stem, many[start : start + PART]), "utf-8")
        (scratch / "replies.json").write_text(json.dumps(replies_of(*WORKS.values(), many)), "utf-8")
        command = [sys.executable, "-m", "botops.cli", "prompts", "show", "sales@1", "--filled"]
        system = subprocess.run(command, cwd=self.project, env=self.environment(), check=True, capture_output=True)
        for name, talks in [*WORKS.items(), ("many", many)]:
            lines = [[[asked, amount] for asked, _, amount in talk] for talk in talks]
            whole = {"system": system.stdout.decode(), "dialogues": lines}
            (scratch / f"{name}.json").write_text(json.dumps(whole, ensure_ascii=False), "utf-8")

    def environment(self):
        """What every process is given: compiled modules are kept, as an installation keeps them."""
        env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        return env | {
            "PYTHONPATH": str(HERE.parent), "PYTHONPYCACHEPREFIX": str(self.scratch / "pycache"),
            "DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "PROMPTFOO_DISABLE_TELEMETRY": "1", "PROMPTFOO_DISABLE_UPDATE": "1",
            "PROMPTFOO_DISABLE_REMOTE_GENERATION": "1", "PROMPTFOO_CONFIG_DIR": str(self.scratch / "promptfoo"),
        }  # fmt: skip

    def url(self, delay):
        """The address of the server that thinks so many milliseconds."""
        if delay not in self.servers:
            command = [sys.executable, HERE / "evals_server.py", self.scratch / "replies.json", str(delay)]
            child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            self.servers[delay] = child, int(child.stdout.readline())
        return f"http://127.0.0.1:{self.servers[delay][1]}/v1"

    def close(self):
        for child, _ in self.servers.values():
            child.kill()
            child.wait()

    def install(self):
        """Installs what can be; notes what cannot."""
        python = self.python
        if not python.exists():
            venv.create(self.peers / "python", with_pip=True)
        for name in PACKAGES:
            self._install(name, [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", name])
            asked = [python, "-c", f"import importlib.metadata as m; print(m.version({name!r}))"]
            self._version(name, asked)
        if shutil.which("npm") is None:
            self.missing["promptfoo"] = "npm is not installed"
            return
        if not self.promptfoo.exists():
            self._install("promptfoo", ["npm", "install", "--silent", "--prefix", self.peers / "node", "promptfoo"])
        self._version("promptfoo", [self.promptfoo, "--version"])

    def _install(self, name, command):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            self.missing[name] = (done.stderr.strip().splitlines() or ["could not be installed"])[-1][:120]

    def _version(self, name, command):
        if name not in self.missing:
            done = subprocess.run(command, capture_output=True, text=True, check=False, env=self.environment())
            self.versions[name] = done.stdout.strip()

    @property
    def python(self):
        return self.peers / "python" / "bin" / "python"

    @property
    def promptfoo(self):
        return self.peers / "node" / "node_modules" / ".bin" / "promptfoo"


def ours(place, suites, model, *more):
    """The command of botops with JSON and JUnit written."""
    return [
        sys.executable, "-m", "botops.cli", "eval", "run", *suites, "--prompt", "sales@1", "--model", model,
        "--concurrency", str(CONCURRENCY), "--json", place.scratch / "ours.json", "--junit",
        place.scratch / "ours.xml", *more,
    ]  # fmt: skip


def suite(work):
    return [f"evals/suites/{work}.yaml"]


def loop(place, name, work, url):
    """The command of a peer in Python; the bare loops over libraries botops has too are run with its interpreter."""
    python = sys.executable if name in {"openai", "httpx2"} else place.python
    return [python, HERE / "evals_peers.py", name, url, place.scratch / f"{work}.json", place.scratch / f"{name}.json"]


def promptfoo(place, mode, work, url):
    """The command of promptfoo, its configuration written before. Nothing is kept in its database (`--no-write`): it is
    quicker so."""
    talks = json.loads((place.scratch / f"{work}.json").read_text("utf-8"))
    config = place.scratch / f"promptfoo-{mode}-{work}.json"
    config.write_text(json.dumps(promptfoo_config(talks, mode, url), ensure_ascii=False), "utf-8")
    return [
        place.promptfoo, "eval", "-c", config, "-j", str(CONCURRENCY), "--no-cache", "--no-table", "--no-progress-bar",
        "--no-write", "-o", place.scratch / "promptfoo.json",
    ]  # fmt: skip


def promptfoo_config(talks, mode, url):
    named = "output.replace(/[ ,]/g, '').includes(String(context.vars.amount))"
    server = {"apiBaseUrl": url, "apiKey": "none", "temperature": 0.3, "max_tokens": 700}
    config = {
        "defaultTest": {"vars": {"system": talks["system"]}},
        "providers": [{"id": "openai:chat:bench", "config": server}],
    }
    if mode == "provider":
        every = (
            "JSON.parse(context.vars.lines).every(([, amount], n) => "
            "JSON.parse(output)[n].replace(/[ ,]/g, '').includes(String(amount)))"
        )
        tests = [
            {
                "vars": {"lines": json.dumps(lines, ensure_ascii=False)},
                "assert": [{"type": "javascript", "value": every}],
            }
            for lines in talks["dialogues"]
        ]
        provider = {"id": f"file://{HERE / 'evals_promptfoo.mjs'}", "config": {"url": url}}
        return config | {"prompts": ["a dialogue"], "providers": [provider], "tests": tests}
    before = "" if mode == "single" else (
        '{% for said in _conversation %}{"role": "user", "content": {{ said.input | dump }}},'
        '{"role": "assistant", "content": {{ said.output | dump }}},{% endfor %}'
    )  # fmt: skip
    prompt = (
        '[{"role": "system", "content": {{ system | dump }}},'
        f'{before}{{"role": "user", "content": {{{{ question | dump }}}}}}]'
    )
    tests = [
        {
            "vars": {"question": asked, "amount": amount},
            "metadata": {"conversationId": str(number)},
            "assert": [{"type": "javascript", "value": named}],
        }
        for number, lines in enumerate(talks["dialogues"])
        for asked, amount in lines
    ]
    return config | {"prompts": [prompt], "tests": tests}


def peers_of(place, work, url):
    """Everyone else, as far as they are installed."""
    rows = {
        "bare loop, openai SDK": ("openai", loop(place, "openai", work, url)),
        "bare loop, httpx2": (None, loop(place, "httpx2", work, url)),
        "bare loop, aiohttp": ("aiohttp", loop(place, "aiohttp", work, url)),
        "DeepEval, deterministic metric": ("deepeval", loop(place, "deepeval", work, url)),
        "inspect_ai": ("inspect_ai", loop(place, "inspect_ai", work, url)),
    }
    if "promptfoo" not in place.missing:
        if work == "six":
            rows["promptfoo, hand-written provider"] = "promptfoo", promptfoo(place, "provider", work, url)
            rows["promptfoo, its conversation mode"] = "promptfoo", promptfoo(place, "conversation", work, url)
        else:
            rows["promptfoo"] = "promptfoo", promptfoo(place, "single", work, url)
    return {
        f"{name} {place.versions.get(package or '', '')}".strip(): command
        for name, (package, command) in rows.items()
        if package not in place.missing or package == "openai"
    }
