"""In the Hub's process: every setting that safety stands on, in one place.

``jupyterhub_config.py`` calls :func:`reviewers_only` and adds what is a matter of
place: addresses, the spawner, the provider of sign-in.
"""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from lltic.ui.hub.sign_in import ReviewAuthenticator, Voucher

__all__ = ["reviewers_only"]

PASSED_ON = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV"]
"""What a person's server gets of the Hub's environment."""


SERVERS_MAY = ["users:activity!user", "access:servers!server", "delete:servers!server"]
"""What a server's own token is good for: to say that it is used, and to ask to be stopped."""


def _says_no_cookie(record: logging.LogRecord) -> bool:
    """Keep out of the log the one line of JupyterHub's that quotes a cookie of the browser's."""
    return not str(record.msg).startswith("Setting new xsrf cookie")


def reviewers_only(
    c: Any, *, socket: str, secret_file: Path, inside: str = "", state: Path | None = None
) -> Voucher:
    """Set a Hub up for reviewers' pages; call it first in ``jupyterhub_config.py``.

    Parameters
    ----------
    c : traitlets.config.Config
        The Hub's configuration.
    socket, secret_file, inside
        See :class:`lltic.ui.hub.sign_in.Voucher`.
    state : Path, optional
        Where the Hub keeps its database, its cookie secret and its certificates (0700).

    Returns
    -------
    Voucher
        For an :class:`~lltic.ui.hub.sign_in.OutsideIdentity`, when people sign in elsewhere.
    """
    voucher = Voucher(socket, Path(secret_file), inside)
    logging.getLogger("tornado.application").addFilter(_says_no_cookie)
    c.JupyterHub.authenticator_class = ReviewAuthenticator
    c.ReviewAuthenticator.socket = socket
    c.Authenticator.allow_all = True  # whoever has an account in the study
    c.Authenticator.enable_auth_state = True  # issuer and subject, encrypted: JUPYTERHUB_CRYPT_KEY
    # Nothing to refresh: the tokens are not kept, and the service knows at every call who may.
    c.Authenticator.auth_refresh_age = 0

    c.JupyterHub.allow_named_servers = False
    c.JupyterHub.redirect_to_server = True
    c.JupyterHub.shutdown_on_logout = True
    c.JupyterHub.internal_ssl = True
    c.JupyterHub.authenticate_prometheus = True
    c.JupyterHub.cookie_max_age_days = 0.5

    c.Spawner.cmd = [sys.executable, "-m", "lltic.ui.hub"]
    c.Spawner.pre_spawn_hook = voucher
    c.Spawner.disable_user_config = True
    c.Spawner.env_keep = PASSED_ON
    c.Spawner.poll_interval = 15
    c.Spawner.server_token_scopes = SERVERS_MAY
    c.Spawner.start_timeout = 60

    if state is not None:
        c.JupyterHub.db_url = f"sqlite:///{state / 'hub.sqlite'}"
        c.JupyterHub.cookie_secret_file = str(state / "cookie_secret")
        c.JupyterHub.internal_certs_location = str(state / "internal-ssl")
        c.ConfigurableHTTPProxy.pid_file = str(state / "proxy.pid")
    return voucher
