"""The program that draws one document; see :mod:`lltic.pages.asking` for who asks it.

===========  ================================================================
``sealing``  what the program gives away before it looks at the document
``pdf``      PDF: pages drawn, words with their places
``scans``    pictures: PNG, JPEG, TIFF with several pages
``word``     Word files, as pages of text
``encoding`` a picture as bytes
``made``     what a document is to the program
===========  ================================================================
"""

from __future__ import annotations
