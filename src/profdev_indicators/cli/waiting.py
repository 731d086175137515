"""A sign of life on stderr for whoever waits longer than two seconds at a terminal."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 2.0  # seconds


@contextmanager
def waiting(what: str | Callable[[], str]) -> Iterator[None]:
    """Say what is going on, and for how many seconds, until it is over; nothing where stderr is not a terminal.

    ``what``: the words, or what gives them each second anew.
    """
    if not sys.stderr.isatty():
        yield
        return
    over = threading.Event()
    clock = threading.Thread(target=_tick, args=(what, over), daemon=True)
    clock.start()
    try:
        yield
    finally:
        over.set()
        clock.join()


def _tick(what: str | Callable[[], str], over: threading.Event) -> None:
    start, said = time.monotonic(), ""
    over.wait(PATIENCE)
    while not over.is_set():
        words = what if isinstance(what, str) else what()
        said = f"{words}… {time.monotonic() - start:.0f} с".ljust(len(said))
        sys.stderr.write(f"\r{said}")
        sys.stderr.flush()
        over.wait(1.0)
    if said:
        sys.stderr.write(f"\r{' ' * len(said)}\r")
        sys.stderr.flush()
