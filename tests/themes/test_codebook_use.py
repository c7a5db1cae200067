"""Which themes coders use, and which they mix up."""

from __future__ import annotations

from coded_texts import BOOK, coding, text

from lltic.themes.codebook_use import mixed_up, use

ON = text("Fluids late, and no one looked at the chart.")


def lay(theme, start, end, coder="ann", number=1, on=ON):
    return coding(
        on, start, end, number, theme=theme, coder=coder, coding_id=f"{coder}{number}{theme}"
    )


def test_every_theme_is_counted_with_those_below_it():
    other = text("More.", "C2-1")
    made = [
        lay("dnar", 0, 6),
        lay("dnar_recorded", 0, 6, "bob"),
        lay("dnar_recorded", 0, 4, "ann", 2, other),
        lay("falls", 0, 4),
    ]
    rows = {row.theme: row for row in use(made, BOOK.model)}
    assert list(rows)[:3] == ["dnar", "dnar_recorded", "dnar_talked_through"]
    assert len(rows) == 48
    top, fine = rows["dnar"], rows["dnar_recorded"]
    assert (top.level, top.codings, top.below, top.cases, top.coders) == (0, 1, 2, 1, 1)
    assert (fine.level, fine.codings, fine.below, fine.cases, fine.coders) == (1, 2, 0, 2, 2)
    assert sum(row.codings for row in rows.values()) == 3


def test_two_people_who_give_the_same_words_different_themes():
    made = [
        lay("fluid_prescribed", 0, 12),
        lay("fluid_charted", 2, 12, "bob"),
        lay("fluid_charted", 13, 40, number=2),
        lay("fluid_charted", 13, 44, "bob", 2),
        lay("dnar", 0, 5, "bob", 3),
    ]
    rows = mixed_up(made, BOOK.model)
    assert [(r.theme, r.other, r.passages, r.alike, r.told_apart) for r in rows] == [
        ("dnar", "fluid_prescribed", 1, 0, False),
        ("fluid_charted", "fluid_prescribed", 1, 1, True),
    ]


def test_who_gives_both_themes_mixes_up_nothing():
    made = [lay("dnar", 0, 10), lay("medication", 0, 10, number=2), lay("dnar", 0, 10, "bob")]
    assert mixed_up(made, BOOK.model) == []
    made.append(lay("antibiotics", 0, 10, "bob", 2))
    assert [(r.theme, r.other) for r in mixed_up(made, BOOK.model)] == [
        ("antibiotics", "medication")
    ]


def test_a_touch_is_not_the_same_words_and_one_reader_mixes_up_nothing():
    apart = [lay("dnar", 0, 10), lay("medication", 6, 20, "bob")]
    assert mixed_up(apart, BOOK.model) == []
    near = [lay("dnar", 0, 10), lay("medication", 5, 20, "bob")]
    assert len(mixed_up(near, BOOK.model)) == 1
    assert mixed_up(near, BOOK.model, {(ON.review_id, "ann")}) == []
    assert mixed_up([lay("dnar", 0, 10), lay("medication", 0, 10, number=2)], BOOK.model) == []
