"""What was judged, by whom, when? The review service and its record.

=============  ==============================================================
``events``     one event, sealed into the hash chain
``store``      where events are kept: in memory, in SQLite
``state``      what the events add up to
``rules``      what may happen next, and who may do it
``accounts``   people, log-ins, tickets
``service``    the HTTP interface, the only door
``client``     the caller's side, standard library only
``admin``      what coordinators do while the service is down: assign, import
``read``       what other rooms may read: locked judgements, codings, events
=============  ==============================================================

Only the service and ``admin`` write, one of them at a time. Import the module
you need; this package loads none of them, so that a reviewer's kernel stays small.
"""

from __future__ import annotations
