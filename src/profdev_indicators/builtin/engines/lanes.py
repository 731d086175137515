"""Counters packed eight a byte, so that a group-by adds several in one number; with a guard against overflow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import polars as pl
from attrs import frozen

_BYTE = 8
_WORD = 64
_WIDTHS = (8, 16, 32)
"""Bits of a lane: a group of n rows needs n < 2 ** width."""


def packed(counters: Sequence[pl.Expr]) -> list[pl.Expr]:
    """Columns ``b0, b1, …`` of bytes, a counter a bit, the first the lowest."""
    return [
        pl.sum_horizontal(
            flag.cast(pl.UInt8) * pl.lit(1 << bit, pl.UInt8) for bit, flag in enumerate(counters[start : start + _BYTE])
        ).alias(f"b{start // _BYTE}")
        for start in range(0, len(counters), _BYTE)
    ]


@frozen(kw_only=True)
class Lanes:
    """How bytes become words that are added up."""

    width: int  # bits of a lane
    bytes: int  # how many columns of bytes

    @property
    def per_word(self) -> int:
        """Counters in a word."""
        return _WORD // self.width

    @property
    def per_byte(self) -> int:
        """Words made of a byte."""
        return _BYTE // self.per_word

    def words(self) -> list[pl.Expr]:
        """Columns ``w0, w1, …`` of words, made of the bytes: each bit in a lane of its own."""
        return [
            pl.lit(_spread(self.width, part))
            .gather(pl.col(f"b{number}").cast(pl.UInt32))
            .alias(f"w{number * self.per_byte + part}")
            for number in range(self.bytes)
            for part in range(self.per_byte)
        ]

    def counters(self, names: Sequence[str]) -> list[pl.Expr]:
        """The sums of the counters, read off the sums of the words."""
        mask = (1 << self.width) - 1
        return [
            (pl.col(f"w{at // self.per_word}") // (1 << self.width * (at % self.per_word)) & mask)
            .cast(pl.Int64)
            .alias(name)
            for at, name in enumerate(names)
        ]

    def hold(self, rows: int) -> bool:
        """Whether a group of so many rows overflows no lane."""
        return rows < 1 << self.width


def lanes(bytes_: int, rows: int) -> Lanes:
    """The narrowest lanes for groups of so many rows.

    Raises:
        OverflowError: no lanes are that wide.
    """
    width = next((width for width in _WIDTHS if rows < 1 << width), None)
    if width is None:
        raise OverflowError(rows)
    return Lanes(width=width, bytes=bytes_)


@cache
def _spread(width: int, part: int) -> pl.Series:
    """For each byte, the word with its bits in lanes; of bits that fill several words, those of one word."""
    count = _WORD // width
    words = [
        sum((byte >> part * count + lane & 1) << width * lane for lane in range(count)) for byte in range(1 << _BYTE)
    ]
    return pl.Series(values=words, dtype=pl.UInt64)
