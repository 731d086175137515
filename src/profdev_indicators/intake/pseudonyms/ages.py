"""What may stand in place of a day of birth: whole years on a day, or the band they fall into."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl
from attrs import field, frozen
from attrs.validators import instance_of

from profdev_indicators.errors import RequestError

_FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M")
_YOUNGEST, _OLDEST = 14, 110  # years; beyond, the day of birth is a slip


def _check_bands(_: object, __: object, bands: Sequence[int]) -> None:
    rising = list(bands) == sorted(set(bands))
    if not rising or any(not 0 < bound < _OLDEST for bound in bands):
        raise RequestError("--bands: нужны целые числа по возрастанию через запятую, например 25,36,46,56")


@frozen(kw_only=True)
class Ages:
    """Age in whole years on a day: as a number, or only its band."""

    at: date = field(validator=instance_of(date))
    bands: tuple[int, ...] = field(default=(), validator=_check_bands)  # where a new one begins, in years

    @property
    def columns(self) -> tuple[str, ...]:
        """What is made: exact ages say more about a person than most conditions need."""
        return ("age_band",) if self.bands else ("age",)

    def made(self, day: pl.Expr) -> tuple[pl.Expr, ...]:
        """The columns of a day of birth; null: there is none, or it cannot be."""
        age = self.age(day)
        return (self._band(age).alias("age_band"),) if self.bands else (age.alias("age"),)

    def age(self, day: pl.Expr) -> pl.Expr:
        """Whole years; null: no day, or nobody of that age is in a register of teachers."""
        on = self.at.month * 100 + self.at.day
        still_to_come = (day.dt.month().cast(pl.Int64) * 100 + day.dt.day() > on).cast(pl.Int64)
        years = self.at.year - day.dt.year().cast(pl.Int64) - still_to_come
        return pl.when(years.is_between(_YOUNGEST, _OLDEST)).then(years)

    def _band(self, age: pl.Expr) -> pl.Expr:
        first, *others = self.bands
        between = (f"{low}–{high - 1}" for low, high in zip(self.bands, others, strict=False))
        labels = [f"до {first}", *between, f"{self.bands[-1]} и старше"]
        number = pl.sum_horizontal(((age >= bound).cast(pl.Int64) for bound in self.bands), ignore_nulls=False)
        return number.replace_strict(dict(enumerate(labels)), default=None, return_dtype=pl.String)


def day(column: str, dtype: pl.DataType) -> pl.Expr:
    """The day in a column, whatever its type; null: empty, or no day that can be read."""
    cell = pl.col(column)
    if dtype == pl.Date:
        return cell
    if isinstance(dtype, pl.Datetime):
        return cell.dt.date()
    text = cell.cast(pl.String).str.strip_chars()
    return pl.coalesce(text.str.to_date(form, strict=False, exact=True) for form in _FORMS)
