"""What changed between two versions of a form, and whether old answers can still be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lltic.form.model import Condition, Form, Item, Scale

__all__ = ["Change", "compare"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is different.

    ``keeps_answers`` is false when an answer given under the old form may not be
    readable under the new one, or would mean something else there.
    """

    what: str
    where: str
    says: str
    keeps_answers: bool = True


def compare(old: Form, new: Form) -> tuple[Change, ...]:
    """Return every difference that people see or that bears on answers.

    A question that is gone and one that is new, with the same words and of the same
    kind, are one question renamed.

    Returns
    -------
    tuple of Change
        ``what`` is one of ``removed``, ``added``, ``renamed``, ``moved``, ``type``,
        ``words``, ``needed``, ``asked-when``, ``options``, ``missing``, ``bounds``, ``scale``,
        ``discipline``, ``trigger``, ``concordance``; empty when nothing is different.
    """
    before, after = dict(old.questions()), dict(new.questions())
    renamed = dict(_renamed(before, after))
    changes: list[Change] = []
    for path, item in before.items():
        if path in renamed:
            says = f"is now {renamed[path]}; an answer is found under its old name only"
            changes.append(Change("renamed", path, says, keeps_answers=False))
        elif path not in after:
            says = f"“{item.label}” is asked no more"
            changes.append(Change("removed", path, says, keeps_answers=False))
    arrived = [path for path in after if path not in before and path not in renamed.values()]
    changes += [_added(path, after[path]) for path in arrived]
    for path, item in before.items():
        now = renamed.get(path, path)
        if now in after:
            changes += _item_changes(now, item, after[now])
    changes += _moved(before, after)
    changes += _sections(old, new)
    changes += _scales(old, new)
    changes += _consequences(old, new)
    return tuple(changes)


def _renamed(before: dict[str, Item], after: dict[str, Item]) -> Iterator[tuple[str, str]]:
    """Pair what is gone with what is new, where label and kind say that they are the same."""
    gone = {path: item for path, item in before.items() if path not in after}
    arrived = {path: item for path, item in after.items() if path not in before}
    for path, item in gone.items():
        same = [p for p, other in arrived.items() if _alike(other) == _alike(item)]
        twins = [p for p, other in gone.items() if _alike(other) == _alike(item)]
        if len(same) == len(twins) == 1:
            yield path, same[0]


def _alike(item: Item) -> tuple[object, ...]:
    return item.label, item.type, item.scale, item.options


def _added(path: str, item: Item) -> Change:
    needed = (item.required or item.required_when is not None) and item.when is None
    more = "; an old review has no answer to it" if needed else ""
    return Change("added", path, f"“{item.label}” is asked{more}")


def _item_changes(path: str, old: Item, new: Item) -> Iterator[Change]:
    if old.type != new.type:
        says = f"was of type {old.type} and is of type {new.type}"
        yield Change("type", path, says, keeps_answers=False)
        return
    if old.label != new.label:
        says = f"is asked as “{new.label}”, was “{old.label}”: does it mean the same?"
        yield Change("words", path, says)
    if old.hint != new.hint:
        yield Change("words", path, "has another hint")
    if (old.required, old.required_when) != (new.required, new.required_when):
        says = f"an answer is needed {_needed(new)}, was {_needed(old)}"
        yield Change("needed", path, says)
    if old.when != new.when:
        says = f"is asked {_when(new.when)}, was {_when(old.when)}"
        # What is not asked is not read either, though it was answered.
        yield Change("asked-when", path, says, keeps_answers=new.when is None)
    yield from _options(path, old, new)
    yield from _missing(path, old, new)
    yield from _bounds(path, old, new)
    if old.scale != new.scale:
        says = f"was scored on '{old.scale}' and is scored on '{new.scale}'"
        yield Change("scale", path, says, keeps_answers=False)


def _needed(item: Item) -> str:
    if item.required_when is not None:
        return f"only {_when(item.required_when)}"
    return "always" if item.required else "never"


def _when(condition: Condition | None) -> str:
    if condition is None:
        return "always"
    if condition.answered is not None:
        return f"when {condition.item} {'is' if condition.answered else 'is not'} answered"
    wanted = condition.includes or " or ".join(condition.equals)
    return f"when {condition.item} is {wanted}"


def _options(path: str, old: Item, new: Item) -> Iterator[Change]:
    before = {option.value: _words(option.label, option.hint) for option in old.options}
    after = {option.value: _words(option.label, option.hint) for option in new.options}
    yield from _labelled("options", path, before, after)
    kept = [value for value in before if value in after]
    if kept != [value for value in after if value in before]:
        yield Change("options", path, "its options stand in another order")


def _words(label: str, means: str) -> str:
    return f"{label}: {means}" if means else label


def _labelled(
    what: str, path: str, before: dict[str, str], after: dict[str, str]
) -> Iterator[Change]:
    """Compare what can be chosen, by value; other words for a value may mean another thing."""
    for value in [v for v in before if v not in after]:
        says = f"no longer offers {value} “{before[value]}”"
        yield Change(what, path, says, keeps_answers=False)
    for value in [v for v in after if v not in before]:
        yield Change(what, path, f"also offers {value} “{after[value]}”")
    for value in [v for v in before if v in after and before[v] != after[v]]:
        says = f"{value} is called “{after[value]}”, was “{before[value]}”: does it mean the same?"
        yield Change(what, path, says)


def _missing(path: str, old: Item, new: Item) -> Iterator[Change]:
    for kind in [kind for kind in old.missing if kind not in new.missing]:
        yield Change("missing", path, f"no longer takes {kind}", keeps_answers=False)
    for kind in [kind for kind in new.missing if kind not in old.missing]:
        yield Change("missing", path, f"also takes {kind}")
    if (old.missing_labels or {}) != (new.missing_labels or {}):
        yield Change("missing", path, "calls a reason otherwise: does it mean the same?")


def _bounds(path: str, old: Item, new: Item) -> Iterator[Change]:
    if old.unit != new.unit:
        says = f"was in {old.unit or 'no unit'} and is in {new.unit or 'no unit'}"
        yield Change("bounds", path, says, keeps_answers=False)
    ends = [(old.minimum, old.maximum, old.decimals), (new.minimum, new.maximum, new.decimals)]
    if ends[0] != ends[1]:
        yield Change("bounds", path, "takes other numbers", keeps_answers=_wider(old, new))
    lost = [p for p in old.precision if p not in new.precision]
    if old.precision != new.precision and old.type == "date":
        says = f"takes a {', '.join(new.precision)}; was {', '.join(old.precision)}"
        yield Change("bounds", path, says, keeps_answers=not lost)
    if old.at_most != new.at_most and old.type == "repeat":
        says = f"takes up to {new.at_most} entries, was {old.at_most}"
        yield Change("bounds", path, says, keeps_answers=new.at_most >= old.at_most)


def _wider(old: Item, new: Item) -> bool:
    low = new.minimum is None or (old.minimum is not None and new.minimum <= old.minimum)
    high = new.maximum is None or (old.maximum is not None and new.maximum >= old.maximum)
    return low and high and new.decimals >= old.decimals


def _moved(before: dict[str, Item], after: dict[str, Item]) -> Iterator[Change]:
    """Name those that must be lifted out for the rest to stand in the order they had."""
    was = [path for path in before if path in after]
    now = [path for path in after if path in before]
    stayed = set(_longest_common(was, now))
    for path in now:
        if path not in stayed:
            place = now.index(path)
            says = f"is asked after {now[place - 1]}" if place else "is asked first"
            yield Change("moved", path, says)


def _longest_common(was: Sequence[str], now: Sequence[str]) -> list[str]:
    """Return the longest run of paths in the order of both; both hold the same paths."""
    places = [was.index(path) for path in now]
    best: list[list[int]] = []
    for end, place in enumerate(places):
        before = (chain for chain in best if places[chain[-1]] < place)
        best.append([*max(before, key=len, default=[]), end])
    return [now[at] for at in max(best, key=len, default=[])]


def _sections(old: Form, new: Form) -> Iterator[Change]:
    for page in old.pages:
        other = new.page(page.id)
        if other is None:
            continue
        if (page.title, page.caption, page.hint) != (other.title, other.caption, other.hint):
            yield Change("words", page.id, "has another title, caption or hint")
        if page.phase != other.phase:
            yield Change("words", page.id, "marks another part of the journey")
        if page.by != other.by:
            asked, was = (", ".join(one.by) or "everybody" for one in (other, page))
            still = not other.by or (bool(page.by) and set(page.by) <= set(other.by))
            yield Change("discipline", page.id, f"is asked of {asked}, was {was}", still)


def _scales(old: Form, new: Form) -> Iterator[Change]:
    for key, scale in old.scales.items():
        other = new.scales.get(key)
        if other is not None and other != scale:
            yield from _scale_changes(f"scales.{key}", scale, other)


def _scale_changes(where: str, old: Scale, new: Scale) -> Iterator[Change]:
    if old.direction != new.direction:
        says = f"was {old.direction} and is {new.direction}"
        yield Change("scale", where, says, keeps_answers=False)
    before = {str(p.value): _words(p.label, p.means) for p in old.points}
    after = {str(p.value): _words(p.label, p.means) for p in new.points}
    yield from _labelled("scale", where, before, after)
    if old.conversions != new.conversions:
        yield Change("scale", where, "is converted otherwise")


def _consequences(old: Form, new: Form) -> Iterator[Change]:
    before = {trigger.id: trigger for trigger in old.triggers}
    after = {trigger.id: trigger for trigger in new.triggers}
    for key in [*before, *(key for key in after if key not in before)]:
        if before.get(key) == after.get(key):
            continue
        says = "acts otherwise" if key in before and key in after else "acts no more"
        says = says if key in before else "is new"
        yield Change("trigger", f"triggers.{key}", says)
    if old.concordance != new.concordance:
        yield Change("concordance", "concordance", "agreement is asked of other questions")
