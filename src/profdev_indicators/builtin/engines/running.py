"""Where queries run: streaming, in memory, or on another device."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl
from attrs import frozen
from polars._typing import EngineType


@frozen(kw_only=True)
class Running:
    """How queries over rows are run; what is small always runs in memory."""

    engine: EngineType
    at_once: int = 2_000_000  # rows in memory at a time

    @classmethod
    def on_gpu(cls, *, fallback: bool) -> Running:
        """On a graphics card; a part whole, since it has no hashes to slice persons by."""
        return cls(engine=pl.GPUEngine(raise_on_fail=not fallback), at_once=2**62)

    def collect(self, query: pl.LazyFrame) -> pl.DataFrame:
        """All of the answer."""
        return query.collect(engine=self.engine)

    def small(self, query: pl.LazyFrame) -> pl.DataFrame:
        """All of an answer made of sums: streaming, since it may be large, but on no other device."""
        return query.collect(engine=self.engine if isinstance(self.engine, str) else "in-memory")

    def here(self, query: pl.LazyFrame) -> pl.LazyFrame:
        """The query, or its answer if it does what another device cannot: join bits of a group."""
        return query if isinstance(self.engine, str) else query.collect(engine="in-memory").lazy()

    def rows(self, told: pl.LazyFrame, shrunk: Callable[[pl.LazyFrame], pl.LazyFrame]) -> pl.DataFrame:
        """What rows say, and what is made of it; another device does the first: it has no dictionaries of texts."""
        if isinstance(self.engine, str):
            return self.collect(shrunk(told))
        return shrunk(self.collect(told).lazy()).collect(engine="in-memory")

    def batches(self, told: pl.LazyFrame, shrunk: Callable[[pl.LazyFrame], pl.LazyFrame]) -> Iterator[pl.DataFrame]:
        """The same, about `at_once` rows at a time where rows come streaming."""
        if self.engine != "streaming":
            yield self.rows(told, shrunk)
            return
        yield from shrunk(told).collect_batches(chunk_size=self.at_once, maintain_order=False, engine="streaming")
