"""Make-believe episodes in the columns of HES, with the spells and deaths behind them.

The stays are thrown first and cut into episodes afterwards, so what is true does not come
from the rule that is tested.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

import numpy as np

COLUMNS = (
    "EPIKEY ENCRYPTED_HESID PROCODE3 SITETRET EPISTAT EPIORDER EPISTART EPIEND ADMIDATE DISDATE "
    "CLASSPAT ADMIMETH ADMISORC DISMETH DISDEST STARTAGE SEX DIAG_4_01 MAINSPEF TRETSPEF SUSSPELLID"
).split()
REGISTERED = ["ENCRYPTED_HESID", "DOD", "DOR", "MATCH_RANK"]
PROVIDERS = ("RAA", "RAB", "RAC")
FIRST, LAST = date(2022, 4, 1), date(2024, 3, 31)
"""The extract holds two financial years; what goes on after the last day is unfinished."""

Row = dict[str, str]


def row(key: str = "1", person: str = "P1", **changed: str) -> Row:
    """Return one finished episode that is a whole stay, with all its columns."""
    plain = {
        "EPIKEY": key,
        "ENCRYPTED_HESID": person,
        "PROCODE3": "RAA",
        "SITETRET": "RAA01",
        "EPISTAT": "3",
        "EPIORDER": "1",
        "EPISTART": "2024-02-26",
        "EPIEND": "2024-02-29",
        "ADMIDATE": "2024-02-26",
        "DISDATE": "2024-02-29",
        "CLASSPAT": "1",
        "ADMIMETH": "21",
        "ADMISORC": "19",
        "DISMETH": "1",
        "DISDEST": "19",
        "STARTAGE": "71",
        "SEX": "1",
        "DIAG_4_01": "J18.9",
        "MAINSPEF": "300",
        "TRETSPEF": "320",
        "SUSSPELLID": "-1",
    }
    assert set(changed) <= set(plain) | {"DOB", "NEWNHSNO", "GPPRAC"}, changed
    return plain | changed


def write_csv(path: Path, rows: list[Row], columns: list[str] | None = None) -> None:
    names = columns or (list(rows[0]) if rows else list(COLUMNS))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


@dataclass
class Extract:
    """Rows by file, what is true, and how many rows each fault was put into."""

    episodes: dict[str, list[Row]] = field(default_factory=dict)
    registrations: list[Row] = field(default_factory=list)
    spells: set[tuple[str, str, date, date | None, bool]] = field(default_factory=set)
    deaths: dict[str, tuple[date, str]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)

    def write(self, folder: Path) -> None:
        folder.mkdir()
        for name, rows in self.episodes.items():
            write_csv(folder / name, rows)
        write_csv(folder / "deaths_ons.csv", self.registrations, REGISTERED)


@dataclass(frozen=True)
class Stay:
    """One stay as it was thrown: when it, its last episode and its end were, and how it ended."""

    admitted: date
    began: date
    left: date
    died: bool
    leaves: bool


class Maker:
    """Throws stays, one person after another."""

    def __init__(self, seed: int) -> None:
        self.dice = np.random.default_rng(seed)
        self.extract = Extract({"hes_apc_2022.csv": [], "hes_apc_2023.csv.gz": []})
        self.keys = 0

    def among(self, low: int, high: int) -> int:
        return int(self.dice.integers(low, high + 1))

    def chance(self, p: float) -> bool:
        return bool(self.dice.random() < p)

    def key(self) -> str:
        self.keys += 1
        return f"{self.keys:012}"

    def person(self, name: str) -> None:
        day = FIRST + timedelta(days=self.among(0, 500))
        who = {"ENCRYPTED_HESID": name, "SEX": str(self.among(1, 2))}
        who["STARTAGE"] = str(self.among(0, 99) or 7003)
        provider, transferred = PROVIDERS[self.among(0, 2)], False
        for _ in range(self.among(1, 6)):
            stay = self.stay(who, provider, day, transferred)
            if stay.died:
                return self.died_in_hospital(name, stay)
            transferred = stay.leaves
            if transferred:
                provider = PROVIDERS[PROVIDERS.index(provider) - 1]
            else:
                provider = PROVIDERS[self.among(0, 2)]
            # Again on the day of discharge, but not where the last episode began on it too.
            gap = 0 if transferred else self.among(0, 150)
            day = stay.left + timedelta(days=max(gap, not transferred and stay.began == stay.left))
        if self.chance(0.2):
            self.register(name, stay.left + timedelta(days=self.among(0, 60)), "ONS2")
        return None

    def stay(self, who: Row, provider: str, admitted: date, transferred: bool) -> Stay:
        day_case = self.chance(0.1) and not transferred
        lengths = [0] if day_case else [self.among(0, 9) for _ in range(self.among(1, 4))]
        died = self.chance(0.12) and not day_case
        leaves = not died and not day_case and self.chance(0.1)
        start, cut = admitted, []
        for length in lengths:
            cut.append((start, start + timedelta(days=length)))
            start = cut[-1][1]
        end = cut[-1][1]
        common = who | {
            "PROCODE3": provider,
            "SITETRET": f"{provider}01",
            "ADMIDATE": admitted.isoformat(),
            "CLASSPAT": "2" if day_case else "1",
            "ADMIMETH": ("81" if self.chance(0.5) else "2B") if transferred else "21",
            "ADMISORC": "51" if transferred else "19",
        }
        seen = [
            self.episode(common, n, part, n == len(cut), died, leaves)
            for n, part in enumerate(cut, 1)
        ]
        ended = end <= LAST
        if any(seen):
            spell = (who["ENCRYPTED_HESID"], provider, admitted, end if ended else None)
            self.extract.spells.add((*spell, died and ended))
        return Stay(admitted, cut[-1][0], end, died, leaves)

    def episode(
        self, common: Row, n: int, part: tuple[date, date], last: bool, died: bool, leaves: bool
    ) -> bool:
        """Write one episode to the files of the years in which it was seen."""
        start, end = part
        if start > LAST:
            return False
        going = {
            "EPIKEY": self.key(),
            "EPISTAT": "1",
            "EPIORDER": str(n),
            "EPISTART": start.isoformat(),
            "EPIEND": "1801-01-01" if self.chance(0.5) else "",
            "DISDATE": "1800-01-01",
            "DISMETH": "8",
            "DISDEST": "98",
            "DIAG_4_01": "J189",
            "MAINSPEF": "300",
            "TRETSPEF": "&" if self.chance(0.2) else "320",
            "SUSSPELLID": "-1",
        }
        done = going | {"EPIKEY": self.key(), "EPISTAT": "3", "EPIEND": end.isoformat()}
        if last:
            done["DISDATE"] = end.isoformat()
            done["DISMETH"] = "4" if died else "1"
            done["DISDEST"] = "79" if died else "51" if leaves else "19"
        years, turn = list(self.extract.episodes.values()), date(2023, 4, 1)
        if end > LAST:
            years[1].append(common | going)
        elif start < turn <= end:  # seen at the end of the year, and again when it was over
            years[0].append(common | going)
            years[1].append(common | done)
            self.extract.faults["superseded-episode"] += 1
        else:
            years[end >= turn].append(common | done)
        return True

    def died_in_hospital(self, name: str, stay: Stay) -> None:
        left = stay.left
        if left > LAST:
            return self.register(name, left, "ONS2")
        off = [0, 0, 0, 0, -3, -1, 1, 3, -4, 4, None][self.among(0, 10)]
        if off is None:
            self.extract.deaths[name] = (left, "HES1")
            return None
        told = left + timedelta(days=off)
        kind = "HES2" if abs(off) > 3 else "MIX1" if off > 0 else "ONS1"
        self.register(name, told, kind, left)
        if stay.admitted > told + timedelta(days=3):  # came in after they are said to have died
            self.extract.deaths[name] = (left, "HES1")
        return None

    def register(self, name: str, told: date, kind: str, left: date | None = None) -> None:
        """Register a death, sometimes twice, sometimes without its date."""
        self.extract.deaths[name] = (left if left and kind in ("HES2", "MIX1") else told, kind)
        registered = told + timedelta(days=self.among(1, 9))
        said = {"ENCRYPTED_HESID": name, "DOD": told.isoformat(), "DOR": registered.isoformat()}
        self.extract.registrations.append(said | {"MATCH_RANK": str(1 + 7 * self.among(0, 1))})
        if self.chance(0.1):
            later = {"DOR": (registered + timedelta(days=30)).isoformat(), "MATCH_RANK": "1"}
            self.extract.registrations.append(said | later)

    def fault(self, code: str, made: list[Row], year: int = 1) -> None:
        self.extract.episodes[list(self.extract.episodes)[year]] += made
        self.extract.faults[code] += len(made)


def make(seed: int, persons: int, faults: int = 0) -> Extract:
    """Throw an extract of some persons, and put every fault into so many rows."""
    maker = Maker(seed)
    for n in range(persons):
        maker.person(f"P{n:05}")
    whole = [r for rows in maker.extract.episodes.values() for r in rows if r["EPISTAT"] == "3"]
    chosen = [whole[i] for i in maker.dice.permutation(len(whole))[: 2 * faults]]
    maker.fault("repeated-episode", chosen[:faults], 0)
    maker.fault("duplicate-episode", [r | {"EPIKEY": maker.key()} for r in chosen[faults:]])
    for code, changed in FAULTS.items():
        bad = [row(maker.key(), f"BAD{code[:4]}{n}") | changed for n in range(faults)]
        maker.fault(code, bad, 1)
    return maker.extract


FAULTS: dict[str, Row] = {
    "missing-value": {"ENCRYPTED_HESID": ""},
    "wrong-date": {"EPISTART": "2023-02-29"},
    "unknown-code": {"EPISTAT": "7"},
    "no-admission-date": {"ADMIDATE": "1801-01-01", "EPIORDER": "2"},
    "finished-without-end": {"EPIEND": "1582-10-15"},
    "episode-ends-before-start": {"EPIEND": "2024-02-25"},
}
"""Rows that are refused, by code; each is of a person of its own."""
