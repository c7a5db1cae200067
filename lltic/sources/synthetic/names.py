"""The make-believe health economy: who provides what, and who works there.

Every name is invented. Staff in the notes have initials only.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "ACUTE",
    "ACUTE_WARDS",
    "AMBULANCE",
    "CARE_HOMES",
    "COMMUNITY",
    "COMMUNITY_WARDS",
    "GENERAL_PRACTICE",
    "PRACTICES",
    "Account",
    "accounts",
    "reviewers",
]

ACUTE = "Soar Valley Hospitals"
COMMUNITY = "Soar Valley Community Health"
AMBULANCE = "Soar Valley Ambulance"
GENERAL_PRACTICE = "Soar Valley General Practice"

PRACTICES = (
    "Millrace Surgery",
    "Tansy Hill Medical Practice",
    "Quillbrook Health Centre",
    "Old Kiln Surgery",
    "Larkrise Lane Practice",
    "Ferryman Street Surgery",
    "Oatfield Medical Centre",
)

CARE_HOMES = (
    "Tansy House",
    "The Old Brewhouse",
    "Quillbrook Lodge",
    "Larkrise Court",
    "Millrace View",
    "Damson Lodge",
)

COMMUNITY_WARDS = ("Quillbrook Ward", "Tansy Ward", "Orchard Ward")

ACUTE_WARDS = {
    "General medicine": ("Ward 14", "Ward 15", "Ward 22"),
    "Geriatric medicine": ("Ward 23", "Ward 24", "Ward 31"),
    "Respiratory medicine": ("Ward 17", "Ward 18"),
    "Cardiology": ("Ward 32", "CCU"),
    "Gastroenterology": ("Ward 29", "Ward 30"),
    "General surgery": ("Ward 8", "Ward 9"),
    "Trauma and orthopaedics": ("Ward 11", "Ward 12"),
    "Stroke medicine": ("Ward 25", "Ward 26"),
    "Medical oncology": ("Ward 40", "Ward 41"),
    "Urology": ("Ward 27",),
}


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody with a log-in to the demonstration."""

    name: str
    label: str
    organisation: str
    roles: tuple[str, ...]


def accounts() -> tuple[Account, ...]:
    """Return the people of the demonstration: eight reviewers and four others."""
    doctor, nurse = ("reviewer",), ("reviewer",)
    return (
        Account("amira.khan", "Dr Amira Khan, GP", GENERAL_PRACTICE, doctor),
        Account("ben.okoro", "Dr Ben Okoro, consultant geriatrician", ACUTE, doctor),
        Account("carys.pugh", "Carys Pugh, advanced nurse practitioner", GENERAL_PRACTICE, nurse),
        Account("dinesh.rao", "Dr Dinesh Rao, consultant physician", ACUTE, doctor),
        Account("ellen.moss", "Dr Ellen Moss, GP", GENERAL_PRACTICE, doctor),
        Account("farid.aziz", "Mr Farid Aziz, consultant surgeon", ACUTE, doctor),
        Account("grace.tully", "Dr Grace Tully, GP", GENERAL_PRACTICE, doctor),
        Account("hanna.lind", "Hanna Lind, matron", ACUTE, nurse),
        Account(
            "iris.novak", "Iris Novak, review lead", COMMUNITY, ("coordinator", "administrator")
        ),
        Account("cora.lindqvist", "Cora Lindqvist, theme coder", COMMUNITY, ("coder",)),
        Account("kezia.obi", "Kezia Obi, analyst", ACUTE, ("analyst",)),
        Account("leo.marsh", "Leo Marsh, auditor", "Soar Valley Audit", ("auditor",)),
    )


def reviewers() -> tuple[Account, ...]:
    """Return the eight reviewers: four from general practice, four from hospital."""
    return tuple(a for a in accounts() if "reviewer" in a.roles)
