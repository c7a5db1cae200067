"""What we override is private to others: these say when it has moved.

A failure here is no fault of ours yet. Read what changed upstream, look at the override again,
run the self-test, then write the new facts down here.
"""

from __future__ import annotations

import inspect

import pytest
import zmq
from ipykernel import iostream, kernelapp
from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.connect import ConnectionFileMixin
from jupyter_client.ioloop.restarter import AsyncIOLoopKernelRestarter
from jupyter_client.manager import KernelManager
from jupyter_client.multikernelmanager import MultiKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_server.auth.identity import IdentityProvider
from jupyter_server.base.handlers import APIHandler, AuthenticatedHandler, JupyterHandler
from jupyter_server.services.kernels.connection.base import BaseKernelWebsocketConnection
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.services.kernels.kernelmanager import MappingKernelManager
from jupyter_server.services.kernels.websocket import KernelWebsocketHandler
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.notebook_renderer import NotebookRenderer
from voila.tornado.handler import TornadoVoilaHandler

from lltic.ui.server.kernels import RECONNECT, PromptClient


def takes(function, *names):
    """Say whether a function takes these parameters, in this order."""
    return [p for p in inspect.signature(function).parameters if p != "self"] == list(names)


def source(thing):
    return inspect.getsource(thing)


def test_voila_starts_in_the_steps_that_we_replace():
    assert takes(Voila.initialize, "argv")
    assert takes(Voila.setup_template_dirs)
    start = source(Voila.start)
    order = ["connection_dir", "init_settings", "Application(", "init_handlers", "listen"]
    assert [start.index(step) for step in order] == sorted(start.index(step) for step in order)


def test_voila_makes_its_parts_from_the_classes_that_we_name():
    settings = source(Voila.init_settings)
    for name in (
        "self.identity_provider_class(",
        "self.authorizer_class(",
        "self.voila_configuration.multi_kernel_manager_class",
        "self.voila_configuration.kernel_spec_manager_class(",
        '"kernel_websocket_connection_class": self.kernel_websocket_connection_class',
        "allowed_message_types=[",
        "allow_remote_access=True",  # which we set to False
        "voila_jinja2_env=env",
    ):
        assert name in settings, name


@pytest.mark.parametrize(
    "option",
    [
        "template",
        "allow_template_override",
        "allow_theme_override",
        "file_allowlist",
        "file_denylist",
        "http_header_envs",
        "preheat_kernel",
        "progressive_rendering",
        "show_tracebacks",
        "strip_sources",
        "kernel_spec_manager_class",
        "multi_kernel_manager_class",
    ],
)
def test_the_options_that_we_settle_are_still_called_so(option):
    assert option in VoilaConfiguration.class_trait_names()


def test_voila_has_no_new_options_that_nobody_has_looked_at():
    known = (
        "allow_template_override allow_theme_override attempt_fix_notebook classic_tree config "
        "default_pool_size extension_allowlist extension_config extension_denylist "
        "extension_language_mapping extra_labextensions_path file_allowlist file_blacklist "
        "file_denylist file_whitelist http_header_envs http_keep_alive_timeout "
        "kernel_spec_manager_class language_kernel_mapping log multi_kernel_manager_class "
        "page_config_hook parent "
        "preheat_blacklist preheat_denylist preheat_kernel prelaunch_hook progressive_rendering "
        "resources show_margins show_tracebacks strip_sources template theme"
    ).split()
    assert sorted(set(VoilaConfiguration.class_trait_names()) - set(known)) == []


def test_the_renderer_has_the_hooks_that_we_replace():
    assert takes(NotebookRenderer._jinja_kernel_start, "nb", "kernel_id", "kernel_future")
    assert takes(NotebookRenderer._jinja_cell_generator, "nb", "kernel_id")
    assert takes(NotebookRenderer.generate_content_generator, "kernel_id", "kernel_future")
    used = source(NotebookRenderer.generate_content_generator)
    assert "self._jinja_kernel_start" in used and "self._jinja_cell_generator" in used
    assert "await self.load_notebook(" in source(NotebookRenderer.initialize)
    assert "self.resources = {" in source(NotebookRenderer.initialize)
    assert takes(TornadoVoilaHandler.get, "path")


def test_the_identity_is_asked_where_we_answer():
    prepare = source(JupyterHandler.prepare)
    assert "self.identity_provider.get_user(self)" in prepare
    assert '"allow_unauthenticated_access", False' in prepare
    assert "check_xsrf_cookie()" in prepare
    assert "_jupyter_current_user" in prepare
    assert takes(IdentityProvider.get_user, "handler")
    assert takes(IdentityProvider.is_token_authenticated, "handler")
    assert "self.token_authenticated" in source(JupyterHandler.check_xsrf_cookie)
    assert "set_default_headers" in vars(AuthenticatedHandler)
    assert "content_security_policy" in vars(APIHandler)


def test_the_authorizer_is_asked_where_we_answer():
    for method in (KernelHandler.get, KernelHandler.delete):
        assert "is_authorized" in source(method) or hasattr(method, "__wrapped__")
    assert 'is_authorized(self, user, "execute", "kernels")' in source(
        KernelWebsocketHandler.pre_get
    )
    assert [n for n in vars(KernelHandler) if n in ("get", "delete", "post", "put", "patch")] == [
        "get",
        "delete",
    ]


def test_messages_pass_through_the_two_functions_that_we_guard():
    connection = ZMQChannelsWebsocketConnection
    assert takes(connection.handle_incoming_message, "incoming_msg")
    assert takes(connection.handle_outgoing_message, "stream", "outgoing_msg")
    assert "allowed_message_types" in source(connection.handle_incoming_message)
    assert "handle_incoming_message(ws_message)" in source(KernelWebsocketHandler.on_message)
    assert "self.handle_outgoing_message" in source(connection.connect)
    assert "kernel_ws_protocol" in BaseKernelWebsocketConnection.class_trait_names()
    assert 'preferred_protocol == ""' in source(KernelWebsocketHandler.select_subprotocol)


def test_the_stock_code_still_believes_a_frame():
    """When this fails, the guard in channels.py may have become superfluous."""
    from jupyter_server.services.kernels.connection.base import deserialize_binary_message

    assert '"I" * nbufs' in source(deserialize_binary_message)


def test_kernels_start_and_end_where_we_look():
    assert MappingKernelManager.start_kernel is MappingKernelManager._async_start_kernel
    assert "self.remove_kernel(kernel_id)" in source(MappingKernelManager._handle_kernel_died)
    assert "self.remove_kernel(kernel_id)" in source(MultiKernelManager._remove_kernel_when_ready)
    assert takes(MappingKernelManager.notify_disconnect, "kernel_id")
    assert "_kernel_connections" in source(MappingKernelManager.notify_connect)
    assert "cull_idle_timeout" in source(MappingKernelManager.cull_kernel_if_idle)
    restarter = source(AsyncIOLoopKernelRestarter.poll)
    assert "self._restart_count > self.restart_limit" in restarter
    assert '_fire_callbacks("dead")' in restarter
    assert "transport" in KernelManager.class_trait_names()


def test_a_client_waits_for_its_kernel_where_we_do_not():
    assert "wait_for_ready" in vars(AsyncKernelClient)
    assert "timeout=0.2" in source(AsyncKernelClient.wait_for_ready)


def test_a_client_of_ours_looks_often_for_a_kernel_that_is_starting():
    client = PromptClient()
    with client.context.socket(zmq.DEALER) as one:
        assert one.reconnect_ivl == RECONNECT
    assert "self.context.socket(" in source(ConnectionFileMixin._create_connected_socket)


def test_a_kernels_process_is_put_together_from_the_parts_that_we_change():
    assert "IOPubThread(self.iopub_socket, pipe=True" in source(kernelapp.IPKernelApp.init_iopub)
    assert "pipe" in inspect.signature(iostream.IOPubThread.__init__).parameters
    import ipywidgets

    assert "'jupyter.widget'" in source(ipywidgets.register_comm_target)
    assert "'jupyter.widget.control'" in source(ipywidgets.register_comm_target)
    widget = ipywidgets.Widget
    assert "comm.create_comm(**args)" in source(widget.open)
    assert "target_name='jupyter.widget'" in source(widget.open)
    states = source(widget._handle_control_comm_msg)
    assert "cls._control_comm.send(dict(" in states and "method='update_states'" in states
    assert "cls._control_comm = comm" in source(widget.handle_control_comm_opened)


def test_a_kernels_process_is_started_where_we_start_a_copy():
    start = source(KernelManager._async_pre_start_kernel)
    assert "if self.provisioner is None:" in start
    assert takes(LocalProvisioner.launch_kernel, "cmd", "kwargs")
    launch = source(LocalProvisioner.launch_kernel)
    assert "self.process = launch_kernel(" in launch and "return self.connection_info" in launch
    words = source(LocalProvisioner)
    for word in ("self.process.poll()", "self.process.wait()", "self.process.kill()", "self.pgid"):
        assert word in words, word
    poller = source(kernelapp.ParentPollerUnix.run)
    assert "original_ppid != self.parent_pid" in poller and "os._exit(1)" in poller
