"""The kinds of documents as a configuration names them; what makes them is loaded when it is needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from importlib import import_module
from typing import Literal

from attrs import frozen

from profdev_indicators.model import Kept, key
from profdev_indicators.results import Monitoring

_TEMPLATE = "Свой шаблон Word вместо готового: путь рядом с файлом района"

FormFormat = Literal["docx", "pdf", "xlsx", "html"]
NoteFormat = Literal["docx", "pdf"]


def _made(module: str, kind: object, monitoring: Monitoring) -> Mapping[str, bytes]:
    # Word, PDF and Excel each bring a library: `profdev --help` should not wait for them.
    files: Mapping[str, bytes] = import_module(f"profdev_reports.{module}").render(kind, monitoring)
    return files


def _kept(edited: bytes, fresh: bytes) -> Kept:
    kept: Kept = import_module("profdev_reports.docx.edits").keep(edited, fresh)
    return kept


@frozen(kw_only=True)
class Form:
    """Форма из приказа, слово в слово, со значениями (form-ПЕРИОД.docx, .pdf, .xlsx, .html)."""

    formats: tuple[FormFormat, ...] = key(
        "В каких видах: docx, pdf, xlsx, html", default=("docx", "pdf", "xlsx", "html")
    )
    template: str | None = key(_TEMPLATE, default=None)

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """One file of each format."""
        return _made("documents.form", self, monitoring)

    def keep(self, name: str, edited: bytes, fresh: bytes) -> Kept:
        """Words of people in a document for Word."""
        return _kept(edited, fresh) if name.endswith(".docx") else Kept(content=fresh)


@frozen(kw_only=True)
class Note:
    """Аналитическая справка (note-ПЕРИОД.docx, .pdf)."""

    formats: tuple[NoteFormat, ...] = key("В каких видах: docx, pdf", default=("docx", "pdf"))
    template: str | None = key(_TEMPLATE, default=None)

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """One file of each format."""
        return _made("documents.note", self, monitoring)

    def keep(self, name: str, edited: bytes, fresh: bytes) -> Kept:
        """Words of people in a document for Word."""
        return _kept(edited, fresh) if name.endswith(".docx") else Kept(content=fresh)


@frozen(kw_only=True)
class Letters:
    """Письмо каждой организации: её значения, динамика, находки, рекомендации (letters-ПЕРИОД/*.docx)."""

    template: str | None = key(_TEMPLATE, default=None)

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """One file per organisation; nothing in the profile publish: letters are for those they are addressed to."""
        return _made("documents.letters", self, monitoring)

    def keep(self, name: str, edited: bytes, fresh: bytes) -> Kept:  # noqa: ARG002 - all of its files are for Word
        """Words of people in a letter."""
        return _kept(edited, fresh)


@frozen(kw_only=True)
class Order:
    """Проект приказа по итогам мониторинга (order-ПЕРИОД.docx)."""

    template: str | None = key(_TEMPLATE, default=None)

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """One file; nothing in the profile publish: a draft is not published."""
        return _made("documents.order", self, monitoring)

    def keep(self, name: str, edited: bytes, fresh: bytes) -> Kept:  # noqa: ARG002 - its file is for Word
        """Words of people in the draft."""
        return _kept(edited, fresh)


@frozen(kw_only=True)
class Book:
    """Книга Excel: значения, находки, тепловая карта, графики, фильтры, происхождение (book-ПЕРИОД.xlsx)."""

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """One workbook."""
        return _made("book", self, monitoring)


@frozen(kw_only=True)
class Site:
    """Раздел сайта: папка, которую кладут на любой веб-сервер (site/index.html)."""

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """Pages, one stylesheet, downloads."""
        return _made("site", self, monitoring)


@frozen(kw_only=True)
class OpenData:
    """Открытые данные: CSV, структура, паспорт по методическим рекомендациям и JSON для программ (opendata/)."""

    inn: str | None = key("ИНН владельца набора, в кавычках: с него начинается код набора", default=None)
    owner: str | None = key("Владелец набора; пусто — оператор мониторинга", default=None)
    responsible: str | None = key("Ответственный: должность, не фамилия", default=None)
    phone: str | None = key("Телефон ответственного", default=None)
    email: str | None = key("Почта ответственного", default=None)
    url: str | None = key("Адрес папки, в которой лежит набор: https://…", default=None)
    first_published: date | None = key("Когда набор опубликован впервые", default=None)
    licence: str | None = key("Условия использования", default=None)
    keywords: tuple[str, ...] = key("Ключевые слова", default=())

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        """Data, structure, passport and JSON."""
        return _made("opendata", self, monitoring)
