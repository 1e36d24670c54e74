"""What must have happened before a prompt or a price book may go live: the section `releases` of the settings."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from botops.config.validation import Strict

Approval = Literal["none", "second_person"]
SuiteName = Annotated[str, Field(min_length=1, max_length=100)]
Role = Annotated[str, Field(min_length=1, max_length=100)]
PromptName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,99}$")]


class ReleaseRule(Strict):
    """What one thing needs. `approval: second_person`: somebody else than who proposed it and who wrote it says yes to
    the exact text; with `approvers`, somebody of these roles of `team.yaml`.

    `require_green_eval`: the exact text passed these suites, or (`true`) every suite of the project that tests it.
    """

    approval: Approval = "none"
    require_green_eval: StrictBool | tuple[SuiteName, ...] = False
    approvers: tuple[Role, ...] = ()

    @property
    def needs_approval(self) -> bool:
        """True when somebody else must say yes."""
        return self.approval == "second_person"


class OwnRule(Strict):
    """What differs for one prompt or for the price book; what is left out is as for all."""

    approval: Approval | None = None
    require_green_eval: StrictBool | tuple[SuiteName, ...] | None = None
    approvers: tuple[Role, ...] | None = None


class Releases(ReleaseRule):
    """What a release needs. By default nothing: a company of one can work. Evaluations are of prompts: a price book is
    never asked for one."""

    prompts: dict[PromptName, OwnRule] = Field(default_factory=dict)
    pricebook: OwnRule = OwnRule()

    def of_prompt(self, name: str) -> ReleaseRule:
        """What a version of this prompt needs to go live."""
        return self._with(self.prompts.get(name, OwnRule()))

    def of_pricebook(self) -> ReleaseRule:
        """What a price book needs to be in force."""
        return self._with(self.pricebook).model_copy(update={"require_green_eval": False})

    def _with(self, own: OwnRule) -> ReleaseRule:
        common = {name: getattr(self, name) for name in ReleaseRule.model_fields}
        differing = {name: value for name in common if (value := getattr(own, name)) is not None}
        return ReleaseRule(**{**common, **differing})
