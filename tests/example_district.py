"""The example district with the plugins it rests on, and no other that happens to be installed."""

from __future__ import annotations

from pathlib import Path

import pluggy
import pytest

from profdev_indicators import demo, load, monitor, plugin_manager
from profdev_indicators.results import Monitoring

_REASON = "plugin not installed: the example extends it"


def plugins() -> pluggy.PluginManager:
    """The stock plugins, the form, Chegem's rules and advice, statistics, documents; or the test is skipped."""
    return plugin_manager(
        pytest.importorskip("profdev_kbr", reason=_REASON),
        pytest.importorskip("profdev_chegem", reason=_REASON),
        pytest.importorskip("profdev_statistics", reason=_REASON),
        pytest.importorskip("profdev_reports", reason=_REASON),
        discover=False,
    )


def written(folder: Path) -> demo.Demo:
    """The example on the disk; without the plugins, which it needs to make its cards, the test is skipped."""
    plugins()
    return demo.write(folder)


def card_of(example: demo.Demo, year: int, unit: str) -> Path:
    """The card of an organisation under the name it was made with."""
    [path] = (example.data / str(year) / "cards").glob(f"{unit} *.xlsx")
    return path


def monitored(example: demo.Demo, period: str) -> Monitoring:
    """The example, loaded and computed."""
    manager = plugins()
    return monitor(load(example.config, manager), period=period, data=example.data, plugins=manager)
