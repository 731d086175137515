"""Records counted by Apache Spark, where they lie: only sums return."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Engine, Reader
from profdev_spark.engine import Spark
from profdev_spark.places import SparkFiles, SparkJdbc, SparkTable


@hookimpl
def provide_engines() -> Mapping[str, type[Engine]]:
    """``spark``: a cluster, or this machine."""
    return {"spark": Spark}


@hookimpl
def provide_readers() -> Mapping[str, type[Reader]]:
    """Records that only Spark reads: addresses of a storage, tables of Hive, databases through JDBC."""
    return {
        "spark_files": SparkFiles,
        "spark_table": SparkTable,
        "spark_jdbc": SparkJdbc,
    }
