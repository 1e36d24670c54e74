"""Texts that several prompts include."""

from __future__ import annotations

from botops.app.container import Container
from botops.app.prompts.state import role_titles
from botops.console import frame, labels, parts
from botops.console.i18n import _, ngettext
from botops.console.prompts import texts as prompt_texts
from botops.console.safe import tag
from botops.registry.partials import FOLDER
from botops.registry.sharing import SharedText, shared_texts


def section(container: Container) -> None:
    """Every shared text, its versions, and who includes which."""
    for problem in container.registry.partials().problems:
        frame.show(parts.problem(problem, _("An error in a file") if problem.level == "error" else _("A warning")))
    found = shared_texts(container.registry)
    if not found:
        frame.empty(
            _("No shared texts"),
            _("A text that several prompts include stands in {folder}, once for all of them.").format(
                folder=frame.short(container.registry.directory / FOLDER)
            ),
        )
        return
    by_name: dict[str, list[SharedText]] = {}
    for text in found:
        by_name.setdefault(text.partial.name, []).insert(0, text)
    for versions in by_name.values():
        _shared(container, versions)


def _shared(container: Container, versions: list[SharedText]) -> None:
    newest = versions[0].partial
    spec = newest.spec
    parts.question(spec.purpose or spec.description or newest.name)
    owner = labels.role(spec.owner, role_titles(container.settings)) if spec.owner else ""
    frame.show(
        parts.facts(
            [
                (_("Name"), tag("code", newest.ref)),
                (_("Owner"), owner or _("nobody: name one in the file")),
                (_("Versions"), ngettext("{n} version", "{n} versions", len(versions)).format(n=len(versions))),
            ]
        )
    )
    heads = [(_("Version"), False), (_("Included by"), False)]
    rows = [(f"v{text.partial.number}", ", ".join(text.users) or _("nobody")) for text in versions]
    frame.show(parts.table(heads, rows))
    frame.show(prompt_texts.message(spec.text))
