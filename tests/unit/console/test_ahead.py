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


_WHILE_READING = """
import sys, threading, time
from importlib.abc import MetaPathFinder
from botops.console import ahead, charts

class Slow(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.startswith("pandas.") and not begun.is_set():
            begun.set()
            time.sleep(1)

begun = threading.Event()
assert "pandas" not in sys.modules
sys.meta_path.insert(0, Slow())
threading.Thread(target=ahead.drawing).start()
begun.wait()
charts.faulty([])
"""


def test_a_chart_is_drawn_also_while_the_libraries_for_it_are_being_read():
    found = subprocess.run([sys.executable, "-c", _WHILE_READING], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
