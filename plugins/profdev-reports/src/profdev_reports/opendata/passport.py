"""The passport of the set, for programs and for people, and the register that leads to it."""

from __future__ import annotations

from collections.abc import Iterator

from profdev_indicators.wording import day
from profdev_reports import provenance
from profdev_reports.opendata.edition import INTERNAL, JSON, JSON_SCHEMA, NOT_TOLD, Edition, compact
from profdev_reports.opendata.separated import flat
from profdev_reports.opendata.table import STATES

_STANDARD = ("standardversion", "http://opendata.gosmonitor.ru/standard/3.0")
_FORMAT = "csv"


def passport(edition: Edition) -> Iterator[tuple[str, str]]:
    """The rows of ``meta.csv``: property, value."""
    kind = edition.kind
    yield _STANDARD
    yield "identifier", edition.identifier
    yield "title", edition.title
    yield "description", _description(edition)
    yield "creator", edition.owner
    yield "created", compact(kind.first_published) if kind.first_published else NOT_TOLD
    yield "modified", edition.stamp
    yield "subject", ", ".join(_keywords(edition))
    yield "format", _FORMAT
    yield "provenance", _last_change(edition)
    yield "valid", compact(edition.valid)
    yield "publishername", kind.responsible or NOT_TOLD
    yield "publisherphone", kind.phone or NOT_TOLD
    yield "publishermbox", kind.email or NOT_TOLD
    yield "licence", kind.licence or NOT_TOLD
    yield "periodicity", edition.periodicity
    yield edition.data_property, edition.link(edition.data_name)
    yield edition.structure_name.removesuffix(".csv"), edition.link(edition.structure_name)


def register(edition: Edition) -> Iterator[tuple[str, str, str, str]]:
    """The rows of ``list.csv``: the sets of this owner; here, the one."""
    yield "property", "title", "value", "format"
    yield _STANDARD[0], "Версия методических рекомендаций", _STANDARD[1], ""
    yield edition.identifier, edition.title, edition.link("meta.csv"), _FORMAT


def readme(edition: Edition) -> bytes:
    """The same for a person, in plain text: nothing in it is markup, whatever the names hold."""
    return ("\r\n".join(map(flat, _told(edition))) + "\r\n").encode(errors="replace")


def _told(edition: Edition) -> Iterator[str]:
    if edition.is_internal:
        yield f"{INTERNAL.upper()}."
        yield ""
    yield "ПАСПОРТ НАБОРА ОТКРЫТЫХ ДАННЫХ"
    yield ""
    yield from (f"{number}. {title}: {value}" for number, (title, value) in enumerate(_rows(edition), start=1))
    if edition.gaps:
        yield ""
        yield "Паспорт неполон. Допишите в файл района, в reports → opendata:"
        yield from (f"  {key}: {title}" for key, title in edition.gaps)
    yield ""
    yield "ЧТО ЗДЕСЬ ЛЕЖИТ"
    yield ""
    yield f"{edition.data_name} — таблица: строка на организацию или итог, период и критерий."
    yield "  UTF-8, запятая между полями, точка в числах, первая строка — имена полей; числа не округлены."
    yield "  Текст, похожий на формулу, начинается с апострофа."
    yield f"{edition.structure_name} — что значит каждое поле таблицы."
    yield "meta.csv — этот паспорт для программ. list.csv — реестр наборов владельца."
    yield f"{JSON} — то же для программ: определения, основания, условные обозначения; его схема — {JSON_SCHEMA}."
    yield ""
    yield "ЕСЛИ ЗНАЧЕНИЯ НЕТ"
    yield ""
    yield from (f"{state} — {words}: {meaning}." for state, (words, meaning) in STATES.items())
    yield "evidenced меньше reported — ответ заявлен, но не подтверждён ссылкой."
    yield "Значения сопоставимы, только если у них одинаковое поле definition."
    yield ""
    yield "ИЗ ЧЕГО СДЕЛАНО"
    yield ""
    yield from provenance.lines(edition.monitoring)


def _rows(edition: Edition) -> Iterator[tuple[str, str]]:
    """The rows of the passport in the words of the recommendations and in their order."""
    kind = edition.kind
    yield "Идентификационный номер", edition.identifier
    yield "Наименование набора", edition.title
    yield "Описание набора", _description(edition)
    yield "Владелец набора", edition.owner
    yield "Ответственное лицо (должность)", kind.responsible or NOT_TOLD
    yield "Телефон ответственного лица", kind.phone or NOT_TOLD
    yield "Адрес электронной почты ответственного лица", kind.email or NOT_TOLD
    yield "Гиперссылка (URL) на набор", edition.link(edition.data_name) if kind.url else NOT_TOLD
    yield "Формат набора", _FORMAT.upper()
    yield "Описание структуры набора", edition.link(edition.structure_name)
    yield "Дата первой публикации набора", day(kind.first_published) if kind.first_published else NOT_TOLD
    yield "Дата последнего внесения изменений", day(edition.modified)
    yield "Содержание последнего изменения", _last_change(edition)
    yield "Дата актуальности набора", f"{day(edition.valid)}; обновляется {edition.periodicity}"
    yield "Ключевые слова", ", ".join(_keywords(edition))
    yield "Условия использования", kind.licence or NOT_TOLD


def _description(edition: Edition) -> str:
    monitoring = edition.monitoring
    warned = f"{INTERNAL.capitalize()}. " if edition.is_internal else ""
    early = " Данные предварительные." if monitoring.provisional else ""
    hidden = "" if edition.is_internal else " Числа, по которым можно узнать о людях, скрыты (state = suppressed)."
    return (
        f"{warned}Значения показателей за {edition.periods} по организациям и в целом: числитель, знаменатель, "
        f"сколько спрошено и ответило, изменение к прошлому периоду. Обновляется {edition.periodicity}.{early}{hidden}"
    )


def _last_change(edition: Edition) -> str:
    return f"Данные за {edition.periods}"


def _keywords(edition: Edition) -> tuple[str, ...]:
    return edition.kind.keywords or ("мониторинг", "показатели", str(edition.monitoring.district.title))
