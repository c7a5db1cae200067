"""A real Spark for tests, on this machine; skipped with one line where there is no Java."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

QUICK = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Half the time to start, for a machine that will not run long."""


def needs_spark() -> None:
    """Skip, or fail under CI, where PySpark or Java is missing."""
    from conftest import lacking

    try:
        import pyspark  # noqa: F401
    except ImportError:
        lacking("PySpark (make .venv/.spark)")
    if not shutil.which("java"):
        lacking("Java 17")


@contextmanager
def session() -> Iterator[Any]:
    """Run a Spark session, as a platform would have one, until the block ends."""
    needs_spark()
    from pyspark import SparkConf, SparkContext
    from pyspark.java_gateway import launch_gateway
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.log.level": "OFF",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": QUICK,
        "spark.sql.shuffle.partitions": "2",
        # Not UTC, as a platform's may be: a cohort must not go by it.
        "spark.sql.session.timeZone": "America/Los_Angeles",
    }
    conf = SparkConf().setMaster("local[2]").setAppName("tests").setAll(list(settings.items()))
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    gateway = launch_gateway(conf, quiet)
    running = SparkSession(SparkContext(conf=conf, gateway=gateway))
    try:
        yield running
    finally:
        running.stop()
        gateway.shutdown()
        gateway.proc.stdin.close()
        gateway.proc.wait(30)
        SparkContext._gateway = SparkContext._jvm = None
