"""A site on loopback with the pages of real schools, and a clock on which nobody waits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field, frozen
from hypothesis import HealthCheck, settings

from profdev_sites.asking import Limits
from profdev_sites.evidence import Evidence, Sighting
from profdev_sites.revisit import Listed, revisit
from profdev_sites.visiting import Visitor

# The same as in tests/conftest.py: this folder may be run without that one.
settings.register_profile("default", deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("slow", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

START = datetime(2022, 6, 15, 9, 0, tzinfo=UTC)
CONTACT = "imo@district.example"


@define
class FakeClock:
    """Time which passes only when somebody sleeps."""

    slept: float = 0.0
    lock: threading.Lock = field(factory=threading.Lock)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.slept)

    def seconds(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.slept += seconds


@frozen(kw_only=True)
class Answer:
    """What the site says to one request."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict)
    pieces: tuple[tuple[float, bytes], ...] = ()  # instead of a body: seconds to wait, then what to send


@frozen(kw_only=True)
class Asked:
    """One request the site saw."""

    path: str
    host: str
    headers: Mapping[str, str]
    at: float  # by the clock of the test


@define
class Site:
    """A site whose pages are set by a test: an answer, or a function of the headers."""

    clock: FakeClock
    port: int = 0
    pages: dict[str, Answer | Callable[[Mapping[str, str]], Answer]] = field(factory=dict)
    asked: list[Asked] = field(factory=list)
    now: dict[str, int] = field(factory=dict)  # requests being answered, by host
    most: dict[str, int] = field(factory=dict)  # at most so many at once
    lock: threading.Lock = field(factory=threading.Lock)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def html(self, path: str, text: str, *, encoding: str = "utf-8", kind: str = "text/html") -> str:
        """Put a page up; its address."""
        self.pages[path] = Answer(body=text.encode(encoding), headers={"Content-Type": kind})
        return self.url(path)

    def put(self, path: str, **answer: Any) -> str:
        """Put any answer up; its address."""
        self.pages[path] = Answer(**answer)
        return self.url(path)

    @property
    def paths(self) -> list[str]:
        """What was asked for, without robots.txt."""
        return [asked.path for asked in self.asked if asked.path != "/robots.txt"]

    @contextmanager
    def answering(self, host: str) -> Iterator[None]:
        with self.lock:
            self.now[host] = self.now.get(host, 0) + 1
            self.most[host] = max(self.most.get(host, 0), self.now[host])
        try:
            yield
        finally:
            with self.lock:
                self.now[host] -= 1


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def site(clock: FakeClock) -> Iterator[Site]:
    served = Site(clock)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = (self.headers["Host"] or "").rpartition(":")[0]
            with served.answering(host):
                headers = {name.lower(): text for name, text in self.headers.items()}
                served.asked.append(Asked(path=self.path, host=host, headers=headers, at=clock.seconds()))
                page = served.pages.get(self.path, Answer(status=404))
                answer = page if isinstance(page, Answer) else page(headers)
                gone.wait(0.002)  # who comes meanwhile is seen to come together
            # Once it is being sent the visitor may be done with it, and ask anew, before we are.
            self._say(answer)

        def _say(self, answer: Answer) -> None:
            pieces = answer.pieces or ((0.0, answer.body),)
            self.send_response(answer.status)
            given = {name.lower() for name in answer.headers}
            for name, text in answer.headers.items():
                self.send_header(name, text)
            if not answer.pieces and "content-length" not in given:
                self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            try:
                for wait, piece in pieces:
                    gone.wait(wait)
                    self.wfile.write(piece)
                    self.wfile.flush()
            except OSError:
                return  # the visitor hung up, as it should

        def log_message(self, *_: Any) -> None:
            pass

    gone = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    served.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield served
    gone.set()
    server.shutdown()
    server.server_close()
    thread.join()


Round = Callable[..., Evidence]


@pytest.fixture
def visit(clock: FakeClock, tmp_path: Path) -> Round:
    """A round over addresses, as the district's office would make it."""

    def go(*urls: str, folder: Path | None = None, limits: Limits | None = None, **more: Any) -> Evidence:
        own = {name: more.pop(name) for name in ("private", "context") if name in more}
        visitor = Visitor(contact=CONTACT, clock=clock, limits=limits or Limits(), **{"private": True, **own})
        pages = more.pop("pages", None) or [Listed(url=url, units=("Школа",)) for url in urls]
        return revisit(pages, folder or tmp_path / "evidence", visitor, **more)

    return go


@pytest.fixture
def look_at(visit: Round) -> Callable[..., Sighting]:
    """One page."""

    def go(url: str, **more: Any) -> Sighting:
        (page,) = visit(url, **more).pages
        return page

    return go
