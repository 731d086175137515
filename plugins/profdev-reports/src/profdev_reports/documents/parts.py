"""Each section of the form: what changed, kinds of organisations side by side, and who stands out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from profdev_indicators import wording
from profdev_indicators.results import Value
from profdev_indicators.views import notes
from profdev_indicators.views.form import Line
from profdev_reports.blocks import Block, Bullets, Editable, Figure, Heading, Paragraph, Row, Table
from profdev_reports.documents import pictures
from profdev_reports.documents.footnotes import beside
from profdev_reports.documents.form import by_section
from profdev_reports.documents.overview import of_district
from profdev_reports.documents.picture import Picture, side, told
from profdev_reports.documents.titles import ended, headed, recalled

_PER_CENT = 100.0
_MOST_KINDS = 5  # columns of a portrait table
_MOST_NAMES = 8


def parts(picture: Picture) -> Iterator[Block]:
    """A subsection for each section of the form."""
    groups = kinds(picture)
    for place, (section, lines) in enumerate(by_section(picture.form), start=1):
        title = headed(section)
        if title:
            yield Heading(text=title, level=2)
        words = tuple(_sentences(lines, picture))
        yield Editable(id=f"section-{place}", title=title or "Анализ", blocks=words)
        yield from _chart(lines, picture)
        yield from _side_by_side(lines, groups, picture)
        yield from _outstanding(lines, picture)


def _sentences(lines: Sequence[Line], picture: Picture) -> Iterator[Block]:
    order = {"worse": 0, "unknown": 2, "changed": 1, "same": 1, "better": 1}
    gravest_first = sorted(lines, key=lambda line: order[side(line)])
    yield Bullets(items=tuple(" ".join(_about(line, picture)) for line in gravest_first))


def _about(line: Line, picture: Picture) -> Iterator[str]:
    name = f"{line.indicator.id}. {recalled(line.indicator.title)}"
    value = f"{name}: {told(line, line.value, picture.places)}"
    compared = _compared(line, picture) if picture.form.before else ""
    yield ended(f"{value} — {compared}" if compared else value)
    if line.target is not None and line.reached is not None:
        aim = wording.as_set(line.target.at, line.indicator.unit)
        yield f"Цель {aim} {'достигнута' if line.reached else 'не достигнута'}."


def _compared(line: Line, picture: Picture) -> str:
    """Which way it went since the period before, with both sums; or why that cannot be said."""
    before, places = picture.form.before, picture.places
    if line.change is None or before is None:
        if line.value is None or line.value.value is None:
            return "; ".join(beside(line, places))
        if line.before is None or line.before.value is None:
            return f"сравнить не с чем: за {before.title} значения нет" if before else ""
        return "определение изменилось, и с прежним значением оно не сравнивается"
    was = told(line, line.before, places)
    if line.change == 0:
        return f"без изменений: за {before.title} — {was}"
    words = {"worse": "хуже", "better": "лучше"}.get(side(line), "иначе")
    return f"{words}, чем за {before.title}: было {was}, {notes.changed(line, places)}"


def _chart(lines: Sequence[Line], picture: Picture) -> Iterator[Block]:
    """One criterion of the section over the periods: the one that most needs to be seen."""

    def need(line: Line) -> tuple[bool, bool, bool]:
        found = of_district(picture, line)
        return found is not None and found.severity != "info", side(line) == "worse", line.target is not None

    wanted = max(lines, key=need, default=None)
    if wanted is None or not any(need(wanted)):
        return
    chart = pictures.trend(picture, wanted.indicator.id)
    if chart is not None:
        caption = f"{wanted.indicator.id}. {recalled(wanted.indicator.title)} — по периодам"
        yield Figure(svg=chart.svg, alt=chart.alt, caption=caption, width=150.0)


def kinds(picture: Picture) -> Mapping[str, tuple[str, ...]]:
    """Those who answer, by cluster where there are clusters, else by kind; nothing where there is but one group."""
    period = str(picture.form.period)
    rows = picture.monitoring.tree.iter_rows(named=True)
    clusters = {row["unit"]: row["cluster"] for row in rows if row["period"] == period and row["cluster"]}
    groups: dict[str, list[str]] = {}
    for unit in picture.answering:
        kind = picture.known_units[unit].unit_kind
        groups.setdefault(clusters.get(unit) or picture.district.kinds.get(kind, kind), []).append(unit)
    return {title: tuple(units) for title, units in groups.items()} if len(groups) > 1 else {}


def _side_by_side(lines: Sequence[Line], groups: Mapping[str, tuple[str, ...]], picture: Picture) -> Iterator[Block]:
    shown = dict(list(groups.items())[:_MOST_KINDS])
    rows = [
        Row(cells=(line.indicator.id, *(_sum(line, units, picture) for units in shown.values())))
        for line in lines
        if line.nature in {"flag", "part"} and line.indicator.unit == "%"
    ]
    rows = [row for row in rows if any(cell != wording.DASH for cell in row.cells[1:])]
    if not shown or not rows:
        return
    left = len(groups) - len(shown)
    yield Table(
        caption="По группам организаций",
        head=("№", *(f"{title} ({len(units)})" for title, units in shown.items())),
        rows=tuple(rows),
        widths=(0.1, *(0.9 / len(shown) for _ in shown)),
        numbers=frozenset(range(1, len(shown) + 1)),
        small=True,
        notes=(f"Ещё {left} групп — в values.csv.",) if left else (),
    )


def _sum(line: Line, units: Sequence[str], picture: Picture) -> str:
    """The share of a group out of the sums of its members: never the mean of their shares."""
    values = [picture.cells.get((unit, line.indicator.id)) for unit in units]
    there = [value for value in values if value is not None]
    if any(value.state == "suppressed" for value in there):
        return wording.STATE_WORDS["suppressed"]
    told_ones = [value for value in there if value.value is not None and value.denominator]
    if not told_ones:
        silent = any(value.state == "not_reported" for value in there)
        return wording.STATE_WORDS["not_reported"] if silent else wording.DASH
    counted, whole = _total(told_ones)
    return f"{wording.with_unit(_PER_CENT * counted / whole, '%', picture.places)}\n{wording.of(counted, whole)}"


def _total(values: Sequence[Value]) -> tuple[float, float]:
    return sum(value.numerator or 0.0 for value in values), sum(value.denominator or 0.0 for value in values)


def _outstanding(lines: Sequence[Line], picture: Picture) -> Iterator[Block]:
    """Who is farther from comparable ones than chance explains; in the order of the roster."""
    peers = picture.exhibits.get("peers")
    if peers is None:
        return
    items = []
    for line in lines:
        code = line.indicator.id
        if code not in peers.frame.columns:
            continue
        for word in ("ниже ожидаемого", "выше ожидаемого"):
            names = peers.frame.filter(peers.frame[code] == word)["unit_name"].to_list()
            if names:
                more = f" и ещё {len(names) - _MOST_NAMES}" if len(names) > _MOST_NAMES else ""
                items.append(f"{code}, {word}: {', '.join(names[:_MOST_NAMES])}{more}.")
    if items:
        yield Paragraph(text="Заметно отличаются от сопоставимых организаций (с учётом численности; это не рейтинг):")
        yield Bullets(items=tuple(items))
