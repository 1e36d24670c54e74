"""Mutation testing of the checker's verification modules, in a copy of the checkout. By hand, for it takes long:

    python benchmarks/mutation.py [--sample 600] [--seed 1] [--jobs 2] [--out benchmarks/mutation.md]

mutmut (`pip install "mutmut>=3.8"`; it is no dependency of the project) makes the mutants; a random sample of them is
tried by the tests that reach them. A mutant that no test reaches counts as survived.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODULES = (
    "verify", "fitting", "solver", "steps", "ground", "equations", "link", "term_sums", "rates", "ranges",
    "discounts", "promo", "conditions", "benefits", "waivers", "contents", "desk", "terms", "scope", "severity",
)  # fmt: skip
TESTS = ("tests/unit/claims", "tests/unit/claims_terms")
KILLED, TIMEOUT, SURVIVED, UNREACHED = {1, 3}, {36, 24, -24, 152, 255}, {0}, {5, 33}
FOLDERS = ("botops", "tests", "prompts", "pricebook", "evals", "benchmarks", "docs")
FILES = ("pyproject.toml", "botops.yaml", "team.yaml", "README.md")


def copy_checkout(to):
    for name in FOLDERS:
        shutil.copytree(ROOT / name, to / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(ROOT / name, to / name)
    config = to / "pyproject.toml"
    text = config.read_text(encoding="utf-8")
    # mutmut hands the ids of tests back to pytest, which escapes Cyrillic in them unless told not to.
    option = "disable_test_id_escaping_and_forfeit_all_rights_to_community_support = true\n"
    text = text.replace("[tool.pytest.ini_options]\n", "[tool.pytest.ini_options]\n" + option)
    modules = [f"botops/claims/{m}.py" for m in MODULES if (to / f"botops/claims/{m}.py").exists()]
    settings = {
        "source_paths": ["botops"],
        "only_mutate": modules,
        "also_copy": [f for f in (*FOLDERS, *FILES) if f != "botops"],
        "pytest_add_cli_args": ["-q", "-x", "-p", "no:randomly", "-p", "no:cacheprovider"],
        "pytest_add_cli_args_test_selection": list(TESTS),
        "timeout_multiplier": 5,
    }
    text += "\n[tool.mutmut]\n" + "".join(f"{k} = {json.dumps(v)}\n" for k, v in settings.items())
    config.write_text(text, encoding="utf-8")


def mutmut(where, *arguments, **options):
    return subprocess.run([sys.executable, "-m", "mutmut", *arguments], cwd=where, check=False, **options)


def results(where):
    """Exit code by the mutant's name, None for one not tried."""
    out = {}
    for meta in sorted((where / "mutants/botops/claims").glob("*.py.meta")):
        out |= json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    return out


def sample_of(names, size, seed):
    by_module = defaultdict(list)
    for name in sorted(names):
        by_module[name.split(".")[2]].append(name)
    chosen = random.Random(seed)
    total = sum(map(len, by_module.values()))
    out = []
    for module in sorted(by_module):
        share = max(1, round(size * len(by_module[module]) / total))
        out += chosen.sample(by_module[module], min(share, len(by_module[module])))
    return out


def verdict_of(code):
    """What mutmut's exit code says; a mutant on which the tests broke in another way is no verdict."""
    if code in KILLED | TIMEOUT:
        return "killed"
    if code in UNREACHED:
        return "unreached"
    return "survived" if code in SURVIVED else "unclear"


def report(tried, total, seed):
    verdicts = {name: verdict_of(code) for name, code in tried.items()}
    by_module = defaultdict(Counter)
    for name, verdict in verdicts.items():
        by_module[name.split(".")[2]][verdict] += 1
    killed = sum(c["killed"] for c in by_module.values())
    yield "# Mutation testing of the claim checker\n"
    yield f"{len(tried)} mutants sampled of {total} (seed {seed}), made by mutmut; tests: {', '.join(TESTS)}."
    yield "Made by `python benchmarks/mutation.py`. A mutant stopped by its time limit counts as killed.\n"
    yield f"**Killed: {killed} of {len(tried)}, {killed / len(tried):.1%}.**\n"
    yield "| module | mutants | killed | survived | reached by no test | unclear |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for module, found in sorted(by_module.items()):
        n, rest = sum(found.values()), [found[v] for v in ("survived", "unreached", "unclear")]
        yield f"| {module} | {n} | {found['killed']} ({found['killed'] / n:.0%}) | {' | '.join(map(str, rest))} |"
    alive = sorted(n.removeprefix("botops.claims.") for n, v in verdicts.items() if v != "killed")
    yield "\nNot killed: " + (", ".join(f"`{n}`" for n in alive) or "none") + "."


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        where = Path(folder)
        copy_checkout(where)
        # The first run, of one mutant, makes them all and learns which tests reach which.
        mutmut(where, "run", "--max-children", "1", "botops.claims.severity.*", stdout=subprocess.DEVNULL)
        names = list(results(where))
        chosen = sample_of(names, options.sample, options.seed)
        mutmut(where, "run", "--max-children", str(options.jobs), *chosen, stdout=subprocess.DEVNULL)
        found = results(where)
        tried = {n: found[n] for n in chosen if found[n] is not None}
    lines = list(report(tried, len(names), options.seed))
    print("\n".join(lines))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
