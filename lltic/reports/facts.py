"""Everything a report says, gathered once: workbook and paper print the same objects."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lltic.agreement import ItemAgreement
from lltic.measures import Design, Profile, wilson
from lltic.records import Citation, Coding, Estimate, Event, Judgement
from lltic.reports.asked import Questions
from lltic.themes import ThemePair, ThemePrevalence, ThemeScore
from lltic.wording import number_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["CATEGORIES", "SETTINGS", "Facts", "Phase"]

CATEGORIES = {
    "in_hospital": "Died in hospital",
    "post_discharge": "Died within 30 days of discharge",
}
SETTINGS = {
    "acute": "Acute hospital",
    "community": "Community hospital",
    "mental_health": "Mental health unit",
}
OVERALL = "overall"


@dataclass(frozen=True, slots=True)
class Phase:
    """A scored page of the form.

    ``labels`` names the points of its scale; ``worst_first`` says whether the
    lowest number is the worst care.
    """

    id: str
    title: str
    labels: Mapping[int, str]
    worst_first: bool = True

    @property
    def levels(self) -> list[int]:
        """The points from worst to best."""
        return sorted(self.labels, reverse=not self.worst_first)

    @property
    def poor(self) -> frozenset[int]:
        """The two worst points: what starts a second look."""
        return frozenset(self.levels[:2])


@dataclass(frozen=True)
class Facts:
    """The figures of one study at one moment.

    Parameters
    ----------
    definitions : tuple of (kind, name, version and hash)
    manifest : mapping
        What the cohort room wrote about its run.
    pages : mapping of page id to title
        Every page of the form, in order.
    head : (int, str)
        Number and hash of the last event read.
    cases : DataFrame
        ``cohort/cases.parquet``, one row per case.
    attrition : DataFrame
        ``cohort/attrition.parquet``.
    reviews : mapping of case id to (locked, assigned)
        Of every case under review, whether it is in the sample now or not.
    not_computable : tuple of str
        What could not be worked out, and why, in sentences.
    unblinded : tuple of Event
        Every time the blind of a case was broken.
    questions : Questions
        What the form asks, in words.
    citations : tuple of Citation
        The passages of the notes beside the judgements.
    codings : tuple of Coding
        Those that the themes' shares count.
    theme_labels : mapping of code to label
        In the codebook's order.
    documents : mapping of document id to title
    design : Design, optional
        How the cases were drawn; None where all were. With it, shares are of all cases.
    beside : tuple of ThemePrevalence
        Problems and good practice, where coders said which.
    theme_pairs, theme_scores : tuples
        How themes go together, and with the score of overall care.
    """

    title: str
    synthetic: bool
    version: str
    made_at: datetime
    profile: Profile
    definitions: tuple[tuple[str, str], ...]
    manifest: Mapping[str, object]
    head: tuple[int, str]
    notebooks: str
    phases: tuple[Phase, ...]
    pages: Mapping[str, str]
    cases: pd.DataFrame
    attrition: pd.DataFrame
    reviews: Mapping[str, tuple[int, int]]
    judgements: tuple[Judgement, ...]
    agreement: tuple[ItemAgreement, ...]
    themes: tuple[ThemePrevalence, ...]
    not_computable: tuple[str, ...] = ()
    unblinded: tuple[Event, ...] = ()
    questions: Questions = field(default_factory=Questions)
    citations: tuple[Citation, ...] = ()
    codings: tuple[Coding, ...] = ()
    theme_labels: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    design: Design | None = None
    beside: tuple[ThemePrevalence, ...] = ()
    theme_pairs: tuple[ThemePair, ...] = ()
    theme_scores: tuple[ThemeScore, ...] = ()

    @property
    def blind_breaks(self) -> tuple[str, ...]:
        """Where the blind was broken: whoever reads about agreement must know."""
        if not self.unblinded:
            return ()
        cases = len({event.case_id for event in self.unblinded})
        said = f"The blind was broken in {number_of(cases, 'case')}"
        if self.public:
            return (f"{said}; their reviews are counted with the rest.",)
        broken = "; ".join(
            f"{e.case_id} on {e.at[:10]} by {e.actor} (then {e.value['stage']}): {e.reason}"
            for e in self.unblinded
        )
        return (f"{said}; their reviews are counted with the rest. {broken}",)

    @property
    def public(self) -> bool:
        """Whether counts are suppressed, and rows about single cases therefore left out."""
        return self.profile.hidden_up_to > 0

    @property
    def sampled(self) -> str:
        """Whom the shares are about, where not every case was drawn; else empty."""
        if self.design is None:
            return ""
        said = [
            self.profile.count(n) for n in (len(self.design.stratum_of), self.design.population)
        ]
        text = (
            f"A sample of {said[0]} of the {said[1]} cases was drawn. Shares are estimates for all "
            "of these, weighted by how the cases were drawn."
        )
        if self.design.population != len(self.cases):
            now = self.profile.count(len(self.cases))
            text += f" The cohort was built again since and has {now} cases: draw again."
        return text

    @property
    def theme_warnings(self) -> tuple[str, ...]:
        """What to know before quoting a theme's share."""
        said = tuple(dict.fromkeys(w for row in self.themes for w in row.estimate.warnings))
        if said and self.public:  # they hold counts
            return ("There is more to know before these are quoted: it is said inside the study.",)
        return said

    @property
    def overall(self) -> Phase | None:
        """The page with the overall score, where the form has one."""
        return next((phase for phase in self.phases if phase.id == OVERALL), None)

    def phase_title(self, item: str) -> str:
        """Return the title of the page an item is on."""
        page = item.split(".")[0]
        return self.pages.get(page, page)

    def scores(self, phase: str) -> dict[int, dict[str, int]]:
        """Return the scores of one phase: position → case → score."""
        found: dict[int, dict[str, int]] = {}
        for j in self.judgements:
            if j.item == f"{phase}.score" and not j.missing:
                found.setdefault(j.position, {})[j.case_id] = int(j.value)
        return dict(sorted(found.items()))

    def distribution(self, phase: Phase) -> dict[int, dict[int, Estimate]]:
        """Return the share of cases at each score: position → score → share.

        Positions stand apart because two readings of one case are not two
        cases: pooled they would make the intervals too narrow.
        """
        read: dict[int, set[str]] = {}
        for j in self.judgements:
            read.setdefault(j.position, set()).add(j.case_id)
        return {
            position: {
                level: self._share(
                    {case for case, score in by_case.items() if score == level},
                    by_case.keys(),
                    read[position],
                    f"{phase.id} score {level}, reviewer {position}",
                )
                for level in phase.levels
            }
            for position, by_case in self.scores(phase.id).items()
        }

    def judged_poor(self, phase: Phase) -> dict[str, Estimate]:
        """Return the share of cases judged poor: by ``any`` reviewer, and by ``both``.

        ``any`` is of all cases with a score, ``both`` of those with two.
        """
        by_case: dict[str, list[bool]] = {}
        for scores in self.scores(phase.id).values():
            for case_id, score in scores.items():
                by_case.setdefault(case_id, []).append(score in phase.poor)
        reviews: dict[str, set[str]] = {}
        for j in self.judgements:
            reviews.setdefault(j.case_id, set()).add(j.review_id)
        once = {case for case, votes in by_case.items() if any(votes)}
        twice = {case: votes for case, votes in by_case.items() if len(votes) >= 2}
        shares = {}
        if by_case:
            shares["any"] = self._share(once, by_case.keys(), reviews.keys(), "judged poor by any")
        if twice:
            # Which cases are read twice is planned like the rest: they stand for all.
            both = {case for case, votes in twice.items() if all(votes)}
            read_twice = {case for case, ids in reviews.items() if len(ids) >= 2}
            shares["both"] = self._share(both, twice.keys(), read_twice, "judged poor by both")
        return shares

    def _share(
        self, hits: Collection[str], cases: Collection[str], read: Collection[str], name: str
    ) -> Estimate:
        """Return a share of the cases read or, from a sample, of all cases of the cohort."""
        if self.design is None:
            return wilson(len(hits), len(cases), name=name)
        return self.design.share(hits, cases, among=read, name=name)

    def cases_reviewed(self, at_least: int = 1) -> int:
        """Return how many cases, of the sample where one was drawn, have as many locked reviews."""
        drawn = self.reviews if self.design is None else self.design.stratum_of
        done = (case for case, (locked, _) in self.reviews.items() if locked >= at_least)
        return sum(case in drawn for case in done)
