"""A codebook goes to other programs and comes back equal; theirs becomes one of ours."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from lltic.definitions import Loaded, names, parse, read_yaml, to_yaml
from lltic.errors import LlticError
from lltic.themes import Code, Codebook, load_codebook
from lltic.themes.codebook_checks import problems_of
from lltic.themes.exchange import codebook_from_qdc, codebook_to_qdc, read_qdpx
from lltic.themes.exchange.describing import described, from_description
from lltic.themes.exchange.qdc import definition_of

FOREIGN = """\
<?xml version="1.0" encoding="utf-8"?>
<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="Other 23.4">
 <Codes>
  <Code guid="1FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="Feelings" color="#4A0" isCodable="true">
   <Description>What people felt.
Note: also at night.</Description>
   <Code guid="{2FF58B12-6F6F-4B0C-8BE5-BBDC91F55294}" name="Ärger &amp; Wut" isCodable="1"/>
   <Code guid="3FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="Feelings" isCodable="true"/>
  </Code>
  <Code guid="4FF58B12-6F6F-4B0C-8BE5-BBDC91F55294" name="3 days" isCodable="true"/>
 </Codes>
 <Sets><Set guid="ECA18D76-2B8B-4F26-BC1D-19ECA19FB3F0" name="group"/></Sets>
</CodeBook>
"""


def as_model(data, tmp_path: Path) -> Codebook:
    """Through the YAML file, as it is kept."""
    file = tmp_path / f"{data['name']}.yml"
    file.write_text(to_yaml(data), encoding="utf-8")
    book = parse(Codebook, read_yaml(file), str(file))
    assert list(problems_of(book, "x")) == []
    return book


@pytest.mark.parametrize("name", names("codebook"))
def test_our_codebooks_come_back_equal(name, tmp_path, data_dir):
    loaded = load_codebook(name)
    raw, losses = codebook_to_qdc(loaded)
    assert bool(losses) == bool(loaded.model.previous)
    assert raw == codebook_to_qdc(loaded)[0]
    found = codebook_from_qdc(raw, name, "x.qdc")
    assert (found.losses, found.invented) == ((), ())
    kept = replace(loaded.model, previous=None, changes=())
    assert as_model(found.data, tmp_path) == kept
    schema = etree.XMLSchema(etree.parse(data_dir / "refi_qda" / "Project.xsd"))
    inside = raw.decode().partition("?>")[2].replace(":codebook:", ":project:")
    inside = re.sub(r"(<Sets>.*</Sets>)", "", inside, flags=re.DOTALL)  # elsewhere in a project
    wrapped = f'<Project xmlns="urn:QDA-XML:project:1.0" name="x">{inside}</Project>'
    wrapped = re.sub(r' origin="[^"]*"', "", wrapped)
    assert schema.validate(etree.fromstring(wrapped)), schema.error_log


line = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\u0085")
)
lines = st.lists(line, min_size=1, max_size=3).map("\n".join)
filled = lines.filter(bool)


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_instruction_comes_back_equal(data):
    many = st.lists(filled, max_size=3).map(tuple)
    code = Code(
        code="falls",
        label=data.draw(line.filter(lambda said: said.strip() == said != "")),
        definition=data.draw(lines),
        include=data.draw(many),
        exclude=data.draw(many),
        example=data.draw(lines),
        polarity=data.draw(st.sampled_from([("problem",), ("problem", "good_practice")])),
        corroborated=data.draw(st.booleans()),
        note=data.draw(filled),
        colour=data.draw(st.sampled_from(["", "#00a0ff"])),
        phases=data.draw(st.sampled_from([(), ("admission", "end_of_life")])),
    )
    book = Codebook("x", "1", "Title", "source", (code,))
    raw, _ = codebook_to_qdc(Loaded("codebook", "x", "1", "0" * 64, Path("x"), book))
    found = codebook_from_qdc(raw, "x", "x.qdc")
    assert parse(Codebook, dict(found.data), "x") == book


def test_a_codebook_of_another_program(tmp_path):
    found = codebook_from_qdc(FOREIGN.encode(), "mine", "/far/away/x.qdc")
    book = as_model(found.data, tmp_path)
    assert book.themes == ("feelings", "rger_wut", "feelings_2", "code_3_days")
    assert [book.top(theme) for theme in book.themes] == ["feelings"] * 3 + ["code_3_days"]
    first = book.code("feelings")
    assert first.definition == "What people felt.\nNote: also at night."
    assert (first.colour, first.polarity) == ("#44aa00", ("problem", "good_practice"))
    assert book.label("rger_wut") == "Ärger & Wut"
    assert len({c.label for c in book.codes}) == 4
    assert found.losses == ("the set 'group'",)
    assert any("definition" in one for one in found.invented)
    assert book.source == "made of x.qdc"


def test_the_codes_of_the_published_project_make_a_codebook(data_dir, tmp_path):
    raw = (data_dir / "refi_qda" / "TestProject.qdpx").read_bytes()
    project, _ = read_qdpx(raw, "TestProject.qdpx")
    found = definition_of(project.codes, project.sets, "breakfast", "TestProject.qdpx")
    book = as_model(found.data, tmp_path)
    assert len(book.codes) == 14
    assert book.code("breakfast_food").definition == "the foods people might eat for breakfast"
    assert book.code("rushed").label == '"rushed"'
    assert len(found.losses) == 16


def test_no_code_at_all():
    empty = b'<CodeBook xmlns="urn:QDA-XML:codebook:1.0"><Codes/></CodeBook>'
    with pytest.raises(LlticError) as caught:
        codebook_from_qdc(empty, "x", "x.qdc")
    assert caught.value.codes == ("qda-no-codes",)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("project.qde", empty)
    with pytest.raises(LlticError) as caught:
        read_qdpx(packed.getvalue(), "x")
    assert caught.value.codes == ("qda-wrong-kind",)


def test_what_others_wrote_is_not_taken_apart():
    assert from_description("What people felt.\nNote: also at night.") == {}
    ours = {"code": "a", "definition": "One.\nNote: two.", "include": ["x\ny", "- z"]}
    assert from_description(described(ours)) == ours


def test_line_ends_and_signs_in_an_instruction_come_back():
    said = 'one\r\ntwo\rthree\n<b>&amp; "so" ]]>\tend'
    code = Code("a", said.replace("\n", " "), said, (said,), (), said, ("problem",), True)
    book = Codebook("x", "1", "Title", "source", (code,))
    raw, _ = codebook_to_qdc(Loaded("codebook", "x", "1", "0" * 64, Path("x"), book))
    found = codebook_from_qdc(raw, "x", "x.qdc")
    assert parse(Codebook, dict(found.data), "x") == book
    bad = replace(book, codes=(replace(code, definition="bell\x07"),))
    raw, _ = codebook_to_qdc(Loaded("codebook", "x", "1", "0" * 64, Path("x"), bad))
    assert codebook_from_qdc(raw, "x", "x").data["codes"][0]["definition"] == "bell\ufffd"
