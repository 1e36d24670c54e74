"""Other tools' dialogues and tests as cases of ours. Data in, cases out: nothing here reads a file or a database."""

from botops.evals.importing.cases import CaseMaker, Shape
from botops.evals.importing.entry import Entry, NotFollowedError, Source
from botops.evals.importing.formats import FORMATS, Format, guess, read_talks
from botops.evals.importing.notes import LEFT_OUT, NOT_IMPORTED, Notes
from botops.evals.importing.talks import Said, Talk

__all__ = [
    "FORMATS",
    "LEFT_OUT",
    "NOT_IMPORTED",
    "CaseMaker",
    "Entry",
    "Format",
    "NotFollowedError",
    "Notes",
    "Said",
    "Shape",
    "Source",
    "Talk",
    "guess",
    "read_talks",
]
