"""What is asked, by field."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from lltic.reviews.rules import OPERATIONS
from lltic.reviews.service.shapes import Body, CaseId, Name, ReviewId, Seconds, Short

__all__ = [
    "Again",
    "Exchange",
    "Hold",
    "Leave",
    "Login",
    "Logout",
    "Operation",
    "Password",
    "Redeem",
    "Session",
    "Sign",
    "Ticket",
    "Vouch",
]


class Login(Body):
    """A name and a password."""

    name: Short
    password: Short


class Password(Body):
    """A person's password, and the one they want instead."""

    name: Short
    password: Short
    new_password: Short


class Again(Body):
    """A session, open or not long over, and its owner's password; or whom the voucher names."""

    session: Short
    password: Short = ""
    issuer: Short = ""
    subject: Short = ""
    turn: Name = Field(
        default="", description="Instead of a password: for what somebody signs in once more."
    )
    signed_in_at: Seconds = Field(
        default=0, description="With a claim: the provider's `auth_time`, seconds since 1970."
    )


class Sign(Again):
    """What is signed, by whose session, and how the owner shows again who they are."""

    act: Annotated[
        str, Field(max_length=120, pattern=r"^(submit|reopen|break_blind):[^:\s]{1,80}$")
    ] = Field(
        description="`submit:` or `reopen:` and a review id, or `break_blind:` and a case id."
    )


class Session(Body):
    """A session; with a claim, only when it is the session of whom the voucher names."""

    session: Short
    issuer: Short = ""
    subject: Short = ""


class Logout(Body):
    """The session that ends."""

    session: Short


class Vouch(Body):
    """Whom somebody vouches for: who issued the identity, and who it is there."""

    issuer: Short
    subject: Short
    turn: Name = Field(default="", description="For what the person was sent to sign in again.")
    signed_in_at: Seconds = Field(
        default=0, description="The provider's `auth_time`, seconds since 1970; 0: it is not known."
    )


class Redeem(Body):
    """A grant."""

    grant: Short


class Ticket(Body):
    """The kernel that a session's owner is given a ticket for."""

    session: Short
    kernel_id: Name


class Exchange(Body):
    """A ticket."""

    ticket: Short


class Hold(Body):
    """Which window works on the review; `take_over` from the one that does."""

    window: Name
    take_over: bool = False
    opened: bool = Field(
        default=False,
        description="The review has just been opened there: a page that was left is not waited "
        "for. Without it a window gets the review some seconds later, for a page that is loaded "
        "again leaves and comes back.",
    )


class Leave(Body):
    """In which window the review's page has been left."""

    window: Name


class Operation(Body):
    """One thing done to a review. Which fields count, and their values, depends on `kind`."""

    op_id: Annotated[str, Field(max_length=64)] = Field(
        description="Chosen by the caller, `[A-Za-z0-9_-]{8,64}`. An operation that is repeated "
        "under its id is done once and answered each time."
    )
    kind: Annotated[str, Field(max_length=32, json_schema_extra={"enum": list(OPERATIONS)})]
    case_id: CaseId = ""
    review_id: ReviewId = ""
    field: Annotated[str, Field(max_length=200)] = Field(
        default="", description="The path of an item in the form, such as `admission.score`."
    )
    value: Any = Field(
        default=None,
        description="`answer`: `{value}` or `{missing}` or null; `take`: `{kind}`; `withdraw`: "
        "`{offer_again}`; `offer`: `{discipline}`, where the form has parts for several; "
        "`give`: `{to}`, an account; `escalation_update`: what is added, dates as `YYYY-MM-DD` "
        "and not in the future; `code`: `{theme, start, end, "
        "codebook_hash}`, perhaps a `polarity`, and the `suggestion` that it answers; `uncode`: "
        "`{coding_id}`; `release_text`: `{coder}`, an account, by a coordinator; `resolve`: "
        "`{difference, keep}`, the ids of one side's codings or none; `reject_suggestion`: "
        "`{suggestion_id}`; `cite`: `{document, sha256, page, start, end, text}`; `uncite`: "
        "`{citation_id}`.",
    )
    base_version: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = Field(
        default=None,
        description="`answer`, `escalation_update`: the version the writer had seen; 0 when empty.",
    )
    reason: Annotated[str, Field(max_length=10_000)] = ""
    window: Name = Field(default="", description="The window it comes from.")
    signature: Short = Field(
        default="", description="From `/v1/sign`; `submit`, `reopen` and `break_blind` need one."
    )
