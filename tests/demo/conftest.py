"""The example district, written once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from example_district import written
from profdev_indicators import demo


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> demo.Demo:
    return written(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="session")
def here(example: demo.Demo) -> Path:
    return example.data
