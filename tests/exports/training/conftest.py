import threading
from pathlib import Path

import pytest

from exports.training.claiming import App
from exports.training.performing import Place

from .stub_app import TOKEN, StubApp

FAKE_TRAINER = Path(__file__).parent / "fake_trainer.py"


@pytest.fixture
def stub():
    running = StubApp()
    yield running
    running.shutdown()
    running.server_close()


@pytest.fixture
def app(stub):
    return App(url=stub.url, token=TOKEN)


@pytest.fixture
def place(tmp_path):
    """A node's folders with one base model, which nobody opens."""
    (tmp_path / "models" / "tiny").mkdir(parents=True)
    (tmp_path / "models" / "tiny" / "config.json").write_text("{}")
    return Place(home=tmp_path / "home", models=tmp_path / "models", heartbeat_seconds=0.1)


@pytest.fixture
def stopping():
    return threading.Event()
