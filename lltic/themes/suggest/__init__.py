"""Which themes a text may have: suggested by a linear model, after a person has coded it.

The model learns from the codings of one study, on its own machine, and is stored in it. It is
words, parts of words and their weights, as JSON; the same record gives the same bytes. A theme
it was not shown to find reliably (its *floor*) it never suggests.

What other rooms use, and what stays as it is:

``model_path(study)``
    Where a study keeps its model; the file need not be there.
``load_model(path, *, pinned="") -> Model``
    Refuses a file that was changed (``model-changed``), is missing (``no-model``), cannot be
    read (``model-unreadable``), or is not the one whose hash was ``pinned`` (``other-model``).
``Model.suggest(texts) -> list[tuple[Suggestion, ...]]``
    One tuple for each text, in order: only themes above their threshold and their floor, the
    most probable first. Empty where nothing is suggested.
``Model.hash``, ``Model.codebook``, ``Model.codebook_hash``, ``Model.floors``
    What to write down beside a suggestion; ``floors[theme].passed`` and ``.reason`` of every
    theme of the codebook.
``Suggestion(theme, probability, words)``
    ``words`` are the words of the text that pushed towards the theme, the strongest first.

A text is one free-text answer of one review, as in :func:`lltic.reviews.read.texts`; the model
has learnt on such, so do not join the answers of a review.
"""

from __future__ import annotations

from lltic.themes.suggest.calibration import Reliability, reliability
from lltic.themes.suggest.coding_order import Next, code_next
from lltic.themes.suggest.drift import Drift, ThemeDrift, drift
from lltic.themes.suggest.files import load_model, model_path, save_model
from lltic.themes.suggest.floor import Floor, Share
from lltic.themes.suggest.held_out import HeldOut
from lltic.themes.suggest.material import Material, material_of
from lltic.themes.suggest.model import Model, Suggestion
from lltic.themes.suggest.space import Embedding
from lltic.themes.suggest.training import Trained, train
from lltic.themes.suggest.vectors import WordVectors, load_vectors

__all__ = [
    "Drift",
    "Embedding",
    "Floor",
    "HeldOut",
    "Material",
    "Model",
    "Next",
    "Reliability",
    "Share",
    "Suggestion",
    "ThemeDrift",
    "Trained",
    "WordVectors",
    "code_next",
    "drift",
    "load_model",
    "load_vectors",
    "material_of",
    "model_path",
    "reliability",
    "save_model",
    "train",
]
