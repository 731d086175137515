"""The invented example district: four years of files in which the situations of real monitoring are hidden."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from importlib.resources import files as resources
from pathlib import Path

from attrs import frozen

from profdev_indicators.demo.answers import YEARS, truth
from profdev_indicators.demo.files import roster, year_of_files
from profdev_indicators.demo.organisations import organisations

__all__ = ["Demo", "write"]

_WRITTEN = datetime(2022, 12, 20, 9, tzinfo=UTC).timestamp()
_TEXTS = {"district.yaml": "district.yaml", "README.md": "data/README.md"}


@frozen(kw_only=True)
class Demo:
    """What was written and how to run it."""

    config: Path  # the configuration of the district
    data: Path  # the folder of answers
    readme: Path  # what is hidden in them, in Russian
    periods: tuple[str, ...]  # in order; the last one is the one to report on


def write(folder: Path) -> Demo:
    """Write the district, its roster and its answers under ``folder``; the same bytes and dates every time.

    Raises:
        RequestError: the extra ``xlsx`` is not installed; nothing was written.
        OSError: the folder cannot be written to.
    """
    for path, content in _content().items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        # Reports name the age of their newest source: an example written today must print what one written then did.
        os.utime(target, (_WRITTEN, _WRITTEN))
    return Demo(
        config=folder / "district.yaml",
        data=folder / "data",
        readme=folder / "data" / "README.md",
        periods=tuple(map(str, YEARS)),
    )


def _content() -> dict[str, bytes]:
    units = organisations()
    told = {unit.id: truth(unit) for unit in units}
    content = {path: (resources(__name__) / name).read_bytes() for name, path in _TEXTS.items()}
    content["data/units.csv"] = roster(units)
    for year in YEARS:
        heard = tuple((unit, told[unit.id][year]) for unit in units if year in told[unit.id])
        content |= {f"data/{path}": file for path, file in year_of_files(year, heard).items()}
    return content
