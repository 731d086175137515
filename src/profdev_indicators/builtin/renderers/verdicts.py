"""What follows from the numbers, in Markdown: what got worse, what could not be checked, what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import groupby

import polars as pl

from profdev_indicators import wording
from profdev_indicators.builtin.renderers.marks import (
    Marked,
    bold,
    bullets,
    heading,
    inline,
    long_table,
    paragraph,
    recalled,
    table,
)
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Indicator
from profdev_indicators.results import Finding, Monitoring, Telling
from profdev_indicators.sentences import fact
from profdev_indicators.views.judgements import Unchecked, kinds_of_rules, unchecked

_CAPACITY = 15  # as many cells as a department can go into at once
_REST = "Остальные находки"


def worsened(monitoring: Monitoring, found: Sequence[Finding]) -> Iterator[str]:
    """What the rules found, the gravest first."""
    district = monitoring.district
    yield heading(2, "Что ухудшилось и что требует внимания")
    if not (district.dynamics.rules or any(indicator.rules for indicator in district.indicators)):
        yield paragraph("Правила не заданы: динамика не оценивалась.")
        return
    if district.dynamics.basis:
        yield paragraph(f"Пороги установлены: {district.dynamics.basis}")
    if not found:
        yield paragraph(
            "Ни одно правило не сработало.",
            "" if monitoring.unchecked.is_empty() else "Проверить удалось не всё: см. следующий раздел.",
        )
    indicators, kinds = {indicator.id: indicator for indicator in district.indicators}, kinds_of_rules(district)
    yield from _by_chance(monitoring, kinds)
    shown = _shown(found)
    if len(shown) < len(found):
        yield paragraph(
            f"Показаны важнейшие ({len(shown)} из {len(found)}); остальные — в конце отчёта, в приложении «{_REST}»."
        )
    yield from _graded(shown, monitoring, indicators, kinds)


def appendix(monitoring: Monitoring, found: Sequence[Finding]) -> Iterator[str]:
    """What :func:`worsened` left for those who want to see everything."""
    rest = found[len(_shown(found)) :]
    if not rest:
        return
    indicators = {indicator.id: indicator for indicator in monitoring.district.indicators}
    yield heading(2, _REST)
    yield from _graded(rest, monitoring, indicators, kinds_of_rules(monitoring.district))


def _shown(found: Sequence[Finding]) -> Sequence[Finding]:
    """As many of the gravest as a person can go into at once; what is for information is for the appendix."""
    grave = [finding for finding in found if finding.severity != "info"]
    return grave[:_CAPACITY]


def _graded(
    found: Sequence[Finding],
    monitoring: Monitoring,
    indicators: Mapping[str, Indicator],
    kinds: Mapping[str, str],
) -> Iterator[str]:
    for severity, group in groupby(found, key=lambda finding: finding.severity):
        cells = tuple(group)
        yield heading(3, f"{wording.SEVERITY_WORDS[severity].capitalize()}: {len(cells)}")
        yield from long_table(
            ("Кто", "Показатель", "Что произошло", "Правило", "Сработало ещё"),
            [_finding_row(finding, indicators[finding.indicator], monitoring, kinds) for finding in cells],
            "findings.csv",
        )


def _finding_row(
    finding: Finding, indicator: Indicator, monitoring: Monitoring, kinds: Mapping[str, str]
) -> tuple[str, ...]:
    reading = "" if finding.reading == MAIN else f" (прочтение «{finding.reading}»)"
    when = f", {finding.period}" if len(monitoring.periods) > 1 else ""
    return (
        bold(finding.unit_name) if finding.level else finding.unit_name,
        f"{indicator.id}{when}. {recalled(indicator.title)}{reading}",
        fact(finding, indicator, monitoring.tellings, places=monitoring.district.publication.decimals),
        _rule(finding.rule, kinds, monitoring.tellings),
        ", ".join(_rule(name, kinds, monitoring.tellings) for name in finding.others),
    )


def _rule(name: str, kinds: Mapping[str, str], tellings: Mapping[str, Telling]) -> str:
    """What a rule looks for, in words; a kind that has none goes by the name of the rule."""
    telling = tellings.get(kinds.get(name, name))
    return telling.name if telling else name


def _by_chance(monitoring: Monitoring, kinds: Mapping[str, str]) -> Iterator[str]:
    """How often each rule fired, beside how often it would have if nothing had changed."""
    tested = monitoring.alarms.filter(pl.col("expected").is_not_null(), pl.col("reading") == MAIN)
    if tested.is_empty():
        return
    several = len(monitoring.periods) > 1
    yield heading(3, "Сколько тревог случайны")
    yield paragraph(
        "Данные сплошные: изменение долей — факт. Статистическая проверка отвечает на другой вопрос: могло ли такое "
        "изменение возникнуть без изменения работы — из-за малой численности (переводы, сроки, единичные случаи)."
    )
    yield bullets(
        f"«{_rule(row['rule'], kinds, monitoring.tellings)}» ({row['rule']}{', ' + row['period'] if several else ''}): "
        "если бы ничего не изменилось, такое правило сработало бы в среднем "
        f"{wording.decimal(row['expected'])} раза из {row['tested']}; сработало {row['fired']}"
        for row in tested.iter_rows(named=True)
    )


def not_checked(monitoring: Monitoring) -> Iterator[str]:
    """Rules that could say neither yes nor no: each reason once, the most frequent first."""
    rows = unchecked(monitoring)
    if not rows:
        return
    reasons: dict[str, list[Unchecked]] = {}
    for row in rows:
        reasons.setdefault(row.reason, []).append(row)
    form = [indicator.id for indicator in monitoring.district.indicators]
    cells = ("Случаев",)
    yield heading(2, "Что не удалось проверить")
    yield paragraph("Правило, которое не удалось применить, не значит «ухудшения нет».")
    yield table(
        ("Почему", *cells, "Правила и сколько раз каждое", "Показатели"),
        (
            (
                reason,
                str(sum(row.cells for row in group)),
                ", ".join(f"{_rule(row.rule, {}, monitoring.tellings)} — {row.cells}" for row in group),
                ", ".join(sorted({code for row in group for code in row.indicators}, key=form.index)),
            )
            for reason, group in reasons.items()
        ),
        numbers=cells,
    )


def advice(monitoring: Monitoring, units: Sequence[str]) -> Iterator[str]:
    """Who should do what."""
    places = {unit: place for place, unit in enumerate(units)}
    rows = list(monitoring.recommendations.iter_rows(named=True))
    if not rows:
        return
    yield heading(2, "Рекомендации организациям")
    rows.sort(key=lambda row: places.get(row["unit"], len(places)))  # stable: within a unit the gravest stay first
    indicators = {indicator.id: indicator for indicator in monitoring.district.indicators}
    for _, group in groupby(rows, key=lambda row: row["unit"]):
        advice = tuple(group)
        yield heading(3, advice[0]["unit_name"])
        for row in advice:
            yield from _recommendation(row, indicators, several=len(monitoring.periods) > 1)


def _recommendation(row: Mapping[str, object], indicators: Mapping[str, Indicator], *, several: bool) -> Iterator[str]:
    code, severity = str(row["indicator"]), wording.SEVERITY_WORDS[str(row["severity"])]
    when = f"{row['period']}, " if several else ""
    yield Marked(f"{bold(f'{code}. {indicators[code].title}')} — {inline(f'{when}{severity}')}")
    deadline = row["deadline"]
    yield bullets(
        f"{word}: {text}"
        for word, text in (
            ("Факт", row["fact"]),
            ("Что сделать", row["action"]),
            ("Срок", wording.day(deadline) if isinstance(deadline, date) else None),
            ("Отвечает", row["responsible"]),
            ("У кого перенять", row["learn_from"]),
            ("Как проверим", row["check"]),
        )
        if text
    )
