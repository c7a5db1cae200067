"""Every type of message that Jupyter's protocol knows, and some that nobody knows."""

from __future__ import annotations

from typing import Any

__all__ = ["CHANNELS", "INVENTED", "KNOWN", "REFUSED", "contents", "smuggled"]

CHANNELS = ("shell", "control", "stdin", "iopub")
NEEDED = ("comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request")

KNOWN: dict[str, tuple[str, ...]] = {
    "shell": (
        "execute_request execute_reply inspect_request inspect_reply complete_request "
        "complete_reply history_request history_reply is_complete_request is_complete_reply "
        "connect_request connect_reply comm_info_request comm_info_reply kernel_info_request "
        "kernel_info_reply comm_open comm_msg comm_close "
        # Of older protocols, and of ipyparallel's engines.
        "object_info_request object_info_reply apply_request apply_reply abort_request "
        "clear_request purge_request"
    ).split(),
    "control": (
        "shutdown_request shutdown_reply interrupt_request interrupt_reply debug_request "
        "debug_reply do_debug_request usage_request usage_reply create_subshell_request "
        "create_subshell_reply delete_subshell_request delete_subshell_reply "
        "list_subshell_request list_subshell_reply"
    ).split(),
    "stdin": ("input_request", "input_reply"),
    "iopub": (
        "stream display_data update_display_data execute_input execute_result error status "
        "clear_output debug_event iopub_welcome data_pub pyin pyout pyerr"
    ).split(),
}
"""By the channel that each belongs to."""

INVENTED: tuple[Any, ...] = (
    *("", " ", "comm", "comm_msg ", "COMM_MSG", "comm_msg\0", "comm_msg\nexecute_request"),
    *("Execute_Request", "execute_request\0", "eval_request", "__class__", "do_execute"),
    *("comm_msg,execute_request", "x" * 5000, "\u202eexecute_request", "\x1b[2J"),
    *(None, 0, True, 1.5, [], ["comm_msg"], {}, {"comm_msg": 1}),
)

REFUSED: tuple[str, ...] = tuple(
    kind for kinds in KNOWN.values() for kind in kinds if kind not in NEEDED
)

SHAPELESS: tuple[Any, ...] = (None, "text", [], 7, {}, {"code": None, "restart": "yes"})
DEBUGGING = (
    "debugInfo attach configurationDone dumpCell setBreakpoints source stackTrace variables "
    "inspectVariables richInspectVariables modules copyToGlobals evaluate initialize"
).split()


def contents(kind: str, code: str) -> list[Any]:
    """Return contents for a message: as the protocol wants them, and shapeless ones."""
    expressions = {"it": code}
    well: dict[str, list[dict[str, Any]]] = {
        "execute_request": [
            {"code": code, "silent": silent, "store_history": not silent, "allow_stdin": False}
            for silent in (False, True)
        ]
        + [{"code": "", "silent": True, "user_expressions": expressions}],
        "inspect_request": [{"code": "print", "cursor_pos": 3, "detail_level": 1}],
        "complete_request": [{"code": "import o", "cursor_pos": 8}],
        "is_complete_request": [{"code": "1 +"}],
        "history_request": [{"hist_access_type": "tail", "n": 9, "output": True, "raw": True}],
        "object_info_request": [{"oname": "print", "detail_level": 1}],
        "debug_request": [
            {"type": "request", "seq": n, "command": command, "arguments": {"code": code}}
            for n, command in enumerate(DEBUGGING, 1)
        ],
        "do_debug_request": [{"type": "request", "seq": 1, "command": "attach", "arguments": {}}],
        "delete_subshell_request": [{"subshell_id": "none"}],
        "shutdown_request": [{"restart": False}, {"restart": True}],
        "input_reply": [{"value": code, "status": "ok"}],
        "input_request": [{"prompt": "Password: ", "password": True}],
        "stream": [{"name": "stdout", "text": "x"}],
        "status": [{"execution_state": "dead"}],
    }
    return [*well.get(kind, []), *SHAPELESS]


def smuggled(code: str) -> dict[str, str]:
    """Return frames of text, one by what is odd about each, that hide an execute_request."""
    request = f'{{"code": "{code}", "silent": false}}'
    header = '"msg_id": "smuggled", "session": "s", "username": "", "version": "5.3"'
    rest = f'"parent_header": {{}}, "metadata": {{}}, "content": {request}'
    allowed, forbidden = '"msg_type": "comm_msg"', '"msg_type": "execute_request"'
    return {
        "two types, the last forbidden": (
            f'{{"channel": "shell", "header": {{{header}, {allowed}, {forbidden}}}, {rest}}}'
        ),
        "two types, the last allowed": (
            f'{{"channel": "shell", "header": {{{header}, {forbidden}, {allowed}}}, {rest}}}'
        ),
        "two headers": (
            f'{{"channel": "shell", "header": {{{header}, {allowed}}}, '
            f'"header": {{{header}, {forbidden}}}, {rest}}}'
        ),
        "a type outside the header": (
            f'{{"channel": "shell", {allowed}, "header": {{{header}, {forbidden}}}, {rest}}}'
        ),
        "no channel": f'{{"header": {{{header}, {forbidden}}}, {rest}}}',
        "no channel, and an allowed type": f'{{"header": {{{header}, {allowed}}}, {rest}}}',
        "a channel of one's own": (
            f'{{"channel": "hb", "header": {{{header}, {allowed}}}, {rest}}}'
        ),
        "a list of channels": (
            f'{{"channel": ["shell"], "header": {{{header}, {forbidden}}}, {rest}}}'
        ),
        "two channels": (
            f'{{"channel": "iopub", "channel": "shell", "header": {{{header}, {forbidden}}}, '
            f"{rest}}}"
        ),
        "a header in text": (
            f'{{"channel": "shell", "header": "{{\\"msg_type\\": \\"comm_msg\\"}}", {rest}}}'
        ),
        "no header": f'{{"channel": "shell", {forbidden}, {rest}}}',
        "a subshell that is none": (
            f'{{"channel": "shell", "header": {{{header}, {forbidden}, "subshell_id": "x"}}, '
            f"{rest}}}"
        ),
        "an allowed type for a subshell that is none": (
            f'{{"channel": "shell", "header": {{{header}, {allowed}, "subshell_id": ["x"]}}, '
            f"{rest}}}"
        ),
        "two messages": f'{{"channel": "shell", "header": {{{header}, {forbidden}}}, {rest}}} {{}}',
    }
