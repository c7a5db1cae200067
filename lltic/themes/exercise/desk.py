"""An exercise as texts for the coding page: one voice stands where a review stands.

What one voice said to one question becomes one text, its notes joined by an empty line. What
coders lay on it there is carried back to the notes, place by place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lltic.records import Coding
from lltic.themes.exercise.definition import Exercise
from lltic.themes.exercise.passages import Coded, coding_of
from lltic.themes.exercise.texts import Text, Voice

__all__ = ["Said", "as_form", "carried_back", "said_by_voice"]

BETWEEN = "\n\n"
ITEM = "said"


@dataclass(frozen=True, slots=True)
class Said:
    """What one voice said, ready to be coded: by path of the form, the notes that make it up.

    ``case_id`` is the name the voice goes by on the page; it says no group.
    """

    voice: Voice
    case_id: str
    notes: Mapping[str, tuple[Text, ...]]

    @property
    def review_id(self) -> str:
        """The name of the one review there is of it."""
        return f"{self.case_id}-1"

    def words(self, path: str) -> str:
        """Return the text that stands under a path of the form."""
        return BETWEEN.join(note.words for note in self.notes[path])


def as_form(exercise: Exercise, name: str) -> dict[str, object]:
    """Return the form, as plain data, whose pages are the questions of an exercise."""
    pages = [
        {
            "id": question.id,
            "title": question.text,
            "items": [{"id": ITEM, "type": "text", "label": "Answer"}],
        }
        for question in exercise.questions
    ]
    return {
        "name": name,
        "version": exercise.version,
        "title": exercise.title,
        "source": exercise.source,
        "wording": "As the exercise put it.",
        "scales": {},
        "pages": pages,
    }


def said_by_voice(texts: Iterable[Text], exercise: Exercise) -> list[Said]:
    """Return what each voice said, voices in the order they first spoke, questions as asked."""
    notes: dict[Voice, dict[str, list[Text]]] = {}
    for text in texts:
        notes.setdefault(text.voice, {}).setdefault(text.question, []).append(text)
    short = _short([source.id for source in exercise.sources])
    paths = [(f"{q.id}.{ITEM}", q.id) for q in exercise.questions]
    return [
        Said(
            voice,
            f"{short[voice.source]}-{voice.sheet}",
            {path: tuple(by[key]) for path, key in paths if key in by},
        )
        for voice, by in notes.items()
    ]


def _short(sources: Sequence[str]) -> dict[str, str]:
    """Return a short name for each source: its initials where they are its own.

    Examples
    --------
    >>> _short(["pre_event", "focus_group"])
    {'pre_event': 'PE', 'focus_group': 'FG'}
    >>> _short(["pre_event", "post_event"])
    {'pre_event': 'pre_event', 'post_event': 'post_event'}
    """
    initials = {s: "".join(word[0] for word in s.split("_") if word).upper() for s in sources}
    times = Counter(initials.values())
    return {s: short if times[short] == 1 else s for s, short in initials.items()}


def carried_back(
    codings: Iterable[Coding],
    read: Collection[str],
    said: Iterable[Said],
    coders: Iterable[str] = (),
) -> dict[str, Coded]:
    """Return, by coder, what was coded on the page as codings of the notes.

    Parameters
    ----------
    codings : iterable of Coding
        Those that stand, on the joined texts. What lies on several notes is parted; the empty
        line between two is nobody's.
    read : collection of str
        The reviews whose coding stands.
    said : iterable of Said
        What the page was made from.
    coders : iterable of str
        Who coded, also where nothing of theirs stands.

    Returns
    -------
    dict of str to Coded
        Each coder's codings; every text of a review that was read to its end is read.
    """
    by_review = {one.review_id: one for one in said}
    done = frozenset(
        note.text_id
        for review in read
        if review in by_review
        for notes in by_review[review].notes.values()
        for note in notes
    )
    found: dict[str, dict[str, Coding]] = {coder: {} for coder in coders}
    for coding in codings:
        one = by_review.get(coding.review_id)
        for note, start, end in _parts(one, coding) if one else ():
            ref = (coding.coder, coding.codebook, coding.codebook_hash)
            made = coding_of(note, coding.theme, start, end, *ref, polarity=coding.polarity)
            found.setdefault(coding.coder, {})[made.coding_id] = made
    return {coder: Coded(tuple(made.values()), done) for coder, made in found.items()}


def _parts(one: Said, coding: Coding) -> list[tuple[Text, int, int]]:
    """Return the notes that a coding lies on, with its place in each."""
    found, begins = [], 0
    for note in one.notes.get(coding.item, ()):
        start = max(coding.start - begins, 0)
        end = min(coding.end - begins, len(note.words))
        if start < end:
            found.append((note, start, end))
        begins += len(note.words) + len(BETWEEN)
    return found
