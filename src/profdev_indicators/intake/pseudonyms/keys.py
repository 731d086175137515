"""Who is who: the columns that say so, brought to one spelling, and the keys made of them."""

from __future__ import annotations

import hmac
from typing import Literal, TypeAlias

import polars as pl
from attrs import frozen

from profdev_indicators.intake.pseudonyms.salts import Salt

_DASHES = r"\-\x{00ad}\x{2010}-\x{2015}\x{2212}"
_SNILS_DIGITS = 11
_SNILS_UNCHECKED = 1_001_998  # up to this number there were no control digits: a number so small is a placeholder
_KEY_BYTES = 16  # of the 32: 10⁸ people get equal keys with a chance of 10⁻²³, and files are half as long
Kind = Literal["snils", "name", "number"]


@frozen(kw_only=True)
class Snils:
    """Known by СНИЛС: spaces and dashes do not matter, the control digits must be right."""

    column: str
    kind: Kind = "snils"

    @property
    def columns(self) -> tuple[str, ...]:
        """What says who it is, to be left out."""
        return (self.column,)

    @property
    def needed(self) -> tuple[str, ...]:
        """What else must be there."""
        return ()

    def normal(self, _: pl.Expr) -> pl.Expr:
        """Eleven digits; null: empty or wrong."""
        return self.alike(self.column)

    def alike(self, column: str) -> pl.Expr:
        """What a cell of any column would be as an identifier."""
        digits = _text(column).str.replace_all(rf"[\s{_DASHES}]+", "").str.replace(r"\.0$", "")
        # A sheet drops zeros from the front of a number; whether it did so, the control digits tell.
        padded = pl.when(digits.str.contains(r"^\d{9,11}$")).then(digits.str.zfill(_SNILS_DIGITS))
        figure = [padded.str.slice(place, 1).cast(pl.Int64) * (9 - place) for place in range(9)]
        control = pl.sum_horizontal(figure, ignore_nulls=False) % 101 % 100
        right = control == padded.str.slice(9, 2).cast(pl.Int64)
        checked = padded.str.slice(0, 9).cast(pl.Int64) > _SNILS_UNCHECKED
        return pl.when(right & checked).then(padded)


@frozen(kw_only=True)
class FullName:
    """Known by name and day of birth together: namesakes are not rare."""

    names: tuple[str, ...]  # one column, or surname, name and patronymic in this order
    birth: str | None = None
    kind: Kind = "name"

    @property
    def columns(self) -> tuple[str, ...]:
        """What says who it is, to be left out."""
        return self.names

    @property
    def needed(self) -> tuple[str, ...]:
        """What else must be there."""
        return ()

    def normal(self, day: pl.Expr) -> pl.Expr:
        """«иванова анна петровна 1980-05-17»; null: no name or no day."""
        return pl.concat_str([self._name(), day.dt.to_string("%Y-%m-%d")], separator=" ")

    def _name(self) -> pl.Expr:
        parts = [self.alike(column) for column in self.names]
        together = pl.concat_str(parts, separator=" ", ignore_nulls=True)
        return pl.when(together != "").then(together)

    def alike(self, column: str) -> pl.Expr:
        """What a cell of any column would be as a name: case, ё, spaces and kinds of dashes do not matter."""
        plain = _text(column).str.normalize("NFKC").str.to_lowercase().str.replace_all("ё", "е", literal=True)
        joined = plain.str.replace_all(rf"\s*[{_DASHES}]\s*", "-").str.replace_all(r"\s+", " ").str.strip_chars()
        return pl.when(joined != "").then(joined)


@frozen(kw_only=True)
class Number:
    """Known by a number that somebody else gives, such as that of the staff list; unique within an organisation."""

    column: str
    within: str | None = None  # the column in which it is unique, which stays; None: in all of the register
    kind: Kind = "number"

    @property
    def columns(self) -> tuple[str, ...]:
        """What says who it is, to be left out."""
        return (self.column,)

    @property
    def needed(self) -> tuple[str, ...]:
        """What else must be there."""
        return () if self.within is None else (self.within,)

    def normal(self, _: pl.Expr) -> pl.Expr:
        """The number, after that within which it is unique; null: one of them is empty."""
        columns = (self.column,) if self.within is None else (self.within, self.column)
        return pl.concat_str([self.alike(column) for column in columns], separator="\t")

    def alike(self, column: str) -> pl.Expr:
        """What a cell of any column would be as such a number: case and spaces do not matter."""
        joined = _text(column).str.to_lowercase().str.replace_all(r"\s+", "").str.replace(r"\.0$", "")
        return pl.when(joined != "").then(joined)


Person: TypeAlias = Snils | FullName | Number


def keys_of(distinct: pl.Series, salt: Salt, kind: Kind) -> pl.Series:
    """Keys of different people: HMAC-SHA-256 of the spelling, the first 128 bits in hexadecimal digits.

    What is hashed names its kind: a number of a staff list that looks like a СНИЛС is another person.
    """
    secret, prefix = salt.secret, f"{kind}\0".encode()
    digest = hmac.digest
    texts = [digest(secret, prefix + text.encode(), "sha256")[:_KEY_BYTES].hex() for text in distinct]
    return pl.Series(texts, dtype=pl.String)


def _text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String)
