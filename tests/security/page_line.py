"""A person's page without a screen: their kernel, its line, and what the kernel really did."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests
import websocket
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_server.services.kernels.connection.base import (
    serialize_binary_message,
    serialize_msg_to_ws_v1,
)
from kernel_processes import connection_file

__all__ = ["V1", "OpenPage", "Spoken", "connection_file", "frame", "open_page", "watched"]

XSRF = "0" * 32
V1 = "v1.kernel.websocket.jupyter.org"
PATIENCE = 30


def frame(kind: Any, content: Any, channel: Any, framing: str = "text") -> tuple[Any, str]:
    """Return a frame of one of three kinds, and the message's id."""
    msg_id = os.urandom(16).hex()
    header = {"msg_id": msg_id, "msg_type": kind, "session": "s", "username": ""}
    header |= {"date": "2026-01-01T00:00:00Z", "version": "5.3"}
    # The version is that of the widgets' control comm; others do not look at it.
    more: dict[str, Any] = {"parent_header": {}, "metadata": {"version": "1.0.0"}}
    parts = {"header": header, **more, "content": content}
    if framing == "v1":
        packed = serialize_msg_to_ws_v1(parts, channel, lambda part: json.dumps(part).encode())
        return packed, msg_id
    if framing == "binary":
        return serialize_binary_message({**parts, "channel": channel, "buffers": [b"x"]}), msg_id
    return json.dumps({**parts, "channel": channel}), msg_id


@dataclass
class Spoken:
    """One websocket to a kernel: what is sent over it, and what comes back."""

    socket: websocket.WebSocket
    sent: dict[str, Any] = field(default_factory=dict)
    heard: list[dict[str, Any]] = field(default_factory=list)

    def send(self, kind: Any, content: Any, channel: Any = "shell", framing: str = "text") -> str:
        """Send a message and return its id."""
        packed, msg_id = frame(kind, content, channel, framing)
        self.sent[msg_id] = kind
        self.raw(packed)
        return msg_id

    def raw(self, packed: str | bytes) -> None:
        """Send a frame."""
        self.socket.send(packed, 0x2 if isinstance(packed, bytes) else 0x1)

    def hear(self) -> dict[str, Any]:
        """Wait for the next message; ConnectionError with the code when the line was closed."""
        try:
            kind, data = self.socket.recv_data()
        except websocket.WebSocketConnectionClosedException as error:
            raise ConnectionError("closed without a word") from error
        if kind == 0x8:
            raise ConnectionError(int.from_bytes(data[:2], "big"))
        if kind == 0x2:
            data = data[4 * (1 + int.from_bytes(data[:4], "big")) :].split(b"\0")[0]
        message = json.JSONDecoder().raw_decode(data.decode("utf-8", "replace"))[0]
        self.heard.append(message)
        return message

    def settle(self) -> None:
        """Wait until the kernel has answered on both channels, twice: it answers in order."""
        for channel in ("control", "shell", "control", "shell"):
            asked = self.send("kernel_info_request", {}, channel)
            waiting = {"kernel_info_reply", "idle"}
            while waiting:
                message = self.hear()
                if message["parent_header"].get("msg_id") == asked:
                    waiting.discard(message["header"]["msg_type"])
                    waiting.discard(message["content"].get("execution_state"))

    def ended(self) -> str:
        """Wait until the line is closed, and return with what code."""
        while True:
            try:
                self.hear()
            except ConnectionError as error:
                return str(error)

    def answers_to(self, kinds: Any) -> list[tuple[Any, str]]:
        """What came back for messages of these types."""
        return [
            (kind, message["header"]["msg_type"])
            for message in self.heard
            if (kind := self.sent.get(message["parent_header"].get("msg_id"))) in kinds
        ]

    def close(self) -> None:
        """Hang up."""
        self.socket.close()
        self.socket.shutdown()


@dataclass
class OpenPage:
    """An open page of somebody who is logged in."""

    address: str
    cookie: tuple[str, str]
    kernel_id: str
    line: Spoken = field(init=False)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)

    def connect(self, protocol: str = "") -> Spoken:
        """Open another line to the page's kernel, as its owner."""
        url = f"{self.address.replace('http', 'ws', 1)}api/kernels/{self.kernel_id}/channels"
        socket = websocket.create_connection(
            f"{url}?session_id={os.urandom(8).hex()}",
            cookie=f"{self.cookie[0]}={self.cookie[1]}; _xsrf={XSRF}",
            origin=self.address.rstrip("/"),
            timeout=PATIENCE,
            header={"Sec-WebSocket-Protocol": protocol} if protocol else {},
        )
        return Spoken(socket)

    @contextmanager
    def another_line(self, protocol: str = "") -> Iterator[Spoken]:
        """Open another line for a while."""
        line = self.connect(protocol)
        try:
            yield line
        finally:
            line.close()

    def load(self) -> None:
        """Get the states of all widgets, as the page's own client does."""
        self.line = self.connect()
        control = os.urandom(16).hex()
        opened = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        self.line.send("comm_open", opened)
        asked = {"comm_id": control, "data": {"method": "request_states"}}
        self.line.send("comm_msg", asked)
        while not self.states:
            data = self.line.hear()["content"].get("data") or {}
            if data.get("method") == "update_states":
                self.states = {key: one["state"] for key, one in data["states"].items()}

    def say(self, operation: dict[str, Any]) -> dict[str, Any]:
        """Send an operation as the page's outbox does; return its ``ack`` or ``nack``.

        One that says why the page is shut (a session that is over) counts as a ``nack``.
        """
        [(status, mine)] = [(k, s) for k, s in self.states.items() if "saved_at" in s]
        about = {"op_id": os.urandom(16).hex()} | {k: mine[k] for k in ("review_id", "case_id")}
        operation = {**about, **operation}
        said = {"method": "custom", "content": {"op": operation}}
        self.line.send("comm_msg", {"comm_id": status, "data": said})
        while True:
            told = self.line.hear()["content"].get("data") or {}
            told = told.get("content") or {}
            for kind in ("ack", "nack"):
                if (told.get(kind) or {}).get("op_id") == operation["op_id"]:
                    return {kind: told[kind]}

    def write(self, path: str, words: str) -> dict[str, Any]:
        """Write into a field."""
        [field_] = [s for s in self.states.values() if s.get("field") == path and "bound" in s]
        answer = self.say(
            {"field": path, "value": {"value": words}, "base_version": field_["version"]}
        )
        if "ack" in answer:
            field_["version"] = answer["ack"]["version"]
        return answer

    def leave(self) -> None:
        """Close the tab."""
        self.line.close()
        said = {"_xsrf": XSRF}
        cookies = {self.cookie[0]: self.cookie[1], "_xsrf": XSRF}
        url = f"{self.address}voila/api/shutdown/{self.kernel_id}"
        requests.post(url, said, cookies=cookies, timeout=PATIENCE)


@contextmanager
def open_page(address: str, cookie: tuple[str, str], query: str = "") -> Iterator[OpenPage]:
    """Open a page (the address ends with a slash) and leave it in the end."""
    cookies = {cookie[0]: cookie[1], "_xsrf": XSRF}
    page = requests.get(f"{address}?{query}", cookies=cookies, timeout=90, allow_redirects=False)
    assert page.status_code == 200, page.status_code
    found = OpenPage(address, cookie, re.search(r'data-kernel-id="([^"]+)"', page.text)[1])
    found.load()
    try:
        yield found
    finally:
        with contextlib.suppress(OSError, websocket.WebSocketException):
            found.leave()


@dataclass
class Watched:
    """What a kernel publishes, read where it comes out: no filter is between."""

    client: BlockingKernelClient
    seen: list[dict[str, Any]] = field(default_factory=list)

    def types(self) -> set[str]:
        """Return the types of the messages that the kernel has acted on so far."""
        asked = self.client.kernel_info()
        done = False
        while not done:  # what it published before it answered this has come before this
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            self.seen.append(message)
            done = message["parent_header"].get("msg_id") == asked and (
                message["content"].get("execution_state") == "idle"
            )
        return {m["parent_header"]["msg_type"] for m in self.seen if m["parent_header"]}


@contextmanager
def watched(pid: int) -> Iterator[Watched]:
    """Watch a kernel as whoever runs the server could, with the key of its own file.

    Raises ``queue.Empty`` when it says nothing, as one that ends meanwhile.
    """
    client = BlockingKernelClient(connection_file=str(connection_file(pid)))
    client.load_connection_file()
    client.start_channels(stdin=False, hb=False)
    try:
        found = Watched(client)
        end = time.monotonic() + PATIENCE
        while not found.seen:  # a subscription takes a moment
            if time.monotonic() > end:
                raise queue.Empty
            client.kernel_info()
            with contextlib.suppress(queue.Empty):
                found.seen.append(client.get_iopub_msg(timeout=0.5))
        found.types()
        yield found
    finally:
        client.stop_channels()
