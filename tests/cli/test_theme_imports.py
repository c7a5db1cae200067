"""Figures of codings that came of another program: asked for by name, and never mixed in."""

from __future__ import annotations

import json
import zipfile
from itertools import product

import pytest
from coded_study import A, B, coded_study, run, with_cases
from openpyxl import load_workbook
from small_study import clock, small_study

from lltic.errors import LlticError
from lltic.reviews.read import codings
from lltic.themes import load_codebook
from lltic.themes.exchange import read_kept
from lltic.themes.exchange.guids import guid

__all__ = ["clock", "coded_study", "run", "small_study", "with_cases"]

FIGURES = ("prevalence", "together", "scores", "trends")


def elsewhere(file, to, book="lltic-12", theme="dnar"):
    """Write a project again as another person might have coded it: every passage as one theme."""
    was, now = guid("code", book, "fluid_management"), guid("code", book, theme)
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".qde"):
                qde = content.decode().replace('name="cody"', 'name="Other coder"')
                qde = qde.replace(f'CodeRef targetGUID="{was}"', f'CodeRef targetGUID="{now}"')
                content = qde.encode()
            new.writestr(name, content)
    return to


@pytest.fixture
def imported(run, with_cases, tmp_path):
    """The coded study, and beside it the passages of both cases, called dnar by another."""
    study = ("--study", with_cases.path)
    assert run("themes", "export", *study, "--to", tmp_path / "out.qdpx")[0] == 0
    theirs = elsewhere(tmp_path / "out.qdpx", tmp_path / "nvivo.qdpx")
    code, out, _ = run("themes", "import", theirs, *study)
    assert (code, out.splitlines()[-1].endswith("codings 2 by coders 1")) == (0, True)
    assert "--codings nvivo" in out
    return with_cases


def having(run, study, *more):
    code, out, _ = run("themes", "prevalence", "--study", study.path, "--json", *more)
    assert code == 0
    told = json.loads(out)
    rows = {r["theme"]: r["estimate"] for r in told["themes"]}
    found = {t: (e["numerator"], e["denominator"]) for t, e in rows.items() if e["numerator"]}
    return told, found, next(iter(rows.values()))["warnings"]


def test_a_figure_is_of_the_record_or_of_one_import(run, imported):
    own, found, _ = having(run, imported)
    assert (own["import"], found) == (None, {"fluid_management": (1, 1)})
    theirs, found, warnings = having(run, imported, "--codings", "nvivo")
    assert found == {"dnar": (2, 2)}
    kept = read_kept(imported.path / "codings" / "nvivo.json")
    assert theirs["import"] == {
        "name": "nvivo",
        "file": "nvivo.qdpx",
        "sha256": kept.sha256,
        "imported_at": kept.imported_at,
        "project": kept.project,
        "origin": kept.origin,
    }
    assert kept.imported_at.endswith("Z")
    assert warnings == ["Counted as read, without a coding in the import: texts 10 of 12."]
    assert {c.coder for c in codings(imported)} == {"cody"}


def test_every_figure_says_whose_codings_it_counts_and_hides_what_it_would(run, imported):
    for figure, profile in product(FIGURES, ("none", "nhs_hes_2018")):
        command = ("themes", figure, "--study", imported.path, "--disclosure", profile)
        code, out, _ = run(*command, "--codings", "nvivo")
        first, *rest = out.splitlines()
        assert code == 0
        assert first.startswith("codings of the import nvivo (lltic ")
        assert "none of the study's own" in first
        code, told, _ = run(*command, "--codings", "nvivo", "--json")
        assert json.loads(told)["import"]["name"] == "nvivo"
        if profile != "none":
            assert "disclosure profile nhs_hes_2018" in rest[-1]
            assert " 2 " not in out
            for never in ("estimate", "n_both", "texts 10", A, B):
                assert never not in out + told
            continue
        code, own, _ = run(*command)
        assert (code, "import" in own) == (0, False)
        assert json.loads(run(*command, "--json")[1])["import"] is None


def test_rows_about_single_cases(run, imported, tmp_path):
    study = ("--study", imported.path, "--codings", "nvivo")
    code, out, _ = run("themes", "passages", "--theme", "dnar", *study)
    assert (code, out.splitlines()[-1]) == (0, "passages 2 cases 2")
    assert out.startswith("codings of the import nvivo")
    code, out, _ = run("themes", "passages", "--theme", "fluid_management", *study, "--json")
    told = json.loads(out)
    assert (told["import"]["name"], told["passages"]) == ("nvivo", [])
    hidden = ("--disclosure", "nhs_hes_2018")
    assert run("themes", "passages", "--theme", "dnar", *study, *hidden)[0] == 2
    assert run("themes", "matrix", "--out", tmp_path / "m.xlsx", *study, *hidden)[0] == 2
    assert run("themes", "matrix", "--out", tmp_path / "m.xlsx", *study)[0] == 0
    book = load_workbook(tmp_path / "m.xlsx")
    cells = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value]
    assert any(cell.startswith("Codings of the import nvivo") for cell in cells)
    code, _, err = run("themes", "matrix", "--out", tmp_path / "m.csv", *study)
    assert (code, "not the study's own" in err) == (2, True)
    assert not (tmp_path / "m.csv").exists()


def test_texts_that_an_import_does_not_hold_are_in_no_share(run, imported):
    file = imported.path / "codings" / "nvivo.json"
    data = json.loads(file.read_text("utf-8"))
    held = {(f"{A}-1", "ongoing.judgement"), (f"{A}-2", "overall.judgement")}
    data["sources"] = [s for s in data["sources"] if (s["review_id"], s["item"]) in held]
    data["codings"] = [{**c, "source_hash": "0" * 64} for c in data["codings"]]
    data["on_record"] = 3
    file.write_text(json.dumps(data), "utf-8")
    _, found, warnings = having(run, imported, "--codings", "nvivo")
    assert found == {"dnar": (1, 1)}
    assert warnings == [
        "Not all of their texts are in the import: cases 1 of 1.",
        "Counted as read, without a coding in the import: texts 1 of 2.",
        "Left out, the study's own that came back in the import: codings 3.",
        "Counted, though their text was corrected after they were made: codings 1.",
        "Left out, their text being on record no more: codings 1.",
    ]
    data["sources"] = []
    file.write_text(json.dumps(data), "utf-8")
    code, _, err = run("themes", "prevalence", "--study", imported.path, "--codings", "nvivo")
    assert (code, "none of its codings" in err) == (1, True)


def test_a_name_that_is_no_import(run, imported, tmp_path):
    study = ("themes", "prevalence", "--study", imported.path)
    for name in ("nviv", "../study", ""):
        code, _, err = run(*study, "--codings", name)
        assert (code, "Allowed: nvivo" in err) == (2, True)
    code, _, err = run(*study, "--codings", "nvivo", "--where-coders-differ", "any")
    assert (code, "about the study's own codings" in err) == (2, True)
    (imported.path / "codings" / "mine.json").write_text('{"format": "other"}')
    code, _, err = run(*study, "--codings", "mine")
    assert (code, "is no file of an import" in err) == (1, True)
    back = ("themes", "import", tmp_path / "out.qdpx", "--study", imported.path)
    code, out, _ = run(*back)
    assert (code, "--codings" in out) == (0, False), "there is nothing to make figures of"
    code, _, err = run(*study, "--codings", "out")
    assert (code, "are the study's own" in err) == (1, True)


def test_an_import_reads_in_the_version_the_study_uses(run, imported, tmp_path):
    """Coded under one version, sent out in the next, coded there, and counted there."""
    book = load_codebook("lltic-12")
    words = book.path.read_text("utf-8").replace("fluid_management", "fluid_care")
    words = words.replace("name: lltic-12\n", "name: ours\n")
    words += f"previous: {{name: lltic-12, hash: {book.hash[:12]}}}\n"
    words += "changes: [{rename: fluid_management, into: fluid_care, reason: Shorter.}]\n"
    (imported.path / "codebooks" / "ours.yml").write_text(words, "utf-8")
    settings = imported.path / "study.toml"
    settings.write_text(settings.read_text("utf-8").replace('"lltic-12"', '"ours"'), "utf-8")
    _, found, _ = having(run, imported, "--codings", "nvivo")
    assert found == {"dnar": (2, 2)}
    study = ("--study", imported.path)
    assert run("themes", "export", *study, "--to", tmp_path / "out.qdpx")[0] == 0
    theirs = elsewhere(tmp_path / "out.qdpx", tmp_path / "later.qdpx", "ours", "fluid_care")
    assert run("themes", "import", theirs, *study)[0] == 0
    kept = read_kept(imported.path / "codings" / "later.json")
    assert {(c.theme, c.codebook) for c in kept.codings} == {("fluid_care", "ours")}
    _, found, _ = having(run, imported, "--codings", "later")
    assert found == {"fluid_care": (2, 2)}


def test_what_was_kept_before_the_time_was(imported):
    file = imported.path / "codings" / "nvivo.json"
    data = json.loads(file.read_text("utf-8"))
    del data["imported_at"]
    file.write_text(json.dumps(data), "utf-8")
    assert read_kept(file).imported_at == ""
    for bad in ({**data, "sources": [1]}, {**data, "codings": [{}]}, {**data, "on_record": None}):
        file.write_text(json.dumps(bad), "utf-8")
        with pytest.raises(LlticError) as caught:
            read_kept(file)
        assert caught.value.codes == ("not-imported-codings",)
