"""What a new exercise starts with: its definition, and a synthesis to write into."""

from __future__ import annotations

import re

from lltic.errors import Problem, UsageError
from lltic.themes.exercise.folder import PREFIX

__all__ = ["SYNTHESIS", "named"]

NAME = re.compile(r"exercise-[a-z0-9][a-z0-9-]{0,59}")


def named(definition: str, name: str) -> str:
    """Return the text of a definition under another name, its comments and all.

    Raises
    ------
    UsageError
        ``exercise-name``.

    Examples
    --------
    >>> named("# Ours.\\nname: exercise-four-questions\\n", "exercise-2027")
    '# Ours.\\nname: exercise-2027\\n'
    """
    if not NAME.fullmatch(name):
        allowed = f"{PREFIX} and small letters, digits and -"
        raise UsageError(Problem("exercise-name", repr(name), "not a name for one", allowed))
    return re.sub(r"(?m)^name:.*$", f"name: {name}", definition, count=1)


SYNTHESIS = """\
# What the working group draws up from the coded answers. `lltic exercise check` names everything
# that is wrong or unfinished, `lltic exercise passages` lists the passages and their ids.
#
# groups:            codes that belong together. Each code that was used is in one group, or under
#                    left_codes with a reason.
# challenges:        what stands in the way; rests_on: the passages it is said in.
# opportunities:     what could answer challenges (answers), or build on what is done well
#                    (builds_on: groups).
# recommendations:   what is to be done, by which organisations; owner is a role, never a name.
#
# left: a sentence on why nothing follows from an entry. Nothing is dropped without one.
#
#   groups:
#     - id: G1
#       label: Investigations that teach
#       codes: [investigation, skills]
#   challenges:
#     - id: C1
#       text: Investigations take months and say little that can be used.
#       groups: [G1]
#       rests_on: [p0123456789, p1234567890]
#   opportunities:
#     - id: O1
#       text: Incidents of one kind could be looked at together.
#       answers: [C1]
#       builds_on: []
#   recommendations:
#     - id: R1
#       text: Look into falls and pressure ulcers four times a year, together.
#       by: [O1]
#       owner: Chief nurse
#       organisations: [acute, community_trust]
#       measured_by: Share of falls reports that led to an action of their own
groups: []
challenges: []
opportunities: []
recommendations: []
left_codes: {}
"""
