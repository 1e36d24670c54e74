"""An installation is saved while it serves, and lives again elsewhere."""

import asyncio
import gzip
import json
import os
import sqlite3
import subprocess
import tarfile
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest

from botops.app.container import Container
from botops.config import Secrets, load_settings
from botops.domain.messages import InboundMessage
from botops.store.views import DialogueFilter


@dataclass
class Done:
    """What a command left behind."""

    code: int
    stdout: str
    stderr: str


@pytest.fixture
def cli(botops, project):
    """Runs a command in the project's folder."""
    return lambda *arguments: Done(*botops(project, *arguments))


def rows(database, table="turn"):
    with sqlite3.connect(database) as connection:
        return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_a_backup_made_while_clients_write_is_whole_and_answers_again(running, project, cli, tmp_path):
    with running(project) as api:
        stop = threading.Event()

        def write():
            number = 0
            while not stop.is_set():
                api.chat("Сколько стоит CRM Старт?", dialogue_id=f"d{number}", lead_id=f"l{number}")
                number += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            while not rows(project / ".botops/botops.db"):
                pass
            made = json.loads(cli("backup", str(tmp_path / "saved"), "--json").stdout)
        finally:
            stop.set()
            writer.join()
        after = rows(project / ".botops/botops.db")
    new = tmp_path / "new"
    assert cli("restore", made["path"], "--into", str(new)).code == 0
    assert 0 < rows(new / ".botops/botops.db") <= after
    assert (new / "botops.yaml").read_bytes() == (project / "botops.yaml").read_bytes()
    assert (new / "prompts/sales/release.yaml").read_bytes() == (project / "prompts/sales/release.yaml").read_bytes()
    with running(new) as api:
        assert api.chat("Сколько стоит CRM Старт?")["reply"]


def test_git_leaves_out_a_backup_put_into_the_project(project, cli):
    made = Path(json.loads(cli("backup", ".", "--json").stdout)["path"])
    assert (project / made.name).is_file()
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    told = subprocess.run(["git", "check-ignore", made.name], cwd=project, check=False, capture_output=True, text=True)
    assert told.stdout.strip() == made.name


def test_what_is_there_is_neither_overwritten_nor_lost(project, cli, tmp_path):
    archive = tmp_path / "a.tar.gz"
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        pass
    assert cli("backup", str(archive)).code == 0
    (project / "team.yaml").write_text("# changed since\n")
    refused = cli("restore", str(archive))
    assert refused.code == 2
    assert "--force" in refused.stderr
    assert (project / "team.yaml").read_text() == "# changed since\n"
    assert cli("restore", str(archive), "--force").code == 0
    assert "roles" in (project / "team.yaml").read_text()
    (kept,) = (project / ".botops/replaced").glob("*/team.yaml")
    assert kept.read_text() == "# changed since\n"
    assert list((project / ".botops/replaced").glob("*/botops.db"))


def test_a_store_that_is_served_is_not_replaced(project, cli, tmp_path):
    archive = tmp_path / "a.tar.gz"
    with Container.open(load_settings(project / "botops.yaml"), Secrets()):
        assert cli("backup", str(archive)).code == 0
        (project / "team.yaml").write_text("# mine\n")
        refused = cli("restore", str(archive), "--force")
    assert refused.code == 3
    assert "already served" in refused.stderr
    assert (project / "team.yaml").read_text() == "# mine\n"


def test_only_the_newest_are_kept(project, cli):
    paths = [json.loads(cli("backup", "--keep", "2", "--json").stdout)["path"] for _ in range(4)]
    assert sorted(str(p) for p in (project / ".botops/backups").glob("*.tar.gz")) == sorted(paths[-2:])


def test_a_backup_holds_no_other_backups_and_only_its_owner_may_read_it(project, cli, tmp_path):
    cli("backup")
    cli("backup", str(tmp_path / "b.tar.gz"))
    with tarfile.open(tmp_path / "b.tar.gz") as tar:
        assert not [name for name in tar.getnames() if "backups" in name or name.endswith((".lock", "-wal"))]
    assert (tmp_path / "b.tar.gz").stat().st_mode & 0o077 == 0
    assert cli("backup", str(tmp_path / "b.tar.gz")).code == 2


def said(container):
    """What the clients were told."""
    return [row.last_reply for row in container.store.reads.dialogues(DialogueFilter()).items]


def test_the_store_of_a_server_comes_back(project, cli, tmp_path, new_postgres_store, monkeypatch):
    monkeypatch.setenv("BOTOPS_DATABASE_URL", new_postgres_store("saved_store"))
    inbound = InboundMessage("d1", "l1", "Сколько стоит CRM Старт?", datetime(2026, 11, 20, 9, tzinfo=UTC), "k1")
    with Container.open(load_settings(project / "botops.yaml"), Secrets.from_environ(os.environ)) as container:
        asyncio.run(container.bot.run_turn(inbound))
        before = said(container)
    assert cli("backup", str(tmp_path / "pg.tar.gz")).code == 0
    monkeypatch.setenv("BOTOPS_DATABASE_URL", new_postgres_store("empty_store", "template0"))
    assert cli("restore", str(tmp_path / "pg.tar.gz"), "--into", str(tmp_path / "new")).code == 0
    with Container.open(load_settings(tmp_path / "new/botops.yaml"), Secrets.from_environ(os.environ)) as container:
        assert said(container) == before
    assert cli("restore", str(tmp_path / "pg.tar.gz"), "--into", str(tmp_path / "other")).code == 2


def altered(archive, name, content):
    """The archive with one member's bytes replaced."""
    out = BytesIO()
    with tarfile.open(archive) as old, tarfile.open(fileobj=out, mode="w:gz") as new:
        for member in old.getmembers():
            data = content if member.name == name else old.extractfile(member).read()
            member.size = len(data)
            new.addfile(member, BytesIO(data))
    archive.write_bytes(out.getvalue())


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (lambda a: a.write_bytes(b"not an archive"), "damaged"),
        (lambda a: a.write_bytes(a.read_bytes()[: a.stat().st_size // 2]), "damaged"),
        (lambda a: a.write_bytes(gzip.compress(b"\0" * 10_240)), "no manifest.json"),
        (lambda a: altered(a, "files/team.yaml", b"roles: {}\n"), "files/team.yaml is not what was saved"),
        (lambda a: altered(a, "manifest.json", b"{}"), "manifest.json cannot be read"),
        (lambda a: altered(a, "manifest.json", b'{"format": 1, "sha256": {"../../x": "0"}}'), "outside itself"),
        (lambda a: altered(a, "manifest.json", b'{"format": 2, "sha256": {}, "botops": "9"}'), "update botops"),
        (lambda a: a.unlink(), "no such file"),
    ],
)
def test_what_is_no_whole_backup_changes_nothing(project, cli, tmp_path, harm, says):
    archive = tmp_path / "a.tar.gz"
    cli("backup", str(archive))
    harm(archive)
    checked = cli("restore", str(archive), "--check")
    assert checked.code == 2
    assert says in checked.stderr
    assert cli("restore", str(archive), "--into", str(tmp_path / "new")).code == 2
    assert not (tmp_path / "new").exists()


def test_a_member_that_leads_out_of_the_archive_is_refused(project, cli, tmp_path):
    archive = tmp_path / "evil.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo("../outside.txt")
        info.size = 2
        tar.addfile(info, BytesIO(b"hi"))
    assert cli("restore", str(archive), "--into", str(tmp_path / "new")).code == 2
    assert not (tmp_path.parent / "outside.txt").exists()


def test_the_doctor_knows_the_last_backup_wherever_it_was_put(project, cli, tmp_path):
    def told():
        return next(row for row in json.loads(cli("doctor", "--json").stdout) if row["name"] == "backups")

    assert told()["detail"] == "none made yet"
    archive = tmp_path / "elsewhere" / "a.tar.gz"
    assert cli("backup", str(archive)).code == 0
    assert (told()["state"], told()["detail"]) == ("ok", f"{archive}, 0 days old")
    archive.unlink()
    assert told()["state"] == "warning"
    note = project / ".botops/last-backup.json"
    note.write_text(json.dumps({"path": str(project), "at": "2020-01-01T00:00:00+00:00"}))
    assert told()["state"] == "warning"
    note.write_text("broken")
    assert told()["detail"] == "none made yet"
