import json
import os
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def release(home: Path, namespace: str, **environment) -> dict:
    found = subprocess.run(
        [sys.executable, "-m", "tests.exports.release_on_any_database", namespace],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "ONE_WAY_MIRROR_HOME": str(home),
            "DJANGO_SETTINGS_MODULE": "config.settings.test",
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert found.returncode == 0, found.stderr[-3000:]
    return json.loads(found.stdout.splitlines()[-1])


@pytest.mark.postgres
def test_the_same_dataset_has_the_same_bytes_on_sqlite_and_postgresql(tmp_path, postgres_url):
    import psycopg

    name = f"release_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    namespace = str(uuid.uuid4())
    here = release(tmp_path / "sqlite", namespace)
    there = release(
        tmp_path / "postgres", namespace, DATABASE_URL=postgres_url.rsplit("/", 1)[0] + f"/{name}"
    )
    assert (here.pop("vendor"), there.pop("vendor")) == ("sqlite", "postgresql")
    assert {"sft/train.jsonl", "preference/train.jsonl", "unpaired/test.jsonl"} <= set(here["files"])
    assert {"rated: rating/train.jsonl", "rated: preference/train.jsonl", "rated: reply/train.jsonl"} <= set(
        here["files"]
    )
    assert here == there
