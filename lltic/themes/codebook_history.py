"""From one version of a codebook to the next: what became of each theme, and of its codings.

Nothing on record changes. A coding keeps the version it was made under for ever; what is made
here is how it reads in a later one. A theme that was split has no single answer: its codings
stay on the theme above where there is one, and are listed to be coded again; unless a later
version merges all of what it became, which is then the answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from lltic.errors import LlticError, Problem, UsageError
from lltic.records import Coding
from lltic.themes.codebook import Change, Codebook, load_codebook

if TYPE_CHECKING:
    from lltic.definitions import Loaded

__all__ = [
    "Carried",
    "CarriedCoding",
    "Fate",
    "added",
    "carry",
    "fates",
    "lineage",
    "made_of",
]

WORDS = {"merge": "merged", "split": "split", "rename": "renamed", "retire": "retired"}
INSTRUCTION = ("definition", "include", "exclude", "polarity", "phases")
"""What a coder goes by: where one of these differs, the theme reads otherwise than before."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one theme in the next version.

    ``how`` is ``kept``, ``reworded``, ``renamed``, ``merged``, ``split``, ``retired`` or
    ``gone`` (no change says what became of it). ``into`` are the themes it became, ``stays``
    the one its codings read as: empty where there is none. ``differs`` names what of the
    instruction was reworded.
    """

    theme: str
    how: str
    into: tuple[str, ...] = ()
    stays: str = ""
    reason: str = ""
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CarriedCoding:
    """One coding as it was made, and as it reads in a later version.

    ``now`` is None where it has no place there. ``choices`` are the themes one of which it
    should get when it is coded again; empty where it need not be.
    """

    was: Coding
    now: Coding | None
    how: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Carried:
    """Codings of any version, read in one; ``other`` were made with another codebook."""

    ref: str
    rows: tuple[CarriedCoding, ...]
    other: int = 0

    @property
    def codings(self) -> list[Coding]:
        """Those with a place in the version, in the order they were made."""
        return [row.now for row in self.rows if row.now is not None]

    @property
    def again(self) -> list[CarriedCoding]:
        """Those that a person has to look at again."""
        return [row for row in self.rows if row.choices or (row.now is None and _open(row.how))]

    @property
    def counts(self) -> dict[str, int]:
        """How many were kept, renamed, merged, …; most first."""
        return dict(Counter(row.how for row in self.rows).most_common())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a figure made from these should say beside it."""
        retired = sum(
            row.now is None and row.how == "retired" and not row.choices for row in self.rows
        )
        told = (
            (len(self.again), "To be coded again, their theme having no single successor: {}."),
            (retired, "Left out, their theme having been retired: codings {}."),
            (self.other, "Left out, made with another codebook: codings {}."),
        )
        return tuple(say.format(n) for n, say in told if n)


def _open(how: str) -> bool:
    return how != "retired"


def lineage(loaded: Loaded[Codebook], study: Path | None = None) -> list[Loaded[Codebook]]:
    """Return a codebook and all versions before it, the oldest first.

    Raises
    ------
    LlticError
        ``codebook-previous`` (a version before is not there, or is not the one meant),
        ``codebook-change`` and ``codebook-lost`` (the changes do not fit it): all of a
        version's problems at once.
    """
    found = [loaded]
    while (previous := found[0].model.previous) is not None:
        where = f"{found[0].path}: previous"
        try:
            before = load_codebook(previous.name, study)
        except UsageError as error:
            raise LlticError(
                [replace(p, code="codebook-previous") for p in error.problems]
            ) from None
        if before.name in {book.name for book in found}:
            message = f"'{before.name}' is made of this version, so this cannot be made of it"
            raise LlticError(Problem("codebook-previous", where, message))
        if not before.hash.startswith(previous.hash):
            hint = "A released codebook never changes: bring the file back, or make a new version."
            message = f"'{before.name}' is not the file this version was made of"
            raise LlticError(Problem("codebook-previous", where, message, before.hash[:12], hint))
        problems = list(_unfit(before.model, found[0].model, str(found[0].path)))
        if problems:
            raise LlticError(problems)
        found.insert(0, before)
    return found


def made_of(loaded: Loaded[Codebook], study: Path | None = None) -> list[Loaded[Codebook]]:
    """Return the codebooks that say they were made of this one, by their names.

    Those whose files are no sound codebooks are passed over.
    """
    from lltic.definitions import names

    found = []
    for name in names("codebook", study):
        try:
            book = load_codebook(name, study)
        except LlticError:
            continue
        previous = book.model.previous
        if previous and previous.name == loaded.name and loaded.hash.startswith(previous.hash):
            found.append(book)
    return found


def _unfit(old: Codebook, new: Codebook, where: str) -> Iterator[Problem]:
    """Changes that do not fit the version before."""
    changed = {theme for change in new.changes for theme in change.sources}
    for theme in sorted(changed - set(old.themes)):
        message = f"'{theme}' was no code of {old.name}"
        yield Problem("codebook-change", f"{where}: changes", message, ", ".join(old.themes))
    for theme in old.themes:
        if theme not in new and theme not in changed:
            hint = "Add a change: merge, split, rename or retire."
            message = f"'{theme}' stood in {old.name}, and nothing says what became of it"
            yield Problem("codebook-lost", f"{where}: changes", message, hint=hint)
    for change in new.changes:
        for theme in change.targets:
            if change.kind in ("merge", "rename") and theme in old and theme not in change.sources:
                hint = (
                    f"Merge them: 'merge: [{', '.join((*change.sources, theme))}], into: {theme}'."
                )
                message = f"'{theme}' stood in {old.name} too, and would get codings of others"
                yield Problem("codebook-change", f"{where}: changes", message, hint=hint)


def fates(old: Codebook, new: Codebook) -> list[Fate]:
    """Return what became of each theme of a version in the next, in the old one's order.

    Where ``new`` was made of something else than ``old``, only equal codes tie the two.
    """
    tied = new.previous is not None and new.previous.name == old.name
    changes = {s: change for change in new.changes for s in change.sources} if tied else {}
    return [_fate(theme, old, new, changes.get(theme)) for theme in old.themes]


def _fate(theme: str, old: Codebook, new: Codebook, change: Change | None) -> Fate:
    if change is None:
        if theme not in new:
            return Fate(theme, "gone")
        before, after = old.code(theme), new.code(theme)
        differs = tuple(
            part for part in INSTRUCTION if getattr(before, part) != getattr(after, part)
        )
        return Fate(theme, "reworded" if differs else "kept", (theme,), theme, differs=differs)
    if change.kind == "split":
        broad = theme if theme in new and theme not in change.targets else ""
        stays = broad or new.common_parent(change.targets)
    else:
        stays = change.targets[0] if change.targets else ""
    return Fate(theme, WORDS[change.kind], change.targets, stays, change.reason)


def added(old: Codebook, new: Codebook) -> list[str]:
    """Return the themes of a version that the one before had nothing for."""
    came = {theme for fate in fates(old, new) for theme in (*fate.into, fate.stays)}
    return [theme for theme in new.themes if theme not in came]


def carry(codings: Iterable[Coding], versions: Sequence[Loaded[Codebook]]) -> Carried:
    """Read codings made with any of these versions in the last of them.

    Parameters
    ----------
    codings : iterable of Coding
        Those of other codebooks are counted and left out.
    versions : sequence of Loaded codebook
        The oldest first, as :func:`lineage` returns them.

    Returns
    -------
    Carried
        One row per coding, with the coding as it was made. ``coding_id`` stays the same, so
        that each leads back to the record. Two codings that come to read alike (a merge)
        both stay.
    """
    place = {book.name: number for number, book in enumerate(versions)}
    steps = [
        {fate.theme: fate for fate in fates(old.model, new.model)}
        for old, new in pairwise(versions)
    ]
    made = list(codings)
    ours = [one for one in made if one.codebook in place]
    rows = tuple(_carried(one, steps[place[one.codebook] :], versions[-1]) for one in ours)
    return Carried(versions[-1].ref, rows, len(made) - len(ours))


def _carried(
    was: Coding, steps: Sequence[Mapping[str, Fate]], target: Loaded[Codebook]
) -> CarriedCoding:
    theme, how = was.theme, "kept"
    choices: tuple[str, ...] = ()
    ended = ""  # how one of the choices came to nothing: those left are then not all there were
    for step in steps:
        ends = [fate.how for one in choices if (fate := step.get(one)) and not fate.into]
        ended = (ends or [ended])[0]
        choices = _choices(choices, step)
        if theme:  # else it has no place any more; what to choose from is followed on
            fate = step.get(theme, Fate(theme, "gone"))
            if fate.how == "split":
                choices, ended = fate.into, ""
            if fate.how not in ("kept", "reworded") or how == "kept":
                how = fate.how
            theme = fate.stays
        if len(choices) == 1 and not ended:
            theme, how, choices = choices[0], "merged", ()
        elif ended and not theme and not choices:
            how = ended
    if not theme:
        return CarriedCoding(was, None, how, choices)
    if theme not in target.model:
        return CarriedCoding(was, None, "gone", choices)
    if not target.model.code(theme).fits(was.item.partition(".")[0], was.polarity):
        return CarriedCoding(was, None, "unfit", choices or (theme,))
    now = was
    if steps:
        now = replace(was, theme=theme, codebook=target.name, codebook_hash=target.hash)
    return CarriedCoding(was, now, how, choices)


def _choices(choices: tuple[str, ...], step: Mapping[str, Fate]) -> tuple[str, ...]:
    """What the themes to choose from have become since."""
    became = [into for theme in choices for into in (step[theme].into if theme in step else ())]
    return tuple(dict.fromkeys(became))
