"""What stays of a register: nothing that says who somebody is, unless somebody says it may stay."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import polars as pl
from attrs import frozen

from profdev_indicators.errors import RequestError
from profdev_indicators.intake.pseudonyms.keys import Number, Person

_TELLING = re.compile(
    r"ф\.?\s?и\.?\s?о\b|фамил|\bимя\b|отчеств|снилс|паспорт|телефон|\bтел\b|e-?mail|почт|\bадрес|рожд"
    r"|snils|surname|first.?name|last.?name|full.?name|patronym|passport|phone|birth",
    re.IGNORECASE,
)
_LIKE_SNILS = r"(^|\D)\d{3}-\d{3}-\d{3}[ -]?\d{2}(\D|$)"


@frozen(kw_only=True)
class Columns:
    """The columns of a register and what is to become of them."""

    all: tuple[str, ...]
    identifying: tuple[str, ...]
    drop: tuple[str, ...]
    keep: tuple[str, ...]  # empty: all but those left out
    needed: tuple[str, ...]  # must be there, whatever becomes of them

    @property
    def kept(self) -> tuple[str, ...]:
        """Those that stay, in their order."""
        away = {*self.identifying, *self.drop}
        return tuple(name for name in self.all if name not in away and (not self.keep or name in self.keep))


def check_columns(columns: Columns, *, made: Sequence[str]) -> None:
    """Refuse what cannot be meant. Headings are not listed: a file without them would tell its first person.

    Raises:
        RequestError: see above.
    """
    for name in (*columns.identifying, *columns.drop, *columns.keep, *columns.needed):
        if name not in columns.all:
            raise RequestError(f"нет столбца «{name}»{_alike(name, columns.all)}")
    if columns.keep and columns.drop:
        raise RequestError("--keep называет всё, что остаётся: --drop вместе с ним не нужен")
    both = [name for name in columns.identifying if name in columns.keep]
    if both:
        raise RequestError(f"{_listed(both)}: по этому узнают человека, остаться в результате не может")
    taken = [name for name in made if name in columns.kept] or [n for n, times in Counter(made).items() if times > 1]
    if taken:
        raise RequestError(f"столбец {_listed(taken)} уже есть: назовите ключ иначе (--key) или уберите его (--drop)")
    telling = [name for name in columns.kept if name not in columns.keep and _TELLING.search(name)]
    if telling:
        message = f"{_listed(telling)}: похоже на сведения, по которым узнают человека"
        raise RequestError(f"{message}; уберите (--drop) или перечислите всё, что остаётся (--keep)")


def check_contents(frame: pl.LazyFrame, columns: Columns, person: Person) -> None:
    """Refuse a column that repeats under another heading what is left out.

    Raises:
        RequestError: it does.
    """
    types = frame.collect_schema()
    texts = [name for name in columns.kept if types[name] == pl.String]
    if not isinstance(person, Number):
        told = frame.select(x=person.alike(person.columns[0])).drop_nulls().unique()
        doubtful = [name for name in texts if name not in columns.keep]
        # Most columns have few different cells: only those are brought to the spelling of identifiers.
        told = told.collect(engine="streaming").lazy()
        cells = [frame.select(name).unique().select(x=person.alike(name)) for name in doubtful]
        shared = [each.join(told, on="x", how="semi").head(1) for each in cells]
        found = zip(doubtful, pl.collect_all(shared, engine="streaming"), strict=True)
        _refuse([name for name, rows in found if rows.height], "то же, что в столбце, по которому узнают человека")
    if texts:
        like = frame.select(pl.col(texts).str.contains(_LIKE_SNILS).any()).collect(engine="streaming")
        _refuse([name for name in texts if like[name].item()], "номера, похожие на СНИЛС")


def _refuse(columns: Sequence[str], what: str) -> None:
    if columns:
        raise RequestError(f"{_listed(columns)}: там {what}; уберите столбец (--drop)")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"«{name}»" for name in names)


def _alike(name: str, known: Sequence[str]) -> str:
    near = get_close_matches(name, known, n=2, cutoff=0.6)
    return f" — может быть, {' или '.join(f'«{x}»' for x in near)}?" if near else "; заголовки — в первой строке"
