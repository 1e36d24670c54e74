"""`python -m botops.cli`."""

from botops.cli.main import run

run()
