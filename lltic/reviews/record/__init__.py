"""The record: what was judged, by whom and when, and nothing of it ever changed.

==============  =============================================================
``events``      one event, and the chains that make a change visible
``sealing``     what is written about a case, under that case's key
``keys``        a key per case, apart from the record
``store``       what every store does, and the one in memory
``sql``         the one in SQLite or PostgreSQL
``schema``      its tables, and the steps from any older age to today's
``engines``     how a database is opened; ``disk``: which disks are refused
``opening``     a study's record by its settings: one writer, many readers
``keeping``     until when a case is kept, what holds it, whether it is gone
``accesses``    the book of accesses, as people read it
``retention``   saying so; ``erasure``: letting a case go
``anchor``      the heads of the chains, written down elsewhere
``backup``      a copy while people work; ``restore``: the way back
``raw``         the record as it lies there, for an auditor
==============  =============================================================

Import what you need from its parts; this file loads none of them.
"""
