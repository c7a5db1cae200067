"""What a page of a document looks like, and what words stand on it.

Case notes come from anywhere, and what reads PDF, pictures and Word files is
large and written in C. So it runs as a program of its own, one per document,
which can be stopped and can reach nothing (``drawing``); the other rooms only
ask it (``asking``), and load none of it.
"""

from __future__ import annotations
