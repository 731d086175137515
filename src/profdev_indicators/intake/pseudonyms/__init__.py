"""A register of people without their names: one column of keys stands for all that says who somebody is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.errors import RequestError
from profdev_indicators.intake.pseudonyms.ages import Ages, day
from profdev_indicators.intake.pseudonyms.columns import Columns, check_columns, check_contents
from profdev_indicators.intake.pseudonyms.keys import FullName, Number, Person, Snils, keys_of
from profdev_indicators.intake.pseudonyms.salts import Salt
from profdev_indicators.intake.pseudonyms.tables import ENDINGS, opened, put_whole, unspoken

__all__ = ["Ages", "FullName", "Number", "Pseudonymised", "Salt", "Snils", "pseudonymise"]

_ROW, _NORMAL, _DAY = "\0row", "\0normal", "\0day"  # no heading has a zero byte
_FIRST_ROW = 2  # as a person counts: the headings stand in the first
_NAMED = 20  # rows that a message names; of the others it says how many


@frozen(kw_only=True)
class Pseudonymised:
    """What was written, in numbers: nothing here tells of a person."""

    rows: int
    persons: int  # different keys
    columns: tuple[str, ...]  # of what was written
    alone: int  # rows that no other row equals in all columns but the key: whoever knows as much knows the person
    keyless: int  # rows of whom nobody knows who it is: each is a person of its own
    keyless_rows: tuple[int, ...]  # the first of them, as the file counts them
    undated: int = 0  # rows without a day of birth that can be
    undated_rows: tuple[int, ...] = ()


def pseudonymise(
    source: str | Path,
    target: str | Path,
    *,
    person: Person,
    salt: Salt,
    key: str = "person_key",
    birth: str | None = None,
    ages: Ages | None = None,
    drop: Sequence[str] = (),
    keep: Sequence[str] = (),
) -> Pseudonymised:
    """Write a register with a key in place of names: the same person and salt, the same key, in any file and year.

    Rows come out in the order of their keys: in the order of the list, alphabetical as a rule, they would name people
    to whoever has the list.

    Args:
        source: CSV, Parquet or a book of Excel, headings in the first row.
        target: what to write, CSV or Parquet; nothing may be there.
        person: which columns say who it is; they are left out.
        salt: what makes the keys; kept far from both files.
        key: name of the column of keys.
        birth: column with the day of birth; left out, even where nothing is made of it.
        ages: what becomes of the day of birth.
        drop: columns to leave out.
        keep: the only columns to keep; empty: all but those left out.

    Raises:
        RequestError: no such column, a column that looks like a name is neither kept nor dropped on purpose, a file
            that cannot be read, or a target that is there already.
        OSError: a file cannot be opened or written.
    """
    source, target = Path(source), Path(target)
    _check_places(source, target, salt)
    person = evolve(person, birth=birth) if isinstance(person, FullName) else person
    with unspoken(source):
        frame = opened(source)
        columns = Columns(
            all=tuple(frame.collect_schema().names()),
            identifying=person.columns if birth is None else tuple(dict.fromkeys((*person.columns, birth))),
            drop=tuple(drop),
            keep=tuple(keep),
            needed=person.needed,
        )
        check_columns(columns, made=(key, *(ages.columns if ages else ())))
        if ages is not None and birth is None:
            raise RequestError("возраст считают от даты рождения: назовите её столбец (--birth)")
        types = frame.collect_schema()
        born = day(birth, types[birth]) if birth is not None else pl.lit(None, pl.Date)
        looked = (
            frame.with_row_index(_ROW, offset=_FIRST_ROW)
            .filter(~pl.all_horizontal(pl.exclude(_ROW).is_null()))
            .with_columns(born.alias(_DAY))
            .with_columns(person.normal(pl.col(_DAY)).alias(_NORMAL))
        )
        distinct = looked.select(_NORMAL).unique().drop_nulls().collect(engine="streaming").to_series()
        check_contents(frame, columns, person)
        told = pl.LazyFrame({_NORMAL: distinct, key: keys_of(distinct, salt, person.kind)})
        made = ages.made(pl.col(_DAY)) if ages is not None else ()
        written = (
            looked.join(told, on=_NORMAL, how="left", maintain_order="left")
            .select(key, *columns.kept, *made)
            .sort(key, *columns.kept, nulls_last=True, maintain_order=False)
        )
        put_whole(written, target, like=source)
        doubts = looked.select(
            rows=pl.len(),
            keyless=pl.col(_NORMAL).is_null().sum(),
            keyless_rows=pl.col(_ROW).filter(pl.col(_NORMAL).is_null()).head(_NAMED).implode(),
            undated=_undated(ages, birth).sum(),
            undated_rows=pl.col(_ROW).filter(_undated(ages, birth)).head(_NAMED).implode(),
        ).collect(engine="streaming")
        alone = _alone(target, key)
    found = doubts.row(0, named=True)
    return Pseudonymised(
        rows=found["rows"],
        persons=distinct.len(),
        columns=(key, *columns.kept, *(ages.columns if ages else ())),
        alone=alone,
        keyless=found["keyless"],
        keyless_rows=tuple(found["keyless_rows"]),
        undated=found["undated"],
        undated_rows=tuple(found["undated_rows"]),
    )


def _alone(written: Path, key: str) -> int:
    """How many rows no other equals in all columns but the key."""
    others = opened(written).select(pl.exclude(key))
    columns = others.collect_schema().names()
    if not columns:
        return 0
    sizes = others.group_by(columns).agg(pl.len().alias(_ROW)).select(_ROW).collect(engine="streaming").to_series()
    return sizes.filter(sizes == 1).len()


def _undated(ages: Ages | None, birth: str | None) -> pl.Expr:
    """Rows whose day of birth is wanted and is none."""
    if birth is None:
        return pl.lit(value=False)
    return pl.col(_DAY).is_null() if ages is None else ages.age(pl.col(_DAY)).is_null()


def _check_places(source: Path, target: Path, salt: Salt) -> None:
    if not source.is_file():
        raise RequestError(f"нет такого файла: {source}")
    if target.suffix.lower() not in ENDINGS:
        raise RequestError(f"--out {target}: пишется только {' или '.join(ENDINGS)}")
    if target.exists():
        same = target.samefile(source)
        why = "это сам исходный список, он не перезаписывается" if same else "такой файл уже есть"
        raise RequestError(f"--out {target}: {why}; назовите другой")
    salt.check_apart(source, target)
