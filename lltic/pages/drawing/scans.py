"""Scanned pages: PNG, JPEG, and TIFF with several pages. They have no words."""

from __future__ import annotations

import warnings
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from lltic.pages.drawing.encoding import encoded
from lltic.pages.drawing.made import Layer, Unshowable, height_for
from lltic.pages.limits import MAX_PAGES, MAX_PIXELS

__all__ = ["Scans"]

Image.init()  # while modules can still be loaded
Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class Scans:
    """An open picture.

    Parameters
    ----------
    file : BinaryIO
    kind : str
        ``png``, ``jpeg`` or ``tiff``; nothing else is tried, whatever the file says.
    """

    def __init__(self, file: BinaryIO, kind: str) -> None:
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            self._picture = Image.open(file, formats=[kind.upper()])
            self.pages = int(getattr(self._picture, "n_frames", 1))
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise Unshowable("document-too-large") from None
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
            raise Unshowable("document-broken") from None
        if self.pages > MAX_PAGES:
            raise Unshowable("too-many-pages")

    def layer(self, page: int) -> Layer:
        """Return no words, and the page's size: its pixels, as if there were 150 to the inch."""
        width, height = self._at(page).size
        return Layer("", (round(width * 72 / 150, 2), round(height * 72 / 150, 2)))

    def image(self, page: int, width: int) -> bytes:
        """Return a page as a picture, upright, and never larger than it was scanned."""
        picture = self._at(page)
        try:
            picture.draft("RGB", (width, width * 4))
            upright = ImageOps.exif_transpose(picture) if page == 1 else picture.copy()
            shown = upright.convert("L" if upright.mode in ("1", "L", "LA", "I;16") else "RGB")
        except (OSError, ValueError, SyntaxError):
            raise Unshowable("page-broken") from None
        width = max(200, min(width, shown.width))
        shown = shown.resize((width, height_for(width, shown.size)), Image.Resampling.BILINEAR)
        return encoded(shown)

    def _at(self, page: int) -> Image.Image:
        try:
            self._picture.seek(page - 1)
        except (EOFError, OSError, ValueError, SyntaxError):
            raise Unshowable("page-broken") from None
        width, height = self._picture.size
        if width * height > MAX_PIXELS:
            raise Unshowable("page-too-large")
        return self._picture
