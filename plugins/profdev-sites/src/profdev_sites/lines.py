"""Rows of a protocol: which of them count, what is doubtful about them, and how they become answers.

A frame of rows has ``key`` (the organisation, as it is compared), ``row``, ``looked``, ``item``, ``said``, ``verdict``,
``link``, ``dated``, ``day``, and what the protocol has of :data:`OF_UNITS` and ``period``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import polars as pl

from profdev_indicators.frames import ENGINE
from profdev_indicators.model import Request, Table
from profdev_indicators.periods import Calendar, Period
from profdev_sites.remarks import Remark, amount

OF_UNITS = ("unit", "name", "inn", "ogrn")  # what may tell the organisation
# Without the beginning people write only addresses of sites, and «план.docx» is none.
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)*\.(?:ru|рф|su|com|org|net|info|дети|example)(?![\w.])\S*", re.IGNORECASE
)


def doubtful_addresses(lines: pl.DataFrame) -> Iterator[Remark]:
    """Texts which lead nowhere; they are no evidence, so «да» beside them stays unconfirmed."""
    wrong = [text for text in distinct(lines["link"]) if not _ADDRESS.search(text)]
    for (text,), rows in lines.filter(pl.col("link").is_in(wrong)).group_by("link", maintain_order=True):
        yield Remark(
            column="url", rows=rows["row"], message=f"«{text}» — не адрес страницы", hint="впишите адрес: https://…"
        )


def doubtful_days(lines: pl.DataFrame, table: Table, request: Request) -> Iterator[Remark]:
    """Dates that are none, and dates of another year: the verdict beside them counts all the same."""
    unread = lines.filter((pl.col("dated") != "") & pl.col("day").is_null())
    for (text,), rows in unread.group_by("dated", maintain_order=True):
        yield Remark(
            column="date",
            rows=rows["row"],
            message=f"«{text}» — не дата",
            hint="впишите дату: 15.06.2022; вердикт учтён",
        )
    for period, rows in _by_period(lines.filter(pl.col("day").is_not_null()), table, request.calendar):
        strange = rows.filter((pl.col("day") < period.start) | (pl.col("day") > period.end))
        for (day,), same in strange.group_by("day", maintain_order=True):
            yield Remark(
                column="date",
                rows=same["row"],
                message=f"дата проверки {day:%d.%m.%Y} вне периода: {period.title}",
                hint="вердикт учтён; проверьте, тот ли это год и тот ли файл",
            )


def latest(lines: pl.DataFrame) -> tuple[pl.DataFrame, list[Remark]]:
    """The rows with the last date of each answer; where some date is not known, all of them."""
    cell = _cell(lines)
    dated = pl.col("day").is_not_null().all().over(cell)
    last = ~dated | (pl.col("day") == pl.col("day").max().over(cell))
    superseded = lines.filter(~last)
    told = [
        Remark(
            column="verdict",
            rows=superseded["row"],
            message=f"есть более поздняя проверка, эта не учтена ({amount(superseded.height)})",
            hint="так велит repeated: latest",
        )
    ]
    return lines.filter(last), told if superseded.height else []


def contradictions(lines: pl.DataFrame) -> Iterator[Remark]:
    """Answers that were told twice, differently: the engine leaves them out, here is which."""
    cell = _cell(lines)
    torn = lines.filter(pl.col("verdict").str.to_lowercase().fill_null("").n_unique().over(cell) > 1)
    for _, rows in torn.group_by(cell, maintain_order=True):
        unit, looked = rows.select(pl.coalesce(name for name in OF_UNITS if name in rows.columns), "looked").row(0)
        said = ", ".join(f"«{text}»" for text in rows["said"].fill_null("пусто").unique(maintain_order=True))
        yield Remark(
            column="verdict",
            rows=rows["row"],
            message=f"{unit}: «{looked}» проверено дважды с разным итогом: {said}",
            hint="оставьте одну строку или велите верить поздней: repeated: latest",
        )


def wide(lines: pl.DataFrame, items: Iterable[str]) -> pl.DataFrame:
    """A row per organisation; one more for every time an answer of it was told again.

    What was told once is repeated there, so that only what differs differs.
    """
    *whose, _ = _cell(lines)
    links = [text for text in distinct(lines["link"]) if _ADDRESS.search(text)]
    numbered = lines.with_columns(
        link=pl.when(pl.col("link").is_in(links)).then(pl.col("link")),
        nth=pl.int_range(pl.len()).over(*whose, "item"),
    )
    named = [name for name in OF_UNITS if name in lines.columns]
    names = {item: (item, f"{item}.link", f"{item}.row") for item in items}
    wide = (
        numbered.lazy()
        .group_by(*whose, "nth", maintain_order=True)
        .agg(
            pl.col(named).first(),
            pl.col("row").min(),
            *(
                pl.col(source).filter(pl.col("item") == item).first().alias(name)
                for item, own in names.items()
                for source, name in zip(("verdict", "link", "row"), own, strict=True)
            ),
            *((pl.col("item") == item).any().alias(f"{item}?") for item in names),
        )
        .sort("nth", maintain_order=True)
        .with_columns(
            pl.when(pl.col(f"{item}?")).then(pl.col(name)).otherwise(pl.col(name).first().over(whose)).alias(name)
            for item, own in names.items()
            for name in own
        )
        .sort("row", maintain_order=True, nulls_last=True)
    )
    kept = [name for own in names.values() for name in own]
    return wide.select(*named, *whose[1:], "row", *kept).collect(engine=ENGINE)


def distinct(texts: pl.Series) -> list[str]:
    """The different texts, in the order they come."""
    return [str(text) for text in texts.drop_nulls().unique(maintain_order=True)]


def _cell(lines: pl.DataFrame) -> list[str]:
    """What names one answer: organisation, period if the table has it, item."""
    return ["key", *(["period"] if "period" in lines.columns else []), "item"]


def _by_period(lines: pl.DataFrame, table: Table, calendar: Calendar) -> Iterator[tuple[Period, pl.DataFrame]]:
    if table.period is not None:
        yield table.period, lines
        return
    if "period" not in lines.columns:
        return
    for (text,), rows in lines.group_by("period", maintain_order=True):
        try:
            yield Period.parse(str(text), calendar), rows
        except ValueError:
            continue  # the engine will say so of every such row
