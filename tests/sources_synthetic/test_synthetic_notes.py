"""The case notes: no two alike, true to the charts, within the dates."""

# ruff: noqa: DTZ001 - hospitals write local wall-clock times

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime, timedelta
from statistics import mean

import pytest

from lltic.sources.synthetic import SyntheticTrust
from lltic.sources.synthetic.course import Course
from lltic.sources.synthetic.ews import Obs, score

BODY = "-" * 94 + "\n"
CHART = re.compile(
    r"^(\d\d)/(\d\d)  (\d\d):(\d\d) +(\d+) +(\d+)%  (.{8})  (\d+)/(\d+) +(\d+) +(\d+)\.(\d) +"
    r"([ACVPU]) +(\d+)"
)


def pages(trust: SyntheticTrust) -> list[str]:
    return [p for text in trust.documents.values() for p in text.split("\f")]


def test_no_two_documents_and_no_two_pages_are_alike(trust: SyntheticTrust) -> None:
    assert len(set(trust.documents.values())) == len(trust.documents)
    bodies = Counter(p.split(BODY, 1)[1].strip() for p in pages(trust))
    assert [b for b, n in bodies.items() if n > 1] == []


def test_every_page_says_that_it_is_synthetic_and_whose_it_is(trust: SyntheticTrust) -> None:
    number = dict(
        zip(
            trust.tables["persons"]["person_id"], trust.tables["persons"]["nhs_number"], strict=True
        )
    )
    for row in trust.tables["documents"].itertuples():
        digits = number[row.person_id]
        shown = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        for page in trust.documents[row.document_id].split("\f"):
            head = page.split(BODY)[0]
            assert "Synthetic record: not a real person" in head
            assert shown in head


def test_pages_have_the_length_of_pages(trust: SyntheticTrust) -> None:
    lines = [len(p.splitlines()) for p in pages(trust)]
    assert max(lines) <= 52
    assert 25 <= mean(lines) <= 45
    assert max(len(line) for p in pages(trust) for line in p.splitlines()) <= 100


def test_four_to_seven_documents_per_case(trust: SyntheticTrust) -> None:
    counts = trust.tables["documents"].groupby("person_id").size()
    assert len(counts) == len(trust.truth.cases)
    assert counts.min() >= 4
    assert counts.max() <= 7


def test_no_template_shows_through(trust: SyntheticTrust) -> None:
    box = re.compile(r"\[(2|4|5|blank at first; completed later by pharmacist)\]")
    for text in trust.documents.values():
        plain = box.sub("", text).replace("  |  ", "")
        assert not re.search(r"[{}\[\]|]", plain)


def test_the_charted_score_is_the_sum_of_its_parts(trust: SyntheticTrust) -> None:
    scale2 = {c.patient.person_id: c.scenario.scale2 for c in trust.courses}
    checked = 0
    charts = trust.tables["documents"].query("title.str.startswith('Observations')")
    for row in charts.itertuples():
        for line in trust.documents[row.document_id].splitlines():
            found = CHART.match(line)
            if not found:
                continue
            f = found.groups()
            obs = Obs(
                at=datetime(2026, int(f[1]), int(f[0]), int(f[2]), int(f[3])),
                rr=int(f[4]),
                spo2=int(f[5]),
                oxygen=f[6].strip(),
                sbp=int(f[7]),
                dbp=int(f[8]),
                hr=int(f[9]),
                temp=int(f[10]) * 10 + int(f[11]),
                mind=f[12],
                scale2=scale2[row.person_id],
            )
            assert score(obs) == int(f[13]), line
            checked += 1
    assert checked > 15_000


@pytest.mark.parametrize(
    ("change", "points"),
    [
        ({}, 0),
        ({"rr": 8}, 3), ({"rr": 9}, 1), ({"rr": 11}, 1), ({"rr": 12}, 0), ({"rr": 20}, 0),
        ({"rr": 21}, 2), ({"rr": 24}, 2), ({"rr": 25}, 3),
        ({"spo2": 91}, 3), ({"spo2": 92}, 2), ({"spo2": 94}, 1), ({"spo2": 95}, 1),
        ({"spo2": 96}, 0), ({"oxygen": "2L NC"}, 2),
        ({"sbp": 90}, 3), ({"sbp": 100}, 2), ({"sbp": 110}, 1), ({"sbp": 111}, 0),
        ({"sbp": 219}, 0), ({"sbp": 220}, 3),
        ({"hr": 40}, 3), ({"hr": 41}, 1), ({"hr": 50}, 1), ({"hr": 51}, 0), ({"hr": 90}, 0),
        ({"hr": 91}, 1), ({"hr": 110}, 1), ({"hr": 111}, 2), ({"hr": 130}, 2), ({"hr": 131}, 3),
        ({"mind": "C"}, 3), ({"mind": "U"}, 3),
        ({"temp": 350}, 3), ({"temp": 351}, 1), ({"temp": 360}, 1), ({"temp": 361}, 0),
        ({"temp": 380}, 0), ({"temp": 381}, 1), ({"temp": 390}, 1), ({"temp": 391}, 2),
        ({"scale2": True, "spo2": 83}, 3), ({"scale2": True, "spo2": 85}, 2),
        ({"scale2": True, "spo2": 87}, 1), ({"scale2": True, "spo2": 88}, 0),
        ({"scale2": True, "spo2": 99}, 0),
        ({"scale2": True, "spo2": 92, "oxygen": "28% VM"}, 2),
        ({"scale2": True, "spo2": 94, "oxygen": "28% VM"}, 3),
        ({"scale2": True, "spo2": 96, "oxygen": "28% VM"}, 4),
        ({"scale2": True, "spo2": 97, "oxygen": "28% VM"}, 5),
    ],
)  # fmt: skip
def test_the_score_at_every_threshold(change: dict, points: int) -> None:
    usual = {"temp": 368, "hr": 72, "sbp": 128, "dbp": 74, "rr": 16, "spo2": 97, "oxygen": "air",
             "mind": "A", "scale2": False}  # fmt: skip
    assert score(Obs(at=datetime(2026, 9, 1), **(usual | change))) == points


def test_what_happened_lies_between_arrival_and_death(trust: SyntheticTrust) -> None:
    for course in trust.courses:
        stay, moments = course.stay, course.moments
        assert stay.arrived_at < moments.post_take < stay.left_at <= stay.died_at
        for moment in (moments.procedure, moments.crash, moments.dying):
            assert moment is None or stay.arrived_at < moment < stay.died_at
        assert all(stay.arrived_at < o.at < stay.left_at for o in course.obs)
        assert list(course.obs) == sorted(course.obs, key=lambda o: o.at)
        assert all(stay.arrived_at <= p.at <= stay.died_at for p in course.plants)


STAMP = re.compile(r"^(\d{1,2})[/.](\d{1,2})[/.](\d\d) (\d\d):?(\d\d)  ?")
WORDS = re.compile(r"^(\d{1,2}) (Jun|Jul|Aug|Sep|Oct) (\d{4}) (\d\d):(\d\d)  ?")


def stamps(text: str) -> list[datetime]:
    found = []
    for line in text.splitlines():
        short, words = STAMP.match(line), WORDS.match(line)
        if short:
            day, month, year, hour, minute = map(int, short.groups())
            found.append(datetime(2000 + year, month, day, hour, minute))
        elif words:
            month = {"Jun": 6, "Jul": 7, "Aug": 8, "Sep": 9, "Oct": 10}[words[2]]
            found.append(
                datetime(int(words[3]), month, int(words[1]), int(words[4]), int(words[5]))
            )
    return found


def course_of(trust: SyntheticTrust) -> dict[str, Course]:
    return {c.patient.person_id: c for c in trust.courses}


def test_the_dates_in_the_notes_fit_the_stay(trust: SyntheticTrust) -> None:
    courses, seen = course_of(trust), 0
    for row in trust.tables["documents"].itertuples():
        if row.title not in ("Medical notes", "Nursing notes"):
            continue
        stay = courses[row.person_id].stay
        found = stamps(trust.documents[row.document_id])
        assert found == sorted(found), row.document_id
        assert found[0] >= stay.arrived_at
        after = timedelta(days=3) if row.title == "Medical notes" else timedelta(hours=6)
        assert found[-1] <= stay.left_at + after
        seen += len(found)
    assert seen > 7_000


def test_a_planted_concern_can_be_found_in_the_notes(trust: SyntheticTrust) -> None:
    """Everything planted was written down by at least one of its writers."""
    from lltic.sources.synthetic.notes import write_notes
    from lltic.sources.synthetic.notes.desk import Desk

    told: list[tuple[int, str]] = []
    once = Desk.planted

    def spy(self: Desk, writer: str, plant) -> str:
        text = once(self, writer, plant)
        if text:
            told.append((self.course.number, text))
        return text

    Desk.planted = spy  # type: ignore[method-assign]
    try:
        for course in trust.courses[:120]:
            told.clear()
            documents = write_notes(course, trust.seed)
            written = " ".join(" ".join(d.text.split()) for d in documents)
            kept = [
                t
                for _, t in told
                if " ".join(t.replace("..", ".").split()).rstrip(".")[:40] in written
            ]
            assert len(kept) >= len(course.plants) * 0.8, course.number
    finally:
        Desk.planted = once  # type: ignore[method-assign]


def test_a_gap_that_was_planted_is_on_the_chart(trust: SyntheticTrust) -> None:
    gaps = [(c, first, last) for c in trust.courses for first, last in c.gaps]
    assert len(gaps) > 10
    for course, first, last in gaps:
        assert not [o for o in course.obs if first <= o.at < last and o.at < course.stay.left_at]


def test_a_letter_says_what_it_was_planted_to_say(trust: SyntheticTrust) -> None:
    courses = course_of(trust)
    sparse = full = 0
    for row in trust.tables["documents"].query("kind == 'letter'").itertuples():
        text = trust.documents[row.document_id]
        if courses[row.person_id].has("sparse_letter"):
            sparse += 1
            assert "ACTIONS FOR THE PRACTICE" not in text
            assert "INVESTIGATIONS" not in text
        else:
            full += 1
            assert "INVESTIGATIONS" in text
    assert sparse > 5
    assert full > 50
