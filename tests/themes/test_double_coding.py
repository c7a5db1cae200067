"""What counts where coders differ: by any of them, by all of them."""

from __future__ import annotations

import pytest
from coded_cases import Coder, text

from lltic.errors import UsageError
from lltic.themes import load_codebook, standing


def test_any_keeps_all_and_both_what_each_found():
    made = Coder(load_codebook("lltic-12"))
    a, b = text("A"), text("B")
    ann = [made(a, "dnar"), made(a, "medication"), made(b, "dnar")]
    bob = [made(a, "dnar", coder="bob", start=2), made(a, "antibiotics", coder="bob")]
    coders = {"A-1": {"ann", "bob"}, "B-1": {"ann"}}
    assert standing([*ann, *bob], coders) == [*ann, *bob]
    assert standing([*ann, *bob], coders, "both") == [ann[0], ann[2], bob[0]]


def test_both_counts_those_who_read_to_the_end_also_where_they_found_nothing():
    made = Coder(load_codebook("lltic-12"))
    on = text("A")
    ann, cy = made(on, "dnar"), made(on, "dnar", coder="cy")
    assert standing([ann], {"A-1": {"ann", "bob"}}, "both") == []
    assert standing([ann, cy], {"A-1": {"ann"}}, "both") == [ann]


def test_an_unknown_rule():
    with pytest.raises(UsageError) as caught:
        standing([], {}, "most")  # type: ignore[arg-type]
    assert caught.value.codes == ("unknown-rule",)
