"""Persons with more than one row: their rows are joined anew in every unit and category in which they meet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import polars as pl

_PER_WORD: Final = 32  # flags, two bits each: «yes» and «not known»


def repeated(batch: pl.DataFrame) -> pl.Series:
    """Of each row, whether its ``person`` surely has no other row in the ``period``, negated; a null key has none.

    Hashes are compared: a person whose hash is met again by chance is joined with nobody later on.
    """
    key = pl.col("person").hash()
    if "period" in batch.columns:
        key ^= pl.col("period").hash(1)
    keys = batch.select(pl.when(pl.col("person").is_not_null()).then(key)).to_series()
    ordered = keys.drop_nulls().sort()
    again = ordered.filter(ordered == ordered.shift()).unique()
    return keys.is_in(again.implode()).fill_null(value=False)


def joined(rows: pl.DataFrame, by: Sequence[str], flags: int, amounts: int) -> pl.LazyFrame:
    """One row a person: of each flag «yes» outweighs «not known», which outweighs «no»; amounts are added.

    Args:
        rows: ``person``, the columns of ``by``, flags ``f0 …`` and amounts ``a0 …``.
        by: within what rows of a person are joined.
        flags: how many.
        amounts: how many.

    Returns:
        ``by``, ``rows`` joined, ``y0, k0, …`` (true, known) and ``a0, …``.
    """
    words = [pl.col("^w[0-9]+$").bitwise_or()] if flags else []
    sums = [pl.col(f"a{number}").sum() for number in range(amounts)]
    packed = rows.lazy().select(*by, "person", *_words(flags), *(f"a{number}" for number in range(amounts)))
    one = packed.group_by(*by, "person").agg(pl.len().cast(pl.Int64).alias("rows"), *words, *sums)
    return one.select(*by, "rows", *_unpacked(flags), *(f"a{number}" for number in range(amounts)))


def _words(flags: int) -> Iterator[pl.Expr]:
    for start in range(0, flags, _PER_WORD):
        bits = []
        for at in range(start, min(start + _PER_WORD, flags)):
            flag, bit = pl.col(f"f{at}"), 2 * (at - start)
            bits.append(flag.fill_null(value=False).cast(pl.UInt64) * pl.lit(1 << bit, pl.UInt64))
            bits.append(flag.is_null().cast(pl.UInt64) * pl.lit(2 << bit, pl.UInt64))
        yield pl.sum_horizontal(bits).alias(f"w{start // _PER_WORD}")


def _unpacked(flags: int) -> Iterator[pl.Expr]:
    for at in range(flags):
        word, bit = pl.col(f"w{at // _PER_WORD}"), 2 * (at % _PER_WORD)
        yes = (word & pl.lit(1 << bit, pl.UInt64)) != 0
        yield yes.alias(f"y{at}")
        yield (yes | ((word & pl.lit(2 << bit, pl.UInt64)) == 0)).alias(f"k{at}")
