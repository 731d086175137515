"""Time as the collector sees it; tests put a clock of their own in its place."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import Protocol

from attrs import field, frozen

from profdev_sites.errors import StoppedError


class Clock(Protocol):
    """What o'clock it is, and waiting."""

    def now(self) -> datetime:
        """The moment, in UTC."""
        ...

    def seconds(self) -> float:
        """Seconds that only grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait.

        Raises:
            StoppedError: it is not worth waiting any more.
        """
        ...


@frozen(kw_only=True)
class SystemClock:
    """The clock of the machine; ``stop`` wakes whoever sleeps."""

    stop: threading.Event = field(factory=threading.Event)

    def now(self) -> datetime:
        """The moment, in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Seconds that only grow."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait, unless stopped."""
        if self.stop.wait(seconds):
            raise StoppedError
