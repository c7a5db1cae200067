"""Whatever the rows, every death is in exactly one place, and the place a plain loop says."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from deaths_by_hand import DEATH, death, spell, write_extract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lltic.cohort import build
from lltic.study import Study

days = st.integers(-36, 3)
spells = st.lists(
    st.tuples(
        days,
        st.none() | st.integers(0, 5),  # length of stay; None while unfinished
        st.booleans() | st.just(False),
        st.sampled_from(["acute", "community"]),
    ),
    max_size=4,
)
registrations = st.lists(
    st.tuples(st.none() | st.integers(0, 3), st.sampled_from(["registration", "hospital"])),
    max_size=3,
)
people = st.lists(st.tuples(spells, registrations, st.booleans() | st.just(True)), max_size=40)


def rows_of(people):
    """Return persons, spells and deaths as rows."""
    persons, stays, deaths = [], [], []
    for number, (spells, registrations, known) in enumerate(people):
        person = f"p{number:02}"
        if known:
            persons.append({"person_id": person, "sex": "female", "born_on": date(1940, 1, 1)})
            for i, (admitted, length, died, setting) in enumerate(spells):
                end = None if length is None else admitted + length
                more = {"died_in_hospital": died, "setting": setting}
                stays.append(spell(f"{person}-{i}", person, admitted, end, **more))
        for i, (lag, source) in enumerate(registrations):
            on = None if lag is None else DEATH + timedelta(days=lag)
            row = death(f"{person}-D{i}", person, registered_on=on, source=source)
            deaths.append(row)
    return persons, stays, deaths


def oracle(row, persons, stays, deaths):
    """Say by a plain loop where one death belongs."""
    if row["person_id"] not in {p["person_id"] for p in persons}:
        return "no-person"
    same = [d for d in deaths if d["person_id"] == row["person_id"]]
    first = min(
        same,
        key=lambda d: (d["registered_on"] or date.max, d["source"] == "hospital", d["death_id"]),
    )
    if row is not first:
        return "duplicate-registration"
    mine = [s for s in stays if s["person_id"] == row["person_id"]]
    if not mine:
        return "no-spell"
    before = [s for s in mine if s["admitted_at"].date() <= row["died_on"]]
    if not before:
        return "admitted-after-death"
    finished = [s for s in before if s["discharged_at"] or s["died_in_hospital"]]
    if not finished:
        return "unfinished-spell"
    index = max(
        finished,
        key=lambda s: (
            s["admitted_at"],
            s["discharged_at"] is None,
            s["discharged_at"] or s["admitted_at"],
            s["spell_id"],
        ),
    )
    if index["died_in_hospital"]:
        return ("in_hospital", index["spell_id"], None)
    length = (row["died_on"] - index["discharged_at"].date()).days
    if length < 0:
        return "discharged-after-death"
    return ("post_discharge", index["spell_id"], length) if length <= 30 else "outside-window"


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(people)
def test_every_death_is_in_exactly_one_place_and_the_right_one(tmp_path_factory, people):
    persons, stays, deaths = rows_of(people)
    study = Study.init(tmp_path_factory.mktemp("oracle") / "study", key=b"k" * 32)
    result = build(write_extract(study, stays, deaths, persons), "lltic")
    places = Counter([c.death_id for c in result.cases] + [e.death_id for e in result.excluded])
    assert places == Counter(d["death_id"] for d in deaths)
    found = {
        c.death_id: (c.category, c.index_spell_id, c.days_discharge_to_death) for c in result.cases
    }
    found |= {e.death_id: e.rule for e in result.excluded}
    assert found == {d["death_id"]: oracle(d, persons, stays, deaths) for d in deaths}
    assert max(Counter(c.person_id for c in result.cases).values(), default=1) == 1
    assert result.attrition[-1].remaining == len(result.cases)
