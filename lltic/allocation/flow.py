"""Give places to people as evenly as the rules allow: a transportation problem, solved exactly.

Each task (a case, or one side of a joint case) needs so many different people out of those
who may read it; nobody takes more than their limit. First as many places as possible are
given, then workloads are as even as can be (the sum of their squares is least), then what is
still equal is settled by lot.

Why a linear program, and not ``linear_sum_assignment`` or ``milp``: the two readers of a case
must differ, which an assignment of places to slots cannot say; and the constraints are those
of a network, whose matrix is totally unimodular, so that every corner of the program is made
of whole numbers without any branching (Ahuja, Magnanti and Orlin, *Network Flows*, 1993,
ch. 11 and, for costs that grow with the load, ch. 14). The lot makes the answer the only one
there is: a random whole number for each reading, the least sum of which is unique but for a
chance of at most the readings over :data:`LOTS`, 1 in 500 for 400 cases and 40 reviewers
(Mulmuley, Vazirani and Vazirani, *Matching is as easy as matrix inversion*, 1987). So it does
not matter in which order a solver meets its corners.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Flags = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int64]

__all__ = ["spread"]

LOTS = 1 << 23
"""Lots are drawn from so many whole numbers: sums of them stay exact in a double."""


def spread(
    need: Counts,
    allowed: Flags,
    held: Counts,
    limit: Counts,
    rng: np.random.Generator,
    method: str = "highs-ds",
) -> Flags:
    """Return who takes what.

    Parameters
    ----------
    need : (n_tasks,) array of int
        How many different people each task needs.
    allowed : (n_tasks, n_people) array of bool
        Who may take it.
    held : (n_people,) array of int
        What everybody has already; it counts for evenness and for limits.
    limit : (n_people,) array of int
        The most anybody may have in all.
    rng : numpy.random.Generator
        Draws the lots.
    method : str
        A solver of :func:`scipy.optimize.linprog`; the answer is the same.

    Returns
    -------
    (n_tasks, n_people) array of bool
        No row has more than its need; one has less only where no answer gives more in all.
    """
    lots = rng.integers(LOTS, size=allowed.shape)
    room = np.minimum(np.maximum(limit - held, 0), allowed.sum(axis=0))
    taken = np.zeros(allowed.shape, dtype=bool)
    if not (allowed.any() and room.any() and need.any()):
        return taken
    network = _network(need, allowed, held, room)
    least = _solve(network.cost, network, method)
    # Among all that are as full and as even: the one with the smallest lots.
    drawn = np.zeros(len(network.cost))
    drawn[: network.readings] = lots[allowed]
    value = round(float(network.cost @ least))
    found = _solve(drawn, network, method, budget=value)
    taken[allowed] = found[: network.readings] > 0.5
    return taken


@dataclass(frozen=True)
class _Network:
    """The program: its variables are readings, then what stays short, then units of load."""

    cost: npt.NDArray[np.float64]
    matrix: object
    right: npt.NDArray[np.float64]
    upper: npt.NDArray[np.float64]
    readings: int


def _network(need: Counts, allowed: Flags, held: Counts, room: Counts) -> _Network:
    from scipy import sparse

    tasks, people = allowed.shape
    task, person = np.nonzero(allowed)
    readings, units = len(task), int(room.sum())
    owner = np.repeat(np.arange(people), room)
    nth = np.arange(units) - np.repeat(np.cumsum(room) - room, room)
    # The n-th review of somebody costs 2n - 1: so the whole is the sum of squares.
    unit_cost = 2 * (held[owner] + nth) + 1
    short_cost = int(unit_cost.max()) + 2  # dearer than anything one more place could cost
    cost = np.concatenate([np.zeros(readings), np.full(tasks, short_cost), unit_cost])
    rows = np.concatenate([task, tasks + person, np.arange(tasks), tasks + owner])
    columns = np.concatenate(
        [
            np.arange(readings),
            np.arange(readings),
            readings + np.arange(tasks),
            readings + tasks + np.arange(units),
        ]
    )
    signs = np.concatenate([np.ones(2 * readings + tasks), -np.ones(units)])
    matrix = sparse.csr_array((signs, (rows, columns)), shape=(tasks + people, len(cost)))
    right = np.concatenate([need, np.zeros(people)]).astype(float)
    upper = np.concatenate([np.ones(readings), need, np.ones(units)]).astype(float)
    return _Network(cost, matrix, right, upper, readings)


def _solve(
    cost: npt.NDArray[np.float64], network: _Network, method: str, budget: int | None = None
) -> npt.NDArray[np.float64]:
    """Return a corner of the network where a cost is least, in whole numbers."""
    from scipy import optimize, sparse

    matrix, right = network.matrix, network.right
    if budget is not None:
        matrix = sparse.vstack([matrix, sparse.csr_array(network.cost[None, :])])
        right = np.append(right, budget)
    bounds = np.column_stack([np.zeros(len(cost)), network.upper])
    answer = optimize.linprog(cost, A_eq=matrix, b_eq=right, bounds=bounds, method=method)
    if answer.x is None:
        raise ArithmeticError(f"the solver gave up: {answer.message}")
    found: npt.NDArray[np.float64] = np.rint(answer.x)
    if np.abs(found - answer.x).max() > 1e-4:
        raise ArithmeticError("the solver's answer is not made of whole numbers")
    return found
