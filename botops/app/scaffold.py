"""The project `botops init` writes: the demo company's files, complete enough to run and to be edited."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import botops
from botops.domain.errors import UserError

PARTS = (
    "botops.yaml", "team.yaml", "prompts", "pricebook", "evals", "alerts", "dashboards/grafana",
    *(f"dashboards/{file}" for file in ("docker-compose.yml", "Dockerfile", "Dockerfile.dockerignore", "Caddyfile",
                                        "prometheus.yml", ".env.example")),
)  # fmt: skip

CI = Literal["github", "gitlab", "none"]
_PIPELINES: dict[CI, tuple[str, str]] = {
    "github": ("ci/github/botops.yml", ".github/workflows/botops.yml"),
    "gitlab": ("ci/gitlab/botops.yml", ".gitlab-ci.yml"),
}
"""By the CI of a project: the file that checks every change, and its place there."""


def scaffold_source() -> Path:
    """Where the files come from: inside the installed package, or the checkout the package is run from."""
    package = Path(botops.__file__).parent
    installed = package / "_scaffold"
    return installed if installed.is_dir() else package.parent


def write_scaffold(target: Path, ci: CI = "github") -> list[Path]:
    """Writes the project into `target`, made if missing, with the checks for its CI. Returns what was written.

    Raises UserError when a file of it is there already: nothing is overwritten, and then nothing is written at all.
    """
    source = scaffold_source()
    files = {
        path.relative_to(source): path.read_bytes()
        for part in PARTS
        for path in ([source / part] if (source / part).is_file() else sorted((source / part).rglob("*")))
        if path.is_file()
    }
    if ci in _PIPELINES:
        template, place = _PIPELINES[ci]
        files[Path(place)] = _pinned((source / template).read_bytes())
    there = [str(target / file) for file in files if (target / file).exists()]
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise UserError(f"already there: {', '.join(there[:3])}{more}. Choose an empty folder: botops init NEW_FOLDER")
    for file, content in files.items():
        destination = target / file
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(content)
    ignore = target / ".gitignore"
    if not ignore.exists():
        ignore.write_text(
            "# the database and the last good prompts of this machine, and passwords\n.botops/\ndashboards/.env\n"
            "# backups: clients' dialogues are in them\nbotops-*.tar.gz\n",
            encoding="utf-8",
        )
    return [*files]


def _pinned(pipeline: bytes) -> bytes:
    """A pipeline that installs this version: one that took the newest would change its verdict overnight."""
    return pipeline.replace(b"BOTOPS: botops\n", f"BOTOPS: botops=={botops.__version__}\n".encode())
