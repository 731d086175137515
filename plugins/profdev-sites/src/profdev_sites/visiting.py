"""Opening a page as a well-mannered guest: robots.txt first, a pause between pages, «later» understood as later."""

from __future__ import annotations

import re
import ssl
import threading
from collections.abc import Mapping
from importlib.metadata import version

import httpx2
from attrs import define, field
from protego import Protego

from profdev_sites.addresses import address, origin
from profdev_sites.asking import Limits, Reply, ask
from profdev_sites.clock import Clock
from profdev_sites.errors import UnreachableError
from profdev_sites.pace import Pace, retry_after

TOKEN = "profdev-sites"  # noqa: S105 - the name by which robots.txt may call us
_ROBOTS_READ = 500 * 1024  # bytes, as RFC 9309 asks at least
_CONTACT = re.compile(r"[^@\s<>(),;:\"\\]+@[^@\s<>(),;:\"\\]+\.[^@\s<>(),;:\"\\]+|https?://[^\s<>()\"\\]+")
_ELSEWHERE = frozenset({301, 302, 303, 307, 308})
_LATER = frozenset({429, 503})
_SERVER_ERROR = 500
_CLIENT_ERROR = 400
_TOO_MANY = 429


def user_agent(contact: str) -> str:
    """How the program introduces itself, with whom to write to.

    Raises:
        ValueError: the contact is neither an e-mail nor the address of a page.
    """
    if not contact.isascii() or not _CONTACT.fullmatch(contact):
        raise ValueError(f"«{contact}» — не почта и не адрес страницы: --contact imo@chegem.example")
    return f"{TOKEN}/{version(TOKEN)} (+{contact if '://' in contact else f'mailto:{contact}'})"


@define(kw_only=True)
class Visitor:
    """Opens pages; remembers what robots.txt of each site says."""

    contact: str
    clock: Clock
    limits: Limits = field(factory=Limits)
    private: bool = False
    context: ssl.SSLContext = field(factory=ssl.create_default_context)
    pace: Pace = field(init=False)
    _robots: dict[str, Protego | UnreachableError] = field(factory=dict, init=False)
    _asking_robots: dict[str, threading.Lock] = field(factory=dict, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)
    _introduction: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pace = Pace(clock=self.clock)
        self._introduction = user_agent(self.contact)

    def open(self, url: httpx2.URL, conditions: Mapping[str, Mapping[str, str]]) -> Reply:
        """The page at the end of all redirects.

        Args:
            url: where to begin.
            conditions: by address, the headers under which the page need not be sent again.

        Raises:
            UnreachableError: with the reason; a status that is no success is one.
            StoppedError: somebody stopped the work.
        """
        here = url
        for _ in range(self.limits.redirects + 1):
            self._check_allowed(here)
            reply = self._ask(here, conditions.get(str(here), {}))
            if reply.status not in _ELSEWHERE or "location" not in reply.headers:
                return reply
            there = _decoded(reply.headers["location"])
            try:
                here = address(there, here)
            except UnreachableError as error:
                raise UnreachableError(f"переадресация на «{there[:100]}»: {error}", status=reply.status) from error
        raise UnreachableError(f"переадресаций больше {self.limits.redirects}: сайт водит по кругу")

    def _check_allowed(self, url: httpx2.URL) -> None:
        rules = self._rules(url)
        if not rules.can_fetch(str(url), TOKEN):
            raise UnreachableError("robots.txt сайта просит программы не открывать эту страницу: посмотрите её сами")
        delay = rules.crawl_delay(TOKEN) or 0.0
        if delay > self.limits.crawl_delay:
            raise UnreachableError(f"robots.txt сайта просит ждать {delay:g} с между страницами: посмотрите её сами")
        self.pace.slow_down(url.host, delay)

    def _rules(self, url: httpx2.URL) -> Protego:
        site = origin(url)
        with self._lock:
            mine = self._asking_robots.setdefault(site, threading.Lock())
        with mine:  # the second page of a site waits for the first to bring its rules
            if site not in self._robots:
                self._robots[site] = self._read_rules(httpx2.URL(f"{site}/robots.txt"))
            rules = self._robots[site]
        if isinstance(rules, UnreachableError):
            raise rules
        return rules

    def _read_rules(self, url: httpx2.URL) -> Protego | UnreachableError:
        """The rules; a site that has none allows everything, one that fails to tell them allows nothing."""
        here = url
        try:
            for _ in range(self.limits.redirects + 1):
                reply = self._ask(here, {}, cut_at=_ROBOTS_READ)
                if reply.status not in _ELSEWHERE or "location" not in reply.headers:
                    return _rules_in(reply)
                here = address(_decoded(reply.headers["location"]), here)
        except UnreachableError as error:
            return error
        return Protego.parse("")  # RFC 9309: a robots.txt behind too many redirects is none

    def _ask(self, url: httpx2.URL, conditions: Mapping[str, str], cut_at: int | None = None) -> Reply:
        """One answer; a site that asks to come later is asked later, if that is soon enough."""
        headers = {"User-Agent": self._introduction, "Accept": "text/html, */*;q=0.5", **conditions}
        if "@" in self.contact and "://" not in self.contact:
            headers["From"] = self.contact
        for attempt in range(1, self.limits.tries + 1):
            with self.pace.turn(url.host):
                reply = ask(
                    url,
                    headers=headers,
                    limits=self.limits,
                    private=self.private,
                    context=self.context,
                    cut_at=cut_at,
                )
            wait = retry_after(reply.headers.get("retry-after", ""), self.clock) if reply.status in _LATER else None
            if wait is None or attempt == self.limits.tries:
                break
            if wait > self.limits.retry_after:
                raise UnreachableError(f"сайт просит прийти через {wait:.0f} с: откройте позже", status=reply.status)
            self.pace.put_off(url.host, wait)
        return reply


def _rules_in(reply: Reply) -> Protego | UnreachableError:
    if reply.status >= _SERVER_ERROR or reply.status == _TOO_MANY:
        return UnreachableError(f"сайт не отдаёт robots.txt (код {reply.status}): страница не открывалась")
    if reply.status >= _CLIENT_ERROR:
        return Protego.parse("")
    return Protego.parse(reply.body.decode("utf-8", errors="replace"))


def _decoded(location: str) -> str:
    """A header as its author meant it: Russian sites put raw UTF-8 there."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return location
