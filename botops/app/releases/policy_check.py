"""Names in the release policy that mean nothing: a rule for a misspelt prompt would protect none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.app.evals.suite_files import usable_suites
from botops.app.releases.team import role_ids
from botops.config.wording import suggestion

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from botops.config import Settings
    from botops.config.release_policy import OwnRule, ReleaseRule


def policy_faults(settings: Settings, prompts: Collection[str]) -> Iterator[str]:
    """What the section `releases` names that is not there: prompts, suites of `evals/suites`, roles of the team's file.

    Raises UserError when the team's file cannot be read.
    """
    releases = settings.releases
    own = {f"prompts.{name}": rule for name, rule in releases.prompts.items()}
    for name in sorted(releases.prompts.keys() - set(prompts)):
        yield f"releases.prompts.{name}: there is no such prompt{suggestion(name, sorted(prompts))}"
    suites, roles = sorted(usable_suites(settings)), sorted(role_ids(settings))
    rules: dict[str, ReleaseRule | OwnRule] = {"": releases, **own, "pricebook": releases.pricebook}
    for place, rule in rules.items():
        at = ".".join(part for part in ("releases", place) if part)
        named = rule.require_green_eval if isinstance(rule.require_green_eval, tuple) else ()
        for suite in sorted(set(named) - set(suites)):
            yield f"{at}.require_green_eval: there is no suite `{suite}`{suggestion(suite, suites)}"
        for role in sorted(set(rule.approvers or ()) - set(roles)):
            yield f"{at}.approvers: there is no role `{role}`{suggestion(role, roles)}"
