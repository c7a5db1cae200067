"""Chance and grammar."""

from __future__ import annotations

from collections import Counter

import pytest

from lltic.sources.synthetic.dice import Dice, grammar
from lltic.sources.synthetic.mechanisms import concerns, strengths
from lltic.sources.synthetic.phrasebook import read

FILES = (
    "concerns", "doctors", "judging", "nurses", "outside", "scenarios_belly", "scenarios_chest",
    "scenarios_frail", "strengths",
)  # fmt: skip
NO_TEMPLATES = ("fix", "tumours")


def test_the_stream_is_the_published_one_of_pcg64() -> None:
    # Recorded once: raw PCG64 of SeedSequence(7, spawn_key=(1, 2)), top 53 bits.
    dice = Dice(7, 1, 2)
    assert [dice.unit() for _ in range(3)] == [
        0.4788951467717453,
        0.1411980917522745,
        0.9330232036517411,
    ]


def test_streams_of_different_parts_do_not_meet() -> None:
    firsts = {Dice(2026, part, n).unit() for part in range(1, 11) for n in range(50)}
    assert len(firsts) == 500


def test_weights_are_kept_within_four_standard_errors() -> None:
    dice = Dice(1)
    counts = Counter(dice.weigh({"a": 1, "b": 3, "never": 0}) for _ in range(20_000))
    assert counts["never"] == 0
    assert abs(counts["b"] - 15_000) < 4 * (20_000 * 0.75 * 0.25) ** 0.5


def test_a_hand_of_cards_has_no_card_twice() -> None:
    dealt = Dice(3).deal(range(30), 30)
    assert sorted(dealt) == list(range(30))
    assert len(Dice(3).deal("ab", 5)) == 2


def test_a_template_gives_every_one_of_its_sentences() -> None:
    dice = Dice(5)
    said = {dice.say("[A|B[1|2]|] has {x} .", {"x": "pain"}) for _ in range(200)}
    assert said == {"A has pain.", "B1 has pain.", "B2 has pain.", "has pain."}


def test_a_fact_that_is_missing_is_an_error_and_not_a_gap() -> None:
    with pytest.raises(KeyError):
        Dice(5).say("{nobody} came", {})


def test_brackets_must_match() -> None:
    with pytest.raises(ValueError, match="unbalanced"):
        grammar("[a|b")


@pytest.mark.parametrize("name", FILES)
def test_every_template_can_be_read(name: str) -> None:
    records = read(name)
    assert records
    for record in records.values():
        for key, templates in record.items():
            for template in templates if key not in NO_TEMPLATES else ():
                grammar(template)


@pytest.mark.parametrize(
    "mechanism", [*concerns(), *strengths()], ids=lambda m: f"{m.theme}.{m.key}"
)
def test_whatever_is_planted_can_be_found_and_told(mechanism) -> None:
    from lltic.sources.synthetic.mechanisms import THEMES
    from lltic.sources.synthetic.truth import PHASES

    writers = ("doctor", "nurse", "ed", "oncall", "drug", "gp_before", "gp_after", "community")
    assert mechanism.theme in THEMES
    assert mechanism.phase in PHASES
    assert mechanism.who in ("any", "in_hospital", "post_discharge")
    assert any(mechanism.writers.get(w) for w in writers)
    assert mechanism.judged
    assert mechanism.lesson
    assert mechanism.good or mechanism.problem
