"""What the console's server reads before its first visitor comes."""

import subprocess
import sys

_VISIT = """
import sys
from pathlib import Path
from botops.console import ahead, installation
ahead.read_ahead()
from streamlit.testing.v1 import AppTest
book = installation.opened().books.current()
assert "compiled" in vars(book), "the price book is not ready"
before = set(sys.modules)
test = AppTest.from_file(str(Path(ahead.__file__).parent / "main.py"), default_timeout=60).run()
assert not test.exception and test.metric, "the page was not drawn"
news = set(sys.modules) - before
print(*sorted({name for name in news if name.startswith("botops.") or "." not in name}))
"""


def test_the_first_visitor_waits_for_no_library_no_module_of_ours_and_no_book(seeded):
    found = subprocess.run([sys.executable, "-c", _VISIT], cwd=seeded, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    assert found.stdout.split() == []
