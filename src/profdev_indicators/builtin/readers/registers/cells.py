"""How a register's cells are written: «1 234,5» is a number, «да» a flag, «28.08.2026» a date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from attrs import field, frozen

from profdev_indicators.expressions import ColumnType
from profdev_indicators.model import Spellings

DTYPES: Mapping[ColumnType, pl.DataType] = {
    "text": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "flag": pl.Boolean(),
    "date": pl.Date(),
}

_YES = ("да", "есть", "имеется", "истина", "true", "yes", "t", "y", "д", "1", "1.0", "+", "✓", "✔", "☑")
_NO = ("нет", "не имеется", "отсутствует", "ложь", "false", "no", "f", "n", "н", "0", "0.0")
# A dash is here, and not among the «no»: of a person it says as little as an empty cell.
_NOT_KNOWN = ("н/д", "нд", "нет данных", "нет сведений", "n/a", "na", "nan", "null", "none", "-", "?", "…", "...")
_UNSEEN = "[\u200b\u200c\u200d\u2060\ufeff\u00ad]"
_DASHES = "[\u2010-\u2015\u2212]"
_NUMBER = r"^[+-]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?$"
_WHOLE = "^([^.,]+)(?:[.,]0+)?$"
_CLOCK = r"(?:[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:z|[+-][0-9]{2}:?[0-9]{2})?)?"
_ISO_DATE = rf"^([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_CLOCK}$"
_DATE = rf"^([0-9]{{1,2}})\.([0-9]{{1,2}})\.([0-9]{{4}}){_CLOCK}(?: ?(?:г|года?)\.?)?$"
_YEARS = (1900, 2100)


@frozen(kw_only=True)
class Words:
    """What stands for yes, no and «not known»: the usual words and those a district adds, as they are compared."""

    flags: Mapping[str, bool] = field(factory=lambda: {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)})
    not_known: tuple[str, ...] = _NOT_KNOWN

    @classmethod
    def of(cls, spellings: Sequence[Spellings]) -> Words:
        """The usual words and those of a configuration, which win over them."""
        usual = cls()
        yes = [_plainly(word) for one in spellings for word in one.yes]
        no = [_plainly(word) for one in spellings for word in one.no]
        silent = [_plainly(word) for one in spellings for word in (*one.missing, *one.not_applicable, *one.suppressed)]
        flags = {**usual.flags, **dict.fromkeys(yes, True), **dict.fromkeys(no, False)}
        return cls(
            flags={word: value for word, value in flags.items() if word not in silent},
            not_known=tuple({*usual.not_known, *silent} - {*yes, *no}),
        )


def typed(column: pl.Series, kind: ColumnType, words: Words) -> tuple[pl.Series, pl.Series]:
    """The cells as their type, and which of them are filled and cannot be read so.

    Args:
        column: texts, numbers, flags or dates.
        kind: what is wanted.
        words: what stands for yes, no and «not known».

    Returns:
        The cells (null: empty, «not known» or unreadable) and a column of flags, true where a cell is unreadable.
    """
    if column.dtype in {pl.Categorical, pl.Enum}:
        column = column.cast(pl.String)
    if column.dtype == pl.String:
        return _from_texts(column, kind, words)
    if column.dtype.is_float():
        column = pl.select(pl.when(column.is_finite()).then(column)).to_series()
    read = _from_others(column, kind).alias(column.name)
    return read, read.is_null() & column.is_not_null()


def _from_texts(column: pl.Series, kind: ColumnType, words: Words) -> tuple[pl.Series, pl.Series]:
    stripped = column.str.strip_chars()
    text = stripped.set(stripped == "", None)
    if kind == "text":
        return text, pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True)
    read = _plain(text, kind, words)
    missed = read.is_null() & text.is_not_null()
    if not missed.any():
        return read, missed
    # Only what is not written plainly is looked at closely, and each spelling once.
    odd = text.filter(missed).unique()
    meant = pl.DataFrame({"text": odd, "plain": _written_plainly(odd)}).with_columns(
        _closely(pl.col("plain"), kind, words).alias("read"),
        (pl.col("plain").is_null() | pl.col("plain").is_in(list(words.not_known))).alias("silent"),
    )
    if kind == "number":  # «inf» and «nan» are no numbers, and say so
        meant = meant.with_columns(pl.col("silent") | pl.col("text").cast(pl.Float64, strict=False).is_not_null())
    found = text.replace_strict(meant["text"], meant["read"], default=None, return_dtype=DTYPES[kind])
    silent = text.is_in(meant.filter("silent")["text"].implode()).fill_null(value=False)
    read = read.zip_with(~missed, found)
    return read, missed & read.is_null() & ~silent


def _plain(text: pl.Series, kind: ColumnType, words: Words) -> pl.Series:
    """What is written as a machine writes it."""
    match kind:
        case "integer":
            return text.cast(pl.Int64, strict=False)
        case "number":
            number = text.cast(pl.Float64, strict=False)
            return number.set(~number.is_finite(), None)
        case "flag":
            flags = words.flags
            return text.str.to_lowercase().replace_strict(
                list(flags), list(flags.values()), default=None, return_dtype=pl.Boolean
            )
        case _:
            day = text.str.to_date("%Y-%m-%d", strict=False)
            return day.set(~day.dt.year().is_between(*_YEARS), None)


def _closely(plain: pl.Expr, kind: ColumnType, words: Words) -> pl.Expr:
    """What is written as people write it."""
    match kind:
        case "integer":
            digits = pl.when(plain.str.contains(_NUMBER)).then(plain.str.extract(_WHOLE, 1))
            return digits.str.replace_all(" ", "", literal=True).cast(pl.Int64, strict=False)
        case "number":
            return _number(plain)
        case "flag":
            return plain.replace_strict(
                list(words.flags), list(words.flags.values()), default=None, return_dtype=pl.Boolean
            )
        case _:
            year, month, day = (plain.str.extract(_ISO_DATE, part) for part in (1, 2, 3))
            other_day, other_month, other_year = (plain.str.extract(_DATE, part) for part in (1, 2, 3))
            return pl.coalesce(_day(year, month, day), _day(other_year, other_month, other_day))


def _number(plain: pl.Expr) -> pl.Expr:
    digits = pl.when(plain.str.contains(_NUMBER)).then(plain)
    number = digits.str.replace_all(" ", "", literal=True).str.replace(",", ".", literal=True).cast(pl.Float64)
    return pl.when(number.is_finite()).then(number)


def _day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The date of these digits; null where the calendar has none."""
    written = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    date = written.str.to_date("%Y-%m-%d", strict=False)
    return pl.when(date.dt.year().is_between(*_YEARS)).then(date)


def _from_others(column: pl.Series, kind: ColumnType) -> pl.Series:
    """What is no text: JSON and databases have numbers, truths and dates of their own."""
    numeric = column.dtype.is_numeric()
    match kind:
        case "text":
            column = _without_fraction(column) if numeric else column
        case "flag" if numeric:
            number = column.cast(pl.Float64, strict=False)
            column = number.set(~number.is_in([0.0, 1.0]), None)
        case "integer" if column.dtype.is_float():
            column = column.set(column != column.round(), None)
        case "flag" if column.dtype == pl.Boolean:
            pass
        case "date" if column.dtype in {pl.Date, pl.Datetime}:
            pass
        case "integer" | "number" if numeric:
            pass
        case _:
            column = pl.Series(values=[None]).new_from_index(0, len(column))
    return column.cast(DTYPES[kind], strict=False)


def _without_fraction(column: pl.Series) -> pl.Series:
    """Whole numbers with gaps are floats to many: 2022.0 was 2022."""
    whole = column.cast(pl.Int64, strict=False)
    return whole if whole.cast(pl.Float64).equals(column.cast(pl.Float64)) else column


def _written_plainly(text: pl.Series) -> pl.Series:
    """Texts as words are compared; null where nothing is left."""
    plain = (
        text.str.replace_all(_UNSEEN, "")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars("'\"`«»“”„’ ")
        .str.to_lowercase()
        .str.replace_all("ё", "е", literal=True)
        .str.replace_all(_DASHES, "-")
    )
    return plain.set(plain == "", None)


def _plainly(word: str) -> str:
    return str(_written_plainly(pl.Series([word], dtype=pl.String)).fill_null("").item())
