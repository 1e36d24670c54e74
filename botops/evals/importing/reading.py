"""What the readers of all formats share: one import's circumstances, and going on after a row that is none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from botops.config.wording import suggestion
from botops.domain.errors import UserError
from botops.evals.checks.catalogue import Catalogue
from botops.evals.importing.entry import Entry, Source
from botops.evals.importing.messages import CIRCUMSTANCES, NoTalkError, conversation, reply
from botops.evals.importing.notes import Notes
from botops.evals.importing.talks import Said, Talk, text_of

FIELDS = (
    "client", "id", "at", "language", "channel", "region", "segment", "owner", "tags", "expect",
    "reply", "messages", "dialogue", "role", "text",
)  # fmt: skip
"""What `--column FIELD=HEADER` can name."""


@dataclass(frozen=True)
class Reading:
    """One import: the file, where notes go, which header or path stands for which field, and the checks there are."""

    source: Source
    notes: Notes
    columns: Mapping[str, str] = field(default_factory=dict)
    catalogue: Catalogue = field(default_factory=Catalogue)

    def __post_init__(self) -> None:
        for name, header in self.columns.items():
            if name not in FIELDS:
                raise UserError(
                    f"--column {name}={header}: `{name}` is no field{suggestion(name, FIELDS, others='fields')}"
                )
            if self.source.columns and header not in self.source.columns:
                known = suggestion(header, self.source.columns, others="columns")
                raise UserError(f"--column {name}={header}: {self.source.file} has no column `{header}`{known}")

    def field(self, row: Entry, name: str, *others: str) -> Entry | None:
        """The value of a field: under the header said to hold it, else under its own name or one of the others."""
        if name in self.columns:
            return row.find(self.columns[name])
        return row.get(name, *others)

    def known(self, row: Entry, **others: tuple[str, ...]) -> dict[str, str]:
        """The circumstances a row tells under their own names; `others` are further names of a circumstance."""
        found = {name: text_of(self.field(row, name, *others.get(name, ()))) for name in CIRCUMSTANCES}
        return {name: value for name, value in found.items() if value is not None}

    def expected_output(self, entry: Entry | None) -> dict[str, str]:
        """A reply that was written down as the right one, kept for people to read."""
        text = "\n".join(said.text for said in reply(entry, self.notes)).strip() if entry is not None else ""
        if entry is None or not text:
            return {}
        self.notes.changed(entry, "the expected output is kept as `x-expected-output`: no check asks for it")
        return {"x-expected-output": text}

    def line(self, row: Entry) -> list[Said] | None:
        """What was said under the field `client`, when one was named for it."""
        if "client" not in self.columns:
            return None
        found = row.find(self.columns["client"])
        if found is None:
            raise row.fault(f"nothing under `{self.columns['client']}`, which was said to hold the client's words")
        return conversation(found, self.notes)

    def talks(self, rows: Iterable[Entry], convert: Callable[[Entry], Iterator[Talk]]) -> Iterator[Talk]:
        """The talks of rows; a row that is none becomes a problem among the notes."""
        for row in rows:
            try:
                if not isinstance(row.data, Mapping):
                    raise row.fault("an object with keys is needed here", "bad-row")
                yield from convert(row)
            except NoTalkError as error:
                message = f"{error}: say it with --column client=KEY (inputs.question for a key inside another)"
                self.notes.kept.append(row.problem(message, "no-client-line"))
            except UserError as error:
                self.notes.kept += error.problems
