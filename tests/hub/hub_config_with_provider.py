"""The example's configuration, with people who sign in at a make-believe organisation.

With ``oauthenticator`` installed this is ``asks_again(GenericOAuthenticator)``; here the part of
it that counts is written out: tornado's redirect to the provider, and the code traded for tokens.
"""

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path
from urllib.parse import urlencode

from jupyterhub.auth import Authenticator
from jupyterhub.handlers import BaseHandler
from jupyterhub.utils import url_path_join
from tornado import web
from tornado.auth import OAuth2Mixin
from tornado.httpclient import AsyncHTTPClient
from traitlets import Dict

from lltic.ui.hub.log_in import asks_again
from lltic.ui.hub.sign_in import OutsideIdentity, Voucher

load_subconfig(  # noqa: F821 - JupyterHub gives it
    str(Path(__file__).resolve().parents[2] / "docs/examples/hub/jupyterhub_config.py")
)
c = get_config()  # noqa: F821

ISSUER, CLIENT, SECRET = (Path(os.environ["LLTIC_HUB_STATE"]) / "provider").read_text().split()
COOKIE = "tests-state"


class ToProvider(OAuth2Mixin, BaseHandler):
    """To the provider, with a state and a proof key that the browser keeps."""

    _OAUTH_AUTHORIZE_URL = f"{ISSUER}/authorize"

    def get(self):
        verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
        kept = {"state": state, "verifier": verifier, "next": self.get_next_url()}
        self.set_secure_cookie(COOKIE, json.dumps(kept), expires_days=None, httponly=True)
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        proof = {"code_challenge": challenge, "code_challenge_method": "S256"}
        self.authorize_redirect(
            redirect_uri=self.authenticator.back(self),
            client_id=CLIENT,
            scope=["openid"],
            extra_params={**self.authenticator.extra_authorize_params, "state": state, **proof},
            response_type="code",
        )


class FromProvider(BaseHandler):
    """Back from the provider."""

    async def get(self):
        kept = json.loads(self.get_secure_cookie(COOKIE) or b"{}")
        self.clear_cookie(COOKIE)
        if not kept or self.get_argument("state", "") != kept["state"]:
            raise web.HTTPError(400, "That sign-in was not asked for, or was cancelled.")
        user = await self.login_user(kept)
        self.redirect(kept["next"] or self.get_next_url(user))


class ProviderAuthenticator(Authenticator):
    login_handler = ToProvider
    extra_authorize_params = Dict()
    auto_login = True

    def login_url(self, base_url):
        return url_path_join(base_url, "oauth_login")

    def back(self, handler):
        return f"http://{handler.request.host}{handler.hub.base_url}oauth_callback"

    def get_handlers(self, app):
        return [("/oauth_login", self.login_handler), ("/oauth_callback", FromProvider)]

    async def authenticate(self, handler, data):
        http = AsyncHTTPClient()
        form = {"grant_type": "authorization_code", "code": handler.get_argument("code")}
        form |= {"redirect_uri": self.back(handler), "code_verifier": data["verifier"]}
        form |= {"client_id": CLIENT, "client_secret": SECRET}
        answer = await http.fetch(f"{ISSUER}/token", method="POST", body=urlencode(form))
        tokens = json.loads(answer.body)
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = await http.fetch(f"{ISSUER}/userinfo", headers=bearer)
        claims = json.loads(answer.body)
        state = {"oauth_user": claims, "id_token": tokens["id_token"]}
        return {"name": claims["sub"].lower(), "auth_state": state}


c.JupyterHub.authenticator_class = asks_again(ProviderAuthenticator)
c.Authenticator.post_auth_hook = OutsideIdentity(
    Voucher(os.environ["LLTIC_SOCKET"], Path(os.environ["LLTIC_VOUCHER"])), ISSUER
)
