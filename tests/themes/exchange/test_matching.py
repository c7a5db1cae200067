"""Whose text is it? What another program may have done to a project on its way."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pytest
from coded_texts import BOOK, coding, text

from lltic.errors import LlticError
from lltic.themes.exchange import matched, project_of, read_imported, read_qdpx, write_qdpx
from lltic.themes.exchange.kept import as_file
from lltic.themes.exchange.line_ends import moved, same_words

WORDS = "Seen at nine.\r\nFluids late.\r\nFamily told."
LATE = WORDS.index("Fluids"), WORDS.index("Fluids") + 12


def meddled(change=lambda qde: qde, words=lambda raw: raw):
    """A project of one text with one coding, changed by another program, read and matched."""
    on = text(WORDS)
    raw = write_qdpx(project_of("Test", BOOK, [on], [coding(on, *LATE)]).project)
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(packed, "w") as new:
        new.writestr("Project.QDE", change(old.read("project.qde").decode()))
        for name in old.namelist()[1:]:
            if (content := words(old.read(name))) is not None:
                new.writestr(name.replace("sources/", "Sources/"), content)
    project, problems = read_qdpx(packed.getvalue(), "x")
    return matched(project, BOOK, [on, text("Seen.", "C2-1")], [], problems)


def test_line_ends_of_another_program_cost_nothing():
    for words in (
        WORDS.replace("\r\n", "\n"),
        WORDS.replace("\r\n", "\r"),
        "\ufeff" + WORDS,
    ):
        shift = 0 if words.startswith("\ufeff") else -1

        def place(qde, shift=shift):
            for at in LATE:
                qde = qde.replace(f'Position="{at}"', f'Position="{at + shift}"')
            return qde

        found = meddled(place, lambda _, words=words: words.encode())
        assert [s.status for s in found.sources] == ["same_words"]
        assert [(c.start, c.end) for c in found.codings] == [LATE]


def test_a_reworded_text_costs_its_codings_and_is_told():
    found = meddled(words=lambda raw: raw.replace(b"late", b"soon"))
    assert [s.status for s in found.sources] == ["changed"]
    assert (found.codings, found.not_taken) == ((), {"source changed": 1})


@pytest.mark.parametrize(
    ("words", "status"), [(lambda raw: None, "missing"), (lambda raw: b"\xff\xfe", "unreadable")]
)
def test_a_text_that_is_not_there_or_no_text(words, status):
    found = meddled(words=words)
    assert (found.sources[0].status, found.not_taken) == (status, {f"source {status}": 1})


def test_a_text_is_known_by_its_guid_its_name_or_its_letters():
    def strange_guid(qde):
        return re.sub(
            r'TextSource guid="[^"]+"',
            f'TextSource guid="{"1" * 8}-2222-3333-4444-{"5" * 12}"',
            qde,
        )

    def strange_name(qde):
        return qde.replace('name="C1-1 ongoing.judgement"', 'name="Document 1"')

    for change in (strange_guid, strange_name, lambda qde: strange_guid(strange_name(qde))):
        assert len(meddled(change).codings) == 1
    lost = meddled(lambda qde: strange_guid(strange_name(qde)), lambda raw: raw + b"!")
    assert lost.sources[0].status == "not_ours"


def test_a_code_is_known_by_its_guid_its_description_or_its_label():
    def other_guids(qde):
        own = re.search(r'<Code guid="([^"]+)" name="DNAR orders"', qde)[1]
        return qde.replace(own, f"{{{'a' * 8}-2222-3333-4444-{'5' * 12}}}")

    def no_descriptions(qde):
        return re.sub(r"<Description>Code: dnar\n.*?</Description>", "", qde, flags=re.DOTALL)

    for change in (other_guids, lambda qde: no_descriptions(other_guids(qde))):
        assert [c.theme for c in meddled(change).codings] == ["dnar"]

    def renamed(qde):
        return no_descriptions(other_guids(qde)).replace('name="DNAR orders"', 'name="Breakfast"')

    found = meddled(renamed)
    assert ("Breakfast", "") in found.codes
    assert found.not_taken == {"code is no theme": 1}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f'endPosition="{LATE[1]}"', f'endPosition="{len(WORDS) + 1}"'),
        (f'endPosition="{LATE[1]}"', f'endPosition="{LATE[0]}"'),
        (f'startPosition="{LATE[0]}"', 'startPosition="-1"'),
        (f'startPosition="{LATE[0]}"', 'startPosition="nine"'),
        (f'startPosition="{LATE[0]}"', 'startPosition="' + "9" * 5000 + '"'),
    ],
)
def test_a_passage_outside_its_text_is_told_and_costs_itself(old, new):
    found = meddled(lambda qde: qde.replace(old, new))
    assert [p.code for p in found.problems] == ["qda-position"]
    assert found.codings == ()


def test_a_coding_of_nobody_and_of_the_whole_text():
    found = meddled(lambda qde: re.sub(r' creatingUser="[^"]+"', "", qde))
    assert [c.coder for c in found.codings] == ["somebody without a name"]

    def whole(qde):
        return re.sub(
            r"<PlainTextSelection[^>]*>(.*?)</PlainTextSelection>", r"\1", qde, flags=re.DOTALL
        )

    assert [(c.start, c.end) for c in meddled(whole).codings] == [(0, len(WORDS))]


def test_what_is_kept_is_read_again_and_holds_no_words(tmp_path):
    found = meddled()
    kept = tmp_path / "codings" / "x.json"
    kept.parent.mkdir()
    kept.write_text(as_file(found, "x.qdpx", "d" * 64), encoding="utf-8")
    assert read_imported(kept) == list(found.codings)
    assert "Family told" not in kept.read_text("utf-8")
    assert json.loads(kept.read_text("utf-8"))["sha256"] == "d" * 64
    for bad in ("{}", "[]", "no JSON", '{"format": "other"}'):
        kept.write_text(bad)
        with pytest.raises(LlticError) as caught:
            read_imported(kept)
        assert caught.value.codes == ("not-imported-codings",)


def test_places_move_with_the_line_ends():
    one, other = "a\r\n\r\nb\r\n", "a\n\nb\n"
    assert same_words(one, other)
    assert [moved(n, other, one) for n in range(6)] == [0, 1, 3, 5, 6, 8]
    for n in range(6):
        assert moved(moved(n, other, one), one, other) == n
    assert not same_words("a b", "a\nb")


def test_places_move_with_a_mark_that_one_copy_has():
    assert [moved(n, "ab", "\ufeffab") for n in range(3)] == [1, 2, 3]
    assert [moved(n, "\ufeffab", "ab") for n in range(3)] == [0, 1, 2]
    assert moved(1, "\ufeffa\nb", "\ufeffa\r\nb") == 1


def test_words_inside_the_document_lose_their_line_ends_and_nothing_else():
    def inline(qde):
        words = WORDS.replace("&", "&amp;")
        qde = re.sub(r' plainTextPath="[^"]+"', "", qde)
        qde = re.sub(
            r"(<TextSource [^>]*>)",
            rf"\1<PlainTextContent>{words}</PlainTextContent>",
            qde,
            count=1,
        )
        for at in LATE:
            qde = qde.replace(f'Position="{at}"', f'Position="{at - 1}"')
        return qde

    found = meddled(inline)
    assert found.sources[0].status == "same_words"
    assert [(c.start, c.end) for c in found.codings] == [LATE]
