"""Which questions wait for which: circles, and chains too long to follow."""

from __future__ import annotations

from lltic.form.model import Form

__all__ = ["LONGEST_CHAIN", "circles", "too_far"]

LONGEST_CHAIN = 100
"""Questions of which each is asked only by the answer to the one before it. Our own bound, far
above any form; whether a question is asked is worked out along the whole of it."""

Waits = dict[str, tuple[str, ...]]


def circles(form: Form) -> list[tuple[str, ...]]:
    """Return the groups of questions that, by their conditions, wait for each other.

    None of them could ever be asked. Each group is in the order in which one waits for the
    next, and the last for the first.

    Examples
    --------
    >>> from lltic.form.model import Condition, Item, Page
    >>> def asks(name, other):
    ...     return Item(name, "line", name, when=Condition(f"p.{other}", answered=True))
    >>> page = Page("p", "P", (asks("a", "b"), asks("b", "a"), asks("c", "a")))
    >>> circles(Form("f", "1", "F", "", "", {}, (page,)))
    [('p.a', 'p.b')]
    """
    waits = _waits(form)
    free = _depths(waits)
    leads = {
        name: next(one for one in ones if one in waits and one not in free)
        for name, ones in waits.items()
        if name not in free
    }
    found: list[tuple[str, ...]] = []
    seen: set[str] = set()
    for name in leads:
        way: list[str] = []
        while name not in seen:
            seen.add(name)
            way.append(name)
            name = leads[name]
        if name in way:
            found.append(tuple(way[way.index(name) :]))
    return found


def too_far(form: Form) -> list[str]:
    """Return the questions at the end of too long a chain; those of a circle are not looked at."""
    return [name for name, depth in _depths(_waits(form)).items() if depth > LONGEST_CHAIN]


def _waits(form: Form) -> Waits:
    """Return what each question waits for: what its condition names, what it stands in."""
    groups = {path for path, _, item in form.items() if item.type == "repeat"}
    waits: Waits = {}
    for path, item in form.questions():
        group = path.rpartition(".")[0]
        named = (item.when.item,) if item.when else ()
        waits[path] = (*named, group) if group in groups else named
    return waits


def _depths(waits: Waits) -> dict[str, int]:
    """Return how long the chain before each question is; one that waits for itself has none."""
    left = {name: sum(one in waits for one in ones) for name, ones in waits.items()}
    followers: dict[str, list[str]] = {}
    for name, ones in waits.items():
        for one in ones:
            followers.setdefault(one, []).append(name)
    ready = [name for name, count in left.items() if not count]
    depths: dict[str, int] = {}
    for name in ready:  # which grows on the way
        before = [depths[one] for one in waits[name] if one in depths]
        depths[name] = 1 + max(before, default=-1)
        for follower in followers.get(name, ()):
            left[follower] -= 1
            if not left[follower]:
                ready.append(follower)
    return depths
