"""The notes of a case over the wire: pages, their words, search; and to nobody else."""

from __future__ import annotations

import json
import time
import unicodedata

import papers
import pytest
from papers import lay
from patience import nobody_held_up
from running_service import CHEAP, served

from lltic.errors import Refused
from lltic.reviews import admin
from lltic.reviews.accounts import Accounts
from lltic.reviews.desk.finding import Hits, folded, sought
from lltic.reviews.people import Person
from lltic.sources.synthetic.paper import pdf_of

FIRST = "AAAAA-00001-1"
CASE, OTHER = "AAAAA-00001", "AAAAA-00002"
MANY = 500


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    from datetime import UTC, datetime

    from small_study import make_study

    study = make_study(tmp_path_factory.mktemp("s") / "study", lambda: datetime.now(UTC))
    Accounts(study.keys, hasher=CHEAP).add(Person("eve", "Eve", "GP", ("reviewer",)), "p" * 20)
    long = [f"Page {n} of the notes\n{papers.BODY * 20}" for n in range(1, MANY + 1)]
    lay(study, CASE, "long", "pdf", pdf_of(long))
    lay(study, CASE, "scan", "tiff", papers.tiff(3))
    lay(study, CASE, "letter", "docx", papers.word())
    lay(study, OTHER, "hers", "pdf", pdf_of(["Someone else’s notes."]))
    with admin.writing(study) as store, served(study, store) as line:
        line.study = study
        for name in ("amira", "ben"):
            setattr(line, name, line.client(name))
        line.eve = line.client("eve", "p" * 20)
        yield line


def test_how_each_kind_of_document_is_shown(line):
    said = {
        name: line.amira.note(FIRST, name) for name in ("long", "scan", "letter", f"doc-{CASE}")
    }
    shown = {name: (one["shown_as"], one["pages"]) for name, one in said.items()}
    assert shown == {
        "long": ("pictures", MANY),
        "scan": ("pictures", 3),
        "letter": ("text", 2),
        f"doc-{CASE}": ("text", 2),
    }
    assert said["long"]["sizes"] == [[595.0, 842.0]] * MANY
    assert said["letter"]["sizes"] == []


def test_a_page_is_its_words_and_its_picture(line):
    page = line.amira.note_page(FIRST, "long", 7)
    assert page["text"].startswith("Page 7 of the notes\nFluid balance")
    assert (page["page"], page["pages"], page["size"]) == (7, MANY, [595.0, 842.0])
    assert [page["text"][a:b] for a, b, *_ in page["words"]] == page["text"].split()
    assert line.amira.note_image(FIRST, "long", 7, 900).startswith(b"\x89PNG")
    assert line.amira.note_image(FIRST, "scan", 3, 900).startswith(b"\x89PNG")
    status, picture = line.raw(
        "GET", f"/v1/reviews/{FIRST}/documents/long/pages/7/image/900", bearer=bearer(line)
    )
    assert (status, picture[:4]) == (200, b"\x89PNG")


def bearer(line):
    return line.capabilities["amira"]


def test_the_pages_of_the_older_call_are_the_same_text(line):
    assert line.amira.document(FIRST, "long")[6] == line.amira.note_page(FIRST, "long", 7)["text"]
    assert line.amira.document(FIRST, "letter")[0].startswith("Discharge letter")


def test_of_five_hundred_pages_the_next_ones_come_sooner_than_the_first(line):
    client = line.client("ben")
    review = "AAAAA-00001-2"
    began = time.monotonic()
    about = client.note(review, "long")
    client.note_page(review, "long", 250)
    client.note_image(review, "long", 250, 1201)
    first = time.monotonic() - began
    began = time.monotonic()
    for page in range(251, 261):
        client.note_image(review, "long", page, 1201)
    assert about["pages"] == MANY
    assert time.monotonic() - began < 10 * first  # how long the first takes: `make bench`


@pytest.mark.parametrize(
    ("document", "page", "width", "code"),
    [
        ("long", 0, 900, "no-such-page"),
        ("long", MANY + 1, 900, "no-such-page"),
        ("long", 10**9, 900, "no-such-page"),
        ("long", 1, 10, "bad-value"),
        ("long", 1, 99_999, "bad-value"),
        ("letter", 1, 900, "no-image"),
        ("hers", 1, 900, "no-such-document"),
        ("nothing", 1, 900, "no-such-document"),
        ("..", 1, 900, "no-such-document"),
        ("%2e%2e", 1, 900, "no-such-document"),
    ],
)
def test_what_is_not_there_is_refused(line, document, page, width, code):
    with pytest.raises(Refused) as error:
        line.amira.note_image(FIRST, document, page, width)
    assert error.value.codes == (code,)


@pytest.mark.parametrize("odd", ["x", "-1", "1e3", "٣", "%20", "1.0"])
def test_a_page_is_a_number(line, odd):
    for path in (odd, f"1/image/{odd}"):
        address = f"/v1/reviews/{FIRST}/documents/long/pages/{path}"
        if not address.isascii():
            continue
        status, said = line.raw("GET", address, bearer=bearer(line))
        assert status == 403
        assert said["problems"][0]["code"] in ("no-such-page", "bad-value")


def asked_of(client, review):
    return {
        "note": lambda: client.note(review, "long"),
        "page": lambda: client.note_page(review, "long", 1),
        "image": lambda: client.note_image(review, "long", 1, 900),
        "search": lambda: client.search(review, "fluid"),
        "document": lambda: client.document(review, "long"),
    }


@pytest.mark.parametrize("call", ["note", "page", "image", "search", "document"])
def test_a_case_that_is_not_ones_own_is_refused_as_one_that_is_not_there(line, call):
    said = []
    for client, review in ((line.eve, FIRST), (line.eve, "ZZZZZ-99999-1"), (line.ben, FIRST)):
        with pytest.raises(Refused) as error:
            asked_of(client, review)[call]()
        said.append(error.value.problems)
    assert said[0] == said[1] == said[2]
    assert said[0][0].code == "no-such-review"


# -- search -----------------------------------------------------------------------------------


def test_a_search_finds_the_words_in_every_document_whatever_their_accents(line):
    found = line.amira.search(FIRST, "cafe OWNER")
    (hit,) = found["hits"]
    assert (hit["document_id"], hit["page"], found["more"]) == ("letter", 1, False)
    text = line.amira.document(FIRST, "letter")[0]
    assert text[hit["start"] : hit["end"]] == "café owner"
    assert text.startswith(hit["before"] + "café owner" + hit["after"][:5])


def test_a_hit_says_where_it_stands_on_the_picture(line):
    (hit,) = line.amira.search(FIRST, "page 123 OF")["hits"]
    page = line.amira.note_page(FIRST, "long", 123)
    assert (hit["document_id"], hit["page"]) == ("long", 123)
    assert page["text"][hit["start"] : hit["end"]] == "Page 123 of"
    assert hit["boxes"] == [word[2:] for word in page["words"][:3]]


def test_a_search_that_hits_everywhere_is_bounded_and_quick(line):
    with nobody_held_up():  # of this process, in which the service runs
        found = line.amira.search(FIRST, "fluid")
    assert len(found["hits"]) == 200
    assert found["more"] is True
    assert line.amira.search(FIRST, "not in there at all") == {"hits": [], "more": False}


@pytest.mark.parametrize("words", ["", " ", "a", "\u0301\u0301"])
def test_too_little_to_search_for(line, words):
    with pytest.raises(Refused) as error:
        line.amira.search(FIRST, words)
    assert error.value.codes == ("bad-value",)


def test_what_was_searched_for_is_written_nowhere(line):
    word = "Klebsiellacanary"
    line.amira.search(FIRST, word)
    with pytest.raises(Refused):
        line.eve.search(FIRST, word)
    for file in line.study.path.rglob("*"):
        if file.is_file():
            assert word.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        ("muller", "MÜLLER, Mu\u0308ller", ["MÜLLER", "Mu\u0308ller"]),
        ("strasse", "Die Straße.", ["Straße"]),
        ("fluid balance", "Fluid\n   balance", ["Fluid\n   balance"]),
        ("ofﬁce", "office", ["office"]),
        ("don't", "don’t – don't", ["don’t", "don't"]),
        ("aa", "aaaa", ["aa", "aa"]),
        ("İstanbul", "istanbul", ["istanbul"]),
        ("ana", "👋 ana", ["ana"]),
    ],
)
def test_where_words_stand(words, text, found):
    hits = Hits(sought(words), [text], 10).all()
    assert [text[hit["start"] : hit["end"]] for hit in hits] == found


def test_a_place_is_one_of_the_page_as_it_is_whatever_its_letters():
    """What is found by a folded word folds to that word, at every place of odd texts."""
    letters = "aÄ ﬁßǅ\u0301İ  \n’–１👋e\u0308ﷺ"
    for width in range(2, 6):
        for at in range(len(letters) - width):
            text = letters[at : at + width]
            if len(folded(text).strip()) < 2 or unicodedata.combining(text[0]):
                continue
            for hit in Hits(sought(text), [letters], 5).all():
                piece = letters[hit["start"] : hit["end"]]
                assert folded(text).strip() in folded(piece)


def test_nothing_a_client_is_told_is_the_original(line):
    """Not its bytes, not its path, not what program made it."""
    original = (line.study.documents / "long.pdf").read_bytes()
    told = json.dumps([line.amira.review(FIRST), line.amira.note(FIRST, "long")])
    picture = line.amira.note_image(FIRST, "long", 1, 900)
    assert str(line.study.path) not in told
    assert b"%PDF" not in picture
    assert original[100:400] not in picture
