"""A websocket of a kernel's owner, who is up to no good."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import AsyncIterator
from typing import Any

from jupyter_server.services.kernels.connection.base import (
    serialize_binary_message,
    serialize_msg_to_ws_v1,
)
from tornado.websocket import WebSocketClientConnection

__all__ = ["V1", "Line", "hang_up"]

V1 = "v1.kernel.websocket.jupyter.org"


class Line:
    """Says what it is told to, and listens for what the kernel makes of it.

    Parameters
    ----------
    socket : WebSocketClientConnection
        An open line.
    binary : bool
        Speak in binary frames: of Jupyter's newer protocol when the server agreed to it, of
        the older one when not.
    """

    def __init__(self, socket: WebSocketClientConnection, *, binary: bool = False) -> None:
        self._socket = socket
        self._binary = binary
        self._forbidden: dict[str, str] = {}

    async def __aenter__(self) -> Line:
        return self

    async def __aexit__(self, *error: object) -> None:
        await hang_up(self._socket)

    async def send(
        self,
        kind: str,
        content: dict[str, Any],
        channel: str,
        metadata: dict[str, Any] | None = None,
        *,
        forbidden: bool = True,
    ) -> str:
        """Send a message and return its id; one that is forbidden must leave no trace."""
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "check", "username": ""}
        header |= {"date": "2026-01-01T00:00:00Z", "version": "5.3"}
        parts = {
            "header": header,
            "parent_header": {},
            "metadata": metadata or {},
            "content": content,
        }
        frame = self._frame(parts, channel)
        await self._socket.write_message(frame, binary=isinstance(frame, bytes))
        if forbidden:
            self._forbidden[header["msg_id"]] = kind
        return header["msg_id"]

    def _frame(self, parts: dict[str, Any], channel: str) -> bytes | str:
        if self._binary and self._socket.selected_subprotocol == V1:
            return serialize_msg_to_ws_v1(parts, channel, lambda part: json.dumps(part).encode())
        if self._binary:
            return serialize_binary_message({**parts, "channel": channel, "buffers": [b"x"]})
        return json.dumps({**parts, "channel": channel})

    async def answered(self) -> str:
        """Say which forbidden message the kernel noticed.

        It answers in order: what has left no trace before two allowed questions are
        answered, on both channels, was dropped.
        """
        for channel in ("control", "shell", "control", "shell"):
            last = await self.send("kernel_info_request", {}, channel, forbidden=False)
            async for text in self._until_idle(last):
                for msg_id, kind in self._forbidden.items():
                    if msg_id in text:
                        return f"the kernel answered {kind}"
        return ""

    async def comms(self) -> str:
        """Return the kernel's list of comms, as text."""
        asked = await self.send("comm_info_request", {}, "shell", forbidden=False)
        return "".join([t async for t in self._until_idle(asked) if "comm_info_reply" in t])

    async def _until_idle(self, msg_id: str) -> AsyncIterator[str]:
        replied = idle = False
        while not (replied and idle):
            frame = await self._socket.read_message()
            if frame is None:
                raise ConnectionError("the line was closed")
            text = frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
            yield text
            if msg_id in text:
                replied = replied or "_info_reply" in text
                idle = idle or re.search(r'"execution_state":\s*"idle"', text) is not None


async def hang_up(socket: WebSocketClientConnection) -> None:
    """Close a websocket and wait until it is."""
    socket.close()
    while await socket.read_message() is not None:
        pass
