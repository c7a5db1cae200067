"""The wheel carries all it needs, and works in a place that has never seen the clone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from lltic import __version__
from lltic.definitions import FOLDERS

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = "Scripts" if os.name == "nt" else "bin"


def run(*command: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a command in a place whose environment knows nothing of the clone."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=cwd, env=kept, capture_output=True, text=True, check=False)
    assert done.returncode == 0 or not check, f"{command}\n{done.stdout}{done.stderr}"
    return done


def build(kind: str, folder: Path) -> Path:
    run(sys.executable, "-m", "hatchling", "build", "--target", kind, "-d", folder, cwd=ROOT)
    (made,) = folder.iterdir()
    return made


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """A bare environment with the wheel; it borrows the libraries that are installed here.

    That every library the package imports is also declared is held by
    test_architecture; that the index has them all, by test_from_the_index below.
    """
    home = tmp_path_factory.mktemp("bare") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=home.parent)
    install = [sys.executable, "-m", "pip", "--python", home, "install", "--quiet"]
    run(*install, "--no-index", "--no-deps", wheel, cwd=home.parent)
    (there,) = home.glob("[Ll]ib/**/site-packages")
    # A path line adds the folder but not the editable clone that its own .pth files point to.
    there.joinpath("borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return home / SCRIPTS


def test_the_wheel_carries_every_file_of_the_package(wheel: Path):
    carried = set(zipfile.ZipFile(wheel).namelist())
    unwanted = {"__pycache__", ".ipynb_checkpoints"}
    files = [f for f in (ROOT / "lltic").rglob("*") if f.is_file() and not unwanted & set(f.parts)]
    assert {f.relative_to(ROOT).as_posix() for f in files} <= carried
    assert "lltic/py.typed" in carried


def test_the_wheel_carries_definitions_and_notebooks(wheel: Path):
    carried = set(zipfile.ZipFile(wheel).namelist())
    for folder in FOLDERS.values():
        files = list((ROOT / folder).glob("*.yml"))
        assert files
        assert {f"lltic/_definitions/{folder}/{file.name}" for file in files} <= carried
    notebooks = list((ROOT / "notebooks").glob("*.ipynb"))
    assert notebooks
    assert {f"lltic/_notebooks/{file.name}" for file in notebooks} <= carried


def test_the_wheel_carries_nothing_else(wheel: Path):
    top = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert top == {"lltic", f"lltic-{__version__}.dist-info"}


def test_a_wheel_can_be_built_from_the_source_archive(tmp_path: Path, wheel: Path):
    archive = build("sdist", tmp_path / "sdist")
    run(sys.executable, "-m", "tarfile", "-e", archive, tmp_path / "source", cwd=tmp_path)
    (source,) = (tmp_path / "source").iterdir()
    again = tmp_path / "again"
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", again, cwd=source)
    (made,) = again.iterdir()
    assert zipfile.ZipFile(made).namelist() == zipfile.ZipFile(wheel).namelist()


def test_the_wheel_asks_for_what_pyproject_declares(wheel: Path):
    about = zipfile.ZipFile(wheel).read(f"lltic-{__version__}.dist-info/METADATA").decode()
    assert re.search(r"^License-Expression: MIT$", about, re.MULTILINE)
    assert re.search(r"^Requires-Python: >=3\.11$", about, re.MULTILINE)
    assert re.search(r"^Requires-Dist: voila>=0\.5\.13$", about, re.MULTILINE)


def test_the_installed_package_is_not_the_clone(bare: Path, tmp_path: Path):
    said = run(bare / "python", "-c", "import lltic; print(lltic.__file__)", cwd=tmp_path).stdout
    assert Path(said.strip()).is_relative_to(bare.parent)


def test_the_command_returns_its_exit_code(bare: Path, tmp_path: Path):
    assert run(bare / "lltic", "--version", cwd=tmp_path).stdout.strip().endswith(__version__)
    assert run(bare / "lltic", "agreement", cwd=tmp_path, check=False).returncode == 2


def test_the_installed_package_finds_its_definitions(bare: Path, tmp_path: Path):
    code = "import json; from lltic.definitions import FOLDERS, names\n"
    code += "print(json.dumps({kind: names(kind) for kind in FOLDERS}))"
    found = json.loads(run(bare / "python", "-c", code, cwd=tmp_path).stdout)
    here = {folder: {f.stem for f in (ROOT / folder).glob("*.yml")} for folder in FOLDERS.values()}
    there: dict[str, list[str]] = {folder: [] for folder in here}
    for kind, folder in FOLDERS.items():
        there[folder] += found[kind]
    assert {folder: set(known) for folder, known in there.items()} == here
    assert all(len(set(known)) == len(known) for known in there.values())  # each of one kind


def test_the_demo_is_made_and_used_from_another_folder(bare: Path, tmp_path: Path):
    run(bare / "lltic", "demo", "demo", cwd=tmp_path)
    known = run(bare / "lltic", "cohort", "list", "--study", "demo", cwd=tmp_path).stdout
    assert re.search(r"^lltic\b", known, re.MULTILINE)
    said = run(bare / "lltic", "cohort", "build", "--study", "demo", cwd=tmp_path).stdout
    assert re.search(r"^cases \d+ in_hospital \d+ post_discharge \d+$", said, re.MULTILINE)
    run(bare / "lltic", "audit", "store", "--study", "demo", cwd=tmp_path)


def test_installed_without_a_clone_there_are_no_tests_to_run(bare: Path, tmp_path: Path):
    done = run(bare / "lltic", "test", cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert "Clone the repository" in done.stderr


@pytest.mark.registry
def test_from_the_index(wheel: Path, tmp_path: Path):
    """The fuller proof: nothing borrowed, every dependency fetched as the wheel declares it."""
    home = tmp_path / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", home, cwd=tmp_path)
    install = [sys.executable, "-m", "pip", "--python", home, "install", "--quiet"]
    lock = ["--constraint", _constraints(tmp_path)]
    run(*install, "--only-binary", ":all:", *lock, wheel, cwd=tmp_path)
    run(home / SCRIPTS / "lltic", "demo", "demo", cwd=tmp_path)
    run(home / SCRIPTS / "lltic", "report", "--study", "demo", cwd=tmp_path)


def _constraints(folder: Path) -> Path:
    text = (ROOT / "requirements.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line.split(" --hash")[0].strip() for line in text.splitlines() if line.strip()]
    file = folder / "constraints.txt"
    file.write_text("\n".join(lines) + "\n")
    return file
