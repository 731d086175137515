"""A page per criterion: what the number means, where it comes from, how it moved, who stands behind it."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators import wording
from profdev_indicators.model import Basis, District, Indicator
from profdev_indicators.views import notes
from profdev_indicators.views.form import Line
from profdev_reports.site import drawn
from profdev_reports.site.addresses import page, slug
from profdev_reports.site.answer import Answer
from profdev_reports.site.formulas import MISSING, SILENCE, Formula, formula, measure_at
from profdev_reports.site.legend import absences
from profdev_reports.site.parts import (
    Block,
    Bullets,
    Cell,
    Facts,
    Heading,
    Link,
    Page,
    Paragraph,
    Reading,
    Row,
    Table,
    Text,
)
from profdev_reports.site.sheet import numbered, remarks
from profdev_reports.site.shown import moved, shown
from profdev_reports.site.told import findings, recommendations, unit_link

_BETTER = {
    "higher": "чем больше, тем лучше",
    "lower": "чем меньше, тем лучше",
    "neutral": "ни больше, ни меньше не лучше",
}
_INDEX = Link("Критерии", "criteria/index.html")


def criteria(answer: Answer) -> Iterator[Page]:
    """The list of criteria and a page for each."""
    yield Page(path=_INDEX.path, title="Критерии", blocks=_index(answer))
    lines = answer.form.lines
    links = [
        Link(f"{line.indicator.id}. {line.indicator.title}", page("criteria", line.indicator.id)) for line in lines
    ]
    for place, line in enumerate(lines):
        yield Page(
            path=links[place].path,
            title=line.indicator.title,
            code=line.indicator.id,
            kicker=numbered(line.section),
            trail=(_INDEX,),
            blocks=_blocks(answer, line),
            before=links[place - 1] if place else None,
            after=links[place + 1] if place + 1 < len(links) else None,
        )


def _index(answer: Answer) -> Iterator[Block]:
    yield Paragraph(text=f"Значения района за {answer.period.title}; название ведёт на страницу критерия.", look="lead")
    rows: list[Row] = []
    section = None
    for line in answer.form.lines:
        if line.section != section:
            section = line.section
            rows.append(Row(group=numbered(section)))
        cell, move = shown(line.value, line, answer.places), moved(line.before, line.value, line, answer.places)
        found = answer.findings_of_indicator.get(line.indicator.id, ())
        rows.append(
            Row(
                cells=(
                    line.indicator.id,
                    Cell(text=(Link(line.indicator.title, page("criteria", line.indicator.id)),)),
                    Cell(text=cell.text, small=cell.parts, signs=cell.signs, look=cell.look, spoken=cell.words),
                    Cell(text=move.text, look=move.way, order=move.order),
                    str(len(found)),
                )
            )
        )
    since = f" к {answer.form.before}" if answer.form.before else ""
    yield Table(
        id="criteria-table",
        caption=f"Критерии по разделам, {answer.period.title}",
        head=("Код", "Критерий", "Значение", f"Изменение{since}", "Находок"),
        rows=tuple(rows),
        numbers=frozenset({2, 3, 4}),
        titled=1,
    )


def _blocks(answer: Answer, line: Line) -> Iterator[Block]:
    code = line.indicator.id
    anchor = f"c-{slug(code)}"
    yield Reading(
        shown=shown(line.value, line, answer.places),
        period=answer.period.title,
        move=moved(line.before, line.value, line, answer.places),
        since=str(answer.form.before) if answer.form.before else "",
        notes=remarks(line, answer),
    )
    yield Heading(text="Что это за число", id="definition")
    yield from _definition(answer, line)
    yield Heading(text="Динамика", id="dynamics")
    yield from drawn.trend(answer, line, anchor)
    yield _periods(answer, line)
    if answer.units:
        yield Heading(text="Организации", id="organisations")
        yield from drawn.funnel(answer, line, anchor)
        yield _organisations(answer, line)
        yield absences(answer)
    found = answer.findings_of_indicator.get(code, ())
    yield Heading(text="Находки", id="findings")
    yield (
        findings(answer, found, without="indicator")
        if found
        else Paragraph(
            text=(
                "По этому критерию правила не сработали. ",
                Link("Что проверить не удалось", "method.html#unchecked"),
                ".",
            )
        )
    )
    advice = answer.advice_of_indicator.get(code, ())
    if advice:
        yield Heading(text="Рекомендации", id="advice")
        yield recommendations(answer, advice, without="indicator")
    yield from _readings(answer, line)


def _definition(answer: Answer, line: Line) -> Iterator[Block]:
    indicator, district = line.indicator, answer.monitoring.district
    told = formula(measure_at(indicator, answer.period), district)
    yield Paragraph(text=told.sentence, look="formula")
    yield Facts(rows=tuple(_facts(answer, line, told)))
    if indicator.revisions:
        yield Heading(text="Как менялось определение", id="revisions", level=3)
        yield Bullets(items=tuple(_revision(indicator, district)))


def _facts(answer: Answer, line: Line, told: Formula) -> Iterator[tuple[str, tuple[Text, ...]]]:
    indicator, district = line.indicator, answer.monitoring.district
    yield from told.parts
    if indicator.reading:
        yield "Как прочитана формулировка", (indicator.reading,)
    yield "Молчание", (SILENCE[line.silence],)
    yield "Неполный ответ", (MISSING[_missing(answer, indicator)],)
    yield "Единица", (f"{indicator.unit or 'без единицы'}; {_BETTER[indicator.better]}",)
    source = notes.sources(line)
    if source:
        yield "Источник данных", (source,)
    basis = basis_words(indicator.basis, district)
    if basis:
        yield "Основание", (basis,)
    if indicator.target:
        yield (
            "Целевые значения",
            tuple(
                f"с {wording.day(mark.since)}: {wording.as_set(mark.at, indicator.unit)}"
                + (f" — {mark.basis}" if mark.basis else "")
                for mark in sorted(indicator.target, key=lambda mark: mark.since)
            ),
        )
    if indicator.since or indicator.until:
        since = f"с {wording.day(indicator.since)}" if indicator.since else ""
        until = f"по {wording.day(indicator.until)}" if indicator.until else ""
        yield "Действует", (" ".join(filter(None, (since, until))),)
    if line.value is not None and line.value.definition:
        yield "Отпечаток определения", (line.value.definition,)


def _missing(answer: Answer, indicator: Indicator) -> str:
    dated = [each for each in indicator.revisions if each.missing and each.since <= answer.period.end]
    last = max(dated, key=lambda each: each.since, default=None)
    return (last.missing if last else None) or indicator.missing


def basis_words(basis: Basis | None, district: District) -> str:
    """«Приказ …, раздел 1, строка 1»."""
    if basis is None:
        return ""
    acts = {act.id: act.title for act in district.acts}
    parts = (acts.get(basis.act or "", basis.act), basis.place, basis.note)
    return ", ".join(part for part in parts if part)


def _revision(indicator: Indicator, district: District) -> Iterator[str]:
    for revision in sorted(indicator.revisions, key=lambda each: each.since):
        told = [
            revision.note or "",
            formula(revision.measure, district).sentence if revision.measure else "",
            SILENCE[revision.silence] if revision.silence else "",
            MISSING[revision.missing] if revision.missing else "",
        ]
        yield f"С {wording.day(revision.since)}: {' '.join(filter(None, told))}"


def _periods(answer: Answer, line: Line) -> Table:
    root, code = answer.monitoring.root, line.indicator.id
    values = answer.series(root, code)
    rows = []
    for place, (period, value) in enumerate(zip(answer.periods, values, strict=True)):
        cell = answer.cell(root, code, period)
        earlier = next((each for each in reversed(values[:place]) if each is not None and each.value is not None), None)
        move = moved(earlier, value, line, answer.places)
        rows.append(
            Row(
                cells=(
                    period.title,
                    Cell(text=cell.text, signs=cell.signs, look=cell.look, order=cell.order),
                    cell.parts,
                    notes.answered(value),
                    Cell(text=move.text, look=move.way, order=move.order),
                    cell.words,
                )
            )
        )
    return Table(
        id="periods-table",
        caption=f"{code} по периодам",
        head=("Период", "Значение", "Сколько из скольких", "Ответили", "Изменение", "Пояснение"),
        rows=tuple(rows),
        numbers=frozenset({1, 2, 3, 4}),
    )


def _organisations(answer: Answer, line: Line) -> Table:
    code, before = line.indicator.id, answer.form.before
    rows = []
    for unit in answer.units:
        value = answer.value(unit, code)
        if value is None:
            continue
        cell = answer.cell(unit, code)
        move = moved(answer.value(unit, code, before) if before else None, value, line, answer.places)
        link = unit_link(answer, unit)
        rows.append(
            Row(
                cells=(
                    Cell(text=(link,) if link else answer.names[unit]),
                    Cell(text=cell.text, signs=cell.signs, look=cell.look, order=cell.order),
                    cell.parts,
                    Cell(text=move.text, look=move.way, order=move.order),
                    cell.words,
                ),
                total=answer.levels[unit] > 0,
            )
        )
    since = f" к {before}" if before else ""
    return Table(
        id="organisations-table",
        caption=f"{code} по организациям, {answer.period.title}; порядок — как в списке района",
        head=("Организация", "Значение", "Сколько из скольких", f"Изменение{since}", "Пояснение"),
        rows=tuple(rows),
        numbers=frozenset({1, 2, 3}),
        lively=True,
        ordered=answer.is_public,  # nobody should make a league table of it
    )


def _readings(answer: Answer, line: Line) -> Iterator[Block]:
    """Other readings of the wording, with their values where they were computed."""
    alternatives = line.indicator.alternatives
    if not alternatives:
        return
    known = {value.reading: (value, nature) for value, nature in line.readings}
    rows = []
    for other in alternatives:
        value, nature = known.get(other.id, (None, line.nature))
        text = notes.shown(value, line.indicator.unit, answer.places) if value else "не посчитано"
        words = formula(other.measure, answer.monitoring.district).sentence if other.measure else "формула та же"
        rows.append(Row(cells=(other.reading, words, Cell(text=text, small=notes.parts(value, nature)))))
    yield Heading(text="Другие прочтения", id="readings")
    yield Paragraph(text="Формулировку приказа можно прочитать и иначе; для форм и сравнений принято прочтение выше.")
    yield Table(
        id="readings-table",
        caption=f"Другие прочтения {line.indicator.id}",
        head=("Прочтение", "Как считается", "Значение"),
        rows=tuple(rows),
        numbers=frozenset({2}),
    )
