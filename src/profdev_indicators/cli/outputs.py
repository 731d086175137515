"""What `profdev run` leaves behind: frames as files, reports, and the record of what they came from."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from attrs import frozen

from profdev_indicators.cli.staging import digest_of, digests, recorded
from profdev_indicators.errors import PluginError
from profdev_indicators.model import Renderer
from profdev_indicators.results import Monitoring
from profdev_indicators.views.tables import table_of

RECORD = "run.json"
PUBLISHED = "published.parquet"
"""VALUES of every period whose numbers a publication shows: the next one is to know what everybody knows."""


@frozen(kw_only=True)
class Outputs:
    """What a run leaves behind."""

    files: Mapping[str, bytes]  # all of them by name, the record included
    kept: Mapping[str, tuple[str, ...]]  # file → what people have written into it and what is still there, in Russian
    theirs: frozenset[str]  # files people have changed so that nothing can be brought in: to be left as they are


def outputs(
    monitoring: Monitoring,
    renderers: Mapping[str, Renderer],
    asked: Mapping[str, Any],
    *,
    folder: Path | None = None,
    on_report: Callable[[str], None] = lambda _: None,
) -> Outputs:
    """All files of a run; the same input gives the same bytes.

    A file that people have edited is made anew with their words in it. Where these cannot be told from ours, it stays,
    and the new one comes beside it under the name «… (новый)».

    Args:
        monitoring: the answer.
        renderers: reports by the name of their kind.
        asked: the words of the command, for the record.
        folder: where the files of an earlier run lie; None: nowhere.
        on_report: told the name of each report before it is made.

    Raises:
        PluginError: two reports want one name.
    """
    files: dict[str, bytes] = dict(_frames(monitoring))
    kept: dict[str, tuple[str, ...]] = {}
    theirs: set[str] = set()
    touched = _touched(folder) if folder else frozenset()
    for exhibit in monitoring.exhibits:
        name = f"{exhibit.id}.csv"
        if name in files:
            raise PluginError(f"анализ «{exhibit.id}»: файл «{name}» уже пишет сама программа")
        files[name] = table_of(exhibit.frame)
    for kind, renderer in renderers.items():
        on_report(kind)
        for name, fresh in renderer.render(monitoring).items():
            if name in files or name == RECORD:
                raise PluginError(f"отчёт {kind}: файл «{name}» уже пишет другой отчёт или сама программа")
            files[name] = fresh
            keep = getattr(renderer, "keep", None)
            if keep is None or folder is None or name not in touched:
                continue
            result = keep(name, (folder / name).read_bytes(), fresh)
            if result.content is None:
                theirs.add(name)
                files[_beside(name)] = fresh
            else:
                files[name] = result.content
            if result.texts:
                kept[name] = result.texts
    record = _record(monitoring, asked, files, sorted({*kept, *theirs}))
    return Outputs(files=files | {RECORD: record}, kept=kept, theirs=frozenset(theirs))


def written_by_hand(record: Path) -> tuple[str, ...]:
    """Files of an earlier run in which there are words of people: they stay, even if nobody makes them any more."""
    try:
        told = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return ()
    names = told.get("kept") if isinstance(told, dict) else None
    return tuple(map(str, names)) if isinstance(names, list) else ()


def _touched(folder: Path) -> frozenset[str]:
    """Files of an earlier run that people have changed, since it or before it."""
    earlier = recorded(folder / RECORD)
    changed = {name for name, digest in earlier.items() if digest_of(folder / name) not in {None, digest}}
    by_hand = {name for name in written_by_hand(folder / RECORD) if (folder / name).is_file()}
    return frozenset(changed | by_hand)


def _beside(name: str) -> str:
    stem, dot, suffix = name.rpartition(".")
    return f"{stem} (новый){dot}{suffix}"


def _frames(monitoring: Monitoring) -> Iterable[tuple[str, bytes]]:
    parquet = io.BytesIO()
    monitoring.values.write_parquet(parquet)
    yield "values.parquet", parquet.getvalue()
    yield "values.csv", table_of(monitoring.values)
    yield "findings.csv", table_of(monitoring.findings)
    yield "alarms.csv", table_of(monitoring.alarms)
    yield "recommendations.csv", table_of(monitoring.recommendations)
    if not monitoring.tallies.is_empty():
        asked = [str(period) for period in monitoring.periods]
        yield "tallies.csv", table_of(monitoring.tallies.filter(pl.col("period").is_in(asked)))
    if monitoring.profile == "internal":
        yield "defects.csv", table_of(monitoring.defects)
    else:
        known = io.BytesIO()
        monitoring.history.write_parquet(known)
        yield PUBLISHED, known.getvalue()


def _record(monitoring: Monitoring, asked: Mapping[str, Any], files: Mapping[str, bytes], kept: Sequence[str]) -> bytes:
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
        "kept": kept,
        "files": digests(files),
    }
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()
