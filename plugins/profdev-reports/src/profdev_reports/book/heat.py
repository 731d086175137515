"""Organisations and criteria as a map: numbers under colours, absences in words, totals above what they are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.results import Monitoring
from profdev_indicators.views.form import Form, Line
from profdev_reports.book.binding import BOLD, NUMBER, PLAIN, Binding, Cell, Given, Look, Page
from profdev_reports.book.numbers import absence, shown
from profdev_reports.charts.absences import ABSENCES, INCOMPLETE, UNCONFIRMED
from profdev_reports.charts.shading import shade, steps

HEAT = "Тепловая карта"
_DEEPEST = 7  # levels of an outline in Excel
_COLUMN = 9.0  # letters
_HIGHEST = 150.0  # points of a row
_SECTION: Look = {**BOLD, "align": "center", "bg_color": "#dde7f1"}
_WANTED = ("unit", "indicator", "unit_name", "level", "value", "denominator", "state", "reported", "evidenced")

Row = Mapping[str, Mapping[str, object]]
"""Values of a unit by indicator."""


def sheet(binding: Binding, monitoring: Monitoring, filled: Form, units: Sequence[str], name: str) -> None:
    """A map of one period; nothing where the district alone has values."""
    rows = _rows(monitoring, str(filled.period))
    shown_units = [unit for unit in units if unit in rows]
    if not shown_units:
        return
    page = binding.page(name, (44, *(_COLUMN for _ in filled.lines)))
    page.title(f"Организации и показатели за {filled.period.title}")
    for words in _legend():
        page.note(words)
    _scale(page)
    _sections(page, filled.lines)
    heads = ["Организация", *(f"{line.indicator.id}, {line.indicator.unit}".rstrip(", ") for line in filled.lines)]
    page.sheet.outline_settings(symbols_below=False)
    page.head(heads, freeze=1, last=page.row + len(shown_units))
    depths = _depths(monitoring, str(filled.period))
    places = monitoring.district.publication.decimals
    for unit in shown_units:
        depth = min(depths.get(unit, 0), _DEEPEST)
        page.line(tuple(_line(rows[unit], filled.lines, depth, places)), level=depth)


def _legend() -> Iterator[str]:
    absences = "; ".join(f"«{absence.word}» — {absence.meaning}" for absence in ABSENCES.values())
    yield f"Пусто — об этом не спрашивали; {absences}."
    yield (
        f"{UNCONFIRMED} — {wording.NOT_EVIDENCED}; {INCOMPLETE} — ответили не все: значение по тем, кто ответил. "
        "Жирным — итоги. Числитель и знаменатель каждого значения — на листе «Значения»."
    )
    yield "Цвет показывает величину процента, а не то, хорошо это или плохо:"


def _scale(page: Page) -> None:
    looks = [(f"{low:g}–{high:g}", {**NUMBER, "bg_color": paper, "font_color": ink, "align": "center"})
             for low, high, paper, ink in steps()]  # fmt: skip
    page.line(["", *(Cell(words, look) for words, look in looks)])


def _sections(page: Page, lines: Sequence[Line]) -> None:
    """A row above the headings: which criteria are of which section."""
    groups = [(section, len(tuple(group))) for section, group in groupby(lines, key=lambda line: line.section)]
    titles = [f"{section.number}. {section.title}" if section.number else section.title for section, _ in groups]
    widths = [_COLUMN * count for _, count in groups]
    page.sheet.set_row(page.row, min(page.height(titles, widths), _HIGHEST))
    page.put(0, "")
    column = 1
    for words, (_, count) in zip(titles, groups, strict=True):
        if count > 1:
            page.sheet.merge_range(page.row, column, page.row, column + count - 1, "", page.look(_SECTION))
        page.put(column, Cell(words, _SECTION))
        column += count
    page.row += 1


def _rows(monitoring: Monitoring, period: str) -> Mapping[str, Row]:
    """Units that have something to say in this period, if only silence."""
    values = monitoring.values.lazy().filter(
        pl.col("period") == period, pl.col("reading") == MAIN, pl.col("breakdown").is_null()
    )
    existing = values.filter(pl.col("state") != "not_defined").select("unit").unique()
    found: dict[str, dict[str, Mapping[str, object]]] = {}
    for row in values.join(existing, on="unit", how="semi").select(_WANTED).collect().iter_rows(named=True):
        found.setdefault(row["unit"], {})[row["indicator"]] = row
    return found


def _depths(monitoring: Monitoring, period: str) -> Mapping[str, int]:
    """How many units stand above each."""
    parents = dict(monitoring.tree.filter(pl.col("period") == period).select("unit", "parent").iter_rows())
    if not parents:
        parents = dict(monitoring.roster.select("id", "parent").iter_rows())
    return {unit: len(tuple(_above(unit, parents, monitoring.root))) for unit in parents}


def _above(unit: str, parents: Mapping[str, str | None], root: str) -> Iterator[str]:
    seen = {unit}
    while unit != root:
        above = parents.get(unit) or root
        if above in seen:
            return
        seen.add(above)
        yield above
        unit = above


def _line(row: Row, lines: Sequence[Line], depth: int, places: int) -> Iterator[Given]:
    some = next(iter(row.values()))
    is_total = bool(some["level"])
    yield Cell(str(some["unit_name"]), {**(BOLD if is_total else PLAIN), "indent": min(depth, 15)})
    for line in lines:
        yield _cell(row.get(line.indicator.id), line, places, is_total=is_total)


def _cell(row: Mapping[str, object] | None, line: Line, places: int, *, is_total: bool) -> Given:
    if row is None:
        return None
    look: Look = {**NUMBER, "bold": True} if is_total else NUMBER
    value = row["value"]
    if not isinstance(value, float):
        return absence(str(row["state"]), {**look, "shrink": True})
    signs = UNCONFIRMED if _number(row["evidenced"]) < _number(row["reported"]) else ""
    signs += INCOMPLETE if row["state"] == "partial" else ""
    if line.indicator.unit == "%":
        paper, ink = shade(value)
        look = {**look, "bg_color": paper, "font_color": ink}
    if line.nature == "flag" and not is_total and row["denominator"] == 1:
        return Cell(value, {**look, "num_format": f'"да{signs}";;"нет{signs}"', "align": "center"})
    unit = "" if line.indicator.unit == "%" else line.indicator.unit  # the head has it
    return Cell(value, {**look, "num_format": _plain(value, unit, places, signs, per_cent=line.indicator.unit == "%")})


def _plain(value: float, unit: str, places: int, signs: str, *, per_cent: bool) -> str:
    if not per_cent:
        return shown(value, unit, places, signs)
    number = f"0.{'0' * places}" if places else "0"
    return f'{number}"{wording.NBSP}{signs}"' if signs else number


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
