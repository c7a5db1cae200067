"""Suggestions on the coding page: asked for when the person's own coding of a text is on record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lltic.errors import LlticError, Refused
from lltic.reviews.client import ServiceDown
from lltic.ui.kit import PassageCoder, SuggestionList
from lltic.ui.line import Line, is_over
from lltic.ui.refusals import refusal_words

__all__ = ["SuggestionPart", "ask_for", "how_measured", "how_sure"]

SURE = ((0.9, "very sure"), (0.7, "fairly sure"), (0.5, "not quite sure"), (0.0, "unsure"))
"""How a calibrated probability is said, from which value on."""

AWAY = "The review service does not answer. Wait a moment and press it again."
OVER = "Sign in again, and press it again."


class SuggestionPart:
    """The suggestions on one review; ``lists`` holds one list for each text, to stand below it.

    Parameters
    ----------
    line : Line
        The person's line to the service.
    data : mapping
        The text as ``coding_text`` gives it.
    queue : mapping
        What the person may code, with the codebook, as ``coding_queue`` gives it.
    coders : mapping of str to PassageCoder
        What shows each text and its codings, by item.
    changed : callable
        Called with the text, asked for anew, when a theme was laid or taken off.
    """

    def __init__(
        self,
        line: Line,
        data: Mapping[str, Any],
        queue: Mapping[str, Any],
        coders: Mapping[str, PassageCoder],
        changed: Callable[[Mapping[str, Any]], None],
    ) -> None:
        self._line, self._changed = line, changed
        self._review_id, self._case_id = data["review_id"], data["case_id"]
        self._codes = {code["code"]: code for code in queue["codebook"]["codes"]}
        self._codebook_hash = queue["codebook_hash"]
        self.lists = {item: _list_of(coder) for item, coder in coders.items()}
        for item, shown in self.lists.items():
            shown.on_action(self._answer_of(item, shown))
        self.show(data)

    def show(self, data: Mapping[str, Any]) -> None:
        """Show what is on record as shown to this person."""
        for item, shown in self.lists.items():
            rows = [one for one in data["suggestions"]["shown"] if one["item"] == item]
            shown.suggestions = [self._row(one) for one in rows]

    def _row(self, one: Mapping[str, Any]) -> dict[str, Any]:
        code = self._codes[one["theme"]]
        return {
            "id": one["suggestion_id"],
            "theme": one["theme"],
            "label": code["label"],
            "definition": code.get("definition") or "",
            "sure": how_sure(one["probability"]),
            "words": list(one["words"]),
            "measured": how_measured(one["precision"]),
            "shows": _shows(code.get("polarity") or ()),
            "answer": one["answer"],
            "coding_id": one["coding_id"],
        }

    def _answer_of(
        self, item: str, shown: SuggestionList
    ) -> Callable[[str, Mapping[str, Any]], None]:
        def answer(name: str, payload: Mapping[str, Any]) -> None:
            try:
                self._line.operate(self._operation(name, item, payload))
                data = self._line.coding_text(self._review_id)
            except Refused as error:
                shown.refuse(OVER if is_over(error) else refusal_words(error))
            except ServiceDown:
                shown.refuse(AWAY)
            else:
                self.show(data)
                if name != "reject":
                    self._changed(data)

        return answer

    def _operation(self, name: str, item: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        common = {
            "op_id": payload["op_id"],
            "review_id": self._review_id,
            "case_id": self._case_id,
            "field": item,
        }
        if name == "reject":
            return {
                **common,
                "kind": "reject_suggestion",
                "value": {"suggestion_id": payload["id"]},
            }
        if name == "undo":
            return {**common, "kind": "uncode", "value": {"coding_id": payload["coding_id"]}}
        value = {key: payload[key] for key in ("theme", "start", "end")}
        value |= {"suggestion": payload["id"], "codebook_hash": self._codebook_hash}
        if payload["polarity"]:
            value["polarity"] = payload["polarity"]
        return {**common, "kind": "code", "value": value}


def _list_of(coder: PassageCoder) -> SuggestionList:
    """An empty list for a text, with the themes that can be laid on it."""
    themes = [{key: theme[key] for key in ("code", "label")} for theme in coder.themes]
    return SuggestionList(text=coder.text, text_id=coder.text_id, themes=themes)


def ask_for(line: Line, data: Mapping[str, Any], op_id: str) -> Mapping[str, Any]:
    """Return a coded text with the suggestions on it, once it is on record that they are shown.

    As it is where there is nothing to ask for; also when the service does not answer: there
    is no hurry, they are there the next time.
    """
    if not data["suggestions"]["waiting"]:
        return data
    place = {"review_id": data["review_id"], "case_id": data["case_id"]}
    try:
        line.operate({"op_id": op_id, "kind": "see_suggestions", **place})
        return line.coding_text(data["review_id"])
    except LlticError as error:
        if isinstance(error, Refused) and is_over(error):
            raise
        return data


def how_sure(probability: float) -> str:
    """Return a calibrated probability in words and per cent.

    Examples
    --------
    >>> how_sure(0.74)
    'The computer is fairly sure (74 %).'
    """
    words = next(words for least, words in SURE if probability >= least)
    return f"The computer is {words} ({round(100 * probability)} %)."


def how_measured(precision: float | None) -> str:
    """Return how often suggestions of a theme were right when the model was measured.

    Examples
    --------
    >>> how_measured(0.803)
    'When it was measured, 80 of 100 such suggestions of this theme were right.'
    """
    if precision is None:
        return "How often such suggestions are right was not measured."
    share = round(100 * precision)
    return f"When it was measured, {share} of 100 such suggestions of this theme were right."


def _shows(polarities: Sequence[str]) -> list[dict[str, str]]:
    labels = {"problem": "A problem", "good_practice": "Good practice"}
    return [{"value": one, "label": labels.get(one, one)} for one in polarities]
