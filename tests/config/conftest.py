import shutil

import pytest

from tests.config.installation import Home


@pytest.fixture(scope="session")
def seeded(tmp_path_factory):
    """An installation with decisions, frozen datasets and an adapter. Read it; change only a copy."""
    home = Home(tmp_path_factory.mktemp("seeded") / "home")
    done = home.run("tests/config/seed.py")
    assert done.returncode == 0, done.stderr
    shutil.rmtree(home.folder / "artefacts" / "locks")
    return home


@pytest.fixture(scope="session")
def archive(seeded, tmp_path_factory):
    """A backup of it. Read it; change only a copy."""
    file = tmp_path_factory.mktemp("archive") / "backup.tar.gz"
    seeded.backed_up(file)
    return file


@pytest.fixture(scope="session")
def restored(archive, tmp_path_factory):
    """An empty folder that the backup was restored into."""
    home = Home(tmp_path_factory.mktemp("restored") / "home")
    done = home.manage("restore", archive, DJANGO_SETTINGS_MODULE="config.settings.base")
    assert done.returncode == 0, done.stderr
    home.told = done.stderr
    return home


@pytest.fixture
def copied(seeded, tmp_path):
    """The same installation again, to be changed."""
    return Home(shutil.copytree(seeded.folder, tmp_path / "copied"))


@pytest.fixture
def fresh(tmp_path):
    return Home(tmp_path / "fresh")
