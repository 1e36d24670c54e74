"""Who answers for what: the team's file against everything that should have an owner."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from botops.app.container import Container
from botops.app.owners import Lack, Thing, owners
from botops.config import Secrets, load_settings
from botops.domain.errors import UserError
from botops.domain.findings import FindingKind
from botops.domain.releases import AuditEntry, Deed
from botops.domain.reviews import ClaimException

FILES = ("botops.yaml", "team.yaml", "prompts", "pricebook")


@pytest.fixture
def project(tmp_path):
    repository = Path(__file__).parents[3]
    for name in FILES:
        source = repository / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    return tmp_path


def _found(folder, *overrides):
    settings = load_settings(folder / "botops.yaml", overrides=overrides)
    with Container.open(settings, Secrets(), role="writer") as container:
        return owners(container)


def _lacks(found):
    return {(one.thing, one.name): one.lack for one in found.lacking}


def test_everything_of_the_demo_company_has_an_owner(project):
    found = _found(project)
    assert found.lacking == ()
    assert [role.id for role in found.roles][:2] == ["sales", "head_of_sales"]
    assert {one.name for one in found.things if one.thing is Thing.AREA} == {"replies", "data", "service", "sales"}
    assert ("sales_enablement", Thing.PROMPT) in {(one.role, one.thing) for one in found.things}
    assert found.counts()[Thing.PROMPT, "sales_enablement"] >= 1
    role = next(role for role in found.roles if role.id == "head_of_sales")
    assert role.contacts == {"email": "head@aina-kassa.example"}
    assert role.duties


def test_an_area_nobody_answers_for_and_a_role_that_is_not_there(project):
    team = (project / "team.yaml").read_text(encoding="utf-8")
    team = team.replace("  replies: sales_enablement\n", "").replace("data: head_of_sales", "data: pricing")
    (project / "team.yaml").write_text(team, encoding="utf-8")
    lacks = _lacks(_found(project))
    assert lacks[Thing.AREA, "replies"] is Lack.NOBODY
    assert lacks[Thing.AREA, "data"] is Lack.UNKNOWN
    assert lacks[Thing.PRICE_BOOK, ""] is Lack.UNKNOWN
    assert (Thing.AREA, "service") not in lacks


def test_a_role_without_people_contacts_or_channel_cannot_be_reached(project):
    team = (
        (project / "team.yaml")
        .read_text(encoding="utf-8")
        .replace("    contacts: {email: ops@aina-kassa.example}\n", "")
    )
    (project / "team.yaml").write_text(team, encoding="utf-8")
    assert _lacks(_found(project))[Thing.AREA, "service"] is Lack.UNREACHABLE
    team = team.replace("  ai_ops:\n", "  ai_ops:\n    people: [Марат]\n")
    (project / "team.yaml").write_text(team, encoding="utf-8")
    assert (Thing.AREA, "service") not in _lacks(_found(project))


def test_a_prompt_may_name_a_person_of_a_role(project):
    team = (project / "team.yaml").read_text(encoding="utf-8")
    (project / "team.yaml").write_text(team.replace("  support_lead:\n", "  support_lead:\n    people: [Айгерим]\n", 1))
    version = next((project / "prompts" / "sales").glob("1.yaml"))
    draft = version.read_text(encoding="utf-8").replace("owner: sales_enablement", "owner: айгерим")
    folder = project / "prompts" / "hello"
    folder.mkdir()
    (folder / "1.yaml").write_text(draft, encoding="utf-8")
    found = {one.name: one for one in _found(project).things if one.thing is Thing.PROMPT}
    assert (found["hello"].role, found["hello"].lack) == ("support_lead", None)


def test_an_exception_of_a_role_that_left(project):
    settings = load_settings(project / "botops.yaml")
    with Container.open(settings, Secrets(), role="writer") as container:
        day = container.clock.now().date()
        for name, until in (("с вами", day + timedelta(days=9)), ("кончилось", day - timedelta(days=3))):
            made = ClaimException(name, name, FindingKind.TERMS, "marketing", "…", day - timedelta(days=9), until)
            entry = AuditEntry(name, container.clock.now(), "Болат", Deed.EXCEPT, f"exception:{name}", "…")
            container.store.reviews.add_exception(made, entry)
        lacks = _lacks(owners(container))
    assert lacks[Thing.EXCEPTION, "с вами"] is Lack.UNKNOWN
    assert (Thing.EXCEPTION, "кончилось") not in lacks


def test_no_file_leaves_everything_without_an_owner_and_a_broken_one_says_where(project):
    (project / "team.yaml").unlink()
    found = _found(project)
    assert found.roles == ()
    assert all(one.lack is not None for one in found.things)
    (project / "team.yaml").write_text("roles: [\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"team\.yaml:\d+:\d+"):
        _found(project)
