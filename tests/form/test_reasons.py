"""One list of the ways of having no answer, wherever they are named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from lltic.form.exchange.fhir_names import ABSENT
from lltic.form.model import Missing
from lltic.records import MISSING_KINDS, MISSING_WORDS, REASONS
from lltic.ui.kit.fields import MISSING_CHOICES

ROOT = Path(__file__).resolve().parents[2]


def test_the_form_the_page_and_fhir_know_the_same_reasons() -> None:
    assert get_args(Missing) == tuple(REASONS)
    assert {kind: choice["label"] for kind, choice in MISSING_CHOICES.items()} == REASONS
    assert set(ABSENT) == set(REASONS)
    script = (ROOT / "lltic/ui/kit/static/answers.js").read_text("utf-8")
    block = script.split("MISSING_WORDS = {")[1].split("}")[0]
    assert dict(re.findall(r'(\w+): "([^"]*)"', block)) == REASONS


def test_branching_and_silence_are_the_other_two() -> None:
    assert (*REASONS, "not_reached", "missing") == MISSING_KINDS
    assert all(MISSING_WORDS.values())
