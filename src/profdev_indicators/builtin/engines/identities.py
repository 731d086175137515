"""Numbers of units and periods for what records call them: each text is matched once, whatever part it stands in."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
from attrs import define, field


@define(kw_only=True, eq=False)
class Identities:
    """What was said so far and whom it meant."""

    match: Callable[[pl.Series], pl.Series]
    dtype: pl.DataType  # of the numbers
    _known: pl.DataFrame | None = field(default=None, init=False)

    def numbers(self, said: pl.Series) -> pl.Series:
        """For each text the number of what it means, null where it means nothing; null is not asked about."""
        asked = said.rename("said").to_frame()
        if self._known is None:
            self._known = asked.clear().with_columns(number=pl.lit(None, self.dtype))
        new = asked.join(self._known, on="said", how="anti").drop_nulls().unique(maintain_order=True)
        if new.height:
            matched = self.match(new["said"]).cast(self.dtype).alias("number")
            self._known = pl.concat([self._known, new.with_columns(matched)])
        return asked.join(self._known, on="said", how="left", maintain_order="left")["number"]
