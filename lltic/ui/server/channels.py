"""A page's line to its kernel: what may pass in either direction."""

from __future__ import annotations

import asyncio
import json
import re
import struct
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.connection.base import deserialize_binary_message
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from traitlets import Bool, Integer, Unicode

__all__ = ["ANSWERS", "CHANNELS", "MESSAGES", "PageConnection"]

MESSAGES = ["comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"]
"""All that a browser may say to a kernel."""

CHANNELS = ("shell", "control")
"""Where it may say it; a kernel that asks nothing leaves what comes by ``stdin`` lying there."""

ANSWERS = {"comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply", "status"}
"""All that a kernel may say to a browser: nothing printed, no error's words, no code."""

MOST_BUFFERS = 64
NAMED = 20
"""So many refused messages of one line are named in the log; the rest is counted."""


class PageConnection(ZMQChannelsWebsocketConnection):
    """Lets few kinds of message pass, and none be dropped for coming too fast.

    Only Jupyter's JSON protocol is spoken. The number of parts that a binary frame claims
    to have is checked first: believed unseen (as stock code does, in both protocols), one
    frame would keep the server busy for good. What is refused is written down by its kind:
    stock code writes whole messages, as they came, into the log.
    """

    limit_rate = Bool(False)
    kernel_ws_protocol = Unicode("")
    refused = Integer(0)

    async def prepare(self) -> None:
        """Wait for the kernel's first word; refuse to connect to a kernel that has died.

        Instead of stock code, which waits a minute for a dead kernel to live, and whose timer
        holds on to every line that was opened within the last minute, with its kernel.
        """
        if not await ensure_async(self.kernel_manager.is_alive()):
            raise web.HTTPError(404)
        await self._register_session()
        self.session.key = self.kernel_manager.session.key
        told, _ = await asyncio.wait([self.request_kernel_info()], timeout=self.kernel_info_timeout)
        if not told:
            self.log.warning("A kernel did not say in time what it is; its line is open.")

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message from the page on; a frame that cannot be one ends the line."""
        if isinstance(incoming_msg, bytes) and not _is_plausible(incoming_msg):
            self.log.warning("A page sent a frame that is no message; its line was closed.")
            self.websocket_handler.close(1007, "not a message")
            return
        if not self.channels:
            return  # closed already
        binary = isinstance(incoming_msg, bytes)
        message = deserialize_binary_message(incoming_msg) if binary else json.loads(incoming_msg)
        channel, kind = message.pop("channel", None), message["header"]["msg_type"]
        if kind in self.multi_kernel_manager.allowed_message_types and channel in CHANNELS:
            self.session.send(self.channels[channel], message)
        else:
            self._refuse(kind, channel)

    def _refuse(self, kind: Any, channel: Any) -> None:
        self.refused += 1
        if self.refused <= NAMED:
            words = "A page sent %s on %s, which is not allowed; it was dropped."
            self.log.warning(words, _plain(kind), _plain(channel))

    def disconnect(self) -> None:
        """Close the line, and say how much of what came by it was refused."""
        if self.refused:
            self.log.warning("A page's line has ended; messages dropped: %d.", self.refused)
        super().disconnect()

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Pass a message from the kernel on when it is of a kind that pages need."""
        _, parts = self.session.feed_identities(outgoing_msg)
        if self.session.unpack(parts[1])["msg_type"] in ANSWERS:
            super().handle_outgoing_message(stream, outgoing_msg)


def _plain(name: Any) -> str:
    """Return a name of the protocol as it is; of anything else, nothing."""
    known = isinstance(name, str) and re.fullmatch("[a-z_]{1,40}", name)
    return name if known else "(something else)"


def _is_plausible(frame: bytes) -> bool:
    if len(frame) < 8:
        return False
    (count,) = struct.unpack("!i", frame[:4])
    return 1 <= count <= MOST_BUFFERS + 1 and 4 * (count + 1) <= len(frame)
