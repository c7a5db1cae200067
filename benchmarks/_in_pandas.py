"""The rules of the definition ``lltic`` in pandas, with reasons and losses: for comparison only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cohort import COLUMNS

SETTINGS = ("acute", "community", "mental_health")


def build(folder: Path) -> int:
    """Build the cohort as an analyst would, write its three files, return the number of cases."""
    read = {
        name: pd.read_parquet(folder / f"extract/{name}.parquet", columns=list(columns))
        for name, columns in COLUMNS.items()
    }
    deaths, spells = read["deaths"], read["spells"]
    order = ["reconciled", "registered_on", "source", "died_on", "death_id"]
    deaths = deaths.sort_values(order, na_position="last")
    deaths["n_registrations"] = deaths.groupby("person_id")["death_id"].transform("size")
    deaths["rank"] = deaths.groupby("person_id").cumcount()
    told = deaths.merge(read["persons"].assign(known=True), on="person_id", how="left")
    kept = told.loc[told["rank"] == 0, ["death_id", "person_id", "died_on"]]
    pairs = kept.merge(spells, on="person_id")
    index = chosen(pairs)
    told = told.merge(index, on="death_id", how="left")
    told["died_on"] = pd.to_datetime(told["died_on"])
    told["days"] = (told["died_on"] - told["discharged_at"].dt.normalize()).dt.days
    judge(told)
    out = folder / "pandas"
    out.mkdir(exist_ok=True)
    cases = told[told["rule"] == ""]
    cases.sort_values("death_id").to_parquet(out / "cases.parquet")
    columns = ["death_id", "person_id", "died_on", "rule", "reason"]
    told.loc[told["rule"] != "", columns].to_parquet(out / "excluded.parquet")
    losses = told.groupby("rule").size().reset_index(name="n")
    losses.to_parquet(out / "attrition.parquet")
    return len(cases)


def chosen(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the last spell of each death, of those that come nearest to counting."""
    died = pd.to_datetime(pairs["died_on"])
    settled = pairs["setting"].isin(SETTINGS)
    before = pairs["admitted_at"].dt.normalize() <= died
    finished = pairs["discharged_at"].notna() | pairs["died_in_hospital"]
    steps = [settled, settled & before, settled & before & finished]
    pairs["nearness"] = sum(step.astype("int8") for step in steps)
    pairs["end"] = pairs["discharged_at"].fillna(pd.Timestamp("2200-01-01"))
    pairs = pairs.sort_values(["death_id", "nearness", "admitted_at", "end", "spell_id"])
    by_death = pairs.groupby("death_id")
    for least, name in enumerate(("n_spells", "n_before", "n_qualifying"), 1):
        pairs[name] = (pairs["nearness"] >= least).groupby(pairs["death_id"]).transform("sum")
    ended = pairs["discharged_at"].where(pairs["nearness"] == 3)
    pairs["ended_before"] = ended.groupby(pairs["death_id"]).shift(1)
    last = by_death[["admitted_at", "provider_id"]].transform("last")
    later = (pairs["admitted_at"] > last["admitted_at"]) & before
    pairs["elsewhere"] = later & (pairs["provider_id"] != last["provider_id"])
    pairs["later_elsewhere"] = pairs.groupby("death_id")["elsewhere"].transform("any")
    return pairs.groupby("death_id").tail(1).drop(columns=["person_id", "died_on"])


def judge(told: pd.DataFrame) -> None:
    """Add the rule, the notes and the sentence."""
    inside = told["died_in_hospital"].fillna(False).astype(bool)
    rules = {
        "no-person": told["known"].isna(),
        "duplicate-registration": told["rank"] > 0,
        "no-date-of-death": told["died_on"].isna(),
        "no-spell": told["n_spells"].fillna(0) == 0,
        "admitted-after-death": told["n_before"] == 0,
        "unfinished-spell": told["n_qualifying"] == 0,
        "discharged-after-death": ~inside & (told["days"] < 0),
        "outside-window": ~inside & ~told["days"].between(0, 30),
    }
    told["rule"] = np.select(list(rules.values()), list(rules), default="")
    told["day_of_discharge"] = ~inside & (told["days"] == 0)
    told["last_day_of_window"] = ~inside & (told["days"] == 30)
    admitted = told["admitted_at"].dt.normalize()
    told["same_day_readmission"] = told["ended_before"].dt.normalize() == admitted
    told["transfer"] = told["admission_method"] == "transfer"
    told["several_registrations"] = told["n_registrations"] > 1
    setting = told["setting"].str.replace("_", " ")
    spell = "spell " + told["spell_id"] + " (" + setting + ", provider " + told["provider_id"] + ")"
    days = told["days"].astype("Int64").astype("string")
    after = "Died " + days + " days after discharge from " + spell
    after = after.where(told["days"] != 0, "Died on the day of discharge from " + spell)
    elsewhere = np.where(told["later_elsewhere"].fillna(False).astype(bool), "yes", "no")
    after = after + "; a later spell at another provider: " + elsewhere + "."
    reason = after.where(~inside, "Died in hospital during " + spell + ".")
    told["reason"] = reason.where(told["rule"] == "", "Out: " + told["rule"] + ". " + reason)
