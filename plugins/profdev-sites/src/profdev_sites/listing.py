"""Which pages a protocol lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.readers import Files
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE
from profdev_indicators.model import Request, Table
from profdev_sites.addresses import addresses_in
from profdev_sites.lines import distinct
from profdev_sites.protocol import HEADINGS
from profdev_sites.remarks import Remark, remarks
from profdev_sites.revisit import Listed, together

_COLUMNS = ("unit", "looked", "url")
_OTHERS = ("verdict", "date")  # not used, but by them a protocol is known


@frozen(kw_only=True)
class Listing:
    """What protocols list."""

    pages: tuple[Listed, ...]
    notes: tuple[Problem, ...]  # cells in which something is written, but no address that could be opened


def listed(files: Iterable[Path], columns: Mapping[str, str], header: int | None = None) -> Listing:
    """The pages of protocols, each once; a cell may hold several addresses, or none.

    Args:
        files: protocols: CSV, XLSX, ODS.
        columns: headings of unit, looked and url, where they are not the usual ones.
        header: the row of headings; None: the first that is not empty.

    Raises:
        SourceError: with every problem of every file; no file lists a page.
    """
    pages: list[Listed] = []
    notes: list[Problem] = []
    problems: list[Problem] = []
    for file in files:
        try:
            tables = _tables(file, columns, header)
        except SourceError as error:
            problems += map(_in_words_of_the_command, error.problems)
            continue
        found = [page for table in tables for page in _pages(table)]
        if not found:
            hint = "адрес начинается с http:// или https://"
            problems.append(Problem(file=str(file), message="в протоколе нет ни одного адреса страницы", hint=hint))
        pages += found
        notes += [note for table in tables for note in _unopenable(table)]
    if problems:
        raise SourceError(problems)
    return Listing(pages=together(pages), notes=tuple(notes))


def _in_words_of_the_command(problem: Problem) -> Problem:
    """The cure as it is given here: the reader speaks to whoever writes a configuration."""
    if "columns:" not in problem.hint:
        return problem
    return evolve(problem, hint="укажите заголовок: --column unit=ЗАГОЛОВОК, или строку заголовков: --header СТРОКА")


def _tables(file: Path, columns: Mapping[str, str], header: int | None) -> tuple[Table, ...]:
    if not file.is_file():
        what = "это папка, а нужен файл" if file.is_dir() else "нет такого файла"
        raise SourceError([Problem(file=str(file), message=what)])
    real = file.resolve()
    request = Request(
        source="sites",
        columns=(*_COLUMNS, *_OTHERS),
        titles=HEADINGS,
        root=real.parent,
        frames={},
        calendar="year",
    )
    # A name of a file is no pattern, even if it looks like one.
    reader = Files(location=re.sub(r"[{}*]", "?", real.name), columns=columns, header=header)
    tables = [table for table in reader.read(request) if table.file == real.name]
    if not tables:
        raise SourceError([Problem(file=str(file), message="это не таблица", hint="нужен CSV, XLSX, XLS или ODS")])
    for table in tables:
        if "url" not in table.frame.collect_schema():
            hint = "назовите столбец «URL» или укажите его заголовок: --column url=ЗАГОЛОВОК"
            raise SourceError(
                [Problem(file=str(file), message="в протоколе нет столбца с адресами страниц", hint=hint)]
            )
    return tuple(tables)


def _pages(table: Table) -> Iterator[Listed]:
    have = table.frame.collect_schema().names()
    texts = [pl.col(name).cast(pl.String).str.strip_chars() for name in _COLUMNS if name in have]
    # A protocol is as long as a person could write it.
    for row in table.frame.select(texts).collect(engine=ENGINE).iter_rows(named=True):
        for url in addresses_in(row["url"] or ""):
            yield Listed(url=url, units=_given(row.get("unit")), looked=_given(row.get("looked")))


def _unopenable(table: Table) -> Iterator[Problem]:
    rows = table.frame.select("row", pl.col("url").cast(pl.String).str.strip_chars()).collect(engine=ENGINE)
    wrong = [text for text in distinct(rows["url"]) if text and not addresses_in(text)]
    strange = rows.filter(pl.col("url").is_in(wrong))
    yield from remarks(
        table,
        (
            Remark(
                column="url",
                rows=same["row"],
                message=f"«{text}» не открывалось: это не адрес",
                hint="впишите адрес целиком: https://…",
            )
            for (text,), same in strange.group_by("url", maintain_order=True)
        ),
    )


def _given(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()
