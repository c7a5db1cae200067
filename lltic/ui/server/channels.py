"""A page's line to its kernel: what may pass in either direction."""

from __future__ import annotations

import struct
from typing import Any

from jupyter_core.utils import ensure_async
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado import web
from traitlets import Bool, Unicode

__all__ = ["ANSWERS", "MESSAGES", "PageConnection"]

MESSAGES = ["comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"]
"""All that a browser may say to a kernel."""

ANSWERS = {"comm_open", "comm_msg", "comm_close", "comm_info_reply", "kernel_info_reply", "status"}
"""All that a kernel may say to a browser: nothing printed, no error's words, no code."""

MOST_BUFFERS = 64


class PageConnection(ZMQChannelsWebsocketConnection):
    """Lets few kinds of message pass, and none be dropped for coming too fast.

    Only Jupyter's JSON protocol is spoken. The number of parts that a binary frame claims
    to have is checked first: believed unseen (as stock code does, in both protocols), one
    frame would keep the server busy for good.
    """

    limit_rate = Bool(False)
    kernel_ws_protocol = Unicode("")

    async def prepare(self) -> None:
        """Refuse to connect to a kernel that has died; stock code waits a minute for it to live."""
        if not await ensure_async(self.kernel_manager.is_alive()):
            raise web.HTTPError(404)
        await super().prepare()

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message from the page on; a frame that cannot be one ends the line."""
        if isinstance(incoming_msg, bytes) and not _is_plausible(incoming_msg):
            self.log.warning("A page sent a frame that is no message; its line was closed.")
            self.websocket_handler.close(1007, "not a message")
            return
        super().handle_incoming_message(incoming_msg)

    def handle_outgoing_message(self, stream: Any, outgoing_msg: list[Any]) -> None:
        """Pass a message from the kernel on when it is of a kind that pages need."""
        _, parts = self.session.feed_identities(outgoing_msg)
        if self.session.unpack(parts[1])["msg_type"] in ANSWERS:
            super().handle_outgoing_message(stream, outgoing_msg)


def _is_plausible(frame: bytes) -> bool:
    if len(frame) < 8:
        return False
    (count,) = struct.unpack("!i", frame[:4])
    return 1 <= count <= MOST_BUFFERS + 1 and 4 * (count + 1) <= len(frame)
