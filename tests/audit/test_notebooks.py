"""``lltic audit notebooks``: the same page again, and every tampering found."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lltic.audit.execution import (
    execute,
    execute_all,
    kernel_environment,
    shipped_notebooks,
    study_notebooks,
)
from lltic.audit.manifest import MANIFEST, read_manifest
from lltic.audit.nbval_report import first_difference
from lltic.audit.notebooks import find_notebooks, verify
from lltic.cli import main
from lltic.errors import LlticError, UsageError
from lltic.study import Study

PICTURE = """\
%matplotlib inline
import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(1, 1))
axes.plot([1, 2])
plt.show()"""


def small_notebook(*extra: str) -> nbformat.NotebookNode:
    cells = [
        new_markdown_cell("# How many"),
        new_code_cell(
            "import os\nimport pandas as pd\nfrom lltic import Study\n"
            'study = Study.open(os.environ["LLTIC_STUDY"])\n'
            'numbers = [int(x) for x in (study.outputs / "numbers.txt").read_text().split()]'
        ),
        new_code_cell('pd.DataFrame({"n": numbers, "double": [2 * n for n in numbers]})'),
        new_markdown_cell("The table says it all."),
        new_code_cell("print(sum(numbers))"),
        *[new_code_cell(source) for source in extra],
    ]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return new_notebook(cells=cells)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A study with one executed notebook and its manifest."""
    folder = tmp_path_factory.mktemp("audit")
    study = Study.init(folder / "study")
    (study.outputs / "numbers.txt").write_text("3 5 34")
    source = folder / "90-small.ipynb"
    nbformat.write(small_notebook(PICTURE), source)
    written, problems = execute_all(study, [source])
    assert problems == []
    assert [path.name for path in written] == ["90-small.ipynb"]
    return study


@pytest.fixture
def tamper(executed: Study, tmp_path: Path):
    """Change the executed notebook, audit, and put it back."""
    path = executed.outputs / "notebooks" / "90-small.ipynb"
    manifest = path.parent / MANIFEST
    kept = path.read_bytes(), manifest.read_bytes()

    def change(
        edit: Callable[[nbformat.NotebookNode], object], *, manifest_too: bool = False
    ) -> list[str]:
        from lltic.audit.manifest import write_manifest

        notebook = nbformat.read(path, as_version=4)
        edit(notebook)
        nbformat.write(notebook, path)
        if manifest_too:
            write_manifest(path.parent, [path])
        return [str(claim) for claim in verify(executed)]

    yield change
    path.write_bytes(kept[0])
    manifest.write_bytes(kept[1])


def test_an_untouched_notebook_passes(executed: Study, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "notebooks", "--study", str(executed.path)]) == 0
    assert capsys.readouterr().out == (
        "PASS 90-small.ipynb: 6 cells, 4 re-executed, the same outputs\n"
    )


def test_one_changed_number_fails_naming_notebook_and_cell(
    executed: Study, tamper, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(notebook):
        output = notebook.cells[4].outputs[0]
        output.text = output.text.replace("42", "43")

    said = tamper(edit, manifest_too=True)
    assert said == ["FAIL 90-small.ipynb, cell 5: stored '43', now '42' (in '42')"]
    assert main(["audit", "notebooks", "--study", str(executed.path), "--json"]) == 1
    claims = json.loads(capsys.readouterr().out)
    assert [(c["name"], c["passed"]) for c in claims] == [("90-small.ipynb, cell 5", False)]


def test_a_number_changed_in_the_html_of_a_table_alone_fails(tamper) -> None:
    def edit(notebook):
        data = notebook.cells[2].outputs[0].data
        data["text/html"] = data["text/html"].replace("<td>68</td>", "<td>69</td>")

    said = tamper(edit, manifest_too=True)
    assert len(said) == 1
    assert said[0].startswith("FAIL 90-small.ipynb, cell 3: stored '69', now '68'")


def test_a_changed_study_fails(executed: Study) -> None:
    file = executed.outputs / "numbers.txt"
    try:
        file.write_text("3 5 35")
        said = [str(claim) for claim in verify(executed)]
    finally:
        file.write_text("3 5 34")
    assert [line.split(":")[0] for line in said] == [
        "FAIL 90-small.ipynb, cell 3",
        "FAIL 90-small.ipynb, cell 5",
    ]


def _blank(notebook):
    notebook.cells[4].outputs = []
    notebook.cells[4].execution_count = None


def _emptied(notebook):
    notebook.cells[4].outputs = []


def _marker(notebook):
    notebook.cells[4].source = "# NBVAL_IGNORE_OUTPUT\n" + notebook.cells[4].source
    notebook.cells[4].outputs[0].text = "43\n"


def _tag(notebook):
    notebook.cells[4].metadata["tags"] = ["nbval-skip"]
    notebook.cells[4].outputs[0].text = "43\n"


def _may_raise(notebook):
    notebook.cells[4].metadata["tags"] = ["raises-exception"]


def _breaks(notebook):
    notebook.cells[4].source = "raise KeyError('999 087 3305')"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (_blank, "was never run"),
        (_emptied, "gives an output (stream) that is not stored"),
        (_marker, "the marker NBVAL_IGNORE_OUTPUT"),
        (_tag, "the marker nbval-skip"),
        (_may_raise, "the marker raises-exception"),
        (_breaks, "stopped with KeyError"),
    ],
)
def test_what_would_slip_through_nbval_is_found_even_with_a_new_manifest(
    tamper, edit, expected: str
) -> None:
    said = tamper(edit, manifest_too=True)
    assert len(said) == 1
    assert said[0].startswith("FAIL 90-small.ipynb, cell 5: ")
    assert expected in said[0]
    assert "999" not in said[0]


def _picture(notebook):
    output = next(o for o in notebook.cells[5].outputs if "image/png" in o.get("data", {}))
    output.data["image/png"] = base64.b64encode(b"another picture").decode()


def _prose(notebook):
    notebook.cells[3].source = "The sum is 43."


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda nb: nb.cells.pop(2), "FAIL 90-small.ipynb, cell 3: this code cell was deleted"),
        (lambda nb: nb.cells.pop(0), "FAIL 90-small.ipynb, cell 1: this markdown cell was deleted"),
        (
            lambda nb: nb.cells.insert(4, new_markdown_cell("All is well.")),
            "FAIL 90-small.ipynb, cell 5: this markdown cell was added",
        ),
        (
            lambda nb: nb.cells.insert(2, nb.cells.pop(3)),
            "FAIL 90-small.ipynb, cell 3: the cells are not in the order of the manifest",
        ),
        (_prose, "FAIL 90-small.ipynb, cell 4: its text is not the one in the manifest"),
        (_picture, "FAIL 90-small.ipynb, cell 6: its stored output is not the one in the manifest"),
    ],
)
def test_the_manifest_finds_what_a_re_execution_cannot(tamper, edit, expected: str) -> None:
    assert tamper(edit) == [expected]


def test_a_missing_notebook_and_a_missing_manifest_fail(tamper, executed: Study) -> None:
    folder = executed.outputs / "notebooks"
    listed = read_manifest(folder)
    assert listed is not None
    (folder / MANIFEST).unlink()
    [said] = tamper(lambda nb: None)
    assert said.startswith(f"FAIL 90-small.ipynb: no {MANIFEST} lies beside it")
    (folder / MANIFEST).write_text(json.dumps({"notebooks": {**listed, "95-gone.ipynb": []}}))
    said = [str(claim) for claim in verify(executed)]
    assert said[1] == f"FAIL 95-gone.ipynb: is listed in {MANIFEST} and not there"


def test_an_unreadable_notebook_fails(tamper, executed: Study) -> None:
    path = executed.outputs / "notebooks" / "90-small.ipynb"
    tamper(lambda nb: None)
    path.write_text("{not json")
    assert [str(c) for c in verify(executed)] == [
        "FAIL 90-small.ipynb: cannot be read as a notebook"
    ]


def test_a_named_notebook_needs_no_manifest(executed: Study, tmp_path: Path) -> None:
    own = tmp_path / "own.ipynb"
    nbformat.write(execute(executed, small_notebook(), "own.ipynb"), own)
    assert [claim.passed for claim in verify(executed, [own])] == [True]
    with pytest.raises(UsageError) as caught:
        find_notebooks(executed, [tmp_path / "none.ipynb", tmp_path])
    assert caught.value.codes == ("not-a-notebook", "not-a-notebook")


def test_without_own_notebooks_the_shipped_ones_are_audited(tmp_path: Path) -> None:
    study = Study.init(tmp_path / "study")
    assert find_notebooks(study) == study_notebooks()
    assert {path.name for path in study_notebooks()} >= {
        "10-cohort.ipynb",
        "50-agreement.ipynb",
        "60-themes.ipynb",
    }


def test_what_shows_the_program_itself_is_shipped_but_not_reported() -> None:
    assert {p.name for p in shipped_notebooks()} - {p.name for p in study_notebooks()} == {
        "90-components.ipynb"
    }


def test_two_executions_give_the_same_bytes(executed: Study, tmp_path: Path) -> None:
    source = tmp_path / "90-small.ipynb"
    nbformat.write(small_notebook(PICTURE), source)
    execute_all(executed, [source], into=tmp_path / "again")
    first = executed.outputs / "notebooks"
    for name in ("90-small.ipynb", MANIFEST):
        assert (tmp_path / "again" / name).read_bytes() == (first / name).read_bytes()


def test_lines_stay_together_however_slowly_they_come(executed: Study) -> None:
    slowly = "import time\nfor n in range(3):\n    print(n, flush=True)\n    time.sleep(0.3)"
    done = execute(executed, small_notebook(slowly), "91-slow.ipynb")
    assert [output.text for output in done.cells[-1].outputs] == ["0\n1\n2\n"]


def test_a_failing_notebook_names_the_cell_and_never_the_value(
    executed: Study, tmp_path: Path
) -> None:
    source = tmp_path / "91-bad.ipynb"
    nbformat.write(small_notebook("raise ValueError('999 087 3305')"), source)
    written, [problem] = execute_all(executed, [source], into=tmp_path / "out")
    assert written == []
    assert (problem.code, problem.where) == ("notebook-failed", "91-bad.ipynb, cell 6")
    assert "ValueError" in problem.message
    assert "999" not in str(problem)
    assert not (tmp_path / "out" / "91-bad.ipynb").exists()


def test_the_kernel_is_this_interpreter_with_a_listed_environment(
    executed: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLTIC_SECRET", "canary")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    notebook = new_notebook(
        cells=[new_code_cell("import os, sys\nprint(sys.executable)\nprint(sorted(os.environ))")]
    )
    text = execute(executed, notebook, "env.ipynb").cells[0].outputs[0].text
    assert text.splitlines()[0] == sys.executable
    assert "LLTIC_SECRET" not in text
    with kernel_environment(executed) as environment:
        assert environment["LLTIC_STUDY"] == str(executed.path)


def test_nothing_to_audit_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lltic.audit.notebooks.study_notebooks", list)
    with pytest.raises(LlticError) as caught:
        verify(Study.init(tmp_path / "study"))
    assert caught.value.codes == ("no-notebooks",)


def test_the_first_difference_in_words() -> None:
    table = {"text/plain": "a  b\n1  2\n"}
    assert first_difference(table, table) == ""
    assert first_difference(table, {}).startswith("stores an output")
    assert first_difference({}, table).startswith("gives an output")
    longer = {"text/plain": "a  b\n1  2\n3  4\n"}
    assert first_difference(table, longer) == "2 lines stored, 3 now"


def test_what_was_not_re_executed_does_not_pass(executed: Study, monkeypatch) -> None:
    def dies(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 1)

    monkeypatch.setattr("lltic.audit.notebooks.subprocess.run", dies)
    claims = verify(executed)
    assert not any(claim.passed for claim in claims)
    assert {claim.detail for claim in claims} == {"was not re-executed"}


@pytest.mark.parametrize("path", shipped_notebooks(), ids=lambda path: path.name)
def test_a_shipped_notebook_reads_like_a_paper(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    first, load = notebook.cells[:2]
    assert first.cell_type == "markdown"
    assert first.source.startswith("# ")
    assert first.source.splitlines()[0].endswith("?")
    assert 'Study.open(os.environ.get("LLTIC_STUDY", "../demo"))' in load.source
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert "**What it says.**" in prose
    assert "**What it cannot say.**" in prose
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert sum(line.startswith(("def ", "class ")) for c in code for line in c.splitlines()) <= 1
    assert list(_lint_markers(notebook)) == []


def _lint_markers(notebook: nbformat.NotebookNode) -> list[str]:
    from lltic.audit.notebooks import _lint

    return [what for _, what in _lint(notebook) if "marker" in what]
