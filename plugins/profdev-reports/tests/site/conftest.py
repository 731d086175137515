"""Sites made of answers: the lively one of the core's tests, and the example with all its analyses."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import example_district
import monitorings
import pytest

from profdev_indicators import load, monitor
from profdev_indicators.facade import analyse
from profdev_indicators.results import Monitoring
from profdev_reports.kinds import Site
from profdev_reports.site import render

Files = Mapping[str, bytes]


@pytest.fixture(scope="session")
def lively() -> Monitoring:
    """Three schools, two periods, every absence, a fall, a hostile name."""
    return monitorings.lively()


@pytest.fixture(scope="session")
def site(lively: Monitoring) -> Files:
    """The site of it."""
    return render(Site(), lively)


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    """The example: four years, analyses included."""
    written = example_district.written(tmp_path_factory.mktemp("example"))
    manager = example_district.plugins()
    answered = monitor(load(written.config, manager), period="2022", data=written.data, plugins=manager)
    return analyse(answered, data=written.data)


@pytest.fixture(scope="session")
def example_site(example: Monitoring) -> Files:
    """The site of it."""
    return render(Site(), example)


@pytest.fixture(scope="session")
def on_disk(site: Files, example_site: Files, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Both sites as folders."""
    folders = {}
    for name, files in (("lively", site), ("example", example_site)):
        folder = tmp_path_factory.mktemp(name)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        folders[name] = folder / "site"
    return folders
