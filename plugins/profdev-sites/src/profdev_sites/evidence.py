"""What was seen when pages were opened: kept whole on the disk, for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import attrs
import polars as pl
from attrs import field, frozen

from profdev_indicators.errors import Problem, SourceError

RECORD, TABLE = "evidence.json", "evidence.csv"
Outcome = Literal["opened", "not_reported"]
OUTCOMES: Mapping[Outcome, str] = {"opened": "открыта", "not_reported": "нет сведений"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@frozen(kw_only=True)
class Sighting:
    """One page, as it was at one moment. «Нет сведений» is all that a page which did not open says."""

    url: str  # as asked for
    units: tuple[str, ...] = ()  # organisations, as the protocol writes them
    looked: tuple[str, ...] = ()  # what was looked for there
    outcome: Outcome
    error: str = ""  # why not opened; Russian
    final_url: str = ""  # after redirects
    status: int | None = None  # the last HTTP status; null: nobody answered
    seen: str  # UTC, ISO 8601
    title: str = ""
    sha256: str = ""  # of the body, unpacked
    length: int | None = None  # its bytes
    content_type: str = ""
    changed: bool | None = None  # since the sighting before; null: there was none
    staff: int | None = None  # teachers listed, by different names; null: no such rows are marked
    rows: int | None = None  # rows of teachers
    blank: int | None = None  # rows in which there is nobody
    etag: str = ""
    modified: str = ""  # the header Last-Modified


@frozen(kw_only=True)
class Evidence:
    """All sightings of one round; ``finished`` is empty while it goes on."""

    contact: str
    begun: str
    finished: str = ""
    pages: tuple[Sighting, ...] = field(default=())


def earlier(folder: Path) -> Evidence | None:
    """What an earlier round left; None: nothing.

    Raises:
        SourceError: the record is there and cannot be understood.
    """
    path = folder / RECORD
    try:
        told = json.loads(path.read_bytes())
        pages = tuple(_sighting(page) for page in told["pages"])
        return Evidence(contact=told["contact"], begun=told["begun"], finished=told["finished"], pages=pages)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        message = "это не запись об открытых страницах, или её испортили"
        hint = "уберите файл или укажите другую папку"
        raise SourceError([Problem(file=str(path), message=message, hint=hint)]) from error


def keep(evidence: Evidence, folder: Path) -> None:
    """Write both files; each appears whole.

    Raises:
        OSError: they cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    record = json.dumps(attrs.asdict(evidence), ensure_ascii=False, indent=1)
    _put(folder / RECORD, record.encode())
    _put(folder / TABLE, _table(evidence.pages))


def frame(pages: Iterable[Sighting]) -> pl.DataFrame:
    """A row per organisation and page which lists teachers: ``unit, url, seen, staff, rows, blank``."""
    return pl.DataFrame(
        [
            (unit, page.final_url or page.url, page.seen, page.staff, page.rows, page.blank)
            for page in pages
            if page.staff is not None
            for unit in page.units
        ],
        schema={
            "unit": pl.String,
            "url": pl.String,
            "seen": pl.String,
            "staff": pl.Int64,
            "rows": pl.Int64,
            "blank": pl.Int64,
        },
        orient="row",
    )


def moment(when: datetime) -> str:
    """A moment as evidence writes it: UTC, whole seconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _sighting(told: Mapping[str, Any]) -> Sighting:
    return Sighting(**{**told, "units": tuple(told["units"]), "looked": tuple(told["looked"])})


def _put(path: Path, content: bytes) -> None:
    # The name of the process keeps two runs from writing into one half-done file.
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        beside.write_bytes(content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _table(pages: Iterable[Sighting]) -> bytes:
    """A table a Russian spreadsheet opens by a double click: «;», a byte order mark, no formulas."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    rows = [_cells(page) for page in pages]
    writer.writerow(rows[0] if rows else _HEADINGS)
    writer.writerows([_safe(cell) for cell in row.values()] for row in rows)
    return target.getvalue().encode("utf-8-sig")


_HEADINGS = (
    "Организация",
    "Что проверялось",
    "Адрес",
    "Итог",
    "Почему не открыта",
    "Код ответа",
    "Когда (UTC)",
    "Открылось по адресу",
    "Заголовок",
    "Изменилась",
    "Педагогов на странице",
    "Строк с педагогами",
    "Пустых строк",
    "SHA-256",
    "Байт",
    "Тип",
)


def _cells(page: Sighting) -> Mapping[str, str]:
    values = (
        "; ".join(page.units),
        "; ".join(page.looked),
        page.url,
        OUTCOMES[page.outcome],
        page.error,
        _shown(page.status),
        page.seen.replace("T", " ").removesuffix("Z"),
        page.final_url,
        page.title,
        "" if page.changed is None else ("да" if page.changed else "нет"),
        _shown(page.staff),
        _shown(page.rows),
        _shown(page.blank),
        page.sha256,
        _shown(page.length),
        page.content_type,
    )
    return dict(zip(_HEADINGS, values, strict=True))


def _shown(number: int | None) -> str:
    return "" if number is None else str(number)


def _safe(text: str) -> str:
    """A text which no spreadsheet takes for a formula."""
    one_line = " ".join(text.split())
    return f"'{one_line}" if text.startswith(_FORMULA) or one_line.startswith(_FORMULA) else one_line
