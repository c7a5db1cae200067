"""What ``lltic agreement`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from lltic.cli.output import table
from lltic.wording import number_of

if TYPE_CHECKING:
    from lltic.agreement import (
        Border,
        Calibration,
        Differing,
        DiscordantCase,
        ItemAgreement,
        Part,
        SideBySide,
        WithinReaders,
    )
    from lltic.records import Estimate, Event

__all__ = [
    "agreement_lines",
    "band_lines",
    "border_lines",
    "breakdown_lines",
    "calibration_lines",
    "discordant_lines",
    "side_by_side_lines",
    "unblinded_lines",
]

SURE = 0.05
"""Adjusted p below which parts are said to differ."""


def agreement_lines(items: Sequence[ItemAgreement], weights: str = "quadratic") -> Iterator[str]:
    """Yield the table of coefficients, then each warning with the items it is about."""
    rows = [(item.item, item.n_cases, *_coefficients(item)) for item in items]
    yield from table(("item", "cases", *_heads(items, weights)), rows)
    yield "(95 % intervals; readers count as interchangeable)"
    yield from _warnings(items)


def _heads(items: Sequence[ItemAgreement], weights: str) -> list[str]:
    from lltic.agreement import BESIDE

    weighted = weights != "identity"
    usual = ["raw agreement", "weighted kappa" if weighted else "kappa", "AC2"]
    usual[2] = "AC2" if weighted else "AC1"
    return [*usual, *(BESIDE[name] for name in (items[0].beside if items else ()))]


def _coefficients(item: ItemAgreement) -> list[str]:
    raw, *others = item.estimates.values()
    return [_percent_with_interval(raw), *(_with_interval(e) for e in others)]


def _warnings(items: Iterable[ItemAgreement]) -> Iterator[str]:
    about: dict[str, list[str]] = {}
    for item in items:
        for warning in item.warnings:
            about.setdefault(warning, []).append(item.item)
    for warning, names in about.items():
        yield f"! {', '.join(names)}: {warning}"


def band_lines(items: Sequence[ItemAgreement]) -> Iterator[str]:
    """Yield the word that each kappa may be given, with its probability, never the word alone."""
    for item in items:
        if item.benchmark is not None:
            yield f"{item.item}: {item.benchmark.sentence}"


def breakdown_lines(
    parts: Sequence[Part], tests: Sequence[Differing] | None, weights: str = "quadratic"
) -> Iterator[str]:
    """Yield a row per part and item that two people scored, and whether the parts differ.

    ``tests`` is None where the parts share cases and cannot be tested.
    """
    if not parts:
        yield "No review is locked."
        return
    known = [(part, row) for part in parts for row in part.rows if row.n_cases]
    rows = [(p.part, row.item, row.n_cases, *_coefficients(row)) for p, row in known]
    heads = _heads([row for part in parts for row in part.rows], weights)
    yield from table((parts[0].by, "item", "cases", *heads), rows)
    silent = [part.part for part in parts if not any(row.n_cases for row in part.rows)]
    if silent:
        yield f"! {', '.join(silent)}: no case has been scored twice."
    few = [f"{p.part} {row.item}" for p, row in known if row.n_cases < 30]
    if few:
        yield f"! Fewer than 30 cases in {len(few)} of the {len(known)} rows: read their intervals."
    if tests is None:
        return
    differ = [test for test in tests if test.p_adjusted < SURE]
    for test in differ:
        yield (
            f"! {test.item}: kappa differs between the parts by more than chance "
            f"(Q {test.q:.1f}, df {test.df}, adjusted p {test.p_adjusted:.3f})."
        )
    if tests and not differ:
        tested = number_of(len(tests), "item")
        yield f"No kappa differs between the parts by more than chance ({tested} tested)."


def border_lines(borders: Sequence[Border]) -> Iterator[str]:
    """Yield agreement across the border, each side with its own shares, and who scores higher."""
    if not borders:
        return
    one, other = borders[0].sides
    head = ("item", "cases", "kappa of the sides", f"{one} minus {other}", "with other readers")
    rows = [
        (
            b.item,
            b.n_cases,
            _with_interval(b.kappa),
            _with_interval(b.bias, plus=True),
            "not defined" if b.bias_of_sides is None else _interval(b.bias_of_sides, plus=True),
        )
        for b in borders
    ]
    yield ""
    yield from table(head, rows)
    for warning in dict.fromkeys(w for b in borders for w in b.warnings):
        yield f"! {warning}"


def calibration_lines(found: Mapping[str, Any]) -> Iterator[str]:
    """Yield leniency and drift of each reader, repeats, and how many readers are needed."""
    yield f"{found['item']}: for talking together, not for ranking"
    lenient: Calibration | None = found["leniency"]
    if lenient is not None:
        yield from _reader_lines(lenient, found["drift"])
    within: WithinReaders | None = found["within_readers"]
    if within is not None:
        yield from _within_lines(within)
    if found["readers_needed"] is not None:
        yield _needed_line(found["readers_needed"])
    names = {"leniency": "leniency", "drift": "drift", "within_readers": "repeats by one reader"}
    for name, reason in found["not_computable"].items():
        yield f"! No figure for {names.get(name, 'the readers needed')}: {reason}."


def _reader_lines(lenient: Calibration, drift: Calibration | None) -> Iterator[str]:
    moved = {} if drift is None else {one.reader: one.effect for one in drift.readers}
    head = ("reader", "cases", "more lenient (+) or severe (-)", "unshrunk", "drift a month")
    rows = [
        (
            one.reader,
            one.n_cases,
            _with_interval(one.effect, plus=True),
            "not defined" if one.unshrunk is None else f"{one.unshrunk:+.2f}",
            _with_interval(moved.get(one.reader), plus=True),
        )
        for one in sorted(lenient.readers, key=lambda one: (len(one.reader), one.reader))
    ]
    yield from table(head, rows)
    yield (
        "(points of the scale, 95 % intervals; "
        f"between readers SD {_with_interval(lenient.spread)}, "
        f"error of one score SD {lenient.error:.2f})"
    )
    for warning in lenient.warnings:
        yield f"! {warning}"


def _within_lines(w: WithinReaders) -> Iterator[str]:
    when = "" if w.median_days is None else f", half of them within {w.median_days:.0f} days"
    yield (
        f"the same reader again: {number_of(w.n_pairs, 'repeat')} by "
        f"{number_of(w.n_readers, 'reader')}{when}; "
        f"raw agreement {_percent_with_interval(w.raw_agreement)}, kappa {_with_interval(w.kappa)}"
    )
    yield from (f"! {warning}" for warning in w.warnings)


def _needed_line(needed: Mapping[str, Any]) -> str:
    most = "no number" if needed["most"] is None else str(needed["most"])
    return (
        f"reliability of one reading {_with_interval(needed['one'])}; for {needed['goal']:g} "
        f"a case needs {needed['needed']} readers (from {needed['fewest']} to {most})"
    )


def discordant_lines(cases: Sequence[DiscordantCase]) -> Iterator[str]:
    """Yield one line per case, the scores of its discordant items beside it."""
    if not cases:
        yield "No discordant case."
        return
    rows = [
        (
            case.case_id,
            ", ".join(f"{i.item} {i.low:g} and {i.high:g}" for i in case.items),
            f"{case.bits:.1f}",
        )
        for case in cases
    ]
    yield from table(("case", "scores that lie apart", "bits"), rows)
    yield "(bits: how much a case's differences surprise, beside those of all other cases)"


def side_by_side_lines(found: Sequence[SideBySide]) -> Iterator[str]:
    """Yield both judgements of each discordant item, letter by letter."""
    for one in found:
        yield ""
        yield f"{one.case_id}  {one.item}"
        for side in one.sides:
            score = side.missing if side.score is None else side.score
            yield f"  {side.letter}: {score}"
            yield from (f"     {line}" for text in side.words for line in text.splitlines())


def unblinded_lines(events: Iterable[Event]) -> Iterator[str]:
    """Yield each time the blind of a case was broken."""
    for e in events:
        yield f"! {e.case_id}: blind broken {e.at[:10]} by {e.actor}: {e.reason}"


def _interval(e: Estimate, plus: bool = False) -> str:
    if e.low is None or e.high is None:
        return "no interval"
    form = "+.2f" if plus else ".2f"
    return f"{e.low:{form}} to {e.high:{form}}"


def _with_interval(e: Estimate | None, plus: bool = False) -> str:
    if e is None:
        return "not defined"
    return f"{e.value:{'+.2f' if plus else '.2f'}} ({_interval(e, plus)})"


def _percent_with_interval(e: Estimate | None) -> str:
    if e is None:
        return "not defined"
    return f"{100 * e.value:.0f} % ({100 * (e.low or 0):.0f} to {100 * (e.high or 0):.0f})"
