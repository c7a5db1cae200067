"""What every figure about themes is made from, gathered once from a study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

import click

from lltic.cli.sampling import design_of
from lltic.cli.theme_imports import heading, import_ingredients, import_named
from lltic.errors import UsageError, unknown

if TYPE_CHECKING:
    from lltic.definitions import Loaded
    from lltic.form import Form
    from lltic.measures import Design, Profile
    from lltic.records import Case
    from lltic.reviews.read import OnRecord
    from lltic.study import Study
    from lltic.themes import Counted, Estimator
    from lltic.themes.exchange import Kept

__all__ = [
    "BREAKDOWNS",
    "INSIDE",
    "SETTLED",
    "TOLD_INSIDE",
    "Groups",
    "Themes",
    "differ_by",
    "differ_option",
    "disclosure_option",
    "gather_themes",
    "ingredients",
    "polarity_option",
    "profile_of",
]

INSIDE = "inside the study, for the people who hold its records"
SETTLED = "settled"
TOLD_INSIDE = (
    "There is more to know before this is quoted; it holds counts: see the table inside the study."
)
"""What stands for warnings where small counts are hidden."""
BREAKDOWNS = ("phase", "setting", "interface", "score", "month")

Command = TypeVar("Command", bound=Callable[..., Any])

disclosure_option = click.option(
    "--disclosure",
    default="none",
    metavar="PROFILE",
    help="How counts may be shown: none (inside the study) or nhs_hes_2018.",
)
polarity_option = click.option(
    "--polarity",
    type=click.Choice(("problem", "good_practice")),
    help="Count only passages that show this.",
)


def differ_by(default: str) -> Callable[[Command], Command]:
    """Return the option that says what counts of texts that two coded."""
    return click.option(
        "--where-coders-differ",
        "rule",
        type=click.Choice((SETTLED, "any", "both")),
        default=default,
        show_default=True,
        help="Texts that two coded: as settled, or what any or both of them found.",
    )


differ_option = differ_by(SETTLED)


@dataclass(frozen=True)
class Groups:
    """Groups of cases: which one each case is in, their order, and what they are called."""

    of: Mapping[str, str]
    labels: Mapping[str, str]

    def label(self, group: str) -> str:
        """Return what a group is called."""
        return self.labels.get(group, group)


@dataclass(frozen=True)
class Themes:
    """What counts of a study's themes, and what it is counted with.

    ``counted`` is of every coded case, ``drawn`` of those that are in the sample; ``imported``
    is whose codings they are where they are not the study's own.
    """

    record: OnRecord
    counted: Counted
    design: Design | None
    form: Loaded[Form]
    imported: Kept | None = None

    @property
    def source(self) -> dict[str, Any]:
        """Whose codings these are, for ``--json``: an import, or None for the study's own."""
        return {"import": self.imported.source if self.imported else None}

    @property
    def heading(self) -> list[str]:
        """Whose codings these are, above a table; no line where they are the study's own."""
        return heading(self.imported)

    @cached_property
    def drawn(self) -> Counted:
        """What counts of the cases in the sample; all where every case is."""
        return self.counted if self.design is None else self.counted.among(self.design.stratum_of)

    @property
    def estimator(self) -> Estimator | None:
        """What weighs a share; None where each case counts alike."""
        return self.design.share if self.design else None

    @cached_property
    def cases(self) -> list[Case]:
        """The cases of the cohort."""
        from lltic.cohort import read_cases

        return read_cases(self.record.study)

    @property
    def phases(self) -> dict[str, str]:
        """The pages of the form by id, in order, and what they are called."""
        return {page.id: page.title for page in self.form.model.pages}

    def scored_item(self, item: str | None) -> str:
        """Return the score that stands for a case: the one asked for, else the overall one."""
        known = tuple(self.form.model.scored_items())
        if item is None:
            return "overall.score" if "overall.score" in known or not known else known[-1]
        if item not in known:
            raise UsageError(unknown("scored item", item, known))
        return item

    def lower_is_better(self, item: str) -> bool:
        """Say whether a higher number of an item is worse care."""
        scale = self._scale(item)
        return scale is not None and scale.direction == "lower_is_better"

    def _scale(self, item: str) -> Any:
        found = self.form.model.item(item)
        return self.form.model.scales[found.scale] if found and found.scale else None

    def scores(self, item: str) -> dict[str, float]:
        """Return the worst score that a locked review gave each case."""
        from lltic.reviews.read import judgements
        from lltic.themes import case_scores

        made = judgements(self.record)
        return case_scores(made, item, lower_is_better=self.lower_is_better(item))

    def groups(self, by: str, item: str | None = None) -> Groups:
        """Return the groups of a breakdown other than by phase.

        Raises
        ------
        UsageError
            ``unknown-breakdown``.
        """
        from lltic.reports.facts import SETTINGS
        from lltic.themes import (
            INTERFACES,
            interface_of,
            months_of,
            scores_as_groups,
            settings_of,
        )

        if by == "setting":
            return Groups(settings_of(self.cases), SETTINGS)
        if by == "interface":
            return Groups(interface_of(self.cases), INTERFACES)
        if by == "month":
            months = months_of(self.cases)
            return Groups(months, {month: month for month in sorted(set(months.values()))})
        if by == "score":
            path = self.scored_item(item)
            scale = self._scale(path)
            points = {f"{p.value:g}": f"{p.value:g} {p.label}" for p in scale.points}
            return Groups(scores_as_groups(self.scores(path)), points)
        raise UsageError(unknown("breakdown", by, BREAKDOWNS))


def profile_of(disclosure: str) -> Profile:
    """Return the disclosure profile of a command that prints inside the study."""
    from lltic.measures import profile

    return profile(disclosure, reason=INSIDE if disclosure == "none" else "")


def gather_themes(
    record: Study | OnRecord,
    rule: str = SETTLED,
    imported: str | None = None,
    *,
    aided: bool = True,
) -> Themes:
    """Return what counts of a study's themes, all of it as its record stands at one head.

    Codings of earlier versions of the study's codebook are read in the present one.

    Parameters
    ----------
    record : Study or OnRecord
        A study, or its record as it was read for other figures as well.
    rule : str
        What counts of texts that two coded: ``settled``, ``any`` or ``both``.
    imported : str, optional
        An import of the study by its name, to count in place of the study's own codings.
    aided : bool
        Count also what was laid after suggestions had been shown.

    Raises
    ------
    NotComputable
        ``nothing-coded``, ``nothing-imported``.
    UsageError
        ``unknown-import``, ``import-rule``.
    """
    from lltic.form import load_form
    from lltic.reviews.read import on_record
    from lltic.themes import count_themes

    record = on_record(record)
    study = record.study
    kept = import_named(study, imported, rule, SETTLED) if imported is not None else None
    parts = ingredients(record, rule) if kept is None else import_ingredients(record, kept)
    if not aided:
        parts |= _unaided(parts)
    form = load_form(study.settings.form, study.path)
    return Themes(record, count_themes(**parts), design_of(study), form, kept)


def _unaided(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what counts without what was laid after suggestions, and how many that leaves out."""
    kept = [coding for coding in parts["codings"] if not coding.suggestion]
    out = len(parts["codings"]) - len(kept)
    said = (f"Left out, laid after a suggestion was shown: codings {out}.",) if out else ()
    return {"codings": kept, "warnings": (*parts["warnings"], *said)}


def ingredients(record: OnRecord, rule: str = SETTLED) -> dict[str, Any]:
    """Return what :func:`~lltic.themes.count_themes` takes, by name."""
    from lltic.reviews import read
    from lltic.themes import load_codebook
    from lltic.themes.codebook_history import carry, lineage

    study = record.study
    book = load_codebook(study.settings.codebook, study.path)
    made, coded = read.codings(record), read.coded_reviews(record)
    warnings: tuple[str, ...] = ()
    if rule != SETTLED:
        made, coded = _by_rule(record, rule)
    elif waiting := len(read.unsettled_reviews(record)):
        warnings = (f"Left out, coded twice, differently, and not settled yet: texts {waiting}.",)
    carried = carry(made, lineage(book, study.path))
    return {
        "codings": carried.codings,
        "texts": read.texts(record),
        "coded_reviews": coded,
        "codebook": book,
        "warnings": (*warnings, *carried.warnings),
    }


def _by_rule(record: OnRecord, rule: str) -> tuple[list[Any], set[str]]:
    """Return codings and coded reviews with what two coders found alone in place of settled."""
    from lltic.reviews import read
    from lltic.themes import standing

    coders = {review: set(names) for review, names in read.double_coded(record).items()}
    single = [c for c in read.codings(record) if c.review_id not in coders]
    twice = standing(read.independent_codings(record), coders, rule)  # type: ignore[arg-type]
    return [*single, *twice], read.coded_reviews(record) | set(coders)
