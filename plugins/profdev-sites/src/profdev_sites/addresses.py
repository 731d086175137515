"""Where a page may be asked for: http and https only, and no machine inside somebody's house."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterator

import httpx2

from profdev_sites.errors import UnreachableError

LONGEST = 2000  # letters of an address
_SCHEMES = ("http", "https")
_PORTS = range(1, 65536)
_IN_TEXT = re.compile(r"https?://[^\s<>\"«»]+", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def addresses_in(text: str) -> tuple[str, ...]:
    """All addresses of pages in a cell, as written, without the punctuation after them."""
    return tuple(dict.fromkeys(found.rstrip(".,;:!)") for found in _IN_TEXT.findall(text)))


def address(text: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """An address that may be asked for, absolute, without its anchor.

    Raises:
        UnreachableError: it is none.
    """
    if len(text) > LONGEST:
        raise UnreachableError("адрес слишком длинный")
    try:
        url = base.join(text) if base is not None else httpx2.URL(text)
        host, port = url.host, url.port
    except (httpx2.InvalidURL, ValueError) as error:
        raise UnreachableError("это не адрес страницы") from error
    if url.scheme not in _SCHEMES:
        raise UnreachableError(f"открываются только http и https, а здесь {url.scheme or 'ничего'}:")
    if not host or "%" in host:
        raise UnreachableError("в адресе нет имени сайта")
    if port is not None and port not in _PORTS:
        raise UnreachableError("в адресе нет такого порта")
    if url.userinfo:
        raise UnreachableError("в адресе имя и пароль: такие страницы не открываются")
    return url.copy_with(fragment=None)


def origin(url: httpx2.URL) -> str:
    """The site a page belongs to, as robots.txt means it."""
    port = f":{url.port}" if url.port else ""
    host = f"[{url.host}]" if ":" in url.host else url.host
    return f"{url.scheme}://{host}{port}"


def machines(host: str, port: int, *, private: bool) -> tuple[str, ...]:
    """The IP addresses behind a name.

    Args:
        host: the name.
        port: its port.
        private: whether machines of a local network will do; a page must not lead the program into the office.

    Raises:
        UnreachableError: there is no such name, or it leads where we do not go.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError("сайт не найден: такого имени нет или нет связи") from error
    ips = tuple(dict.fromkeys(str(place[4][0]) for place in found))
    if not private and not all(map(_is_public, ips)):
        raise UnreachableError("адрес ведёт в местную сеть: такие страницы не открываются")
    return ips


def _is_public(text: str) -> bool:
    # A scope («fe80::1%eth0») belongs to local addresses only, and ip_address takes it.
    return all(ip.is_global and not ip.is_multicast for ip in _embedded(ipaddress.ip_address(text)))


def _embedded(ip: _Ip) -> Iterator[_Ip]:
    """The address itself, or the IPv4 one that travels inside of it."""
    if isinstance(ip, ipaddress.IPv4Address):
        yield ip
    elif ip.ipv4_mapped is not None:
        yield ip.ipv4_mapped
    elif ip.sixtofour is not None:
        yield ip.sixtofour
    elif ip in _NAT64:
        yield ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    else:
        yield ip
