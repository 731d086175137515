"""What the numbers rest on: remarks about the data, and everything they were computed from and with."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators.results import Monitoring
from profdev_reports.book.binding import BOLD, Binding, Cell

_WORDS = {"error": "в суммы не вошло", "warning": "проверить"}


def defects(binding: Binding, monitoring: Monitoring) -> None:
    """What is wrong in which cell: for the department alone."""
    if monitoring.profile == "publish":
        return
    page = binding.page("Замечания к данным", (18, 34, 8, 16, 38, 10, 60, 50))
    page.title("Замечания к данным")
    for notice in monitoring.notices:
        page.note(str(notice))
    if monitoring.defects.is_empty():
        page.note("К ответам замечаний нет.")
        return
    names = dict(monitoring.history.select("unit", "unit_name").unique(maintain_order=True).iter_rows())
    heads = ("Что с ним", "Файл", "Строка", "Ячейка", "Организация", "Период", "Замечание", "Как исправить")
    page.head(heads, last=page.row + monitoring.defects.height)
    for row in monitoring.defects.iter_rows(named=True):
        unit = names.get(row["unit"], row["unit"])
        where = (row["file"], row["row"], row["cell"], unit, row["period"])
        page.line((_WORDS[row["severity"]], *where, row["message"], row["hint"]))


def provenance(binding: Binding, monitoring: Monitoring) -> None:
    """From what and with what all this was computed; never the current clock."""
    page = binding.page("Происхождение", (40, 90))
    page.title("Откуда числа")
    for word, text in _facts(monitoring):
        page.line((Cell(word, BOLD), text))
    if monitoring.profile == "publish":
        page.note("Отпечатки исходных файлов — у оператора мониторинга.")
        return
    sources = monitoring.provenance.sources
    if sources:
        page.gap()
        page.head(("Файл", "SHA-256"), last=page.row + len(sources))
        for file, digest in sorted(sources.items()):
            page.line((file, digest))


def _facts(monitoring: Monitoring) -> Iterator[tuple[str, str]]:
    made = monitoring.provenance
    yield "Район", monitoring.district.id
    yield "Профиль", {"internal": "внутренний", "publish": "для публикации"}[monitoring.profile]
    yield "Запрошены периоды", ", ".join(map(str, monitoring.periods))
    yield "Прочитаны периоды", ", ".join(made.periods)
    yield "Программа", f"profdev-indicators {made.version}"
    yield "Библиотеки", f"polars {made.polars}, Python {made.python}"
    yield "Плагины", ", ".join(f"{name} {version}".strip() for name, version in made.plugins)
    yield "Отпечаток конфигурации", made.config
    if made.newest is not None:
        yield "Самый новый источник изменён", f"{made.newest:%d.%m.%Y %H:%M} UTC"
