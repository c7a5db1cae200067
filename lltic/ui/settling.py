"""The pages of a review that follows from others': settle it, agree on it, look again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ipywidgets import VBox, Widget

from lltic.form import Form, Item, Page, check_complete, page_progress
from lltic.records import from_plain
from lltic.ui.case import CasePages
from lltic.ui.kit import Actions, CheckAnswers, Heading, Notice, Sides, TaskList
from lltic.ui.screen import replace
from lltic.ui.sides import DISCIPLINES, Side, in_full, sides_of
from lltic.ui.summaries import asked, check_sections, task_row
from lltic.ui.wording import plural

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

WAITING = (
    "You have signed. Waiting for the other to sign",
    "Everything is safe. When the other has signed too, your common judgement is locked. If "
    "either of you changes an answer before that, both sign again.",
)
TO_SIGN = (
    "The other has signed what stands here",
    "Read it and sign it too, or change what you do not agree with: then both of you sign again.",
)
SIGN_AGAIN = (
    "An answer was changed after a signature: both of you sign again",
    "All answers are safe. Look at what stands here now, and sign when you agree with it.",
)


class SettlingPages(CasePages):
    """An adjudication, a consensus or a second stage: others' answers beside one's own."""

    def _take(self, data: Mapping[str, Any]) -> None:
        super()._take(data)
        self.heading = HEADINGS[self.kind]
        self._source_form: Form = from_plain(Form, data["source_form"])
        self._sides: list[Side] = [(self._who(s["label"]), s["answers"]) for s in data["sources"]]
        settles = self.kind != "stage_2"
        self._differing: set[str] = set(data["differing"]) if settles else set()

    def _who(self, label: str) -> str:
        return DISCIPLINES.get(label) or f"Reviewer {label}"

    def show(self, page: str, item: str = "") -> None:
        """Turn to a page; ``same`` and ``sources`` are those of the others' answers."""
        self._named = item
        self._beside: dict[str, Sides] = {}
        self._state = VBox()
        self._live: Widget | None = None
        waits = self.kind == "consensus" and self.status == "open" and self._data["signed"]
        if page == "receipt" and waits:
            self._show_waiting()
        elif page == "same" and self.status == "open" and self._settles:
            self._show_same()
        elif page == "sources":
            self._show_sources()
        else:
            super().show(page, item)

    @property
    def _settles(self) -> bool:
        return self.kind != "stage_2"

    # -- what has to be said ------------------------------------------------------------------

    _disturbed = False

    def _notices(self) -> list[Widget]:
        self._say_state()
        return [*super()._notices(), self._state]

    def _say_state(self) -> None:
        """Say who has signed; the same words are not said twice."""
        if self.kind != "consensus" or self.status != "open":
            return
        said = None
        if self._data["signed"]:
            said = WAITING
        elif self._data["others_signed"]:
            said = TO_SIGN
        elif self._disturbed:
            said = SIGN_AGAIN
        before = [notice.title for notice in self._state.children]
        if before == ([said[0]] if said else []):
            return
        notices = [Notice(title=said[0], text=said[1], announce=True)] if said else []
        replace(self._state, notices)

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
        if answered == len(paths) or (answered and not lacking):
            return "done"
        return "started" if answered else "todo"

    def _ways_out(self) -> list[dict[str, Any]]:
        links = [self._to("Back to my cases", "worklist")]
        alone = self.kind != "consensus" and self.status == "open"
        return links + [self._to("Hand this case back", "hand-back")] * alone

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
        for path, item in self._shown(page):
            if any(path in answers for _, answers in self._sides):
                parts.append(self._side_by_side(path, item))
            if item.type == "repeat":
                parts += self._entries_of(path, item)
            elif self._form.entry(path) is None:
                parts.append(self._question(path, item))
        return parts

    def _question(self, path: str, item: Item, within: str = "") -> Any:
        made = super()._question(path, item, within)
        if self._settles and path in self._beside and made.label == item.label:
            made.label = f"{SETTLED[self.kind]}: {item.label[:1].lower()}{item.label[1:]}"
        return made

    def _side_by_side(self, path: str, item: Item) -> Sides:
        if path not in self._beside:
            form = self._source_form
            self._beside[path] = sides_of(form, path, item, self._sides, field=path)
        return self._beside[path]

    def _kept(self) -> list[Widget]:
        return [*super()._kept(), *self._beside.values(), self._state]

    def _change(self, path: str) -> str:
        return self.query(path.split(".")[0], item=path if self._settles else "")

    # -- what the others wrote ---------------------------------------------------------------

    def _same_sections(self) -> list[dict[str, Any]]:
        sections = check_sections(self._form, self._answers, {}, self._change)
        return [
            {**section, "rows": rows}
            for section in sections
            if (rows := [r for r in section["rows"] if r["field"] not in self._differing])
        ]

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
        self._set("sources", title, [heading, *in_full(self._source_form, self._sides), actions])

    def _show_waiting(self) -> None:
        actions = Actions(
            links=[self._to("Back to my cases", "worklist"), self._to("Read it again", "check")]
        )
        actions.on_action(self._follow)
        heading = Heading(text="You have signed", caption=self.heading)
        self._set("receipt", "You have signed", [heading, *self._notices(), actions])

    # -- two people at one sheet -----------------------------------------------------------------

    def saved(self, path: str, answer: Any, version: int) -> None:
        """Take note of one's own answer: it takes both signatures away."""
        if self._data["signed"] or self._data["others_signed"]:
            self._disturbed = True
        self._data = {**self._data, "signed": False, "others_signed": False}
        super().saved(path, answer, version)
        self._say_state()

    def refresh(self) -> None:
        """Show what the other has answered or signed meanwhile; words being typed stay."""
        if self.kind != "consensus" or self.status != "open":
            return
        known, signed = self._fields, self._data["signed"]
        self._load()
        if self.status != "open":
            self.show("receipt" if self._page == "receipt" else self._page)
            return
        self._disturbed = self._disturbed or (signed and not self._data["signed"])
        fresh = [p for p, f in self._fields.items() if f["version"] > _version(known, p)]
        if self._page == "receipt" and not self._data["signed"]:
            self.show("tasks")
            return
        self._say_state()
        if fresh:
            self._show_fresh(fresh)

    def _show_fresh(self, paths: list[str]) -> None:
        for path in paths:
            field = self._questions.get(path)
            if field is not None:
                with field.hold_sync():
                    field.value = self._fields[path]["answer"]
                    field.version = self._fields[path]["version"]
        page = self._form.page(self._page)
        if page is not None:
            if any(self._steers(page, path) for path in paths):
                self._ask_again(page)
        elif isinstance(self._live, TaskList):
            self._live.groups, self._live.summary = self._task_groups()
        elif isinstance(self._live, CheckAnswers):
            same = self._page == "same"
            whole = check_sections(self._form, self._answers, {}, self._change)
            self._live.sections = self._same_sections() if same else whole

    def _show_check(self, problems: Any = ()) -> None:
        super()._show_check(problems)
        self._live = next(c for c in self._sheet.children if isinstance(c, CheckAnswers))


def _version(fields: Mapping[str, Any], path: str) -> int:
    return fields[path]["version"] if path in fields else 0
