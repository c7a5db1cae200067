"""What reviewers write about that the codebook may have no theme for: proposed, never added.

Sentences are parted into topics by the words they share (non-negative matrix factorisation).
Such a factorisation finds something in any texts, and something else from another start, so each
topic carries how well other starts found it too. What it means is for people to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lltic.errors import NotComputable, Problem
from lltic.records import Coding, Judgement
from lltic.themes.suggest.features import Vocabulary, count, learn_vocabulary
from lltic.themes.suggest.folds import number
from lltic.themes.suggest.linear import one_thread

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["STABLE", "Sentence", "Topic", "emergent", "sentences", "uncoded"]

STABLE = 0.7
"""A topic whose words other starts find less alike than this (cosine) is a whim of the start."""

N_WORDS, N_PASSAGES = 8, 3
MIN_CASES = 5
"""In how many cases a word has to occur to make a topic."""

MAX_STEPS = 300
DECIMALS = 4

_SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?=\s|$)|\n|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reviewer's text; ``start`` and ``end`` count code points of it."""

    review_id: str
    case_id: str
    item: str
    start: int
    end: int
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Topic:
    """Words that occur together, and sentences that show them.

    ``stability`` is the mean cosine to the topic that each other start has in its place, from 0
    to 1. ``n_sentences`` and ``n_cases`` count the sentences that are about this topic before all
    others. ``passages`` are from different cases where there are so many. ``themes`` are the
    themes that coders laid on those sentences, with the share of sentences, commonest first.
    """

    words: tuple[str, ...]
    stability: float
    n_sentences: int
    n_cases: int
    passages: tuple[Sentence, ...]
    themes: tuple[tuple[str, float], ...]

    @property
    def stable(self) -> bool:
        """Whether other starts find it too."""
        return self.stability >= STABLE


def sentences(texts: Iterable[Judgement]) -> list[Sentence]:
    """Return the sentences of reviewers' texts, in their order.

    A sentence ends with ``.``, ``!`` or ``?`` before a blank, with a line, or with the text.
    """
    found = []
    for text in texts:
        if not isinstance(text.value, str):
            continue
        for match in _SENTENCE.finditer(text.value):
            words = match[0].rstrip()
            start, end = match.start(), match.start() + len(words)
            found.append(Sentence(text.review_id, text.case_id, text.item, start, end, words))
    return found


def uncoded(found: Iterable[Sentence], codings: Iterable[Coding]) -> list[Sentence]:
    """Return the sentences on which no coding lies, not even in part."""
    on = _codings_on(codings)
    return [one for one in found if not _themes_of(one, on)]


def _codings_on(codings: Iterable[Coding]) -> dict[tuple[str, str], list[Coding]]:
    on: dict[tuple[str, str], list[Coding]] = {}
    for coding in codings:
        on.setdefault((coding.review_id, coding.item), []).append(coding)
    return on


def _themes_of(sentence: Sentence, on: dict[tuple[str, str], list[Coding]]) -> set[str]:
    there = on.get((sentence.review_id, sentence.item), ())
    return {c.theme for c in there if c.start < sentence.end and sentence.start < c.end}


def emergent(
    found: Sequence[Sentence],
    codings: Iterable[Coding] = (),
    *,
    n_topics: int = 10,
    seeds: Sequence[int] = (1, 2, 3, 4, 5),
) -> list[Topic]:
    """Return topics of sentences, the most stable first.

    There may be fewer than were asked for: one that no sentence is about before all others
    is left out.

    Parameters
    ----------
    found : sequence of Sentence
        Usually those that are :func:`uncoded` in reviews coded to the end.
    codings : iterable of Coding
        Says which themes the sentences of a topic have already.
    n_topics : int
        Two or more.
    seeds : sequence of int
        One start for each; two at least. The start with the least error gives the topics, the
        others their stability.

    Raises
    ------
    NotComputable
        ``too-few-sentences``: fewer than ten for each topic share words with others;
        ``too-few-starts``, ``too-few-topics``.

    Source
    ------
    Lee and Seung 1999 for the factorisation; agreement of topics between starts after Greene,
    O'Callaghan and Cunningham 2014, here by cosine and best one-to-one matching.
    """
    if n_topics < 2 or len(set(seeds)) < 2:
        raise NotComputable(_too_few_to_ask(n_topics, len(set(seeds))))
    cases = number([one.case_id for one in found]) if found else np.zeros(0, dtype=np.int64)
    with one_thread():
        rows, names = _rows(found, cases)
        kept = np.flatnonzero(np.diff(rows.indptr))
        if len(kept) < 10 * n_topics or len(names) < n_topics:
            raise NotComputable(_too_few_sentences(len(kept), n_topics))
        runs = [_factorise(rows[kept], n_topics, seed) for seed in seeds]
        best = min(range(len(runs)), key=lambda i: runs[i].error)
        stability = _stability(runs[best], [r for i, r in enumerate(runs) if i != best])
    here = [found[i] for i in kept.tolist()]
    on = _codings_on(codings)
    topics = [
        _topic(here, runs[best], topic, names, float(stability[topic]), on)
        for topic in range(n_topics)
    ]
    shown = [topic for topic in topics if topic.n_sentences]
    return sorted(shown, key=lambda t: (-t.stability, -t.n_sentences, t.words))


def _too_few_to_ask(n_topics: int, n_seeds: int) -> Problem:
    if n_topics < 2:
        return Problem("too-few-topics", "topics", "one topic parts nothing", "2 or more")
    message = f"{n_seeds} start shows nothing of how stable a topic is"
    return Problem("too-few-starts", "topics", message, "2 or more different seeds")


def _too_few_sentences(n: int, n_topics: int) -> Problem:
    message = f"{n} sentences share words with others; {n_topics} topics need {10 * n_topics}"
    hint = "Ask for fewer topics, or wait for more reviews."
    return Problem("too-few-sentences", "topics", message, hint=hint)


def _rows(found: Sequence[Sentence], cases: np.ndarray) -> tuple[csr_matrix, list[str]]:
    """Return sentences × words by rarity, without the words that every text has."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    counted = count([one.words for one in found])
    known = learn_vocabulary(counted, cases, MIN_CASES)
    telling = [
        i
        for i, name in enumerate(known.words)
        if all(len(one) > 2 and one not in ENGLISH_STOP_WORDS for one in name.split(" "))
    ]
    names = tuple(known.words[i] for i in telling)
    none = np.zeros(0)
    return Vocabulary(names, (), known.word_weights[telling], none).rows(counted), list(names)


@dataclass(frozen=True, slots=True)
class _Run:
    """``weights`` (sentences × topics), ``words`` (topics × words, each of length 1), its error."""

    weights: np.ndarray
    words: np.ndarray
    error: float


def _factorise(rows: csr_matrix, n_topics: int, seed: int) -> _Run:
    import warnings

    from sklearn.decomposition import NMF
    from sklearn.exceptions import ConvergenceWarning

    machine = NMF(
        n_topics, init="random", solver="cd", random_state=seed, max_iter=MAX_STEPS, tol=1e-3
    )
    with warnings.catch_warnings():
        # A start that has not settled shows as a lower stability.
        warnings.simplefilter("ignore", ConvergenceWarning)
        weights = machine.fit_transform(rows)
    length = np.linalg.norm(machine.components_, axis=1)
    length[length == 0] = 1
    words = np.round(machine.components_ / length[:, None], 6)
    return _Run(np.round(weights * length, 6), words, round(float(machine.reconstruction_err_), 6))


def _stability(run: _Run, others: Sequence[_Run]) -> np.ndarray:
    """Return for each topic the mean cosine to its match in every other run."""
    from scipy.optimize import linear_sum_assignment

    total = np.zeros(len(run.words))
    for other in others:
        alike = run.words @ other.words.T
        mine, theirs = linear_sum_assignment(-alike)
        total[mine] += alike[mine, theirs]
    return np.round(total / len(others), DECIMALS)


def _topic(
    found: Sequence[Sentence],
    run: _Run,
    topic: int,
    names: Sequence[str],
    stability: float,
    on: dict[tuple[str, str], list[Coding]],
) -> Topic:
    weight = run.weights[:, topic]
    mine = np.flatnonzero((run.weights.argmax(axis=1) == topic) & (weight > 0))
    mine = mine[np.argsort(-weight[mine], kind="stable")]
    about = [found[i] for i in mine.tolist()]
    words = [names[i] for i in np.argsort(-run.words[topic], kind="stable") if run.words[topic, i]]
    laid = Counter(theme for one in about for theme in _themes_of(one, on))
    shares = [(theme, round(n / len(about), DECIMALS)) for theme, n in laid.items()]
    return Topic(
        _telling(words),
        min(stability, 1.0),
        len(about),
        len({one.case_id for one in about}),
        _passages(about),
        tuple(sorted(shares, key=lambda pair: (-pair[1], pair[0]))),
    )


def _telling(best_first: Sequence[str]) -> tuple[str, ...]:
    """Return the first words, none that is part of a pair before it or has it as a part."""
    chosen: list[str] = []
    for word in best_first:
        parts = set(word.split(" "))
        if all(not parts & set(one.split(" ")) for one in chosen):
            chosen.append(word)
        if len(chosen) == N_WORDS:
            break
    return tuple(chosen)


def _passages(best_first: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Return the best, each of another case and in other words as far as there are such."""
    chosen: list[Sentence] = []
    for one in best_first:
        if len(chosen) == N_PASSAGES:
            break
        if all(one.case_id != c.case_id and one.words != c.words for c in chosen):
            chosen.append(one)
    rest = (one for one in best_first if one not in chosen)
    while len(chosen) < min(N_PASSAGES, len(best_first)):
        chosen.append(next(rest))
    return tuple(chosen)
