"""What-ifs of a capacity plan: another model, another prompt, another share of cached input, other repairs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botops.app.costs.planning_inputs import Rests, prompt_tokens, scaled
from botops.costs.plan import CallShape, Input
from botops.domain.errors import UserError
from botops.domain.turns import Purpose
from botops.llm.estimate import encoding_name
from botops.registry.version import which_version

if TYPE_CHECKING:
    from botops.app.container import Container
    from botops.registry import PromptVersion


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What is tried: another `model`, another version of the `prompt` (NAME@VERSION or NAME@draft), the share of input
    tokens read from the provider's cache, and repairs for each turn. None leaves a thing as it is."""

    model: str | None = None
    prompt: str | None = None
    cached: float | None = None
    repairs: float | None = None

    @property
    def asked(self) -> bool:
        """True when anything is to be other than it is."""
        return any(each is not None for each in (self.model, self.prompt, self.cached, self.repairs))


def with_what_if(
    container: Container, found: Rests, live: PromptVersion | None, model: str, what_if: WhatIf
) -> tuple[Rests, str]:
    """The workload as it would be, and the model that would answer. Raises UserError for what cannot be."""
    changed = _Changed({shape.purpose: shape for shape in found.work.calls}, {i.name: i for i in found.inputs})
    name = what_if.model or model
    if what_if.prompt is not None:
        wanted = _version(container, what_if.prompt)
        if what_if.model is None and wanted.parameters.model and not container.bot.model.simulated:
            name = wanted.parameters.model
        before = 0.0 if live is None else prompt_tokens(container, live, model)
        changed.longer(round(prompt_tokens(container, wanted, model) - before), str(wanted.ref))
    if live is not None and encoding_name(name) != encoding_name(model):
        counts = [prompt_tokens(container, live, each) for each in (model, name)]
        changed.other_vocabulary(counts[1] / counts[0], f"{name}'s vocabulary, counted on the live prompt")
    elif name != model:
        changed.same_vocabulary(name, model)
    if what_if.cached is not None:
        changed.cached(what_if.cached)
    if what_if.repairs is not None:
        changed.repairs(what_if.repairs)
    work = replace(found.work, calls=tuple(changed.calls.values()))
    return Rests(work, tuple(changed.inputs.values())), name


@dataclass(slots=True)
class _Changed:
    """Calls and inputs while they are changed."""

    calls: dict[Purpose, CallShape]
    inputs: dict[str, Input]

    def longer(self, tokens: int, prompt: str) -> None:
        """Every call gets a prompt that is so many tokens longer; as much of it is cached as before."""
        for purpose, shape in self.calls.items():
            whole = max(0, shape.usage.input_tokens + tokens)
            share = whole / shape.usage.input_tokens if shape.usage.input_tokens else 1.0
            usage = replace(
                shape.usage,
                input_tokens=whole,
                cached_tokens=round(shape.usage.cached_tokens * share),
                cache_write_tokens=round(shape.usage.cache_write_tokens * share),
            )
            self.calls[purpose] = replace(shape, usage=usage)
        self._told("input_tokens", f"{prompt} has {tokens:+} tokens against the live prompt")

    def other_vocabulary(self, ratio: float, basis: str) -> None:
        """Every call needs another number of tokens for the same text."""
        for purpose, shape in self.calls.items():
            self.calls[purpose] = replace(shape, usage=scaled(shape.usage, ratio))
        self.inputs["vocabulary"] = Input("vocabulary", ratio, "times the tokens", "assumed", basis)
        for name in ("input_tokens", "output_tokens"):
            self._told(name, f"{ratio:.2f} times as many in the other vocabulary")

    def same_vocabulary(self, name: str, model: str) -> None:
        """Another model is taken to need as many tokens."""
        basis = f"{name} is taken to need as many tokens as {model}: no other vocabulary of it is known here"
        self.inputs["vocabulary"] = Input("vocabulary", 1.0, "times the tokens", "assumed", basis)

    def cached(self, share: float) -> None:
        """So much of every call's input is read from the provider's cache."""
        _must_be_share(share, "a cached share")
        for purpose, shape in self.calls.items():
            tokens = round(shape.usage.input_tokens * share)
            self.calls[purpose] = replace(shape, usage=replace(shape.usage, cached_tokens=tokens, cache_write_tokens=0))
        self.inputs["cached_share"] = Input("cached_share", share, "share of input tokens", "given", "as asked")

    def repairs(self, share: float) -> None:
        """So many calls for each turn correct a reply."""
        _must_be_share(share, "a share of repairs")
        repair = self.calls.get(Purpose.REPAIR) or replace(self.calls[Purpose.REPLY], purpose=Purpose.REPAIR)
        self.calls[Purpose.REPAIR] = replace(repair, per_turn=share)
        self.inputs["repairs"] = Input("repairs", share, "calls a turn", "given", "as asked")

    def _told(self, name: str, why: str) -> None:
        usage = self.calls[Purpose.REPLY].usage
        value = usage.input_tokens if name == "input_tokens" else usage.output_tokens
        before = self.inputs[name]
        self.inputs[name] = replace(before, value=float(value), origin="given", basis=f"{before.basis}; {why}")


def _version(container: Container, which: str) -> PromptVersion:
    name, number = which_version(which)
    registry = container.registry
    return registry.version(name, registry.release(name).spec.live if number is None else number)


def _must_be_share(value: float, what: str) -> None:
    if not 0 <= value <= 1:
        raise UserError(f"{what} of {value:g} cannot be: write it from 0 to 1, or as 80%")
