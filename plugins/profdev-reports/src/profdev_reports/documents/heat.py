"""Everybody's values as heat maps: numbers with what they are made of, absences by their names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from profdev_indicators import wording
from profdev_indicators.results import Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Line
from profdev_reports.blocks import Block, Cell, Heading, Landscape, Paragraph, Row, Table
from profdev_reports.documents import pictures
from profdev_reports.documents.form import by_section
from profdev_reports.documents.picture import Picture
from profdev_reports.documents.titles import numbered

_MOST_COLUMNS = 8  # of a landscape page
_MOST_ROWS = 60
_UNCONFIRMED, _INCOMPLETE = "†", "◐"
_PER_CENT = "%"


def values(picture: Picture, title: str) -> Iterator[Block]:
    """Heat maps under a heading, on pages lying on their side; totals stand above those they are made of."""
    units = picture.existing
    if len(units) < 2:  # noqa: PLR2004 - the district alone stands in the form already
        return
    tables = (_heat(titles, lines, units, picture) for titles, lines in _packed(picture))
    yield Landscape(blocks=(Heading(text=title), _legend(), *tables))


def _packed(picture: Picture) -> Iterator[tuple[Sequence[str], Sequence[Line]]]:
    """Whole sections side by side as long as a page holds them; a section wider than a page is cut."""
    titles: list[str] = []
    columns: list[Line] = []
    for section, lines in by_section(picture.form):
        for start in range(0, len(lines), _MOST_COLUMNS):
            part = lines[start : start + _MOST_COLUMNS]
            if columns and len(columns) + len(part) > _MOST_COLUMNS:
                yield tuple(titles), tuple(columns)
                titles, columns = [], []
            titles.extend(filter(None, (numbered(section),)))
            columns.extend(part)
    if columns:
        yield tuple(titles), tuple(columns)


def _legend() -> Paragraph:
    return Paragraph(
        text="Чем темнее, тем больше доля; в скобках — сколько из скольких. «нет данных» — спросили, но ответа нет; "
        f"«{wording.DASH}» — не применимо; «{_UNCONFIRMED}» — {wording.NOT_EVIDENCED}; «{_INCOMPLETE}» — ответили "
        "не все; "
        "«…» — скрыто; пусто — не спрашивали. Порядок — как в списке района: это не рейтинг.",
        small=True,
    )


def _heat(titles: Sequence[str], lines: Sequence[Line], units: Sequence[str], picture: Picture) -> Table:
    left = len(units) - _MOST_ROWS
    return Table(
        caption="; ".join(titles) or "Показатели",
        head=("Организация", *(_column(line) for line in lines)),
        rows=tuple(_heat_row(unit, lines, picture) for unit in units[:_MOST_ROWS]),
        widths=(0.26, *(0.74 / len(lines) for _ in lines)),
        numbers=frozenset(range(1, len(lines) + 1)),
        small=True,
        notes=(f"Показаны первые {_MOST_ROWS} строк из {len(units)}; все — в values.csv.",) if left > 0 else (),
    )


def _column(line: Line) -> str:
    return f"{line.indicator.id}, {line.indicator.unit}".rstrip(", ")


def _heat_row(unit: str, lines: Sequence[Line], picture: Picture) -> Row:
    cells = [picture.cells.get((unit, line.indicator.id)) for line in lines]
    shown = (_heat_cell(value, line, picture.places) for value, line in zip(cells, lines, strict=True))
    return Row(cells=(picture.name(unit), *shown), kind="total" if picture.known_units[unit].level else "plain")


def _heat_cell(value: Value | None, line: Line, places: int) -> Cell:
    if value is None:
        return Cell(text="")
    if value.value is None:
        return Cell(text=wording.STATE_WORDS[value.state], tone="muted")
    signs = (_UNCONFIRMED if value.evidenced < value.reported else "") + (
        _INCOMPLETE if value.state == "partial" else ""
    )
    is_share = line.indicator.unit == _PER_CENT and line.indicator.better != "neutral"
    return Cell(
        text=f"{_told(value, line, places)} {signs}".rstrip(),
        shade=pictures.shade(value.value) if is_share else None,
    )


def _told(value: Value, line: Line, places: int) -> str:
    if line.nature == "flag" and value.level == 0 and value.denominator == 1:
        return "да" if value.numerator else "нет"
    number = wording.decimal(value.value or 0.0, places, trim=line.indicator.unit != _PER_CENT)
    sums = notes.parts(value, line.nature)
    return f"{number} ({sums})" if sums else number
