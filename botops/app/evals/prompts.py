"""The prompt versions an eval runs: as their files stand on disk, published and then changed or not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from botops.evals.result import PromptInfo
from botops.registry import DRAFT, Registry
from botops.registry.version import which_version

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from botops.app.prompts.prompting import Prompting
    from botops.domain.messages import InboundMessage, Language
    from botops.domain.prompts import Past, RenderedPrompt
    from botops.pricebook import PriceBook
    from botops.registry import PromptVersion

_Role = Literal["live", "split", "asked"]


class PromptsUnderTest:
    """Versions by the names a person gives them. `problems` are complaints about their files that stop no eval.

    No last good state stands in for a broken file here: a gate judges what is about to be served.
    """

    def __init__(self, directory: Path) -> None:
        self.registry = Registry(directory)
        self.registry.load()
        self.problems: list[str] = []

    def versions(self, wanted: str) -> Iterator[tuple[PromptInfo, PromptVersion]]:
        """The versions meant by a prompt's name, as their files stand on disk, published and then changed or not."""
        name, asked = which_version(wanted)
        numbers: Mapping[int, _Role] = self._served(name) if asked is None else {asked: "asked"}
        for version_number, role in numbers.items():
            version = self.registry.candidate(name, version_number)
            yield self._info(version, role), version

    def _served(self, name: str) -> Mapping[int, _Role]:
        """Live first, then the others of the split; of a prompt never published the newest version, or the draft."""
        known = self.registry.versions(name)
        release = self.registry.candidate_release(name)
        if release is None:
            return {known[-1] if known else DRAFT: "asked"}
        spec = release.spec
        return {spec.live: "live", **{number: "split" for number in spec.served if number != spec.live}}

    def _info(self, version: PromptVersion, role: _Role) -> PromptInfo:
        ref = version.ref
        complaints = [p for p in self.registry.state().problems if p.file == version.file and p.level == "error"]
        told = (replace(complaint, file=shown(Path(complaint.file))).text() for complaint in complaints)
        self.problems += [text for text in told if text not in self.problems]
        return PromptInfo(
            f"{ref.name}@draft" if version.is_draft else str(ref), ref.name, ref.version, version.text_checksum,
            shown(Path(version.file)), role, changed=any(p.rule == "version-changed" for p in complaints),
        )  # fmt: skip


class FixedPrompt:
    """The port `PromptSource` with one version for everybody."""

    def __init__(self, registry: Registry, version: PromptVersion, prompting: Prompting, book: PriceBook) -> None:
        self._registry, self._version, self._prompting, self._book = registry, version, prompting, book

    def prompt_for(self, inbound: InboundMessage, language: Language, past: Past) -> RenderedPrompt:
        """The version with the prices of the day. Raises UserError that points at the file."""
        variables = self._prompting.variables(self._book, inbound, language)
        return self._registry.render_version(self._version, variables)


def shown(path: Path) -> str:
    """A path as one would type it here."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
