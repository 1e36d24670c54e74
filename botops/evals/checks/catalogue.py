"""All checks by id: the built-in ones and those of installed plug-ins, registered in the same way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points

from botops.domain.errors import UserError
from botops.evals.checks import claims, code, conduct, form, graded, limits, texts
from botops.evals.checks.base import Check

PLUGINS = "botops.checks"
"""The group of entry points under which a package offers a list of checks."""


class Catalogue:
    """Checks by id, in the order they were added."""

    def __init__(self, checks: Iterable[Check] = ()) -> None:
        self._checks: dict[str, Check] = {}
        for check in checks:
            self.add(check)

    def add(self, check: Check) -> None:
        """Takes a check in. Raises UserError when its id is taken or its samples do not show both outcomes."""
        if check.id in self._checks:
            raise UserError(f"two checks have the id {check.id}: rename one of them")
        if {sample.holds for sample in check.samples} != {True, False}:
            raise UserError(f"the check {check.id} needs samples of both outcomes: one that holds, one that does not")
        self._checks[check.id] = check

    def __iter__(self) -> Iterator[Check]:
        return iter(self._checks.values())

    def __getitem__(self, check_id: str) -> Check:
        return self._checks[check_id]

    def ids(self) -> tuple[str, ...]:
        """Every id."""
        return tuple(self._checks)


def built_in() -> Catalogue:
    """The checks that come with botops."""
    return Catalogue(
        check for module in (claims, texts, form, conduct, limits, graded, code) for check in module.CHECKS
    )


def installed() -> Catalogue:
    """The built-in checks and those of installed plug-ins. Raises UserError for a plug-in that cannot be used."""
    catalogue = built_in()
    for point in entry_points(group=PLUGINS):
        offered = point.load()
        if not isinstance(offered, list | tuple) or not all(isinstance(check, Check) for check in offered):
            raise UserError(f"the plug-in {point.value} offers no list of botops checks: mend or uninstall it")
        for check in offered:
            catalogue.add(check)
    return catalogue
