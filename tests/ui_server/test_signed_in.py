"""When somebody signed in, as a number or in an ID token; anything else says nothing."""

from __future__ import annotations

import base64
import json

import pytest

from lltic.ui.server.signed_in import claims_of, signed_in_at

ISSUER = "https://sign-in.example/tenant-7/v2.0"


def token(claims):
    parts = [json.dumps(part).encode() for part in ({"alg": "RS256"}, claims)]
    text = [base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in (*parts, b"x")]
    return ".".join(text)


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("1790000000", 1790000000),
        (" 1790000000 ", 1790000000),
        (token({"iss": ISSUER, "auth_time": 1790000000}), 1790000000),
        (token({"iss": ISSUER, "auth_time": 1790000000.7}), 1790000000),
        (token({"iss": ISSUER + "x", "auth_time": 1790000000}), 0),
        (token({"iss": ISSUER}), 0),
        (token({"iss": ISSUER, "auth_time": "1790000000"}), 0),
        (token({"iss": ISSUER, "auth_time": True}), 0),
        (token({"iss": ISSUER, "auth_time": -1}), 0),
        (token({"iss": ISSUER, "auth_time": 1e300}), 0),
        (token({"iss": ISSUER, "iat": 1790000000}), 0),
        (token([1]), 0),
        ("", 0),
        ("-1", 0),
        ("1790000000000", 0),
        ("\u0661\u0662", 0),
        ("9" * 5000, 0),
        ("a.b.c", 0),
        ("a.%.c", 0),
        ("." * 2, 0),
    ],
)
def test_a_time_is_read_or_is_not_said(said, at):
    assert signed_in_at(said, issuer=ISSUER) == at


def test_what_is_no_token_says_nothing():
    assert claims_of("x") == claims_of("a" * 20_000) == claims_of("a.[[[[.c") == {}
