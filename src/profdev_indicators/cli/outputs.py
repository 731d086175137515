"""What `profdev run` leaves behind: frames as files, reports, and the record of what they came from."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from profdev_indicators.cli.staging import digests
from profdev_indicators.errors import PluginError
from profdev_indicators.model import Renderer
from profdev_indicators.results import Monitoring

RECORD = "run.json"
_FORMULA = "^[=+\\-@\t\r\n＝＋－＠]"  # a spreadsheet computes a cell which begins so, whoever wrote it


def outputs(monitoring: Monitoring, renderers: Mapping[str, Renderer], asked: Mapping[str, Any]) -> Mapping[str, bytes]:
    """All files of a run by name; the same input gives the same bytes.

    Args:
        monitoring: the answer.
        renderers: reports by the name of their kind.
        asked: the words of the command, for the record.

    Raises:
        PluginError: two reports want one name.
    """
    files: dict[str, bytes] = dict(_frames(monitoring))
    for exhibit in monitoring.exhibits:
        name = f"{exhibit.id}.csv"
        if name in files:
            raise PluginError(f"анализ «{exhibit.id}»: файл «{name}» уже пишет сама программа")
        files[name] = table_of(exhibit.frame)
    for kind, renderer in renderers.items():
        for name, content in renderer.render(monitoring).items():
            if name in files or name == RECORD:
                raise PluginError(f"отчёт {kind}: файл «{name}» уже пишет другой отчёт или сама программа")
            files[name] = content
    return files | {RECORD: _record(monitoring, asked, files)}


def table_of(frame: pl.DataFrame) -> bytes:
    """For programs: comma, decimal point, UTF-8 without a mark; texts that look like formulas are quoted with «'»."""
    structs = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Struct)]
    flat = frame.with_columns(
        *(_json(pl.col(name), frame.schema[name]).alias(name) for name in structs),
        *(_harmless(pl.col(name)) for name, dtype in frame.schema.items() if dtype == pl.String),
    )
    return flat.write_csv(line_terminator="\n").encode()


def _frames(monitoring: Monitoring) -> Iterable[tuple[str, bytes]]:
    parquet = io.BytesIO()
    monitoring.values.write_parquet(parquet)
    yield "values.parquet", parquet.getvalue()
    yield "values.csv", table_of(monitoring.values)
    yield "findings.csv", table_of(monitoring.findings)
    yield "alarms.csv", table_of(monitoring.alarms)
    yield "recommendations.csv", table_of(monitoring.recommendations)
    yield "defects.csv", table_of(monitoring.defects)


def _json(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    empty = isinstance(dtype, pl.Struct) and not dtype.fields
    return pl.lit("{}") if empty else column.struct.json_encode()


def _harmless(column: pl.Expr) -> pl.Expr:
    return pl.when(column.str.contains(_FORMULA)).then("'" + column).otherwise(column).name.keep()


def _record(monitoring: Monitoring, asked: Mapping[str, Any], files: Mapping[str, bytes]) -> bytes:
    provenance = monitoring.provenance
    record = {
        "district": monitoring.district.id,
        **asked,
        "version": provenance.version,
        "python": provenance.python,
        "polars": provenance.polars,
        "plugins": [{"name": name, "version": version} for name, version in provenance.plugins],
        "config": provenance.config,
        "sources": dict(sorted(provenance.sources.items())),
        "newest_source": provenance.newest.isoformat() if provenance.newest else None,
        "periods_read": provenance.periods,
        "notices": [str(notice) for notice in monitoring.notices],
        "files": digests(files),
    }
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()
