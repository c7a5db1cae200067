"""The demo study as a project of other programs: valid, complete, and back without a change."""

from __future__ import annotations

import json
import zipfile

from lxml import etree

from lltic.cli import main
from lltic.reviews.read import codings, texts

SPACE = {"q": "urn:QDA-XML:project:1.0"}


def test_the_demo_study_goes_out_valid_and_comes_back(demo_copy, tmp_path, data_dir, capsys):
    file = tmp_path / "demo.qdpx"
    study = ("--study", str(demo_copy.path))
    assert main(["themes", "export", *study, "--to", str(file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    own, words = codings(demo_copy), texts(demo_copy)
    assert told["codings"] == len(own) > 3000
    assert told["texts"] + told["held_back"] == len(words)
    schema = etree.XMLSchema(etree.parse(data_dir / "refi_qda" / "Project.xsd"))
    with zipfile.ZipFile(file) as archive:
        document = etree.fromstring(archive.read("project.qde"))
        assert len(archive.namelist()) == told["texts"] + 1
    assert schema.validate(document), schema.error_log
    assert len(document.xpath("//q:Coding", namespaces=SPACE)) == len(own)
    assert len(document.xpath("//q:TextSource", namespaces=SPACE)) == told["texts"]
    users = document.xpath("//q:User/@name", namespaces=SPACE)
    assert sorted(users) == sorted({one.coder for one in own})
    assert "make-believe" in document.xpath("string(q:Description)", namespaces=SPACE)
    assert main(["themes", "import", str(file), *study, "--json"]) == 0
    back = json.loads(capsys.readouterr().out)
    assert (back["on_record"], back["codings"], back["not_taken"]) == (len(own), 0, {})
    assert {source["status"] for source in back["sources"]} == {"same"}
