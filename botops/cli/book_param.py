"""A price book on the command line: a path, or a version of the project's books by its number or name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class BookParam(click.ParamType[Path]):
    """A file; else `live`, a number or a name, looked up in the project's folder of price books."""

    name = "book"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """The file that is meant."""
        from botops.config import FILE_NAME, load_settings
        from botops.domain.errors import UserError

        path = Path(value)
        if path.is_file():
            return path
        if path.is_dir():
            self.fail(f"{value} is a folder: name a file in it", param, ctx)
        if not Path(FILE_NAME).exists():
            self.fail(f"no such file: {value}", param, ctx)
        from botops.app.pricebooks.candidate import book_file

        try:
            return book_file(load_settings(), str(value))
        except UserError as error:
            self.fail(str(error), param, ctx)


BOOK = BookParam()
