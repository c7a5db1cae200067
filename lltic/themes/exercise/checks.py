"""Whether a synthesis holds together: nothing dangles, nothing is dropped without a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lltic.errors import Problem, did_you_mean
from lltic.themes.codebook import Codebook
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.passages import Passage
from lltic.themes.exercise.privacy import reaches_a_person
from lltic.themes.exercise.synthesis import (
    Challenge,
    Grouping,
    Opportunity,
    Recommendation,
    Synthesis,
)

__all__ = ["check"]

ID = re.compile(r"[A-Z][A-Za-z]{0,3}[0-9]{1,3}")
Entry = Grouping | Challenge | Opportunity | Recommendation


@dataclass(frozen=True, slots=True)
class _Known:
    """Everything that an id can mean."""

    synthesis: Synthesis
    exercise: Exercise
    codebook: Codebook
    passages: Mapping[str, Passage]
    where: str

    @property
    def parts(self) -> dict[str, Sequence[Entry]]:
        s = self.synthesis
        return {
            "groups": s.groups,
            "challenges": s.challenges,
            "opportunities": s.opportunities,
            "recommendations": s.recommendations,
        }

    def ids(self, part: str) -> list[str]:
        return [entry.id for entry in self.parts[part]]

    def at(self, part: str, key: str, more: str = "") -> str:
        return f"{self.where}: {part}.{key}{f'.{more}' if more else ''}"


def check(
    synthesis: Synthesis,
    exercise: Exercise,
    codebook: Codebook,
    passages: Iterable[Passage],
    where: str = "synthesis.yml",
) -> list[Problem]:
    """Return everything in a synthesis that is wrong or unfinished; nothing where it is whole.

    Something was drawn up at all. A recommendation leads back to a quotation; a challenge is
    answered, an opportunity taken up and a group used, or a sentence says why not; a code that
    was used is in one group, or a sentence says why it is in none; every id means something.

    Parameters
    ----------
    synthesis : Synthesis
    exercise : Exercise
        For the organisations that can be asked to act.
    codebook : Codebook
    passages : iterable of Passage
        The coded passages.
    where : str
        The file, for messages.

    Returns
    -------
    list of Problem
        Codes ``synthesis-…``.
    """
    known = _Known(synthesis, exercise, codebook, {p.passage_id: p for p in passages}, where)
    checks = (_missing, _ids, _words, _references, _codes, _used, _evidence, _owners)
    return [problem for one in checks for problem in one(known)]


def _missing(known: _Known) -> Iterator[Problem]:
    """Yield every part where none has an entry; where one has, the others follow from it."""
    if any(known.parts.values()):
        return
    if not known.passages:
        hint = "Read the answers and write codes beside them first: 'lltic exercise sheet'."
        message = "no passage is coded that it could rest on"
        yield Problem("synthesis-nothing-coded", known.where, message, hint=hint)
    hint = "The comments of the file that 'lltic exercise new' lays out show how to write them."
    for part in known.parts:
        yield Problem("synthesis-missing", f"{known.where}: {part}", "there are none", "", hint)


def _ids(known: _Known) -> Iterator[Problem]:
    times = Counter(entry.id for entries in known.parts.values() for entry in entries)
    for part, entries in known.parts.items():
        for key in dict.fromkeys(entry.id for entry in entries):
            if not ID.fullmatch(key):
                allowed = "a letter or a few and a number, such as C1"
                yield Problem("synthesis-id", known.at(part, key), "not an id", allowed)
            if times[key] > 1:
                message = f"the id stands {times[key]} times"
                yield Problem("synthesis-duplicate", known.at(part, key), message)


def _words(known: _Known) -> Iterator[Problem]:
    for part, entries in known.parts.items():
        for entry in entries:
            words = entry.label if isinstance(entry, Grouping) else entry.text
            if not words.strip():
                message = "says nothing"
                yield Problem("synthesis-empty", known.at(part, entry.id), message)
            more = entry.measured_by if isinstance(entry, Recommendation) else entry.left
            yield from _identifies(known.at(part, entry.id), words, more)
    s = known.synthesis
    yield from _identifies(f"{known.where}: note", s.note)
    for code, why in s.left_codes.items():
        yield from _identifies(f"{known.where}: left_codes.{code}", why)


def _identifies(where: str, *words: str) -> Iterator[Problem]:
    """Yield what leads to a person in words that the paper prints."""
    for what in dict.fromkeys(filter(None, map(reaches_a_person, words))):
        yield Problem("synthesis-identifies", where, f"seems to hold {what}")


def _references(known: _Known) -> Iterator[Problem]:
    s = known.synthesis
    groups, challenges = known.ids("groups"), known.ids("challenges")
    opportunities = known.ids("opportunities")
    for c in s.challenges:
        yield from _dangling(known.at("challenges", c.id, "groups"), c.groups, groups)
        yield from _no_passage(known, known.at("challenges", c.id, "rests_on"), c.rests_on)
        if not c.groups:
            hint = "Name groups of codes under 'groups'."
            where = known.at("challenges", c.id)
            yield Problem("synthesis-unanchored", where, "comes of no group of codes", hint=hint)
    for o in s.opportunities:
        yield from _dangling(known.at("opportunities", o.id, "answers"), o.answers, challenges)
        yield from _dangling(known.at("opportunities", o.id, "builds_on"), o.builds_on, groups)
        yield from _no_passage(known, known.at("opportunities", o.id, "rests_on"), o.rests_on)
        if not (o.answers or o.builds_on):
            hint = "Name challenges under 'answers', or groups under 'builds_on'."
            where = known.at("opportunities", o.id)
            message = "answers no challenge and builds on nothing"
            yield Problem("synthesis-unanchored", where, message, hint=hint)
    for r in s.recommendations:
        yield from _dangling(known.at("recommendations", r.id, "by"), r.by, opportunities)


def _dangling(where: str, keys: Sequence[str], among: Sequence[str]) -> Iterator[Problem]:
    for key in keys:
        if key not in among:
            allowed = ", ".join(among) or "none yet"
            hint = did_you_mean(key, among)
            yield Problem("synthesis-dangling", where, f"there is no {key!r}", allowed, hint)


def _no_passage(known: _Known, where: str, keys: Sequence[str]) -> Iterator[Problem]:
    for key in keys:
        if key not in known.passages:
            hint = "'lltic exercise passages' lists the ids; a passage coded anew has another."
            message = f"there is no coded passage {key!r}"
            yield Problem("synthesis-dangling", where, message, hint=hint)


def _codes(known: _Known) -> Iterator[Problem]:
    s, themes = known.synthesis, known.codebook.themes
    homes: dict[str, list[str]] = {}
    for group in s.groups:
        for code in group.codes:
            homes.setdefault(code, []).append(group.id)
        unknown = [code for code in group.codes if code not in themes]
        yield from _dangling(known.at("groups", group.id, "codes"), unknown, themes)
    yield from _dangling(
        f"{known.where}: left_codes", [code for code in s.left_codes if code not in themes], themes
    )
    for code, groups in homes.items():
        if len(groups) > 1:
            message = f"the code {code} is in several groups: {', '.join(groups)}"
            yield Problem("synthesis-code-twice", f"{known.where}: groups", message)
        if code in s.left_codes:
            message = f"{code} is left out, and in {groups[0]}"
            yield Problem("synthesis-contradiction", f"{known.where}: left_codes", message)
    used = {code for p in known.passages.values() for code in p.codes}
    hint = "Put it into a group, or say under 'left_codes' why it is in none."
    for code in themes:
        if code in used and code not in homes and not s.left_codes.get(code, "").strip():
            message = f"the code {code} was used and is in no group"
            yield Problem("synthesis-code-unused", f"{known.where}: groups", message, "", hint)


def _used(known: _Known) -> Iterator[Problem]:
    s = known.synthesis
    by_group = {g for c in s.challenges for g in c.groups}
    by_group |= {g for o in s.opportunities for g in o.builds_on}
    by_challenge = {c for o in s.opportunities for c in o.answers}
    taken = {o for r in s.recommendations for o in r.by}
    followed = (
        ("groups", s.groups, by_group, "group-unused", "nothing comes of it"),
        ("challenges", s.challenges, by_challenge, "challenge-unanswered", "nothing answers it"),
        ("opportunities", s.opportunities, taken, "opportunity-unused", "nothing takes it up"),
    )
    hint = "Follow it up, or say under 'left' why it is left."
    for part, entries, used, code, message in followed:
        for entry in entries:
            where, left = known.at(part, entry.id), entry.left.strip()
            if entry.id not in used and not left:
                yield Problem(f"synthesis-{code}", where, message, hint=hint)
            if entry.id in used and left:
                both = "is left, and followed up all the same"
                yield Problem("synthesis-contradiction", where, both)


def _evidence(known: _Known) -> Iterator[Problem]:
    """Yield what rests on no quotation, and passages that are about something else."""
    s = known.synthesis
    codes = {group.id: set(group.codes) for group in s.groups}
    hint = "Name passages under 'rests_on'; 'lltic exercise passages' lists them."
    of = {c.id: c.groups for c in s.challenges}
    said: dict[str, set[str]] = {}
    entries: list[tuple[str, Challenge | Opportunity, list[str]]] = [
        *(("challenges", c, list(c.groups)) for c in s.challenges),
        *(
            ("opportunities", o, [*o.builds_on, *(g for c in o.answers for g in of.get(c, ()))])
            for o in s.opportunities
        ),
    ]
    for part, entry, groups in entries:
        found = [known.passages[key] for key in entry.rests_on if key in known.passages]
        said[entry.id] = {p.passage_id for p in found}
        needs = isinstance(entry, Challenge) or not entry.answers
        if needs and not entry.rests_on:
            message = "rests on no quotation"
            yield Problem("synthesis-no-quotation", known.at(part, entry.id), message, "", hint)
        about = {code for group in groups for code in codes.get(group, ())}
        for p in found:
            if about and not about & set(p.codes):
                where = known.at(part, entry.id, "rests_on")
                message = f"{p.passage_id} has no code of its groups"
                allowed = ", ".join(dict.fromkeys(groups))
                yield Problem("synthesis-passage-elsewhere", where, message, allowed)
    answers = {o.id: o.answers for o in s.opportunities}
    for r in s.recommendations:
        if not any(said.get(key) for o in r.by for key in (o, *answers.get(o, ()))):
            where = known.at("recommendations", r.id)
            message = "does not lead back to a quotation"
            yield Problem("synthesis-no-quotation", where, message, "", hint)


def _owners(known: _Known) -> Iterator[Problem]:
    organisations = [o.id for o in known.exercise.organisations]
    for r in known.synthesis.recommendations:
        if not r.owner.strip() or reaches_a_person(r.owner):
            allowed = "a role, such as medical director"
            where = known.at("recommendations", r.id, "owner")
            yield Problem("synthesis-owner", where, "names no role", allowed)
        here = known.at("recommendations", r.id, "organisations")
        if not r.organisations:
            allowed = ", ".join(organisations)
            yield Problem("synthesis-organisation", here, "names no organisation", allowed)
        yield from _dangling(here, r.organisations, organisations)
