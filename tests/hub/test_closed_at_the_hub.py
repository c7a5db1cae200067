"""SEC-01, SEC-09 and SEC-10 behind JupyterHub: what is refused, told and ended there."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hands import saved
from hub_running import KERNEL, PERSON, Hub, at_the_desk, below, environment, log_in
from jupyter_messages import CHANNELS, INVENTED, REFUSED, contents
from page_line import Spoken, connection_file, watched
from patience import PATIENCE
from playwright.sync_api import Page, expect
from secret_scan import Secrets, secrets_in_keys
from small_study import PASSWORD

from lltic.errors import Refused
from lltic.reviews.accounts import Accounts
from lltic.reviews.client import Client
from lltic.reviews.read import events

AMIRA = "amira"
MISTYPED = "correct-horse-battrey"
REVIEW = "AAAAA-00001-1"
LABEL = "Your judgement of this phase of care"
FIVE = {"comm_open", "comm_msg", "comm_close", "comm_info_request", "kernel_info_request"}

HARMLESS = ("session_id", "state", "code", "code_challenge", "code_challenge_method")
"""Of the way to the Hub and back (OAuth): each is worth something once, to who has the rest."""

GIVEN = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN", "LLTIC_GRANT")
"""What a Hub tells the server of a person at its start, and never a kernel."""

HUBS = ("JUPYTERHUB_CRYPT_KEY", "CONFIGPROXY_AUTH_TOKEN")
"""What the Hub alone is told, with its proxy."""

MEANT = rf"environment of \d+: ({'|'.join((*GIVEN, *HUBS))}): "


@dataclass
class AtHub:
    """Somebody at their page behind the Hub."""

    hub: Hub
    page: Page
    urls: list[str] = field(default_factory=list)

    @property
    def kernel(self) -> int:
        """The process of the page that is open now."""
        line = next(u for u in reversed(self.urls) if u.startswith("ws"))
        kernel_id = re.search(r"api/kernels/([0-9a-f-]{36})", line)[1]
        for pid in self.hub.pids(KERNEL):
            with contextlib.suppress(OSError):  # of a page left a moment ago, and it ends meanwhile
                if kernel_id in str(connection_file(pid)):
                    return pid
        raise AssertionError(f"no kernel {kernel_id}")

    def line(self) -> Spoken:
        """Open another line to the page's kernel, with the browser's cookies."""
        import websocket

        url = next(u for u in reversed(self.urls) if u.startswith("ws")).partition("?")[0]
        cookies = self.page.context.cookies(self.hub.url(AMIRA))
        cookie = "; ".join(f"{c['name']}={c['value']}" for c in cookies)
        socket = websocket.create_connection(
            f"{url}?session_id=x", cookie=cookie, origin=self.hub.address, timeout=30
        )
        return Spoken(socket)


@pytest.fixture(scope="module")
def amira(browser, hub) -> Iterator[AtHub]:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(PATIENCE * 1000)
    page = context.new_page()
    found = AtHub(hub, page)
    page.on("request", lambda request: found.urls.append(request.url))
    page.on("websocket", lambda line: found.urls.append(line.url))
    log_in(page, hub, AMIRA, MISTYPED)
    expect(page.get_by_text("Invalid username or password")).to_be_visible()
    log_in(page, hub, AMIRA)
    at_the_desk(page)
    page.goto(hub.url(AMIRA, f"?review={REVIEW}&page=ongoing"))
    write(page, "Before it all.")
    yield found
    context.close()


def write(page: Page, words: str) -> None:
    page.get_by_label(LABEL).fill(words)
    saved(page)


def on_record(hub: Hub) -> str:
    found = [e.value for e in events(hub.study) if e.review_id == REVIEW]
    return found[-1]["value"]


def test_no_type_of_message_but_five_is_heard(hub, amira, tmp_path):
    proof, pid = tmp_path / "it-ran", amira.kernel
    code = f"open({str(proof)!r}, 'w').close()"
    framings = itertools.cycle(("text", "binary"))
    with watched(pid) as seen:
        line = amira.line()
        for kind in (*REFUSED, *INVENTED):
            said = contents(kind, code) if isinstance(kind, str) else [{"code": code}]
            for content, channel in itertools.product(said, CHANNELS):
                line.send(kind, content, channel, next(framings))
        forbidden = set(line.sent)
        line.settle()
        answered = {m["parent_header"].get("msg_id") for m in line.heard}
        line.close()
        assert len(forbidden) > 1000 and not answered & forbidden
        assert seen.types() <= FIVE
    assert amira.kernel == pid and not proof.exists()
    write(amira.page, "After the messages.")
    assert on_record(hub) == "After the messages."


def learnt(hub: Hub, amira: AtHub) -> Secrets:
    """Every secret of this run that can be known from outside or by the operator."""
    secrets = Secrets()
    for password in (PASSWORD, MISTYPED):
        secrets.add("password", password)
    for cookie in amira.page.context.cookies():
        if cookie["name"] != "_xsrf":
            secrets.add(f"cookie {cookie['name']}", cookie["value"])
    for name, value in secrets_in_keys(hub.study.keys):
        if name.endswith((".key", "_key", "cookie_secret")) or ".db" in name:
            secrets.add(name, value)
    for pid in below(hub.process.pid):
        for name in (*GIVEN, *HUBS):
            value = environment(pid).get(name, "")
            if value:
                secrets.add(f"{name} of {pid}", value)
    for url in amira.urls:
        if code := re.search(r"oauth_callback\?code=([^&]+)", url):
            secrets.add("code of the way back", code[1])
    return secrets


def test_no_kernel_log_address_or_file_tells_a_secret(hub, amira):
    secrets = learnt(hub, amira)
    for kind in ("password", "cookie", "API_TOKEN", "LLTIC_GRANT", "crypt_key", "PROXY_AUTH"):
        assert secrets.named(kind), kind
    assert secrets.named("keys/hub/cookie_secret") and secrets.named("keys/voucher.key")
    assert secrets.named("code of the way back")
    for pid in hub.pids(KERNEL):
        assert secrets.in_process(pid, names=("LLTIC_TICKET",)) == []
        ticket, socket = (environment(pid)[n] for n in ("LLTIC_TICKET", "LLTIC_SOCKET"))
        with pytest.raises(Refused):
            Client(socket).exchange(ticket)
    for pid in below(hub.process.pid):
        found = secrets.in_process(pid, names=environment(pid))  # what the Hub calls things is its
        assert [one for one in found if not re.search(MEANT, one)] == [], pid
    for pid in hub.pids(PERSON):
        assert not set(environment(pid)) & set(HUBS), "a person's server has none of the Hub's"
    for log in (hub.log, *hub.study.path.glob("logs/*")):
        assert secrets.in_log(log.name, log.read_bytes()) == []
    assert secrets.in_files(hub.study.path, but=[hub.study.keys]) == []
    codes = secrets.named("code of the way back")
    for name in codes:  # it is in its own address, once
        del secrets.values[name]
    assert secrets.in_urls(amira.urls, harmless=HARMLESS) == []


def test_what_the_hub_keeps_is_for_its_owner_only(hub):
    state = hub.study.keys / "hub"
    assert state.stat().st_mode & 0o077 == 0
    for file in (state / "crypt_key", state / "cookie_secret"):
        assert file.stat().st_mode & 0o077 == 0, file


def test_a_disabled_account_writes_nothing_more_and_its_words_stay(hub, amira, browser):
    page, box = amira.page, amira.page.get_by_label(LABEL)
    write(page, "In time.")
    accounts = Accounts(hub.study.keys)
    accounts.disable(AMIRA)
    box.press("End")
    box.press_sequentially(" Too late.")
    dialog = page.get_by_role("dialog", name=re.compile("ign in again"))
    expect(dialog).to_be_visible()
    expect(box).to_have_value("In time. Too late.")
    assert on_record(hub) == "In time."
    answer = page.request.get(hub.url(AMIRA), max_redirects=0)
    assert answer.status in (302, 403) and "data-kernel-id" not in answer.text()
    with browser.new_context() as other:
        tab = other.new_page()
        log_in(tab, hub, AMIRA)
        expect(tab.get_by_text("Invalid username or password")).to_be_visible()
    assert on_record(hub) == "In time."
    accounts.enable(AMIRA)
    assert page.request.get(hub.url(AMIRA), max_redirects=0).status == 302, "it stays ended"
    expect(box).to_have_value("In time. Too late.")
