"""The beginning of a note: on what grounds, about when, whom it has heard, and how its numbers are made."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from profdev_indicators import wording
from profdev_indicators.model import Population
from profdev_indicators.views.coverage import coverage
from profdev_reports.blocks import Block, Bullets, Editable, Paragraph, Row, Table
from profdev_reports.documents.form import HIDDEN
from profdev_reports.documents.picture import Picture

ORGANISATIONS = ("организация", "организации", "организаций")

_METHOD = (
    "Значение по району — отношение сумм по всем, кто ответил, а не среднее процентов организаций. Изменение посчитано "
    "по неокруглённым значениям. Там, где формулировку можно понять по-разному, принятое прочтение названо в "
    "приложении."
)
_ABSENCES = (
    f"В таблицах «{wording.STATE_WORDS['not_reported']}» — спросили, но ответа нет (это не «нет» и не "
    f"ноль); «{wording.STATE_WORDS['not_applicable']}» — не применимо; «†» — {wording.NOT_EVIDENCED}; «◐» — ответили "
    f"не все; «{wording.STATE_WORDS['suppressed']}» — скрыто."
)


def introduction(picture: Picture) -> Iterator[Block]:
    """The first section."""
    yield Editable(id="introduction", title="Введение", blocks=tuple(_words(picture)))
    yield from _heard(picture)
    yield Paragraph(text=_METHOD)
    yield Paragraph(text=_ABSENCES)
    if picture.is_public:
        yield Paragraph(text=HIDDEN)


def _words(picture: Picture) -> Iterator[Block]:
    district, period = picture.district, picture.form.period.title
    whose = f" {district.title.genitive}" if district.title.genitive else f" ({district.title})"
    yield Paragraph(text=f"Справка составлена по итогам мониторинга показателей{whose} за {period}.")
    if picture.monitoring.provisional:
        yield Paragraph(text="Данные предварительные: ответы ещё могут исправить.")
    if district.operator:
        yield Paragraph(text=f"Оператор мониторинга: {district.operator}.")
    if len(district.acts) == 1:
        yield Paragraph(text=f"Основание: {district.acts[0].title.rstrip('.')}.")
    elif district.acts:
        yield Paragraph(text="Основание:")
        yield Bullets(items=tuple(act.title for act in district.acts))
    yield Paragraph(text=" ".join(_covered(picture)))


def _covered(picture: Picture) -> Iterator[str]:
    units = picture.asked.group_by("unit").agg(pl.col("told").any(), spared=pl.col("spared").all())
    asked = units.filter(~pl.col("spared"))
    if asked.height:
        heard = wording.of(asked.filter("told").height, asked.height)
        yield f"Ответили, хотя бы на часть вопросов, {heard} спрошенных организаций."
    people = list(_people(picture))
    if people:
        yield f"Численность в полученных ответах: {'; '.join(people)}."


def _people(picture: Picture) -> Iterator[str]:
    """The greatest denominator of each population of people: what the answers cover."""
    greatest: dict[str, tuple[str, float]] = {}
    for line in picture.known:
        population = getattr(line.indicator.measure, "population", None)
        if not isinstance(population, Population) or line.nature != "part" or line.value is None:
            continue
        is_of_units = set(population.items) <= set(picture.district.kinds)
        size = line.value.denominator or 0.0
        if not is_of_units and size > greatest.get(population.id, ("", 0.0))[1]:
            greatest[population.id] = population.title, size
    return (f"{title} — {wording.count(size)}" for title, size in greatest.values())


def _heard(picture: Picture) -> Iterator[Block]:
    """How many answered each source."""
    rows = [row for row in coverage(picture.monitoring, picture.asked) if row.asked or row.spared]
    titles = {source.id: source.title for source in picture.district.sources}
    if not rows:
        return
    yield Table(
        caption="Кто ответил",
        head=("Источник данных", "Спрошено", "На всё", "Частично", "Не ответили", "Не применимо"),
        rows=tuple(
            Row(cells=(titles[row.source], *map(str, (row.asked, row.fully, row.partly, row.silent, row.spared))))
            for row in rows
        ),
        widths=(0.28, 0.14, 0.12, 0.15, 0.15, 0.16),
        numbers=frozenset(range(1, 6)),
    )
