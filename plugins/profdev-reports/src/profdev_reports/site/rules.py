"""The rules in words: what is in force, how often chance alone would make it speak, what it could not be asked."""

from __future__ import annotations

from collections.abc import Iterator

import attrs
import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.model import Rule
from profdev_indicators.views.judgements import Unchecked, kinds_of_rules, unchecked
from profdev_reports.site.answer import Answer
from profdev_reports.site.formulas import words_of
from profdev_reports.site.parts import Block, Facts, Paragraph, Row, Table
from profdev_reports.site.told import rule_words


def in_force(answer: Answer) -> Iterator[Block]:
    """The rules and what the district has set in them."""
    district = answer.monitoring.district
    rules = district.dynamics.rules
    own = any(indicator.rules for indicator in district.indicators)
    if not rules and not own:
        yield Paragraph(text="Правила не заданы: динамика не оценивалась.")
        return
    if district.dynamics.basis:
        yield Paragraph(text=f"Чем установлены пороги: {district.dynamics.basis}")
    if rules:
        yield Paragraph(text="Правила, общие для всех критериев, и что в них задано:")
        yield Facts(rows=tuple((f"«{_named(answer, rule)}»", tuple(_set(rule))) for rule in rules))
    if own:
        yield Paragraph(
            text="У отдельных критериев есть и свои правила; находка всегда называет правило, которое сработало."
        )


def _named(answer: Answer, rule: Rule) -> str:
    words = rule_words(answer, rule.name or _snake(type(rule).__name__))
    return words if not rule.name or words == rule.name else f"{words} ({rule.name})"


def _snake(name: str) -> str:
    return "".join(
        f"_{letter.lower()}" if letter.isupper() and place else letter.lower() for place, letter in enumerate(name)
    )


def _set(rule: Rule) -> Iterator[str]:
    """What the kind of rule says of itself, then what the district has set."""
    doc = " ".join((type(rule).__doc__ or "").split())
    if doc:
        yield doc
    given: dict[str, str] = {}
    for each in attrs.fields(type(rule)):  # type: ignore[arg-type]  # a rule is an attrs class: the loader builds it
        value = getattr(rule, each.name)
        if each.name == "name" or value is None or value == ():
            continue
        label = str(each.metadata.get("doc") or each.name).split(";", maxsplit=1)[0].split(".", maxsplit=1)[0]
        given[label] = words_of(value)
    yield from (f"{label}: {text}" for label, text in given.items())


def by_chance(answer: Answer) -> Iterator[Block]:
    """How often each rule fired, beside how often it would have if nothing had changed."""
    yield Paragraph(
        text="Данные сплошные: изменение долей — факт. Статистическая проверка отвечает на другой вопрос: могло ли "
        "такое изменение возникнуть без изменения работы — из-за малой численности (переводы, сроки, единичные "
        "случаи). Правил и организаций много, поэтому часть находок случайна всегда."
    )
    alarms = answer.monitoring.alarms.filter(pl.col("reading") == MAIN)
    if alarms.is_empty():
        yield Paragraph(text="Правила не применялись.")
        return
    several = len(answer.forms) > 1
    kinds = kinds_of_rules(answer.monitoring.district)
    rows = []
    for row in alarms.iter_rows(named=True):
        expected = row["expected"]
        rows.append(
            Row(
                cells=(
                    f"{rule_words(answer, row['rule'], kinds)} ({row['rule']})",
                    *((row["period"],) if several else ()),
                    wording.count(row["checked"]),
                    wording.count(row["fired"]),
                    wording.count(row["tested"]) if row["tested"] else wording.DASH,
                    wording.DASH if expected is None else wording.decimal(expected),
                )
            )
        )
    first = 2 if several else 1
    yield Table(
        id="chance-table",
        caption="Сколько находок возникло бы, если бы ничего не изменилось",
        head=(
            "Правило",
            *(("Период",) if several else ()),
            "Проверено",
            "Сработало",
            "Где известна случайность",
            "Сработало бы случайно, в среднем",
        ),
        rows=tuple(rows),
        numbers=frozenset(range(first, first + 4)),
        notes=("Прочерк — для этого правила случайность не считается.",),
    )


def not_applied(answer: Answer) -> Iterator[Block]:
    """Rules that could say neither yes nor no: each reason once, the most frequent first."""
    yield Paragraph(text="Правило, которое не удалось применить, не значит «ухудшения нет».")
    reasons: dict[str, list[Unchecked]] = {}
    for row in unchecked(answer.monitoring):
        reasons.setdefault(row.reason, []).append(row)
    if not reasons:
        yield Paragraph(text="Проверить удалось всё.")
        return
    order = list(answer.indicators)
    yield Table(
        id="unchecked-table",
        caption="Почему правила не применены",
        head=("Почему", "Случаев", "Правила и сколько раз каждое", "Критерии"),
        rows=tuple(
            Row(
                cells=(
                    reason,
                    wording.count(sum(row.cells for row in rows)),
                    ", ".join(f"{rule_words(answer, row.rule, {})} — {row.cells}" for row in rows),
                    ", ".join(sorted({code for row in rows for code in row.indicators}, key=order.index)),
                )
            )
            for reason, rows in reasons.items()
        ),
        numbers=frozenset({1}),
    )
