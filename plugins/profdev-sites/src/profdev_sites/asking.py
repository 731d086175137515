"""One request, bounded on every side: where it goes, how long it lasts, how much comes back."""

from __future__ import annotations

import ssl
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import httpcore2
import httpx2
from attrs import frozen

from profdev_sites.addresses import machines
from profdev_sites.errors import UnreachableError

_MEGABYTE = 1 << 20
_PIECE = 1 << 16
_EITHER_HEADER = 47  # zlib's word for «gzip or zlib, whichever it is»
_PACKED = ("gzip", "x-gzip", "deflate")


@frozen(kw_only=True)
class Limits:
    """How much of a site's and of our own time and memory a page may cost."""

    size: int = 32 * _MEGABYTE  # bytes after unpacking; a scanned order weighs ten
    seconds: float = 60.0  # for one answer from beginning to end, however it drips
    connect: float = 15.0
    silence: float = 20.0  # between two pieces of an answer
    redirects: int = 5
    tries: int = 3  # of one request, when a site asks to come later
    retry_after: float = 120.0  # longer than that we do not wait
    crawl_delay: float = 60.0  # the same, between pages


@frozen(kw_only=True)
class Reply:
    """What a site answered to one request."""

    url: httpx2.URL
    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes


def ask(
    url: httpx2.URL,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    private: bool,
    context: ssl.SSLContext,
    cut_at: int | None = None,
) -> Reply:
    """Ask for a page, over a connection of its own; redirects are not followed.

    Args:
        url: checked by :func:`profdev_sites.addresses.address`.
        headers: beside Host, Connection and Accept-Encoding.
        limits: of time and size.
        private: whether machines of a local network may be asked.
        context: whom to trust.
        cut_at: bytes after which the rest is left unread, instead of an error; None: there is no such mark.

    Raises:
        UnreachableError: with the reason in Russian.
    """
    backend = _Guarded(private=private, until=time.monotonic() + limits.seconds)
    target = httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
    own = {"Host": url.netloc.decode("ascii"), "Connection": "close", "Accept-Encoding": "gzip"}
    waits = {"connect": limits.connect, "read": limits.silence, "write": limits.silence, "pool": limits.connect}
    try:
        with (
            httpcore2.ConnectionPool(ssl_context=context, network_backend=backend, max_connections=1) as pool,
            pool.stream(
                "GET", target, headers=[*own.items(), *headers.items()], extensions={"timeout": waits}
            ) as answer,
        ):
            told = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in answer.headers}
            return Reply(
                url=url,
                status=answer.status,
                headers=told,
                body=_body(answer.iter_stream(), told, limits.size, cut_at),
            )
    except httpcore2.TimeoutException as error:
        raise UnreachableError(_too_slow(error, limits)) from error
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError) as error:
        raise UnreachableError(_broken(error)) from error


def _too_slow(error: httpcore2.TimeoutException, limits: Limits) -> str:
    if isinstance(error, httpcore2.ConnectTimeout):
        return f"сайт не отвечает {limits.connect:g} с"
    return f"сайт отвечает слишком медленно (ждали {limits.silence:g} с без ответа, {limits.seconds:g} с всего)"


def _broken(error: Exception) -> str:
    causes = [error, error.__cause__, error.__context__]
    if any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes):
        return "сертификат сайта не принят: если он российский (НУЦ), укажите его корень параметром --ca"
    if any(isinstance(cause, ssl.SSLError) for cause in causes):
        return "сайт не даёт защищённого соединения"
    if isinstance(error, httpcore2.ConnectError):
        return "сайт не отвечает: соединение не принято"
    if isinstance(error, httpcore2.ProtocolError):
        return "сайт отвечает не по правилам http"
    return "связь с сайтом оборвалась"


def _body(pieces: Iterable[bytes], headers: Mapping[str, str], size: int, cut_at: int | None) -> bytes:
    """The body unpacked, or the beginning of it."""
    packing = headers.get("content-encoding", "").strip().lower()
    if packing not in {"", "identity", *_PACKED}:
        raise UnreachableError(f"страница сжата неизвестным способом: {packing[:20]}")
    length = headers.get("content-length", "")
    most = size if cut_at is None else min(size, cut_at)
    if cut_at is None and length.isdecimal() and int(length[:20]) > size:
        raise UnreachableError(f"страница больше {size / _MEGABYTE:.0f} МБ: не читается")
    body = bytearray()
    for piece in _unpacked(pieces, most + 1) if packing in _PACKED else pieces:
        body += piece
        if len(body) > most:
            if cut_at is None:
                raise UnreachableError(f"страница больше {size / _MEGABYTE:.0f} МБ: не читается")
            return bytes(body[:most])
    return bytes(body)


def _unpacked(pieces: Iterable[bytes], most: int) -> Iterator[bytes]:
    """The pieces unpacked little by little: a bomb is noticed before it goes off."""
    unpacker = zlib.decompressobj(_EITHER_HEADER)
    told = 0
    try:
        for piece in pieces:
            packed = piece
            while packed and told < most:
                unpacked = unpacker.decompress(packed, _PIECE)
                packed = unpacker.unconsumed_tail
                told += len(unpacked)
                yield unpacked
        yield unpacker.flush()
    except zlib.error as error:
        raise UnreachableError("страница сжата с ошибкой") from error
    if not unpacker.eof and told < most:
        raise UnreachableError("страница оборвалась на середине")


@frozen(kw_only=True)
class _Guarded(httpcore2.NetworkBackend):
    """Connections to machines that were looked at first: the name is resolved once, here, and not again."""

    private: bool
    until: float  # by time.monotonic

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """The first machine that answers."""
        failed: Exception | None = None
        for machine in machines(host, port, private=self.private):
            try:
                stream = httpcore2.SyncBackend().connect_tcp(
                    machine, port, _left(self.until, timeout), local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failed = error
            else:
                return _Timed(stream=stream, until=self.until)
        raise failed or httpcore2.ConnectError("no machine")


@frozen(kw_only=True)
class _Timed(httpcore2.NetworkStream):
    """A stream that ends in time, even if each byte of it comes in time."""

    stream: httpcore2.NetworkStream
    until: float

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """At most so many bytes."""
        return self.stream.read(max_bytes, _left(self.until, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of the buffer."""
        self.stream.write(buffer, _left(self.until, timeout))

    def close(self) -> None:
        """Hang up."""
        self.stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """The same stream, encrypted."""
        stream = self.stream.start_tls(ssl_context, server_hostname, _left(self.until, timeout))
        return _Timed(stream=stream, until=self.until)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - the interface of httpcore
        """What the stream knows of itself."""
        return self.stream.get_extra_info(info)


def _left(until: float, timeout: float | None) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout("the page takes too long")
    return left if timeout is None else min(left, timeout)
