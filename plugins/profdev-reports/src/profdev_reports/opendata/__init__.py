"""Open data as the Russian recommendations ask: a flat table, its structure, its passport; and JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.errors import RequestError
from profdev_indicators.results import Monitoring
from profdev_reports.kinds import OpenData
from profdev_reports.objections import of_open_data
from profdev_reports.opendata.answer import SCHEMA, answer
from profdev_reports.opendata.edition import FOLDER, JSON, JSON_SCHEMA, Edition
from profdev_reports.opendata.passport import passport, readme, register
from profdev_reports.opendata.separated import separated
from profdev_reports.opendata.table import FIELDS, table


def render(kind: OpenData, monitoring: Monitoring) -> Mapping[str, bytes]:
    """The files of one edition of the set, by name; the same answer gives the same bytes.

    Raises:
        RequestError: what is set up cannot stand in a passport: a wrong ИНН, an address that is no address.
    """
    wrong = [f"opendata.{problem}" for problem in of_open_data(kind)]
    if wrong:
        raise RequestError("; ".join(wrong))
    edition = Edition(kind=kind, monitoring=monitoring)
    rows = table(monitoring)
    structure = (("field name", "english description", "russian description", "format"), *(f.row for f in FIELDS))
    files = {
        edition.data_name: separated([rows.columns, *rows.iter_rows()]),
        edition.structure_name: separated(structure),
        "meta.csv": separated((("property", "value"), *passport(edition))),
        "list.csv": separated(register(edition)),
        JSON: answer(edition, rows),
        JSON_SCHEMA: SCHEMA.read_bytes(),
        "readme.txt": readme(edition),
    }
    return {f"{FOLDER}/{name}": content for name, content in files.items()}
