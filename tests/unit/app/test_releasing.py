"""Publishing and rolling back: policy, compare-and-swap, the audit log."""

import pytest

from botops.app.releases import auditing, proposing, releasing
from botops.app.releases.readiness import refuse_unready
from botops.config import load_settings
from botops.domain.errors import ConflictError, NotFoundError, UserError
from botops.domain.releases import Deed
from botops.registry import ReleaseAction, Split, Variant


def test_a_company_of_one_publishes_and_goes_back_without_asking(desk):
    desk.publish(2)
    release = releasing.rollback(desk.container, "sales", by="Айгерим", reason="жалобы")
    assert release.live == 1
    assert desk.log() == [(Deed.ROLLBACK, "1"), (Deed.PUBLISH, "2"), (Deed.PUBLISH, "1")]


def test_the_log_says_who_when_why_and_of_which_text(desk):
    release = desk.publish(2)
    entry = desk.container.store.audit.entries("prompt:sales")[0]
    assert (entry.by, entry.reason, entry.version) == ("Айгерим", "проверено", "2")
    assert entry.checksum == release.spec.checksums[2]
    assert entry.at == release.spec.approvals[-1].at
    assert "reconciled" not in entry.detail


def test_a_step_the_log_lacks_is_shown_at_once_and_added_at_the_next_look(desk):
    # What a process killed between the file and the log leaves behind: the registry wrote, nobody logged.
    desk.container.registry.publish("sales", 2, by="Дана", reason="из git", at=desk.clock.now())
    shown = auditing.entries(desk.container.settings, desk.container.registry, desk.container.store, "prompt:sales")[0]
    assert (shown.by, shown.detail["reconciled"]) == ("Дана", True)
    assert desk.container.store.audit.entries("prompt:sales")[0].by == "Айгерим"
    assert [e.by for e in auditing.reconcile(desk.container)] == ["Дана"]
    assert auditing.reconcile(desk.container) == ()
    assert desk.container.store.audit.entries("prompt:sales")[0] == shown


def test_the_next_publication_adds_what_the_log_lacks(desk):
    desk.container.registry.publish("sales", 2, by="Дана", reason="из git", at=desk.clock.now())
    releasing.rollback(desk.container, "sales", by="Айгерим", reason="жалобы")
    kept = desk.container.store.audit.entries("prompt:sales")
    assert [(e.by, "reconciled" in e.detail) for e in kept] == [("Айгерим", False), ("Дана", True), ("Айгерим", False)]


def test_without_a_store_the_release_files_are_the_log(desk):
    assert [e.deed for e in auditing.entries(desk.container.settings, desk.container.registry, None)] == [Deed.PUBLISH]


def test_who_saw_an_older_release_gets_both_texts(desk):
    seen = desk.container.registry.release("sales").checksum
    desk.write(3, "Говорите весело.")
    desk.publish(3, by="Дана")
    with pytest.raises(ConflictError, match=r"sales@3 is live: publish by Дана.*проверено") as caught:
        desk.publish(2, expected=seen)
    assert "весело" in caught.value.theirs
    assert "коротко" in caught.value.yours
    with pytest.raises(ConflictError, match="live already"):
        desk.publish(3)


def test_rolling_back_goes_only_to_what_was_live(desk):
    with pytest.raises(UserError, match=r"sales@2 was never live.*botops prompts publish sales@2"):
        releasing.rollback(desk.container, "sales", by="Айгерим", reason="жалобы", to=2)
    with pytest.raises(NotFoundError):
        releasing.rollback(desk.container, "nosuch", by="Айгерим", reason="жалобы")


def test_a_draft_that_lives_on_as_a_version_may_be_written_over_by_anybody(desk):
    releasing.save_draft(desk.container, "sales", desk.text("Говорите весело."), by="Айгерим")
    releasing.new_version(desk.container, "sales", by="Айгерим", reason="готово")
    releasing.save_draft(desk.container, "sales", desk.text("Говорите грустно."), by="Дана")
    with pytest.raises(ConflictError, match="somebody else's work"):
        releasing.save_draft(desk.container, "sales", desk.text("Говорите тихо."), by="Айгерим")


@pytest.mark.parametrize(
    ("by", "reason", "said"),
    [
        ("", "почему", "who does it is missing"),
        ("\u200b \u2060", "почему", "who does it is missing"),
        ("Айгерим", " \n", "the reason is missing"),
        ("Айгерим", "цвет \x1b[31m", r"control character \(U\+001B\)"),
        ("Айгерим\u202eнимаД", "почему", r"U\+202E"),
        ("Айгерим", "\ud800", r"U\+D800"),
        ("А" * 201, "почему", "at most 200"),
        ("Айгерим", "а" * 2001, "at most 2000"),
    ],
)
def test_names_and_reasons_that_no_log_should_hold(desk, by, reason, said):
    with pytest.raises(UserError, match=said):
        releasing.publish(desk.container, "sales", 2, by=by, reason=reason)
    assert desk.container.registry.release("sales").live == 1


def test_a_hostile_but_honest_reason_is_kept_whole(desk):
    reason = 'live: 99\n- {by: "x"} # ${jndi} <script>alert(1)</script> {{ company }}'
    releasing.publish(desk.container, "sales", 2, by="live: 7", reason=reason)
    last = desk.container.registry.candidate_release("sales").spec.approvals[-1]
    assert (last.by, last.reason) == ("live: 7", reason)
    assert desk.container.registry.release("sales").live == 2


def test_where_approval_is_asked_for_a_new_text_is_refused_with_the_next_step(desk):
    desk.policy("releases: {approval: second_person}")
    with pytest.raises(UserError, match="botops prompts propose sales@2"):
        desk.publish(2)
    with pytest.raises(UserError, match="botops prompts propose sales@2"):
        refuse_unready(desk.container, "sales", 2)
    assert refuse_unready(desk.container, "sales", 1).released


def test_a_split_is_not_a_way_around_the_policy(desk):
    halves = Split(experiment="tone", variants=(Variant(version=1, weight=5000), Variant(version=2, weight=5000)))
    desk.policy("releases: {approval: second_person}")
    with pytest.raises(UserError, match="second person"):
        releasing.change_split(desk.container, "sales", halves, by="Айгерим", reason="проба")
    desk.policy("releases: {approval: second_person, prompts: {sales: {approval: none}}}")
    releasing.change_split(desk.container, "sales", halves, by="Айгерим", reason="проба")
    assert desk.log()[0] == (Deed.SPLIT, "1")
    desk.policy("releases: {approval: second_person}")
    release = desk.publish(2, end_split=True)
    assert [a.action for a in release.spec.approvals][-2:] == [ReleaseAction.SPLIT, ReleaseAction.PUBLISH]


def test_drafts_are_not_written_over_by_accident(desk):
    save = releasing.save_draft
    first = save(desk.container, "sales", "черновик", by="Айгерим")
    second = save(desk.container, "sales", "черновик 2", by="  айгерим ")
    with pytest.raises(ConflictError) as caught:
        save(desk.container, "sales", "мой черновик", by="Дана")
    assert (caught.value.theirs, caught.value.yours) == ("черновик 2", "мой черновик")
    with pytest.raises(ConflictError, match="changed meanwhile") as caught:
        save(desk.container, "sales", "мой черновик", by="Дана", expected=first)
    assert (caught.value.theirs, caught.value.yours) == ("черновик 2", "мой черновик")
    save(desk.container, "sales", "мой черновик", by="Дана", expected=second)
    desk.write(0, "Правка в редакторе.")
    with pytest.raises(ConflictError, match="edited by hand"):
        save(desk.container, "sales", "мой черновик 2", by="Дана")


def test_a_version_is_made_of_the_draft_that_was_seen(desk):
    seen = releasing.save_draft(desk.container, "sales", desk.text("Говорите весело."), by="Айгерим")
    releasing.save_draft(desk.container, "sales", desk.text("Говорите грустно."), by="Айгерим")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        releasing.new_version(desk.container, "sales", by="Дана", reason="готово", expected=seen)
    made = releasing.new_version(desk.container, "sales", by="Дана", reason="готово")
    assert made.ref.version == 3
    assert releasing.authors(desk.container, "prompt:sales", made.ref.checksum) == ("Айгерим",)
    with pytest.raises(ConflictError) as caught:
        releasing.new_version(desk.container, "sales", desk.text("Иначе."), by="Дана", reason="готово", number=3)
    assert "грустно" in caught.value.theirs
    assert "Иначе" in caught.value.yours


@pytest.mark.parametrize(
    ("policy", "place"),
    [
        ("releases: {approval: two}", "botops.yaml:2:22: releases.approval"),
        ("releases: {require_green_eval: maybe}", "botops.yaml:2:32: releases.require_green_eval"),
        ("releases: {prompts: {sales: {aproval: none}}}", "botops.yaml:2:30: releases.prompts.sales.aproval"),
    ],
)
def test_a_policy_with_faults_says_where(tmp_path, policy, place):
    (tmp_path / "botops.yaml").write_text(f"# policy\n{policy}\n", "utf-8")
    with pytest.raises(UserError) as caught:
        load_settings(tmp_path / "botops.yaml")
    assert place in str(caught.value)


def test_a_release_file_stays_small_and_the_log_keeps_every_step(desk):
    began = Split(experiment="tone", variants=(Variant(version=1, weight=5000), Variant(version=2, weight=5000)))
    releasing.change_split(desk.container, "sales", began, by="Айгерим", reason="проба")
    releasing.rollback(desk.container, "sales", by="Айгерим", reason="хватит")
    for number in range(110):
        desk.publish(2 - number % 2, by=f"Айгерим {number}")
    steps = desk.container.registry.candidate_release("sales").spec.approvals
    assert len(steps) == 101
    assert (steps[0].action, steps[-1].by) == (ReleaseAction.SPLIT, "Айгерим 109")
    log = desk.container.store.audit.entries("prompt:sales", most=1000)
    assert len(log) == 113
    assert not any("reconciled" in entry.detail for entry in log)
    with pytest.raises(UserError, match="begin phase 2"):
        releasing.change_split(desk.container, "sales", began, by="Айгерим", reason="проба")
    assert releasing.rollback(desk.container, "sales", by="Айгерим", reason="жалобы").live == 2


def test_long_reasons_do_not_fill_a_release_file(desk):
    for number in range(30):
        releasing.publish(desk.container, "sales", 2 - number % 2, by="Айгерим", reason="я" * 2000)
    file = desk.root / "prompts/sales/release.yaml"
    assert file.stat().st_size < 100_000


def test_steps_from_elsewhere_are_logged_before_they_leave_the_file(desk):
    for number in range(99):
        desk.container.registry.publish("sales", 2 - number % 2, by="Дана", reason="из git", at=desk.clock.now())
    for version in (1, 2, 1):
        desk.publish(version)
    assert len(desk.container.store.audit.entries("prompt:sales", most=1000)) == 103


def test_a_shared_text_changed_after_the_approval_is_another_text(desk):
    policy = "releases: {approval: second_person}"
    shared = desk.root / "prompts/_partials/rules"
    shared.mkdir(parents=True)
    (shared / "1.yaml").write_text("text: Скидок нет.\n", "utf-8")
    desk.write(3, "{{% include 'rules@1' %}}".replace("{{%", "{%").replace("%}}", "%}"))
    desk.policy(policy)
    proposal = proposing.propose(desk.container, "sales", 3, by="Айгерим", reason="правила")
    proposing.approve(desk.container, proposal.id, by="Дана", reason="да")
    (shared / "1.yaml").write_text("text: Скидка всем 90 %.\n", "utf-8")
    with pytest.raises(UserError, match="propose sales@3"):
        desk.publish(3)
    (shared / "1.yaml").write_text("text: Скидок нет.\n", "utf-8")
    assert desk.publish(3).live == 3
