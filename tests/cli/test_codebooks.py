"""``lltic themes codebook``, ``export`` and ``import`` on a record that the service wrote."""

from __future__ import annotations

import dataclasses
import json
import unicodedata
import zipfile
from itertools import count

import pytest
from coded_study import A, B, run
from lxml import etree
from small_study import AMIRA, BEN, CODY, COMPLETE, World, clock, small_study

from lltic.reviews import admin
from lltic.reviews.coded import CodingPlan
from lltic.reviews.desk import Desk
from lltic.reviews.people import Person
from lltic.reviews.read import codings, independent_codings, texts
from lltic.reviews.record.events import Draft
from lltic.themes import load_codebook
from lltic.themes.codebook_use import mixed_up
from lltic.themes.exchange import read_imported

__all__ = ["clock", "run", "small_study"]

WORDS = {
    "ongoing.judgement": "Née à Zürich 👩🏽‍⚕️.\r\nFluids late 🫀; "
    + unicodedata.normalize("NFD", "Ångström café.")
    + "\r\nFamily told.",
    "overall.judgement": "Adequate; “told” & <b>noted</b>.",
}


@pytest.fixture
def strange_study(small_study, clock):
    """Case A read twice in strange words and coded by a person, letter by letter; case B once."""
    with admin.writing(small_study) as store:
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        strange = {**COMPLETE, **{item: {"value": said} for item, said in WORDS.items()}}
        for position, person in ((1, AMIRA), (2, BEN)):
            world.fill(person, f"{A}-{position}", strange)
            world.submit(person, f"{A}-{position}")
        world.fill(AMIRA, f"{B}-1", strange)
        world.submit(AMIRA, f"{B}-1")
        book = world.desk.coding_queue(CODY)["codebook_hash"]
        kept = {t.item: str(t.value) for t in texts(small_study) if t.review_id == f"{A}-1"}
        said = kept["ongoing.judgement"]
        for start, end in [(n, n + 1) for n in range(len(said))] + [(0, len(said))]:
            value = {"theme": "fluid_management", "start": start, "end": end}
            value |= {"codebook_hash": book, "polarity": "problem"}
            coded = world.operation("code", f"{A}-1", field="ongoing.judgement", value=value)
            world.desk.operate(CODY, coded)
    return small_study


@pytest.fixture
def exported(run, strange_study, tmp_path):
    file = tmp_path / "out.qdpx"
    code, out, _ = run("themes", "export", "--study", strange_study.path, "--to", file)
    assert code == 0
    return file, out


def renamed(file, to, coder):
    """Write a project again as if somebody else had coded it."""
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(to, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith(".qde"):
                content = content.replace(b'name="cody"', f'name="{coder}"'.encode())
            new.writestr(name, content)
    return to


def test_a_study_goes_out_valid_and_comes_back_letter_by_letter(
    run, exported, strange_study, data_dir
):
    file, out = exported
    own = codings(strange_study)
    kept = next(t for t in texts(strange_study) if t.item == "ongoing.judgement")
    assert "\r\n" in kept.value
    assert len(own) == len(kept.value) + 1
    assert out.splitlines()[-1] == f"{file}: texts 6 codings {len(own)} coders 1 cases 1"
    assert "word for word" in out.splitlines()[0]
    assert "not in it, for reviews of their cases are out: texts 3" in out
    assert file.stat().st_mode & 0o077 == 0
    schema = etree.XMLSchema(etree.parse(data_dir / "refi_qda" / "Project.xsd"))
    with zipfile.ZipFile(file) as archive:
        document = etree.fromstring(archive.read("project.qde"))
        words = {archive.read(n).decode() for n in archive.namelist() if n.endswith(".txt")}
    assert schema.validate(document), schema.error_log
    assert words == {str(t.value) for t in texts(strange_study) if t.case_id == A}
    code, out, _ = run("themes", "import", file, "--study", strange_study.path)
    assert code == 0
    assert f"on record already: codings {len(own)}" in out
    assert out.splitlines()[-1].endswith("out.json: codings 0 by coders 0")


def test_one_user_per_coder_one_source_per_text_and_case_variables(exported):
    file, _ = exported
    with zipfile.ZipFile(file) as archive:
        document = etree.fromstring(archive.read("project.qde"))
    space = {"q": "urn:QDA-XML:project:1.0"}
    assert document.xpath("//q:User/@name", namespaces=space) == ["cody"]
    assert len(document.xpath("//q:TextSource", namespaces=space)) == 6
    assert document.xpath("//q:Case/@name", namespaces=space) == [A]
    names = document.xpath("//q:Variable/@name", namespaces=space)
    assert {"overall.score, reader 1", "overall.score, reader 2", "phase", "reader"} <= set(names)
    shown = etree.tostring(document, encoding="unicode")
    for never in ("amira", "Dr A.", "Fluids late", "Zürich"):
        assert never not in shown


def test_the_same_record_makes_the_same_file(run, exported, strange_study, tmp_path):
    again = tmp_path / "again.qdpx"
    run("themes", "export", "--study", strange_study.path, "--to", again)
    assert again.read_bytes() == exported[0].read_bytes()


def test_codings_of_another_person_come_in_beside_the_record(
    run, exported, strange_study, tmp_path
):
    theirs = renamed(exported[0], tmp_path / "theirs of May.qdpx", "Other coder")
    before = codings(strange_study)
    code, out, _ = run("themes", "import", theirs, "--study", strange_study.path, "--json")
    assert code == 0
    told = json.loads(out)
    assert (told["codings"], told["on_record"]) == (len(before), 0)
    kept = read_imported(strange_study.path / "codings" / "theirs of May.json")
    assert {one.coder for one in kept} == {"Other coder"}
    assert [(c.start, c.end, c.theme, c.polarity, c.source_hash, c.at) for c in kept] == sorted(
        (c.start, c.end, c.theme, c.polarity, c.source_hash, c.at) for c in before
    )
    assert codings(strange_study) == before


def test_an_import_is_not_written_over_unless_asked_to(run, exported, strange_study, tmp_path):
    study = ("--study", strange_study.path)
    theirs = renamed(exported[0], tmp_path / "theirs.qdpx", "Other coder")
    assert run("themes", "import", theirs, *study)[0] == 0
    target = strange_study.path / "codings" / "theirs.json"
    first = target.read_bytes()
    renamed(exported[0], theirs, "Third coder")
    code, out, err = run("themes", "import", theirs, *study)
    assert (code, out, target.read_bytes()) == (2, "", first)
    made = json.loads(first)
    when = f"imported {made['imported_at'][:10]} {made['imported_at'][11:16]} UTC"
    for said in (str(target), f"codings {len(made['codings'])} of 'theirs.qdpx'", when):
        assert said in err
    assert "--as" in err
    assert "--replace" in err
    assert run("themes", "import", theirs, "--as", "third", *study)[0] == 0
    assert target.read_bytes() == first
    bad = tmp_path / "bad" / "theirs.qdpx"
    bad.parent.mkdir()
    bad.write_bytes(b"PK nothing")
    assert run("themes", "import", bad, "--replace", *study)[0] == 1
    assert target.read_bytes() == first, "what cannot be read replaces nothing"
    assert run("themes", "import", theirs, "--replace", *study)[0] == 0
    assert {one.coder for one in read_imported(target)} == {"Third coder"}
    target.write_text("somebody's own notes")
    code, _, err = run("themes", "import", theirs, *study)
    assert (code, "is no file of an import" in err) == (2, True)
    assert target.read_text() == "somebody's own notes"


def test_a_codebook_is_never_replaced(run, small_study, tmp_path):
    file = tmp_path / "x.qdc"
    run("themes", "codebook", "export", "lltic-12", "--to", file)
    study = ("--study", small_study.path)
    assert run("themes", "import", file, "--as", "ours", *study)[0] == 0
    code, _, err = run("themes", "import", file, "--as", "ours", "--replace", *study)
    assert (code, "not for a codebook" in err) == (2, True)


def test_the_published_project_comes_in_with_what_is_missing(run, strange_study, data_dir):
    file = data_dir / "refi_qda" / "TestProject.qdpx"
    code, out, _ = run("themes", "import", file, "--study", strange_study.path)
    assert code == 0
    for name in ("Mabel.txt", "Simon.docx", "cornflakes-n-milk.jpg"):
        assert f"missing: {name}" in out
    assert "not taken, source missing: codings 15" in out


def test_what_cannot_be_read_is_refused_and_nothing_is_written(run, strange_study, tmp_path):
    bad = tmp_path / "bad.qdpx"
    bad.write_bytes(b"PK nothing")
    for file, code in ((bad, 1), (tmp_path / "none.qdpx", 2)):
        assert run("themes", "import", file, "--study", strange_study.path)[0] == code
    name = ("themes", "import", bad, "--as", "../x", "--study", strange_study.path)
    assert run(*name)[0] == 2
    assert not (strange_study.path / "codings").exists()


def test_a_codebook_goes_out_and_comes_in(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = run("themes", "codebook", "export", "lltic-12-v2")
    assert (code, "not in it: the version before it" in out) == (0, True)
    code, out, _ = run("themes", "codebook", "import", "lltic-12-v2.qdc", "--to", "ours.yml")
    assert (code, out.startswith("lltic-12-v2.qdc → ours.yml: ours v2")) == (0, True)
    code, _, err = run("themes", "codebook", "import", "lltic-12-v2.qdc", "--to", "ours.yml")
    assert (code, "is there already" in err) == (2, True)
    code, out, _ = run("themes", "codebook", "check", "ours.yml")
    assert (code, out.splitlines()[-1].endswith("themes 48, sound")) == (0, True)


def test_a_qdc_file_becomes_a_codebook_of_the_study(run, small_study, tmp_path):
    file = tmp_path / "x.qdc"
    run("themes", "codebook", "export", "lltic-12", "--to", file)
    study = ("--study", small_study.path)
    assert run("themes", "import", file, "--as", "ours", *study)[0] == 0
    code, out, _ = run("themes", "codebook", "list", *study)
    assert (code, any(line.startswith("ours ") for line in out.splitlines())) == (0, True)


def test_a_qdc_file_that_makes_no_sound_codebook_leaves_nothing(run, small_study, tmp_path):
    file = tmp_path / "x.qdc"
    run("themes", "codebook", "export", "lltic-12", "--to", file)
    file.write_text(file.read_text("utf-8").replace("Shows: problem", "Shows: p", 1), "utf-8")
    file.write_text(file.read_text("utf-8").replace("Shows: p, good", "Shows: x, y", 1), "utf-8")
    study = ("--study", small_study.path)
    code, _, err = run("themes", "import", file, *study)
    assert (code, "needs a polarity" in err) == (1, True)
    assert not list((small_study.path / "codebooks").iterdir())
    assert run("themes", "codebook", "list", *study)[0] == 0


def test_what_an_export_carried_into_a_version_is_known_when_it_comes_back(
    run, strange_study, tmp_path
):
    book = load_codebook("lltic-12")
    words = book.path.read_text("utf-8").replace("fluid_management", "fluid_care")
    words = words.replace("name: lltic-12\n", "name: ours\n")
    words += f"previous: {{name: lltic-12, hash: {book.hash[:12]}}}\n"
    words += "changes: [{rename: fluid_management, into: fluid_care, reason: Shorter.}]\n"
    (strange_study.path / "codebooks" / "ours.yml").write_text(words, "utf-8")
    file, ours = tmp_path / "ours.qdpx", ("--codebook", "ours", "--study", strange_study.path)
    assert run("themes", "export", *ours, "--to", file)[0] == 0
    with zipfile.ZipFile(file) as archive:
        document = etree.fromstring(archive.read("project.qde"))
    notes = document.xpath("//*[local-name()='Note']/*[local-name()='PlainTextContent']/text()")
    assert f"{book.name} {book.hash}" in notes, "what it was coded under, not what it reads in"
    assert not any(note.startswith("ours ") for note in notes)
    code, out, _ = run("themes", "import", file, *ours, "--json")
    told = json.loads(out)
    own = len(codings(strange_study))
    assert (code, told["codings"], told["on_record"]) == (0, 0, own)
    later = words.partition("previous:")[0].replace("name: ours\n", "name: ours-v2\n")
    later += f"previous: {{name: ours, hash: {load_codebook('ours', strange_study.path).hash}}}\n"
    (strange_study.path / "codebooks" / "ours-v2.yml").write_text(later, "utf-8")
    compare = ("themes", "codebook", "compare", "ours", "ours-v2")
    code, out, _ = run(*compare, "--study", strange_study.path)
    assert (code, out.splitlines()[-1]) == (0, f"codings: renamed {own}")


def test_codebook_alone_prints_that_of_the_study_as_ever(run, small_study, tmp_path, monkeypatch):
    code, out, _ = run("themes", "codebook", "--study", small_study.path)
    assert (code, out.splitlines()[0].startswith("lltic-12 v1 (")) == (0, True)
    assert len(out.splitlines()) == 14
    monkeypatch.chdir(tmp_path)
    code, _, err = run("themes", "codebook")
    assert (code, "has no study.toml" in err) == (2, True)


def test_pages_of_a_codebook(run, tmp_path):
    page = tmp_path / "page.html"
    assert run("themes", "codebook", "print", "psirf-contributory", "--to", page)[0] == 0
    assert page.read_text("utf-8").startswith("<!doctype html>")
    code, out, _ = run("themes", "codebook", "print", "psirf-contributory")
    assert (code, out.startswith("# Contributory factors")) == (0, True)
    assert run("themes", "codebook", "print", "lltic-12", "--to", tmp_path / "x.pdf")[0] == 2
    assert run("themes", "codebook", "print", "lltic-21")[0] == 2


def test_versions_are_compared_with_what_becomes_of_the_codings(run, strange_study):
    versions = ("themes", "codebook", "compare", "lltic-12", "lltic-12-v2")
    code, out, _ = run(*versions, "--study", strange_study.path)
    assert code == 0
    assert f"codings: kept {len(codings(strange_study))}" in out
    assert "fluid_prescribed" in out
    code, out, _ = run(*versions, "--json")
    assert {row["how"] for row in json.loads(out)["steps"][0]["themes"]} == {"kept"}
    code, out, _ = run("themes", "codebook", "compare", "lltic-12", "psirf-contributory")
    assert (code, "does not say that it was made of" in out) == (0, True)


def test_a_codebook_that_is_wrong_or_lost_its_past_fails_the_check(run, tmp_path):
    from lltic.definitions import shipped

    text = (shipped("codebook") / "lltic-12-v2.yml").read_text("utf-8")
    ours = tmp_path / "ours.yml"
    ours.write_text(text.replace("name: lltic-12-v2", "name: ours"), encoding="utf-8")
    assert run("themes", "codebook", "check", ours)[0] == 0
    ours.write_text(
        text.replace("name: lltic-12-v2", "name: ours").replace("hash: cc04", "hash: dd04"),
        encoding="utf-8",
    )
    code, _, err = run("themes", "codebook", "check", ours)
    assert (code, "Allowed: cc04d4160295" in err) == (1, True)
    ours.write_text(text.replace("parent: dnar\n", "parent: dnra\n"), encoding="utf-8")
    code, out, _ = run("themes", "codebook", "check", ours, "--json")
    found = {problem["code"] for problem in json.loads(out)["problems"]}
    assert (code, found) == (1, {"definition-name"})
    ours.write_text(
        text.replace("name: lltic-12-v2", "name: ours").replace("parent: dnar\n", "parent: dnra\n"),
        encoding="utf-8",
    )
    code, out, _ = run("themes", "codebook", "check", ours, "--json")
    told = [problem["code"] for problem in json.loads(out)["problems"]]
    assert (code, told) == (1, ["codebook-parent"] * 3)
    assert run("themes", "codebook", "check", tmp_path / "none.yml")[0] == 2


def test_the_codes_of_a_project_become_a_codebook(run, tmp_path, data_dir):
    file = data_dir / "refi_qda" / "TestProject.qdpx"
    ours = tmp_path / "breakfast.yml"
    code, out, _ = run("themes", "codebook", "import", file, "--to", ours)
    assert code == 0
    assert "themes 14" in out.splitlines()[0]
    assert "to be written: happiness: definition" in out
    code, out, _ = run("themes", "codebook", "check", ours)
    assert (code, "? happiness: has no example" in out) == (0, True)


def test_what_each_coder_found_is_what_stands_where_one_coded(
    run, exported, strange_study, tmp_path
):
    each = tmp_path / "each.qdpx"
    study = ("--study", strange_study.path)
    assert run("themes", "export", "--each-coder", *study, "--to", each)[0] == 0
    assert each.read_bytes() == exported[0].read_bytes()


def test_of_a_text_that_two_coded_each_ones_own_or_what_stands(run, small_study, clock, tmp_path):
    dora = Person("dora", "Dora D.", "Elsewhere", ("coder",))
    item = "ongoing.judgement"
    with admin.writing(small_study) as store:
        plan = dataclasses.asdict(CodingPlan(double_share=1.0))
        planned = ("system", "coordinator", "", "coding_planned")
        store.append([Draft(":plan", "2026-10-05T08:00:00.000000Z", *planned, value=plan)])
        world = World(small_study, store, Desk(small_study, store, clock), count(1))
        for position, person in ((1, AMIRA), (2, BEN)):
            world.fill(person, f"{A}-{position}")
            world.submit(person, f"{A}-{position}")
        book = world.desk.coding_queue(CODY)["codebook_hash"]
        for person, theme in ((CODY, "fluid_management"), (dora, "clinical_management")):
            for name, end in ((theme, 13), ("early_warning_score", 20)):
                value = {"theme": name, "start": 0, "end": end, "codebook_hash": book}
                laid = world.operation("code", f"{A}-1", field=item, value=value)
                world.desk.operate(person, laid)
        for person in (CODY, dora):
            world.desk.operate(person, world.operation("coding_done", f"{A}-1"))
    told = {}
    for name, more in (("stands", ()), ("each", ("--each-coder",))):
        to = ("--study", small_study.path, "--to", tmp_path / f"{name}.qdpx")
        told[name] = json.loads(run("themes", "export", *more, *to, "--json")[1])
    assert (told["each"]["codings"], told["each"]["coders"]) == (4, 2)
    assert told["stands"]["codings"] < 4, "they differ on one theme, which nobody has settled"
    mixed = mixed_up(independent_codings(small_study), load_codebook("lltic-12").model)
    assert [(m.theme, m.other, m.alike) for m in mixed] == [
        ("clinical_management", "fluid_management", 0)
    ]
