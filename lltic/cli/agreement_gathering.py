"""What every figure about agreement is made from, gathered from a study as it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lltic.agreement import Reading
    from lltic.form import Form
    from lltic.records import Case, Event, Judgement
    from lltic.reviews.read import Locked, OnRecord
    from lltic.study import Study

__all__ = ["Gathered"]


class Gathered:
    """What agreement is computed from, each part made when it is first asked for."""

    def __init__(self, study: Study) -> None:
        self.study = study

    @cached_property
    def on_record(self) -> OnRecord:
        """The record, read once: every figure is of the same head."""
        from lltic.reviews.read import on_record

        return on_record(self.study)

    @cached_property
    def judgements(self) -> list[Judgement]:
        """What was judged in every review that is in."""
        from lltic.reviews.read import judgements

        return judgements(self.on_record)

    @cached_property
    def form(self) -> Form:
        """The study's form."""
        return self.form_named(self.study.settings.form)

    def form_named(self, name: str) -> Form:
        """Return a form by its name."""
        from lltic.form import load_form

        return load_form(name, self.study.path).model

    @cached_property
    def scales(self) -> Mapping[str, tuple[int, ...]]:
        """The items that are scored, and the points of their scales."""
        return self.form.scored_items()

    @cached_property
    def lower_is_better(self) -> set[str]:
        """The scored items of which a higher number is worse care."""
        return {
            path
            for path, _, item in self.form.items()
            if item.scale and self.form.scales[item.scale].direction == "lower_is_better"
        }

    @cached_property
    def second_readings(self) -> list[Judgement]:
        """What was judged in cases that their readers read once more."""
        from lltic.reviews.read import second_readings

        return second_readings(self.on_record)

    @cached_property
    def locked(self) -> list[Locked]:
        """The readers' own reviews that are in, and what they read once more."""
        from lltic.reviews.read import locked

        return [one for one in locked(self.on_record) if one.kind in ("independent", "repeat")]

    @cached_property
    def locked_at(self) -> dict[str, str]:
        """When each of those reviews came in."""
        return {one.review_id: one.submitted_at for one in self.locked}

    @cached_property
    def letters_key(self) -> bytes:
        """What letters are drawn with: known to whoever holds the record, who knows the names."""
        from lltic.reviews.read import events

        first = next(events(self.study), None)  # the first event stays what it is
        return first.hash.encode() if first else b""

    @cached_property
    def unblinded(self) -> list[Event]:
        """Every time the blind of a case was broken."""
        from lltic.reviews.read import unblinded

        return unblinded(self.on_record)

    @cached_property
    def n_double(self) -> int:
        """How many cases two readers have judged."""
        from lltic.agreement import double_reviewed

        return double_reviewed(self.judgements)

    @cached_property
    def closed(self) -> set[str]:
        """The cases of which every review is locked, and that nobody is reading again."""
        from lltic.reviews.read import being_read_again, status

        whole = {case for case, (n, of) in status(self.on_record).items() if n == of}
        return whole - being_read_again(self.on_record)

    @cached_property
    def apart(self) -> list[Any]:
        """The closed cases whose readers are far apart."""
        from lltic.agreement import discordant

        return discordant(
            self.judgements,
            self.scales,
            closed=self.closed,
            lower_is_better=self.lower_is_better,
        )

    def side_by_side(self) -> list[Any]:
        """Return what the readers of those cases judged and wrote, side by side."""
        from lltic.agreement import side_by_side

        words: dict[str, list[str]] = {}
        for page in self.form.pages:
            texts = [f"{page.id}.{item.id}" for item in page.items if item.type == "text"]
            words |= {f"{page.id}.{item.id}": texts for item in page.items}
        return side_by_side(self.judgements, self.apart, words)

    @cached_property
    def sides(self) -> dict[str, str]:
        """The side of each review: of a joint one as given, else its reader's discipline."""
        from lltic.reviews.accounts import Accounts

        disciplines: dict[str, str] = {}
        if (self.study.keys / "accounts.db").is_file():
            accounts = Accounts(self.study.keys)
            found = [accounts.account(name) for name in accounts.names()]
            disciplines = {a.person.name: a.person.discipline for a in found if a}
        own = {one.review_id: one.discipline for one in self.locked}
        reader_of = {j.review_id: j.reviewer for j in self.judgements}
        sides = {r: own.get(r) or disciplines.get(name, "") for r, name in reader_of.items()}
        return {review: side for review, side in sides.items() if side}

    def cases(self) -> list[Case]:
        """Return the cases of the cohort."""
        from lltic.cohort import read_cases

        return read_cases(self.study)

    def readings(self, item: str, *, again: bool = False) -> list[Reading]:
        """Return the readings of an item, also the second ones by the same reader if asked."""
        from lltic.agreement import readings

        which = [*self.judgements, *(self.second_readings if again else ())]
        return readings(which, item, self.scales[item], at=self.locked_at)

    def item_asked(self, item: str | None) -> str:
        """Return the item that is named, else the overall score, else the first that is scored."""
        from lltic.errors import Problem, UsageError, unknown

        if not self.scales:
            message = f"the form {self.form.name} has no item that is scored"
            raise UsageError(Problem("no-scored-item", "--calibration", message))
        if item is not None and item not in self.scales:
            raise UsageError(unknown("--item", item, tuple(self.scales), code="unknown-item"))
        pages = {page.id for page in self.form.pages if page.kind == "overall"}
        overall = [path for path in self.scales if path.partition(".")[0] in pages]
        return item or next(iter([*overall, *self.scales]))
