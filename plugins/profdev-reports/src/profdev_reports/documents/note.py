"""The analytical note on a period: the skeleton of such notes, with the numbers in it and room for people's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from profdev_indicators.results import Monitoring
from profdev_indicators.views.form import Form, forms
from profdev_reports import kinds, provenance
from profdev_reports.blocks import Block, Document, Heading, PageBreak
from profdev_reports.documents import analyses, annexes, categories, heat
from profdev_reports.documents.advice import advice
from profdev_reports.documents.conclusions import conclusions, decisions
from profdev_reports.documents.dynamics import dynamics
from profdev_reports.documents.formats import written
from profdev_reports.documents.introduction import introduction
from profdev_reports.documents.overview import overview
from profdev_reports.documents.parts import parts
from profdev_reports.documents.picture import Picture, picture
from profdev_reports.documents.titles import fields, under
from profdev_reports.naming import of_period


def render(kind: kinds.Note, monitoring: Monitoring) -> Mapping[str, bytes]:
    """``note-ПЕРИОД`` in each format, for each period asked."""
    files: dict[str, bytes] = {}
    for form in forms(monitoring):
        made = written(compose(form, monitoring), kind.formats, monitoring, own=kind.template, stock="note")
        files |= {f"note-{of_period(form.period)}.{ending}": content for ending, content in made.items()}
    return files


def compose(form: Form, monitoring: Monitoring) -> Document:
    """The note on one period as a document."""
    district, seen = monitoring.district, picture(monitoring, form)
    whose = district.title.genitive
    about = f"по итогам мониторинга показателей{f' {whose}' if whose else ''} за {form.period.title}"
    below = () if whose else (under(str(district.title)),)
    title = f"Аналитическая справка {about}"
    return Document(
        id=f"note-{of_period(form.period)}",
        title=title,
        subject=str(district.title),
        blocks=(*below, *_chapters(seen), *_appendices(seen)),
        foot=provenance.lines(monitoring),
        made=monitoring.provenance.newest,
        wide_margin=district.documents.archive,
        fields=fields(monitoring, form.period),
    )


def _chapters(seen: Picture) -> Iterator[Block]:
    """Chapters that have something to say, numbered."""
    chapters = (
        ("Введение", introduction(seen)),
        ("Сводная форма", overview(seen)),
        ("Анализ по разделам", parts(seen)),
        ("Показатели с отрицательной динамикой", dynamics(seen)),
        ("Успешные практики", analyses.sentences(seen, "practices", "Предложить к изучению пока нечего.")),
        (
            "Эффективность ранее принятых мер",
            analyses.sentences(seen, "effects", "Решений, эффект которых можно оценить, пока нет."),
        ),
        ("Прогноз", analyses.forecast(seen)),
        ("Выводы", conclusions(seen)),
        ("Адресные рекомендации", advice(seen)),
        ("Проект решений", decisions(seen)),
    )
    filled = ((title, tuple(blocks)) for title, blocks in chapters)
    for number, (title, blocks) in enumerate(((title, blocks) for title, blocks in filled if blocks), start=1):
        yield Heading(text=f"{number}. {title}")
        yield from blocks


def _appendices(seen: Picture) -> Iterator[Block]:
    """What a reader looks up."""
    appendices = (
        ("Методика и определения", annexes.method(seen)),
        ("Что не удалось проверить и сколько тревог случайны", annexes.not_checked(seen)),
        ("Не представили данные", annexes.not_answered(seen)),
        ("Заявлено, не подтверждено", annexes.unconfirmed(seen)),
        ("Замечания к тексту приказа", annexes.remarks(seen)),
        ("Цели и показатели", annexes.goals(seen)),
        *((exhibit.title, analyses.blocks(exhibit, seen)) for exhibit in analyses.others(seen)),
        *categories.appendices(seen),
    )
    maps = tuple(heat.values(seen, "Приложение 1. Значения по организациям"))
    yield from maps or (PageBreak(),)
    filled = ((title, tuple(blocks)) for title, blocks in appendices)
    first = 2 if maps else 1
    for number, (title, blocks) in enumerate(((title, blocks) for title, blocks in filled if blocks), start=first):
        yield Heading(text=f"Приложение {number}. {title}")
        yield from blocks
