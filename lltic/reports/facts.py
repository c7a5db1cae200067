"""Everything a report says, gathered once: workbook and paper print the same objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from lltic.agreement import ItemAgreement
from lltic.measures import Profile, wilson
from lltic.records import Citation, Coding, Estimate, Event, Judgement
from lltic.reports.asked import Questions
from lltic.themes import ThemePrevalence

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
        Of the sampled cases.
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

    @property
    def blind_breaks(self) -> tuple[str, ...]:
        """Where the blind was broken: whoever reads about agreement must know."""
        if not self.unblinded:
            return ()
        cases = len({event.case_id for event in self.unblinded})
        said = f"The blind was broken in {cases} {'case' if cases == 1 else 'cases'}"
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
    def theme_warnings(self) -> tuple[str, ...]:
        """What to know before quoting a theme's share."""
        return tuple(dict.fromkeys(w for row in self.themes for w in row.estimate.warnings))

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
        return {
            position: {
                level: wilson(
                    sum(score == level for score in by_case.values()),
                    len(by_case),
                    name=f"{phase.id} score {level}, reviewer {position}",
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
        twice = [votes for votes in by_case.values() if len(votes) >= 2]
        groups: dict[str, Iterable[bool]] = {
            "any": [any(votes) for votes in by_case.values()],
            "both": [all(votes) for votes in twice],
        }
        shares = {}
        for name, outcomes in groups.items():
            hits = list(outcomes)
            if hits:
                shares[name] = wilson(sum(hits), len(hits), name=f"judged poor by {name}")
        return shares

    def cases_reviewed(self, at_least: int = 1) -> int:
        """Return how many cases have that many locked reviews."""
        return sum(locked >= at_least for locked, _ in self.reviews.values())
