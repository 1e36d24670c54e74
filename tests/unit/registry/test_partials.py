import json
import shutil
import time

import pytest

from botops.domain.errors import NotFoundError, UserError
from botops.registry import lint
from botops.registry.sharing import adopt, shared_texts

POLICY = """\
description: Что можно обещать
owner: head_of_sales
purpose: Одно правило для всех промптов
text: |
  Правила компании {{ company }}:
  скидок сверх прайса не бывает.
"""


def including(good, ref="policy@1", tag=None):
    tag = tag or f'{{% include "{ref}" %}}'
    return good.replace("      {{ price_table }}\n", f"      {tag}\n      {{{{ price_table }}}}\n")


@pytest.fixture
def shared(house, good):
    """`sales` and `support` live, both including `policy@1`."""
    house.write("_partials/policy/1.yaml", POLICY)
    for name in ("sales", "support"):
        house.write(f"{name}/1.yaml", including(good))
        house.publish(name, 1)
    return house


def test_a_shared_text_stands_where_it_is_included(shared):
    assert "менеджеру.\nПравила компании Тұлпар Тех:\nскидок сверх прайса не бывает.\nТариф А" in shared.say()
    assert shared.registry.names() == ("sales", "support")
    assert shared.registry.state().healthy


def test_it_sees_the_prompts_variables_and_not_what_the_text_around_has_set(house, good):
    house.write("_partials/greet/1.yaml", 'owner: a\npurpose: b\ntext: "Привет, {{ client_name }}!"\n')
    house.write("sales/1.yaml", good.replace("Обращение: ", '{% set company = "Другая" %}{% include "greet@1" %} '))
    house.publish("sales", 1)
    assert "Привет, Ержан! Ержан" in house.say(client_name="Ержан")
    house.write("_partials/loop/1.yaml", 'owner: a\npurpose: b\ntext: "{{ item }}"\n')
    house.write("sales/2.yaml", good.replace("Обращение: ", '{% for item in [1] %}{% include "loop@1" %}{% endfor %}'))
    with pytest.raises(UserError) as caught:
        house.registry.version("sales", 2)
    (problem,) = caught.value.problems
    assert problem.file.endswith("_partials/loop/1.yaml")
    assert (problem.line, problem.column, problem.rule) == (3, 11, "unknown-variable")
    assert "sales@2" in problem.message


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ('{% include "policy" %}', 'write "policy@2", the newest'),
        ('{% include "policy@7" %}', "the newest version of it is policy@2"),
        ('{% include "polcy@1" %}', "did you mean policy@2?"),
        ('{% include "../sales/1" %}', "there is no shared text"),
        ('{% include "policy@1" ignore missing %}', "an include names one shared text"),
        ("{% include company %}", "an include names one shared text"),
        ('{% include ["policy@1"] %}', "an include names one shared text"),
    ],
)
def test_an_include_that_cannot_be_is_refused_at_its_tag(house, good, tag, said):
    for number in (1, 2):
        house.write(f"_partials/policy/{number}.yaml", POLICY)
    house.write("sales/1.yaml", including(good, tag=tag))
    with pytest.raises(UserError) as caught:
        house.registry.version("sales", 1)
    (problem,) = caught.value.problems
    assert said in problem.message
    assert problem.file.endswith("sales/1.yaml")
    assert problem.line == 15


def test_faults_point_into_the_shared_text_and_name_the_prompt(house, good):
    house.write("_partials/policy/1.yaml", POLICY.replace("{{ company }}", "{{ company"))
    house.write("_partials/rate/1.yaml", "owner: a\npurpose: b\ntext: |\n  курс\n  {{ 1 / rate }}\n")
    house.write("sales/1.yaml", including(good))
    rated = good.replace("variables:\n", "variables:\n  rate: {type: number, default: 0}\n")
    house.write("sales/2.yaml", including(rated, "rate@1"))
    with pytest.raises(UserError) as broken:
        house.registry.version("sales", 1)
    with pytest.raises(UserError) as failed:
        house.registry.version("sales", 2).render({"company": "x", "price_table": "y"})
    for caught, file, line in ((broken, "policy/1.yaml", 5), (failed, "rate/1.yaml", 5)):
        (problem,) = caught.value.problems
        assert problem.file.endswith(file)
        assert problem.line == line
        assert "sales@" in problem.message


def nested(house, count):
    house.write("_partials/t1/1.yaml", 'owner: a\npurpose: b\ntext: "дно"\n')
    for level in range(2, count + 1):
        house.write(
            f"_partials/t{level}/1.yaml",
            f"owner: a\npurpose: b\ntext: '{level} {{% include \"t{level - 1}@1\" %}}'\n",
        )


def test_shared_texts_may_include_each_other_to_a_depth(house, good):
    nested(house, 4)
    house.write("sales/1.yaml", including(good, "t3@1"))
    house.publish("sales", 1)
    assert "3 2 дно" in house.say()
    house.write("sales/2.yaml", including(good, "t4@1"))
    with pytest.raises(UserError, match="more than 3"):
        house.registry.version("sales", 2)


def test_circles_are_refused(house, good):
    house.write("_partials/a/1.yaml", "owner: a\npurpose: b\ntext: '{% include \"b@1\" %}'\n")
    house.write("_partials/b/1.yaml", "owner: a\npurpose: b\ntext: '{% include \"a@1\" %}'\n")
    house.write("_partials/c/1.yaml", "owner: a\npurpose: b\ntext: '{% include \"c@1\" %}'\n")
    for number, ref in ((1, "a@1"), (2, "c@1")):
        house.write(f"sales/{number}.yaml", including(good, ref))
        with pytest.raises(UserError, match="in a circle"):
            house.registry.version("sales", number)


def test_limits_hold_for_a_text_and_what_it_includes_together(house, good):
    house.write("_partials/tags/1.yaml", f"owner: a\npurpose: b\ntext: '{'{{ company }}' * 500}'\n")
    house.write("_partials/many/1.yaml", "owner: a\npurpose: b\ntext: '" + '{% include "tags@1" %}' * 20 + "'\n")
    house.write(
        "_partials/loops/1.yaml",
        "owner: a\npurpose: b\ntext: '{% for a in [1] %}{% for b in [1] %}x{% endfor %}{% endfor %}'\n",
    )
    house.write("_partials/long/1.yaml", f"owner: a\npurpose: b\ntext: {'x' * 150_000}\n")
    for ref, tag, said in (
        ("many@1", None, "words and signs"),
        ("", '{% for a in [1] %}{% include "loops@1" %}{% endfor %}', "loops inside one another"),
    ):
        house.write("sales/draft.yaml", including(good, ref, tag))
        with pytest.raises(UserError, match=said):
            house.registry.draft("sales")
    house.write("sales/1.yaml", including(good, tag='{% include "long@1" %}{% include "long@1" %}'))
    house.publish("sales", 1)
    with pytest.raises(UserError, match="grows beyond"):
        house.say()


def test_publishing_records_them_and_a_changed_one_is_refused_and_named(shared, good):
    release = shared.registry.release("sales")
    (checksum,) = release.spec.partials.values()
    assert release.spec.partials == {"policy@1": checksum}
    said = shared.say()
    shared.write("_partials/policy/1.yaml", POLICY.replace("не бывает", "бывает"))
    assert shared.say() == said
    state = shared.registry.state()
    assert state.stale == ("sales", "support")
    named = [p for p in state.problems if p.rule == "partial-changed"]
    assert {p.file.endswith("_partials/policy/1.yaml") for p in named} == {True}
    assert any("sales@1" in p.message and checksum in p.message for p in named)
    shared.write("sales/2.yaml", including(good, "policy@1"))
    with pytest.raises(UserError, match="a shared text was changed"):
        shared.publish("sales", 2)


def test_a_prompt_cannot_be_published_with_a_text_changed_after_another_was(shared, good):
    shared.write("_partials/policy/1.yaml", POLICY.replace("не бывает", "бывает"))
    shared.write("third/1.yaml", including(good))
    with pytest.raises(UserError, match="a shared text was changed"):
        shared.publish("third", 1)


@pytest.mark.parametrize("harm", ["broken", "gone"])
def test_a_broken_or_missing_shared_text_stops_no_serving_even_over_a_restart(shared, harm):
    shared.restarted()
    said = shared.say()
    if harm == "broken":
        shared.write("_partials/policy/1.yaml", "text: [")
    else:
        shutil.rmtree(shared.root / "_partials" / "policy")
        shared.clock.seconds += 1
    assert shared.say() == said
    shared.restarted()
    assert shared.say() == said
    assert shared.registry.state().stale == ("sales", "support")
    shared.write("_partials/policy/1.yaml", POLICY)
    assert shared.registry.state().healthy
    assert not shared.registry.assign("sales", "x").stale


def test_the_text_checksum_covers_what_is_included(shared, good):
    version = shared.registry.version("sales", 1)
    assert version.text_checksum != version.ref.checksum
    shared.write("plain/1.yaml", good)
    plain = shared.registry.version("plain", 1)
    assert plain.text_checksum == plain.ref.checksum


def test_a_new_text_written_in_the_folder_is_seen(shared, good):
    shared.write("_partials/policy/2.yaml", POLICY.replace("не бывает", "нет"))
    shared.write("sales/2.yaml", including(good, "policy@2"))
    shared.publish("sales", 2)
    assert "скидок сверх прайса нет." in shared.say()
    assert set(shared.registry.release("sales").spec.partials) == {"policy@1", "policy@2"}


def test_new_versions_are_written_once(shared):
    assert shared.registry.new_partial("policy", POLICY + "# 2\n").ref == "policy@2"
    assert shared.registry.new_partial("tone", POLICY).ref == "tone@1"
    with pytest.raises(UserError, match=r"3\.yaml:2:1"):
        shared.registry.new_partial("policy", "text: [")
    with pytest.raises(UserError, match="no prompt name"):
        shared.registry.new_partial("../x", POLICY)
    assert sorted(p.name for p in (shared.root / "_partials" / "policy").iterdir()) == ["1.yaml", "2.yaml"]


def test_lint_tells_older_includes_unused_texts_and_who_owns_none(shared):
    shared.write("_partials/policy/2.yaml", POLICY.replace("owner: head_of_sales\n", ""))
    shared.write("_partials/orphan/1.yaml", POLICY + "  password: hunter2hunter2\n")
    problems = lint(shared.registry, shared.at.date())
    found = {(p.rule, p.file.removeprefix(f"{shared.root}/"), p.line) for p in problems}
    assert ("older-partial", "sales/1.yaml", 15) in found
    assert ("older-partial", "support/1.yaml", 15) in found
    assert ("no-owner", "_partials/policy/2.yaml", 1) in found
    assert ("unused-partial", "_partials/orphan/1.yaml", 4) in found
    assert ("secret", "_partials/orphan/1.yaml", 7) in found
    assert {p.file for p in lint(shared.registry, shared.at.date(), names=("sales",))} == {
        str(shared.root / "sales" / "1.yaml")
    }


def test_users_are_told(shared):
    shared.write("_partials/policy/2.yaml", POLICY)
    first, second = shared_texts(shared.registry)
    assert (first.partial.ref, first.newest, first.users) == ("policy@1", False, ("sales@1", "support@1"))
    assert (second.partial.ref, second.newest, second.users) == ("policy@2", True, ())


def test_adopting_writes_drafts_and_never_over_one(shared):
    shared.write("_partials/policy/2.yaml", POLICY)
    shared.write("support/draft.yaml", "mine: kept\n")
    sales, support = adopt(shared.registry, "policy@2")
    assert (sales.prompt, sales.written) == ("sales", True)
    assert not support.written
    assert "draft" in support.note
    assert list(shared.registry.draft("sales").partials) == ["policy@2"]
    assert (shared.root / "support" / "draft.yaml").read_text() == "mine: kept\n"
    with pytest.raises(NotFoundError, match="the newest are policy@2"):
        adopt(shared.registry, "policy@9")


def test_adopting_writes_over_a_draft_that_lives_on_as_a_version(shared):
    shared.write("_partials/policy/2.yaml", POLICY)
    shared.write("support/draft.yaml", (shared.root / "support" / "1.yaml").read_text("utf-8"))
    assert all(one.written for one in adopt(shared.registry, "policy@2"))
    assert list(shared.registry.draft("support").partials) == ["policy@2"]


def test_adopting_tells_of_variables_the_prompt_lacks_and_of_texts_between(shared, good):
    shared.write("_partials/frame/1.yaml", "owner: a\npurpose: b\ntext: '{% include \"policy@1\" %}'\n")
    shared.write("third/1.yaml", including(good, "frame@1"))
    shared.publish("third", 1)
    shared.write("_partials/policy/2.yaml", POLICY.replace("{{ company }}", "{{ limit }}"))
    results = {r.prompt: r for r in adopt(shared.registry, "policy@2")}
    assert results["sales"].written
    assert results["sales"].problems[0].rule == "unknown-variable"
    assert not results["third"].written
    assert "frame@1" in results["third"].note


def test_hostile_folders_are_told_and_harm_nothing(shared, good, tmp_path):
    (shared.root / "_partials" / "link").symlink_to(tmp_path)
    shared.write("_partials/Bad Name/1.yaml", POLICY)
    shared.write("_partials/policy/draft.yaml", POLICY)
    shared.write("_partials/policy/2.yaml", "- x\n")
    rules = {p.rule for p in shared.registry.state().problems}
    assert {"symlink", "bad-name", "unknown-file", "wrong-value"} <= rules
    assert "Правила" in shared.say()


def test_a_snapshot_kept_before_there_were_shared_texts_is_read(shop):
    shop.restarted()
    said = shop.say()
    kept = shop.state_dir / "prompts" / "sales.json"
    data = json.loads(kept.read_text())
    data.pop("partials")
    data.pop("partial_pins")
    kept.write_text(json.dumps(data))
    shop.write("sales/release.yaml", "live: [")
    shop.restarted()
    assert shop.say() == said


def test_two_writers_of_the_same_version_do_not_lose_a_text(shared):
    other = shared.root / "_partials" / "policy"
    before = shared.registry.partials()
    assert before.newest["policy"] == 1
    (other / "2.yaml").write_text(POLICY)
    assert shared.registry.new_partial("policy", POLICY).ref == "policy@3"


def test_includes_cost_little_to_render(shared):
    version = shared.registry.version("sales", 1)
    values = {"company": "x", "price_table": "y" * 3000}
    began = time.perf_counter()
    for _ in range(1000):
        version.render(values)
    assert time.perf_counter() - began < 1
