"""What is declared, what is locked and what Conda is told are one thing.

Run as a script (``make lock`` does) it writes ``environment.yml`` anew.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
FLOORS = {"voila": "0.5.13", "jupyter-server": "2.18"}
"""Below these, a reviewer's browser can run code (docs/decisions/0004)."""


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def declared() -> list[Requirement]:
    """Return what pyproject.toml asks for, to run and to develop."""
    asked = project()
    lines = asked["project"]["dependencies"] + asked["dependency-groups"]["dev"]
    return [Requirement(line) for line in lines]


def locked(file: str = "requirements.lock") -> dict[str, Requirement]:
    text = (ROOT / file).read_text("utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        if line.strip():
            wish = Requirement(line.split(" --hash")[0])
            found[canonicalize_name(wish.name)] = wish
    return found


def version(wish: Requirement) -> str:
    (only,) = wish.specifier
    assert only.operator == "=="
    return only.version


def environment() -> str:
    """Return the environment.yml that pyproject.toml and the lock call for."""
    lines = [
        "# The way in where there is no make (see README.md).",
        "# Written by `make lock` from requirements.lock; a test compares.",
        "name: lltic",
        "channels:",
        "  - conda-forge",
        "dependencies:",
        f"  - python{project()['project']['requires-python']}",
        "  - pip",
        "  - pip:",
        *(f"      - {wish}" for name, wish in sorted(locked().items()) if name != "pip"),
    ]
    return "\n".join(lines) + "\n"


def test_every_declared_package_is_locked_within_its_bounds():
    lock = locked()
    for wish in declared():
        pin = lock.get(canonicalize_name(wish.name))
        assert pin is not None, f"{wish.name} is not in requirements.lock: run 'make lock'"
        assert wish.specifier.contains(version(pin)), f"{wish} but locked at {pin}: run 'make lock'"


def test_spark_is_locked_apart_and_fits_the_rest():
    """It comes as source: what builds it is locked too, so that nothing else is fetched."""
    (wish,) = map(Requirement, project()["dependency-groups"]["spark"])
    assert str(wish) in [str(Requirement(w)) for w in extras()["spark"]]
    assert wish.specifier.contains(version(locked("spark.lock")["pyspark"]))
    assert "setuptools" in locked()
    assert not set(locked()) & set(locked("spark.lock")), "one version of everything"


def extras() -> dict[str, list[str]]:
    return project()["project"]["optional-dependencies"]


@pytest.mark.parametrize(("lock", "least"), [("requirements.lock", 51), ("spark.lock", 2)])
def test_every_locked_package_has_one_version_and_its_hashes(lock, least):
    text = (ROOT / lock).read_text("utf-8").replace("\\\n", " ")
    entries = [line for line in text.splitlines() if line.strip()]
    names = [canonicalize_name(re.split("[=; ]", line)[0]) for line in entries]
    assert len(entries) >= least
    assert len(names) == len(set(names))
    for line in entries:
        assert re.fullmatch(r"\S+==\S+( ; [^#]+?)?( +--hash=sha256:[0-9a-f]{64})+", line.strip()), (
            line
        )


@pytest.mark.parametrize(
    "name", ["requirements.lock", "spark.lock", "environment.yml", "pyproject.toml", "Makefile"]
)
def test_no_file_says_where_to_fetch_from(name):
    text = (ROOT / name).read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"--(extra-)?index-url|--find-links|file:/", text)


def test_environment_yml_equals_the_locked_set():
    """The same names, versions and markers, read as Conda reads them."""
    data = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    (pip,) = [entry["pip"] for entry in data["dependencies"] if isinstance(entry, dict)]
    told = {canonicalize_name(Requirement(line).name): Requirement(line) for line in pip}
    assert told == {name: wish for name, wish in locked().items() if name != "pip"}


def test_environment_yml_is_as_make_lock_writes_it():
    assert (ROOT / "environment.yml").read_text("utf-8") == environment(), "run 'make lock'"


def test_python_has_one_floor():
    asked = project()
    assert asked["project"]["requires-python"] == ">=3.11"
    assert asked["tool"]["ruff"]["target-version"] == "py311"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert "sys.version_info < (3, 11)" in makefile
    assert "--python-version 3.11" in makefile
    assert sys.version_info >= (3, 11)


def test_the_safety_floors_stand():
    asked = {canonicalize_name(r.name): r for r in declared()}
    for name, floor in FLOORS.items():
        assert f">={floor}" in str(asked[name].specifier)


def test_what_installing_the_clone_needs_is_locked():
    """No build backend is fetched beside the lock."""
    for line in project()["build-system"]["requires"]:
        assert canonicalize_name(Requirement(line).name) in locked()


if __name__ == "__main__":
    (ROOT / "environment.yml").write_text(environment(), "utf-8")
