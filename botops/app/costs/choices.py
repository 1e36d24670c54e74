"""What a plan can be tried with: the models and the versions of the prompt that are known here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botops.costs.public import public_table

if TYPE_CHECKING:
    from botops.app.container import Container

_PATTERN = frozenset("*?[")


def models_to_try(container: Container, present: str) -> tuple[str, ...]:
    """The present model, then those with a price of the company's own, then the others its maker sells."""
    own = [price.model for price in container.settings.costs.prices if not _PATTERN & set(price.model)]
    others = public_table().beside(present, container.clock.now())
    return tuple(dict.fromkeys([present, *own, *others]))


def versions_to_try(container: Container) -> tuple[str, ...]:
    """Versions of the prompt that serves, as `name@version`, the latest first; then its draft, when there is one."""
    name, registry = container.settings.prompt, container.registry
    if name not in registry.names():
        return ()
    numbers = sorted(registry.versions(name), reverse=True)
    draft = [f"{name}@draft"] if registry.has_draft(name) else []
    return (*(f"{name}@{number}" for number in numbers), *draft)
