"""The one YAML loader: what it takes, what it refuses, and how it says so."""

from __future__ import annotations

import contextlib
import dataclasses
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from patience import nobody_held_up

from lltic.definitions import FOLDERS, content_hash, find, load, names, parse, read_yaml
from lltic.errors import LlticError, UsageError


def read(tmp_path, text: str):
    file = tmp_path / "x.yml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_yaml(file)


def test_every_scalar_stays_text(tmp_path):
    text = "a: no\nb: 22:22\nc: 012\nd: 2026-09-02\ne: 1e3\nf: ''\ng:\nh: [on, ~]"
    assert read(tmp_path, text) == {
        "a": "no",
        "b": "22:22",
        "c": "012",
        "d": "2026-09-02",
        "e": "1e3",
        "f": "",
        "g": None,
        "h": ["on", None],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", "line 2: the key 'a' stands twice"),
        ("a: {b: 1, b: 2}", "the key 'b' stands twice"),
        ("a: &x [1]\nb: *x", "line 2: an alias"),
        ("a: !!python/object/apply:os.system [true]", "could not determine a constructor"),
        ("a: {[1]: 2}", "a key must be text"),
        ("- 1", "'key: value' lines"),
        ("", "'key: value' lines"),
        ("a: [", "line 1"),
        ("a: " + "[" * 40 + "]" * 40, "nested too deeply"),
        ("a: [" + "1, " * 60_000 + "]", "too long"),
        (b"a: \xff\xfe", "UTF-8"),
        ("a: \x07", "not valid"),
        ("x: " + "y" * 1_000_001, "too large"),
    ],
)
def test_what_is_not_ours_is_refused_with_its_line(tmp_path, text, words):
    with pytest.raises(LlticError) as error:
        read(tmp_path, text)
    assert words in str(error.value) and len(str(error.value)) < 400


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(LlticError) as error:
        read_yaml(tmp_path / "none.yml")
    assert error.value.codes == ("definition-unreadable",)


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_the_bytes_only_our_errors_come_out_and_soon(tmp_path_factory, raw):
    file = tmp_path_factory.mktemp("yaml") / "x.yml"
    file.write_bytes(raw)
    with nobody_held_up(), contextlib.suppress(LlticError):
        assert isinstance(read_yaml(file), dict)


@dataclasses.dataclass(frozen=True)
class Small:
    name: str
    size: int
    kind: Literal["big", "small"] = "small"

    __pydantic_config__ = {"extra": "forbid"}  # noqa: RUF012


def test_every_problem_of_a_definition_at_once():
    with pytest.raises(LlticError) as error:
        parse(Small, {"size": "three", "kind": "huge", "colour": "red"}, "small.yml")
    assert set(error.value.codes) == {
        "definition-missing-key",
        "definition-wrong-value",
        "definition-unknown-key",
    }
    assert len(error.value.problems) == 4
    assert "small.yml: kind" in str(error.value) and "big, small" in str(error.value)


@dataclasses.dataclass(frozen=True)
class Listed:
    name: str
    pages: tuple[Small, ...]
    equals: tuple[str, ...]


def test_a_value_of_another_shape_is_told_in_an_authors_words():
    data = {"name": ["n"], "pages": [{"name": "n", "size": "three", "kind": "huge"}], "equals": "a"}
    with pytest.raises(LlticError) as error:
        parse(Listed, data, "f.yml")
    assert {(p.where, p.message) for p in error.value.problems} == {
        ("f.yml: name", "is not a text"),
        ("f.yml: equals", "is not a list"),
        ("f.yml: pages.0.size", "is not a whole number"),
        ("f.yml: pages.0.kind", "is not one of the words that can stand here"),
    }
    assert "[yes]" in str(error.value)
    with pytest.raises(LlticError, match=r"f\.yml: pages\.0.* has no keys of its own"):
        parse(Listed, {**data, "pages": ["one"]}, "f.yml")


def test_the_hash_is_of_the_content_not_of_the_comments(tmp_path):
    one = read(tmp_path, "# a comment\nb: 1\na: [x]\n")
    two = read(tmp_path, "a:\n  - x\nb: 1\n")
    assert content_hash(one) == content_hash(two) != content_hash({**one, "b": "2"})


@pytest.mark.parametrize("kind", FOLDERS)
def test_every_shipped_definition_can_be_read(kind):
    assert names(kind)
    for name in names(kind):
        loaded = load(kind, name, dict)
        assert loaded.name == name and len(loaded.hash) == 64 and name in loaded.ref


def test_an_unknown_name_lists_the_known_and_suggests():
    with pytest.raises(UsageError) as error:
        find("cohort", "in_hosptal_deaths")
    message = str(error.value)
    assert "lltic" in message and "Did you mean in_hospital_deaths?" in message


def test_the_studys_own_definition_comes_first(tmp_path):
    own = tmp_path / "cohorts" / "lltic.yml"
    own.parent.mkdir()
    own.write_text("name: lltic\nversion: '9'\n")
    assert load("cohort", "lltic", dict, tmp_path).version == "9"


def test_a_definition_under_a_wrong_name_is_noticed(tmp_path):
    own = tmp_path / "cohorts" / "mine.yml"
    own.parent.mkdir()
    own.write_text("name: theirs\nversion: '1'\n")
    with pytest.raises(LlticError) as error:
        load("cohort", "mine", dict, tmp_path)
    assert error.value.codes == ("definition-name",)
