"""The form of the order, word for word, with its values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from profdev_indicators.model import Section
from profdev_indicators.views import notes
from profdev_indicators.views.form import Form, Line
from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Block, Cell, Heading, Link, Page, Paragraph, Row, Table
from profdev_reports.site.shown import shown
from profdev_reports.site.summary import heading


def sheet(answer: Answer) -> Page:
    """``form.html``: a table for each period asked, the last one first."""
    return Page(path="form.html", title="Форма мониторинга", blocks=_blocks(answer))


def numbered(section: Section) -> str:
    """«1. Выявление профессиональных дефицитов …»."""
    return f"{section.number}. {section.title}" if section.number else section.title


def _blocks(answer: Answer) -> Iterator[Block]:
    yield Paragraph(
        text="Графы и строки — как в форме, утверждённой приказом. Под значением — сколько посчитано и от скольких; "
        "пояснения к отдельным строкам — под таблицей.",
        look="lead",
    )
    for form in reversed(answer.forms):
        yield Heading(text=f"За {form.period.title}", id=f"form-{form.period.slug}".lower())
        yield _table(answer, form)
        yield from _read(form)


def _table(answer: Answer, form: Form) -> Table:
    told_below = [
        _ended(f"{line.indicator.id}: {'; '.join(told)}") for line in form.lines if (told := remarks(line, answer))
    ]
    return Table(
        id=f"form-table-{form.period.slug}".lower(),
        caption=f"{heading(answer.monitoring.district)}, {form.period.title}",
        head=("№", "Наименование критерия", "Методы сбора информации/ источники данных", "Значение показателя"),
        rows=tuple(_rows(answer, form)),
        numbers=frozenset({3}),
        titled=1,
        look="form",
        notes=tuple(told_below),
    )


def _rows(answer: Answer, form: Form) -> Iterator[Row]:
    for section, group in groupby(form.lines, key=lambda line: line.section):
        yield Row(group=numbered(section))
        for line in group:
            cell = shown(line.value, line, answer.places)
            yield Row(
                cells=(
                    f"{line.number}.",
                    Cell(text=(Link(line.indicator.title, page("criteria", line.indicator.id)),)),
                    notes.sources(line),
                    Cell(text=cell.text, small=cell.parts, signs=cell.signs, spoken=cell.words, look=cell.look),
                )
            )


def _ended(text: str) -> str:
    """One full stop, also after «п.п.»."""
    return text if text.endswith(".") else f"{text}."


def remarks(line: Line, answer: Answer) -> tuple[str, ...]:
    """What must be read together with a number; what disclosure control has hidden is not «hidden by the source»."""
    told = notes.notes(line, answer.places)
    if line.value is None or line.value.state != "suppressed":
        return told
    return (shown(line.value, line, answer.places).words, *told[1:])


def _read(form: Form) -> Iterator[Block]:
    """How ambiguous wordings are read."""
    read = [line for line in form.lines if line.indicator.reading]
    if read:
        yield Heading(text="Как прочитаны формулировки", id=f"readings-{form.period.slug}".lower(), level=3)
        yield Table(
            id=f"readings-table-{form.period.slug}".lower(),
            caption=f"Прочтения, принятые за {form.period.title}",
            head=("Код", "Как прочитано"),
            rows=tuple(
                Row(
                    cells=(
                        Cell(text=(Link(line.indicator.id, page("criteria", line.indicator.id)),)),
                        line.indicator.reading or "",
                    )
                )
                for line in read
            ),
        )
