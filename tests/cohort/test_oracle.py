"""Whatever the rows, every death is in exactly one file, and where the reference says."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from deaths_by_hand import DEATH, death, spell, write_extract
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracle import Extract, judge

from lltic.cohort import build, load_definition
from lltic.sources import TABLES
from lltic.study import Study

IN = "in_hospital"

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


def reference(persons, stays, deaths, definition):
    """Say by the reference where each death belongs."""
    rows = (persons, stays, deaths, [])
    tables = ("persons", "spells", "deaths", "flags")
    whole = [
        [dict.fromkeys(c.name for c in TABLES[name].columns) | row for row in part]
        for name, part in zip(tables, rows, strict=True)
    ]
    return {
        v.death_id: v.rule or (v.category, v.spell_id, v.days if v.category != IN else None)
        for v in judge(Extract(*whole), definition)
    }


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
    lltic = load_definition(study, "lltic").model
    assert found == reference(persons, stays, deaths, lltic)
    assert max(Counter(c.person_id for c in result.cases).values(), default=1) == 1
    assert result.attrition[-1].remaining == len(result.cases)
