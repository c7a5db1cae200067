"""A study on disk: made whole, opened checked, never half-written."""

from __future__ import annotations

import errno
import os
import stat

import pytest

from lltic.errors import LlticError, UsageError
from lltic.study import Study, write_atomically, write_folder_atomically


def test_a_new_study_has_everything_in_its_place(tmp_path):
    study = Study.init(tmp_path / "s", title='Deaths of "September"')
    assert study.settings.title == "Deaths of 'September'"
    assert study.settings.cohort == "lltic" and not study.settings.synthetic
    assert stat.S_IMODE(study.keys.stat().st_mode) == 0o700
    key = study.keys / "pseudonym.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600 and len(study.pseudonym_key()) == 32
    assert Study.open(study.path) == study


def test_two_studies_have_two_keys(tmp_path):
    keys = {Study.init(tmp_path / name).pseudonym_key() for name in "ab"}
    assert len(keys) == 2


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "precious.txt").write_text("x")
    with pytest.raises(UsageError) as error:
        Study.init(tmp_path)
    assert error.value.codes == ("study-exists",)
    assert [p.name for p in tmp_path.iterdir()] == ["precious.txt"]


def test_a_folder_that_is_no_study_says_what_to_do(tmp_path):
    with pytest.raises(UsageError) as error:
        Study.open(tmp_path)
    assert error.value.codes == ("not-a-study",) and "lltic init" in str(error.value)


def test_bad_settings_are_told_all_at_once(tmp_path):
    study = Study.init(tmp_path / "s")
    (study.path / "study.toml").write_text("colour = 1\nsynthetic = 'yes'\n")
    with pytest.raises(LlticError) as error:
        Study.open(study.path)
    assert error.value.codes == ("bad-settings",) * 3
    (study.path / "study.toml").write_text("title = ")
    with pytest.raises(LlticError) as error:
        Study.open(study.path)
    assert error.value.codes == ("bad-settings",)


def test_a_lost_key_is_named(tmp_path):
    study = Study.init(tmp_path / "s")
    (study.keys / "pseudonym.key").unlink()
    with pytest.raises(LlticError) as error:
        study.pseudonym_key()
    assert error.value.codes == ("no-key",)


def full_disk(*arguments):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "a.txt"
    file.write_text("old")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(LlticError) as error, write_atomically(file) as stream:
        stream.write("new")
    assert error.value.codes == ("cannot-write",) and "No space left" in str(error.value)
    assert file.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_an_interrupted_write_leaves_the_old_file(tmp_path):
    file = tmp_path / "a.txt"
    file.write_text("old")
    with pytest.raises(ZeroDivisionError), write_atomically(file) as stream:  # noqa: PT012
        stream.write("new")
        raise ZeroDivisionError
    assert file.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_folder_is_swapped_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "tables"
    with write_folder_atomically(folder) as fresh:
        (fresh / "one").write_text("1")
    with pytest.raises(ZeroDivisionError), write_folder_atomically(folder) as fresh:  # noqa: PT012
        (fresh / "two").write_text("2")
        raise ZeroDivisionError
    assert [p.name for p in folder.iterdir()] == ["one"]
    with write_folder_atomically(folder) as fresh:
        (fresh / "three").write_text("3")
    assert [p.name for p in folder.iterdir()] == ["three"]
    assert [p.name for p in tmp_path.iterdir()] == ["tables"]
