"""A model as a file: plain JSON under its own hash, which runs nothing when it is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lltic.definitions import content_hash
from lltic.errors import LlticError, Problem
from lltic.records import from_plain, to_plain
from lltic.study import Study, write_atomically
from lltic.themes.suggest.calibration import Calibration
from lltic.themes.suggest.features import Vocabulary
from lltic.themes.suggest.floor import Floor
from lltic.themes.suggest.linear import Weights
from lltic.themes.suggest.model import BANDS, Made, Model, Reference
from lltic.themes.suggest.space import Embedding
from lltic.themes.suggest.vectors import load_vectors

__all__ = ["hash_of", "load_model", "model_path", "save_model"]

FORMAT = 1
MAX_BYTES = 200_000_000
AGAIN = "Train it again: lltic themes suggest train."


def model_path(study: Study) -> Path:
    """Return where a study keeps its model; the file need not be there."""
    return study.path / "suggestions" / "model.json"


def hash_of(model: Model) -> str:
    """Return the SHA-256 of all a model knows."""
    return content_hash(_plain(model))


def save_model(model: Model, path: Path) -> None:
    """Write a model, for its owner alone: it holds words that people wrote.

    Raises
    ------
    LlticError
        ``cannot-write``.
    """
    with write_atomically(path, permissions=0o600) as stream:
        json.dump(
            {"hash": model.hash, "model": _plain(model)},
            stream,
            ensure_ascii=False,
            sort_keys=True,
            separators=(",", ":"),
        )
        stream.write("\n")


def load_model(path: Path, *, pinned: str = "", embedding: Embedding | None = None) -> Model:
    """Read a model, if it is what it was when it was written.

    Parameters
    ----------
    path : Path
        See :func:`model_path`.
    pinned : str
        The hash of the one model that will do; empty for any.
    embedding : Embedding, optional
        For a model that was learnt with one. Word vectors it finds by itself where they were.

    Raises
    ------
    LlticError
        ``no-model``, ``model-unreadable``, ``model-changed`` (its content is not that of its
        hash), ``other-model`` (not the one pinned), ``other-embedding`` (not that it was learnt
        with), and those of :func:`~lltic.themes.suggest.vectors.load_vectors`.
    """
    found, data = _read(path)
    if content_hash(data) != found:
        message = "was changed after it was learnt: its content is not that of its hash"
        raise LlticError(Problem("model-changed", str(path), message, hint=AGAIN))
    if pinned and pinned != found:
        message = f"is another model ({found[:12]}) than the one asked for ({pinned[:12]})"
        raise LlticError(Problem("other-model", str(path), message, hint=AGAIN))
    try:
        model = _model(data, found)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, StopIteration):
        raise _unreadable(path) from None
    return _with_embedding(model, path, embedding)


def _read(path: Path) -> tuple[str, dict[str, Any]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _unreadable(path)
        whole = json.loads(path.read_text("utf-8"))
        found, data = whole["hash"], whole["model"]
    except FileNotFoundError:
        hint = "Learn one from what has been coded: lltic themes suggest train."
        problem = Problem("no-model", str(path), "is not there", hint=hint)
        raise LlticError(problem) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        raise _unreadable(path) from None
    if not isinstance(found, str) or not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _unreadable(path)
    return found, data


def _unreadable(path: Path) -> LlticError:
    message = f"cannot be read as a model of format {FORMAT}"
    return LlticError(Problem("model-unreadable", str(path), message, hint=AGAIN))


def _plain(model: Model) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "codebook": model.codebook,
        "codebook_hash": model.codebook_hash,
        "themes": list(model.themes),
        "parents": list(model.parents),
        "words": list(model.vocabulary.words),
        "parts": list(model.vocabulary.parts),
        "word_weights": model.vocabulary.word_weights.tolist(),
        "part_weights": model.vocabulary.part_weights.tolist(),
        "columns": model.weights.columns.tolist(),
        "offset": model.weights.offset.tolist(),
        "calibrations": to_plain(model.calibrations),
        "thresholds": list(model.thresholds),
        "floors": [to_plain(model.floors[theme]) for theme in model.themes],
        "reference": to_plain(model.reference),
        "made": to_plain(model.made),
    }


def _model(data: dict[str, Any], found: str) -> Model:
    themes = tuple(data["themes"])
    vocabulary = Vocabulary(
        tuple(data["words"]),
        tuple(data["parts"]),
        np.array(data["word_weights"], dtype=float),
        np.array(data["part_weights"], dtype=float),
    )
    columns = np.array(data["columns"], dtype=float).reshape(len(themes), -1)
    if len(data["parents"]) != len(themes):
        raise ValueError("the parents do not fit")
    floors = [from_plain(Floor, floor) for floor in data["floors"]]
    if columns.shape[1] < len(vocabulary) or {f.theme for f in floors} != set(themes):
        raise ValueError("the parts do not fit")
    reference = data["reference"]
    bands = tuple(tuple(row) for row in reference["bands"])
    if any(len(row) != len(BANDS) + 1 for row in bands) or len(bands) != len(themes):
        raise ValueError("the bands do not fit")
    return Model(
        codebook=data["codebook"],
        codebook_hash=data["codebook_hash"],
        themes=themes,
        parents=tuple(data["parents"]),
        vocabulary=vocabulary,
        weights=Weights(columns, np.array(data["offset"], dtype=float)),
        calibrations=tuple(Calibration(**one) for one in data["calibrations"]),
        thresholds=tuple(data["thresholds"]),
        floors={floor.theme: floor for floor in floors},
        reference=Reference(reference["unknown_words"], reference["unknown_spread"], bands),
        made=Made(**data["made"]),
        hash=found,
    )


def _with_embedding(model: Model, path: Path, embedding: Embedding | None) -> Model:
    if not model.made.embedding:
        return model
    if embedding is None and model.made.vectors:
        embedding = load_vectors(Path(model.made.vectors))
    if embedding is None or embedding.hash != model.made.embedding_hash:
        message = "was learnt with another embedding"
        allowed = f"{model.made.embedding} ({model.made.embedding_hash[:12]})"
        raise LlticError(Problem("other-embedding", str(path), message, allowed, AGAIN))
    return replace(model, embedding=embedding)
