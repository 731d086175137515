"""The first sheet: what the book is, who answered, what was found, where to look, how to read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from profdev_indicators import wording
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.results import Finding, Monitoring
from profdev_indicators.views.coverage import coverage, units_asked
from profdev_indicators.views.form import Form
from profdev_reports.book import categories
from profdev_reports.book.binding import BOLD, PLAIN, Binding, Cell, Page
from profdev_reports.book.heat import HEAT
from profdev_reports.book.numbers import absence
from profdev_reports.book.values import NAME, cut
from profdev_reports.charts.absences import ABSENCES, INCOMPLETE, UNCONFIRMED
from profdev_reports.charts.speech import is_worse

_CASES = ("случай", "случая", "случаев")

SHEETS = {
    "Форма": "критерии формы за запрошенные периоды: значение, n и N, изменение, цель",
    "Динамика": "все прочитанные периоды рядом, с графиками",
    HEAT: "организации и критерии",
    categories.NAME: "район по предметам, возрасту и другим столбцам записей",
    NAME: "все организации и критерии построчно: для фильтров и своих расчётов",
    "Находки": "что ухудшилось и что требует внимания",
    "Рекомендации": "кому и что сделать",
    "Не проверено": "какие правила применить не удалось и почему",
    "Происхождение": "из чего и чем посчитано",
}


def sheet(binding: Binding, monitoring: Monitoring, filled: Sequence[Form], found: Sequence[Finding]) -> None:
    """The sheet."""
    page = binding.page("Сводка", (34, 60, 14, 14, 14, 14))
    district = monitoring.district
    page.title(district.form_title or f"Показатели мониторинга: {district.title.nominative}")
    for word, text in _about(monitoring):
        page.line((Cell(word, BOLD), text))
    page.gap()
    _answered(page, monitoring)
    _found(page, filled[-1], found)
    absent = {HEAT} if monitoring.values.is_empty() else set()
    absent |= set() if categories.has(monitoring) else {categories.NAME}
    _contents(page, {name: what for name, what in SHEETS.items() if name not in absent})
    _legend(page)


def _about(monitoring: Monitoring) -> Iterator[tuple[str, str]]:
    district = monitoring.district
    yield "Территория", f"{district.title.nominative}" + (f" (ОКТМО {district.oktmo})" if district.oktmo else "")
    yield "Период", ", ".join(period.title for period in monitoring.periods)
    if monitoring.provisional:
        yield "Состояние данных", "предварительные: ответы ещё могут исправить"
    if monitoring.profile == "publish":
        yield "Для публикации", "часть значений скрыта, чтобы защитить малые числа: на их месте «…»"
    for word, text in (
        ("Основание", "; ".join(act.title for act in district.acts)),
        ("Оператор", district.operator),
        ("Вопросы", district.contact),
    ):
        if text:
            yield word, text
    left = cut(monitoring)
    if left:
        rows = wording.counted(left, "строка", "строки", "строк")
        yield "Не поместилось", f"на лист «{NAME}» не поместилось: {rows}; все значения — в файле values.csv"


def _answered(page: Page, monitoring: Monitoring) -> None:
    rows = coverage(monitoring, units_asked(monitoring))
    if not rows:
        return
    titles = {source.id: source.title for source in monitoring.district.sources}
    heads = ("Кто ответил: период", "Источник данных", "Спрошено", "На всё", "Частично", "Не ответили")
    page.line([Cell(head, BOLD) for head in heads])
    for row in rows:
        page.line((row.period, titles[row.source], row.asked, row.fully, row.partly, row.silent))
    page.gap()


def _found(page: Page, last: Form, found: Sequence[Finding]) -> None:
    page.line((Cell("Что найдено", BOLD), Cell("", PLAIN)))
    for severity in reversed(SEVERITIES):
        count = sum(finding.severity == severity for finding in found)
        page.line((wording.SEVERITY_WORDS[severity], wording.counted(count, *_CASES)))
    if last.before is not None:
        worse = [line.indicator.id for line in last.lines if is_worse(line.change, line.indicator)]
        better = [line.indicator.id for line in last.lines if is_worse(line.change, line.indicator) is False]
        page.line((f"Хуже, чем за {last.before.title}", _listed(worse)))
        page.line((f"Лучше, чем за {last.before.title}", _listed(better)))
    missed = [line.indicator.id for line in last.lines if line.reached is False]
    page.line(("Цель не достигнута", _listed(missed)))
    page.gap()


def _listed(codes: Sequence[str]) -> str:
    return f"{len(codes)}: {', '.join(codes)}" if codes else "нет"


def _contents(page: Page, sheets: Mapping[str, str]) -> None:
    page.line((Cell("Лист", BOLD), Cell("Что на нём", BOLD)))
    link = page.look({**PLAIN, "font_color": "#1f5c99", "underline": 1})
    for name, what in sheets.items():
        page.line((name, what))
        page.sheet.write_url(page.row - 1, 0, f"internal:'{name}'!A1", link, name)
    page.gap()


def _legend(page: Page) -> None:
    page.line((Cell("В ячейке", BOLD), Cell("Что это значит", BOLD)))
    for state, told in ABSENCES.items():
        page.line((absence(state, PLAIN), told.meaning))
    page.line((Cell("0, нет", {**PLAIN, "align": "center"}), "ответ есть, и он отрицательный: это не «нет данных»"))
    page.line((Cell(UNCONFIRMED, {**PLAIN, "align": "center"}), f"{wording.NOT_EVIDENCED}: нет ссылки"))
    page.line((Cell(INCOMPLETE, {**PLAIN, "align": "center"}), "ответили не все: значение по тем, кто ответил"))
    page.line((Cell("пусто", {**PLAIN, "align": "center"}), "об этом не спрашивали"))
