"""A page without a screen: speaks the protocol of the page's own client, draws nothing."""

from __future__ import annotations

import json
import os
import re
import time
import urllib.parse
import urllib.request
from typing import Any

__all__ = ["LightPage"]

XSRF = "0" * 32
PATIENCE = 90  # seconds


class LightPage:
    """One person's page: its kernel, its line, its widgets.

    Parameters
    ----------
    address : str
        The server's.
    cookie : dict
        ``name`` and ``value`` of a log-in's session.
    query : str
        Where to go.
    """

    def __init__(self, address: str, cookie: dict[str, str], query: str = "") -> None:
        self._address = address
        self._cookie = f"{cookie['name']}={cookie['value']}; _xsrf={XSRF}"
        self._query = query
        self._line: Any = None
        self.kernel_id = ""
        self.states: dict[str, dict[str, Any]] = {}

    def open(self) -> None:
        """Load the page, connect to its kernel, and get the states of all widgets."""
        request = urllib.request.Request(
            f"{self._address}/?{self._query}", headers={"Cookie": self._cookie}
        )
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            html = answer.read().decode()
        kernel = re.search(r'data-kernel-id="([^"]+)"', html)
        if not kernel or "lltic-end" not in html or "lltic-failed" in html:
            raise ValueError("the page is not complete")
        self.kernel_id = kernel[1]
        self._connect()

    def _connect(self) -> None:
        import websocket

        url = f"{self._address.replace('http', 'ws', 1)}/api/kernels/{self.kernel_id}/channels"
        self._line = websocket.create_connection(
            f"{url}?session_id=light",
            cookie=self._cookie,
            origin=self._address,
            timeout=PATIENCE,
        )
        control = os.urandom(16).hex()
        opened = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        self._send("comm_open", opened)
        self._send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        while not self.states:
            data = self._hear()
            if data.get("method") == "update_states":
                self.states = {key: one["state"] for key, one in data["states"].items()}

    def edit(self, path: str, value: dict[str, Any]) -> float:
        """Edit a field as the page's outbox does; return the seconds until it is acknowledged."""
        [(status, mine)] = [(k, s) for k, s in self.states.items() if "saved_at" in s]
        [field] = [s for s in self.states.values() if s.get("field") == path]
        operation = {
            "op_id": os.urandom(16).hex(),
            "review_id": mine["review_id"],
            "case_id": mine["case_id"],
            "field": path,
            "value": value,
            "base_version": field["version"],
        }
        begun = time.perf_counter()
        content = {"method": "custom", "content": {"op": operation}}
        self._send("comm_msg", {"comm_id": status, "data": content})
        while True:
            told = self._hear().get("content") or {}
            ack, nack = told.get("ack") or {}, told.get("nack") or {}
            if ack.get("op_id") == operation["op_id"]:
                field["version"] = ack["version"]
                return time.perf_counter() - begun
            if nack.get("op_id") == operation["op_id"]:
                raise ValueError(f"not saved: {nack.get('message')}")

    def leave(self) -> None:
        """Close the tab: the page says goodbye."""
        self.vanish()
        data = urllib.parse.urlencode({"_xsrf": XSRF}).encode()
        url = f"{self._address}/voila/api/shutdown/{self.kernel_id}"
        request = urllib.request.Request(url, data, {"Cookie": self._cookie})
        urllib.request.urlopen(request, timeout=PATIENCE).close()

    def vanish(self) -> None:
        """Fall silent without a word, as a computer that is switched off."""
        if self._line is not None:
            self._line.shutdown()
            self._line = None

    def _hear(self) -> dict[str, Any]:
        kind, heard = self._line.recv_data()
        if kind == 0x8:
            code = int.from_bytes(heard[:2], "big")
            raise ConnectionError(f"the line was closed with {code} {heard[2:].decode()}")
        if kind != 0x1:  # no widget here has binary values
            return {}
        data = json.loads(heard).get("content", {}).get("data")
        return data if isinstance(data, dict) else {}

    def _send(self, kind: str, content: dict[str, Any]) -> None:
        header = {
            "msg_id": os.urandom(16).hex(),
            "msg_type": kind,
            "session": "light",
            "username": "",
            "date": "2026-01-01T00:00:00Z",
            "version": "5.3",
        }
        more = {"parent_header": {}, "metadata": {"version": "1.0.0"}, "content": content}
        self._line.send(json.dumps({"channel": "shell", "header": header, **more}))
