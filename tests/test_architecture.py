"""The house as a dict: which room may import which, and which library lives where.

The table is that of CONTRIBUTING.md. Every import counts, also one inside a
function, under ``TYPE_CHECKING`` or through ``importlib``: a room that knows
another room's types knows the room.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

GROUND = {"errors", "clock", "identity", "records", "definitions", "study", "cells", "wording"}
ANY = {
    "pages",
    "sources",
    "cohort",
    "sampling",
    "allocation",
    "form",
    "reviews",
    "agreement",
    "themes",
}
ANY |= {"measures", "improvement", "reports", "audit", "ui", "cli"}

MAY_IMPORT: dict[str, set[str]] = {
    "lltic": set(),  # the front door: lltic/__init__.py
    **{module: set() for module in GROUND},
    "pages": set(),  # what reads PDF runs as a program of its own: the others only ask it
    "sources": {"pages.asking"},
    "cohort": {"sources"},
    "sampling": set(),
    "allocation": set(),
    "form": set(),
    "reviews": {"form", "pages.asking"},
    "agreement": set(),
    "themes": set(),
    "measures": set(),
    "improvement": {"measures"},
    "reports": {"agreement", "themes", "measures", "improvement"},
    "audit": ANY - {"reports", "ui"},
    "ui": {"form", "reviews.client"},
    "cli": ANY,
    "__main__": {"cli"},
}
"""Besides itself and the ground floor."""

TABLES = {"pandas", "numpy", "pyarrow"}
SERVICE = {"starlette", "uvicorn", "pydantic", "pydantic_core", "prometheus_client", "argon2"}
LIBRARIES: dict[str, set[str]] = {
    "cells": {"openpyxl"},
    "definitions": {"yaml", "pydantic"},
    "form.exchange": {"openpyxl", "pandas"},
    "pages.drawing": {"pypdfium2", "PIL", "docx"},
    "sources": {"ibis", "duckdb", "openpyxl", *TABLES},
    "cohort": {"ibis", "duckdb", "pyspark", "psycopg", *TABLES},
    "sampling": {"numpy", "scipy"},
    "allocation": {"numpy", "scipy"},
    "reviews": {"sqlalchemy", "filelock", "cryptography", "psycopg", *SERVICE},
    "agreement": {"scipy", *TABLES},
    "themes": {"sklearn", "scipy", "threadpoolctl", *TABLES},
    "themes.exchange": {"defusedxml"},
    "measures": {"scipy", *TABLES},
    "improvement": TABLES,
    "reports": {"matplotlib", "openpyxl", "jinja2", "nbconvert", "nbformat", *TABLES},
    "audit": {"nbclient", "nbformat", "nbval", "jupyter_client", "traitlets", "pytest", *TABLES},
    "ui": {"ipywidgets", "anywidget", "traitlets", "IPython", "ipykernel"},
    "ui.server": {"voila", "jupyter_server", "jupyter_client", "jupyter_core", "tornado", "jinja2"},
    "ui.hub": {"jupyterhub", "jupyter_server", "tornado"},
    "cli": {"click", *TABLES},
}
"""Libraries from outside, in the only rooms that may use them; others have none."""

LIGHT = {"pandas", "numpy", "matplotlib", "ipywidgets", "anywidget", "sqlalchemy", "duckdb", "ibis"}
LIGHT |= {"sklearn", "scipy", "pydantic", "yaml", "click", "pyarrow", "jinja2", "voila"}


@dataclass(frozen=True)
class Import:
    """One import, where it stands, and what it asks for in full."""

    file: Path
    line: int
    importer: str
    target: str
    for_types: bool = False

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.importer} imports {self.target}"


def modules(package: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), file


def imports(package: Path) -> Iterator[Import]:
    """Yield every import in every module of a package, at whatever depth."""
    known = {name for name, _ in modules(package)}
    for name, file in modules(package):
        home = name if file.name == "__init__.py" else name.rpartition(".")[0]
        tree = ast.parse(file.read_text("utf-8"), str(file))
        for_types = {
            id(part) for node in ast.walk(tree) if _typing_only(node) for part in ast.walk(node)
        }
        for node in ast.walk(tree):
            for target in _targets(node, home, known):
                place = file.relative_to(package.parent)
                yield Import(place, node.lineno, name, target, id(node) in for_types)


def _typing_only(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def _targets(node: ast.AST, home: str, known: set[str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            up = home.split(".")[: len(home.split(".")) - node.level + 1]
            base = ".".join([*up, base] if base else up)
        names = [f"{base}.{alias.name}" for alias in node.names]
        return list(dict.fromkeys(name if name in known else base for name in names))
    if isinstance(node, ast.Call) and _called(node).endswith(("import_module", "__import__")):
        first = node.args[0] if node.args else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str):
            return [first.value]
    return []


def _called(node: ast.Call) -> str:
    return ast.unparse(node.func)


def room(module: str) -> str:
    """Return the room of a module: its first name under the package."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


def within(module: str, place: str) -> bool:
    return f"{module}.".startswith(f"lltic.{place}.")


def wrong_edges(package: Path) -> list[str]:
    """Return the imports between rooms that the table does not have."""
    found = []
    for edge in imports(package):
        if edge.target.split(".")[0] != "lltic" or room(edge.target) in {"lltic", *GROUND}:
            continue
        home = room(edge.importer)
        allowed = {home, *MAY_IMPORT.get(home, set())}
        if not any(within(edge.target, place) for place in allowed):
            found.append(f"{edge} (allowed: {', '.join(sorted(allowed - {home})) or 'nothing'})")
    return found


def wrong_libraries(package: Path) -> list[str]:
    """Return the imports of outside libraries in rooms where they do not live."""
    found = []
    for edge in imports(package):
        library = edge.target.split(".")[0]
        if library == "lltic" or library in sys.stdlib_module_names:
            continue
        places = [place for place in LIBRARIES if within(edge.importer, place)]
        if not any(library in LIBRARIES[place] for place in places):
            homes = sorted(place for place, those in LIBRARIES.items() if library in those)
            found.append(f"{edge} (it lives in: {', '.join(homes) or 'no room'})")
    return found


def cycles(package: Path) -> list[list[str]]:
    """Return the groups of modules that import each other in a ring when they run."""
    graph: dict[str, set[str]] = {name: set() for name, _ in modules(package)}
    for edge in imports(package):
        if edge.target in graph and edge.target != edge.importer and not edge.for_types:
            graph[edge.importer].add(edge.target)
    reach = {name: _reachable(name, graph) for name in graph}
    rings = {
        tuple(sorted(m for m in reach[name] if name in reach[m]))
        for name in graph
        if name in reach[name]
    }
    return [list(ring) for ring in sorted(rings)]


def _reachable(start: str, graph: dict[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    todo = list(graph[start])
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(graph[name])
    return seen


def test_each_room_imports_only_what_the_table_allows():
    assert not (wrong := wrong_edges(ROOT / "lltic")), "\n" + "\n".join(wrong)


def test_each_library_lives_only_in_its_rooms():
    assert not (wrong := wrong_libraries(ROOT / "lltic")), "\n" + "\n".join(wrong)


def test_no_two_modules_import_each_other():
    assert not (rings := cycles(ROOT / "lltic")), rings


def test_every_room_stands_in_the_table():
    found = {room(name) for name, _ in modules(ROOT / "lltic")}
    assert found <= set(MAY_IMPORT), f"not in the table: {sorted(found - set(MAY_IMPORT))}"


def test_the_table_itself_goes_one_way():
    order = list(MAY_IMPORT)
    back = [
        (one, other)
        for one, others in MAY_IMPORT.items()
        for other in others
        if one not in {"audit", "cli"} and order.index(room(f"lltic.{other}")) > order.index(one)
    ]
    assert not back


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        (
            "form/rules.py",
            "import lltic.reviews",
            "lltic/form/rules.py:1: lltic.form.rules imports",
        ),
        ("form/rules.py", "def f():\n    from lltic.cohort import build", "rules.py:2"),
        ("form/rules.py", "from .. import themes", "lltic.themes (allowed: nothing)"),
        ("themes/__init__.py", "from ..measures import wilson", "imports lltic.measures"),
        ("ui/desk.py", "from lltic.reviews import store", "lltic.reviews.store"),
        ("ui/desk.py", "from lltic.reviews import client, store", "lltic.reviews.store"),
        (
            "audit/store.py",
            "import importlib\nimportlib.import_module('lltic.ui.kit')",
            "store.py:2",
        ),
        (
            "study.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import lltic.ui",
            ":3",
        ),
    ],
)
def test_a_wrong_edge_is_found_with_file_and_line(house: Path, module, line, said):
    (house / module).write_text(line)
    found = wrong_edges(house)
    assert len(found) == 1
    assert said in found[0]


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("ui/desk.py", "from lltic.reviews.client import Client\nfrom lltic.reviews import client"),
        ("cohort/build.py", "def f():\n    from lltic.sources import tables"),
        ("form/rules.py", "from lltic import __version__\nfrom lltic.errors import LlticError"),
        ("form/rules.py", "from . import model"),
    ],
)
def test_a_right_edge_is_let_through(house: Path, module, line):
    (house / module).write_text(line)
    assert wrong_edges(house) == []


@pytest.mark.parametrize(
    ("module", "line", "said"),
    [
        ("form/rules.py", "def f():\n    import pandas as pd", "form/rules.py:2"),
        ("ui/desk.py", "import sqlalchemy.orm", "it lives in: reviews"),
        ("ui/desk.py", "import voila", "it lives in: ui.server"),
        ("cohort/build.py", "from requests import get", "it lives in: no room"),
    ],
)
def test_a_library_in_the_wrong_room_is_found(house: Path, module, line, said):
    (house / module).write_text(line)
    found = wrong_libraries(house)
    assert len(found) == 1
    assert said in found[0]


def test_a_ring_of_modules_is_found(house: Path):
    (house / "form/rules.py").write_text("from lltic.form import model")
    (house / "form/model.py").write_text("def f():\n    from lltic.form.rules import check")
    assert cycles(house) == [["lltic.form.model", "lltic.form.rules"]]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house of empty rooms, for the checkers to be tried on."""
    rooms = ("", "form", "cohort", "reviews", "themes", "measures", "audit", "ui", "sources")
    files = (
        "form/rules",
        "form/model",
        "cohort/build",
        "reviews/client",
        "reviews/store",
        "ui/desk",
    )
    for name in (*(f"{room}/__init__" for room in rooms), *files):
        file = tmp_path / f"lltic/{name}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    return tmp_path / "lltic"


def loaded_by(statement: str) -> set[str]:
    code = f"import sys\n{statement}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    run = [sys.executable, "-c", code]
    return set(
        subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    )


def test_importing_the_package_is_light():
    heavy = loaded_by("import lltic") & LIGHT
    # A study is opened by lltic.study, which reads TOML, so not even YAML is needed.
    assert not heavy


def test_the_command_line_starts_without_the_heavy_libraries():
    assert not loaded_by("import lltic.cli") & (LIGHT - {"click", "yaml"})


def test_the_reviewers_client_needs_the_standard_library_only():
    before = loaded_by("pass")
    outside = loaded_by("import lltic.reviews.client") - before - set(sys.stdlib_module_names)
    assert outside <= {"lltic"}


def test_the_light_import_test_can_fail():
    assert "numpy" in loaded_by("import numpy") & LIGHT


def test_every_library_is_a_declared_dependency():
    """What the wheel imports must come with the wheel, not with the workshop."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"].values()
    lines = [*project["dependencies"], *(line for extra in extras for line in extra)]
    declared = {normal(re.split(r"[^\w.-]", line)[0]) for line in lines}
    distributions = packages_distributions()
    missing = []
    for edge in imports(ROOT / "lltic"):
        library = edge.target.split(".")[0]
        if library == "lltic" or library in sys.stdlib_module_names:
            continue
        if not declared & {normal(name) for name in distributions.get(library, [library])}:
            missing.append(str(edge))
    assert not missing, "\n" + "\n".join(missing)


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
