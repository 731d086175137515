"""What stands in a file, told by a reader which has nothing to do with its writer."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

from docx import Document
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STANDS_FOR_A_CHARACTER = {"tab": "\t", "br": "\n", "noBreakHyphen": "-"}


def texts(name: str, content: bytes) -> list[str]:
    """Its paragraphs, cells or lines."""
    return list(_READERS[PurePosixPath(name).suffix](content))


def metadata(name: str, content: bytes) -> dict[str, str]:
    """What it says of itself: author, dates, program; empty where the format says nothing."""
    reader = _METADATA.get(PurePosixPath(name).suffix)
    return reader(content) if reader else {}


def bare(text: str, *, hyphens: bool = True) -> str:
    """Without spaces and what cannot be seen; without ``hyphens`` too where lines may be broken inside a word."""
    kept = (
        letter
        for letter in unicodedata.normalize("NFC", text)
        if not letter.isspace() and unicodedata.category(letter)[0] not in "CZ" and letter not in "\ufffd\u2400"
    )
    joined = "".join(kept)
    return joined if hyphens else joined.replace("-", "").replace("\N{HYPHEN}", "")


class Page(HTMLParser):
    """A page as a browser would take it apart."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []  # text between tags
        self.scripts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._within: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            self._within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.said.append(data)
        elif self._within[-1] == "script":
            self.scripts.append(data)


def page(content: bytes) -> Page:
    """A page, taken apart."""
    found = Page()
    found.feed(content.decode())
    found.close()
    return found


def formulas(content: bytes) -> list[str]:
    """What a workbook would compute."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/sheet")]
        roots = [ET.fromstring(archive.read(name)) for name in sheets]  # noqa: S314 - our own file
    return [each.text or "" for root in roots for each in root.iter(f"{_SHEET}f")]


def _docx(content: bytes) -> Iterator[str]:
    document = Document(io.BytesIO(content))
    parts = {id(section.footer.part): section.footer.part.element for section in document.sections}
    parts |= {id(section.header.part): section.header.part.element for section in document.sections}
    for root in (document.element, *parts.values()):
        for paragraph in root.iter(f"{_WORD}p"):
            yield "".join(map(_letters, paragraph.iter()))


def _letters(element: Any) -> str:
    tag = str(element.tag).removeprefix(_WORD)
    return element.text or "" if tag == "t" else _STANDS_FOR_A_CHARACTER.get(tag, "")


def _xlsx(content: bytes) -> Iterator[str]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    for name in book.sheet_names:
        yield name
        yield from (str(cell) for row in book.get_sheet_by_name(name).to_python() for cell in row)


def _pdf(content: bytes) -> Iterator[str]:
    # A paragraph may go on over the page.
    yield "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def _html(content: bytes) -> Iterator[str]:
    found = page(content)
    # A cell may be several stretches: «<b>10</b> %».
    yield "".join(found.said)
    yield from (value or "" for _, attributes in found.tags for value in attributes.values())


def _separated(content: bytes) -> Iterator[str]:
    text = content.decode("utf-8-sig")
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    yield from (cell for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) for cell in row)


def _json(content: bytes) -> Iterator[str]:
    def walk(thing: Any) -> Iterator[str]:
        if isinstance(thing, dict):
            for name, value in thing.items():
                yield str(name)
                yield from walk(value)
        elif isinstance(thing, list):
            for each in thing:
                yield from walk(each)
        else:
            yield str(thing)

    yield from walk(json.loads(content))


def _xml(content: bytes) -> Iterator[str]:
    yield from ET.fromstring(content).itertext()  # noqa: S314 - our own file


def _text(content: bytes) -> Iterator[str]:
    yield content.decode()


_READERS: Mapping[str, Callable[[bytes], Iterator[str]]] = {
    ".docx": _docx,
    ".xlsx": _xlsx,
    ".pdf": _pdf,
    ".html": _html,
    ".csv": _separated,
    ".json": _json,
    ".svg": _xml,
    ".css": _text,
    ".js": _text,
    ".txt": _text,
    ".md": _text,
}


def _of_office(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {
            f"{name}:{element.tag.rpartition('}')[2]}": element.text or ""
            for name in archive.namelist()
            if name.startswith("docProps/") and name.endswith(".xml")
            for element in ET.fromstring(archive.read(name)).iter()  # noqa: S314 - our own file
        }
        stamps = {f"{each.filename}:stored": f"{each.date_time[0]:04}" for each in archive.infolist()}
    return found | stamps


def _of_pdf(content: bytes) -> dict[str, str]:
    return {str(name): str(value) for name, value in (PdfReader(io.BytesIO(content)).metadata or {}).items()}


_METADATA: Mapping[str, Callable[[bytes], dict[str, str]]] = {
    ".docx": _of_office,
    ".xlsx": _of_office,
    ".pdf": _of_pdf,
}
