"""What is wrong with prompts as texts, beyond what stops them from being served.

Nothing here asks a model or knows a price: the comparison of a prompt's prices with the price book is made where the
two meet, over `text_spans`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from botops.domain.errors import UserError
from botops.domain.problems import Problem
from botops.registry.registry import Registry
from botops.registry.release import Release
from botops.registry.secrets import find_secrets
from botops.registry.sharing import lint_included, lint_shared, versions_in_use
from botops.registry.version import PromptVersion, unused_variables

INTERNAL = "internal"
"""The tag of prompts that no client talks to: they need no hand-over rule."""

_HAND = re.compile(
    r"переда|переключ|соедин|позов|пригла|подключ|перевед|перевод|эскал"
    r"|ауыстыр|жалға|тапсыр|бағытта|шақыр|қосу|қосып|қосыңыз"
    r"|\b(?:hand|transfer|escalat|connect|pass(?:es)?\b|forward|refer|invite|call in)",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"менеджер|оператор|человек|людям|сотрудник|специалист|коллег|администратор|консультант"
    r"|маман|адамға|адамды|қызметкер|әріптес|кеңесші"
    r"|\b(?:manager|operator|human|person|colleague|specialist|staff|agent|consultant|representative)",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?;\n]+")


@dataclass(frozen=True, slots=True)
class LintRules:
    """Limits of the check: days a review holds, and characters a prompt's texts may have together."""

    review_days: int = 180
    longest: int = 24_000


def lint(
    registry: Registry, today: date, *, names: tuple[str, ...] = (), rules: LintRules | None = None
) -> list[Problem]:
    """Everything wrong with the prompts (all, or those named), sorted by place.

    Faults that stop a version from being served are reported for every version. Owner, review, length, secrets and
    hand-over are asked of versions in use: live, in a split, the newest one, and the draft; published versions that
    were changed on disk are checked as they stand there. Raises NotFoundError for an unknown name.
    """
    rules = rules or LintRules()
    chosen = names or registry.names()
    problems = set(registry.state().problems) if not names else {p for name in names for p in registry.problems(name)}
    partials = registry.partials()
    for name in chosen:
        for version in versions_in_use(registry, name):
            problems.update(lint_version(version, today, rules))
            problems.update(lint_included(version, partials))
        problems.update(_unrecorded(registry, name))
    if not names:
        problems.update(lint_shared(registry))
    problems.update(_shared_experiments(registry, chosen))
    return sorted(problems)


def lint_version(version: PromptVersion, today: date, rules: LintRules | None = None) -> list[Problem]:
    """What is wrong with one version that can be rendered."""
    rules = rules or LintRules()
    return [
        *_languages(version),
        *_without_example(version),
        *unused_variables(version),
        *_ownership(version, today, rules),
        *_texts(version, rules),
        *_hand_over(version),
    ]


def _release(registry: Registry, name: str) -> Release | None:
    try:
        return registry.release(name)
    except UserError:
        return None  # nothing published, or broken: the state says which


def _ownership(version: PromptVersion, today: date, rules: LintRules) -> Iterator[Problem]:
    spec, document = version.spec, version.document
    if not spec.owner.strip():
        yield document.problem(("owner",), "nobody owns this prompt: name the role or person", rule="no-owner")
    if not spec.purpose.strip():
        message = "no purpose: say in a sentence what the prompt is for"
        yield document.problem(("purpose",), message, rule="no-purpose", level="warning")
    if spec.reviewed is None:
        message = "never reviewed: write the date of the last review"
        yield document.problem(("reviewed",), message, rule="review-overdue", level="warning")
        return
    age = (today - spec.reviewed).days
    if age < 0:
        message = f"reviewed in the future ({spec.reviewed}): correct the date"
        yield document.problem(("reviewed",), message, rule="review-date")
    elif age > rules.review_days:
        message = f"last reviewed {age} days ago, at most {rules.review_days} are allowed: review it anew"
        yield document.problem(("reviewed",), message, rule="review-overdue", level="warning")


def _without_example(version: PromptVersion) -> Iterator[Problem]:
    for name, variable in version.spec.variables.items():
        if variable.needed and variable.example is None and name in version.uses:
            message = f"`{name}` must be supplied and has no example: previews show its name in its place"
            path = ("variables", name)
            yield version.document.problem(path, message, rule="no-example", level="warning", of="key")


def _languages(version: PromptVersion) -> Iterator[Problem]:
    """Languages that are served without texts of their own beside others that have them, and variables that differ."""
    spec, document = version.spec, version.document
    if not spec.texts:
        return
    first = spec.languages[0] if spec.languages else None
    for index, language in enumerate(spec.languages):
        if language not in spec.texts and language != first:
            message = (
                f"replies in {language} get `messages`, which are taken to be in {first}: "
                f"write texts.{language}, or leave {language} out of `languages`"
            )
            yield document.problem(("languages", index), message, rule="language-without-text", level="warning")
    for language in spec.texts:
        if spec.languages and language not in spec.languages:
            message = f"{language} is not among `languages`: add it there, or take this text out"
            yield document.problem(
                ("texts", language), message, rule="language-not-served", level="warning", of="key"
            )  # fmt: skip
    common = version.wording()
    for own in version.wordings[1:]:
        for name in sorted(own.uses.keys() ^ common.uses.keys()):
            has, lacks = (own, common) if name in own.uses else (common, own)
            passage, offset = has.uses[name]
            where = f"texts.{lacks.language}" if lacks.language else "`messages`"
            message = f"the variable `{name}` is used here and not in {where}: clients read different things"
            yield version.problem_in(passage, offset, message, rule="language-variables", level="warning")


def _texts(version: PromptVersion, rules: LintRules) -> Iterator[Problem]:
    for passage in version.passages:
        for secret in find_secrets(passage.text.text):
            message = f"{secret.kind} stands in the text: revoke it, and keep secrets in the environment"
            yield version.problem_in(passage, secret.offset, message, rule="secret")
    for wording in version.wordings:
        total = 0
        for passage in wording.passages:
            length = len(passage.text.text)
            if total <= rules.longest < total + length:
                message = f"the texts are longer than {rules.longest:,} characters together: shorten them from here"
                place = rules.longest - total
                yield version.problem_in(passage, place, message, rule="too-long", level="warning")
            total += length


def _hand_over(version: PromptVersion) -> Iterator[Problem]:
    """A sentence that speaks of handing over and of a person, in any language, counts as a rule."""
    if INTERNAL in version.spec.tags:
        return
    for wording in version.wordings:
        system = [passage.text.text for passage in wording.passages if passage.role == "system"]
        sentences = (s for text in system for s in _SENTENCE.findall(text))
        if not any(_HAND.search(s) and _PERSON.search(s) for s in sentences):
            path = ("texts", wording.language) if wording.language else ("messages",)
            message = (
                f"no rule says when to hand over to a person: add one, or the tag `{INTERNAL}` when no client reads it"
            )
            yield version.document.problem(path, message, rule="no-hand-over", level="warning", of="key")


def _unrecorded(registry: Registry, name: str) -> Iterator[Problem]:
    release = _release(registry, name)
    if release is None:
        return
    for number in release.served:
        if number not in release.spec.checksums:
            message = f"the checksum of version {number} is not recorded, so a change of it may pass: publish it"
            yield release.document.problem(("live",), message, rule="no-checksum", level="warning")
        for ref in registry.version(name, number).partials:
            if ref not in release.spec.partials:
                message = f"the checksum of {ref} is not recorded, so a change of it may pass: publish version {number}"
                yield release.document.problem(("live",), message, rule="no-checksum", level="warning")


def _shared_experiments(registry: Registry, names: tuple[str, ...]) -> Iterator[Problem]:
    users: dict[str, list[tuple[str, Release]]] = {}
    for name in registry.names():
        release = _release(registry, name)
        if release is not None and release.split is not None:
            users.setdefault(release.split.experiment, []).append((name, release))
    for key, found in users.items():
        for name, release in found:
            others = ", ".join(other for other, _ in found if other != name)
            if others and name in names:
                message = f"the experiment key {key!r} is used by {others} too, so both deal leads alike: rename one"
                yield release.document.problem(("split", "experiment"), message, rule="duplicate-experiment")
