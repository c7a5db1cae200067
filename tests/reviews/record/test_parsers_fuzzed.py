"""REL-14: whatever an anchor file or a backup has become, it is read or refused, and soon."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from patience import nobody_held_up
from record_stores import draft

from lltic.errors import LlticError
from lltic.reviews.record.anchor import Anchor, anchor, erased_since, read_anchors
from lltic.reviews.record.backup import Manifest, backup, hash_of, read_manifest
from lltic.reviews.record.opening import writing
from lltic.reviews.record.restore import restore

AT = "2026-11-01T09:00:00.000000Z"
DEEP = "[" * 200_000

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
FUZZED = settings(
    max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def read(parser: Callable[..., Any], *what: Any, **more: Any) -> tuple[Any, tuple[str, ...]]:
    """Return what a parser makes of it, or the codes of its refusal; anything else it raises."""
    try:
        return parser(*what, **more), ()
    except LlticError as error:
        return None, error.codes


def with_one_part_odd(right: dict) -> st.SearchStrategy[str]:
    """Texts that are nearly right: one part of them is anything at all, or gone."""
    part = st.sampled_from(sorted(right))
    odd = st.builds(lambda name, value: {**right, name: value}, part, anything)
    less = st.builds(lambda name: {k: v for k, v in right.items() if k != name}, part)
    return (odd | less | anything).map(json.dumps)


LINE = {"at": AT, "study": "s", "events": [1, "a"], "accesses": [0, "b"], "erased": ["X"]}


@FUZZED
@example(DEEP.encode())
@example(json.dumps({**LINE, "erased": [1, None, "X"]}).encode())
@example(json.dumps({**LINE, "erased": "AAAAA"}).encode())
@example(b'{"at": ' + b"9" * 5000 + b"}")
@given(st.binary(max_size=200) | with_one_part_odd(LINE).map(str.encode))
def test_an_anchor_file(tmp_path_factory, raw):
    file = tmp_path_factory.getbasetemp() / "anchors.jsonl"
    file.write_bytes(raw)
    with nobody_held_up():
        found, codes = read(read_anchors, file)
    assert codes in ((), ("bad-anchor",) * len(codes))
    assert all(isinstance(one, Anchor) for one in found or ())
    assert all(isinstance(case, str) for case in erased_since(found or [], frozenset()))


def test_the_right_line_is_an_anchor(tmp_path):
    (tmp_path / "anchors").write_text(json.dumps(LINE))
    (one,) = read_anchors(tmp_path / "anchors")
    assert one.heads == {"events": (1, "a"), "accesses": (0, "b")} and one.erased == ("X",)


MANIFEST = {
    "backup": 1,
    "made_at": AT,
    "study": "s",
    "heads": {"events": [1, "a"], "accesses": [0, "b"]},
    "files": {"study/study.toml": "x"},
}


@FUZZED
@example(DEEP.encode())
@example(json.dumps({**MANIFEST, "heads": {"events": [1e400, "a"], "accesses": [0, ""]}}).encode())
@example(json.dumps({**MANIFEST, "files": [["a", 1]]}).encode())
@given(st.binary(max_size=200) | with_one_part_odd(MANIFEST).map(str.encode))
def test_a_manifest(tmp_path_factory, raw):
    folder = tmp_path_factory.getbasetemp() / "as-a-backup"
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_bytes(raw)
    with nobody_held_up():
        found, codes = read(read_manifest, folder)
    if codes:
        assert codes == ("not-a-backup",)
    else:
        assert isinstance(found, Manifest) and found.study == "s"
        assert all(isinstance(hashed, str) for hashed in found.files.values())


# -- a whole backup, of which one file has become something else -----------------------------------


@pytest.fixture
def made(reviewed, tmp_path):
    with writing(reviewed) as store:
        store.accesses.append([draft(1, {"codes": ["x"]}, kind="refused")])
    backup(reviewed, tmp_path / "whole", AT)
    anchor(reviewed, tmp_path / "anchors", AT)
    return tmp_path


def flipped(raw: bytes, chance: random.Random) -> bytes:
    made = bytearray(raw)
    for _ in range(chance.choice((1, 1, 3, 40))):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def cut(raw: bytes, chance: random.Random) -> bytes:
    return raw[: chance.randrange(len(raw))]


def swapped(raw: bytes, chance: random.Random) -> bytes:
    """Another stretch of itself in the place of one: of a database often a page."""
    size = chance.choice((16, 512, 4096))
    one, other = chance.randrange(len(raw)), chance.randrange(len(raw))
    return raw[:one] + raw[other : other + size] + raw[one + size :]


def noise(raw: bytes, chance: random.Random) -> bytes:
    return chance.randbytes(chance.choice((0, 1, 100, 5000)))


CHANGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    flipped,
    flipped,
    cut,
    swapped,
    noise,
)
FILES = ("study/reviews.db", "study/reviews.db", "keys/cases.db", "keys/accounts.db")
FILES += ("study/study.toml", "keys/pseudonym.key", "study/cohort/casebook.json")


def test_a_backup_of_which_a_file_became_something_else(made):
    """With its hash in the manifest made to fit: what is read then is what the file holds."""
    chance, outcomes = random.Random(41), []
    for number in range(60):
        copy, back = made / f"copy-{number}", made / f"back-{number}"
        shutil.copytree(made / "whole", copy)
        name, change = chance.choice(FILES), chance.choice(CHANGES)
        file = copy / name
        file.write_bytes(change(file.read_bytes(), chance))
        plain = json.loads((copy / "manifest.json").read_text())
        plain["files"][name] = hash_of(file)
        (copy / "manifest.json").write_text(json.dumps(plain))
        with nobody_held_up():
            _, codes = read(restore, copy, back, anchor=made / "anchors")
        assert back.exists() == (not codes), f"{number}: half a study was left ({name})"
        outcomes.append("refused" if codes else "restored")
        shutil.rmtree(copy)
        shutil.rmtree(back, ignore_errors=True)
    assert outcomes.count("refused") > 30
