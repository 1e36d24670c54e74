"""What the checker says as JSON rows: findings and, where asked for, claims that are right."""

from __future__ import annotations

from typing import Any

from botops.domain.findings import Finding, SupportedClaim


def finding_row(dialogue_id: str, finding: Finding, language: str = "ru") -> dict[str, Any]:
    """A finding as a JSON row of `botops check`; the explanation is in the asked language. `rule` and `exception` stand
    in it only where the finding has them."""
    more = {"rule": finding.rule, "exception": finding.exception}
    row = {
        "dialogue_id": dialogue_id,
        "turn": finding.turn,
        "kind": finding.kind.value,
        "quote": finding.quote,
        "start": finding.start,
        "end": finding.end,
        "severity": finding.severity.label,
        "stated": finding.stated,
        "expected": finding.expected,
        "explanation": finding.explanation(language),
    }
    return row | {key: value for key, value in more.items() if value is not None}


def supported_row(dialogue_id: str, claim: SupportedClaim, language: str = "ru") -> dict[str, Any]:
    """A claim that is right as a JSON row of `botops check --explain`: the keys of a finding, with `expected` what
    bears the claim out and `severity` null, then where that stands and until when it holds."""
    return {
        "dialogue_id": dialogue_id,
        "turn": claim.turn,
        "kind": claim.kind.value,
        "quote": claim.quote,
        "start": claim.start,
        "end": claim.end,
        "severity": None,
        "stated": claim.stated,
        "expected": claim.basis,
        "explanation": claim.explanation(language),
        "supported": True,
        "sku": claim.sku,
        "sources": list(claim.sources),
        "valid_until": claim.valid_until.isoformat() if claim.valid_until else None,
    }
