"""The form with what it is compared with: the year before, the change, the target, and a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from profdev_indicators import wording
from profdev_indicators.results import Finding
from profdev_indicators.views import notes
from profdev_indicators.views.form import Line
from profdev_reports.blocks import Align, Block, Cell, Figure, Paragraph, Row, Run, Table, Tone
from profdev_reports.documents import pictures
from profdev_reports.documents.footnotes import beside, footnotes, listed
from profdev_reports.documents.form import by_section
from profdev_reports.documents.picture import Picture, Side, side
from profdev_reports.documents.titles import numbered

SIDES: dict[Side, str] = {
    "worse": "хуже",
    "better": "лучше",
    "changed": "изменилось",
    "same": "без изменений",
    "unknown": "сравнить нельзя",
}
_TONES: dict[Side, Tone] = {
    "worse": "bad", "better": "good", "changed": "plain", "same": "plain", "unknown": "muted",
}  # fmt: skip
_JUSTIFY: Align = "justify"


def overview(picture: Picture) -> Iterator[Block]:
    """A paragraph, the table, the picture of all changes."""
    yield Paragraph(text=" ".join(summary(picture)), align=_JUSTIFY)
    yield _table(picture)
    chart = pictures.slope(picture)
    if chart is not None:
        yield Figure(svg=chart.svg, alt=chart.alt, caption="Как изменились показатели")


def summary(picture: Picture) -> Iterator[str]:
    """How many criteria went which way, and how many have no value."""
    lines, before = picture.form.lines, picture.form.before
    yield f"Показателей в форме — {len(lines)}, со значением — {len(picture.known)}."
    without = [line.indicator.id for line in lines if line not in picture.known]
    if without:
        yield f"Без значения: {', '.join(without)}."
    if before is None:
        yield "Сведений за более ранние периоды нет: сравнивать не с чем."
        return
    went = {way: [line.indicator.id for line in lines if side(line) == way] for way in SIDES}
    parts = [f"{SIDES[way]} — {len(codes)} ({', '.join(codes)})" for way, codes in went.items() if codes]
    yield f"По сравнению с предыдущим периодом ({before.title}): {'; '.join(parts)}."


def _table(picture: Picture) -> Table:
    before, places = picture.form.before, picture.places
    texts = {line.indicator.id: _notes(line, places) for line in picture.form.lines}
    marks = footnotes(texts.values())
    compared = (before.title, "Измене\u00adние") if before else ()
    rows: list[Row] = []
    for section, lines in by_section(picture.form):
        if section.title:
            rows.append(Row(cells=(numbered(section),), kind="section"))
        rows.extend(_row(line, [marks[text] for text in texts[line.indicator.id]], picture) for line in lines)
    return Table(
        caption=f"Значения показателей за {picture.form.period.title}",
        head=("№", "Показатель", "Значение", *compared, "Цель", "Вывод"),
        rows=tuple(rows),
        widths=(0.06, 0.33, 0.15, 0.13, 0.11, 0.08, 0.14) if before else (0.06, 0.5, 0.18, 0.1, 0.16),
        numbers=frozenset({2, 3, 4, 5} if before else {2, 3}),
        small=True,
        notes=listed(marks),
    )


def _notes(line: Line, places: int) -> Sequence[str]:
    """The target has a column of its own."""
    return beside(evolve(line, target=None, reached=None), places)


def _row(line: Line, marks: Sequence[str], picture: Picture) -> Row:
    places, unit = picture.places, line.indicator.unit
    sums, earlier = notes.parts(line.value, line.nature), notes.parts(line.before, line.nature)
    value = (
        Run(notes.shown(line.value, unit, places), bold=line in picture.known),
        Run((f" {' '.join(marks)}" if marks else "") + (f"\n{sums}" if sums else "")),
    )
    compared: tuple[str, ...] = ()
    if picture.form.before:
        before = "" if line.before is None else notes.shown(line.before, unit, places)
        compared = (before + (f"\n{earlier}" if earlier else ""), notes.changed(line, places))
    target = wording.as_set(line.target.at, unit) if line.target else ""
    return Row(cells=(line.indicator.id, line.indicator.title, value, *compared, target, _verdict(line, picture)))


def _verdict(line: Line, picture: Picture) -> Cell:
    """The way it went, the target, and how grave the rules found it, in words."""
    finding = of_district(picture, line)
    words = [SIDES[side(line)]] if picture.form.before else []
    if line.reached is not None:
        words.append("цель достигнута" if line.reached else "цель не достигнута")
    if finding is not None and finding.severity != "info":
        words.append(wording.SEVERITY_WORDS[finding.severity])
    is_good_but = _TONES[side(line)] == "good" and line.reached is False
    return Cell(text="\n".join(words) or wording.DASH, tone="plain" if is_good_but else _TONES[side(line)])


def of_district(picture: Picture, line: Line) -> Finding | None:
    """The leading finding about the district's own value of a line."""
    root, code = picture.monitoring.root, line.indicator.id
    return next((found for found in picture.found if found.unit == root and found.indicator == code), None)
