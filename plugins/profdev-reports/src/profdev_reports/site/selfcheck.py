"""Which components of the management cycle are there, for whoever is asked to show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Cell, Link, Row, Table, Text

EFFECTS = "effects"
"""The exhibit that says what decisions have given."""

Decided = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows of that exhibit by indicator."""


def self_check(answer: Answer, decided: Decided | None) -> Table:
    """Each component: is it there, and where."""
    return Table(
        id="self-check-table",
        caption="Составляющие и где они",
        head=("Составляющая", "Есть ли", "Где и сколько"),
        rows=tuple(
            Row(cells=(name, Cell(text="есть" if there else "нет", look="good" if there else "gap"), Cell(text=where)))
            for name, there, where in _components(answer, decided)
        ),
    )


def _components(answer: Answer, decided: Decided | None) -> Iterator[tuple[str, bool, Text]]:
    district = answer.monitoring.district
    goals, names = (*district.goals, *district.topics), {exhibit.id for exhibit in answer.exhibits}
    served = sum(bool(goal.indicators) for goal in goals)
    yield (
        "Цели и их обоснование",
        bool(goals),
        (Link("цели и предметы", "traceability.html"), f": {len(goals)}, с показателями {served}")
        if goals
        else "не названы",
    )
    yield (
        "Показатели",
        bool(answer.indicators),
        (Link("критерии", "criteria/index.html"), f": {len(answer.indicators)}, у каждого определение и прочтение"),
    )
    yield (
        "Методы сбора информации",
        bool(district.sources),
        (Link("источники и кто ответил", "method.html#coverage"), f": {len(district.sources)}"),
    )
    yield (
        "Мониторинг показателей",
        True,
        (Link("форма за период", "form.html"), f"; периодов с данными: {len(answer.periods)}"),
    )
    context = "peers" in names or answer.monitoring.roster["cluster"].drop_nulls().len() > 0
    yield (
        "Анализ результатов с учётом условий",
        bool(answer.exhibits) or context,
        (Link("анализы", "analyses/index.html"), "; организации сравниваются внутри групп похожих")
        if answer.exhibits
        else ("группы сопоставимых организаций заданы" if context else "анализов нет"),
    )
    yield from _advice_components(answer, names)
    measures = sum(len(rows) for rows in decided.values()) if decided else 0
    yield (
        "Меры и управленческие решения",
        bool(measures),
        (Link("реестр решений", page("analyses", EFFECTS)), f": строк {measures}")
        if decided is not None
        else "реестра нет",
    )
    judged = _judged(answer)
    yield (
        "Анализ эффективности принятых мер",
        judged > 0,
        (Link("что дали решения", page("analyses", EFFECTS)), f": оценено {judged}")
        if decided is not None
        else "реестра решений нет",
    )


def _advice_components(answer: Answer, names: set[str]) -> Iterator[tuple[str, bool, Text]]:
    actions = Counter(str(row["action"]) for row in answer.advice)
    addressed = sum(1 for count in actions.values() if count == 1)
    yield (
        "Адресные рекомендации",
        bool(answer.advice),
        (
            Link("рекомендации", "recommendations.html"),
            f": {len(answer.advice)}, из них {addressed} не повторяют дословно ни одну другую",
        )
        if answer.advice
        else "рекомендаций нет",
    )
    learned = sum(bool(row["learn_from"]) for row in answer.advice)
    practices = "practices" in names
    yield (
        "Использование успешных практик",
        practices or learned > 0,
        (Link("практики к изучению", page("analyses", "practices")), f"; с советом, у кого перенять: {learned}")
        if practices
        else f"с советом, у кого перенять: {learned}",
    )


def _judged(answer: Answer) -> int:
    exhibit = next((each for each in answer.exhibits if each.id == EFFECTS), None)
    if exhibit is None or "effect" not in exhibit.frame.columns:
        return 0
    return exhibit.frame.filter(pl.col("effect").is_not_null()).height
