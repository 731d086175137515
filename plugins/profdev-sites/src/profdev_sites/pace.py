"""One connection to a host at a time, and a pause after each."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime

from attrs import define, field

from profdev_sites.clock import Clock

PAUSE = 1.0  # seconds between two requests to a host, at least


@define
class _Host:
    lock: threading.Lock = field(factory=threading.Lock)
    free_at: float = 0.0  # by the clock's seconds; guarded by the lock
    pause: float = PAUSE


@define(kw_only=True)
class Pace:
    """Who may ask which host, and when."""

    clock: Clock
    _hosts: dict[str, _Host] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Wait until the host may be asked, and hold it until it has answered."""
        mine = self._host(host)
        with mine.lock:
            wait = mine.free_at - self.clock.seconds()
            if wait > 0:
                self.clock.sleep(wait)
            try:
                yield
            finally:
                mine.free_at = max(mine.free_at, self.clock.seconds() + mine.pause)

    def slow_down(self, host: str, pause: float) -> None:
        """Keep at least this pause from now on: the host asks for it in robots.txt."""
        mine = self._host(host)
        with mine.lock:
            mine.free_at += max(0.0, pause - mine.pause)
            mine.pause = max(mine.pause, pause)

    def put_off(self, host: str, seconds: float) -> None:
        """Ask nothing of the host for so long."""
        mine = self._host(host)
        with mine.lock:
            mine.free_at = max(mine.free_at, self.clock.seconds() + seconds)

    def _host(self, host: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(host, _Host())


def retry_after(text: str, clock: Clock) -> float | None:
    """The seconds a site asks to wait, given as a number or a date; None: it asks for nothing readable."""
    text = text.strip()
    if text.isdecimal() and text.isascii():
        return float(text[:9])  # a longer number is no less than eternity
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max(0.0, (when - clock.now()).total_seconds())
