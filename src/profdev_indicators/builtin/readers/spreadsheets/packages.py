"""The parts of a zipped book (XLSX, ODS), unpacked within bounds whatever sizes the book promises."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from copy import copy
from typing import Final

from profdev_indicators.builtin.readers.grids import UnreadableError

SMALL: Final = 64 << 20  # bytes of XML that may lie in memory as a whole
_UNPACKED = 768 << 20  # bytes of all XML; a million rows of twenty numbers are some 600 MiB
_SHARED = 128 << 20  # bytes of the list of texts: an empty text takes five bytes there and two dozen in memory
_PARTS = 10_000
_CHUNK = 1 << 20
_ENTRY = b"PK\x01\x02"  # begins each line of the table of contents
_KINDS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_LOCKED = 0x1
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_TAIL = max(map(len, _DECLARATIONS))


class Package:
    """A book as a folder of XML parts; pictures and whatever else it holds are never unpacked."""

    def __init__(self, raw: bytes) -> None:
        """Look at the table of contents, and at nothing else.

        Raises:
            UnreadableError: it is broken, or promises more than any table needs.
            zipfile.BadZipFile: the same, as the library sees it.
        """
        if raw.count(_ENTRY) > _PARTS:  # a table of contents in memory is dozens of times what it is in the file
            raise UnreadableError(f"в книге больше {_PARTS} частей: это не таблица", hint="возьмите файл заново")
        self._archive = zipfile.ZipFile(io.BytesIO(raw))
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for part in self._archive.infolist():
            if part.filename in self._parts:
                raise UnreadableError("в книге две части с одним именем", hint="откройте её в Excel и сохраните заново")
            self._parts[part.filename] = part
        self._kept: dict[str, bytes] = {}  # of a small book every part is wanted more than once
        self.size = sum(part.file_size for name, part in self._parts.items() if _is_xml(name))
        shared = self._parts.get("xl/sharedStrings.xml")
        for size, limit in ((self.size, _UNPACKED), (shared.file_size if shared else 0, _SHARED)):
            if size > limit:
                message = f"книга после распаковки займёт {size >> 20} МиБ, предел — {limit >> 20} МиБ"
                raise UnreadableError(message, hint="сохраните нужный лист отдельной книгой или как CSV")

    def __contains__(self, name: str) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        """Names of the parts that are XML."""
        return filter(_is_xml, self._parts)

    def part(self, name: str) -> bytes:
        """The whole of a part."""
        if name in self._kept:
            return self._kept[name]
        whole = b"".join(self._unpacked(name))
        if self.size <= SMALL:
            self._kept[name] = whole
        return whole

    def chunks(self, name: str) -> Iterator[bytes]:
        """A part, piece by piece.

        Raises:
            UnreadableError: it is longer than promised, locked, packed in an unusual way, or declares entities.
            KeyError: there is no such part.
        """
        if self.size <= SMALL:
            yield self.part(name)
        else:
            yield from self._unpacked(name)

    def sound(self) -> bytes:
        """The same book with nothing but its XML, every part of which has been checked: small books only."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as clean:
            for name in self:
                clean.writestr(zipfile.ZipInfo(name), self.part(name))
        return target.getvalue()

    def holds(self, text: bytes) -> bool:
        """Whether a short text stands anywhere; every part is unpacked, so whoever reads it next may trust it."""
        found = False
        for name in self:
            tail = b""
            for chunk in self.chunks(name):
                found = found or text in tail + chunk[: len(text)] or text in chunk
                tail = chunk[-len(text) :]
        return found

    def _unpacked(self, name: str) -> Iterator[bytes]:
        part = copy(self._parts[name])
        if part.flag_bits & _LOCKED:
            raise protected()
        if part.compress_type not in _KINDS:
            raise UnreadableError("книга упакована не так, как это делает Excel", hint="сохраните её заново")
        left = part.file_size
        part.file_size += 2 * _CHUNK  # so that the library goes on where the promised size ends
        tail = b""
        with self._archive.open(part) as unpacked:
            while chunk := unpacked.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    hint = "возьмите файл заново у того, кто его сделал"
                    raise UnreadableError("часть книги больше, чем обещано: так делают бомбы, а не таблицы", hint=hint)
                if any(d in chunk or d in tail + chunk[:_TAIL] for d in _DECLARATIONS):
                    hint = "Excel так не пишет; откройте её в Excel и сохраните заново"
                    raise UnreadableError("в книге объявлены сущности XML", hint=hint)
                tail = chunk[-_TAIL:]
                yield chunk


def protected() -> UnreadableError:
    """The book has a password."""
    return UnreadableError("книга закрыта паролем", hint="снимите пароль: Файл → Сведения → Защита книги")


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))
