"""Data flows right, imports point left. This reads every import in the tree; nothing is executed."""

import ast
from pathlib import Path

import pytest

from tests.parsing import tree_of

ROOT = Path(__file__).resolve().parents[1]
ORDER = ["accounts", "guidelines", "synthesis", "review", "exports"]
DOORS = {"views.py", "api.py", "urls.py", "admin.py", "tasks.py", "forms.py"}
# The doors of config that show or join every stage.
CONFIG_DOORS = ("config/pages/", "config/wiring.py", "config/demo/", "config/management/", "config/urls.py",
                "config/api.py")  # fmt: skip
ONE_FILE = {
    "openai": {"synthesis/llm.py"},
    "label_studio_sdk": {"review/label_studio/client.py"},
}
FORBIDDEN_NAMES = {"services.py", "utils.py", "helpers.py", "common.py", "core.py", "selectors.py", "base.py"}
NODE_SIDE = [
    path
    for path in (ROOT / "exports" / "training").glob("*.py")
    if path.name != "launch.py" and path.name != "__init__.py"
]


def sources():
    for folder in [*ORDER, "config"]:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def imported(path: Path) -> list[str]:
    """Every module that the file imports, wherever in the file, as dotted names."""
    names = []
    package = ".".join(path.relative_to(ROOT).parts[:-1])
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level <= 1, f"{path}: a relative import that climbs hides its direction"
            module = ".".join(filter(None, [package if node.level else "", node.module]))
            names += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return names


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


ALL = list(sources())


def test_there_is_something_to_check():
    assert len(ALL) > 50
    assert len(NODE_SIDE) >= 2


@pytest.mark.parametrize("path", ALL, ids=relative)
def test_imports_point_left(path):
    app = path.relative_to(ROOT).parts[0]
    for name in imported(path):
        top = name.split(".")[0]
        if top == "config":
            assert app == "config", f"{relative(path)} imports {name}: nobody imports config"
        if top in ORDER and app in ORDER:
            assert ORDER.index(top) <= ORDER.index(app), (
                f"{relative(path)} imports {name}, which is to its right"
            )
        if top in ORDER and app == "config":
            assert relative(path).startswith(CONFIG_DOORS), (
                f"{relative(path)} is not a door and imports {name}"
            )


@pytest.mark.parametrize("path", ALL, ids=relative)
def test_one_file_per_outside_service(path):
    for name in imported(path):
        if allowed := ONE_FILE.get(name.split(".")[0]):
            assert relative(path) in allowed, f"only {allowed} may import {name}"


def is_door(path: Path) -> bool:
    # Pages that outgrew one file stand beside it: import_views.py; an API that did, in a folder: api/entries.py.
    return path.name in DOORS or path.stem.endswith("_views") or {"management", "api"} & set(path.parts)


@pytest.mark.parametrize("path", [p for p in ALL if not is_door(p) and "config" not in p.parts], ids=relative)
def test_only_doors_know_doors(path):
    for name in imported(path):
        parts = name.split(".")
        if parts[0] in ORDER and len(parts) > 1:
            door = any(f"{part}.py" in DOORS or part.endswith("_views") for part in parts[1:])
            assert not door, f"{relative(path)} imports the door {name}"


@pytest.mark.parametrize("path", NODE_SIDE, ids=relative)
def test_the_node_needs_neither_django_nor_an_app(path):
    for name in imported(path):
        top = name.split(".")[0]
        assert top != "django" and top != "rest_framework", f"{relative(path)} imports {name}"
        assert top not in {*ORDER, "config"} or name.startswith("exports.training"), name


@pytest.mark.parametrize("path", ALL, ids=relative)
def test_files_are_named_for_acts_and_stay_short(path):
    assert path.name not in FORBIDDEN_NAMES or relative(path) == "config/settings/base.py"
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= 400, f"{relative(path)} has {lines} lines; is there a subject to split out?"


def test_foreign_keys_across_apps_have_no_way_back():
    from django.apps import apps

    for label in ORDER:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.get_fields():
                if field.many_to_one and field.concrete and field.related_model._meta.app_label != label:
                    assert field.remote_field.hidden, (
                        f"{model.__name__}.{field.name} can be walked from the left"
                    )


def test_no_signals_between_apps():
    for path in ALL:
        for name in imported(path):
            if name.startswith(("django.db.models.signals", "django.dispatch")):
                assert relative(path) == "accounts/apps.py", f"{relative(path)} uses signals"
