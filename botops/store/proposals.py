"""Proposals: texts put forward for release, decided once and moved on by compare-and-swap."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import insert, select, update

from botops.domain.errors import ConflictError, NotFoundError
from botops.domain.refusals import Refusal
from botops.domain.releases import AuditEntry, Proposal, ProposalState
from botops.store.access import Access, Row
from botops.store.audit import audit_row
from botops.store.engine import upsert
from botops.store.release_tables import AUDIT, PROPOSAL


class Proposals:
    """Every method is one transaction and raises StoreError when the database cannot be used."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def add(self, proposal: Proposal, entry: AuditEntry) -> None:
        """Keeps a new proposal, and `entry` in the audit log. Raises ConflictError when the same text is proposed
        already and not yet decided."""
        row, said = self._row(proposal), audit_row(self._access, entry)
        same = select(PROPOSAL).where(
            PROPOSAL.c.subject == proposal.subject, PROPOSAL.c.checksum == proposal.checksum,
            PROPOSAL.c.base == row["base"],
            PROPOSAL.c.state.in_([ProposalState.OPEN.value, ProposalState.APPROVED.value]),
        )  # fmt: skip

        def work(connection: Any) -> None:
            # The index refuses a second one, also to whoever proposes at this very moment.
            kept = upsert(connection.dialect.name, PROPOSAL).values(**row).on_conflict_do_nothing()
            if connection.execute(kept.returning(PROPOSAL.c.id)).first() is None:
                known = connection.execute(same).mappings().first()
                whose = f", by {known['by']}: proposal {known['id'][:8]}" if known is not None else ": look again"
                raise ConflictError(f"this text is proposed already{whose}").told_as(Refusal.PROPOSED_ALREADY)
            connection.execute(insert(AUDIT), said)

        self._access.write("keep a proposal", work)

    def get(self, proposal_id: str) -> Proposal:
        """One proposal, by its id or the beginning of it. Raises NotFoundError, also when several begin so."""
        statement = select(PROPOSAL).where(PROPOSAL.c.id.startswith(proposal_id, autoescape=True)).limit(2)
        found = self._access.rows("read a proposal", statement) if proposal_id else ()
        if len(found) != 1:
            which = (
                f"several proposals begin with {proposal_id!r}" if found else f"there is no proposal {proposal_id!r}"
            )
            raise NotFoundError(f"{which}: `botops prompts proposals` lists them")
        return _proposal(found[0])

    def listed(
        self, subject: str | None = None, states: Collection[ProposalState] | None = None, *, most: int = 200
    ) -> tuple[Proposal, ...]:
        """The latest proposals (of one subject, in some states), the newest first."""
        statement = select(PROPOSAL).order_by(PROPOSAL.c.at.desc(), PROPOSAL.c.id).limit(most)
        if subject is not None:
            statement = statement.where(PROPOSAL.c.subject == subject)
        if states is not None:
            statement = statement.where(PROPOSAL.c.state.in_([state.value for state in states]))
        return tuple(_proposal(row) for row in self._access.rows("read the proposals", statement))

    def of_text(self, subject: str, checksum: str) -> tuple[Proposal, ...]:
        """The proposals of one exact text, the newest first."""
        statement = (
            select(PROPOSAL)
            .where(PROPOSAL.c.subject == subject, PROPOSAL.c.checksum == checksum)
            .order_by(PROPOSAL.c.at.desc(), PROPOSAL.c.id)
        )
        return tuple(_proposal(row) for row in self._access.rows("read the proposals", statement))

    def move(self, proposal: Proposal, seen: ProposalState, entry: AuditEntry | None = None) -> None:
        """Keeps a proposal's new state and who decided so, when it still is as it was seen; `entry` goes into the audit
        log with it.

        Raises NotFoundError, and ConflictError when somebody decided meanwhile.
        """
        values = {
            "state": proposal.state.value, "decided_by": proposal.decided_by, "decided_at": proposal.decided_at,
            "decided_reason": None if proposal.decided_reason is None else self._access.hide(proposal.decided_reason),
        }  # fmt: skip
        said = None if entry is None else audit_row(self._access, entry)

        def work(connection: Any) -> None:
            of_id = PROPOSAL.c.id == proposal.id
            changed = connection.execute(
                update(PROPOSAL).where(of_id, PROPOSAL.c.state == seen.value).values(**values)
            ).rowcount
            if changed:
                if said is not None:
                    connection.execute(insert(AUDIT), said)
                return
            row = connection.execute(select(PROPOSAL).where(of_id)).mappings().first()
            if row is None:
                raise NotFoundError(f"there is no proposal {proposal.id!r}: `botops prompts proposals` lists them")
            raise ConflictError(
                f"the proposal {proposal.id[:8]} was {row['state']} by {row['decided_by']} meanwhile: "
                "nothing was changed"
            ).told_as(Refusal.DECIDED)

        self._access.write("decide a proposal", work)

    def _row(self, proposal: Proposal) -> dict[str, Any]:
        return {
            "id": proposal.id, "subject": proposal.subject, "version": proposal.version,
            "checksum": proposal.checksum, "by": proposal.by, "at": proposal.at,
            "reason": self._access.hide(proposal.reason), "base": proposal.base or "", "text": proposal.text,
            "state": proposal.state.value,
        }  # fmt: skip


def _proposal(row: Row) -> Proposal:
    return Proposal(
        row["id"], row["subject"], row["version"], row["checksum"], row["by"], row["at"], row["reason"],
        row["base"] or None, row["text"], ProposalState(row["state"]), row["decided_by"], row["decided_at"],
        row["decided_reason"],
    )  # fmt: skip
