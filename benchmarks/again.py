"""What `monitor()` counts again when sums are kept: nothing, one file of a hundred, one criterion more."""

from __future__ import annotations

import shutil
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
import yaml
from attrs import evolve
from counting import Work
from criteria import POPULATIONS
from register import COLUMNS, Size, change, tree, write, years

from profdev_indicators import load, monitor, plugin_manager
from profdev_indicators.engine.counting import Progress

SIZE = Size(organisations=4_000, periods=100)
CRITERIA = 19
SETTLED = 2.5  # seconds: a file changed less than two seconds ago is hashed again, and the next time too


def measure(rounds: int, folder: Path, size: Size = SIZE) -> dict[str, Any]:
    """Seconds of counting, and of all of `monitor()`: the median of the rounds."""
    data = folder / f"again-{size.rows}"
    files = write(data, size)
    work = Work(files=tuple(files), size=size, count=CRITERIA)
    taken: dict[str, list[tuple[float, float]]] = {}
    for _ in range(rounds):
        with TemporaryDirectory(dir=folder) as place:
            cache = Path(place) / "cache"
            _run(evolve(work, count=CRITERIA - 1), data, Path(place) / "less")
            for name, asked, kept in (
                ("nothing kept", work, cache),
                ("nothing changed", work, cache),
                ("one changed", work, cache),
                ("one criterion more", work, Path(place) / "less"),
            ):
                if name == "one changed":
                    change(files[size.periods // 2])
                time.sleep(SETTLED)
                taken.setdefault(name, []).append(_run(asked, data, kept))
            shutil.rmtree(cache)
    counting = {name: round(statistics.median(one for one, _ in each), 4) for name, each in taken.items()}
    whole = {name: round(statistics.median(all_of_it for _, all_of_it in each), 3) for name, each in taken.items()}
    return {"rows": size.rows, "parts": size.periods, "rounds": rounds, **counting, "whole": whole}


def _run(work: Work, data: Path, cache: Path) -> tuple[float, float]:
    """Seconds from the first part asked for to the last one there, and of everything."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "district.yaml"
        file.write_text(yaml.safe_dump(_question(work), allow_unicode=True, sort_keys=False), encoding="utf-8")
        district = load(file, plugin_manager(discover=False))
    spent: dict[str, float] = {}

    def note(progress: Progress) -> None:
        spent[progress.source] = progress.seconds

    span = years(work.size)
    started = time.perf_counter()
    monitor(
        district,
        period=f"{span[0]}..{span[-1]}",
        data=data,
        frames={"units": _units(work)},
        cache=cache,
        on_progress=note,
        plugins=plugin_manager(discover=False),
    )
    return sum(spent.values()), time.perf_counter() - started


def _units(work: Work) -> pl.DataFrame:
    places = tree(work.size)
    kinds = {"unit": ("school", "municipality"), "municipality": ("municipality", "region"), "region": ("region", None)}
    text = pl.String
    frames = [
        places.select(
            pl.col(level).cast(text).alias("id"),
            pl.format("Организация {}", level).alias("name"),
            pl.lit(kind).alias("kind"),
            (pl.col(above).cast(text) if above else pl.lit("country", text)).alias("parent"),
        ).unique(maintain_order=True)
        for level, (kind, above) in kinds.items()
    ]
    country = pl.DataFrame({"id": ["country"], "name": ["Страна"], "kind": ["country"], "parent": [None]})
    return pl.concat([*frames, country.cast({"parent": text})])


def _question(work: Work) -> Mapping[str, Any]:
    items = {name: {"where": told.sql} if told.texts else {} for name, told in POPULATIONS.items()}
    items |= {asked.name: {"where": asked.text} for asked in work.criteria}
    kinds = {"school": "школа", "municipality": "муниципалитет", "region": "регион", "country": "страна"}
    return {
        "id": "country",
        "title": "Страна (вымышленная)",
        "calendar": "year",
        "kinds": kinds,
        "units": {"frame": {}},
        "populations": [{"id": name, "title": name, "items": [name]} for name in POPULATIONS],
        "sources": [
            {
                "id": "register",
                "title": "Реестр (вымышлен)",
                "asked_of": ["school"],
                "reader": {"parquet": {"location": "{period}.parquet"}},
                "records": {
                    "unit": "unit",
                    "columns": {name: COLUMNS[name] for name in work.columns},
                    "items": items,
                    "breakdowns": ["subject", "age_band"],
                },
            }
        ],
        "sections": [
            {
                "id": "people",
                "title": "Люди",
                "indicators": [
                    {
                        "id": f"1.{number}",
                        "title": asked.text,
                        "source": "register",
                        "measure": {"share": {"counted": asked.name, "population": asked.population}},
                        "silence": "excluded",
                        "missing": "strict",
                    }
                    for number, asked in enumerate(work.criteria, 1)
                ],
            }
        ],
    }
