"""Small tables between polars and Spark, through Arrow."""

from __future__ import annotations

import warnings

import polars as pl
from pyspark.sql import DataFrame, SparkSession


def sent(session: SparkSession, frame: pl.DataFrame) -> DataFrame:
    """A table of this machine as Spark sees it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # Spark loads pandas where there is one; we do not use it
        found: DataFrame = session.createDataFrame(frame.to_arrow(compat_level=pl.CompatLevel.oldest()))
    return found


def brought(frame: DataFrame) -> pl.DataFrame:
    """What Spark has counted, here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # the same
        found = pl.from_arrow(frame.toArrow())
    return found if isinstance(found, pl.DataFrame) else found.to_frame()
