"""What the numbers rest on, in Markdown: silence, defects, open questions, goals without criteria, the files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from profdev_indicators.builtin.renderers.marks import bullets, heading, long_table, paragraph, table
from profdev_indicators.model import Goal
from profdev_indicators.results import Monitoring
from profdev_indicators.views.coverage import Silent, coverage

_HASH = 12  # characters of a hash that tell two files apart; run.json has the whole


def answered(monitoring: Monitoring, asked: pl.DataFrame) -> Iterator[str]:
    """How many answered each source."""
    rows = coverage(monitoring, asked)
    if not rows:
        return
    titles = {source.id: source.title for source in monitoring.district.sources}
    counts = ("Спрошено", "Ответили на всё", "Ответили частично", "Не ответили", "Не применимо")
    several = len(monitoring.periods) > 1
    yield heading(2, "Кто ответил")
    yield table(
        (*(("Период",) if several else ()), "Источник данных", *counts),
        (
            (
                *((row.period,) if several else ()),
                titles[row.source],
                *map(str, (row.asked, row.fully, row.partly, row.silent, row.spared)),
            )
            for row in rows
        ),
        numbers=counts,
    )


def not_answered(monitoring: Monitoring, rows: Sequence[Silent]) -> Iterator[str]:
    """Whose answers are awaited."""
    yield heading(2, "Кто не ответил")
    if not rows:
        yield paragraph("Ответили все, кого спрашивали, и на всё, о чём спрашивали.")
        return
    titles = {source.id: source.title for source in monitoring.district.sources}
    several = len(monitoring.periods) > 1
    yield from long_table(
        (*(("Период",) if several else ()), "Организация", "Источник", "Чего нет"),
        [(*((row.period,) if several else ()), row.unit_name, titles[row.source], _lacking(row)) for row in rows],
        "values.csv",
    )


def _lacking(row: Silent) -> str:
    codes = ", ".join(row.indicators)
    noun = "показателю" if len(row.indicators) == 1 else "показателям"
    return f"ничего не представлено ({codes})" if row.wholly else f"нет ответа по {noun} {codes}"


def defects(monitoring: Monitoring) -> Iterator[str]:
    """What is wrong in which cell."""
    yield heading(2, "Замечания к данным")
    if monitoring.notices:
        yield bullets(map(str, monitoring.notices))
    if monitoring.defects.is_empty():
        yield paragraph("К ответам замечаний нет.")
        return
    names = dict(monitoring.history.select("unit", "unit_name").unique(maintain_order=True).iter_rows())
    words = {"error": "в суммы не вошло", "warning": "проверить"}
    yield from long_table(
        ("Что с ним", "Файл", "Строка", "Ячейка", "Организация", "Период", "Замечание", "Как исправить"),
        [
            (
                words[row["severity"]],
                row["file"] or "",
                "" if row["row"] is None else str(row["row"]),
                row["cell"] or "",
                names.get(row["unit"], row["unit"] or ""),
                row["period"] or "",
                row["message"] or "",
                row["hint"] or "",
            )
            for row in monitoring.defects.iter_rows(named=True)
        ],
        "run.json",
    )


def decisions(monitoring: Monitoring) -> Iterator[str]:
    """Questions the act leaves open, who must answer them, and what stands in for the answer."""
    needed = monitoring.district.decisions_needed
    if not needed:
        return
    yield heading(2, "Что должен решить район")
    yield table(
        ("№", "Вопрос", "Кто решает", "Принято, пока не решено", "Показатели"),
        (
            (f"{number}.", decision.question, decision.who, decision.meanwhile, ", ".join(decision.indicators))
            for number, decision in enumerate(needed, start=1)
        ),
    )


def goals(monitoring: Monitoring) -> Iterator[str]:
    """Goals and subjects of the monitoring with the criteria that serve them; gaps are named."""
    for title, aims in (
        ("Цели и показатели", monitoring.district.goals),
        ("Предметы мониторинга и показатели", monitoring.district.topics),
    ):
        if aims:
            yield heading(2, title)
            yield table(("№", "Цель", "Показатели", "Чего не хватает"), map(_goal, aims, range(1, len(aims) + 1)))


def _goal(goal: Goal, number: int) -> tuple[str, ...]:
    gap = goal.gap or ("" if goal.indicators else "показателей нет")
    return f"{number}.", goal.title, ", ".join(goal.indicators) or "–", gap


def remarks(monitoring: Monitoring) -> Iterator[str]:
    """Defects of the act's text: quoted, not mended."""
    if not monitoring.district.remarks:
        return
    yield heading(2, "Замечания к тексту акта")
    yield table(
        ("Место", "Цитата", "В чём дело"),
        ((remark.place, remark.quote, remark.note) for remark in monitoring.district.remarks),
    )


def provenance(monitoring: Monitoring) -> Iterator[str]:
    """From what and with what all this was computed; never the current clock."""
    made = monitoring.provenance
    yield heading(2, "Откуда числа")
    yield bullets(
        f"{word}: {text}"
        for word, text in (
            ("Программа", f"profdev-indicators {made.version} (polars {made.polars}, Python {made.python})"),
            ("Плагины", ", ".join(f"{name} {version}".strip() for name, version in made.plugins)),
            ("Конфигурация", made.config[:_HASH]),
            ("Прочитаны периоды", ", ".join(made.periods)),
            ("Самый новый источник изменён", f"{made.newest:%d.%m.%Y %H:%M} UTC" if made.newest else ""),
        )
        if text
    )
    if made.sources:
        yield paragraph("Файлы и первые знаки их SHA-256 (полностью — в run.json):")
        yield from long_table(
            ("Файл", "SHA-256"), [(file, digest[:_HASH]) for file, digest in made.sources.items()], "run.json"
        )
