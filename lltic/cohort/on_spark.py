"""Spark: the same expressions where many machines share the work of a region or a nation.

Spark reads the Parquet of the extract in place and writes its rows beside it, so every
worker must see the study's folder under the same path, as on any shared file system.
Nothing is fetched: the expressions are plain SQL, and need no package.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lltic.cohort.on_duckdb import USED, Write, columns_as
from lltic.errors import LlticError, Problem, UsageError
from lltic.sources.tables import table_path
from lltic.study import Study

if TYPE_CHECKING:
    from ibis.expr.types import Table
    from pyspark.sql import SparkSession

__all__ = ["spark"]

LOCAL = "local[*]"
TYPES = {
    "text": "STRING",
    "date": "DATE",
    "timestamp": "TIMESTAMP_NTZ",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
}
REACH_SECONDS = 5.0

SETTINGS = {
    "spark.app.name": "lltic",
    "spark.driver.memory": "1g",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Its log may quote a value.
    "spark.log.level": "OFF",
    "spark.eventLog.enabled": "false",
    "spark.sql.session.timeZone": "UTC",
    # A folder named provider_id=0123 stands for the text 0123.
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",
}


@contextmanager
def spark(study: Study, at: str, scratch: Path) -> Iterator[tuple[str, Write, Write]]:
    """Open a study's tables on Spark; see :data:`lltic.cohort.engines.Engine`.

    Where a session is running already, as on a platform or in a test, it is used and left
    running; otherwise one is started at ``at`` (this machine when empty) and stopped.

    Raises
    ------
    UsageError
        ``bad-address``.
    LlticError
        ``engine-not-installed``, ``no-java``, ``engine-unreachable``, ``engine-failed``.
    """
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        hint = "Install it with: pip install 'lltic[spark]'."
        message = "is not installed"
        raise LlticError(Problem("engine-not-installed", "PySpark", message, hint=hint)) from None
    running = SparkSession.getActiveSession()
    with _failures():
        session = _beside(running, at) if running else _start(at or LOCAL, scratch)
    try:
        yield _opened(session, study)
    finally:
        if running is None:
            session.stop()


def _opened(session: SparkSession, study: Study) -> tuple[str, Write, Write]:
    import ibis

    with _failures():
        for name in USED:
            files = session.read.parquet(_no_pattern(_address(table_path(study, name))))
            columns = columns_as(name, set(files.columns), TYPES, _quoted)
            files.selectExpr(*columns).createOrReplaceTempView(name)

    def write(expression: Table, path: Path) -> None:
        with _failures():
            rows = session.sql(str(ibis.to_sql(expression, dialect="pyspark")))
            rows.write.mode("overwrite").parquet(_address(path))

    return f"spark {session.version}", write, write


def _quoted(name: str) -> str:
    return f"`{name}`"


def _address(path: Path) -> str:
    return f"file://{path}"


def _no_pattern(address: str) -> str:
    """Return an address to read from: what would be a pattern of names stands for itself."""
    return re.sub(r"[\\\[\]{}*?]", r"\\\g<0>", address)


def _beside(running: SparkSession, at: str) -> SparkSession:
    """Return a session of our own in a context that somebody else started."""
    master = running.sparkContext.master
    if at and at != master:
        message = "a Spark session is running in this process, and somewhere else"
        raise UsageError(Problem("bad-address", "--at", message, master))
    session = running.newSession()
    for setting, value in SETTINGS.items():
        if setting.startswith("spark.sql."):
            session.conf.set(setting, value)
    return session


def _start(at: str, scratch: Path) -> SparkSession:
    _check(at)
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    here = {"spark.sql.warehouse.dir": _address(scratch / "warehouse")}
    if at.startswith("local") or _host(at) in ("127.0.0.1", "localhost"):
        # Nobody else needs to reach the driver, and what it spills stays in the study.
        here |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    if at.startswith("local"):
        here |= {"spark.local.dir": str(scratch), "spark.sql.shuffle.partitions": "8"}
    conf = SparkConf().setAll([*SETTINGS.items(), *here.items()]).setMaster(at)
    try:
        gateway = None
        if SparkContext._gateway is None:  # a Java machine outlives its session and serves the next
            quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
            gateway = launch_gateway(conf, quiet)
        return SparkSession(SparkContext(conf=conf, gateway=gateway))
    except PySparkException:
        raise LlticError(_no_java("did not start Spark")) from None


def _check(at: str) -> None:
    """See to Java and to the master first: Spark itself takes a minute to give up."""
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        raise LlticError(_no_java("is not on this machine"))
    if not re.fullmatch(r"local(\[(\d+|\*)\])?|yarn|(spark|k8s)://[\w.:/,\[\]-]+", at):
        allowed = "local[*], spark://host:7077, yarn, k8s://..."
        raise UsageError(Problem("bad-address", "--at", "is no Spark master", allowed))
    masters = at.removeprefix("spark://").split(",") if at.startswith("spark://") else []
    if masters and not any(_answers(master) for master in masters):
        hint = "Start the master, or correct the address."
        message = "nobody answers there"
        raise LlticError(Problem("engine-unreachable", "Spark master", message, hint=hint))


def _host(at: str) -> str:
    return at.partition("://")[2].rpartition(":")[0]


def _answers(master: str) -> bool:
    host, _, port = master.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=REACH_SECONDS).close()
    except (OSError, ValueError):
        return False
    return True


def _no_java(message: str) -> Problem:
    hint = "Install Java 17 or 21 (on Debian: apt install openjdk-17-jre-headless)."
    return Problem("no-java", "Java", message, "17, 21", hint)


@contextmanager
def _failures() -> Iterator[None]:
    """Turn Spark's own errors, which may quote values, into one that does not."""
    try:
        yield
    except LlticError:
        raise
    except Exception as error:  # Java's own come through as they are, of many kinds
        raise LlticError(_failed(error)) from None


def _failed(error: Exception) -> Problem:
    condition = getattr(error, "getCondition", lambda: None)()
    hint = "Every worker must see the study's folder under the same path, and may write in it."
    return Problem("engine-failed", "Spark", str(condition or type(error).__name__), hint=hint)
