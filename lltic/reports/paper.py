"""The board paper: one page of HTML that stands alone, from the facts of the workbook."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lltic.agreement import NOT_WEIGHTED
from lltic.records import Estimate
from lltic.reports.facts import CATEGORIES, Facts
from lltic.reports.flow import Leaving, flow_of_deaths
from lltic.reports.html import write_html
from lltic.reports.pictures import Bar, as_address, grouped_bars, rows_with_intervals
from lltic.reports.shown import Share, count, say, share
from lltic.reports.tables import Cell
from lltic.reports.theme_words import said_of_themes
from lltic.reports.trail import Trail
from lltic.themes import POLARITIES, ThemePrevalence
from lltic.wording import number_of

__all__ = ["write_paper"]

REVIEWS_FOR_ONE_CASE = 12
"""Independent reviews of one case for a reliability of 0.8 of a judgement of
preventability, where a single one has about 0.25 (Manaseki-Holland 2017, BMJ Qual Saf 26:408)."""

HIDDEN = 1e-9
"""Where a share that is not told stands among those that are: after all but nothing."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture, what it shows in words, and the numbers behind it."""

    address: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def write_paper(path: Path, facts: Facts) -> None:
    """Write the paper; every text in it is escaped."""
    write_html(
        path,
        "board-paper.html.j2",
        facts=facts,
        looked_at=_looked_at(facts),
        flow=_flow_picture(facts),
        judged=_judged(facts),
        scores=_scores_picture(facts),
        agreement=_agreement(facts),
        agreement_rows=_agreement_rows(facts),
        themes=_themes_picture(facts),
        theme_sentences=said_of_themes(facts),
        followed=_followed(facts),
        cannot=_cannot(facts),
        made_on=f"{facts.made_at.day} {facts.made_at:%B %Y}",
    )


def _number(facts: Facts, n: int) -> str:
    return say(count(facts.profile, n))


def _percent(value: Cell) -> str:
    return f"{100 * value:.0f}\u00a0%" if isinstance(value, float) else "not shown"


def _span(seen: Share) -> str:
    if not isinstance(seen.low, float) or not isinstance(seen.high, float):
        return ""
    return f"{100 * seen.low:.0f} to {100 * seen.high:.0f}\u00a0%"


def _share(facts: Facts, estimate: Estimate) -> str:
    seen = share(facts.profile, estimate)
    counts = f"{say(seen.numerator)} of {say(seen.denominator)} cases"
    if seen.value is None:
        return counts
    of_all = " of all cases" if estimate.population is not None else ""
    return f"{counts} ({_percent(seen.value)}{of_all}; 95 % interval {_span(seen)})"


def _looked_at(facts: Facts) -> list[tuple[str, str]]:
    """The figures at the head of the page: number and what it counts."""
    cases = facts.cases
    figures = []
    if len(facts.attrition):
        considered = int(facts.attrition.iloc[0]["n_in"])
        figures.append((_number(facts, considered), "records of deaths looked at"))
    figures.append((_number(facts, len(cases)), "cases in the cohort"))
    for category, label in CATEGORIES.items():
        figures.append((_number(facts, int((cases["category"] == category).sum())), label.lower()))
    figures.append((_number(facts, facts.cases_reviewed()), "cases with a completed review"))
    figures.append((_number(facts, facts.cases_reviewed(2)), "read by two reviewers, blind"))
    return figures


def _flow_picture(facts: Facts) -> Picture | None:
    if not len(facts.attrition):
        return None
    steps = [
        Leaving(
            line.description, *(count(facts.profile, int(n)) for n in (line.n_out, line.remaining))
        )
        for line in facts.attrition.iloc[1:].itertuples()
    ]
    start = count(facts.profile, int(facts.attrition.iloc[0]["n_in"]))
    ends = [
        (label.lower(), count(facts.profile, int((facts.cases["category"] == category).sum())))
        for category, label in CATEGORIES.items()
    ]
    rows = [(step.because, say(step.out), say(step.remaining)) for step in steps]
    caption = "From the records of deaths to the cases, and why the others are not cases."
    if facts.public:
        caption += " Counts are rounded one by one, so they need not add up."
    return Picture(
        as_address(flow_of_deaths(("records of deaths", start), steps, ends)),
        caption,
        ("Why they are not cases", "Excluded", "Remain"),
        tuple(rows),
    )


def _judged(facts: Facts) -> list[str]:
    phase = facts.overall
    if phase is None or not facts.scores(phase.id):
        return ["No review has been completed yet, so nothing can be said about care."]
    words = " or ".join(phase.labels[level].lower() for level in sorted(phase.poor))
    shares = facts.judged_poor(phase)
    said = [f"At least one reviewer judged overall care {words} in {_share(facts, shares['any'])}."]
    if "both" in shares:
        said.append(f"Both reviewers did so in {_share(facts, shares['both'])} read twice.")
    return said if facts.public else [*said, *shares["any"].warnings]


def _scores_picture(facts: Facts) -> Picture | None:
    phase = facts.overall
    if phase is None or not facts.scores(phase.id):
        return None
    seen = {
        f"Reviewer {position}": {
            level: share(facts.profile, estimate) for level, estimate in levels.items()
        }
        for position, levels in facts.distribution(phase).items()
    }
    labels = [f"{level} {phase.labels[level].lower()}" for level in phase.levels]
    groups = [(name, [_bar(levels[at]) for at in phase.levels]) for name, levels in seen.items()]
    rows = [
        (label, *(_cell(levels[at]) for levels in seen.values()))
        for at, label in zip(phase.levels, labels, strict=True)
    ]
    return Picture(
        grouped_bars([label.replace(" ", "\n", 1) for label in labels], groups),
        "Overall care as each of the two readers of a case scored it: share of cases at each "
        "score, with 95 % intervals.",
        ("Overall care", *seen),
        tuple(rows),
    )


def _bar(seen: Share) -> Bar:
    value, low, high = (x if isinstance(x, float) else None for x in seen[2:])
    return Bar(value, low, high)


def _cell(seen: Share) -> str:
    span = f" ({_percent(seen.value)}; {_span(seen)})" if _span(seen) else ""
    return f"{say(seen.numerator)} of {say(seen.denominator)}{span}"


def _agreement(facts: Facts) -> list[str]:
    row = next((r for r in facts.agreement if r.item == "overall.score"), None)
    if row is None or row.raw_agreement is None:
        return [
            "Too few cases have two completed reviews to say how far reviewers agree.",
        ]
    said = f"Of {number_of(row.n_cases, 'case')} scored by both, reviewers gave overall care "
    said += f"the same score in {100 * row.raw_agreement.value:.0f}\u00a0%."
    if row.kappa is not None:
        said += f" Weighted kappa is {_estimate(row.kappa)}"
        said += f", AC2 {_estimate(row.ac2)}." if row.ac2 is not None else "."
    usual = "Published case-note reviews report mean kappas of 0.32 to 0.70 (Lilford 2007)."
    whom = [NOT_WEIGHTED] if facts.sampled else []
    return [said, usual, *whom, *row.warnings, *facts.blind_breaks]


def _estimate(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.2f}"
    return f"{estimate.value:.2f} ({estimate.low:.2f} to {estimate.high:.2f})"


def _agreement_rows(facts: Facts) -> list[tuple[str, str, str, str, str]]:
    return [
        (
            facts.phase_title(row.item),
            str(row.n_cases),
            "–" if row.raw_agreement is None else f"{100 * row.raw_agreement.value:.0f}\u00a0%",
            _estimate(row.kappa),
            _estimate(row.ac2),
        )
        for row in facts.agreement
    ]


def _themes_picture(facts: Facts) -> Picture | None:
    found = [(line, share(facts.profile, line.estimate)) for line in facts.themes if not line.phase]
    if not found:
        return None
    lines, seen = zip(*sorted(found, key=_rank), strict=True)
    trail = Trail(facts)
    behind = [trail.behind(line.theme) for line in lines]
    head: tuple[str, ...] = (
        "Theme",
        "Cases",
        "Passages coded",
        "Passages of the notes beside them",
    )
    rows: list[tuple[str, ...]] = [
        (line.label, _cell(s), _number(facts, b.coded), _number(facts, b.cited))
        for line, s, b in zip(lines, seen, behind, strict=True)
    ]
    labels = [line.label for line in lines]
    if not facts.beside:
        address = rows_with_intervals(labels, [_bar(s) for s in seen])
        caption = "share of coded cases with the theme, with 95 % intervals."
    else:
        shown = {(r.theme, r.polarity): share(facts.profile, r.estimate) for r in facts.beside}
        bad, good = ([shown[line.theme, polarity] for line in lines] for polarity in POLARITIES)
        names = (POLARITIES["problem"], POLARITIES["good_practice"])
        address = rows_with_intervals(
            labels, [_bar(s) for s in bad], (*names, [_bar(s) for s in good])
        )
        caption = (
            "share of coded cases with a problem, and with good practice, of the theme, with 95 % "
            "intervals. A case may have both."
        )
        head = (*head[:2], *names, *head[2:])
        rows = [
            (*row[:2], _cell(b), _cell(g), *row[2:])
            for row, b, g in zip(rows, bad, good, strict=True)
        ]
    what = "Themes that a person found in the reviewers' words: "
    return Picture(address, what + caption, head, tuple(rows))


def _followed(facts: Facts) -> str:
    """Say where the words behind a theme are: they are about single cases, and not on paper."""
    if facts.public:
        return "The words behind each theme stay with the study: they are about single cases."
    return (
        "The words behind each theme, and the passages of the notes beside them with document and "
        "page, are in the workbook, sheets Coded passages and Evidence; none is quoted here."
    )


def _rank(row: tuple[ThemePrevalence, Share]) -> tuple[float, str]:
    """Order by the share as it is shown: by what was counted, hidden counts would be ranked."""
    line, shown = row
    return (-shown.value if isinstance(shown.value, float) else -HIDDEN, line.label)


def _cannot(facts: Facts) -> list[str]:
    reviewed, cases = facts.cases_reviewed(), len(facts.cases)
    if facts.sampled:
        part = (
            f"{facts.sampled} Their intervals allow for the cases that were not read, and not for "
            f"other deaths. Reviews are completed for {_number(facts, reviewed)} cases so far."
        )
    elif reviewed < cases:
        part = (
            f"Reviews are completed for {_number(facts, reviewed)} of {_number(facts, cases)} "
            "cases. The shares are about the cases read, not about all deaths."
        )
    else:
        part = "Every case of this cohort was read. The shares are about this cohort alone."
    return [
        part,
        "Reviewers judged the quality of care. They did not judge whether a death was avoidable, "
        "and a low score is not a finding that care led to the death.",
        "One reviewer's view of one case is not reliable enough to act on alone: for judgements of "
        f"preventability about {REVIEWS_FOR_ONE_CASE} independent reviews of a single case would "
        "be needed. Nobody, no ward and no clinician, can be ranked on these scores.",
        "Where nearly all cases get the same score, kappa is low even when reviewers agree; "
        "that is why raw agreement and AC2 stand beside it.",
        "A theme that is not seen was not written down; that does not show that it did not happen.",
    ]
