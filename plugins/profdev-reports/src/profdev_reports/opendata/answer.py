"""The set for programs: definitions, grounds, states and unrounded values in one JSON file with a schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from typing import Any

import attrs
import polars as pl

from profdev_indicators.model import Basis, Derived, District, Indicator, Measure, Population
from profdev_indicators.results import Monitoring
from profdev_indicators.views import units as unit_views
from profdev_indicators.views.jsonable import plain
from profdev_reports.opendata.edition import INTERNAL, JSON_SCHEMA, NOT_TOLD, Edition
from profdev_reports.opendata.table import STATES

SCHEMA = files(__package__).joinpath(JSON_SCHEMA)
"""The schema every ``opendata.json`` obeys."""

_FORMAT = 1  # grows when a key changes its meaning or goes
_CELL = {"unit_code": "unit", "criterion_code": "indicator"}  # names of the table which are shorter here
_CELLS = (
    "unit_code",
    "period",
    "criterion_code",
    "reading",
    "breakdown",
    "category",
    "numerator",
    "denominator",
    "value",
    "state",
    "expected",
    "reported",
    "evidenced",
    "previous_period",
    "change",
    "definition",
)


def answer(edition: Edition, table: pl.DataFrame) -> bytes:
    """``opendata.json``: UTF-8, rows of a list on a line each."""
    told = {name: plain(part) for name, part in _parts(edition, table)}
    lines = ",\n".join(f"{json.dumps(name)}: {_written(part)}" for name, part in told.items())
    return f"{{\n{lines}\n}}\n".encode(errors="replace")


def _parts(edition: Edition, table: pl.DataFrame) -> Iterator[tuple[str, Any]]:
    monitoring, kind = edition.monitoring, edition.kind
    district = monitoring.district
    yield "$schema", JSON_SCHEMA
    yield "format", _FORMAT
    yield "identifier", None if edition.identifier == NOT_TOLD else edition.identifier
    yield "title", edition.title
    yield "profile", monitoring.profile
    yield "warning", INTERNAL if edition.is_internal else None
    yield "provisional", monitoring.provisional
    yield "modified", edition.modified
    yield "valid", edition.valid
    yield "licence", kind.licence
    yield "publisher", {"name": edition.owner, "role": kind.responsible, "phone": kind.phone, "email": kind.email}
    yield "provenance", _provenance(monitoring)
    yield "municipality", {"id": district.id, "title": str(district.title), "oktmo": district.oktmo}
    yield "periods", [{"id": str(p), "title": p.title, "start": p.start, "end": p.end} for p in monitoring.periods]
    yield "states", [{"id": id_, "title": words, "meaning": meaning} for id_, (words, meaning) in STATES.items()]
    yield "acts", [{"id": act.id, "title": act.title, "date": act.date, "url": act.url} for act in district.acts]
    yield "items", [{"id": i.id, "title": i.title, "type": i.type} for i in district.items.values()]
    yield "populations", [attrs.asdict(population) for population in district.populations]
    yield "indicators", [_indicator(each, monitoring) for each in district.indicators]
    yield "units", list(_units(monitoring))
    yield "values", table.select(_CELLS).rename(_CELL).to_dicts()


def _provenance(monitoring: Monitoring) -> Mapping[str, Any]:
    made = monitoring.provenance
    return {
        "program": f"profdev-indicators {made.version}",
        "plugins": [f"{name} {version}" for name, version in made.plugins if version],
        "configuration": made.config,
        # Of a file of which all but a few numbers are known, a hash tells those numbers.
        "sources": dict(made.sources) if monitoring.profile == "internal" else {},
        "newest": made.newest,
        "periods_read": made.periods,
    }


def _indicator(indicator: Indicator, monitoring: Monitoring) -> Mapping[str, Any]:
    section = monitoring.section(indicator.id)
    return {
        "id": indicator.id,
        "title": indicator.title,
        "section": {"id": section.id, "number": section.number, "title": section.title},
        "unit": indicator.unit,
        "better": indicator.better,
        "source": indicator.source and indicator.source.title,
        "measure": _measure(indicator.measure, monitoring.district),
        "silence": indicator.silence,
        "missing": indicator.missing,
        "reading": indicator.reading,
        "alternatives": [
            {"id": a.id, "reading": a.reading, "measure": a.measure and _measure(a.measure, monitoring.district)}
            for a in indicator.alternatives
        ],
        "revisions": [
            {"since": r.since, "note": r.note, "measure": r.measure and _measure(r.measure, monitoring.district)}
            for r in indicator.revisions
        ],
        "targets": [{"since": t.since, "at": t.at, "basis": t.basis} for t in indicator.target],
        "basis": _basis(indicator.basis),
    }


def _basis(basis: Basis | None) -> Mapping[str, Any] | None:
    return None if basis is None else {"act": basis.act, "place": basis.place, "note": basis.note}


def _measure(measure: Measure | Derived, district: District) -> Mapping[str, Any]:
    """The kind of a formula and its keys as the configuration names them; populations by their ids."""
    known, kind = {population.id for population in district.populations}, type(measure)
    names = [field.name for field in attrs.fields(kind)] if attrs.has(kind) else []
    return {"kind": kind.__name__, **{name: _named(getattr(measure, name), known) for name in names}}


def _named(given: object, populations: set[str]) -> object:
    """What JSON can hold: names, numbers and lists of them; anything else by what it is."""
    match given:
        case Population() if given.id in populations:
            return given.id
        case Population():
            return list(given.items)
        case None | bool() | int() | float() | str() | date():
            return given
        case Mapping():
            return {str(name): _named(value, populations) for name, value in given.items()}
        case Sequence():
            return [_named(each, populations) for each in given]
        case _:
            return type(given).__name__


def _units(monitoring: Monitoring) -> Iterator[Mapping[str, Any]]:
    """Units as they were in each period asked; the parent is the unit directly above."""
    places = {unit: place for place, unit in enumerate(unit_views.in_order(monitoring))}
    rows = (
        monitoring.values.unique(["unit", "period"], maintain_order=True)
        .join(monitoring.tree, on=["unit", "period"], how="left", maintain_order="left")
        .select("period", "unit", name="unit_name", kind="unit_kind", level="level", parent="parent")
        .rows(named=True)
    )
    kinds = monitoring.district.kinds
    for row in sorted(rows, key=lambda row: (row["period"], places.get(row["unit"], len(places)))):
        yield {"id": row.pop("unit"), **row, "kind_title": kinds.get(row["kind"], row["kind"])}


def _written(part: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    if isinstance(part, list) and part:
        return "[\n" + ",\n".join(map(_dumped, part)) + "\n]"
    return _dumped(part)


def _dumped(part: Any) -> str:  # noqa: ANN401 - the same
    return json.dumps(part, ensure_ascii=False, allow_nan=False)
