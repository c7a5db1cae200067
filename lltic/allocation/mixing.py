"""Let everybody meet everybody: exchange readers until pairs are as mixed as they can be.

The sum of the squared meetings is what is made small, by exchanges that change no workload:
two people change places, or one hands a case to somebody who has one less. The best exchange
of each reading is made while there is one; then a few that change nothing are made by lot, to
leave a corner from which no single exchange leads on. All figures are whole numbers and all
lots come from the generator, so the same start leads to the same end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int64]

__all__ = ["meetings", "mix"]

KICKS = 8
"""How often a stuck search is moved along by exchanges that change nothing."""

PASSES = 40
NEVER = 1 << 40


def meetings(reads: Counts) -> Counts:
    """Return how often each two people read the same case.

    Parameters
    ----------
    reads : (n_cases, n_people) array of 0 and 1

    Returns
    -------
    (n_people, n_people) array of int, its diagonal 0
    """
    met = reads.T @ reads
    np.fill_diagonal(met, 0)
    return met


@dataclass
class _Table:
    """Who reads which case: ``reads`` by case, ``taken`` by task; what a change would bring."""

    case_of: Counts
    allowed: Flags
    taken: Flags
    reads: Counts
    load: Counts
    limit: Counts

    def __post_init__(self) -> None:
        self.met = meetings(self.reads)
        self._look()

    def _look(self) -> None:
        """Work out anew, by task, who reads it and how often each person met those."""
        # As floating point, which multiplies faster; whole numbers of this size stay exact.
        seen = self.reads.astype(float) @ self.met.astype(float)
        self.seen = seen.astype(np.int64)[self.case_of]
        self.theirs = self.reads[self.case_of]
        self.company = self.theirs.sum(axis=1, keepdims=True) - 1

    @property
    def score(self) -> int:
        return int((self.met**2).sum()) // 2

    def gains(self, task: int, person: int) -> tuple[Counts, Counts]:
        """Return what the score gains when a person leaves a task.

        Returns
        -------
        exchanged : (n_tasks, n_people) array
            When somebody of another task takes it, and the person theirs.
        handed : (n_people,) array
            When somebody takes it who had one less.
        """
        case, met, reads = self.case_of[task], self.met, self.reads
        others = reads[case].copy()
        others[person] = 0
        to_new = met @ others
        to_new = 2 * (to_new - to_new[person]) + 2 * others.sum()
        free = self.allowed[task] & (reads[case] == 0)
        fits = free & (self.load == self.load[person] - 1) & (self.load < self.limit)
        handed = np.where(fits, to_new, NEVER)
        seen, theirs, company = self.seen, self.theirs, self.company
        to_old = 2 * (seen[:, [person]] - met[person][None, :] - seen + company)
        common = (theirs @ others)[:, None] - others[None, :]
        change = to_new[None, :] + to_old - 4 * common
        possible = self.taken & free[None, :]
        possible &= (self.allowed[:, person] & (theirs[:, person] == 0))[:, None]
        return np.where(possible, change, NEVER), handed

    def change(self, task: int, leaves: int, comes: int) -> None:
        case = self.case_of[task]
        others = self.reads[case] == 1
        others[leaves] = False
        for person, step in ((leaves, -1), (comes, 1)):
            self.met[person, others] += step
            self.met[others, person] += step
        self.taken[task, leaves], self.taken[task, comes] = False, True
        self.reads[case, leaves], self.reads[case, comes] = 0, 1
        self.load[leaves] -= 1
        self.load[comes] += 1

    def exchange(self, task: int, person: int, other_task: int, other: int) -> None:
        self.change(task, person, other)
        if other_task >= 0:
            self.change(other_task, other, person)
        self._look()


def mix(
    case_of: Counts,
    allowed: Flags,
    taken: Flags,
    reads: Counts,
    held: Counts,
    limit: Counts,
    rng: np.random.Generator,
) -> Flags:
    """Return who takes what, with everybody's workload unchanged but for who has one more.

    Parameters
    ----------
    case_of : (n_tasks,) array of int
        The case of each task; two tasks may be of one case.
    allowed, taken : (n_tasks, n_people) array of bool
        Who may take a task; who does.
    reads : (n_cases, n_people) array of 0 and 1
        Who read a case before; meetings with them count, they stay.
    held, limit : (n_people,) array of int
        What everybody had before; the most they may have in all.
    rng : numpy.random.Generator

    Returns
    -------
    (n_tasks, n_people) array of bool
    """
    taken, reads = taken.copy(), reads.copy()
    np.add.at(reads, case_of, taken)
    table = _Table(case_of, allowed, taken, reads, held + taken.sum(axis=0), limit)
    best, score = taken.copy(), table.score
    for kick in range(KICKS + 1):
        if kick:
            _one_round(table, rng, aside=True)
        for _ in range(PASSES):
            if not _one_round(table, rng):
                break
        if table.score < score:
            best, score = table.taken.copy(), table.score
        if _is_even(table):
            break
    return best


def _one_round(table: _Table, rng: np.random.Generator, *, aside: bool = False) -> bool:
    """Make the best exchange of each reading, or one that changes nothing; say if any was made."""
    tasks, people = np.nonzero(table.taken)
    moved = False
    for i in rng.permutation(len(tasks)).tolist():
        task, person = int(tasks[i]), int(people[i])
        if not table.taken[task, person]:
            continue  # exchanged earlier in this round
        exchanged, handed = table.gains(task, person)
        wanted = 0 if aside else min(int(exchanged.min()), int(handed.min()))
        if wanted > 0 or (wanted == 0 and not aside):
            continue
        ways = [(-1, int(p)) for p in np.flatnonzero(handed == wanted)]
        ways += [(int(t), int(p)) for t, p in zip(*np.nonzero(exchanged == wanted), strict=True)]
        if ways:
            other_task, other = ways[int(rng.integers(len(ways)))]
            table.exchange(task, person, other_task, other)
            moved = True
    return moved


def _is_even(table: _Table) -> bool:
    """Say whether no two people met twice more often than any other two: nothing is better."""
    apart = table.met[np.triu_indices(len(table.met), 1)]
    return not len(apart) or int(apart.max()) - int(apart.min()) <= 1
