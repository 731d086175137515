"""The first page: what got worse first, then how many of what, then how to read it all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from profdev_indicators import wording
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import District
from profdev_indicators.results import Finding
from profdev_indicators.views.form import Line
from profdev_reports.site import drawn
from profdev_reports.site.answer import Answer
from profdev_reports.site.legend import absences, severities
from profdev_reports.site.parts import (
    Block,
    Bullets,
    Cell,
    Facts,
    Heading,
    Link,
    Page,
    Paragraph,
    Row,
    Table,
    Text,
    Tile,
    Tiles,
)
from profdev_reports.site.shown import moved, shown, way
from profdev_reports.site.told import findings, indicator_link

_MOST = 15  # as many findings as a department can go into at once
_ORGANISATIONS = ("организация", "организации", "организаций")


def summary(answer: Answer) -> Page:
    """``index.html``."""
    return Page(
        path="index.html",
        title=heading(answer.monitoring.district),
        kicker=f"Результаты мониторинга за {answer.period.title}",
        blocks=_blocks(answer),
    )


def _changed(answer: Answer) -> Iterator[Block]:
    chart = tuple(drawn.slope(answer, "summary"))
    if chart:
        yield Heading(text="Что изменилось", id="changed")
        yield from chart


def heading(district: District) -> str:
    """The title of the form, which names the district as the order does."""
    whose = district.title.genitive or ""
    if not district.form_title:
        return f"Показатели мониторинга: {district.title}"
    return district.form_title if whose in district.form_title else f"{district.form_title} {whose}"


def _blocks(answer: Answer) -> Iterator[Block]:
    yield Tiles(items=tuple(_tiles(answer)))
    yield Heading(text="Что ухудшилось", id="worse")
    yield from _worse(answer)
    yield Heading(text="Находки правил", id="findings")
    yield from _found(answer)
    yield from _changed(answer)
    yield Heading(text="О мониторинге", id="about")
    yield Facts(rows=tuple(_facts(answer)))
    yield Heading(text="Как читать", id="reading")
    yield Paragraph(
        text="Рядом с каждой долей стоит, сколько посчитано и от скольких: «31 из 42». Отсутствие числа бывает пяти "
        "видов, и ни одно из них не ноль:"
    )
    yield absences(answer)
    yield Paragraph(text="Важность находки показывает, с чего начать разбираться:")
    yield severities()
    yield Heading(text="Куда дальше", id="next")
    yield Bullets(items=tuple(_ways(answer)))


def _tiles(answer: Answer) -> Iterator[Tile]:
    lines = answer.form.lines
    known = sum(line.value is not None and line.value.value is not None for line in lines)
    yield Tile(number=wording.of(known, len(lines)), words="критериев со значением", path="form.html")
    if answer.form.before is not None:
        ways = Counter(_way(line) for line in lines)
        before = answer.form.before.title
        yield Tile(
            number=str(ways["worse"]),
            words=f"хуже, чем за {before}",
            look="bad" if ways["worse"] else "",
            path="index.html#worse",
        )
        yield Tile(number=str(ways["better"]), words=f"лучше, чем за {before}", look="good", path="dynamics.html")
        yield Tile(
            number=str(len(lines) - ways["worse"] - ways["better"]),
            words="без изменений или сравнить нельзя",
            path="dynamics.html",
        )
    last = str(answer.period)
    silent = {row.unit for row in answer.silent if row.period == last}
    yield Tile(
        number=str(len(silent)),
        words=wording.plural(len(silent), "организация", "организации", "организаций") + " без ответа или с неполным",
        path="method.html#coverage",
    )


def _way(line: Line) -> str:
    return "none" if line.change is None else way(line.change, line.indicator.better)


def _worse(answer: Answer) -> Iterator[Block]:
    """Criteria of the district that moved to the worse side, those a rule speaks of first, then the largest."""
    if answer.form.before is None:
        yield Paragraph(text="Сведений за более ранние периоды нет: сравнивать не с чем.")
        return
    grave = {
        finding.indicator: SEVERITIES.index(finding.severity)
        for finding in reversed(_of_district(answer))  # the gravest is told last and stays
    }
    fallen = sorted(
        (line for line in answer.form.lines if _way(line) == "worse"),
        key=lambda line: (-grave.get(line.indicator.id, -1), -abs(line.change or 0.0)),
    )
    if not fallen:
        yield Paragraph(text=f"Ни один критерий района не стал хуже, чем за {answer.form.before.title}.")
        return
    yield Table(
        id="worse-table",
        caption=f"Критерии, которые стали хуже: {answer.form.before.title} → {answer.period.title}",
        head=("Критерий", "Было", "Стало", "Изменение", "По периодам", "Что говорят правила"),
        rows=tuple(Row(cells=_fallen(answer, line)) for line in fallen),
        numbers=frozenset({1, 2, 3}),
    )
    yield Paragraph(text="Изменение посчитано по неокруглённым значениям.", look="note")


def _fallen(answer: Answer, line: Line) -> tuple[Cell, ...]:
    before, now = shown(line.before, line, answer.places), shown(line.value, line, answer.places)
    move = moved(line.before, line.value, line, answer.places)
    code = line.indicator.id
    said = [finding for finding in _of_district(answer) if finding.indicator == code]
    rules = wording.SEVERITY_WORDS[said[0].severity] if said else _silence_of_rules(answer, code)
    return (
        Cell(text=(indicator_link(line.indicator),)),
        Cell(text=before.text, small=before.parts),
        Cell(text=now.text, small=now.parts, signs=now.signs, spoken=now.words),
        Cell(text=move.text, look=move.way, order=move.order),
        drawn.spark(answer, answer.monitoring.root, line, f"worse-{_number(answer, code)}"),
        Cell(text=rules, look=f"severity {said[0].severity}" if said else "muted"),
    )


def _silence_of_rules(answer: Answer, code: str) -> str:
    """Nothing fired: was there anything to say no?"""
    return "не проверено" if code in answer.unchecked_of_district else "правила не сработали"


def _number(answer: Answer, code: str) -> int:
    return list(answer.indicators).index(code)


def _of_district(answer: Answer) -> Sequence[Finding]:
    last = str(answer.period)
    return [each for each in answer.findings_of_unit.get(answer.monitoring.root, ()) if each.period == last]


def _found(answer: Answer) -> Iterator[Block]:
    district = answer.monitoring.district
    if not (district.dynamics.rules or any(indicator.rules for indicator in district.indicators)):
        yield Paragraph(text="Правила не заданы: динамика не оценивалась.")
        return
    yield _graded(answer)
    yield Paragraph(
        text=(
            "Не всё удалось проверить: ",
            Link("что и почему", "method.html#unchecked"),
            ". Правило, которое не удалось применить, не значит «ухудшения нет». Часть находок возникает случайно: ",
            Link("сколько и почему", "method.html#chance"),
            ".",
        ),
        look="note",
    )
    top = [finding for finding in answer.findings if finding.severity != "info"]
    if answer.is_public:
        top = [finding for finding in top if finding.level > 0]
    if not top:
        return
    own = "По району" if answer.is_public else "Самые важные"
    yield Heading(text=own, id="first", level=3)
    yield findings(answer, top[:_MOST])
    if len(top) > _MOST:
        yield Paragraph(
            text=(
                f"Показаны важнейшие: {_MOST} из {len(top)}. Все — на страницах ",
                Link("критериев", "criteria/index.html"),
                " и ",
                Link("организаций", "organisations/index.html"),
                ".",
            ),
            look="note",
        )


def _graded(answer: Answer) -> Table:
    rows = []
    for severity in reversed(SEVERITIES):
        cells = [finding for finding in answer.findings if finding.severity == severity]
        below = {finding.unit for finding in cells if finding.level == 0}
        above = sum(finding.level > 0 for finding in cells)
        rows.append(
            Row(
                cells=(
                    Cell(text=wording.SEVERITY_WORDS[severity], look=f"severity {severity}"),
                    str(len(cells)),
                    str(len(below)),
                    str(above),
                )
            )
        )
    return Table(
        id="graded",
        caption="Сколько находок какой важности",
        head=("Важность", "Находок", "Организаций", "По итогам района"),
        rows=tuple(rows),
        numbers=frozenset({1, 2, 3}),
        look="narrow",
    )


def _facts(answer: Answer) -> Iterator[tuple[str, tuple[Text, ...]]]:
    monitoring = answer.monitoring
    district = monitoring.district
    periods = ", ".join(form.period.title for form in answer.forms)
    oktmo = f" (ОКТМО {district.oktmo})" if district.oktmo else ""
    yield "Территория", (f"{district.title}{oktmo}",)
    yield "Период", (periods,)
    if monitoring.provisional:
        yield "Состояние данных", ("предварительные: ответы ещё могут исправить",)
    if district.acts:
        yield "Основание", tuple(act.title for act in district.acts)
    if district.operator:
        yield "Оператор", (district.operator,)
    last = [row for row in answer.coverage if row.period == str(answer.period) and row.asked]
    titles = {source.id: source.title for source in district.sources}
    if last:
        yield (
            "Ответили",
            tuple(f"{wording.of(row.asked - row.silent, row.asked)} — {titles[row.source]}" for row in last),
        )
    if district.contact:
        yield "Вопросы", (district.contact,)


def _ways(answer: Answer) -> Iterator[Text]:
    yield (Link("Форма из приказа", "form.html"), " — слово в слово, со значениями")
    yield (Link("Критерии", "criteria/index.html"), " — что означает каждое число, откуда оно и как менялось")
    if answer.units:
        organisations = wording.counted(len(answer.units), *_ORGANISATIONS)
        yield (Link("Организации", "organisations/index.html"), f" — {organisations} и все критерии в одной таблице")
    yield (Link("Прослеживаемость", "traceability.html"), " — от цели до эффекта принятых мер, с пробелами")
    yield (Link("Методика", "method.html"), " — как посчитано, чего проверить не удалось, что предстоит решить")
    yield (Link("Данные", "data.html"), " — таблицы, которые открывает любая программа")
