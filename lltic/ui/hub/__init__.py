"""The reviewers' pages under JupyterHub: several organisations, a server for each person.

============= ==============================================================
``server``    the hardened server of one person, started by the Hub
``identity``  the Hub's word that this is the person, and nobody else
``door``      the way to the Hub's log-in and back
``sign_in``   in the Hub: who may log in, and what their server is given
``log_in``    in the Hub: another password, and being asked once more who one is
``settings``  in the Hub: every setting that safety stands on
============= ==============================================================

Run ``python -m lltic.ui.hub`` as the single-user server. Which account it serves
is decided in the review service: the Hub vouches for one person at each start,
and the grant it gets is good for one session of that person.
"""
