"""Files people write, read with the place of everything in them, and the settings of an installation."""

from botops.config.document import MAX_BYTES, Document, as_json, parse, read, read_text
from botops.config.secrets import Secrets
from botops.config.settings import FILE_NAME, Settings, load_settings
from botops.config.validation import Strict, load, validate

__all__ = [
    "FILE_NAME",
    "MAX_BYTES",
    "Document",
    "Secrets",
    "Settings",
    "Strict",
    "as_json",
    "load",
    "load_settings",
    "parse",
    "read",
    "read_text",
    "validate",
]
