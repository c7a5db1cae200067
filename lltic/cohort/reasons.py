"""One plain sentence for each death: why it is in, or why it is out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lltic.cohort.model import Definition

__all__ = ["reason_in", "reason_out"]

Row = Mapping[str, Any]


def days_text(days: int) -> str:
    """Return a number of days in words.

    Examples
    --------
    >>> days_text(1), days_text(30)
    ('1 day', '30 days')
    """
    return f"{days} day" if days == 1 else f"{days} days"


def _spell(row: Row) -> str:
    setting = str(row["setting"]).replace("_", " ")
    return f"spell {row['spell_id']} ({setting}, provider {row['provider_id']})"


def _after(row: Row) -> str:
    days = row["days"]
    when = "on the day of discharge" if days == 0 else f"{days_text(days)} after discharge"
    return f"Died {when} from {_spell(row)}"


def reason_in(row: Row) -> str:
    """Return why a death is a case.

    Examples
    --------
    >>> row = {"days": 17, "died_in_hospital": False, "spell_id": "S123",
    ...        "setting": "acute", "provider_id": "X"}
    >>> reason_in(row)
    'Died 17 days after discharge from spell S123 (acute, provider X).'
    """
    if not row["died_in_hospital"]:
        return _after(row) + "."
    text = f"Died in hospital during {_spell(row)}"
    days = row["days"]
    if days:
        side = "before" if days < 0 else "after"
        text += f", although the death is dated {days_text(abs(days))} {side} the discharge"
    return text + "."


def reason_out(row: Row, definition: Definition) -> str:
    """Return why a death is not a case, by the rule that counted it out."""
    population, window = definition.population, definition.window
    rule = row["rule"]
    if rule in ("discharged-after-death", "died-in-hospital"):
        if rule == "died-in-hospital":
            return f"Out: died in hospital during {_spell(row)}."
        late = days_text(-row["days"])
        return (
            f"Out: {_spell(row)} ended {late} after the death "
            "and does not say that the person died in it."
        )
    if rule == "outside-window" and window is not None:
        side, bound = "more than", window.days_max
        if row["days"] < window.days_min:
            side, bound = "fewer than", window.days_min
        return f"Out: {_after(row)[0].lower()}{_after(row)[1:]}, {side} {days_text(bound)}."
    settings = " or ".join(s.replace("_", " ") for s in population.settings)
    sentences = {
        "no-person": "the death cannot be linked to a person in the extract",
        "duplicate-registration": "another registration of the same death is earlier",
        "outside-period": "the death is outside the period "
        f"{population.died_from or '...'} to {population.died_to or '...'}",
        "under-age": f"the person was younger than {population.minimum_age} years",
        "no-spell": f"the person has no {settings} spell in the extract",
        "admitted-after-death": "every spell of the person begins after the day of death",
        "unfinished-spell": f"spell {row['spell_id']} was not finished, and there is no other "
        "that began on or before the day of death",
        "not-in-hospital": f"did not die in hospital; the last spell was {row['spell_id']}",
    }
    return f"Out: {sentences[rule]}."
