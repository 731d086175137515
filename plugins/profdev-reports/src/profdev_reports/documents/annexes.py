"""Appendices of a note: definitions, open questions, whose answers are awaited, and what could not be checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import MAIN
from profdev_indicators.model import AppliesTo, Goal
from profdev_indicators.results import Value
from profdev_indicators.views.judgements import Unchecked, kinds_of_rules, unchecked
from profdev_reports.blocks import Block, Bullets, Paragraph, Row, Table
from profdev_reports.documents.form import explained
from profdev_reports.documents.picture import Picture
from profdev_reports.documents.titles import recalled

_MOST_ABSENT = 40
_WHOM: Mapping[AppliesTo, str] = {"all": "", "organisations": ", у организаций", "totals": ", по итогам"}


def method(picture: Picture) -> Iterator[Block]:
    """How each wording is read, what silence is worth, which questions are open."""
    zeros = [line.indicator.id for line in picture.form.lines if line.silence == "zero"]
    if zeros:
        yield Paragraph(text=f"Молчание считается нулём в показателях: {', '.join(zeros)}; в остальных оно не входит.")
    else:
        yield Paragraph(text="Кто не ответил, не входит ни в числитель, ни в знаменатель.")
    yield from explained(picture.form, picture.monitoring)


def not_checked(picture: Picture) -> Iterator[Block]:
    """What the rules could not say, and how many of their alarms would be there anyway."""
    yield from _chance(picture)
    rows = unchecked(picture.monitoring)
    if not rows:
        return
    reasons: dict[str, list[Unchecked]] = {}
    for row in rows:
        reasons.setdefault(row.reason, []).append(row)
    yield Paragraph(text="Правило, которое не удалось применить, не значит «ухудшения нет».")
    yield Table(
        caption="Что не удалось проверить",
        head=("Почему", "Случаев", "Правила и сколько раз каждое", "Показатели"),
        rows=tuple(_reason(reason, group, picture) for reason, group in reasons.items()),
        widths=(0.36, 0.1, 0.3, 0.24),
        numbers=frozenset({1}),
        small=True,
    )


def _reason(reason: str, group: Sequence[Unchecked], picture: Picture) -> Row:
    form = [line.indicator.id for line in picture.form.lines]
    codes = sorted({code for row in group for code in row.indicators}, key=form.index)
    named = ", ".join(codes) if len(codes) < len(form) else "все"
    rules = ", ".join(f"{_rule(row.rule, picture)} — {row.cells}" for row in group)
    return Row(cells=(reason, str(sum(row.cells for row in group)), rules, named))


def _chance(picture: Picture) -> Iterator[Block]:
    tested = picture.monitoring.alarms.filter(
        pl.col("period") == str(picture.form.period), pl.col("expected").is_not_null(), pl.col("reading") == MAIN
    )
    if tested.is_empty():
        return
    named = _named_rules(picture)
    yield Paragraph(
        text="Данные сплошные: изменение долей — факт. Проверка отвечает на другой вопрос: могло ли такое изменение "
        "возникнуть без изменения работы — из-за малой численности."
    )
    yield Table(
        caption="Сколько тревог случайны",
        head=("Правило", "Проверено", "Сработало", "Сработало бы случайно"),
        rows=tuple(
            Row(
                cells=(
                    named.get(row["rule"], row["rule"]),
                    str(row["tested"]),
                    str(row["fired"]),
                    wording.decimal(row["expected"]),
                )
            )
            for row in tested.iter_rows(named=True)
        ),
        widths=(0.46, 0.16, 0.16, 0.22),
        numbers=frozenset({1, 2, 3}),
        small=True,
    )


def _named_rules(picture: Picture) -> Mapping[str, str]:
    """The words of each rule by its name, with whom it judges where it does not judge everybody."""
    kinds, district = kinds_of_rules(picture.district), picture.district
    whom = {
        rule.name: _WHOM[rule.applies_to]
        for rule in (*district.dynamics.rules, *(rule for indicator in district.indicators for rule in indicator.rules))
        if rule.name
    }
    names = picture.monitoring.alarms["rule"].unique()
    return {name: _rule(kinds.get(name, name), picture) + whom.get(name, "") for name in names}


def _rule(kind: str, picture: Picture) -> str:
    telling = picture.monitoring.tellings.get(kind)
    return telling.name if telling else kind


def not_answered(picture: Picture) -> Iterator[Block]:
    """Whose answers are awaited."""
    if not picture.silent:
        return
    titles = {source.id: source.title for source in picture.district.sources}
    left = len(picture.silent) - _MOST_ABSENT
    yield Table(
        caption="",
        head=("Организация", "Источник", "Чего нет"),
        rows=tuple(
            Row(
                cells=(
                    row.unit_name,
                    titles[row.source],
                    f"{'ничего не представлено' if row.wholly else 'нет ответа'}: {', '.join(row.indicators)}",
                )
            )
            for row in picture.silent[:_MOST_ABSENT]
        ),
        widths=(0.32, 0.4, 0.28),
        small=True,
        notes=(f"Показаны первые {_MOST_ABSENT} из {len(picture.silent)}; все — в values.csv.",) if left > 0 else (),
    )


def unconfirmed(picture: Picture) -> Iterator[Block]:
    """What was claimed without the link it needs, by criterion."""
    items = []
    for line in picture.form.lines:
        code = line.indicator.id
        values = (picture.cells.get((unit, code)) for unit in picture.answering)
        names = [value.unit_name for value in values if value is not None and _is_claimed(value)]
        if names:
            more = f" и ещё {len(names) - _MOST_ABSENT}" if len(names) > _MOST_ABSENT else ""
            items.append(f"{code}. {recalled(line.indicator.title)}: {', '.join(names[:_MOST_ABSENT])}{more}.")
    if items:
        yield Paragraph(text="Ссылки, которой требует показатель, нет; в суммы такие ответы вошли.")
        yield Bullets(items=tuple(items))


def _is_claimed(value: Value) -> bool:
    """Of a hidden number it would say that it is above zero: only such ones need a link."""
    return value.evidenced < value.reported and value.state != "suppressed"


def remarks(picture: Picture) -> Iterator[Block]:
    """Defects of the act's text: quoted, not mended."""
    rows = picture.district.remarks
    if not rows:
        return
    is_quoted = any(remark.quote for remark in rows)
    cells = ((remark.place, *((remark.quote,) if is_quoted else ()), remark.note) for remark in rows)
    yield Table(
        caption="",
        head=("Место", *(("Цитата",) if is_quoted else ()), "В чём дело"),
        rows=tuple(Row(cells=row) for row in cells),
        widths=(0.2, 0.35, 0.45) if is_quoted else (0.3, 0.7),
        small=True,
    )


def goals(picture: Picture) -> Iterator[Block]:
    """Goals and subjects of the monitoring with the criteria that serve them; gaps are named."""
    for caption, aims in (("Цели", picture.district.goals), ("Предметы мониторинга", picture.district.topics)):
        if aims:
            yield Table(
                caption=caption,
                head=("№", "Текст", "Показатели", "Чего не хватает"),
                rows=tuple(_goal(number, aim) for number, aim in enumerate(aims, start=1)),
                widths=(0.06, 0.44, 0.17, 0.33),
                small=True,
            )


def _goal(number: int, goal: Goal) -> Row:
    gap = goal.gap or ("" if goal.indicators else "показателей нет")
    return Row(cells=(f"{number}.", goal.title, ", ".join(goal.indicators) or wording.DASH, gap))
