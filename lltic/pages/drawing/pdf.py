"""PDF: pages drawn, words with their places. Nothing in a PDF is ever run or followed."""

from __future__ import annotations

import ctypes
import itertools
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

from lltic.pages.drawing.encoding import encoded
from lltic.pages.drawing.made import Layer, Unshowable, height_for
from lltic.pages.limits import MAX_PAGES, MAX_TEXT

__all__ = ["Pdf"]

HYPHENS = (0x02, 0xFFFE)
"""What pdfium gives for a hyphen at the end of a line."""


class Pdf:
    """An open PDF.

    Parameters
    ----------
    file : BinaryIO
        Read as it is needed, so that 500 scanned pages are not in memory at once.
    """

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._pdf = pypdfium2.PdfDocument(file)
        except pypdfium2.PdfiumError as error:
            locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
            raise Unshowable("document-locked" if locked else "document-broken") from None
        self.pages = len(self._pdf)
        if self.pages < 1:
            raise Unshowable("document-broken")
        if self.pages > MAX_PAGES:
            raise Unshowable("too-many-pages")
        # Filled-in fields are drawn; the library has no JavaScript, and no action is started.
        self._pdf.init_forms()

    def layer(self, page: int) -> Layer:
        """Return the words of a page, in the order in which they stand in the file."""
        one = self._page(page)
        try:
            place = _Place(one)
            text, words = _words(one, place)
            return Layer(text, (round(place.width, 2), round(place.height, 2)), words)
        finally:
            one.close()

    def image(self, page: int, width: int) -> bytes:
        """Return a page as a picture."""
        one = self._page(page)
        try:
            size = one.get_size()
            height = height_for(width, size)
            bitmap = one.render(scale=max(width / size[0], height / size[1]), rev_byteorder=True)
            picture = bitmap.to_pil().convert("RGB")
            return encoded(picture)
        finally:
            one.close()

    def _page(self, page: int) -> pypdfium2.PdfPage:
        try:
            return self._pdf[page - 1]
        except pypdfium2.PdfiumError:
            raise Unshowable("page-broken") from None


class _Place:
    """Where a point of a page's own space lies on the page as it is shown, turned and cut."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        self.width, self.height = page.get_size()
        if not (0 < self.width < 1e6 and 0 < self.height < 1e6):
            raise Unshowable("page-too-large")
        self._page = page
        zero, right, up = (self._shown(x, y) for x, y in ((0, 0), (1000, 0), (0, 1000)))
        self._zero = zero
        self._x = [(right[i] - zero[i]) / 1000 for i in (0, 1)]
        self._y = [(up[i] - zero[i]) / 1000 for i in (0, 1)]

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        fine = 2**30 / max(self.width, self.height, 2000) / 4  # as whole numbers of these
        across, down = ctypes.c_int(), ctypes.c_int()
        size = round(self.width * fine), round(self.height * fine)
        pdfium.FPDF_PageToDevice(
            self._page, 0, 0, *size, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        return across.value / fine, down.value / fine

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return (
            self._zero[0] + x * self._x[0] + y * self._y[0],
            self._zero[1] + x * self._x[1] + y * self._y[1],
        )


def _words(page: pypdfium2.PdfPage, place: _Place) -> tuple[str, list[list[float]]]:
    textpage = page.get_textpage()
    try:
        count = min(textpage.count_chars(), MAX_TEXT)
        codes = [pdfium.FPDFText_GetUnicode(textpage, i) for i in range(count)]
        kept = [(i, _character(code)) for i, code in enumerate(codes) if code != 0x0D]
        text = "".join(character for _, character in kept)
        box = _Boxes(textpage, place)
        words: list[list[float]] = []
        offset = 0
        for blank, run in itertools.groupby(kept, key=lambda one: one[1].isspace()):
            indices = [i for i, _ in run]
            if not blank:
                words.append([offset, offset + len(indices), *box.around(indices)])
            offset += len(indices)
        return text, words
    finally:
        textpage.close()


def _character(code: int) -> str:
    """Return one character for one of pdfium's, so that offsets and places agree."""
    if code in HYPHENS:
        return "-"
    if code == 0x0A:
        return "\n"
    if code < 0x20 or 0x7F <= code < 0xA0:
        return " "
    if 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return "\N{REPLACEMENT CHARACTER}"
    return chr(code)


class _Boxes:
    def __init__(self, textpage: pypdfium2.PdfTextPage, place: _Place) -> None:
        self._textpage = textpage
        self._place = place
        self._sides = [ctypes.c_double() for _ in range(4)]
        self._into = [ctypes.byref(side) for side in self._sides]

    def around(self, indices: list[int]) -> list[float]:
        """Return left, top, right, bottom of what these characters cover, in points."""
        across, down = [], []
        for index in indices:
            if not pdfium.FPDFText_GetCharBox(self._textpage, index, *self._into):
                continue
            left, right, bottom, top = (side.value for side in self._sides)
            for x, y in ((left, bottom), (right, top)):
                shown = self._place(x, y)
                across.append(shown[0])
                down.append(shown[1])
        if not across:
            return [0, 0, 0, 0]
        return [round(v, 1) for v in (min(across), min(down), max(across), max(down))]
