"""`python -m botops.console`: Streamlit with the console's script, its modules read before the first visitor comes."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from botops.console.ahead import read_ahead


def run() -> None:
    """Starts Streamlit; the arguments are its own options."""
    threading.Thread(target=read_ahead, name="read-ahead", daemon=True).start()
    from streamlit.web.cli import main  # noqa: PLC0415  the thread reads other modules meanwhile

    main(["run", str(Path(__file__).parent / "served.py"), *sys.argv[1:]], prog_name="streamlit")


if __name__ == "__main__":
    run()
