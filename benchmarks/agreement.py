"""Ten thousand redraws of every coefficient: the time, and that of looping what is public.

A study of 400 cases, three readers and eight items of five levels. Ours is every coefficient
of every item with its BCa interval. Beside it, in the same run and taking turns, the public
implementations redraw one coefficient each, in a loop: no interval, no jackknife. They are
measured on a few redraws, and their time is that many times longer. They are compared by
processor seconds, which a busy machine does not lengthen.

    python -m benchmarks.agreement [--runs 5]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from benchmarks._crowd import load
from lltic.agreement import Rated, bootstrap_all, conger_kappa, fleiss_kappa
from lltic.agreement.kinds import KINDS

CASES, READERS, ITEMS, REDRAWS = 400, 3, 8, 10_000
LEVELS = (1, 2, 3, 4, 5)
SECONDS, FASTER = 2.0, 50.0

Loop = Callable[[np.ndarray, np.ndarray], float]


def study() -> list[np.ndarray]:
    """Return the scores of the items, (cases, readers) each, with kappas of .3 to .65."""
    generator = np.random.default_rng(20140731)
    found = []
    for k in range(ITEMS):
        scores = generator.choice(LEVELS, size=(READERS, CASES), p=[0.05, 0.15, 0.3, 0.35, 0.15])
        alike = generator.random(CASES) < 0.3 + 0.05 * k
        found.append(np.where(alike, scores[0], scores).T)
    return found


# --- the contenders ------------------------------------------------------------------------------


def ours(items: list[np.ndarray], coefficients: tuple[str, ...] = tuple(KINDS)) -> None:
    rated = [Rated(str(k), x, LEVELS, "quadratic") for k, x in enumerate(items)]
    bootstrap_all(rated, coefficients, generator=np.random.default_rng(1), replicates=REDRAWS)


def statsmodels_from_ratings(x: np.ndarray, rows: np.ndarray) -> float:
    from statsmodels.stats.inter_rater import aggregate_raters
    from statsmodels.stats.inter_rater import fleiss_kappa as theirs

    return float(theirs(aggregate_raters(x[rows], 6)[0]))


def statsmodels_from_counts(counts: np.ndarray, rows: np.ndarray) -> float:
    from statsmodels.stats.inter_rater import fleiss_kappa as theirs

    return float(theirs(counts[rows]))


def scikit_learn(x: np.ndarray, rows: np.ndarray) -> float:
    from sklearn.metrics import cohen_kappa_score as theirs

    pairs = ((0, 1), (0, 2), (1, 2))
    found = [theirs(*x[rows][:, pair].T, labels=LEVELS, weights="quadratic") for pair in pairs]
    return float(np.mean(found))


def loop(function: Loop, items: list[np.ndarray], redraws: int) -> None:
    generator = np.random.default_rng(1)
    for _ in range(redraws):
        rows = generator.integers(0, CASES, CASES)
        for x in items:
            function(x, rows)


def same_answers(items: list[np.ndarray]) -> bool:
    """Say whether the contenders agree on the cases as they are."""
    rows = np.arange(CASES)
    for x in items:
        fleiss = fleiss_kappa(x, LEVELS).value
        pairs = [x[:, pair] for pair in ([0, 1], [0, 2], [1, 2])]
        cohen = np.mean([conger_kappa(pair, LEVELS, "quadratic").value for pair in pairs])
        if abs(statsmodels_from_ratings(x, rows) - fleiss) > 1e-9:
            return False
        if abs(scikit_learn(x, rows) - cohen) > 1e-9:
            return False
    return True


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args(arguments).runs
    items = study()
    if not same_answers(items):
        print("the contenders do not give the same coefficients")
        return 1
    from statsmodels.stats.inter_rater import aggregate_raters

    counts = [aggregate_raters(x, 6)[0] for x in items]
    everything, kappa = tuple(KINDS), ("kappa",)
    contenders: dict[str, tuple[int, int, Callable[[], None]]] = {
        "lltic": (len(everything), REDRAWS, lambda: ours(items, everything)),
        "lltic, kappa alone": (1, REDRAWS, lambda: ours(items, kappa)),
        "statsmodels": (1, 10, lambda: loop(statsmodels_from_ratings, items, 10)),
        "statsmodels, counted once": (1, 60, lambda: loop(statsmodels_from_counts, counts, 60)),
        "scikit-learn": (1, 4, lambda: loop(scikit_learn, items, 4)),
    }
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in contenders}
    for turn in range(runs + 1):
        for name, (_, redraws, contend) in contenders.items():
            begun = time.perf_counter(), time.process_time()
            contend()
            ended = time.perf_counter(), time.process_time()
            if turn:  # the first turn warms up: libraries are loaded, memory is there
                many = REDRAWS / redraws
                taken[name].append(tuple((b - a) * many for a, b in zip(begun, ended, strict=True)))
    return report(taken, {name: n for name, (n, *_) in contenders.items()})


def short(x: float) -> str:
    """Return a number in three digits or so."""
    return f"{x:.2f}" if x < 10 else f"{x:.0f}"


def report(taken: dict[str, list[tuple[float, float]]], coefficients: dict[str, int]) -> int:
    """Print the table; return how many limits are broken."""
    wall = {name: statistics.median(w for w, _ in of) for name, of in taken.items()}
    cpu = {name: statistics.median(c for _, c in of) for name, of in taken.items()}
    print(f"load of the machine: {load():.1f}; {CASES} cases, {READERS} readers, {ITEMS} items")
    head = ("coefficients", "seconds", "range", "CPU, s", "to lltic", "of one")
    print(f"{'10,000 redraws':26}" + "".join(f"{h:>13}" for h in head))
    each = {name: cpu[name] / coefficients[name] for name in taken}
    for name, of in taken.items():
        span = f"{short(min(w for w, _ in of))}-{short(max(w for w, _ in of))}"
        ratios = cpu[name] / cpu["lltic"], each[name] / each["lltic"]
        shown = (coefficients[name], short(wall[name]), span, short(cpu[name]))
        print(f"{name:26}" + "".join(f"{x:>13}" for x in (*shown, *map(short, ratios))))
    broken = []
    if wall["lltic"] > SECONDS:
        broken.append(f"ours takes {wall['lltic']:.2f} s, more than {SECONDS:.0f}")
    for name in ("statsmodels", "scikit-learn"):
        if cpu[name] < FASTER * cpu["lltic"]:
            broken.append(f"{name} takes less than {FASTER:.0f} times as long as ours")
    print("\n".join(broken) if broken else "within the limits")
    return len(broken)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
