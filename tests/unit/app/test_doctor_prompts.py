"""What the doctor says of prompt files."""

from botops.app.doctor import examine


def checks(desk):
    return {check.name: check for check in examine(desk.root)}


def test_a_draft_with_faults_is_named_and_nothing_is_bad(desk):
    assert "drafts" not in checks(desk)
    (desk.root / "prompts/sales/draft.yaml").write_text("messages: [", "utf-8")
    found = checks(desk)
    assert found["prompts"].state == "ok"
    assert found["drafts"].state == "warning"
    assert "prompts/sales/draft.yaml:2:1" in found["drafts"].detail


def test_a_version_with_faults_is_bad(desk):
    (desk.root / "prompts/sales/3.yaml").write_text("messages: [", "utf-8")
    found = checks(desk)
    assert found["prompts"].state == "error"
    assert "drafts" not in found
