"""A digest: what is said, in one language, and how it looks as a page and as plain text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Literal

from botops.monitor.alert_words import shortened

if TYPE_CHECKING:
    from jinja2 import Template

    from botops.domain.messages import Language

DigestLanguage = Literal["ru", "en"]
LANGUAGES: tuple[DigestLanguage, ...] = ("ru", "en")
MOST_TEXT = 3_500
"""Characters of the plain text; Telegram takes 4,096 with the title."""
Tone = Literal["good", "bad", "neutral"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the glossary as people read it, and its change against the time it is compared with; None where that
    cannot be told. `tone` says whether the change is a good one. `id` is the glossary's."""

    id: str
    name: str
    value: str
    change: str | None = None
    tone: Tone = "neutral"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing: its line, a second line in smaller letters, an amount at the end, and a page of the console."""

    text: str
    note: str = ""
    amount: str = ""
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """Things under a heading; `none` is said in their place, `more` counts those there was no room for."""

    title: str
    entries: tuple[Entry, ...]
    none: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """A page. `since` and `until` are the days it is about, both included; `opening` is its first sentence, `remarks`
    stand in small letters at its end."""

    kind: Literal["daily", "weekly"]
    language: DigestLanguage
    since: date
    until: date
    title: str
    opening: str
    figures: tuple[Figure, ...]
    compared: str
    sections: tuple[Section, ...]
    remarks: tuple[str, ...] = ()

    @property
    def html(self) -> str:
        """The body of a mail: no style sheet, nothing loaded from anywhere."""
        return _template("digest.html.j2").render(digest=self)

    @property
    def page(self) -> str:
        """The same as a file of its own."""
        return _template("digest_page.html.j2").render(digest=self)

    @property
    def text(self) -> str:
        """The same without marks or title, for messengers and terminals, and no longer than they take."""
        lines = [self.opening, ""]
        for figure in self.figures:
            change = f" ({figure.change})" if figure.change else ""
            lines.append(f"{figure.name}: {figure.value}{change}")
        lines.append(self.compared)
        for section in self.sections:
            lines += ["", f"{section.title}:"]
            for entry in section.entries:
                amount = f" — {entry.amount}" if entry.amount else ""
                lines.append(f"— {entry.text}{amount}")
                lines += [f"  {line}" for line in (entry.note, entry.link or "") if line]
            if not section.entries:
                lines.append(section.none)
            if section.more:
                lines.append(section.more)
        return shortened("\n".join([*lines, "", *self.remarks]).rstrip(), MOST_TEXT)


def spoken(language: Language) -> DigestLanguage:
    """The language of digests for a company: English where it speaks that first, Russian elsewhere."""
    return "en" if language == "en" else "ru"


@cache
def _template(name: str) -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("botops.app"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    template: Template = environment.get_template(name)
    return template
