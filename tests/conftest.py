"""What every test gets: an empty home, no keys, and skips that fail where everything must run."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # for workers, as the command line sets it: see there

import hypothesis
import pytest
from sqlalchemy import Connection, inspect

from botops.app.clock import SystemClock
from botops.store import Store, migrate

hypothesis.settings.register_profile("botops", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("botops")

CHROMIUM = Path("/usr/bin/chromium")
REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch, tmp_path_factory):
    ours = ("MODEL", "DATABASE_URL", "API", "API_KEY", "CONSOLE_KEY", "OIDC_SECRET")
    names = ("OPENAI_API_KEY", "OPENAI_BASE_URL", *(f"BOTOPS_{name}" for name in ours))
    for name in (*names, "SLIPCOVER_ENABLED"):  # lines are counted in the processes of tests, not in those they start
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.setenv("NO_COLOR", "1")


class _Migrations:
    """The migrations as `Store.open` uses them, for thousands of new stores: an empty SQLite file gets the tables that
    the first one got from the migrations, statement by statement, which takes a tenth of the time."""

    def __init__(self) -> None:
        self._statements: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(migrate, name)

    def upgrade(self, connection: Connection) -> None:
        empty = connection.dialect.name == "sqlite" and not inspect(connection).get_table_names()
        if not empty or not self._statements:
            migrate.upgrade(connection)
        if empty and self._statements:
            for statement in self._statements:
                connection.exec_driver_sql(statement)
        elif empty:
            dumped = connection.connection.driver_connection.iterdump()
            self._statements = [one for one in dumped if one not in {"BEGIN TRANSACTION;", "COMMIT;"}]


@pytest.fixture(autouse=True, scope="session")
def _tables_made_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("botops.store.store.migrate", _Migrations())
        yield


@pytest.fixture
def repository() -> Path:
    """The checkout: the demo company's files stand at its top."""
    return REPOSITORY


@pytest.fixture(scope="session")
def florists():
    """A flower shop to write prompts and turns for: the module `tests/examples/florist.py`."""
    path = Path(__file__).with_name("examples") / "florist.py"
    spec = importlib.util.spec_from_file_location("florist_example", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def florist(florists, tmp_path):
    """A flower shop of the test's own."""
    return florists.Florist(tmp_path / "florist")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def require_program():
    """Finds a program of the machine; without it the test is skipped, or fails where everything is required."""

    def find(name, package):
        path = shutil.which(name)
        if path is None and os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail(f"{name} is required here: install the package {package}")
        if path is None:
            pytest.skip(f"needs {name}: apt install {package}")
        return path

    return find


def pytest_collection_modifyitems(config, items):
    # Files go to workers in this order: one that takes a minute must not be the last, with the other workers idle.
    weight = {}
    for item in items:
        heavy = any(item.get_closest_marker(name) for name in ("browser", "slow"))
        weight[item.path] = max(weight.get(item.path, 0), 2 * heavy + ("services" in item.path.parts))
    items.sort(key=lambda item: -weight[item.path])
    missing = pytest.mark.skip(reason="needs /usr/bin/chromium: apt install chromium")
    for item in items:
        if "browser" in item.keywords and not CHROMIUM.exists():
            item.add_marker(missing)
        elif "browser" in item.keywords and config.pluginmanager.hasplugin("rerunfailures"):
            # A browser on a busy machine may wait in vain. Once more tells that from a fault, and the run says so
            # (RERUN); what is asserted is not asked twice.
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError", "did not answer within"]))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    # Where everything must run (CI), a test that did not is a failure.
    if os.environ.get("REQUIRE_ALL") == "1" and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although REQUIRE_ALL=1: {report.longrepr}"
    return report


def _tool(name: str) -> str | None:
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return shutil.which(name) or (str(found[-1]) if found else None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a private PostgreSQL server on a Unix socket, without a database name."""
    initdb, pg_ctl = _tool("initdb"), _tool("pg_ctl")
    if initdb is None or pg_ctl is None or importlib.util.find_spec("psycopg") is None:
        if os.environ.get("REQUIRE_ALL") == "1":
            pytest.fail("PostgreSQL is required here: install the package postgresql and the extra `postgres`")
        pytest.skip("needs PostgreSQL's server programs and psycopg")
    home = Path(tempfile.mkdtemp(prefix="botops-pg-"))
    user = "nobody" if os.geteuid() == 0 else None  # the server refuses to run as root
    if user is not None:
        os.chown(home, pwd.getpwnam(user).pw_uid, -1)
    server = f"-k {home} -c listen_addresses='' -c fsync=off -c deadlock_timeout=50ms -c max_connections=50"

    def run(*command: str) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", user=user)

    run(initdb, "-D", f"{home}/data", "-A", "trust", "-U", "botops", "-N", "-E", "UTF8", "--locale", "C.UTF-8")
    run(pg_ctl, "-D", f"{home}/data", "-o", server, "-w", "-l", f"{home}/log", "start")
    try:
        yield f"postgresql://botops@/%s?host={home}"
    finally:
        run(pg_ctl, "-D", f"{home}/data", "-m", "immediate", "stop")
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def new_postgres_store(postgres: str) -> Callable[[str], str]:
    """Makes an empty PostgreSQL store of a name and gives its address."""
    import psycopg  # an extra: without it the tests on SQLite still run

    def create(name: str, template: str = "template_store") -> str:
        with psycopg.connect(postgres % "postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return postgres % name

    Store.open(create("template_store", "template0"), clock=SystemClock()).close()
    return create


@pytest.fixture
def postgres_url(new_postgres_store: Callable[[str], str]) -> str:
    """The address of an empty PostgreSQL store of the test's own."""
    return new_postgres_store(f"store_{time.monotonic_ns()}")
