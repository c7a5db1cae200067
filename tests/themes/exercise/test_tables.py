"""CSV as people save it: read whole, or refused in a sentence."""

from __future__ import annotations

import pytest

from lltic.cells import csv_line
from lltic.errors import LlticError
from lltic.themes.exercise.tables import MAX_BYTES, csv_rows

HEAD = "Source,Text\r\n"


def refused(data: bytes) -> LlticError:
    with pytest.raises(LlticError) as caught:
        csv_rows(data, "a.csv")
    return caught.value


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters_byte_order_marks_quotes_and_line_ends(mark, delimiter):
    text = f'{mark}Source,Text\r\npre,"One, ""two""\nthree"\r\n\r\nb,'.replace(",", delimiter)
    assert csv_rows(text.encode(), "a.csv") == [
        {"source": "pre", "text": f'One{delimiter} "two"\nthree', "#": "2"},
        {"source": "b", "#": "4"},
    ]


def test_what_we_wrote_against_formulas_comes_back_as_it_was():
    words = ["=1+1", "'=1+1", "@cmd", "'tis so", "-2+3"]
    lines = HEAD + "".join(csv_line(["s", w], "\r\n") for w in words)
    assert [row["text"] for row in csv_rows(lines.encode(), "a.csv")] == words


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ("Source,Text\npré,é".encode("latin-1"), "import-encoding"),
        ((HEAD + "a,b").encode("utf-16"), "import-encoding"),
        (b"PK\x03\x04\x00\x00", "import-encoding"),
        (b"x" * (MAX_BYTES + 1), "import-too-large"),
        (b'Source,Text\na,"never closed\n', "import-unreadable"),
        (b'Source,Text\na,"b"c\n', "import-unreadable"),
        (b"Source,Text\na,b,more\n", "import-unreadable"),
        (b"Source,Text\na," + b"x" * 200_000, "import-unreadable"),
        (b"Text,Source,text\na,b,c\n", "import-column"),
    ],
)
def test_what_cannot_be_read_is_refused_whole(data, code):
    error = refused(data)
    assert set(error.codes) == {code}
    assert "never closed" not in str(error)


def test_an_empty_file_has_no_rows():
    assert csv_rows(b"", "a.csv") == []
    assert csv_rows(HEAD.encode(), "a.csv") == []


def test_headings_that_stand_twice_are_named_by_their_place():
    assert "columns 1, 3" in str(refused(b"Secret Name,b,secret name\n1,2,3\n"))
    assert "ecret" not in str(refused(b"Secret Name,b,secret name\n1,2,3\n"))
