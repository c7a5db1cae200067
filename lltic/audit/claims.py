"""What an audit says: one claim, and whether it holds."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Claim"]


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing an auditor wants to know, and the answer.

    Parameters
    ----------
    name : str
        What the claim is about, such as ``event 17`` or ``50-agreement.ipynb, cell 4``.
    passed : bool
        Whether it holds.
    detail : str
        What was looked at, or what differs.
    """

    name: str
    passed: bool
    detail: str

    def __str__(self) -> str:
        verdict = "PASS" if self.passed else "FAIL"
        return f"{verdict} {self.name}: {self.detail}" if self.detail else f"{verdict} {self.name}"
