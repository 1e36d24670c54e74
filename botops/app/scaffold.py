"""The project `botops init` writes: the demo company's files, complete enough to run and to be edited."""

from __future__ import annotations

import shutil
from pathlib import Path

import botops
from botops.domain.errors import UserError

PARTS = ("botops.yaml", "team.yaml", "prompts", "pricebook", "evals")


def scaffold_source() -> Path:
    """Where the files come from: inside the installed package, or the checkout the package is run from."""
    package = Path(botops.__file__).parent
    installed = package / "_scaffold"
    return installed if installed.is_dir() else package.parent


def write_scaffold(target: Path) -> list[Path]:
    """Writes the project into `target`, made if missing. Returns what was written.

    Raises UserError when a file of it is there already: nothing is overwritten, and then nothing is written at all.
    """
    source = scaffold_source()
    files = [
        path.relative_to(source)
        for part in PARTS
        for path in ([source / part] if (source / part).is_file() else sorted((source / part).rglob("*")))
        if path.is_file()
    ]
    there = [str(target / file) for file in files if (target / file).exists()]
    if there:
        more = f" and {len(there) - 3} more" if len(there) > 3 else ""
        raise UserError(f"already there: {', '.join(there[:3])}{more}. Choose an empty folder: botops init NEW_FOLDER")
    for file in files:
        place = target / file
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / file, place)
    ignore = target / ".gitignore"
    if not ignore.exists():
        ignore.write_text("# the database and the last good prompts of this machine\n.botops/\n", encoding="utf-8")
    return [*files]
