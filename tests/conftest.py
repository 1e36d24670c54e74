"""What every test gets: an empty home, no keys, and skips that fail where everything must run."""

import os
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("botops", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("botops")

CHROMIUM = Path("/usr/bin/chromium")
REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path_factory):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "BOTOPS_MODEL", "BOTOPS_DATABASE_URL", "BOTOPS_API"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.fixture
def repository() -> Path:
    """The checkout: the demo company's files stand at its top."""
    return REPOSITORY


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def pytest_collection_modifyitems(items):
    missing = pytest.mark.skip(reason="needs /usr/bin/chromium: apt install chromium")
    for item in items:
        if "browser" in item.keywords and not CHROMIUM.exists():
            item.add_marker(missing)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # Where everything must run (CI), a test that did not is a failure.
    if os.environ.get("REQUIRE_ALL") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report
