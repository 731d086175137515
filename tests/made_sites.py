"""Sites made of answers, each once for all tests: one made by hand, and the example with all its analyses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import example_district
import monitorings
from profdev_indicators import load, monitor
from profdev_indicators.facade import analyse
from profdev_indicators.results import Monitoring
from profdev_reports.kinds import Site
from profdev_reports.site import render

Files = Mapping[str, bytes]


@cache
def lively() -> Monitoring:
    """Three schools, two periods, every absence, a fall, a hostile name."""
    return monitorings.lively()


@cache
def lively_site() -> Files:
    """The site of it."""
    return render(Site(), lively())


@cache
def example() -> Monitoring:
    """The example: four years, analyses included."""
    with TemporaryDirectory() as folder:
        written = example_district.written(Path(folder) / "example")
        manager = example_district.plugins()
        answered = monitor(load(written.config, manager), period="2022", data=written.data, plugins=manager)
        return analyse(answered, data=written.data)


@cache
def example_site() -> Files:
    """The site of it."""
    return render(Site(), example())


def written(files: Files, folder: Path) -> Path:
    """A site as a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder / "site"
