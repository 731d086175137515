"""Organisational units over time: who exists in a period, what it is called, and what stands above it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import polars as pl
from attrs import asdict, frozen

from profdev_indicators.codes import is_inn, is_ogrn
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE, ROSTER
from profdev_indicators.model import District, Reader, Request, Table, Unit
from profdev_indicators.periods import Period

_DEEPEST = 16  # country, republic, district, cluster, school: more is a mistake in the column of parents


@frozen(kw_only=True, eq=False)
class Tree:
    """The units of one span of periods.

    ``units``: one row per unit that ever exists, in the order of the roster, with ``unit`` (its number), ``id``,
    ``name``, ``kind``, ``cluster``, ``exists`` (Boolean), ``parent`` (the number of the unit above, null for the
    root), ``height`` (0: nobody below it) and ``parent_height``.
    """

    units: pl.DataFrame
    periods: tuple[Period, ...]


@frozen(kw_only=True, eq=False)
class Roster:
    """All units of all times (ROSTER, the root included) and the trees they form."""

    frame: pl.DataFrame  # frames.ROSTER, one row per version
    ids: pl.Series  # String; a unit's number is its position here

    def trees(self, periods: Sequence[Period]) -> tuple[Tree, ...]:
        """One tree for each run of periods in which nothing about the units changes."""
        dates = self.frame.select("valid_from", "valid_to")
        if dates.null_count().sum_horizontal().item() == 2 * self.frame.height:
            return (Tree(units=self._tree_at(None), periods=tuple(periods)),)
        return tuple(Tree(units=self._tree_at(period), periods=(period,)) for period in periods)

    def _tree_at(self, period: Period | None) -> pl.DataFrame:
        """The units on the last day of ``period``; a unit which does not exist keeps the name it had."""
        frame = self.frame.lazy().with_columns(
            exists=pl.lit(value=True)
            if period is None
            else (pl.col("valid_from").fill_null(period.start) <= period.end)
            & (pl.col("valid_to").fill_null(period.end) >= period.end)
        )
        if period is not None:
            gap = pl.max_horizontal(
                (pl.col("valid_from") - pl.lit(period.end)).dt.total_days(),
                (pl.lit(period.end) - pl.col("valid_to")).dt.total_days(),
            )
            frame = frame.sort(~pl.col("exists"), gap, maintain_order=True).unique(
                "id", keep="first", maintain_order=True
            )
        numbers = pl.LazyFrame({"id": self.ids}).with_row_index("unit")
        units = numbers.join(frame, on="id", how="left", maintain_order="left").join(
            numbers.select(above="unit", parent="id"), on="parent", how="left", maintain_order="left"
        )
        tree = units.select(
            "unit", "id", "name", "kind", "cluster", "exists", parent=pl.when("exists").then("above")
        ).collect(engine=ENGINE)
        tree = tree.with_columns(height=_heights(tree))
        above = tree.select(parent="unit", parent_height="height")
        return tree.join(above, on="parent", how="left", maintain_order="left")


def read_roster(district: District, root: Path | None, frames: Mapping[str, Any]) -> Roster:
    """The units of the configuration and of the files it names, checked.

    Raises:
        SourceError: an unreadable file, a parent that is not there, a circle, versions that overlap.
    """
    given = district.units if isinstance(district.units, tuple) else (district.units,)
    inline = [unit for unit in given if isinstance(unit, Unit)]
    readers = [unit for unit in given if not isinstance(unit, Unit)]
    parts = [_from_objects(inline)] if inline else []
    parts += [_from_reader(reader, district, root, frames) for reader in readers]
    frame = pl.concat(parts) if parts else pl.DataFrame(schema=ROSTER)
    frame = frame.unique(maintain_order=True)
    _check(frame, district)
    frame = _rooted(frame, district)
    _check_circles(frame)
    return Roster(frame=frame, ids=_numbered(frame))


def _from_objects(units: Sequence[Unit]) -> pl.DataFrame:
    rows = [asdict(unit) | {"aliases": list(unit.aliases)} for unit in units]
    return pl.DataFrame(rows, schema=ROSTER)


def _from_reader(reader: Reader, district: District, root: Path | None, frames: Mapping[str, Any]) -> pl.DataFrame:
    titles = {
        "id": ("unit",),
        "name": ("название", "организация"),
        "kind": ("вид",),
        "inn": ("ИНН",),
        "ogrn": ("ОГРН",),
    }
    homes = [root, district.file.parent if district.file else None]
    failures: list[SourceError] = []
    for home in dict.fromkeys(homes):
        request = Request(
            source="units", columns=tuple(ROSTER), titles=titles, root=home, frames=frames, calendar=district.calendar
        )
        try:
            tables = reader.read(request)
        except SourceError as error:
            failures.append(error)
            continue
        if tables:
            if wrong := [p for table in tables for p in (*_unreadable_dates(table), *_misspelt_codes(table))]:
                raise SourceError(wrong)
            return pl.concat(_conform(table.frame) for table in tables).collect(engine=ENGINE)
    raise failures[0] if failures else SourceError([Problem(message="список организаций (units) не найден")])


def _unreadable_dates(table: Table) -> Iterator[Problem]:
    """Dates of validity which are not dates: read as «always», they would keep a closed school open."""
    for name in ("valid_from", "valid_to"):
        for line, text in _texts(table, name, but=_date(pl.col(name)).is_not_null()):
            yield _wrong(table, name, line, f"«{text}» — не дата", "напишите ГГГГ-ММ-ДД или ДД.ММ.ГГГГ")


def _misspelt_codes(table: Table) -> Iterator[Problem]:
    """ИНН and ОГРН with wrong control digits: nobody would ever be known by them."""
    for name, word, holds in (("inn", "ИНН", is_inn), ("ogrn", "ОГРН", is_ogrn)):
        for line, text in _texts(table, name):
            if not holds(text):
                hint = _dropped_zero(text) or f"сверьте {word} с выпиской; нет его — оставьте пустым"
                yield _wrong(table, name, line, f"«{text}» — не {word}: не сходится контрольная цифра", hint)


def _texts(table: Table, name: str, but: pl.Expr | None = None) -> list[tuple[int | None, str]]:
    """Rows and texts of a column that are not blank; ``but``: those which are right."""
    have = table.frame.collect_schema()
    if have.get(name) != pl.String:
        return []
    row = pl.col("row") if "row" in have else pl.lit(None, pl.Int64)
    told = table.frame.filter(pl.col(name).str.strip_chars() != "")
    told = told.filter(~but) if but is not None else told
    return told.select(row.alias("row"), pl.col(name).str.strip_chars()).collect(engine=ENGINE).rows()


def _wrong(table: Table, name: str, line: int | None, message: str, hint: str) -> Problem:
    cell = table.cells.get(name, "")
    return Problem(file=table.file, line=line or 0, cell=cell, path="units", message=f"{name}: {message}", hint=hint)


def _dropped_zero(text: str) -> str:
    """What to do where a spreadsheet took a number for a sum."""
    return f"таблица убрала ноль в начале: впишите «0{text}»" if is_inn(f"0{text}") else ""


def _date(text: pl.Expr) -> pl.Expr:
    plain = text.str.strip_chars()
    return pl.coalesce(plain.str.to_date("%Y-%m-%d", strict=False), plain.str.to_date("%d.%m.%Y", strict=False))


def _conform(frame: pl.LazyFrame) -> pl.LazyFrame:
    have = frame.collect_schema()
    columns = []
    for name, dtype in ROSTER.items():
        given = have.get(name)
        column = pl.col(name) if given is not None else pl.lit(None, pl.String)
        if dtype == pl.Date and given == pl.String:
            column = _date(column)
        elif dtype == pl.List(pl.String) and (given is None or given == pl.String):
            column = (
                column.cast(pl.String)
                .fill_null("")
                .str.split(";")
                .list.eval(pl.element().str.strip_chars().filter(pl.element().str.strip_chars() != ""))
            )
        elif dtype == pl.String:
            column = column.cast(pl.String).str.strip_chars()
            column = pl.when(column != "").then(column)
        columns.append(column.cast(dtype).alias(name))
    return frame.select(columns).with_columns(pl.coalesce("name", "id").alias("name"))


def _close(unit: str, known: Sequence[str]) -> str:
    near = get_close_matches(unit, known, n=1)
    return f"может быть, «{near[0]}»?" if near else "впишите id из списка (units)"


def _check(frame: pl.DataFrame, district: District) -> None:
    problems = [
        Problem(path="units", message=f"строка {number}: нет {word}", hint="заполните его")
        for column, word in (("id", "id организации"), ("kind", "вида (kind)"))
        for number in (frame[column].is_null().arg_true() + 1)
    ]
    named = frame.drop_nulls("parent").filter(pl.col("parent") != district.id)
    strangers = named.join(frame, left_on="parent", right_on="id", how="anti", maintain_order="left")
    problems += [
        Problem(path="units", message=f"«{row['id']}»: нет вышестоящей единицы «{row['parent']}»")
        for row in strangers.iter_rows(named=True)
    ]
    known = [district.id, *frame["id"].drop_nulls().unique(maintain_order=True)]
    problems += [
        Problem(
            path=f"exemptions[{number}].unit",
            message=f"в списке организаций нет «{exemption.unit}»",
            hint=_close(exemption.unit, known),
        )
        for number, exemption in enumerate(district.exemptions)
        if exemption.unit not in known
    ]
    versions = frame.filter(pl.col("id").is_duplicated())
    if not versions.is_empty():
        spans = versions.sort("id", pl.col("valid_from"), nulls_last=False)
        overlap = spans.filter(
            (pl.col("id") == pl.col("id").shift(-1))
            & (pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("valid_from").shift(-1))).fill_null(
                value=True
            )
        )
        problems += [
            Problem(
                path="units",
                message=f"«{unit}»: две версии действуют в одни и те же дни",
                hint="задайте valid_to прежней версии и valid_from новой",
            )
            for unit in overlap["id"].unique(maintain_order=True)
        ]
    if problems:
        raise SourceError(problems)


def _rooted(frame: pl.DataFrame, district: District) -> pl.DataFrame:
    """One unit above all others, with the district's id: the roster's own, or a new one.

    It is never guessed from the tree: a level put between the district and its schools must not become the top.
    """
    if district.id not in frame["id"]:
        top = {"id": district.id, "name": str(district.title), "kind": "district"}
        new = pl.DataFrame([top | dict.fromkeys(set(ROSTER) - top.keys())], schema=ROSTER)
        frame = pl.concat([frame, new.with_columns(aliases=pl.lit([], pl.List(pl.String)))])
    parent = pl.when(pl.col("id") != district.id).then(pl.col("parent").fill_null(district.id))
    return frame.with_columns(parent=parent)


def _numbered(frame: pl.DataFrame) -> pl.Series:
    """Ids from the root down: answering units come last and together, in the order in which they are listed."""
    ids = frame["id"].unique(maintain_order=True)
    numbers = pl.DataFrame({"id": ids}).with_row_index("unit")
    links = frame.select("id", "parent").unique(maintain_order=True)
    above = links.join(numbers, on="id", maintain_order="left").join(
        numbers.select(parent="id", above="unit"), on="parent", how="left", maintain_order="left"
    )
    heights = _heights(above.select("unit", parent="above"))
    order = above.with_columns(heights).group_by("unit", maintain_order=True).agg(pl.col("height").max())
    return numbers.join(order, on="unit").sort(-pl.col("height"), "unit")["id"]


def _check_circles(frame: pl.DataFrame) -> None:
    above = frame.select("id", "parent").unique()
    reach = above
    for _ in range(_DEEPEST):
        reach = reach.drop_nulls("parent")
        if reach.is_empty():
            return
        reach = reach.join(above.rename({"id": "parent", "parent": "next"}), on="parent").select("id", parent="next")
    raise SourceError(
        [
            Problem(
                path="units",
                message=f"«{unit}»: вышестоящие единицы образуют кольцо или дерево глубже {_DEEPEST}",
                hint="проверьте столбец parent",
            )
            for unit in reach["id"].unique(maintain_order=True).head(10)
        ]
    )


def _heights(tree: pl.DataFrame) -> pl.Series:
    """How many levels lie below each unit: 0 where nobody does."""
    parent = tree["parent"]
    heights = pl.Series("height", [0], dtype=pl.Int32).new_from_index(0, tree.height)
    for _ in range(_DEEPEST + 1):
        below = (
            pl.DataFrame({"unit": parent, "least": heights + 1})
            .drop_nulls("unit")
            .group_by("unit")
            .agg(pl.col("least").max())
        )
        taller = tree.select("unit").join(below, on="unit", how="left", maintain_order="left")["least"].fill_null(0)
        if taller.equals(heights):
            break
        heights = taller.cast(pl.Int32).rename("height")
    return heights
