"""What was judged, by whom, when? The review service and its record.

=============  ==============================================================
``people``     who may be here, and as what
``record``     the record: events, their chains, where they are kept and how long
``state``      what the events add up to
``rules``      what may happen next, and who may do it
``desk``       what each person may see and do
``accounts``   log-ins, tickets, signatures; ``vouching``: who signed in elsewhere
``service``    the HTTP interface, the only door
``client``     the caller's side, standard library only
``admin``      what coordinators do while the service is down: assign, import
``read``       what other rooms may read: locked judgements, codings, events
=============  ==============================================================

Only the service and ``admin`` write, one of them at a time. Import the module
you need; this package loads none of them, so that a reviewer's kernel stays small.
"""

from __future__ import annotations
