"""Real parts for the heavy suites, each started when the first test asks and stopped when the session ends.

A part that cannot be had skips its tests by name and reason; with CI=true that is a failure.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from config.demo import label_studio as label_studio_part
from config.demo import model_server as model_server_part
from config.demo import postgres, valkey
from config.demo.processes import PartFailed, Stack
from tests.parts import debian_postgres


@pytest.fixture(scope="session")
def parts_folder():
    """Logs and data of the parts; not below pytest's own folder, which other system users may not enter."""
    folder = Path(tempfile.mkdtemp(prefix="one-way-mirror-parts-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def stack(parts_folder):
    with Stack(parts_folder) as running:
        yield running


def chromium() -> str:
    """The path of the browser; to be asked for by `had`."""
    if path := shutil.which("chromium"):
        return path
    raise OSError("it is not installed")


def had(name: str, start: Callable):
    """What `start` returns, or a skip (in CI a failure) that names the part and the reason."""
    try:
        return start()
    except (PartFailed, ImportError, OSError) as problem:
        reason = f"{name} cannot be had: {problem}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def valkey_url(stack, parts_folder) -> str:
    """redis://127.0.0.1:PORT, without a database number."""
    return had("Valkey", lambda: valkey.start(stack, parts_folder / "valkey"))


@pytest.fixture(scope="session")
def model_server(stack, parts_folder) -> str:
    """The base URL (with /v1) of a server of the model `smollm2`, four slots."""
    return had("the model server", lambda: model_server_part.start(stack, parts_folder / "model", "smollm2"))


@pytest.fixture(scope="session")
def label_studio(stack, parts_folder) -> label_studio_part.LabelStudioPart:
    """A fresh Label Studio: url, token, username and password of its owner."""
    return had("Label Studio", lambda: label_studio_part.start(stack, parts_folder / "label-studio"))


@pytest.fixture(scope="session")
def label_studio_on_postgres(stack, parts_folder) -> label_studio_part.LabelStudioPart:
    """The same, whose tables are in a PostgreSQL: skipped, in CI too, where the system has none."""
    try:
        url = debian_postgres.start(stack, parts_folder / "postgres-debian")
    except OSError as none:
        pytest.skip(str(none))
    folder = parts_folder / "label-studio-on-postgres"
    return had("Label Studio on PostgreSQL", lambda: label_studio_part.start(stack, folder, database_url=url))


@pytest.fixture(scope="session")
def postgres_url(stack, parts_folder) -> str:
    """The DATABASE_URL of a fresh PostgreSQL, superuser `postgres`."""
    # In a test's open transaction autovacuum counts no rows, and the plans for what it holds take minutes.
    # Nothing of it has to outlive the machine: without waiting for the disk, a commit costs a tenth.
    settings = ("autovacuum=off", "fsync=off", "synchronous_commit=off", "full_page_writes=off")
    return had("PostgreSQL", lambda: postgres.start(stack, parts_folder / "postgres", settings=settings))
