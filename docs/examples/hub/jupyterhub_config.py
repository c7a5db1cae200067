"""JupyterHub for reviewers' pages, on one machine; `make hub-demo` uses this file as it stands.

What safety stands on is set by `reviewers_only`. What follows it is a matter of
place: read docs/serving.md before you change it for a server that others reach.
"""

import os
from pathlib import Path

from lltic.ui.hub.settings import reviewers_only

c = get_config()  # noqa: F821 - JupyterHub gives it

reviewers_only(
    c,
    socket=os.environ["LLTIC_SOCKET"],
    secret_file=Path(os.environ["LLTIC_VOUCHER"]),
    state=Path(os.environ["LLTIC_HUB_STATE"]),
)

# Where people come in, and the two ports on which the Hub and its proxy talk (with TLS).
hub_port, proxy_port = os.environ["LLTIC_HUB_INSIDE"].split()
c.JupyterHub.bind_url = os.environ["LLTIC_HUB_ADDRESS"]
c.JupyterHub.hub_port = int(hub_port)
c.ConfigurableHTTPProxy.api_url = f"https://127.0.0.1:{proxy_port}"
c.ConfigurableHTTPProxy.command = [os.environ["LLTIC_PROXY"]]

# One process per person, all of one account: for trying things out on one machine.
# On a server use containers (docs/serving.md): only they keep people's processes apart.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = os.environ["LLTIC_HUB_HOMES"] + "/{username}"

if os.environ.get("LLTIC_SYNTHETIC"):
    c.JupyterHub.template_vars = {
        "announcement": "Synthetic people, synthetic notes: nobody in this study exists."
    }
