"""What a browser could say to a kernel beyond what pages need: each must be dropped."""

from __future__ import annotations

from typing import Any

__all__ = ["CHANNELS", "FORBIDDEN"]

CHANNELS = ("shell", "control", "stdin", "iopub")
"""A page's line leads to all of them; only the kernel's own code decides what is heard where."""

FORBIDDEN: dict[str, dict[str, Any]] = {
    "execute_request": {"code": "0", "silent": False, "store_history": False},
    "inspect_request": {"code": "print", "cursor_pos": 1, "detail_level": 0},
    "complete_request": {"code": "im", "cursor_pos": 2},
    "is_complete_request": {"code": "1"},
    "history_request": {"hist_access_type": "tail", "n": 1, "output": False, "raw": True},
    "connect_request": {},
    "debug_request": {"type": "request", "seq": 1, "command": "debugInfo", "arguments": {}},
    "usage_request": {},
    "list_subshell_request": {},
    "create_subshell_request": {},
    "delete_subshell_request": {"subshell_id": "none"},
    "input_reply": {"value": ""},
    "interrupt_request": {},
    "shutdown_request": {"restart": False},
}
"""Every question that kernels answer (a test compares it with the installed kernel)."""
