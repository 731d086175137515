"""A draft of the order by which a district acts on its monitoring: what was stated, who does what by when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.results import Finding, Monitoring
from profdev_indicators.sentences import fact
from profdev_indicators.views.coverage import units_asked
from profdev_indicators.views.judgements import findings
from profdev_indicators.views.units import in_order
from profdev_reports import naming, provenance
from profdev_reports.blocks import Block, Bullets, Document, Editable, Heading, Landscape, Paragraph, Row, Run, Table
from profdev_reports.documents.recipients import Advised, Round, codes, gathered, graver
from profdev_reports.documents.titles import fields
from profdev_reports.docx import templates, writing
from profdev_reports.kinds import Order

_GRAVE = SEVERITIES[SEVERITIES.index("attention") :]
_MOST_FACTS = 8  # that a preamble can hold
_MOST_NAMES = 12  # of organisations in one point; all of them stand in the annex


def render(kind: Order, monitoring: Monitoring) -> Mapping[str, bytes]:
    """One DOCX; none for publication: a draft is not published."""
    if monitoring.profile == "publish":
        return {}
    told = gathered(monitoring)
    template = templates.stock_or_own(monitoring, kind.template, "order")
    name = f"order-{naming.of_period(told.form.period)}.docx"
    return {name: writing.write(document(told), template=template)}


def document(told: Round) -> Document:
    """The draft."""
    monitoring, period = told.monitoring, told.form.period
    measures = _measures(told)
    return Document(
        id=f"order/{period}",
        title=f"Об итогах мониторинга{_whose(told)} за {period.title}",
        subject="Проект приказа",
        blocks=(*_stated(told), *_ordered(told, measures)),
        foot=provenance.lines(monitoring),
        made=monitoring.provenance.newest,
        wide_margin=monitoring.district.documents.archive,
        fields={**fields(monitoring, period), "annex": tuple(_annexes(told, measures))},
    )


Measures = Mapping[str, Sequence[Advised]]
"""Advice that asks for attention, by criterion in the order of the form, then organisation by organisation."""


def _measures(told: Round) -> Measures:
    measures: defaultdict[str, list[Advised]] = defaultdict(list)
    for line in told.form.lines:
        for recipient in told.recipients:
            row = recipient.advice.get(line.indicator.id)
            if row is not None and row["severity"] in _GRAVE:
                measures[line.indicator.id].append(row)
    return measures


# --- what was stated ----------------------------------------------------------------------------------------------


def _stated(told: Round) -> Iterator[Block]:
    district, period = told.monitoring.district, told.form.period.title
    acts = "; ".join(act.title.rstrip(".") for act in district.acts)
    grounds = f" (основание: {acts})" if acts else ""
    yield Editable(
        id="statement",
        title="Констатирующая часть",
        blocks=(
            Paragraph(text=f"По итогам мониторинга{_whose(told)} за {period}{grounds} установлено следующее."),
            Paragraph(text=" ".join(_covered(told))),
            *_worsened(told),
        ),
    )


def _covered(told: Round) -> Iterator[str]:
    asked = units_asked(told.monitoring).filter(pl.col("period") == str(told.form.period))
    units = asked.group_by("unit").agg(pl.col("told").any(), spared=pl.col("spared").all()).filter(~pl.col("spared"))
    if units.height:
        heard = wording.of(units.filter("told").height, units.height)
        yield f"Ответили, хотя бы на часть вопросов, {heard} спрошенных организаций."
    if told.monitoring.provisional:
        yield "Данные предварительные: ответы ещё могут исправить."
    known = [line for line in told.form.lines if line.value is not None and line.value.value is not None]
    yield f"Показателей в форме — {len(told.form.lines)}, значения есть у {len(known)}."
    worse = [line.indicator.id for line in known if line.change and _is_worse(line.change, line.indicator.better)]
    better = [
        line.indicator.id
        for line in known
        if line.change and line.indicator.better != "neutral" and line.indicator.id not in worse
    ]
    if told.form.before is not None and (worse or better):
        yield f"По сравнению с прошлым ({told.form.before.title}) лучше — {_listed(better)}; хуже — {_listed(worse)}."
    missed = [line.indicator.id for line in told.form.lines if line.reached is False]
    if missed:
        yield f"Целевое значение не достигнуто: {', '.join(missed)}."


def _worsened(told: Round) -> Iterator[Block]:
    """What the rules say of the district itself and of its parts, the gravest first."""
    monitoring = told.monitoring
    grave = [
        finding
        for finding in graver(findings(monitoring, in_order(monitoring)))
        if finding.level > 0 and finding.period == str(told.form.period)
    ]
    if grave:
        yield Paragraph(text="Требует внимания:")
        yield Bullets(items=tuple(_said(finding, told) for finding in grave[:_MOST_FACTS]))
    if len(grave) > _MOST_FACTS:
        yield Paragraph(text="Остальное — в аналитической справке.")


def _said(finding: Finding, told: Round) -> str:
    indicator = told.monitoring.indicator(finding.indicator)
    whole = "" if finding.unit == told.monitoring.root else f"{finding.unit_name}: "
    said = fact(finding, indicator, told.monitoring.tellings, places=told.places)
    return f"{whole}показатель {indicator.id} «{indicator.title}» — {wording.SEVERITY_WORDS[finding.severity]}. {said}"


# --- what is ordered ----------------------------------------------------------------------------------------------


def _ordered(told: Round, measures: Measures) -> Iterator[Block]:
    documents = told.monitoring.district.documents
    yield Paragraph(text=(Run("ПРИКАЗЫВАЮ:", bold=True),), align="left", indent=False)
    period = told.form.period.title
    yield _point(
        "approve",
        "Пункт 1: справка",
        f"1. Утвердить аналитическую справку по итогам мониторинга{_whose(told)} за {period} (приложение 1).",
    )
    yield _point("operator", "Пункт 2: оператору", *_for_operator(told))
    yield from _for_heads(told, measures)
    site = f" ({documents.site})" if documents.site else ""
    yield _point(
        "publish",
        "Пункт 4: сайт",
        f"4. Разместить результаты мониторинга на официальном сайте{site}, соблюдая требования к защите малых чисел.",
    )
    control = f"возложить на {documents.controller}" if documents.controller else "оставляю за собой"
    yield _point("control", "Пункт 5: контроль", f"5. Контроль за исполнением приказа {control}.")
    yield _annexed(told, measures)


def _for_operator(told: Round) -> Iterator[str]:
    operator = told.monitoring.district.operator
    yield f"2. Оператору мониторинга{f' ({operator})' if operator else ''}:"
    yield "2.1. довести справку до сведения руководителей образовательных организаций;"
    yield "2.2. направить каждой организации письмо с её значениями и адресными рекомендациями;"
    point = 3
    learnt = _learnt(told)
    if learnt:
        yield f"2.{point}. организовать изучение опыта организаций по показателям: {learnt};"
        point += 1
    silent = [recipient.name for recipient in told.recipients if recipient.waited]
    if silent:
        yield f"2.{point}. получить недостающие ответы от организаций, которые представили не всё ({len(silent)});"
        point += 1
    for row in _of_totals(told):
        yield f"2.{point}. по показателю {row['indicator']} ({row['unit_name']}): {_in_sentence(row)};"
        point += 1
    yield f"2.{point}. за следующий период ({told.form.period.next.title}) проверить, что дали принятые меры."


def _of_totals(told: Round) -> Iterator[Advised]:
    """Advice that asks for attention and concerns the district itself or its parts."""
    answering = {recipient.unit for recipient in told.recipients}
    rows = told.monitoring.recommendations.filter(
        pl.col("period") == str(told.form.period), pl.col("severity").is_in(_GRAVE)
    )
    return (row for row in rows.iter_rows(named=True) if row["unit"] not in answering)


def _in_sentence(row: Advised) -> str:
    action = str(row["action"]).rstrip(".;")
    return f"{action}{_until([row])}"


def _learnt(told: Round) -> str:
    rows = told.practices.frame.select("indicator", "unit_name").rows() if told.practices else []
    named: defaultdict[str, list[str]] = defaultdict(list)
    for code, name in rows:
        named[code].append(name)
    return "; ".join(f"{code} — {', '.join(dict.fromkeys(names))}" for code, names in named.items())


def _for_heads(told: Round, measures: Measures) -> Iterator[Block]:
    yield _point("heads", "Пункт 3: руководителям", "3. Руководителям образовательных организаций:")
    number = 0
    for number, (code, rows) in enumerate(measures.items(), start=1):
        indicator = told.monitoring.indicator(code)
        text = (
            f"3.{number}. по показателю {code} «{indicator.title}» выполнить меры, указанные в приложении 2"
            f"{_until(rows)}: {_named([str(row['unit_name']) for row in rows])};"
        )
        yield _point(f"measure-{code}", f"Пункт 3: показатель {code}", text)
    silent = [recipient for recipient in told.recipients if recipient.waited]
    if silent:
        number += 1
        wanted = codes(row for recipient in silent for row in recipient.waited)
        text = (
            f"3.{number}. представить оператору недостающие ответы (показатели: {', '.join(wanted)}): "
            f"{_named([recipient.name for recipient in silent])};"
        )
        yield _point("answers", "Пункт 3: недостающие ответы", text)
    yield _point(
        "report",
        "Пункт 3: рассмотреть рекомендации",
        f"3.{number + 1}. рассмотреть адресные рекомендации на методических (педагогических) советах и учесть их в "
        "планах работы.",
    )


def _until(rows: Sequence[Advised]) -> str:
    days = sorted({row["deadline"] for row in rows if isinstance(row["deadline"], date)})
    if not days:
        return ""
    if len(days) == 1:
        return f", в срок до {wording.day(days[0])}"
    return f", в сроки с {wording.day(days[0])} по {wording.day(days[-1])}"


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMES])
    left = len(names) - _MOST_NAMES
    return f"{shown} и ещё {left} (все — в приложении 2)" if left > 0 else shown


def _point(id: str, title: str, *texts: str) -> Editable:  # noqa: A002 - the word of `Editable`
    return Editable(id=id, title=title, blocks=tuple(Paragraph(text=text) for text in texts))


# --- annexes ------------------------------------------------------------------------------------------------------


def _annexed(told: Round, measures: Measures) -> Editable:
    texts = [f"Приложения: 1. Аналитическая справка (note-{naming.of_period(told.form.period)})."]
    if measures:
        texts.append("2. Меры по итогам мониторинга.")
    return _point("annexes", "Перечень приложений", " ".join(texts))


def _annexes(told: Round, measures: Measures) -> Iterator[Block]:
    if measures:
        yield Landscape(
            blocks=(
                Paragraph(text="Приложение 2", align="right", indent=False),
                Heading(text=f"Меры по итогам мониторинга за {told.form.period.title}"),
                _table(told, measures),
            )
        )


def _table(told: Round, measures: Measures) -> Table:
    rows: list[Row] = []
    for code, advised in measures.items():
        rows.append(Row(cells=(f"{code}. {told.monitoring.indicator(code).title}",), kind="section"))
        rows.extend(_row(row) for row in advised)
    return Table(
        caption="",
        head=("Организация", "Факт", "Что сделать", "Срок", "Ответственный", "Как проверим"),
        rows=tuple(rows),
        widths=(0.15, 0.26, 0.25, 0.08, 0.13, 0.13),
        small=True,
    )


def _row(row: Advised) -> Row:
    deadline = row["deadline"]
    until = wording.day(deadline) if isinstance(deadline, date) else ""
    cells = (row["unit_name"], row["fact"], row["action"], until, row["responsible"], row["check"])
    return Row(cells=tuple(str(cell or "") for cell in cells))


def _whose(told: Round) -> str:
    genitive = told.monitoring.district.title.genitive
    return f" {genitive}" if genitive else ""


def _is_worse(by: float, better: str) -> bool:
    return better != "neutral" and (by > 0) != (better == "higher")


def _listed(found: Sequence[str]) -> str:
    return f"{len(found)} ({', '.join(found)})" if found else "0"
