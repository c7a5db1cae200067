"""SEC-04 and SEC-05: a stranger gets a log-in and nothing else; no path leads out of the house."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from serving_study import KERNEL, Served
from small_study import PASSWORD, make_study

from lltic.clock import system_clock

STRANGERS = 1_000
CLOSED = {302, 401, 403, 404, 405}

PLACES = (
    "",
    "coding",
    "?review=AAAAA-00001-1&page=ongoing",
    "api",
    "api/kernels",
    "api/kernels/00000000-0000-0000-0000-000000000000",
    "api/kernels/00000000-0000-0000-0000-000000000000/channels",
    "api/contents",
    "api/sessions",
    "api/terminals",
    "voila/render/desk.ipynb",
    "voila/files/study.toml",
    "voila/files/x.png",
    "voila/query/1",
    "voila/static/voila.js",
    "voila/templates/lltic/static/x.js",
    "static/style/style.min.css",
    "nbextensions/x.js",
    "files/reviews.db",
    "lab",
    "tree",
    "notebooks/desk.ipynb",
    "logout",
    "sign",
    "again",
    "pause",
    "?token=x",
    "?voila-theme=dark&voila-template=lab",
)

FILES = ("etc/passwd", "study.toml", "keys/accounts.db", "keys/pseudonym.key", "reviews.db")
UPS = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c", "....//", "..;/", "%252e%252e%252f")
ENDS = ("", "%00", "%00.png", "?x=.png", "/.", "#.png")
ROOTS = ("", "voila/files/", "voila/static/", "static/", "voila/templates/", "files/")
SECRETS = (b"root:x:0:0", b"SQLite format 3", b"synthetic =", b"PRIVATE")


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    running = Served(make_study(tmp_path_factory.mktemp("closed") / "study", system_clock))
    yield running
    running.stop()


def paths() -> list[str]:
    """Return 500 and more ways to ask for a file outside, each of another make."""
    made = [
        f"{root}{up * depth}{file}{end}"
        for root, up, file, end in itertools.product(ROOTS, UPS, FILES, ENDS)
        for depth in (1 + len(root) % 3 + len(end) % 2,)
    ]
    absolute = [f"{root}/{file}" for root in ROOTS for file in FILES]
    return [*made[:: max(1, len(made) // 480)], *absolute]


def get(address: str, **more) -> requests.Response:
    """Ask for exactly this address: requests alone would tidy the dots away."""
    asked = requests.Request("GET", address, **more).prepare()
    asked.url = address
    with requests.Session() as session:
        return session.send(asked, allow_redirects=False, timeout=20)


def test_a_thousand_strangers_get_a_log_in_and_start_no_kernel(served):
    asked = list(itertools.islice(itertools.cycle(PLACES), STRANGERS))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda place: get(f"{served.url}{place}"), asked))
    codes = Counter(answer.status_code for answer in answers)
    assert set(codes) <= CLOSED, codes
    to = {a.headers["Location"].partition("?")[0] for a in answers if a.status_code == 302}
    assert {re.sub(r"^https?://[^/]+", "", place) for place in to} == {"/login"}
    assert served.pids(KERNEL) == []


@pytest.mark.parametrize("known", [False, True], ids=["stranger", "reviewer"])
def test_five_hundred_paths_give_no_byte_from_outside(served, known):
    cookies = log_in(served) if known else None
    wanted = paths()
    assert len(set(wanted)) >= 500
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda p: get(f"{served.url}{p}", cookies=cookies), wanted))
    for path, answer in zip(wanted, answers, strict=True):
        assert answer.status_code < 500, path
        assert not any(secret in answer.content for secret in SECRETS), path


def log_in(served) -> dict[str, str]:
    with requests.Session() as session:
        form = session.get(f"{served.url}login", timeout=20)
        data = {"name": "amira", "password": PASSWORD, "_xsrf": session.cookies["_xsrf"]}
        done = session.post(form.url, data=data, allow_redirects=False, timeout=20)
        assert done.status_code == 303
        return session.cookies.get_dict()
