"""The example's configuration as it stands, an administrator of the Hub, and little patience."""

from pathlib import Path

load_subconfig(  # noqa: F821 - JupyterHub gives it
    str(Path(__file__).resolve().parents[2] / "docs/examples/hub/jupyterhub_config.py")
)
c = get_config()  # noqa: F821
c.Authenticator.admin_users = {"iris.novak"}
c.Spawner.args = ["--idle", "15"]  # enough for the way from a server's start to its first page
