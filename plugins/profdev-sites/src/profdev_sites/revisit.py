"""A round over the pages a protocol lists: hosts side by side, each host page by page, all of it kept as it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from hashlib import sha256
from itertools import chain
from pathlib import Path
from urllib.parse import urlsplit

from attrs import define, evolve, field, frozen

from profdev_sites.addresses import address, origin
from profdev_sites.asking import Reply
from profdev_sites.errors import StoppedError, UnreachableError
from profdev_sites.evidence import Evidence, Sighting, earlier, keep, moment
from profdev_sites.pages import look
from profdev_sites.visiting import Visitor

EMPLOYEES = "/sveden/employees"
_EMPLOYEES = "сведения о педагогических работниках"
_FOUND = range(200, 300)
_NOT_MODIFIED = 304
_REASONS: Mapping[int, str] = {
    401: "страница только для своих",
    403: "сайт не пускает",
    404: "такой страницы на сайте нет: найдите новый адрес",
    410: "страницу убрали: найдите новый адрес",
    429: "сайт просит открывать реже",
    503: "сайт временно не работает",
}
_SERVER_ERROR = 500


@frozen(kw_only=True)
class Listed:
    """A page to open, and why."""

    url: str
    units: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()


def together(pages: Iterable[Listed]) -> tuple[Listed, ...]:
    """Each address once, with all the organisations and purposes it is listed for."""
    merged: dict[str, Listed] = {}
    for page in pages:
        known = merged.get(page.url)
        merged[page.url] = page if known is None else _joined(known, page)
    return tuple(merged.values())


def employees(pages: Iterable[Listed]) -> tuple[tuple[Listed, ...], tuple[str, ...]]:
    """The page of employees of every site; and the sites several organisations share, whose page it would be."""
    sites: dict[str, Listed] = {}
    for page in pages:
        try:
            site = origin(address(page.url))
        except UnreachableError:
            continue  # it will be told when the page itself is opened
        known = sites.get(site, page)
        sites[site] = Listed(url=site + EMPLOYEES, units=_each_once(known.units, page.units), looked=(_EMPLOYEES,))
    own = tuple(page for page in sites.values() if len(page.units) <= 1)
    return own, tuple(site for site, page in sites.items() if len(page.units) > 1)


def revisit(
    pages: Iterable[Listed],
    folder: Path,
    visitor: Visitor,
    *,
    hosts: int = 4,
    stop: threading.Event | None = None,
    told: Callable[[int, int], None] = lambda _done, _all: None,
) -> Evidence:
    """Open the pages and keep what was seen in ``folder``.

    A round that was interrupted goes on from what it has; a new one asks each page only for what changed.

    Args:
        pages: what to open; nothing else is, but robots.txt of their sites.
        folder: for the evidence; the earlier round is looked for there.
        visitor: the manners.
        hosts: how many sites at most are asked side by side.
        stop: set, nothing more is asked for.
        told: how many pages of how many are done.

    Raises:
        SourceError: the record of the earlier round cannot be understood.
        OSError: the evidence cannot be written.
    """
    wanted = together(pages)
    before = earlier(folder)
    unfinished = before if before is not None and not before.finished else None
    round_ = _Round(
        wanted=wanted,
        folder=folder,
        visitor=visitor,
        before={page.url: page for page in (before.pages if before else ())},
        resumed=unfinished is not None,
        begun=unfinished.begun if unfinished else moment(visitor.clock.now()),
        stop=stop or threading.Event(),
        told=told,
    )
    return round_.go(hosts)


@define(kw_only=True)
class _Round:
    wanted: tuple[Listed, ...]
    folder: Path
    visitor: Visitor
    before: Mapping[str, Sighting]
    begun: str
    resumed: bool
    stop: threading.Event
    told: Callable[[int, int], None]
    done: dict[str, Sighting] = field(factory=dict)
    lock: threading.Lock = field(factory=threading.Lock)

    def go(self, hosts: int) -> Evidence:
        for page in self.wanted:
            known = self.before.get(page.url)
            if self.resumed and known is not None and known.outcome == "opened" and known.seen >= self.begun:
                self.done[page.url] = known
        self.told(len(self.done), len(self.wanted))
        waiting = [page for page in self.wanted if page.url not in self.done]
        self._keep()
        with ThreadPoolExecutor(max_workers=hosts) as workers:
            rounds = [workers.submit(self._site, site) for site in _by_host(waiting)]
            try:
                for finished in as_completed(rounds):
                    finished.result()
            except BaseException:
                self.stop.set()
                for waiting_round in rounds:
                    waiting_round.cancel()
                raise
        return self._keep(finished="" if self.stop.is_set() else moment(self.visitor.clock.now()))

    def _site(self, pages: Sequence[Listed]) -> None:
        for page in pages:
            if self.stop.is_set():
                return
            try:
                seen = self._sighting(page)
            except StoppedError:
                return
            with self.lock:
                self.done[page.url] = seen
                self._keep()
                self.told(len(self.done), len(self.wanted))

    def _sighting(self, page: Listed) -> Sighting:
        known = self.before.get(page.url)
        answer: Reply | UnreachableError
        try:
            answer = self.visitor.open(address(page.url), _conditions(known))
        except UnreachableError as error:
            answer = error
        silent = Sighting(
            url=page.url,
            units=page.units,
            looked=page.looked,
            outcome="not_reported",
            seen=moment(self.visitor.clock.now()),
        )
        if isinstance(answer, UnreachableError):
            return evolve(silent, error=str(answer), status=answer.status)
        if answer.status == _NOT_MODIFIED and known is not None and known.outcome == "opened":
            return evolve(known, seen=silent.seen, status=answer.status, changed=False)
        if answer.status in _FOUND:
            return _seen(silent, answer, known)
        return evolve(silent, error=_reason(answer.status), status=answer.status, final_url=str(answer.url))

    def _keep(self, finished: str = "") -> Evidence:
        """What was seen in this round, and before it where this round has not come yet."""
        last = ((page, self.done.get(page.url) or self.before.get(page.url)) for page in self.wanted)
        pages = tuple(evolve(seen, units=page.units, looked=page.looked) for page, seen in last if seen is not None)
        evidence = Evidence(contact=self.visitor.contact, begun=self.begun, finished=finished, pages=pages)
        keep(evidence, self.folder)
        return evidence


def _seen(silent: Sighting, reply: Reply, known: Sighting | None) -> Sighting:
    kind = reply.headers.get("content-type", "")
    page = look(reply.body, kind)
    digest = sha256(reply.body).hexdigest()
    return evolve(
        silent,
        outcome="opened",
        final_url=str(reply.url),
        status=reply.status,
        title=page.title,
        sha256=digest,
        length=len(reply.body),
        content_type=kind,
        changed=digest != known.sha256 if known is not None and known.sha256 else None,
        staff=page.staff,
        rows=page.rows,
        blank=page.blank,
        etag=reply.headers.get("etag", ""),
        modified=reply.headers.get("last-modified", ""),
    )


def _joined(known: Listed, more: Listed) -> Listed:
    return Listed(
        url=known.url,
        units=_each_once(known.units, more.units),
        looked=_each_once(known.looked, more.looked),
    )


def _each_once(*texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain(*texts)))


def _by_host(pages: Iterable[Listed]) -> list[list[Listed]]:
    sites: dict[str, list[Listed]] = {}
    for page in pages:
        sites.setdefault(_host(page.url), []).append(page)
    return list(sites.values())


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _conditions(known: Sighting | None) -> Mapping[str, Mapping[str, str]]:
    """Headers by which the site need not send again what it sent; they mean the address it was at."""
    if known is None or known.outcome != "opened":
        return {}
    given = {"If-None-Match": known.etag, "If-Modified-Since": known.modified}
    return {known.final_url: {name: value for name, value in given.items() if value}}


def _reason(status: int) -> str:
    known = _REASONS.get(status) or ("сайт не работает" if status >= _SERVER_ERROR else "страница не отдаётся")
    return f"{known} (код {status})"
