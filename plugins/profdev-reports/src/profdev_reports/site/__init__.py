"""A section of an official site: pages, one stylesheet, downloads; on any web server or from a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from profdev_indicators.results import Monitoring
from profdev_reports.kinds import Site
from profdev_reports.site.advice import advice
from profdev_reports.site.answer import Answer, answer
from profdev_reports.site.chain import chain
from profdev_reports.site.criteria import criteria
from profdev_reports.site.downloads import Download, contents, downloads
from profdev_reports.site.dynamics import dynamics
from profdev_reports.site.exhibits import exhibits
from profdev_reports.site.method import method
from profdev_reports.site.organisations import organisations
from profdev_reports.site.parts import Link, Page
from profdev_reports.site.rendering import assets, html
from profdev_reports.site.sheet import sheet
from profdev_reports.site.summary import summary

_FOLDER = "site"


def render(kind: Site, monitoring: Monitoring) -> Mapping[str, bytes]:
    """Every file of the section, by its path from the output folder; the first page is ``site/index.html``."""
    del kind  # has no settings
    known = answer(monitoring)
    tables = downloads(known)
    files = {
        **html(known, _pages(known, tables), _menu(known)),
        **{table.path: table.content for table in tables},
        **assets(),
    }
    return {f"{_FOLDER}/{name}": content for name, content in files.items()}


def _pages(known: Answer, tables: tuple[Download, ...]) -> Iterator[Page]:
    yield summary(known)
    yield sheet(known)
    yield from criteria(known)
    yield from organisations(known)
    yield dynamics(known)
    yield from exhibits(known)
    yield advice(known)
    yield chain(known)
    yield method(known)
    yield contents(known, tables)


def _menu(known: Answer) -> Iterator[Link]:
    """Sections of the site, in the order in which people look for them."""
    yield Link("Сводка", "index.html")
    yield Link("Форма", "form.html")
    yield Link("Критерии", "criteria/index.html")
    yield Link("Организации", "organisations/index.html")
    yield Link("Динамика", "dynamics.html")
    if known.exhibits:
        yield Link("Анализы", "analyses/index.html")
    yield Link("Рекомендации", "recommendations.html")
    yield Link("Прослеживаемость", "traceability.html")
    yield Link("Методика", "method.html")
    yield Link("Данные", "data.html")
