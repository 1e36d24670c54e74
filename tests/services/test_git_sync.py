"""Releases in git: real repositories, a bare remote, two clones."""

import json
import logging
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from botops.app.container import Container
from botops.app.doctor import examine
from botops.app.releases import releasing
from botops.app.releases.git_sync import pull, push, record_release, sync_status
from botops.app.scaffold import write_scaffold
from botops.config import Secrets, load_settings
from botops.domain.errors import ConflictError, OutsideError
from botops.registry import Split, Variant

TEXT = "owner: sales\npurpose: ответы\nmessages:\n  - role: system\n    content: {}\n"


@pytest.fixture(autouse=True)
def _nobody(monkeypatch):
    """A machine on which git knows no person and reads no configuration."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)


def git(folder, *arguments):
    who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"]
    done = subprocess.run(["git", *who, *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.rstrip("\n")


def settings_of(folder, *more):
    return load_settings(folder / "botops.yaml", required=True, overrides=("git.enabled=true", *more))


def publish(folder, version, *more, by="Асель", reason="тест"):
    with Container.open(settings_of(folder, *more), Secrets(), role="side") as container:
        return releasing.publish(container, "note", version, by=by, reason=reason)


def write(folder, version, text="Ответь кратко."):
    file = folder / f"prompts/note/{version}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(TEXT.format(text), "utf-8")
    return file


@pytest.fixture
def shared(tmp_path):
    """A bare remote and two clones of a repository, the project in its subfolder `bot`."""
    git(tmp_path, "init", "--bare", "--initial-branch=main", "remote.git")
    first = tmp_path / "first"
    git(tmp_path, "clone", "--quiet", "remote.git", "first")
    git(first, "switch", "--quiet", "-c", "main")
    write_scaffold(first / "bot")
    write(first / "bot", 1)
    git(first, "add", ".")
    git(first, "commit", "--quiet", "-m", "start")
    git(first, "push", "--quiet", "origin", "main")
    git(tmp_path, "clone", "--quiet", "remote.git", "second")
    return first / "bot", tmp_path / "second" / "bot"


def test_a_publish_is_a_commit_of_its_own_files_by_its_author(shared):
    first, _ = shared
    write(first, 2, "Новая")
    (first / "team.yaml").write_text("roles: {}\n")
    git(first, "add", "team.yaml")  # somebody else's work, staged
    (first / "other.txt").write_text("x")
    publish(first, 2, 'git.emails={"Асель": "assel@example.com"}', reason="# короче\nи теплее")
    assert git(first, "log", "-1", "--format=%an <%ae>|%cn <%ce>|%s|%b") == (
        "Асель <assel@example.com>|botops <noreply@botops.invalid>|note: publish, version 2|# короче\nи теплее"
    )
    files = git(first, "show", "--name-only", "--format=", "HEAD").splitlines()
    assert sorted(files) == ["bot/prompts/note/2.yaml", "bot/prompts/note/release.yaml"]
    assert git(first, "status", "--porcelain").splitlines() == ["M  bot/team.yaml", "?? bot/other.txt"]


def test_rollbacks_and_splits_are_commits_too(shared):
    first, _ = shared
    write(first, 2)
    publish(first, 1)
    publish(first, 2)
    with Container.open(settings_of(first), Secrets(), role="side") as container:
        split = Split(experiment="e", variants=(Variant(version=1, weight=5000), Variant(version=2, weight=5000)))
        releasing.change_split(container, "note", split, by="Асель", reason="проба")
        releasing.rollback(container, "note", by="Ержан", reason="хуже")
    assert git(first, "log", "-4", "--format=%an: %s").splitlines() == [
        "Ержан: note: rollback, version 2", "Асель: note: split, version 2", "Асель: note: publish, version 2",
        "Асель: note: publish, version 1",
    ]  # fmt: skip


def test_two_clones_exchange_releases(shared):
    first, second = shared
    publish(first, 1, "git.push=true")
    status = sync_status(settings_of(second))
    assert (status.state, status.behind, status.theirs) == ("behind", 1, ("note: release",))
    assert not (second / "prompts/note/release.yaml").exists()
    assert pull(settings_of(second)).state == "current"
    write(second, 2)
    publish(second, 2)
    status = sync_status(settings_of(second))
    assert (status.state, status.ahead, status.ours) == ("ahead", 1, ("note: release", "note: version 2"))
    assert push(settings_of(second)).settled
    assert pull(settings_of(first)).state == "current"
    assert "live: 2" in (first / "prompts/note/release.yaml").read_text()


def test_sides_that_both_went_on_are_shown_and_left_alone(shared, botops):
    first, second = shared
    publish(first, 1, "git.push=true")
    write(second, 2)
    publish(second, 2)
    before = git(second, "rev-parse", "HEAD"), (second / "prompts/note/release.yaml").read_bytes()
    for deed in (push, pull):
        with pytest.raises(ConflictError):
            deed(settings_of(second))
    with pytest.raises(
        ConflictError, match=r"(?s)only here:  note: release, note: version 2.*both sides: note: release"
    ):
        pull(settings_of(second))
    assert (git(second, "rev-parse", "HEAD"), (second / "prompts/note/release.yaml").read_bytes()) == before
    (second / "botops.yaml").write_text(
        (second / "botops.yaml").read_text("utf-8") + "\ngit: {enabled: true}\n", "utf-8"
    )
    code, out, _ = botops(second, "prompts", "sync-status", "--json")
    assert code == 1
    assert json.loads(out)["state"] == "diverged"
    code, out, _ = botops(second, "prompts", "sync-status", "--offline")
    assert "both sides went on: 1 commits here, 1 on the remote" in out
    code, _, err = botops(second, "prompts", "pull")
    assert code == 2
    assert "git pull --no-rebase" in err


def test_a_push_that_fails_keeps_the_release_and_is_made_up_for(shared, caplog):
    first, _ = shared
    git(first, "remote", "set-url", "origin", "/nowhere/at/all.git")
    with caplog.at_level(logging.WARNING):
        release = publish(first, 1, "git.push=true")
    assert release.live == 1
    assert "not pushed" in caplog.text
    assert git(first, "log", "-1", "--format=%s") == "note: publish, version 1"
    status = sync_status(settings_of(first))
    assert (status.state, status.ahead) == ("ahead", 1)
    assert "cannot be reached" in status.trouble
    git(first, "remote", "set-url", "origin", str(first.parent.parent / "remote.git"))
    assert push(settings_of(first)).settled


def test_a_hook_that_refuses_keeps_the_step_waiting(shared):
    first, _ = shared
    hook = first.parent / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho не в пятницу >&2\nexit 1\n", "utf-8")
    hook.chmod(0o755)
    write(first, 2)
    publish(first, 2)
    status = sync_status(settings_of(first))
    assert status.waiting == ("note: publish, version 2",)
    assert status.uncommitted == ("bot/prompts/note/2.yaml", "bot/prompts/note/release.yaml")
    assert git(first, "diff", "--cached", "--name-only") == ""
    with pytest.raises(OutsideError, match="не в пятницу"):
        push(settings_of(first))
    hook.unlink()
    assert push(settings_of(first)).settled
    assert git(first, "log", "-1", "--format=%an: %s") == "Асель: note: publish, version 2"


def test_a_hook_that_hangs_is_ended(shared):
    first, _ = shared
    hook = first.parent / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\nsleep 60\n")
    hook.chmod(0o755)
    publish(first, 1, "git.timeout_s=1")
    assert sync_status(settings_of(first)).waiting
    hook.unlink()
    assert push(settings_of(first)).settled  # no lock was left behind


@pytest.mark.parametrize("by", ["--amend", "Злой <x@y> \x1b[2J", "a\nb", "-"])
def test_hostile_names_are_names(shared, by):
    first, _ = shared
    with Container.open(settings_of(first), Secrets(), role="side") as container:
        file = first / "prompts/note/1.yaml"
        file.write_text(TEXT.format("иначе"), "utf-8")
        done = record_release(container, [file], by, "--author=x\n$(touch /tmp/x)", what="-m\nx")
    assert done.commit == git(first, "rev-parse", "HEAD")
    author, subject = git(first, "log", "-1", "--format=%an|%s").split("|")
    assert author
    assert not set(author) & set("<>\n\x1b")
    assert subject == "-m x"
    assert git(first, "rev-list", "--count", "HEAD") == "2"


def test_strange_file_names_are_taken_as_they_are(shared):
    first, _ = shared
    folder = first / "prompts/note"
    names = ["-f", ":(top)x", "*.yaml", "ы \n.txt"]
    for name in names:
        (folder / name).write_text("x")
    with Container.open(settings_of(first), Secrets(), role="side") as container:
        done = record_release(container, [folder / name for name in names], "Асель", "тест")
        assert done.trouble is None
    files = git(first, "show", "--name-only", "-z", "--format=", "HEAD").strip("\0").split("\0")
    assert sorted(files) == sorted(f"bot/prompts/note/{name}" for name in names)


def test_files_outside_the_repository_are_left_out_and_hold_nothing_up(shared, tmp_path, caplog):
    first, _ = shared
    (tmp_path / "secret").write_text("x")
    with Container.open(settings_of(first), Secrets(), role="side") as container:
        done = record_release(container, [tmp_path / "secret"], "Асель", "тест")
    assert done.commit is None
    assert "outside the repository" in caplog.text
    assert not sync_status(settings_of(first)).waiting
    publish(first, 1)
    assert git(first, "log", "-1", "--format=%s") == "note: publish, version 1"


def test_a_pull_never_writes_over_an_edit(shared):
    first, second = shared
    write(first, 2, "их текст")
    publish(first, 2, "git.push=true")
    mine = write(second, 2, "мой текст")
    before = mine.read_bytes()
    with pytest.raises(OutsideError, match="would be overwritten"):
        pull(settings_of(second))
    assert mine.read_bytes() == before
    assert sync_status(settings_of(second)).state == "behind"


def test_a_pull_that_changes_a_published_version_is_refused(shared):
    first, second = shared
    publish(first, 1, "git.push=true")
    pull(settings_of(second))
    write(first, 1, "переписано")
    git(first, "commit", "--quiet", "-am", "rewrite")
    git(first, "push", "--quiet")
    with pytest.raises(ConflictError, match=r"bot/prompts/note/1\.yaml.*published"):
        pull(settings_of(second))
    assert "переписано" not in (second / "prompts/note/1.yaml").read_text("utf-8")


def test_steps_of_several_at_once_are_all_committed(shared):
    first, _ = shared
    files = [first / f"prompts/note/{n}.txt" for n in range(8)]
    for file in files:
        file.write_text(file.name)
    with Container.open(settings_of(first), Secrets(), role="side") as container, ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda file: record_release(container, [file], "Асель", "тест", what=file.name), files))
    assert all(one.trouble is None and one.commit for one in done)
    subjects = git(first, "log", "-8", "--format=%s").splitlines()
    assert sorted(subjects) == [file.name for file in files]
    assert not sync_status(settings_of(first)).waiting


def test_price_books_are_committed_and_guarded_too(shared, botops):
    first, second = shared
    (first / "botops.yaml").write_text((first / "botops.yaml").read_text("utf-8") + "\ngit: {enabled: true}\n", "utf-8")
    call = ("pricebook", "publish", "pricebook/demo.yaml", "--by", "Асель", "--reason", "ноябрь")
    code, _, err = botops(first, *call)
    assert code == 0, err
    assert git(first, "log", "-1", "--format=%an: %s").startswith("Асель: price book: publish, ")
    assert "bot/pricebook/release.yaml" in git(first, "show", "--name-only", "--format=", "HEAD").splitlines()
    assert push(settings_of(first)).settled
    status = sync_status(settings_of(second))
    assert "pricebook/release.yaml" in status.theirs
    pull(settings_of(second))
    live = next(p for p in (second / "pricebook").iterdir() if p.suffix == ".yaml" and p.name != "release.yaml")
    theirs = first / "pricebook" / live.name
    theirs.write_text(theirs.read_text("utf-8") + "# x\n", "utf-8")
    git(first, "commit", "--quiet", "-am", "edit")
    git(first, "push", "--quiet")
    with pytest.raises(ConflictError, match="published here"):
        pull(settings_of(second))


def test_the_wrong_branch_is_named(shared):
    first, _ = shared
    git(first, "switch", "--quiet", "-c", "idea")
    publish(first, 1, "git.branch=main")
    with pytest.raises(OutsideError, match="on the branch idea, releases go to main: git switch main"):
        push(settings_of(first, "git.branch=main"))
    git(first, "switch", "--quiet", "main")
    assert push(settings_of(first, "git.branch=main")).settled


def test_without_a_repository_or_a_program_it_is_said(project, monkeypatch, tmp_path):
    (project / "botops.yaml").write_text(
        (project / "botops.yaml").read_text("utf-8") + "\ngit: {enabled: true}\n", "utf-8"
    )
    (check,) = [c for c in examine(project) if c.name == "git"]
    assert check.state == "error"
    assert "git init" in check.detail
    monkeypatch.setenv("PATH", str(tmp_path))
    (check,) = [c for c in examine(project) if c.name == "git"]
    assert "not installed" in check.detail
    write(project, 1)
    assert publish(project, 1).live == 1


def test_switched_off_git_is_never_run(project, monkeypatch, botops, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not [c for c in examine(project) if c.name == "git"]
    code, out, _ = botops(project, "prompts", "sync-status")
    assert (code, out.splitlines()[0]) == (0, "git is not switched on")
    assert botops(project, "prompts", "push")[0] == 2
