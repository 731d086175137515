"""From a goal to the effect of what was done about it, with every link that is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from profdev_indicators import wording
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import Goal
from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Block, Cell, Heading, Link, Page, Paragraph, Row, Table, Text
from profdev_reports.site.sheet import numbered

_EFFECTS = "effects"
_GAP = "пробел: "
_FINDINGS = ("находка", "находки", "находок")
_ADVICE = ("рекомендация", "рекомендации", "рекомендаций")


def chain(answer: Answer) -> Page:
    """``traceability.html``."""
    return Page(path="traceability.html", title="Прослеживаемость", blocks=_blocks(answer))


def _blocks(answer: Answer) -> Iterator[Block]:
    yield Paragraph(
        text="Цель → показатель → находка → рекомендация → мера → эффект. Где цепочка обрывается, это сказано, а не "
        "скрыто.",
        look="lead",
    )
    district = answer.monitoring.district
    decided = _decided(answer)
    known = decided is not None
    if not known:
        yield Paragraph(
            text="Реестра решений в данных нет: какие меры приняты и что они дали, здесь сказать нельзя.", look="warning"
        )
    for title, anchor, aims in (
        ("Цели", "goals", district.goals),
        ("Предметы мониторинга", "topics", district.topics),
    ):
        if aims:
            yield Heading(text=title, id=anchor)
            yield _table(answer, anchor, f"{title}: от показателя до эффекта", aims, decided or {}, known=known)
    if not district.goals and not district.topics:
        yield Heading(text="Разделы формы", id="sections")
        yield Paragraph(
            text="Цели в конфигурации не названы: цепочка начинается с разделов формы. Это тоже пробел.", look="warning"
        )
        sections = tuple(
            Goal(id=each.id, title=numbered(each), indicators=tuple(one.id for one in each.indicators))
            for each in district.sections
        )
        yield _table(answer, "sections", "Разделы: от показателя до эффекта", sections, decided or {}, known=known)
    yield from _unserved(answer)
    yield Heading(text="Самопроверка по составляющим управленческого цикла", id="self-check")
    yield Paragraph(
        text="Есть ли то, что ищут при оценке механизмов управления качеством образования, и где оно. Это не оценка и не "
        "баллы: «есть» значит только, что есть.",
    )
    yield _self_check(answer, decided)


def _decided(answer: Answer) -> Mapping[str, Sequence[Mapping[str, object]]] | None:
    """Rows about decisions by indicator; None: nobody keeps a register."""
    exhibit = next((each for each in answer.exhibits if each.id == _EFFECTS), None)
    if exhibit is None or not {"indicator", "decision", "title", "verdict"} <= set(exhibit.frame.columns):
        return None
    groups: dict[str, list[Mapping[str, object]]] = {}
    for row in exhibit.frame.iter_rows(named=True):
        groups.setdefault(str(row["indicator"]), []).append(row)
    return groups


def _table(
    answer: Answer,
    anchor: str,
    caption: str,
    aims: Sequence[Goal],
    decided: Mapping[str, Sequence[Mapping[str, object]]],
    *,
    known: bool,
) -> Table:
    rows: list[Row] = []
    for aim in aims:
        place = f" ({aim.basis.place})" if aim.basis and aim.basis.place else ""
        rows.append(Row(group=f"{aim.title}{place}"))
        if aim.gap or not aim.indicators:
            rows.append(Row(cells=(Cell(text=f"{_GAP}{aim.gap or 'показателей нет'}", look="gap"), *[""] * 4)))
        for code in aim.indicators:
            if code in answer.indicators:
                rows.append(Row(cells=_link(answer, code, decided.get(code, ()), known=known)))
    return Table(
        id=f"{anchor}-table",
        caption=caption,
        head=("Показатель", "Находки", "Рекомендации", "Меры", "Эффект"),
        rows=tuple(rows),
        look="chain",
    )


def _link(
    answer: Answer, code: str, decisions: Sequence[Mapping[str, object]], *, known: bool
) -> tuple[Cell | str, ...]:
    indicator = answer.indicators[code]
    path = page("criteria", code)
    found, advice = answer.findings_of_indicator.get(code, ()), answer.advice_of_indicator.get(code, ())
    graded = Counter(finding.severity for finding in found)
    words = ", ".join(
        f"{wording.SEVERITY_WORDS[severity]} — {graded[severity]}" for severity in reversed(SEVERITIES) if graded[severity]
    )
    told: Text = (Link(wording.counted(len(found), *_FINDINGS), f"{path}#findings"), f": {words}") if found else "нет"
    silent = [finding for finding in found if finding.severity in {"risk", "critical"}]
    return (
        Cell(text=(Link(f"{code}. {indicator.title}", path),)),
        Cell(text=told),
        _advised(path, len(advice), needed=bool(silent)),
        _measures(decisions, needed=bool(advice), known=known),
        _effects(decisions),
    )


def _advised(path: str, number: int, *, needed: bool) -> Cell:
    if number:
        return Cell(text=(Link(wording.counted(number, *_ADVICE), f"{path}#advice"),))
    return Cell(text=f"{_GAP}находки без рекомендации", look="gap") if needed else Cell(text="не требуются")


def _measures(decisions: Sequence[Mapping[str, object]], *, needed: bool, known: bool) -> Cell:
    told = [f"{row['decision']} «{row['title']}»" for row in decisions]
    if told:
        return Cell(text="; ".join(dict.fromkeys(told)))
    if not known:
        return Cell(text="неизвестно: реестра нет", look="gap")
    return Cell(text=f"{_GAP}мер в реестре нет", look="gap") if needed else Cell(text="нет")


def _effects(decisions: Sequence[Mapping[str, object]]) -> Cell:
    if not decisions:
        return Cell(text=wording.DASH)
    told = []
    for row in decisions:
        reason = row.get("reason")
        told.append(f"{row['decision']}: {row['verdict']}" + (f" ({reason})" if reason else ""))
    return Cell(text=(Link("; ".join(dict.fromkeys(told)), page("analyses", _EFFECTS)),))


def _unserved(answer: Answer) -> Iterator[Block]:
    """Indicators which no goal names."""
    district = answer.monitoring.district
    aims = (*district.goals, *district.topics)
    named = {code for aim in aims for code in aim.indicators}
    left = [indicator for indicator in district.indicators if indicator.id not in named]
    if aims and left:
        yield Heading(text="Показатели, которые не служат ни одной цели", id="unserved", level=3)
        yield Paragraph(
            text=tuple(
                part
                for place, indicator in enumerate(left)
                for part in (*((", ",) if place else ()), Link(indicator.id, page("criteria", indicator.id)))
            )
        )


def _self_check(answer: Answer, decided: Mapping[str, Sequence[Mapping[str, object]]] | None) -> Table:
    return Table(
        id="self-check-table",
        caption="Составляющие и где они",
        head=("Составляющая", "Есть ли", "Где и сколько"),
        rows=tuple(
            Row(cells=(name, Cell(text="есть" if there else "нет", look="good" if there else "gap"), Cell(text=where)))
            for name, there, where in _components(answer, decided)
        ),
    )


def _components(
    answer: Answer, decided: Mapping[str, Sequence[Mapping[str, object]]] | None
) -> Iterator[tuple[str, bool, Text]]:
    district = answer.monitoring.district
    goals, names = (*district.goals, *district.topics), {exhibit.id for exhibit in answer.exhibits}
    served = sum(bool(goal.indicators) for goal in goals)
    yield (
        "Цели и их обоснование",
        bool(goals),
        (Link("цели и предметы", "traceability.html"), f": {len(goals)}, с показателями {served}") if goals else "не названы",
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
    yield "Мониторинг показателей", True, (Link("форма за период", "form.html"), f"; периодов с данными: {len(answer.periods)}")
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
        (Link("реестр решений", page("analyses", _EFFECTS)), f": строк {measures}") if decided is not None else "реестра нет",
    )
    judged = _judged(answer)
    yield (
        "Анализ эффективности принятых мер",
        judged > 0,
        (Link("что дали решения", page("analyses", _EFFECTS)), f": оценено {judged}")
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
    exhibit = next((each for each in answer.exhibits if each.id == _EFFECTS), None)
    if exhibit is None or "effect" not in exhibit.frame.columns:
        return 0
    return exhibit.frame.filter(pl.col("effect").is_not_null()).height
