"""Ask the program that draws a document, which may be slow, broken or hostile.

Standard library only: whoever asks loads nothing that reads documents.

===========  ================================================================
``drawing``  one document and the program that draws it
``pool``     the documents that people read just now, and pages drawn before
===========  ================================================================
"""

from __future__ import annotations

from lltic.pages.asking.drawing import CannotShow, Drawing
from lltic.pages.asking.pool import Drawings
from lltic.pages.limits import KINDS, MAX_BYTES, MAX_PAGES, WIDTHS

__all__ = ["KINDS", "MAX_BYTES", "MAX_PAGES", "WIDTHS", "CannotShow", "Drawing", "Drawings"]
