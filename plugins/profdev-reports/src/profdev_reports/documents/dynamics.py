"""What got worse, of the district and of whom, and criteria that no longer tell anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from profdev_indicators import wording
from profdev_indicators.results import Exhibit, Finding
from profdev_indicators.sentences import fact
from profdev_reports.blocks import Block, Bullets, Cell, Heading, Paragraph, Row, Table, Tone
from profdev_reports.documents.picture import Picture
from profdev_reports.documents.titles import recalled

_MOST = 20  # as many cells as a department can go into at once
_TONES: dict[str, Tone] = {"critical": "bad", "risk": "bad", "attention": "plain", "info": "muted"}
_PROPERTIES = ("saturated", "indistinct", "unchanging", "unresponsive", "unreported", "unreliable", "small")


def dynamics(picture: Picture) -> Iterator[Block]:
    """The findings that ask for attention, the gravest first; criteria without information."""
    yield from _found(picture)
    yield from _uninformative(picture)


def _found(picture: Picture) -> Iterator[Block]:
    district = picture.district
    if not (district.dynamics.rules or any(indicator.rules for indicator in district.indicators)):
        yield Paragraph(text="Правила отрицательной динамики не заданы: динамика не оценивалась.")
        return
    if district.dynamics.basis:
        yield Paragraph(text=f"Пороги установлены: {district.dynamics.basis.rstrip('.')}.")
    above, below = picture.grave(above=True), picture.grave(above=False)
    minor = len(picture.found) - len(above) - len(below)
    if not (above or below):
        unchecked = "" if picture.monitoring.unchecked.is_empty() else " Проверить удалось не всё: см. приложение."
        yield Paragraph(text=f"Ни одно правило не потребовало внимания.{unchecked}")
    else:
        where = len({finding.unit for finding in below})
        yield Paragraph(
            text=f"Случаев, которые требуют внимания: по итогам района и его частей — {len(above)}, у организаций — "
            f"{len(below)} (организаций — {where})."
            + (f" Ещё {_cases(minor)} — для сведения: findings.csv." if minor else "")
        )
    if above:
        yield Heading(text="По итогам", level=2)
        yield _table(above, picture)
    if below:
        yield Heading(text="У организаций", level=2)
        yield _table(below, picture)


def _cases(number: int) -> str:
    return wording.counted(number, "случай", "случая", "случаев")


def _table(found: Sequence[Finding], picture: Picture) -> Table:
    left = len(found) - _MOST
    more = (f"Показаны важнейшие ({_MOST} из {len(found)}); остальные — в findings.csv.",) if left > 0 else ()
    return Table(
        caption="",
        head=("Кто", "Показатель", "Что произошло", "Важность"),
        rows=tuple(_row(finding, picture) for finding in found[:_MOST]),
        widths=(0.2, 0.2, 0.47, 0.13),
        small=True,
        notes=more,
    )


def _row(finding: Finding, picture: Picture) -> Row:
    indicator = picture.indicator(finding.indicator)
    what = fact(finding, indicator, picture.monitoring.tellings, places=picture.places)
    severity = Cell(text=wording.SEVERITY_WORDS[finding.severity], tone=_TONES[finding.severity])
    return Row(cells=(finding.unit_name, f"{indicator.id}. {recalled(indicator.title)}", what, severity))


def _uninformative(picture: Picture) -> Iterator[Block]:
    without = [line for line in picture.form.lines if line not in picture.known]
    health = picture.exhibits.get("health")
    rows = () if health is None else tuple(_health(health, picture))
    if not (without or rows):
        return
    yield Heading(text="Показатели, не дающие информации", level=2)
    if without:
        yield Bullets(
            items=tuple(
                f"{line.indicator.id}. {recalled(line.indicator.title)}: значения нет"
                + (f" ({line.value.reason})." if line.value is not None and line.value.reason else ".")
                for line in without
            )
        )
    if rows and health is not None:
        yield Table(
            caption="Показатели, об исправности которых стоит решить",
            head=("Показатель", "Что обнаружено"),
            rows=rows,
            widths=(0.55, 0.45),
            small=True,
            notes=health.notes,
        )


def _health(health: Exhibit, picture: Picture) -> Iterator[Row]:
    """Criteria with at least one property confirmed, in the order of the form."""
    known = [name for name in _PROPERTIES if name in health.frame.columns and name in health.headings]
    for row in health.frame.select("indicator", *(pl.col(name).cast(pl.String) for name in known)).iter_rows(
        named=True
    ):
        said = [health.headings[name] for name in known if row[name] == "да"]
        if said:
            indicator = picture.indicator(row["indicator"])
            yield Row(cells=(f"{indicator.id}. {recalled(indicator.title)}", "; ".join(said)))
