"""Reports of a run: for a terminal, a pull request, a test runner, a browser."""
