"""Pseudonyms and NHS numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lltic.identity import case_label, is_nhs_number, nhs_check_digit, pseudonym


def test_a_pseudonym_depends_on_key_purpose_and_person():
    one = pseudonym(b"k" * 32, "person", "P1")
    assert len(one) == 26 and one == pseudonym(b"k" * 32, "person", "P1")
    others = {
        pseudonym(b"l" * 32, "person", "P1"),
        pseudonym(b"k" * 32, "case", "P1"),
        pseudonym(b"k" * 32, "person", "P2"),
    }
    assert one not in others and len(others) == 3


def test_a_case_label_can_be_read_aloud():
    label = case_label(b"k" * 32, "P1")
    assert len(label) == 11 and label[5] == "-" and not set("ILOU") & set(label)


@pytest.mark.parametrize("digit", "0123456789")
def test_repeated_digits_are_refused_although_they_pass_the_check(digit):
    number = digit * 10
    assert nhs_check_digit(number[:9]) == int(digit) and not is_nhs_number(number)


@pytest.mark.parametrize(
    "text", ["", "999", "99908733055", "999087330x", "٩٩٩٠٨٧٣٣٠٥", "9990873306"]
)
def test_what_is_no_nhs_number(text):
    assert not is_nhs_number(text)


@given(st.integers(0, 999_998))
def test_a_wrong_digit_is_always_found(number):
    nine = f"999{number:06d}"
    check = nhs_check_digit(nine)
    if check is not None:
        assert is_nhs_number(f"{nine}{check}")
        assert not is_nhs_number(f"{nine}{(check + 1) % 10}")
