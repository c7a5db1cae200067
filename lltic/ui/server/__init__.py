"""The web server of the reviewers' pages: Voilà on its own, hardened, behind a log-in.

=================== ========================================================
``app``              the ``Voila`` subclass; safe values are class defaults
``identity``         who is asking, and whose kernel it is
``kernels``          one kernel per open page: its owner, its ticket, its caps
``channels``         what may pass between a page and its kernel
``kernel``           what runs as a kernel's process
``zygote``           a process that is ready, which kernels are copies of
``forking``          the server's end of it; a normal start where that does not work
``said_once``        what many widgets share travels once
``handlers``         the closed list of addresses
``answers``          what all answers share: headers, errors in plain words
``door``             the log-in and the log-out
``new_password``     the choice of another password, here and at the Hub
``again``            showing once more who one is: to sign, or to go on
``proxied``          the door for people whom a proxy has signed in
``signed_in``        when that was, as their organisation says it
``render``           one notebook into one page, while its kernel starts
``heap``             free memory goes back to the system
``logs``             lines of the log, whatever a browser put into them
``check``            tries the known holes against a running server
``template static``  the strict template and the small widget client
=================== ========================================================

It holds no key and no case: those stay with the review service.
"""
