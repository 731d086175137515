"""A guest with manners: pauses, one connection to a host, robots.txt, «later» understood as later."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from profdev_sites.asking import Limits
from profdev_sites.pace import Pace, retry_after
from profdev_sites.visiting import TOKEN, user_agent

START = datetime(2022, 6, 15, 9, 0, tzinfo=UTC)


class _Patient:
    slept = 0.0

    def now(self) -> datetime:
        return START

    def seconds(self) -> float:
        return self.slept

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.slept += seconds


def _pauses(site: Any, host: str = "127.0.0.1") -> list[float]:
    return [after.at - before.at for before, after in pairwise(a for a in site.asked if a.host == host)]


def test_a_host_is_left_alone_for_a_second_after_every_answer(site: Any, visit: Any) -> None:
    urls = [site.html(f"/{n}", "<title>Т</title>") for n in range(4)]
    visit(*urls)
    assert site.paths == ["/0", "/1", "/2", "/3"]
    assert len(_pauses(site)) == 4  # robots.txt is a request as well
    assert min(_pauses(site)) >= 1.0


def test_a_host_has_one_visitor_at_a_time_and_hosts_do_not_wait_for_one_another(site: Any, visit: Any) -> None:
    for path in ("/a", "/b", "/c"):
        site.html(path, "<title>Т</title>")
    hosts = ("127.0.0.1", "localhost")
    pages = [site.url(path, host) for host in hosts for path in ("/a", "/b", "/c")]
    # Each host holds its first answer until the other one has been asked as well.
    site.put("/missing", status=404)
    missing = site.pages["/missing"]
    both = threading.Barrier(2, timeout=5)

    def meet(_: Mapping[str, str]) -> Any:
        both.wait()
        return missing

    site.pages["/robots.txt"] = meet
    evidence = visit(*pages, hosts=2)
    assert [page.outcome for page in evidence.pages] == ["opened"] * 6
    assert site.most == dict.fromkeys(hosts, 1)


def test_two_who_want_the_same_host_take_turns() -> None:
    """A redirect brings a visitor of one site to another, where somebody may be already."""
    pace, inside, most = Pace(clock=_Patient()), [0], [0]

    def come() -> None:
        for _ in range(20):
            with pace.turn("a"):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0.001)
                inside[0] -= 1

    visitors = [threading.Thread(target=come) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert most == [1]
    assert pace.clock.seconds() == 79.0


def test_a_crawl_delay_is_kept(site: Any, visit: Any) -> None:
    site.html("/robots.txt", "User-agent: *\nCrawl-delay: 7\n", kind="text/plain")
    visit(site.html("/a", "<p>"), site.html("/b", "<p>"))
    assert _pauses(site) == [7.0, 7.0]


def test_a_site_that_wants_an_hour_between_pages_is_left_to_a_person(site: Any, look_at: Any) -> None:
    site.html("/robots.txt", "User-agent: *\nCrawl-delay: 3600\n", kind="text/plain")
    page = look_at(site.html("/a", "<p>"))
    assert (page.outcome, site.paths) == ("not_reported", [])
    assert page.error == "robots.txt сайта просит ждать 3600 с между страницами: посмотрите её сами"


@pytest.mark.parametrize("agent", ["*", "profdev-sites"])
def test_what_robots_txt_forbids_is_not_asked_for(site: Any, visit: Any, agent: str) -> None:
    site.html("/robots.txt", f"User-agent: {agent}\nDisallow: /closed\n", kind="text/plain")
    evidence = visit(site.html("/closed/a", "<p>"), site.html("/open", "<p>"))
    assert [page.outcome for page in evidence.pages] == ["not_reported", "opened"]
    assert "robots.txt" in evidence.pages[0].error
    assert site.paths == ["/open"]


def test_robots_txt_is_read_once_for_a_site(site: Any, visit: Any) -> None:
    visit(site.html("/a", "<p>"), site.html("/b", "<p>"))
    assert [asked.path for asked in site.asked].count("/robots.txt") == 1


@pytest.mark.parametrize(("status", "outcome"), [(403, "opened"), (404, "opened"), (500, "not_reported")])
def test_a_site_without_rules_allows_all_and_one_that_fails_to_tell_them_nothing(
    site: Any, look_at: Any, status: int, outcome: str
) -> None:
    site.put("/robots.txt", status=status)
    assert look_at(site.html("/a", "<p>")).outcome == outcome


@pytest.mark.parametrize("status", [429, 503])
def test_a_site_that_asks_to_come_later_is_asked_later(site: Any, look_at: Callable[..., Any], status: int) -> None:
    site.html("/a", "<title>Да</title>")
    ready = site.pages["/a"]
    refusals = iter([type(ready)(status=status, headers={"Retry-After": "30"})])
    site.pages["/a"] = lambda _headers: next(refusals, ready)
    page = look_at(site.url("/a"))
    assert (page.outcome, page.title) == ("opened", "Да")
    assert _pauses(site)[-1] == 30.0


def test_later_may_be_a_date(site: Any, look_at: Any) -> None:
    site.html("/a", "<title>Да</title>")
    ready = site.pages["/a"]
    date = format_datetime(START + timedelta(seconds=45), usegmt=True)
    refusals = iter([type(ready)(status=503, headers={"Retry-After": date})])
    site.pages["/a"] = lambda _headers: next(refusals, ready)
    assert look_at(site.url("/a")).outcome == "opened"
    assert site.asked[-1].at == 45.0


def test_nobody_waits_for_ever(site: Any, look_at: Any) -> None:
    site.put("/a", status=503, headers={"Retry-After": "86400"})
    page = look_at(site.url("/a"))
    assert (page.outcome, page.status, site.paths) == ("not_reported", 503, ["/a"])
    assert page.error == "сайт просит прийти через 86400 с: откройте позже"


def test_a_site_is_not_asked_more_than_three_times(site: Any, look_at: Any) -> None:
    site.put("/a", status=429, headers={"Retry-After": "1"})
    page = look_at(site.url("/a"))
    assert (page.error, site.paths) == ("сайт просит открывать реже (код 429)", ["/a"] * 3)


def test_the_visitor_says_who_it_is_and_whom_to_write_to(site: Any, look_at: Any) -> None:
    look_at(site.html("/a", "<p>"))
    headers = site.asked[-1].headers
    assert headers["user-agent"] == "profdev-sites/0.1.0 (+mailto:imo@district.example)"
    assert headers["from"] == "imo@district.example"


@pytest.mark.parametrize("contact", ["", "imo", "a@b", "a@b.example\r\nX: 1", "имо@район.example", "ftp://x.example"])
def test_nobody_goes_anonymous(contact: str) -> None:
    with pytest.raises(ValueError, match="не почта и не адрес страницы"):
        user_agent(contact)


@given(seconds=st.integers(0, 10**6))
def test_later_in_seconds_and_as_a_date_is_the_same_moment(seconds: int) -> None:
    date = format_datetime(START + timedelta(seconds=seconds), usegmt=True)
    assert retry_after(str(seconds), _Patient()) == retry_after(date, _Patient()) == seconds


@given(text=st.text())
def test_any_answer_to_when_is_understood_or_ignored(text: str) -> None:
    wait = retry_after(text, _Patient())
    assert wait is None or wait >= 0


@given(rules=st.text() | st.text("UserAgent: *\nDisallowAllowCrawl-delay/nanif0123456789.$#", max_size=200))
def test_any_rules_are_rules(rules: str) -> None:
    asked = Protego.parse(rules)
    delay = asked.crawl_delay(TOKEN) or 0.0
    pace = Pace(clock=_Patient())
    pace.slow_down("a", delay if delay <= Limits().crawl_delay else 0.0)
    with pace.turn("a"):
        began = pace.clock.seconds()
    with pace.turn("a"):
        assert pace.clock.seconds() - began >= 1.0
    assert asked.can_fetch("https://a.example/plan", TOKEN) in {True, False}
