"""Saving: the component that makes sure nobody ever loses a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Unicode

from lltic.ui.kit.base import Component, css, esm
from lltic.ui.kit.fields import answer_problem

__all__ = ["ConflictNotice", "OperationCallback", "SaveStatus"]

OperationCallback = Callable[[dict[str, Any]], None]

_TEXTS = ("op_id", "review_id", "case_id", "field")


class SaveStatus(Component):
    """Keeps every edit until the service has committed it, and says so.

    One per page, on every page where something can be edited. It lives as long as the
    page; its text appears inside the :class:`~lltic.ui.kit.PatientBanner` when there is one.

    Parameters
    ----------
    owner : str
        A stable, opaque id of the person; unsaved words of another person in the same
        browser tab are never touched.
    review_id, case_id : str
        The review that edits belong to. Change them together, with :meth:`belongs_to`.
    saved_at : str
        ISO time of the last commit for this review, shown until the first new one.

    Actions
    -------
    ``go`` {query}
        The person wants to open another case with words still unsaved in this tab.

    Notes
    -----
    Operations arrive at :meth:`on_operation` callbacks as ``{"op_id", "review_id",
    "case_id", "field", "value", "base_version"}``; each must be answered with :meth:`ack`,
    :meth:`nack` or :meth:`refuse`, else it comes again every two seconds with the same
    ``op_id``, also after a reload. An operation whose callback raises is answered
    "not now". Operations of another review or case than this component's are dropped here.
    """

    _esm = esm("answers", "outbox", "conflict", "save_status")
    _css = css("saving")
    _sends = ("go",)
    owner = Unicode().tag(sync=True)
    review_id = Unicode().tag(sync=True)
    case_id = Unicode().tag(sync=True)
    saved_at = Unicode().tag(sync=True)
    labels = AnyTrait({}).tag(sync=True)
    """Optional words for fields in messages: ``{field: label}``."""
    words = AnyTrait({}).tag(sync=True)
    """Optional words for values in messages: ``{field: {value: label}}``; "" is any other."""
    kinds = AnyTrait({}).tag(sync=True)
    """Optional kinds of fields, as in forms: of two versions only a ``text`` can be made one."""

    def __init__(self, **traits: Any) -> None:
        self._operation_callbacks: list[OperationCallback] = []
        super().__init__(**traits)

    def belongs_to(self, *, review_id: str, case_id: str, saved_at: str = "") -> None:
        """Say which review and case edits belong to from now on."""
        with self.hold_sync():
            self.review_id, self.case_id, self.saved_at = review_id, case_id, saved_at

    def on_operation(self, callback: OperationCallback, remove: bool = False) -> None:
        """Call ``callback(op)`` for every edit to commit."""
        if remove:
            self._operation_callbacks.remove(callback)
        else:
            self._operation_callbacks.append(callback)

    def ack(self, *, op_id: str, field: str, version: int, at: str, seq: int = 0) -> None:
        """Tell the browser that the service has committed the operation.

        Parameters
        ----------
        op_id, field : str
            As in the operation.
        version : int
            The field's new version, the base of the next edit.
        at : str
            ISO time of the commit with its offset, shown as local time.
        seq : int
            The event's place in the record.
        """
        self.send(
            {"ack": {"op_id": op_id, "field": field, "version": version, "at": at, "seq": seq}}
        )

    def nack(self, *, op_id: str, field: str) -> None:
        """Tell the browser that it cannot be saved just now; it keeps the words and asks again."""
        self.send({"nack": {"op_id": op_id, "field": field, "retry": True}})

    def refuse(
        self,
        *,
        op_id: str,
        field: str,
        message: str,
        conflict: tuple[Any, int] | None = None,
        at: str = "",
    ) -> None:
        """Tell the browser that it will not be saved as it is, and why.

        Parameters
        ----------
        op_id, field : str
            As in the operation.
        message : str
            What happened and what to do, in plain words.
        conflict : tuple of (answer, int), optional
            The answer and version that the service holds: the person is asked which
            of the two to keep.
        at : str
            When the other one was committed, where it is known.
        """
        other = None
        if conflict is not None:
            other = {"value": conflict[0], "version": conflict[1], "at": at}
        self.send(
            {
                "nack": {
                    "op_id": op_id,
                    "field": field,
                    "retry": False,
                    "message": message,
                    "conflict": other,
                }
            }
        )

    def _receive(self, widget: Any, content: Any, buffers: Any) -> None:
        op = content.get("op") if isinstance(content, dict) else None
        if op is None:
            super()._receive(widget, content, buffers)
        elif self._is_ours(op):
            kept = {key: op[key] for key in (*_TEXTS, "value", "base_version")}
            try:
                for callback in tuple(self._operation_callbacks):
                    callback(kept)
            except Exception:
                self.nack(op_id=op["op_id"], field=op["field"])
                raise

    def _is_ours(self, op: Any) -> bool:
        return (
            isinstance(op, dict)
            and all(isinstance(op.get(key), str) and op[key] for key in _TEXTS)
            and op["review_id"] == self.review_id
            and op["case_id"] == self.case_id
            and isinstance(op.get("base_version"), int)
            and not isinstance(op["base_version"], bool)
            and op["base_version"] >= 0
            and "value" in op
            and not answer_problem(op["value"])
        )


class ConflictNotice(Component):
    """Two versions of one answer side by side, and the choice between them.

    :class:`SaveStatus` shows the same by itself when the service reports a conflict; this
    component is for pages that meet one elsewhere.

    Traits: ``label`` (the question), ``mine``, ``other`` (texts), ``other_by`` (whose or
    where, such as "your other tab").
    Actions: ``keep_mine``, ``use_other``.
    """

    _esm = esm("conflict", "conflict_notice")
    _css = css("saving")
    _sends = ("keep_mine", "use_other")
    label = Unicode().tag(sync=True)
    mine = Unicode().tag(sync=True)
    other = Unicode().tag(sync=True)
    other_by = Unicode().tag(sync=True)
