"""From a goal to the effect of what was done about it, with every link that is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from profdev_indicators import wording
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import Goal
from profdev_reports.site.addresses import page
from profdev_reports.site.answer import Answer
from profdev_reports.site.parts import Block, Cell, Heading, Link, Page, Paragraph, Row, Table, Text
from profdev_reports.site.selfcheck import EFFECTS, Decided, self_check
from profdev_reports.site.sheet import numbered

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
            text="Реестра решений в данных нет: какие меры приняты и что они дали, здесь сказать нельзя.",
            look="warning",
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
        text="Есть ли то, что ищут при оценке механизмов управления качеством образования, и где оно. Это не оценка "
        "и не баллы: «есть» значит только, что есть.",
    )
    yield self_check(answer, decided)


def _decided(answer: Answer) -> Decided | None:
    """Rows about decisions by indicator; None: nobody keeps a register."""
    exhibit = next((each for each in answer.exhibits if each.id == EFFECTS), None)
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
    decided: Decided,
    *,
    known: bool,
) -> Table:
    rows: list[Row] = []
    for aim in aims:
        place = f" ({aim.basis.place})" if aim.basis and aim.basis.place else ""
        rows.append(Row(group=f"{aim.title}{place}"))
        if aim.gap or not aim.indicators:
            rows.append(Row(gap=f"{_GAP}{aim.gap or 'показателей нет'}"))
        rows += [
            Row(cells=_link(answer, code, decided.get(code, ()), known=known))
            for code in aim.indicators
            if code in answer.indicators
        ]
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
        f"{wording.SEVERITY_WORDS[severity]} — {graded[severity]}"
        for severity in reversed(SEVERITIES)
        if graded[severity]
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
    return Cell(text=(Link("; ".join(dict.fromkeys(told)), page("analyses", EFFECTS)),))


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
