"""A FHIR R4 Questionnaire, ours or anybody's, as a form."""

from __future__ import annotations

import re
from typing import Any

from lltic import definitions
from lltic.errors import LlticError
from lltic.form.exchange.fhir_choices import Choices, ValueSets
from lltic.form.exchange.fhir_guard import Node, Notes, refusal
from lltic.form.exchange.fhir_items import Plain, controls, read_common, read_item
from lltic.form.exchange.fhir_names import HASH_SYSTEM, NAME_SYSTEM
from lltic.form.exchange.fhir_own import from_extension
from lltic.form.exchange.fhir_tests import Asked, condition_of
from lltic.form.exchange.kept import name_problems
from lltic.form.exchange.losses import Imported
from lltic.form.model import Form
from lltic.form.sense import problems_of

__all__ = ["MAX_QUESTIONS", "from_questionnaire", "slug"]

MAX_QUESTIONS = 500
"""Questions of one form; people answer some dozens."""

ENTRIES = 20
"""How many entries there may be of a group that repeats without end."""

ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*", re.ASCII)
WHERE = "Questionnaire"


def from_questionnaire(document: Any) -> Imported:
    """Return a FHIR R4 Questionnaire as a form, and what of it has no place in one.

    Parameters
    ----------
    document : object
        Parsed JSON; from anybody, so nothing is taken for granted.

    Returns
    -------
    Imported
        Its problems have the codes ``fhir-…`` for the file, and ``definition-…`` or
        ``form-…`` when what it says makes no form.
    """
    if problems := refusal(document, "Questionnaire"):
        return Imported(None, problems=tuple(problems))
    notes = Notes()
    plain = _Reader(document, notes).form()
    if notes.problems:
        return Imported(None, tuple(notes.losses), tuple(dict.fromkeys(notes.problems)))
    try:
        form = definitions.parse(Form, plain, WHERE)
    except LlticError as error:
        return Imported(None, tuple(notes.losses), error.problems)
    found = (*name_problems(form, WHERE), *problems_of(form, WHERE))
    return Imported(None if found else form, tuple(notes.losses), found)


def slug(text: str) -> str:
    """Return a name that an item, a page or a form may have, made from any text.

    Examples
    --------
    >>> slug("/88122-7"), slug("Hunger Vital Sign [HVS]"), slug("?")
    ('88122_7', 'hunger_vital_sign_hvs', 'item')
    """
    return re.sub(r"[^a-z0-9]+", "_", text[:200].lower()).strip("_")[:60] or "item"


def _form_name(name: str) -> str:
    return name if name[0].isalpha() else f"form_{name}"


class _Reader:
    """Walks through a Questionnaire once; ``pages`` and the items in them are plain data."""

    def __init__(self, document: dict[str, Any], notes: Notes) -> None:
        self._root = Node(document, WHERE, notes)
        self._notes = notes
        contained = self._root.nodes("contained")
        self._sets = ValueSets(contained, notes)
        self._links: set[str] = set()
        self._names: dict[str, int] = {}
        self._pages: list[Plain] = []
        self._asked: dict[str, Asked] = {}
        self._count = 0
        systems = {n.text("system"): n.text("value") for n in self._root.nodes("identifier")}
        self._own = systems.get(NAME_SYSTEM, "")
        self._hash = systems.get(HASH_SYSTEM, "")
        for system in systems.keys() - {NAME_SYSTEM, HASH_SYSTEM}:
            notes.lose("element", WHERE, f"identifier {system}")

    def form(self) -> Plain:
        """Return the whole form as plain data, checked by nobody yet."""
        root = self._root
        head = self._head()
        for node in root.nodes("item"):
            if node.data.get("type") == "group" and node.data.get("repeats") is not True:
                self._page(node)
            else:
                self._on_page(node, self._loose_page())
        if not any(page["items"] for page in self._pages):
            self._notes.wrong("fhir-nothing-asked", WHERE, "asks nothing that a form can ask")
        if self._count > MAX_QUESTIONS:
            most = f"{MAX_QUESTIONS} questions"
            self._notes.wrong("fhir-too-large", WHERE, "asks too much", most)
            return {}
        references = [one.text("valueCanonical") for one in root.extension("scale")]
        plain = {
            **head,
            "scales": self._sets.in_order(references),
            "pages": self._pages,
            "triggers": [from_extension(one.data) for one in root.extension("trigger")],
            "concordance": [from_extension(one.data) for one in root.extension("concordance")],
        }
        for asked in self._asked.values():
            self._condition(asked)
        for page in self._pages:
            if page.pop("loose", False):
                page["title"] = head["title"]
        root.rest(*(("status", "subjectType", "name") if self._own else ()))
        return plain

    def _head(self) -> Plain:
        root, notes = self._root, self._notes
        title, name = root.text("title"), root.text("name")
        about = [root.text("purpose"), root.text("description"), root.text("url")]
        wording, version = root.text("copyright"), root.text("version")
        if self._own:
            about, title = about[:1], title or self._own
            if self._hash:
                notes.lose("hash", WHERE)
        else:
            if not wording:
                notes.lose("wording", WHERE)
                wording = "Not told by the file it came from."
            if not version:
                notes.lose("version", WHERE)
        about = [part for part in about if part]
        return {
            "name": self._own or _form_name(slug(name or title or root.text("id"))),
            "version": version or "1",
            "title": title or name or "Untitled",
            "source": about[0] if len(about) == 1 else "\n".join(about) or "Not told.",
            "wording": wording,
        }

    def _page(self, node: Node) -> None:
        link = self._link(node)
        page: Plain = {"id": self._id(link, "", node.where), "items": []}
        self._pages.append(page)
        page["title"] = " ".join(p for p in (node.text("prefix"), node.text("text")) if p) or link
        if kinds := node.extension("page-kind"):
            page["kind"] = kinds[0].text("valueCode")
        if phases := node.extension("page-phase"):
            page["phase"] = phases[0].text("valueCode")
        if sides := node.extension("page-by"):
            page["by"] = [one.text("valueCode") for one in sides]
        if node.flag("required"):
            self._notes.lose("element", node.where, "required")
        node.take("type", "repeats")
        tests = [node] if node.has("enableWhen") else []
        node.nodes("enableWhen")
        node.text("enableBehavior")
        for inner in node.nodes("item"):
            self._on_page(inner, page, tests, f"{link}.")
        node.rest()

    def _loose_page(self) -> Plain:
        """The page of the questions that stand in no group, from here to the next group."""
        if not self._pages or not self._pages[-1].get("loose"):
            name = self._unique("questions", "")
            self._pages.append({"id": name, "items": [], "loose": True})
        return self._pages[-1]

    def _on_page(
        self, node: Node, page: Plain, tests: list[Node] | None = None, prefix: str = ""
    ) -> None:
        self._into(node, page, page["items"], page["id"], tests or [], prefix)

    def _into(
        self, node: Node, page: Plain, items: list[Plain], home: str, tests: list[Node], prefix: str
    ) -> None:
        """Add what an element asks to ``items``, whose paths begin with ``home``."""
        link = self._link(node)
        in_entry = home != page["id"]
        kind = node.text("type")
        own_tests = [*tests, node] if node.has("enableWhen") else tests
        node.nodes("enableWhen")
        node.text("enableBehavior")
        if kind == "display":
            self._display(node, page)
        elif kind == "group" and (in_entry or not node.flag("repeats")):
            self._notes.lose("group-in-entries" if node.flag("repeats") else "group", node.where)
            self._lose_group(node)
            for inner in node.nodes("item"):
                self._into(inner, page, items, home, own_tests, f"{link}.")
            node.rest()
        elif kind == "group":
            self._repeat(node, page, items, link, prefix, own_tests)
        elif read := read_item(node, self._sets, self._notes):
            item, choices = read
            name = self._id(link, prefix, node.where, home)
            path = f"{home}.{name}"
            if in_entry and "." in name:
                name = self._unique(name.replace(".", "_"), home)
                path = f"{home}.{name}"
            items.append({"id": name, **item})
            self._note(
                Asked(link, path, items[-1], choices, own_tests, page["id"], home, self._count)
            )
            self._own_condition(node, items[-1])
            self._open(node, items, home, choices, page)
            self._under(node, page, items, home, own_tests, link)
            node.rest()
        else:
            self._under(node, page, items, home, own_tests, link)

    def _lose_group(self, node: Node) -> None:
        for key in ("text", "required"):
            if node.has(key):
                self._notes.lose("element", node.where, f"{key} of a group within the page")
        node.take("text", "required", "prefix")

    def _repeat(
        self, node: Node, page: Plain, items: list[Plain], link: str, prefix: str, tests: list[Node]
    ) -> None:
        name = self._id(link, prefix, node.where, page["id"])
        group: Plain = {"id": name, "type": "repeat", "label": node.text("text") or link}
        path = f"{page['id']}.{name}"
        items.append(group)
        group["items"] = []
        entries, most = node.extension("entry"), node.extension("at_most")
        group["entry"] = entries[0].text("valueString") if entries else "entry"
        limit = most[0].number("valueInteger") if most else None
        group["at_most"] = ENTRIES if limit is None else limit
        if not self._own and (limit is None or not 1 <= limit <= 50):
            group["at_most"] = ENTRIES
            self._notes.lose("element", node.where, f"how many entries there may be, now {ENTRIES}")
        read_common(node, group, self._notes)
        node.take("type", "repeats")
        at = self._count
        self._note(Asked(link, path, group, Choices(), tests, page["id"], page["id"], at))
        self._own_condition(node, group)
        for inner in node.nodes("item"):
            if self._is_hint(inner):
                group["hint"] = inner.text("text")
                self._link(inner)
            else:
                self._into(inner, page, group["items"], path, [], f"{link}.")
        node.rest()

    def _note(self, asked: Asked) -> None:
        self._count += 1
        self._asked[asked.link] = asked

    def _own_condition(self, node: Node, item: Plain) -> None:
        if exact := node.extension("when"):
            item["when"] = from_extension(exact[0].data)

    def _open(
        self, node: Node, items: list[Plain], home: str, choices: Choices, page: Plain
    ) -> None:
        """Give an open choice its option "Other", with a line after it."""
        item = items[-1]
        if node.data.get("type") != "open-choice" or item["type"] == "line":
            return
        self._notes.lose("open-choice", node.where)
        choices.add({"value": "other", "label": "Other"}, "\n", "")
        other = choices.options[-1]
        item["options"].append(other)
        test = "includes" if item["type"] == "choices" else "equals"
        wanted = other["value"] if test == "includes" else [other["value"]]
        name = self._unique(f"{item['id']}_other", home)
        line = {"id": name, "type": "line", "label": f"{item['label']}: other"}
        items.append({**line, "when": {"item": f"{home}.{item['id']}", test: wanted}})
        self._count += 1

    def _under(
        self, node: Node, page: Plain, items: list[Plain], home: str, tests: list[Node], link: str
    ) -> None:
        """Take what stands under a question: its hint, or more questions."""
        last = items[-1] if items else {}
        for inner in node.nodes("item"):
            if inner.data.get("type") == "display":
                self._link(inner)
                self._hint(inner, last)
            else:
                self._notes.lose("nested", str(inner.data.get("linkId", node.where)))
                self._into(inner, page, items, home, tests, f"{link}.")

    def _hint(self, node: Node, item: Plain) -> None:
        text = node.text("text")
        if "unit" in controls(node) and item.get("type") == "number" and not item.get("unit"):
            item["unit"] = text
        else:
            item["hint"] = "\n".join(part for part in (item.get("hint", ""), text) if part)
        node.extension("part")
        node.extension("category")
        node.rest("type")

    def _is_hint(self, node: Node) -> bool:
        parts = [one.text("valueCode") for one in node.extension("part")]
        return "hint" in parts or "help" in controls(node)

    def _display(self, node: Node, page: Plain) -> None:
        parts = [one.text("valueCode") for one in node.extension("part")]
        text = node.text("text")
        if parts == ["caption"]:
            page["caption"] = text
        elif parts != ["empty"]:
            if parts != ["hint"]:
                self._notes.lose("display", node.where)
            page["hint"] = "\n".join(part for part in (page.get("hint", ""), text) if part)
        controls(node)
        node.extension("category")
        node.rest()

    def _link(self, node: Node) -> str:
        """Return an element's linkId; what is said of it is said of this from now on."""
        link = node.text("linkId")
        if not link:
            self._notes.wrong("fhir-no-link", node.where, "an item has no linkId")
        elif link in self._links:
            self._notes.wrong("fhir-link-twice", link, "this linkId stands twice")
        self._links.add(link)
        node.where = link or node.where
        return link

    def _id(self, link: str, prefix: str, where: str, home: str = "") -> str:
        """Return what an item or a page is called: its linkId where that will do."""
        rest = link.removeprefix(prefix)
        if (self._own and rest) or (ID.fullmatch(rest) and len(rest) <= 80):
            return self._unique(rest, home)
        name = self._unique(slug(rest), home)
        self._notes.lose("id", where, name)
        return name

    def _unique(self, name: str, home: str) -> str:
        key = f"{home}.{name}"
        count = self._names[key] = self._names.get(key, 0) + 1
        return name if count == 1 else self._unique(f"{name}_{count}", home)

    def _condition(self, asked: Asked) -> None:
        """Put the tests an item stands under as its condition, now that all items are known."""
        item = asked.item
        if "when" in item or not asked.tests:
            return
        if len(asked.tests) > 1:
            self._notes.lose("several-conditions", asked.link)
        elif condition := condition_of(asked, self._asked, self._notes):
            item["when"] = condition
            return
        item.pop("required", None)
