"""What all tests share: how often properties are tried, and skips that must not pass unnoticed."""

from __future__ import annotations

import os
from importlib.metadata import entry_points

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("default", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("slow", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_PLUGINS = ("kbr", "chegem", "reports", "sites", "statistics")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "plugins(*names): needs these plugin packages; left out where they are absent")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    installed = {point.name for point in entry_points(group="profdev_indicators")}
    for item in items:
        marker = item.get_closest_marker("plugins")
        absent = set(marker.args or _PLUGINS) - installed if marker else set()
        if absent:
            item.add_marker(pytest.mark.skip(reason=f"plugin not installed: {', '.join(sorted(absent))}"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """In CI a skip nobody expected is a failure."""
    if not os.environ.get("CI"):
        return
    expected = "plugin not installed" if os.environ.get("PROFDEV_WITHOUT_PLUGINS") else None
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if expected is None or expected not in reason:
            terminalreporter.write_line(f"unexpected skip in CI: {report.nodeid}: {reason}", red=True)
            terminalreporter._session.exitstatus = pytest.ExitCode.TESTS_FAILED
