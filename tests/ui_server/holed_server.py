"""Run the server with pages of the tests, sound or with one hole made on purpose."""

from __future__ import annotations

import json
import logging
import sys

from tornado import web

from lltic.errors import LlticError
from lltic.ui.server import answers, app, handlers, identity, kernels

settings = json.loads(sys.argv[1])
hole = settings.pop("hole", "")
idle = settings.pop("cull", 0)
ping = settings.pop("ping", 0)


class Open(handlers.Guarded):
    """Answers anybody."""

    @handlers.allow_unauthenticated
    async def get(self, *path: str, **named: str) -> None:
        """Say something."""
        self.finish("here you are")


class Holed(app.Server):
    """The server with one wall taken out."""

    def init_handlers(self) -> list:
        found = super().init_handlers()
        if hole == "files":
            found.insert(0, (r"/voila/files/(.*)", Open))
        if hole == "contents":
            found.insert(0, (r"/api/contents", Open))
        if hole == "public page":
            found.insert(0, (r"/coding", Open))
        if hole == "open logout":
            handlers.OwnKernel.check_xsrf_cookie = lambda self: None
        return found

    def init_settings(self) -> dict:
        found = super().init_settings()
        if hole == "execute":
            self.kernel_manager.allowed_message_types.append("execute_request")
        if hole == "inspect":
            self.kernel_manager.allowed_message_types.append("inspect_request")
        if hole == "any host":
            found["allow_remote_access"] = True
        if hole == "any origin":
            found["allow_origin"] = "*"
        return found


if hole == "any owner":
    identity.OwnKernelsOnly.is_authorized = lambda self, *asked: True
if hole == "shutdown":
    handlers.Leave.post = web.authenticated(handlers.Leave.post.__wrapped__.__wrapped__)
if hole == "template":
    app.Configuration.allow_template_override = "YES"
if hole == "policy":
    answers.PAGE_POLICY = "frame-ancestors 'self'"
if hole == "widgets":
    kernels.PageKernelSpecs.get_kernel_spec = lambda self, name: kernels.KernelSpec(
        argv=[sys.executable, "-m", "ipykernel", "-f", "{connection_file}"], language="python"
    )
if idle:
    kernels.PageKernels.cull_idle_timeout = idle
    kernels.PageKernels.cull_interval = 1
if ping:
    app.PING = ping

logging.basicConfig(level=logging.WARNING)
try:
    server = Holed.instance(**settings)
    server.initialize()
    server.start()
except LlticError as error:
    sys.exit(str(error))
