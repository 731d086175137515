"""What a configuration sets up wrongly in the documents it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

from attrs import evolve

from profdev_indicators.codes import is_inn
from profdev_indicators.errors import Problem, RequestError
from profdev_indicators.model import District
from profdev_reports.kinds import Form, Letters, Note, OpenData, Order


def of_district(district: District) -> Iterator[Problem]:
    """Objections to the settings of documents, with their places in the configuration."""
    for number, report in enumerate(district.reports):
        place = f"reports[{number}].{type(report).__name__.lower()}"
        match report:
            case OpenData():
                yield from (evolve(problem, path=f"{place}.{problem.path}") for problem in of_open_data(report))
            case (
                Form(template=str(name))
                | Note(template=str(name))
                | Letters(template=str(name))
                | Order(template=str(name))
            ):
                yield from _of_template(district, name, f"{place}.template")


def _of_template(district: District, name: str, path: str) -> Iterator[Problem]:
    try:
        # Reading Word brings a library: only whoever has a template of its own waits for it.
        import_module("profdev_reports.docx.templates").own(district.file, name)
    except RequestError as error:
        yield Problem(path=path, message=str(error))


def of_open_data(kind: OpenData) -> Iterator[Problem]:
    """What cannot stand in a passport; ``path`` is the key."""
    if kind.inn and not is_inn(kind.inn):
        yield Problem(
            path="inn",
            message=f"«{kind.inn}» — не ИНН",
            hint="10 или 12 цифр, в кавычках; последние — контрольные",
        )
    if kind.url and not kind.url.startswith(("https://", "http://")):
        yield Problem(path="url", message=f"«{kind.url}» — не адрес", hint="начните с https://")
