"""The pages of a review that follows from others': settle it, agree on it, look again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipywidgets import Widget

from lltic.form import Form, Item, Page, check_complete, contents, merged, page_progress
from lltic.records import from_plain
from lltic.ui.case import CasePages
from lltic.ui.evidence import listed, of_sides
from lltic.ui.kit import Actions, CheckAnswers, Evidence, Heading, Sides, TaskList
from lltic.ui.sides import DISCIPLINES, Side, entries_of, in_full, sides_of
from lltic.ui.summaries import asked, check_sections, task_row
from lltic.ui.wording import entry_label, plural

__all__ = ["SettlingPages"]

HEADINGS = {
    "adjudication": "Your adjudication",
    "consensus": "Agree together",
    "stage_2": "Second-stage review",
}

SETTLED = {"adjudication": "Settled answer", "consensus": "Agreed answer"}
VERBS = {"adjudication": "settled", "consensus": "agreed on", "stage_2": "completed"}

SAME_LEAD = {
    "adjudication": "Both answered the same. It stands as it is, unless you change something.",
    "consensus": "Both of you answered the same, or only one of you was asked. It stands as it "
    "is, unless you change something.",
}

SAME_HEADING = {
    "adjudication": "Both said the same",
    "consensus": "Both said the same, or one of you was asked",
}


class SettlingPages(CasePages):
    """An adjudication, a consensus or a second stage: others' answers beside one's own."""

    def _take(self, data: Mapping[str, Any]) -> None:
        super()._take(data)
        self.heading = HEADINGS[self.kind]
        self._source_form: Form = from_plain(Form, data["source_form"])
        self._sides: list[Side] = [(self._who(s["label"]), s["answers"]) for s in data["sources"]]
        self._others = [
            (self._who(s["label"]), listed(s["evidence"], self._documents)) for s in data["sources"]
        ]
        settles = self.kind != "stage_2"
        sides = [(self._source_form, answers) for _, answers in self._sides]
        self._merged = merged(sides) if settles else {}
        self._differing: set[str] = set(data["differing"]) if settles else set()

    def _who(self, label: str) -> str:
        return DISCIPLINES.get(label) or f"Reviewer {label}"

    def show(self, page: str, item: str = "") -> None:
        """Turn to a page; ``same`` and ``sources`` are those of the others' answers."""
        self._begin_page(item)
        if page == "same" and self.status == "open" and self._settles:
            self._show_same()
        elif page == "sources":
            self._show_sources()
        else:
            super().show(page, item)

    def _begin_page(self, item: str) -> None:
        """Forget what stood on the page before."""
        self._named = item
        self._beside: dict[str, Sides] = {}
        self._entry_sides: dict[str, list[Sides]] = {}
        self._laid: dict[str, list[Evidence]] = {}
        self._live: Widget | None = None

    @property
    def _settles(self) -> bool:
        return self.kind != "stage_2"

    # -- the overview -----------------------------------------------------------------------

    def _tasks(self) -> TaskList:
        groups, summary = self._task_groups()
        self._live = TaskList(groups=groups, summary=summary)
        return self._live

    def _task_groups(self) -> tuple[list[dict[str, Any]], str]:
        pages = self._open_pages() if self._settles else list(self._form.pages)
        states = {page.id: self._progress(page) for page in pages}
        rows = [
            task_row(page.id, page.title, self._hint(page), states[page.id], self.query(page.id))
            for page in pages
        ]
        done = sum(state in ("done", "optional") for state in states.values())
        summary = f"You have {VERBS[self.kind]} {done} of {plural(len(pages), 'part')}."
        word = "Sign" if self.kind == "consensus" else "Check your answers and sign"
        word = "Check what you agreed and sign" if self.kind == "consensus" else word
        ready = not check_complete(self._form, self._answers)
        last = task_row("check", word, "", "ready" if ready else "later", self.query("check"))
        read = [self._read_row("sources", "Read both in full", "What each of the two wrote")]
        if self._settles:
            same = plural(self._count_same(), "answer")
            read.append(
                self._read_row("same", "What needs no talk", f"{same}, with a way to change")
            )
        else:
            read = [self._read_row("sources", "Read the first-stage reviews", "Both, side by side")]
        heading = "Where they differ" if self._settles else "Your own judgement"
        groups = [
            {"heading": "To read", "rows": read},
            {"heading": heading, "rows": rows},
            {"heading": "", "rows": [last]},
        ]
        return [group for group in groups if group["rows"]], summary

    def _read_row(self, page: str, label: str, hint: str) -> dict[str, Any]:
        return {"key": page, "label": label, "hint": hint, "query": self.query(page)}

    def _hint(self, page: Page) -> str:
        differ = sum(path in self._differing for path, _ in self._shown(page))
        return f"{plural(differ, 'answer')} differ" if differ > 1 else "1 answer differs" * differ

    def _progress(self, page: Page) -> str:
        if not self._settles:
            return page_progress(self._form, page, self._answers)
        paths = [path for path, _ in self._shown(page)]
        answered = sum(path in self._answers for path in paths)
        lacking = self._lacking() & set(paths)
        waits = any(self._is_as_begun(path) for path in paths)
        if not waits and (answered == len(paths) or (answered and not lacking)):
            return "done"
        return "started" if answered else "todo"

    def _ways_out(self) -> list[dict[str, Any]]:
        links = [self._to("Back to my cases", "worklist")]
        alone = self.kind != "consensus" and self.status == "open"
        return links + [self._to("Hand this case back", "hand-back")] * alone

    def _is_as_begun(self, path: str) -> bool:
        """Say whether a list of entries has those that all have, and nobody saw to the others."""
        begun_with = path in self._differing and path in self._merged
        return begun_with and self._fields[path]["version"] == 1

    # -- what differs, page by page ------------------------------------------------------------

    def _lacking(self) -> set[str]:
        return {problem.where for problem in check_complete(self._form, self._answers)}

    def _shown(self, page: Page) -> list[tuple[str, Item]]:
        """Return the items of a page that are to be answered here."""
        lacking = self._lacking()
        return [
            (path, item)
            for path, item in asked(self._form, page, self._answers)
            if path in self._differing
            or path == self._named_path()
            or path in lacking
            or (path in self._questions_on(page))
            or self._form.entry(path) is not None
        ]

    def _named_path(self) -> str:
        return getattr(self, "_named", "")

    def _questions_on(self, page: Page) -> set[str]:
        """An answer that was lacking does not vanish from the page when it is given."""
        return set(getattr(self, "_questions", {})) if self._page == page.id else set()

    def _open_pages(self) -> list[Page]:
        lacking = self._lacking()
        return [
            page
            for page in self._form.pages
            if any(
                path in self._differing or path in lacking
                for path, _ in asked(self._form, page, self._answers)
            )
        ]

    def _where(self, page: Page) -> str:
        pages = self._open_pages()
        if not self._settles or page not in pages:
            return super()._where(page) if not self._settles else self.heading
        return f"Difference {pages.index(page) + 1} of {len(pages)}"

    def _page_after(self, page: Page) -> str:
        if not self._settles:
            return super()._page_after(page)
        order = list(self._form.pages)
        later = [p for p in self._open_pages() if order.index(p) > order.index(page)]
        return later[0].id if later else "check"

    def _questions_of(self, page: Page) -> list[Widget]:
        if not self._settles:
            return super()._questions_of(page)
        parts: list[Widget] = []
        shown = self._shown(page)
        for path, item in shown:
            if item.type == "repeat":
                parts += self._settled_entries(path, item)
                continue
            if self._form.entry(path) is not None:
                continue
            if any(path in answers for _, answers in self._sides):
                parts += [self._side_by_side(path, item), *self._theirs(path)]
            parts += [self._question(path, item), *self._below(path, item)]
        return [*parts, *self._both_said(page, {path for path, _ in shown})]

    def _settled_entries(self, path: str, item: Item) -> list[Widget]:
        """Return the sides' entries where they differ, then those that are settled here."""
        head = self._head(path, item)
        head.text = f"{SETTLED[self.kind]}: {item.label[:1].lower()}{item.label[1:]}"
        told = [answers for _, answers in self._sides if path in answers]
        if all("value" in answers[path] for answers in told):
            beside = entries_of(self._source_form, path, item, self._sides, self._answers)
        else:  # somebody gave a reason to have none
            beside = [sides_of(self._source_form, path, item, self._sides)]
        kept = self._entry_sides.get(path, [])
        if len(kept) == len(beside):
            for old, new in zip(kept, beside, strict=True):
                old.sides = new.sides
                new.close()
        else:
            self._entry_sides[path] = kept = beside
        return [*kept, *self._theirs(path), head, *self._entries_of(path, item)]

    def _entry_name(self, path: str, item: Item, entry_id: str, number: int) -> str:
        """Return what an entry is called, and that both have it where they do."""
        label = entry_label(item, number)
        here = contents(self._form, path, item, self._answers)
        there = contents(self._form, path, item, self._merged).values()
        both = self._settles and here[entry_id] in list(there)
        return f"{label} (both said so)" if both else label

    def _both_said(self, page: Page, shown: set[str]) -> list[Widget]:
        """Return what else is on the page and needs no talk, once."""
        rows = [
            row
            for section in self._same_sections()
            for row in section["rows"]
            if row["answer"] is not None
            and row["field"].split(".")[0] == page.id
            and row["field"] not in shown
        ]
        if not rows:
            return []
        heading = SAME_HEADING[self.kind]
        listed = CheckAnswers(sections=[{"heading": heading, "rows": rows}])
        listed.on_action(lambda name, payload: self._go(payload["query"]))
        return [listed]

    def _question(self, path: str, item: Item, within: str = "") -> Any:
        made = super()._question(path, item, within)
        if self._settles and path in self._beside and made.label == item.label:
            made.label = f"{SETTLED[self.kind]}: {item.label[:1].lower()}{item.label[1:]}"
        return made

    def _theirs(self, path: str) -> list[Evidence]:
        """Return what the others laid beside a question; the same as long as the page stands."""
        if path not in self._laid:
            self._laid[path] = of_sides(self._others, path)
        return self._laid[path]

    def _side_by_side(self, path: str, item: Item) -> Sides:
        if path not in self._beside:
            form = self._source_form
            self._beside[path] = sides_of(form, path, item, self._sides, field=path)
        return self._beside[path]

    def _kept(self) -> list[Widget]:
        entries = [one for some in self._entry_sides.values() for one in some]
        laid = [one for some in self._laid.values() for one in some]
        return [*super()._kept(), *self._beside.values(), *entries, *laid]

    def _change(self, path: str) -> str:
        entry = self._form.entry(path)
        item = entry.path if entry else path
        return self.query(path.split(".")[0], item=item if self._settles else "")

    # -- what the others wrote ---------------------------------------------------------------

    def _same_sections(self) -> list[dict[str, Any]]:
        sections = check_sections(self._form, self._answers, {}, self._change)
        return [
            {**section, "rows": rows}
            for section in sections
            if (rows := [r for r in section["rows"] if not self._differs(r["field"])])
        ]

    def _differs(self, path: str) -> bool:
        entry = self._form.entry(path)
        return (entry.path if entry else path) in self._differing

    def _count_same(self) -> int:
        return sum(
            row["answer"] is not None
            for section in self._same_sections()
            for row in section["rows"]
        )

    def _show_same(self) -> None:
        listed = CheckAnswers(sections=self._same_sections())
        listed.on_action(lambda name, payload: self._go(payload["query"]))
        self._live = listed
        heading = Heading(
            text="What needs no talk", caption=self.heading, lead=SAME_LEAD[self.kind]
        )
        actions = Actions(links=[self._to("Back to the overview", "tasks")])
        actions.on_action(self._follow)
        self._set("same", "What needs no talk", [heading, *self._notices(), listed, actions])

    def _show_sources(self) -> None:
        actions = Actions(links=[self._to("Back to the overview", "tasks")])
        actions.on_action(self._follow)
        title = "The first-stage reviews" if not self._settles else "Both in full"
        heading = Heading(text=title, caption=self.heading)
        both = in_full(self._source_form, self._sides, self._theirs)
        self._set("sources", title, [heading, *both, actions])

    def _show_check(self, problems: Any = ()) -> None:
        super()._show_check(problems)
        self._live = next(c for c in self._sheet.children if isinstance(c, CheckAnswers))
