"""The tables of ``keys/accounts.db``, and how an older file becomes today's.

The file knows its version (``PRAGMA user_version``). All missing steps are one
transaction: a file is either what it was, or what it should be.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lltic.errors import LlticError, Problem
from lltic.reviews.record.engines import for_writing, open_sqlite
from lltic.reviews.record.problems import unavailable

__all__ = [
    "VERSION",
    "attempts",
    "grants",
    "identities",
    "open_accounts",
    "people",
    "sign_ins",
    "turns",
    "vouched",
]

metadata = sa.MetaData()


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, default="", server_default="", **more)


people = sa.Table(
    "people",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    _text("label"),
    _text("organisation"),
    _text("roles"),  # a JSON list
    _text("password_hash"),
    _text("discipline"),
    sa.Column("active", sa.Boolean, nullable=False, server_default="1", default=True),
    sa.Column("must_change", sa.Boolean, nullable=False, server_default="0", default=False),
    _text("changed_at"),
)

attempts = sa.Table(
    "attempts",
    metadata,
    # Of what was typed as a name, whether it is one or not: a table of known names only would
    # tell, by its lock-outs, which names are known. People type passwords there: a hash, then.
    sa.Column("name_hash", sa.Text, primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    _text("locked_until"),
    _text("forget_at", index=True),
)

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),  # session, ticket, capability, signature
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("session_hash", sa.Text, nullable=False, index=True),
    _text("kernel_id"),
    sa.Column("expires_at", sa.Text, nullable=False),
    _text("act"),  # of a signature: what it is for,
    _text("method"),  # how the person showed who they are,
    _text("op_id"),  # and the one operation it was used for
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
)
"""Who somebody is elsewhere: the account of each outside identity."""

vouched = sa.Table(
    "vouched",
    metadata,
    sa.Column("grant_hash", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("expires_at", sa.Text, nullable=False),
)
"""Who may come in, within two minutes and once, because somebody vouched for them."""

turns = sa.Table(
    "turns",
    metadata,
    sa.Column("turn_hash", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("act", sa.Text, nullable=False),
    sa.Column("asked_at", sa.Text, nullable=False),
    sa.Column("signed_in_at", sa.Text, nullable=False),
)
"""Who was sent to sign in again, for what, and when they did; empty until then."""

sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("signed_in_at", sa.Text, nullable=False),
)
"""The newest sign-in of each account that has done its work, and is worth nothing more."""


def _first(connection: sa.Connection) -> None:
    """What the first release made, in a file that has nothing yet."""
    for statement in (
        "CREATE TABLE IF NOT EXISTS people (name TEXT PRIMARY KEY NOT NULL, label TEXT NOT NULL, "
        "organisation TEXT NOT NULL, roles TEXT NOT NULL, password_hash TEXT NOT NULL, "
        "failures INTEGER NOT NULL, locked_until TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS grants (token_hash TEXT PRIMARY KEY NOT NULL, "
        "kind TEXT NOT NULL, name TEXT NOT NULL, session_hash TEXT NOT NULL, "
        "kernel_id TEXT NOT NULL, expires_at TEXT NOT NULL)",
    ):
        connection.exec_driver_sql(statement)


def _people_may_rest(connection: sa.Connection) -> None:
    """Disciplines, disabled people, passwords with an age; signatures; failures by what was typed.

    Failures and lock-outs of before are forgotten: they last minutes.
    """
    had = {column["name"] for column in sa.inspect(connection).get_columns("people")}
    discipline = "discipline" if "discipline" in had else "''"
    connection.exec_driver_sql("ALTER TABLE people RENAME TO people_before")
    people.create(connection)
    kept = "name, label, organisation, roles, password_hash"
    connection.exec_driver_sql(
        f"INSERT INTO people ({kept}, discipline) SELECT {kept}, {discipline} FROM people_before"  # noqa: S608 - our own words
    )
    connection.exec_driver_sql("DROP TABLE people_before")
    attempts.create(connection)
    for column in ("act", "method", "op_id"):
        connection.exec_driver_sql(
            f"ALTER TABLE grants ADD COLUMN {column} TEXT NOT NULL DEFAULT ''"
        )
    # One that stands already has the name that SQLAlchemy gave it.
    connection.exec_driver_sql(
        "CREATE INDEX IF NOT EXISTS ix_grants_session_hash ON grants (session_hash)"
    )


def _signing_in_elsewhere(connection: sa.Connection) -> None:
    """Outside identities, and signing in once more for one act.

    The first two were once made beside the steps, by whoever came first: they may be there.
    """
    for statement in (
        "CREATE TABLE IF NOT EXISTS identities (issuer TEXT NOT NULL, subject TEXT NOT NULL, "
        "name TEXT NOT NULL, PRIMARY KEY (issuer, subject))",
        "CREATE TABLE IF NOT EXISTS vouched (grant_hash TEXT PRIMARY KEY NOT NULL, "
        "name TEXT NOT NULL, expires_at TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS turns (turn_hash TEXT PRIMARY KEY NOT NULL, "
        "name TEXT NOT NULL, act TEXT NOT NULL, asked_at TEXT NOT NULL, "
        "signed_in_at TEXT NOT NULL)",
        "CREATE TABLE IF NOT EXISTS sign_ins (name TEXT PRIMARY KEY NOT NULL, "
        "signed_in_at TEXT NOT NULL)",
    ):
        connection.exec_driver_sql(statement)


STEPS: tuple[Callable[[sa.Connection], None], ...] = (
    _first,
    _people_may_rest,
    _signing_in_elsewhere,
)
"""Never changed once released: there is a next one."""

VERSION = len(STEPS)


def open_accounts(file: Path) -> sa.Engine:
    """Open the accounts, made or brought up to date, for their owner alone.

    Raises
    ------
    LlticError
        ``accounts-too-new`` when a newer lltic wrote them; ``accounts-damaged``;
        ``not-a-local-disk``; ``store-unavailable`` when the disk refuses.
    """
    engine = open_sqlite(file)
    try:
        _bring_up_to_date(engine)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        raise _cannot(error) from None
    except LlticError:
        engine.dispose()
        raise
    return engine


def _cannot(error: sa.exc.DBAPIError) -> LlticError:
    if isinstance(error, sa.exc.OperationalError):  # a full disk, a lock, a permission
        return unavailable(error)
    hint = "Restore keys/accounts.db from the backup, or remove it and add everybody again."
    return LlticError(Problem("accounts-damaged", "the accounts", "cannot be read", hint=hint))


def _bring_up_to_date(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        version = _version(connection)
    if version < VERSION:
        with for_writing(engine).begin() as connection:
            for step in STEPS[_version(connection) :]:
                step(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {VERSION}")
    elif version > VERSION:
        hint = "Use the lltic that wrote them, or a newer one. Nothing was changed."
        message = f"have version {version}; this lltic knows up to {VERSION}"
        raise LlticError(Problem("accounts-too-new", "the accounts", message, hint=hint))


def _version(connection: sa.Connection) -> int:
    return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
