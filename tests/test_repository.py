"""The repository keeps its own promises: layout, links, make and CI."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import lltic

ROOT = Path(__file__).resolve().parents[1]

TOP_LEVEL = {
    *("lltic", "review_forms", "cohorts", "codebooks", "plans", "notebooks", "tests"),
    *("benchmarks", "docs", ".ci"),
    *("environment.yml", "requirements.lock", "spark.lock", "pyproject.toml", "Makefile"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *(".editorconfig", ".gitattributes", ".gitignore", ".pre-commit-config.yaml"),
}
LOCAL_STATE = {".git", ".venv", "demo", "build", "dist", "htmlcov", ".coverage"}
LOCAL_STATE |= {".pytest_cache", ".mypy_cache", ".ruff_cache", ".hypothesis"}


def tracked() -> list[Path]:
    """Return the files of the clone, or of the tree where there is no git."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        run = ["git", "ls-files", "-co", "--exclude-standard", "-z"]
        names = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        files = [ROOT / name for name in names.split("\0") if name]
        return [file for file in files if file.is_file()]
    tops = [path for path in ROOT.iterdir() if path.name in TOP_LEVEL]
    files = [f for top in tops for f in ([top] if top.is_file() else top.rglob("*")) if f.is_file()]
    return [f for f in files if "__pycache__" not in f.parts]


def texts() -> Iterator[tuple[Path, str]]:
    for file in tracked():
        try:
            yield file.relative_to(ROOT), file.read_text("utf-8")
        except UnicodeDecodeError:
            assert file.suffix in {".png", ".xlsx", ".parquet", ".ico", ".woff2"}, file


def test_the_top_level_is_the_agreed_one():
    there = {path.relative_to(ROOT).parts[0] for path in tracked()}
    assert there - LOCAL_STATE == TOP_LEVEL


def test_no_path_of_one_machine_is_written_down():
    homes = "|".join(("ho" + "me", "ro" + "ot", "Us" + "ers", "wo" + "rk", "tmp"))
    wanted = re.compile(rf"(?<![\w./~$}}-])/({homes})/\w")
    found = [
        f"{file}: {line}"
        for file, text in texts()
        for line in text.splitlines()
        if wanted.search(line)
    ]
    assert not found, "\n".join(found)


def test_text_files_end_with_a_newline_and_have_no_carriage_returns():
    assert not [
        file for file, text in texts() if "\r" in text or (text and not text.endswith("\n"))
    ]


def test_every_link_between_documents_leads_somewhere():
    broken = []
    for file, text in texts():
        if file.suffix == ".md":
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                path = target.partition("#")[0]
                if path and "://" not in path and not (ROOT / file.parent / path).exists():
                    broken.append(f"{file}: {target}")
    assert not broken, "\n".join(broken)


def test_the_changelog_knows_this_version():
    assert f"## {lltic.__version__} " in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_ci_runs_what_people_run():
    script = ROOT / ".ci/run"
    assert os.access(script, os.X_OK)
    assert re.search(r"^make test$", script.read_text("utf-8"), re.MULTILINE)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_make_help_lists_every_target():
    text = (ROOT / "Makefile").read_text("utf-8")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    told = subprocess.run(
        ["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert re.findall(r"^  make ([\w-]+) ", told, re.MULTILINE) == phony.split()
    assert {"review", "test", "bench", "lint", "format", "lock", "clean", "help"} <= set(
        phony.split()
    )


def test_every_decision_is_listed():
    folder = ROOT / "docs/decisions"
    listed = set(re.findall(r"\((\d{4}-[\w-]+\.md)\)", (folder / "README.md").read_text("utf-8")))
    assert listed == {file.name for file in folder.glob("[0-9]*.md")}


def test_the_glossary_says_each_word_once():
    text = (ROOT / "docs/glossary.md").read_text("utf-8")
    rows = re.findall(r"^\| ([^|]+?) \| ([^|]+?) \|$", text, re.MULTILINE)
    terms = [term for term, _ in rows if term not in {"term", "---"}]
    assert len(terms) > 60
    assert len(terms) == len(set(terms))
    assert all(meaning.endswith(".") for term, meaning in rows if term in terms)


def test_under_ci_a_skip_is_a_failure(tmp_path):
    shutil.copy(ROOT / "tests/conftest.py", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    whole = "import pytest\npytest.skip('no browser', allow_module_level=True)\n"
    (tmp_path / "test_whole.py").write_text(whole)
    single = "import pytest\ndef test_a(): pytest.skip('no browser')\ndef test_b(): ...\n"
    marked = "@pytest.mark.skip(reason='no browser')\ndef test_c(): ...\n"
    expected = "@pytest.mark.xfail\ndef test_d(): assert False\n"
    (tmp_path / "test_single.py").write_text(single + marked + expected)
    run = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "--continue-on-collection-errors",
    ]
    said = {}
    for ci in ("true", "false"):
        there = {**os.environ, "CI": ci, "PYTHONPATH": str(ROOT / "tests")}
        done = subprocess.run(
            [*run, tmp_path], env=there, capture_output=True, text=True, check=False
        )
        said[ci] = done.stdout
    assert "1 failed, 1 passed, 1 xfailed, 2 errors in" in said["true"]
    assert said["true"].count("no browser (under CI nothing may be skipped)") >= 3
    assert "1 passed, 3 skipped, 1 xfailed in" in said["false"]


def test_each_helper_of_the_tests_has_a_name_of_its_own_and_is_found():
    files = [
        f for f in (ROOT / "tests").rglob("*.py") if not f.name.startswith(("test_", "conftest"))
    ]
    names = [file.name for file in files]
    assert len(names) == len(set(names))
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    folders = {file.parent.relative_to(ROOT).as_posix() for file in files}
    assert folders <= set(tools["pytest"]["ini_options"]["pythonpath"])


def test_the_settings_of_the_tools_are_in_one_file():
    tools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
    assert {"ruff", "mypy", "pytest", "coverage", "hatch"} <= set(tools)
    strays = {"setup.cfg", "setup.py", "tox.ini", "pytest.ini", "mypy.ini", "ruff.toml", ".flake8"}
    assert not [name for name in strays if (ROOT / name).exists()]
