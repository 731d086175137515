"""Where queries run: streaming, in memory, or on another device."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import frozen
from polars._typing import EngineType


@frozen(kw_only=True)
class Running:
    """How queries over rows are run; what is small always runs in memory."""

    engine: EngineType
    at_once: int = 2_000_000  # rows in memory at a time

    def collect(self, query: pl.LazyFrame) -> pl.DataFrame:
        """All of the answer."""
        return query.collect(engine=self.engine)

    def batches(self, query: pl.LazyFrame) -> Iterator[pl.DataFrame]:
        """The answer, about `at_once` rows at a time."""
        if self.engine != "streaming":
            yield self.collect(query)
            return
        yield from query.collect_batches(chunk_size=self.at_once, maintain_order=False, engine="streaming")
