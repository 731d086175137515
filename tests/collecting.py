"""Answers in files that exist only in a test: what a reader would have made of them, and files it could not read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import attrs
import polars as pl
from attrs import frozen

from profdev_indicators import collect
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.intake.collect import Collection
from profdev_indicators.model import District, Request, Source, Table, Unit
from profdev_indicators.periods import Period
from strategies import CARD, core_alone, district

INN_A, INN_B, INN_NOBODY = "0001000010", "0001000028", "0001000035"
OGRN_A, OGRN_B = "1020000000019", "1020000000020"
A = Unit(id="a", name="Школа «Альфа» № 1", kind="school", inn=INN_A, ogrn=OGRN_A, aliases=("Альфа",))
B = Unit(id="b", name="Школа «Бета» № 2", kind="school", inn=INN_B, ogrn=OGRN_B)
C = Unit(id="c", name="Сад «Гамма»", kind="kindergarten")
UNITS = (A, B, C)
TODAY = date(2022, 12, 1)
_ADDRESSES = {"unit": "B1", "name": "B3", "inn": "B4", "ogrn": "B5", "n_ped": "C7", "n_young": "C9", "plan": "C11"}


@frozen(kw_only=True)
class Desk:
    """A reader of tables made beforehand; some files lie there unreadable."""

    tables: tuple[Table, ...] = attrs.field(eq=False)
    broken: tuple[Problem, ...] = ()

    def read(self, request: Request) -> Sequence[Table]:
        tables = [t for t in self.tables if _asked(t.period, request)]
        broken = [p for p in self.broken if _asked(Period.parse(p.file.partition("/")[0]), request)]
        if broken:
            raise SourceError(broken, tables=tables)
        return tables


def _asked(period: Period | None, request: Request) -> bool:
    if period is None:
        return True
    return (request.since is None or request.since <= period) and (request.until is None or period <= request.until)


def card(file: str, *, period: str = "2022", sheet: str = "Карта", **answers: Any) -> Table:
    """A card: one row, no number of it, whole addresses."""
    texts = {name: None if given is None else str(given) for name, given in answers.items()}
    frame = pl.LazyFrame(
        {"row": [None], **{name: [text] for name, text in texts.items()}},
        schema={"row": pl.Int64, **dict.fromkeys(texts, pl.String)},
    )
    cells = {name: _ADDRESSES.get(name, "C20") for name in texts}
    return Table(
        frame=frame, file=f"{period}/{file}", sheet=sheet, cells=cells, period=Period.parse(period), digest=file
    )


def sheet(file: str, rows: Sequence[Mapping[str, Any]], *, period: str = "2022") -> Table:
    """A table of text: rows have numbers, columns have headings."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = {name: [None if row.get(name) is None else str(row[name]) for row in rows] for name in names}
    frame = pl.LazyFrame(
        {"row": list(range(2, len(rows) + 2)), **texts}, schema={"row": pl.Int64, **dict.fromkeys(names, pl.String)}
    )
    cells = {name: f"столбец {name}" for name in names}
    return Table(frame=frame, file=f"{period}/{file}", cells=cells, period=Period.parse(period), digest=file)


def asking(
    *tables: Table,
    broken: Sequence[str] = (),
    units: Sequence[Unit] = UNITS,
    items: Mapping[str, Mapping[str, Any]] | None = None,
    **more: Any,
) -> District:
    """The invented district whose cards lie on the desk; ``items`` changes some of its questions."""
    problems = tuple(Problem(file=file, message="книга повреждена", hint="сохраните заново") for file in broken)
    changed = tuple(attrs.evolve(item, **(items or {}).get(item.id, {})) for item in CARD.items)
    source: Source = attrs.evolve(CARD, reader=Desk(tables=tables, broken=problems), items=changed)
    asked = district(units, **more)
    sections = tuple(
        attrs.evolve(s, indicators=tuple(attrs.evolve(i, source=source) for i in s.indicators)) for s in asked.sections
    )
    return attrs.evolve(asked, sources=(source,), sections=sections)


def collected(asked: District, *, today: date = TODAY, **more: Any) -> Collection:
    """Collect for 2022."""
    return collect(asked, period="2022", today=today, plugins=core_alone(), **more)


def states(found: Collection) -> dict[str, str]:
    """Organisation → state."""
    return dict(found.responses.select("unit", pl.col("state").cast(pl.String)).iter_rows())


def messages(found: Collection, check: str) -> list[str]:
    """What is said of one kind of defect."""
    return found.remarks.filter(pl.col("check") == check)["message"].to_list()
