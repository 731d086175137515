"""Numbers in Russian print, a column at a time: what :mod:`profdev_indicators.wording` says of one number."""

from __future__ import annotations

import polars as pl

from profdev_indicators.wording import MINUS

_HAIR = 1e-9  # of the last place printed: a quotient of floats comes no nearer to a half than that


def printed(number: pl.Expr, places: int = 1) -> pl.Expr:
    """As :func:`wording.decimal`, below a thousand: half up, decimal comma, true minus; null stays null."""
    scale = int(10**places)
    rounded = (number.abs() * scale + 0.5 + _HAIR).floor().cast(pl.Int64)
    sign = pl.when((number < 0) & (rounded > 0)).then(pl.lit(MINUS)).otherwise(pl.lit(""))
    whole = (rounded // scale).cast(pl.String)
    if not places:
        return pl.concat_str(sign, whole)
    return pl.concat_str(sign, whole, pl.lit(","), (rounded % scale).cast(pl.String).str.zfill(places))


def printed_as_set(number: pl.Expr) -> pl.Expr:
    """As :func:`wording.count`, below a thousand: at most two places, without a tail of zeros."""
    return printed(number, 2).str.strip_chars_end("0").str.strip_chars_end(",")
