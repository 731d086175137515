"""What a site may not do to us: lead into the office, hold us for ever, fill the memory."""

from __future__ import annotations

import gzip
import socket
import ssl
import threading
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_sites import asking
from profdev_sites.addresses import address, addresses_in, machines
from profdev_sites.asking import Limits
from profdev_sites.errors import UnreachableError

MEGABYTE = 1 << 20


@pytest.fixture
def pretend_public(monkeypatch: pytest.MonkeyPatch) -> None:
    """`school.example` stands on loopback and passes for a machine of the wide world; nothing else does."""

    def found(host: str, port: int, *, private: bool) -> tuple[str, ...]:
        return ("127.0.0.1",) if host == "school.example" else machines(host, port, private=private)

    monkeypatch.setattr(asking, "machines", found)


def _redirect(site: Any, path: str, location: str, status: int = 302) -> str:
    return str(site.put(path, status=status, headers={"Location": location}))


def _put(site: Any, path: str, body: bytes, **headers: str) -> str:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return str(site.put(path, body=body, headers={"Content-Type": "text/html"} | named))


# --- where we go ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused, not listened to
        "224.0.0.1",
        "2130706433",  # 127.0.0.1 as one number
        "::1",
        "fe80::1",
        "fc00::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_a_page_does_not_lead_into_the_office(host: str) -> None:
    with pytest.raises(UnreachableError, match=r"местную сеть|не найден"):
        machines(host, 80, private=False)


@pytest.mark.parametrize("ip", ["8.8.8.8", "2001:4860:4860::8888"])
def test_the_wide_world_is_open(ip: str) -> None:
    assert machines(ip, 80, private=False) == (ip,)


def test_a_name_with_one_address_inside_and_one_outside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("8.8.8.8", "192.168.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_a, **_k: both)
    with pytest.raises(UnreachableError, match="местную сеть"):
        machines("school.example", 80, private=False)


def test_loopback_is_refused_unless_asked_for(site: Any, look_at: Any) -> None:
    page = look_at(site.html("/a", "<p>"), private=False)
    assert (page.outcome, page.error, site.asked) == (
        "not_reported",
        "адрес ведёт в местную сеть: такие страницы не открываются",
        [],
    )


@pytest.mark.usefixtures("pretend_public")
@pytest.mark.parametrize("there", ["http://127.0.0.1:{port}/inside", "http://localhost:{port}/inside", "//[::1]/x"])
def test_a_redirect_does_not_lead_into_the_office(site: Any, look_at: Any, there: str) -> None:
    site.html("/inside", "<title>Секрет</title>")
    _redirect(site, "/a", there.format(port=site.port))
    page = look_at(site.url("/a", "school.example"), private=False)
    assert (page.outcome, page.title, site.paths) == ("not_reported", "", ["/a"])
    assert "местную сеть" in page.error


@pytest.mark.parametrize(
    "there", ["file:///etc/passwd", "ftp://x.example/", "javascript:alert(1)", "http://a:b@x.example/"]
)
def test_a_redirect_out_of_the_web_is_not_followed(site: Any, look_at: Any, there: str) -> None:
    page = look_at(_redirect(site, "/a", there))
    assert (page.outcome, page.status) == ("not_reported", 302)
    assert page.error.startswith(f"переадресация на «{there}»: ")


def test_a_redirect_is_followed_and_told(site: Any, look_at: Any) -> None:
    site.html("/file/card?id=7", "<title>План</title>")
    page = look_at(_redirect(site, "/plan", "/file/card?id=7", status=301))
    assert (page.title, page.url, page.final_url) == ("План", site.url("/plan"), site.url("/file/card?id=7"))


def test_a_redirect_to_a_russian_address_is_followed(site: Any, look_at: Any) -> None:
    site.html("/%D0%BF%D0%BB%D0%B0%D0%BD", "<title>План</title>")
    raw = "/план".encode().decode("latin-1")  # sent as raw UTF-8, as such sites do
    assert look_at(_redirect(site, "/a", raw)).title == "План"


def test_robots_txt_of_the_other_site_counts_as_well(site: Any, look_at: Any) -> None:
    site.html("/robots.txt", "User-agent: *\nDisallow: /closed\n", kind="text/plain")
    page = look_at(_redirect(site, "/a", "/closed"))
    assert (page.outcome, site.paths) == ("not_reported", ["/a"])


def test_a_circle_of_redirects_ends(site: Any, look_at: Any) -> None:
    _redirect(site, "/a", "/b")
    page = look_at(_redirect(site, "/b", "/a"))
    assert page.error == "переадресаций больше 5: сайт водит по кругу"


@pytest.mark.parametrize(
    "text", ["", "план", "file:///etc/passwd", "http://", "http://[", "http://x:99999/", "x" * 3000]
)
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(UnreachableError):
        address(text)


@given(text=st.text())
def test_any_text_is_an_address_or_is_refused(text: str) -> None:
    try:
        url = address(text)
    except UnreachableError:
        return
    assert url.scheme in {"http", "https"}
    assert url.host


@given(words=st.lists(st.sampled_from(["см.", "раздел", "https://a.example/x", "(http://b.example/y)"])))
def test_every_address_in_a_cell_is_found_once(words: list[str]) -> None:
    found = addresses_in(" ".join(words))
    assert set(found) == {word.strip("()") for word in words if "://" in word}
    assert len(set(found)) == len(found)


# --- how much comes back --------------------------------------------------------------------------------------------


def test_a_page_that_never_ends_is_left(site: Any, look_at: Any) -> None:
    site.put("/slow", pieces=tuple((0.05, b"<p>") for _ in range(100)))
    began = time.monotonic()
    page = look_at(site.url("/slow"), limits=Limits(seconds=0.5))
    assert time.monotonic() - began < 3
    assert page.error == "сайт отвечает слишком медленно (ждали 20 с без ответа, 0.5 с всего)"


def test_a_silent_page_is_left(site: Any, look_at: Any) -> None:
    site.put("/silent", pieces=((5.0, b"<p>"),))
    assert "слишком медленно" in look_at(site.url("/silent"), limits=Limits(silence=0.2)).error


@pytest.mark.parametrize("length", [{}, {"Content_Length": str(10**12)}])
def test_a_page_too_big_is_not_read(site: Any, look_at: Any, length: dict[str, str]) -> None:
    page = look_at(_put(site, "/a", b"x" * (2 * MEGABYTE), **length), limits=Limits(size=MEGABYTE))
    assert (page.outcome, page.error) == ("not_reported", "страница больше 1 МБ: не читается")


def test_a_bomb_does_not_go_off(site: Any, look_at: Any) -> None:
    bomb = gzip.compress(b"\0" * (200 * MEGABYTE))
    page = look_at(_put(site, "/a", bomb, Content_Encoding="gzip"), limits=Limits(size=MEGABYTE))
    assert page.error == "страница больше 1 МБ: не читается"


def test_a_packed_page_is_unpacked(site: Any, look_at: Any) -> None:
    text = "<title>План</title>".encode() * 50_000
    page = look_at(_put(site, "/a", gzip.compress(text), Content_Encoding="gzip"))
    assert (page.title, page.length) == ("План", len(text))


@pytest.mark.parametrize(
    ("body", "packing", "error"),
    [
        (gzip.compress(b"<p>" * 1000, mtime=0)[:30], "gzip", "страница оборвалась на середине"),
        (b"<title>no gzip at all</title>", "gzip", "страница сжата с ошибкой"),
        (b"?", "br", "страница сжата неизвестным способом: br"),
    ],
    ids=["cut", "not packed", "unknown"],
)
def test_a_page_packed_badly_is_told(site: Any, look_at: Any, body: bytes, packing: str, error: str) -> None:
    assert look_at(_put(site, "/a", body, Content_Encoding=packing)).error == error


def test_endless_rules_are_read_as_far_as_they_matter(site: Any, look_at: Any) -> None:
    rules = b"User-agent: *\nDisallow: /closed\n" + b"# and so on\n" * 200_000
    _put(site, "/robots.txt", rules)
    assert look_at(site.html("/closed", "<p>")).outcome == "not_reported"
    assert look_at(site.html("/open", "<p>")).outcome == "opened"


# --- who does not answer --------------------------------------------------------------------------------------------


def test_a_dead_site_is_asked_once_and_all_its_pages_are_without_answer(clock: Any, visit: Any) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    evidence = visit(*(f"http://127.0.0.1:{port}/{n}" for n in range(5)))
    assert {page.error for page in evidence.pages} == {"сайт не отвечает: соединение не принято"}
    assert clock.slept == 0  # only robots.txt was asked for, and that once


def test_a_site_that_is_not_there_is_told(look_at: Any) -> None:
    assert look_at("http://school.invalid/plan").error == "сайт не найден: такого имени нет или нет связи"


def test_a_site_that_does_not_speak_http_is_told(look_at: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"SSH-2.0-OpenSSH\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        page = look_at(f"http://127.0.0.1:{server.getsockname()[1]}/")
        thread.join()
    assert page.error == "сайт отвечает не по правилам http"


def test_a_site_without_tls_is_told(site: Any, look_at: Any) -> None:
    page = look_at(site.url("/a").replace("http:", "https:"), context=ssl.create_default_context())
    assert page.error == "сайт не даёт защищённого соединения"
