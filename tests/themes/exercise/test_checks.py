"""A synthesis holds together, or every place where it does not is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from exercises import BOOK, EXERCISE, coded, text

from lltic.errors import LlticError
from lltic.themes.exercise import (
    Challenge,
    Grouping,
    Opportunity,
    Passage,
    Recommendation,
    Synthesis,
    check,
    links_of,
    load_synthesis,
    passages,
)
from lltic.themes.exercise.layout import SYNTHESIS

FEAR, LONG, ASK, READ = (
    text("Fear of blame."),
    text("Reports are too long.", sheet=2),
    text("Ask families first.", sheet=1, question="how"),
    text("Nothing.", sheet=3),
)
CODED = coded(
    (FEAR, "learning_culture"), (LONG, "investigation"), (ASK, "involving_families"), (READ, "")
)
FOUND = passages([FEAR, LONG, ASK, READ], CODED.codings, BOOK.model.themes)
P_FEAR, P_LONG, P_ASK = (p.passage_id for p in FOUND)

WHOLE = Synthesis(
    groups=(
        Grouping("G1", "Culture", ("learning_culture",)),
        Grouping("G2", "Investigation", ("investigation",)),
        Grouping("G3", "Families", ("involving_families",)),
    ),
    challenges=(
        Challenge("C1", "People are afraid.", ("G1",), (P_FEAR,), left="A programme runs already."),
        Challenge("C2", "Reports are too long.", ("G2",), (P_LONG,)),
    ),
    opportunities=(
        Opportunity("O1", "Write two pages.", answers=("C2",)),
        Opportunity("O2", "Families want to help.", builds_on=("G3",), rests_on=(P_ASK,)),
    ),
    recommendations=(
        Recommendation("R1", "Two pages.", ("O1",), "Chief nurse", ("acute",)),
        Recommendation("R2", "Ask families.", ("O2",), "Head of care", ("acute", "practices")),
    ),
)


def codes(synthesis: Synthesis) -> list[str]:
    return [p.code for p in check(synthesis, EXERCISE, BOOK.model, FOUND)]


def changed(part: str, place: int, **more: object) -> Synthesis:
    """Return the whole one with one entry changed."""
    entries = list(getattr(WHOLE, part))
    entries[place] = replace(entries[place], **more)
    return replace(WHOLE, **{part: tuple(entries)})


def test_a_whole_synthesis_has_nothing_wrong():
    assert codes(WHOLE) == []


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (changed("groups", 0, codes=("learning_cultur",)), "synthesis-dangling"),
        (changed("groups", 0, codes=()), "synthesis-code-unused"),
        (changed("groups", 0, codes=("learning_culture", "investigation")), "synthesis-code-twice"),
        (changed("groups", 2, left="Enough is done."), "synthesis-contradiction"),
        (changed("groups", 0, id="G2"), "synthesis-duplicate"),
        (changed("groups", 0, id="<b>"), "synthesis-id"),
        (changed("challenges", 0, left=""), "synthesis-challenge-unanswered"),
        (changed("challenges", 1, left="Later."), "synthesis-contradiction"),
        (changed("challenges", 1, rests_on=()), "synthesis-no-quotation"),
        (changed("challenges", 1, rests_on=("p0000000000",)), "synthesis-dangling"),
        (changed("challenges", 1, rests_on=(P_FEAR,)), "synthesis-passage-elsewhere"),
        (changed("challenges", 1, groups=("G9",)), "synthesis-dangling"),
        (changed("challenges", 1, groups=()), "synthesis-unanchored"),
        (changed("challenges", 1, text=" "), "synthesis-empty"),
        (changed("challenges", 1, text="Ring 0116 258 6353."), "synthesis-identifies"),
        (changed("challenges", 0, left="Ask a.b@trust.example."), "synthesis-identifies"),
        (changed("recommendations", 0, measured_by="Ring 0116 258 6353."), "synthesis-identifies"),
        (replace(WHOLE, note="Drawn up by a.b@trust.example."), "synthesis-identifies"),
        (replace(WHOLE, left_codes={"silos": "a.b@trust.example"}), "synthesis-identifies"),
        (changed("opportunities", 0, answers=("C9",)), "synthesis-dangling"),
        (changed("opportunities", 0, answers=()), "synthesis-unanchored"),
        (changed("opportunities", 1, rests_on=()), "synthesis-no-quotation"),
        (changed("opportunities", 1, rests_on=(P_LONG,)), "synthesis-passage-elsewhere"),
        (changed("recommendations", 0, by=("O9",)), "synthesis-dangling"),
        (changed("recommendations", 0, by=()), "synthesis-no-quotation"),
        (changed("recommendations", 0, by=("O2",)), "synthesis-opportunity-unused"),
        (changed("recommendations", 0, owner=""), "synthesis-owner"),
        (changed("recommendations", 0, owner="xc@trust.example"), "synthesis-owner"),
        (changed("recommendations", 0, organisations=()), "synthesis-organisation"),
        (changed("recommendations", 0, organisations=("moon",)), "synthesis-dangling"),
        (
            replace(WHOLE, groups=(*WHOLE.groups, Grouping("G4", "More", ("skills",)))),
            "synthesis-group-unused",
        ),
        (replace(WHOLE, left_codes={"skils": "?"}), "synthesis-dangling"),
        (replace(WHOLE, left_codes={"investigation": "no"}), "synthesis-contradiction"),
    ],
)
def test_each_thing_wrong_is_named(broken, code):
    assert code in codes(broken)


def test_a_code_or_a_group_may_be_left_with_a_word():
    fewer = replace(WHOLE, groups=WHOLE.groups[1:], challenges=WHOLE.challenges[1:])
    assert codes(fewer) == ["synthesis-code-unused"]
    assert codes(replace(fewer, left_codes={"learning_culture": "Said once."})) == []
    assert codes(replace(fewer, left_codes={"learning_culture": " "})) == ["synthesis-code-unused"]
    more = Grouping("G4", "More", ("skills",), left="Nobody raised it.")
    assert codes(replace(WHOLE, groups=(*WHOLE.groups, more))) == []


def test_an_empty_one_is_not_whole_and_says_what_is_missing():
    def missing(synthesis: Synthesis, passages: list[Passage]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for problem in check(synthesis, EXERCISE, BOOK.model, passages):
            found.setdefault(problem.code, []).append(problem.where.rpartition(": ")[2])
        return found

    parts = ["groups", "challenges", "opportunities", "recommendations"]
    nothing = {"synthesis-nothing-coded": ["synthesis.yml"], "synthesis-missing": parts}
    assert missing(Synthesis(), []) == nothing
    assert missing(Synthesis(note="Ours."), []) == nothing
    coded = missing(Synthesis(), FOUND)
    assert coded["synthesis-missing"] == parts
    assert set(coded) == {"synthesis-missing", "synthesis-code-unused"}
    used = {code for p in FOUND for code in p.codes}
    left = Synthesis(left_codes=dict.fromkeys(used, "Said once."))
    assert missing(left, FOUND) == {"synthesis-missing": parts}


def test_all_problems_come_at_once():
    broken = replace(WHOLE, groups=(), recommendations=())
    assert {"synthesis-code-unused", "synthesis-dangling", "synthesis-opportunity-unused"} <= set(
        codes(broken)
    )
    assert len(codes(broken)) > 6


def test_who_it_takes_more_than_one_organisation_for():
    assert [r.crosses for r in WHOLE.recommendations] == [False, True]
    twice = replace(WHOLE.recommendations[0], organisations=("acute", "acute"))
    assert not twice.crosses


def test_cross_references_lead_both_ways():
    links = links_of(WHOLE, FOUND)
    assert links.down["R1"] == ("O1",)
    assert links.below("R1") == ("O1", "C2", "G2", P_LONG)
    assert P_ASK in links.below("R2")
    assert set(links.above(P_LONG)) == {"G2", "C2", "O1", "R1"}
    for entry, below in links.down.items():
        assert all(entry in links.up[key] for key in below)


def test_all_branches_are_followed_nearest_first():
    both = changed("recommendations", 0, by=("O1", "O2"))
    below = links_of(both, FOUND).below("R1")
    assert below[:2] == ("O1", "O2")
    assert set(below) == {"O1", "O2", "C2", "G2", "G3", P_LONG, P_ASK}


def test_a_ring_of_references_ends():
    odd = replace(WHOLE, challenges=(Challenge("C1", "x", ("C1",), ("C1",)),))
    assert links_of(odd, FOUND).below("C1") == ()


def test_what_a_new_exercise_starts_with_can_be_read(tmp_path: Path):
    path = tmp_path / "synthesis.yml"
    path.write_text(SYNTHESIS)
    assert load_synthesis(path) == Synthesis()
    lines = SYNTHESIS.splitlines()
    example = lines[lines.index("#   groups:") : lines.index("groups: []")]
    path.write_text("\n".join(line[4:] for line in example))
    assert [c.id for c in load_synthesis(path).challenges] == ["C1"]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("challenges:\n  - id: C1\n", "definition-missing-key"),
        ("challenge: []\n", "definition-unknown-key"),
        ("groups: G1\n", "definition-wrong-value"),
        ("note: &a x\nleft_codes: *a\n", "definition-syntax"),
    ],
)
def test_a_synthesis_that_cannot_be_read(tmp_path: Path, said, code):
    path = tmp_path / "synthesis.yml"
    path.write_text(said)
    with pytest.raises(LlticError) as caught:
        load_synthesis(path)
    assert code in caught.value.codes


def test_no_synthesis_at_all(tmp_path: Path):
    with pytest.raises(LlticError) as caught:
        load_synthesis(tmp_path / "synthesis.yml")
    assert caught.value.codes == ("no-synthesis",)


def test_a_recommendation_must_lead_to_words_and_not_only_to_an_opportunity():
    without = changed("challenges", 1, rests_on=())
    found = check(without, EXERCISE, BOOK.model, FOUND)
    where = [p.where for p in found if p.code == "synthesis-no-quotation"]
    assert where == ["synthesis.yml: challenges.C2", "synthesis.yml: recommendations.R1"]
