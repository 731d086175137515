"""The form of the order, word for word, with the values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from attrs import evolve

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Decision, Section
from profdev_indicators.results import Monitoring
from profdev_indicators.views import notes
from profdev_indicators.views.form import Form, Line, difference, forms
from profdev_reports import kinds, pdf, provenance
from profdev_reports.blocks import Block, Cell, Document, Heading, Paragraph, Row, Run, Table
from profdev_reports.documents import formbook
from profdev_reports.documents.footnotes import beside, footnotes, listed
from profdev_reports.documents.formats import written
from profdev_reports.documents.titles import fields, form_title, under
from profdev_reports.naming import of_period

HEAD = ("№", "Наименование критерия", "Методы сбора информации/ источники данных", "Значение показателя")
"""The columns of the order."""

HIDDEN = (
    f"«{wording.STATE_WORDS['suppressed']}» — значение не публикуется: по нему или вместе с другими значениями можно "
    "было бы узнать сведения об отдельных людях."
)


def render(kind: kinds.Form, monitoring: Monitoring) -> Mapping[str, bytes]:
    """``form-ПЕРИОД`` in each format, for each period asked."""
    files: dict[str, bytes] = {}
    for form in forms(monitoring):
        name = f"form-{of_period(form.period)}"
        document = compose(form, monitoring)
        made = written(document, kind.formats, monitoring, own=kind.template, stock="form")
        if "pdf" in made:  # the stock template of Word has neither letterhead nor signature for a form
            made["pdf"] = pdf.write(evolve(document, fields={}))
        if "xlsx" in kind.formats:
            made["xlsx"] = formbook.write(form, monitoring, document)
        files |= {f"{name}.{ending}": made[ending] for ending in kind.formats}
    return files


def compose(form: Form, monitoring: Monitoring) -> Document:
    """The form for one period as a document."""
    district = monitoring.district
    title = form_title(district)
    return Document(
        id=f"form-{of_period(form.period)}",
        title=title,
        subject=f"Значения показателей за {form.period.title}",
        blocks=(
            under(f"за {form.period.title}"),
            _table(form, monitoring),
            *_explanations(form, monitoring),
        ),
        foot=provenance.lines(monitoring),
        made=monitoring.provenance.newest,
        wide_margin=district.documents.archive,
        fields=fields(monitoring, form.period),
    )


def _table(form: Form, monitoring: Monitoring) -> Table:
    places = monitoring.district.publication.decimals
    told = {line.indicator.id: beside(line, places) for line in form.lines}
    marks = footnotes(told.values())
    rows: list[Row] = []
    for section, lines in by_section(form):
        if section.title:
            rows.append(Row(cells=(section.title,), kind="section"))
        rows.extend(_row(line, [marks[note] for note in told[line.indicator.id]], places) for line in lines)
    is_hidden = any(line.value is not None and line.value.state == "suppressed" for line in form.lines)
    return Table(
        caption="",
        head=HEAD,
        rows=tuple(rows),
        widths=(0.05, 0.45, 0.32, 0.18),
        numbers=frozenset({3}),
        notes=(*((HIDDEN,) if is_hidden and monitoring.profile == "publish" else ()), *listed(marks)),
    )


def _row(line: Line, marks: Sequence[str], places: int) -> Row:
    return Row(cells=(f"{line.number}.", line.indicator.title, notes.sources(line), _value(line, marks, places)))


def _value(line: Line, marks: Sequence[str], places: int) -> Cell:
    known = line.value is not None and line.value.value is not None
    sums = notes.parts(line.value, line.nature)
    runs = [Run(notes.shown(line.value, line.indicator.unit, places), bold=known)]
    if marks:
        runs.append(Run(f" {' '.join(marks)}"))
    if sums:
        runs.append(Run(f"\n{sums}"))
    return Cell(text=tuple(runs), tone="plain" if known else "muted")


def _explanations(form: Form, monitoring: Monitoring) -> Iterator[Block]:
    blocks = tuple(explained(form, monitoring))
    if blocks:
        yield Heading(text="Пояснения к форме")
        yield from blocks


def explained(form: Form, monitoring: Monitoring) -> Iterator[Block]:
    """How the wordings are read, and what stands in for what the order does not say."""
    readings = [line for line in form.lines if line.indicator.reading or line.indicator.alternatives]
    decisions = monitoring.district.decisions_needed
    counted = [row for line in form.lines for row in _other_readings(line, monitoring)]
    if readings:
        yield Paragraph(
            text="Там, где формулировку можно понять по-разному, значение посчитано по прочтению из этой таблицы. "
            "Номер — раздел и строка формы."
        )
        yield Table(
            caption="Как прочитаны формулировки",
            head=("№", "Принятое прочтение", "Возможно и другое"),
            rows=tuple(_reading(line) for line in readings),
            widths=(0.08, 0.56, 0.36),
        )
    if counted:
        yield Table(
            caption="Значения по другим прочтениям",
            head=("№", "Прочтение", "Значение", "Отличие от принятого"),
            rows=tuple(counted),
            widths=(0.08, 0.52, 0.2, 0.2),
            numbers=frozenset({2, 3}),
        )
    if decisions:
        yield Table(
            caption="Чего приказ не говорит и что принято, пока не решено",
            head=("№", "Вопрос", "Принято", "Кто решает", "Показатели"),
            rows=tuple(_decision(number, decision) for number, decision in enumerate(decisions, start=1)),
            widths=(0.06, 0.34, 0.3, 0.17, 0.13),
        )


def _reading(line: Line) -> Row:
    others = "; ".join(alternative.reading.rstrip(".") for alternative in line.indicator.alternatives)
    return Row(cells=(line.indicator.id, line.indicator.reading or "как в форме", others))


def _decision(number: int, decision: Decision) -> Row:
    codes = ", ".join(decision.indicators)
    return Row(cells=(f"{number}.", decision.question, decision.meanwhile, decision.who, codes))


def _other_readings(line: Line, monitoring: Monitoring) -> Iterator[Row]:
    places, unit = monitoring.district.publication.decimals, line.indicator.unit
    words = {alternative.id: alternative.reading for alternative in line.indicator.alternatives}
    for value, nature in line.readings:
        if value.reading == MAIN:
            continue
        sums, other = notes.parts(value, nature), difference(value, line.value)
        shown = notes.shown(value, unit, places) + (f"\n{sums}" if sums else "")
        by = "" if other is None else wording.change(other, unit, places)
        yield Row(cells=(line.indicator.id, words.get(value.reading, value.reading), shown, by))


def by_section(form: Form) -> Iterator[tuple[Section, tuple[Line, ...]]]:
    """Each section with its lines, in the order of the form."""
    for section, lines in groupby(form.lines, key=lambda line: line.section):
        yield section, tuple(lines)
