"""Prompts as files: versions that never change, explicit releases, sticky assignment, safe rendering."""

from botops.registry.diff import PromptDiff, diff, word_diff
from botops.registry.lint import LintRules, lint, lint_version
from botops.registry.model import (
    BUILT_INS,
    Approval,
    PromptSpec,
    ReleaseAction,
    ReleaseSpec,
    Split,
    Variable,
    Variant,
)
from botops.registry.registry import Registry, RegistryState
from botops.registry.release import Release
from botops.registry.release_file import UNRELEASED
from botops.registry.spans import TextSpan
from botops.registry.targeting import Targeting
from botops.registry.values import VariableType
from botops.registry.version import DRAFT, PromptVersion, text_spans

__all__ = [
    "BUILT_INS",
    "DRAFT",
    "UNRELEASED",
    "Approval",
    "LintRules",
    "PromptDiff",
    "PromptSpec",
    "PromptVersion",
    "Registry",
    "RegistryState",
    "Release",
    "ReleaseAction",
    "ReleaseSpec",
    "Split",
    "Targeting",
    "TextSpan",
    "Variable",
    "VariableType",
    "Variant",
    "diff",
    "lint",
    "lint_version",
    "text_spans",
    "word_diff",
]
