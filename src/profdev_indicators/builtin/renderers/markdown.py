"""The report to read: the form of the order, what got worse, what to do, and what the numbers rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from attrs import frozen

from profdev_indicators import wording
from profdev_indicators.builtin.renderers import grounds, sheet, verdicts
from profdev_indicators.builtin.renderers.categories import categories
from profdev_indicators.builtin.renderers.exhibits import exhibits
from profdev_indicators.builtin.renderers.marks import bullets, heading
from profdev_indicators.builtin.renderers.organisations import organisations
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import District
from profdev_indicators.results import Finding, Monitoring
from profdev_indicators.views.coverage import Silent, silent, units_asked
from profdev_indicators.views.form import Form, Line, forms
from profdev_indicators.views.judgements import findings
from profdev_indicators.views.units import in_order

_UNKNOWN = "сравнить нельзя"
_ORGANISATIONS = ("организация", "организации", "организаций")


@frozen(kw_only=True)
class Markdown:
    """Отчёт для чтения: форма из приказа, ухудшения, рекомендации, организации, происхождение чисел (report.md)."""

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """``report.md``, in UTF-8."""
        return {"report.md": ("\n\n".join(_blocks(monitoring)) + "\n").encode()}


def _blocks(monitoring: Monitoring) -> Iterator[str]:
    units = in_order(monitoring)
    found = findings(monitoring, units)
    asked, filled = units_asked(monitoring), forms(monitoring)
    mute = silent(asked, units)
    yield from _title(monitoring)
    yield from _summary(monitoring, filled[-1], found, mute)
    yield from grounds.answered(monitoring, asked)
    for form in filled:
        yield from sheet.sheet(form, monitoring.district.publication.decimals)
    yield from sheet.dynamics(monitoring, filled[-1])
    yield from verdicts.worsened(monitoring, found)
    yield from verdicts.not_checked(monitoring)
    yield from verdicts.advice(monitoring, units)
    yield from exhibits(monitoring)
    for form in filled:
        yield from organisations(monitoring, form, units)
    for form in filled:
        yield from categories(monitoring, form)
    yield from grounds.not_answered(monitoring, mute)
    yield from grounds.defects(monitoring)
    yield from grounds.decisions(monitoring)
    yield from grounds.goals(monitoring)
    yield from grounds.remarks(monitoring)
    yield from verdicts.appendix(monitoring, found)
    yield from grounds.provenance(monitoring)


def _title(monitoring: Monitoring) -> Iterator[str]:
    district = monitoring.district
    yield heading(1, _heading(district))
    asked = ", ".join(period.title for period in monitoring.periods)
    yield bullets(
        f"{word}: {text}"
        for word, text in (
            ("Территория", f"{district.title}" + (f" (ОКТМО {district.oktmo})" if district.oktmo else "")),
            ("Период" if len(monitoring.periods) == 1 else "Периоды", asked),
            ("Состояние данных", "предварительные: ответы ещё могут исправить" if monitoring.provisional else ""),
            ("Основание", "; ".join(act.title for act in district.acts)),
            ("Оператор", district.operator),
            ("Вопросы", district.contact),
        )
        if text
    )


def _heading(district: District) -> str:
    """The title of the form, which names the district as the order does."""
    whose = district.title.genitive or ""
    if not district.form_title:
        return f"Показатели мониторинга: {district.title}"
    return district.form_title if whose in district.form_title else f"{district.form_title} {whose}"


def _summary(monitoring: Monitoring, form: Form, found: Sequence[Finding], mute: Sequence[Silent]) -> Iterator[str]:
    lines, period = form.lines, form.period
    known = [line for line in lines if line.value is not None and line.value.value is not None]
    unknown = [line.indicator.id for line in lines if line not in known]
    yield heading(2, f"Коротко: {period.title}")
    items = [
        f"Показателей в форме: {len(lines)}, со значением: {len(known)}"
        + (f"; без значения: {', '.join(unknown)}" if unknown else "")
    ]
    items.extend(_moved(form))
    items.extend(_graded([finding for finding in found if finding.period == str(period)]))
    waited = {row.unit for row in mute if row.period == str(period)}
    if waited:
        items.append(f"Не ответили или ответили не на всё: {wording.counted(len(waited), *_ORGANISATIONS)}")
    doubted = [line.indicator.id for line in known if line.value and line.value.evidenced < line.value.reported]
    if doubted:
        items.append(f"{wording.NOT_EVIDENCED.capitalize()}: {', '.join(doubted)}")
    missed = [line.indicator.id for line in lines if line.reached is False]
    if missed:
        items.append(f"Целевое значение не достигнуто: {', '.join(missed)}")
    if not monitoring.defects.is_empty():
        items.append(f"Замечаний к данным: {monitoring.defects.height}")
    yield bullets(items)


def _graded(found: Sequence[Finding]) -> Iterator[str]:
    """How many findings of each severity, in how many organisations, and how many of the totals above them."""
    for severity in reversed(SEVERITIES):
        cells = [finding for finding in found if finding.severity == severity]
        below = {finding.unit for finding in cells if finding.level == 0}
        above = sum(finding.level > 0 for finding in cells)
        told = [
            f"организаций — {len(below)}" if below else "",
            f"по итогам — {above}" if above else "",
        ]
        if cells:
            times = wording.counted(len(cells), "случай", "случая", "случаев")
            yield f"{wording.SEVERITY_WORDS[severity].capitalize()}: {times} ({'; '.join(filter(None, told))})"


def _moved(form: Form) -> Iterator[str]:
    """Which criteria went which way; nothing where there is no earlier period."""
    if form.before is None:
        return
    sides: dict[str, list[str]] = {side: [] for side in ("лучше", "хуже", "изменились", "без изменений", _UNKNOWN)}
    for line in form.lines:
        sides[_side(line)].append(line.indicator.id)
    told = [f"{side} — {len(codes)} ({', '.join(codes)})" for side, codes in sides.items() if codes]
    yield f"Сравнение ({form.before.title}): {'; '.join(told)}"


def _side(line: Line) -> str:
    if line.change is None:
        return _UNKNOWN
    if line.change == 0:
        return "без изменений"
    if line.indicator.better == "neutral":
        return "изменились"
    return "лучше" if (line.change > 0) == (line.indicator.better == "higher") else "хуже"
