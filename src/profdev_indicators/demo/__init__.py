"""The invented example district: four years of files in which the situations of real monitoring are hidden."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files as resources
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import frozen

from profdev_indicators.demo.answers import YEARS, truth
from profdev_indicators.demo.cards import Blanks, blanks, decisions, year_of_cards
from profdev_indicators.demo.files import register, roster, year_of_register, year_of_tables
from profdev_indicators.demo.organisations import organisations
from profdev_indicators.engine.accepted import written
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import load
from profdev_indicators.model import ACCEPTED, Renderer
from profdev_indicators.plugins import configs, kinds, plugin_manager

__all__ = ["Demo", "write"]

_WRITTEN = datetime(2022, 12, 20, 9, tzinfo=UTC).timestamp()
_BY_CARDS = (2021, 2022)  # before, the cards came as one table
# What the district names, configurations and reports, and the packages which bring it.
_PACKAGES = {
    "kbr": "profdev-kbr",
    "chegem-dynamics": "profdev-chegem",
    "chegem-advice": "profdev-chegem",
    "letters": "profdev-reports",
}
_TEXTS = {
    "district.yaml": "district.yaml",
    "register.yaml": "register.yaml",
    "README.md": "data/README.md",
    "register.md": "data/register/README.md",
}


@frozen(kw_only=True)
class Demo:
    """What was written and how to run it."""

    config: Path  # the configuration of the district
    register: Path  # another one, which counts the criteria about people in the register of teachers
    data: Path  # the folder of answers
    readme: Path  # what is hidden in them, in Russian
    periods: tuple[str, ...]  # in order; the last one is the one to report on


def write(folder: Path) -> Demo:
    """Write the district, its roster and its answers under ``folder``; the same bytes and dates every time.

    Raises:
        RequestError: the extra ``xlsx`` or a package with what the district extends is not installed; nothing was
            written.
        OSError: the folder cannot be written to.
    """
    _need_packages()
    with TemporaryDirectory(prefix="profdev-demo-") as scratch:
        content = _content(Path(scratch))
    _write(content, folder)
    return Demo(
        config=folder / "district.yaml",
        register=folder / "register.yaml",
        data=folder / "data",
        readme=folder / "data" / "README.md",
        periods=tuple(map(str, YEARS)),
    )


def _need_packages() -> None:
    plugins = plugin_manager()
    known = {*configs(plugins), *kinds(plugins)[Renderer]}
    absent = dict.fromkeys(package for name, package in _PACKAGES.items() if name not in known)
    if absent:
        names = " ".join(absent)
        raise RequestError(f"район примера опирается на пакеты, которых здесь нет: pip install {names}")


def _content(scratch: Path) -> dict[str, bytes]:
    """Everything by path; what blanks are made of lies in ``scratch`` as well."""
    units = organisations()
    told = {unit.id: truth(unit) for unit in units}
    heard = {year: [(unit, told[unit.id][year]) for unit in units if year in told[unit.id]] for year in YEARS}
    content = {path: (resources(__name__) / name).read_bytes() for name, path in _TEXTS.items()}
    content["data/units.csv"] = roster(units)
    content["data/decisions.csv"] = register()
    for year in YEARS:
        content |= _in_data(year_of_tables(year, heard[year]))
        content |= _in_data(year_of_register(year, heard[year]))
    _write(content, scratch)
    district = load(scratch / "district.yaml")
    sent: Blanks = {}
    for year in _BY_CARDS:
        older, sent = sent, blanks(district, year, scratch / "data")
        back = _in_data(year_of_cards(year, heard[year], sent, older))
        decided = tuple(decisions(year, heard[year], sent))
        if decided:
            back[f"data/{ACCEPTED}"] = written(decided)
        _write(back, scratch)
        content |= back
    return content


def _in_data(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"data/{path}": file for path, file in files.items()}


def _write(content: Mapping[str, bytes], folder: Path) -> None:
    for path, file in content.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file)
        # Reports name the age of their newest source: an example written today must print what one written then did.
        os.utime(target, (_WRITTEN, _WRITTEN))
