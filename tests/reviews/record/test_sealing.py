"""A case's words lie under its own key; without the key they are gone, and the chain holds."""

from __future__ import annotations

import copy
import pickle
import sqlite3
import stat

import pytest
from record_stores import AT, draft, sqlite_store

from lltic.errors import LlticError
from lltic.records import to_plain
from lltic.reviews.record import sealing
from lltic.reviews.record.accesses import access
from lltic.reviews.record.events import ERASED, digest
from lltic.reviews.record.keys import KeyFile, MemoryKeys, derived, random_key
from lltic.reviews.record.sealing import Sealer
from lltic.reviews.record.store import MemoryStore

CASE = {"case_id": "CASE1", "review_id": "CASE1-1"}
WORDS = {"value": "Fluid balance was not charted."}


def test_what_is_stored_of_a_case_is_sealed_and_the_rest_is_open(store):
    store.append(
        [
            draft(1, WORDS, reason="because", **CASE),
            draft(2, WORDS, reason="because"),
            draft(3, {"for": "coroner"}, kind="held", reason="because", case_id="CASE1"),
        ]
    )
    sealed, plain, hold = store.stored()
    assert sealed.value.startswith("siv1:") and sealed.reason.startswith("siv1:")
    assert plain.value == '{"value":"Fluid balance was not charted."}'
    assert hold.value == '{"for":"coroner"}' and hold.reason == "because"
    assert next((e.value, e.reason) for e in store.read()) == (WORDS, "because")


def test_the_same_event_seals_to_the_same_bytes_and_another_one_does_not():
    key = derived(b"k" * 32)
    texts = []
    for one in (draft(1, WORDS, **CASE), draft(1, WORDS, **CASE), draft(2, WORDS, **CASE)):
        store = MemoryStore(MemoryKeys(key))
        store.append([one])
        texts.append(next(store.stored()).value)
    assert texts[0] == texts[1] != texts[2]
    assert random_key("CASE1") != random_key("CASE1") and len(random_key("")) == 32
    assert key("CASE1") == derived(b"k" * 32)("CASE1") != key("CASE2")


@pytest.mark.parametrize("field", ["op_id", "kind", "review_id", "field", "case_id", "value"])
def test_a_sealed_text_means_nothing_anywhere_else(field):
    store = MemoryStore()
    other = draft(2, "other", case_id="CASE2", review_id="CASE1-1")
    store.append([draft(1, WORDS, **CASE), other])
    first, second = store.stored()
    values = {name: getattr(first, name) for name in first.__dataclass_fields__}
    moved = type(first)(**{**values, field: getattr(second, field)})
    if moved == first:
        moved = type(first)(**{**values, field: "something else"})
    with pytest.raises(LlticError) as error:
        Sealer(store.keys).open(moved)
    assert error.value.codes == ("record-damaged",)


def test_an_erased_case_reads_as_erased_and_its_chain_holds(store):
    store.append([draft(1, WORDS, **CASE), draft(2, None, reason="because", **CASE), draft(3)])
    before = store.head()
    store.keys.erase("CASE1")
    first, second, third = store.read()
    assert first.value is ERASED and first.reason == ""
    assert second.value is ERASED and second.reason is ERASED
    assert third.value == "x"
    assert store.head() == before and all(digest(line) == line.hash for line in store.stored())
    with pytest.raises(LlticError) as error:
        store.append([draft(4), draft(5, WORDS, **CASE)])
    assert error.value.codes == ("case-erased",) and store.head() == before
    store.append([draft(6, {}, kind="erased", case_id="CASE1")])


def test_lines_about_who_looked_lie_open_and_outlast_the_case(store):
    """REL-12: one that was sealed, as they once were, is still read, and its chain holds."""
    about = {"kind": "read", "case_id": "CASE1", "review_id": "CASE1-1"}
    with pytest.MonkeyPatch.context() as once:
        once.setattr(sealing, "OPEN_KINDS", sealing.OPEN_KINDS - {"read"})
        store.accesses.append([draft(1, {"codes": ["x"]}, **about)])
    store.accesses.append([draft(2, {"codes": ["y"]}, **about), draft(3, {}, **about)])
    first, second, third = store.accesses.stored()
    assert first.value.startswith("siv1:") and sealing.is_sealed(first)
    assert (second.value, third.value) == ('{"codes":["y"]}', "{}")
    assert [e.value for e in store.accesses.read()] == [{"codes": ["x"]}, {"codes": ["y"]}, {}]
    assert second.review_prev_hash == first.hash
    store.keys.erase("CASE1")
    assert [e.value for e in store.accesses.read()] == [ERASED, {"codes": ["y"]}, {}]
    assert [access(e).codes for e in store.accesses.read()] == [(), ("y",), ()]
    store.accesses.append([draft(4, {}, **about)])
    assert all(digest(line) == line.hash for line in store.accesses.stored())


def test_the_marker_is_itself_however_it_travels():
    assert copy.deepcopy(ERASED) is ERASED and copy.copy(ERASED) is ERASED
    assert pickle.loads(pickle.dumps(ERASED)) is ERASED
    typed = "".join(("[era", "sed]"))
    assert to_plain({"value": ERASED})["value"] == typed and typed is not ERASED


def test_keys_are_the_owners_alone_and_never_made_twice(tmp_path):
    keys = KeyFile(tmp_path / "cases.db")
    keys.make(["A", "B"])
    keys.make(["B", "C"])
    known = {case: keys.find(case) for case in "ABC"}
    assert stat.S_IMODE((tmp_path / "cases.db").stat().st_mode) == 0o600
    keys.engine.dispose()
    again = KeyFile(tmp_path / "cases.db", create=False)
    assert {case: again.find(case) for case in "ABC"} == known
    assert len(set(known.values())) == 3
    with pytest.raises(LlticError) as error:
        again.find("D")
    assert error.value.codes == ("no-case-key",)
    again.engine.dispose()


def test_the_bytes_of_an_erased_key_are_not_in_the_file_any_more(tmp_path):
    keys = KeyFile(tmp_path / "cases.db")
    keys.make(["A", "B"])
    first, second = keys.find("A"), keys.find("B")
    keys.erase("A")
    assert keys.find("A") is None and keys.erased() == {"A"}
    keys.engine.dispose()
    raw = b"".join(f.read_bytes() for f in tmp_path.iterdir())
    assert first not in raw and second in raw
    again = KeyFile(tmp_path / "cases.db")
    with pytest.raises(LlticError):
        again.make(["A"])
    again.engine.dispose()


def test_a_key_is_on_disk_when_its_first_event_is_refused(tmp_path):
    """The other way round, a power failure could leave words without their key."""
    with sqlite_store(tmp_path) as store:
        with pytest.raises(LlticError):
            store.append([draft(1, WORDS, **CASE), draft(1, WORDS, **CASE)])
        found = sqlite3.connect(tmp_path / "cases.db").execute("SELECT case_id FROM case_keys")
        assert found.fetchall() == [("CASE1",)] and store.head()[0] == 0


def test_two_threads_with_a_new_case_use_one_key(tmp_path):
    one, other = KeyFile(tmp_path / "cases.db"), KeyFile(tmp_path / "cases.db")
    one.make(["A"])
    other.make(["A"])
    assert one.find("A") == other.find("A")
    for keys in (one, other):
        keys.engine.dispose()


def test_no_error_says_what_was_written(store):
    store.append([draft(1, WORDS, **CASE)])
    with pytest.raises(LlticError) as error:
        store.append([draft(1, {"value": "CANARY"}, reason="CANARY", **CASE)])
    assert "CANARY" not in f"{error.value!r} {error.value} {error.value.__context__!s}"
    assert AT
