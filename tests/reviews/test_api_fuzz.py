"""Whatever is sent, in whatever shape: what was asked, or a refusal; never a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hostile_values import VALUES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from running_service import FIRST, PEOPLE, everybody, served

from lltic.reviews import admin
from lltic.reviews.service.answering import _checked
from lltic.reviews.service.answers import Problems
from lltic.reviews.service.bodies import Login
from lltic.reviews.service.limits import Limiter

KNOWN = (FIRST, "AAAAA-00001-2", "AAAAA-00001", "admission.score", "submit:" + FIRST)
KNOWN = (*KNOWN, "answer", "take", "submit", "operation-1", "window-1")

scalars = st.one_of(
    st.sampled_from(VALUES),
    st.sampled_from(KNOWN),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=True),
    st.text(max_size=40),
)
anything = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def line(tmp_path_factory):
    from datetime import UTC, datetime

    from small_study import make_study

    study = make_study(tmp_path_factory.mktemp("s") / "study", lambda: datetime.now(UTC))
    everybody(study)
    with admin.writing(study) as store, served(study, store, limiter=Limiter({})) as line:
        for person in PEOPLE:
            line.client(person.name)
        yield line


def bodies(fields: dict[str, Any]) -> st.SearchStrategy[object]:
    """Bodies near what is asked for: some fields missing, some odd, now and then one too many."""
    near = st.fixed_dictionaries({}, optional=dict.fromkeys(fields, anything))
    right = st.fixed_dictionaries(
        {
            n: st.sampled_from(KNOWN) | anything if f.is_required() else anything
            for n, f in fields.items()
        }
    )
    odd = st.builds(
        lambda body, name, value: {**body, name: value}, near, st.text(max_size=9), scalars
    )
    return right | near | odd | anything


@settings(
    max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(data=st.data())
def test_any_call_with_anything(line, data):
    call = data.draw(
        st.sampled_from([c for c in line.calls if c.name not in ("logout", "password")])
    )
    ids = st.sampled_from(KNOWN) | st.text(min_size=1, max_size=20)
    path = call.path
    for name in ("review_id", "case_id", "document_id", "page", "width"):
        if "{" + name + "}" in path:
            path = path.replace("{" + name + "}", quoted(data.draw(ids)))
    who = data.draw(st.sampled_from([*(p.name for p in PEOPLE), ""]))
    body = data.draw(bodies(dict(call.body.model_fields))) if call.body else None
    raw = None if body is None else json.dumps(body).encode("utf-8", "surrogatepass")
    status, answer = line.raw(call.method, path, raw, line.capabilities.get(who, ""))
    assert status in (200, 400, 401, 403, 404, 405, 409), (status, answer)
    if status == 200:
        call.answer.model_validate(answer)
    else:
        Problems.model_validate(answer)


def quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text.encode("utf-8", "replace"), safe="")


def test_an_address_that_is_no_call_leads_to_no_other(line):
    for path in ("/v1/worklist/", "/v1/reviews/AAAAA-00001-1/", "/v1/reviews/x%2F"):
        status, answer = line.raw("GET", path, None, line.capabilities["amira"])
        assert (status, answer["problems"][0]["code"]) == (404, "no-such-call")


def test_nothing_that_came_in_is_kept_for_the_next_request():
    """A reader of JSON that remembers short texts would remember passwords."""
    raw = json.dumps({"name": "amira", "password": "correct-horse"}).encode()
    first, second = (_checked(Login, raw) for _ in range(2))
    assert first == second
    assert first["password"] is not second["password"]
