"""The kernel's line to the service: which window speaks, and whether anybody may."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from lltic.errors import LlticError, Refused
from lltic.reviews.client import Client

__all__ = ["Line", "is_elsewhere", "is_over"]


def is_over(error: Refused) -> bool:
    """Say whether something was refused because the session has ended."""
    return "no-session" in error.codes


def is_elsewhere(error: Refused) -> bool:
    """Say whether something was refused because another window holds the review."""
    return "open-elsewhere" in error.codes


class Line:
    """A :class:`Client` that names its window and notices the end of the session.

    Parameters
    ----------
    client : Client
        The person's line to the service; everything it can do, this can.
    over : callable
        Called whenever something was refused because the session has ended.
    """

    def __init__(self, client: Client, over: Callable[[], None]) -> None:
        self._client = client
        self._over = over
        self.window = ""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def asked(*arguments: Any, **more: Any) -> Any:
            try:
                return call(*arguments, **more)
            except Refused as error:
                if is_over(error):
                    self._over()
                raise

        return asked

    def aside(self, name: str, *arguments: Any) -> Any:
        """Call the service from a thread beside the page; tell :meth:`noticed` what it refused."""
        return getattr(self._client, name)(*arguments)

    def noticed(self, error: Refused) -> None:
        """Take note of what was refused aside."""
        if is_over(error):
            self._over()

    def operate(self, operation: Mapping[str, Any]) -> dict[str, Any]:
        """Do one operation from this window."""
        named = {**operation, "window": self.window} if self.window else operation
        return self.__getattr__("operate")(named)

    def hold(self, review_id: str, *, take_over: bool = False, opened: bool = False) -> None:
        """Say that this window works on a review."""
        self.__getattr__("hold")(review_id, self.window, take_over, opened)

    def release(self, review_id: str) -> None:
        """Let a review go, so that no other window waits for it; try once, for it runs out."""
        if self.window:
            with contextlib.suppress(LlticError):
                self._client.release(review_id, self.window)
