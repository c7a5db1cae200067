"""Whether an address answers to whom, or with what, it should not."""

from __future__ import annotations

import asyncio
import re

from lltic.ui.server.check.visiting import STRANGER, Callers, Visitor
from lltic.ui.server.proxied import SECRET_HEADER

__all__ = [
    "anonymous_pages",
    "claims_of_identity",
    "headers",
    "other_addresses",
    "pages",
    "template_and_theme",
    "tokens",
]

PROXY_HEADERS = {
    "X-Forwarded-User": "self-check-one",
    "X-Remote-User": "self-check-one",
    "Remote-User": "self-check-one",
    "X-Forwarded-Email": "self-check-one",
    "X-Forwarded-Access-Token": "x",
}
"""What proxies of other houses say; none of it may be believed."""

CLOSED = (
    "voila/files/desk.ipynb voila/files/..%2fserver%2fapp.py voila/static/voila.js "
    "voila/templates/lab/static/voila.js voila/labextensions/ voila/api/themes/ voila/api/contents "
    "voila/tree voila/render/desk.ipynb voila/query/{id} voila/execution/{id} desk.ipynb files/ "
    "static/ static/00/client.js static/..%2f..%2fapp.py api api/contents api/sessions "
    "api/terminals api/kernels api/kernelspecs api/status api/me api/config/x api/nbconvert "
    "api/security/csp-report terminals/websocket/1 nbconvert/html/x lab tree notebooks/x edit/x "
    "metrics logout/x .git/config"
).split()
"""Addresses of Voilà and Jupyter, and some inventions; none may have an answer."""


async def pages(callers: Callers) -> str:
    """Not a hole: two pages of the owner, whose kernels are then attacked."""
    asked = ("", "?template=lab&theme=dark&voila-theme=dark")
    for page in await asyncio.gather(*(callers.get(query, callers.owner) for query in asked)):
        found = re.search(r'data-kernel-id="([0-9a-f-]{36})"', page.body.decode("utf-8", "replace"))
        if page.code != 200 or not found:
            return f"a page did not open (status {page.code})"
        callers.kernels.append(found[1])
    return ""


async def anonymous_pages(callers: Callers) -> str:
    """Ask for pages without a log-in."""
    return _first(
        [
            f"/{path} answers {answer.code} to a stranger"
            for path in ("", "coding", "?token=x", "nothing-here", "api/me")
            if (answer := await callers.get(path)).code not in (302, 403)
            or "login" not in answer.headers.get("Location", "login")
        ]
    )


async def template_and_theme(callers: Callers) -> str:
    """See whether the address chose how a page looks."""
    page = next(a for name, a in callers.answers if name.startswith("?template=lab"))
    text = page.body.decode("utf-8", "replace")
    foreign = [word for word in ("voila.js", "jupyterlab", "https://") if word in text]
    return f"the address chose a template ({foreign[0]})" if foreign else ""


async def other_addresses(callers: Callers) -> str:
    """Ask for what is not on the closed list."""
    paths = [p.format(id=callers.kernels[0]) for p in CLOSED]
    answers = await asyncio.gather(*(callers.get(path, callers.owner) for path in paths))
    return _first(
        [
            f"/{path} answers {answer.code}"
            for path, answer in zip(paths, answers, strict=True)
            if answer.code not in (403, 404, 405)
        ]
    )


async def tokens(callers: Callers) -> str:
    """Come with a token of Jupyter's, and with a session of one's own making."""
    for said in ({"Authorization": "token x"}, {"Authorization": "token "}):
        if (await callers.get("", STRANGER, said)).code != 302:
            return "a token is looked at"
    invented = Visitor(dict.fromkeys(callers.owner.cookies, "x" * 43))
    forged = await callers.get("", invented)
    return "" if forged.code == 302 else "an invented session is let in"


async def claims_of_identity(callers: Callers) -> str:
    """Say who one is, as a proxy does, with everything right but the secret."""
    right = {**PROXY_HEADERS, **callers.owner.headers}
    for secret in ("", "x" * 43):
        claim = {**right, SECRET_HEADER: secret}
        for path in ("", "login"):
            answer = await callers.get(path, STRANGER, claim)
            if answer.code == 200 and b"data-kernel-id" in answer.body:
                return "a page opens to a claim without the secret"
            if any("lltic-" in c for c in answer.headers.get_list("Set-Cookie")):
                return "a session opens to a claim without the secret"
        if callers.owner.headers:
            answer = await callers.get("", Visitor(callers.owner.cookies, claim))
            if answer.code != 302:
                return "a session is enough without the secret"
    return ""


async def headers(callers: Callers) -> str:
    """Look through everything that was answered for the policy."""
    for name, answer in callers.answers:
        policy = answer.headers.get("Content-Security-Policy", "")
        wanted = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
        if not all(rule in policy for rule in wanted) or "unsafe-eval" in policy:
            return f"/{name} has no strict content security policy"
    return ""


def _first(troubles: list[str]) -> str:
    return troubles[0] if troubles else ""
