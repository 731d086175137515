"""One organisation, two answers: what differs, and which of them counts."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from profdev_indicators.frames import link_of, state_of
from profdev_indicators.model import Item, Source

TELLINGS = pl.Schema(
    {
        "unit": pl.UInt32(),
        "period": pl.UInt16(),
        "source": pl.String(),
        "file": pl.String(),
        "sheet": pl.String(),
        "row": pl.Int64(),
        "same": pl.Boolean(),  # all tellings say the same
        "decided": pl.Boolean(),  # the district has said which one counts
        "counts": pl.Boolean(),  # this is the one that counts
        "told_first": pl.Boolean(),  # the one with which the others are compared
        "differs": pl.String(),  # from that one; empty: in nothing
        "file_other": pl.String(),  # where that one stands
        "sheet_other": pl.String(),
        "row_other": pl.Int64(),
    }
)
"""Every telling of a unit that told a source more than once in a period."""

_SHOWN = 6  # differences named in one message
_STATES = {"not_applicable": "не применимо", "suppressed": "скрыто", "invalid": "не прочитано"}


def settle(several: pl.DataFrame, source: Source, decisions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row per unit and period, and TELLINGS.

    What is said twice in the same words counts once. Where the words differ nothing counts, unless the district has
    decided.

    Args:
        several: rows of :class:`~profdev_indicators.engine.observe.Heard` with ``key``, each key more than once.
        source: whose rows they are.
        decisions: DECISIONS of this source.
    """
    items = [item for item in source.items if item.id in several.columns]
    links = [link_of(item.id) for item in items if link_of(item.id) in several.columns]
    states = [state_of(item.id) for item in items if state_of(item.id) in several.columns]
    told = _compared(_chosen(several.sort("key", "file", "sheet", "row"), decisions), [i.id for i in items], states)
    tellings = told.select(
        pl.lit(source.id).alias("source") if name == "source" else pl.col(name)
        for name in TELLINGS.names()
        if name not in {"differs", "file_other", "sheet_other", "row_other"}
    ).with_columns(told.select(_differs(items, several.columns), *_elsewhere()))
    kept = told.filter("told_first").with_columns(
        pl.when(pl.col("same") & ~pl.col("decided")).then(pl.col(f"{link}@any")).otherwise(pl.col(link)).alias(link)
        for link in links
    )
    lost = ~(pl.col("same") | pl.col("decided"))
    if kept.select(lost.any()).item():
        kept = kept.with_columns(
            *(pl.when(~lost).then(pl.col(item.id)).alias(item.id) for item in items),
            *(
                pl.when(lost)
                .then(pl.lit("invalid"))
                .otherwise(pl.col(state_of(item.id)) if state_of(item.id) in states else pl.lit(None, pl.String))
                .alias(state_of(item.id))
                for item in items
            ),
        )
    spoilt = [name for name in kept.columns if name.endswith("@state") and name not in several.columns]
    return kept.select(*several.columns, *spoilt), tellings.select(
        pl.col(name).cast(dtype) for name, dtype in TELLINGS.items()
    )


def _chosen(told: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """``decided`` and ``counts`` by what the district has accepted: a file, if need be its sheet and row."""
    wanted = decisions.select("unit", "period", file="file", sheet_wanted="sheet", row_wanted="row", wanted=pl.lit(1))
    found = told.join(wanted, on=["unit", "period", "file"], how="left", maintain_order="left")
    hit = pl.col("wanted").is_not_null() & (
        pl.col("sheet_wanted").is_null() | (pl.col("sheet_wanted") == pl.col("sheet"))
    )
    exact = hit & (pl.col("row_wanted") == pl.col("row")).fill_null(value=False)
    # One answer in the file accepted is that answer, though lines above it may have moved it.
    counts = pl.when(hit.sum().over("key") == 1).then(hit).otherwise(exact)
    return (
        found.with_columns(counts=counts)
        .with_columns(decided=pl.col("counts").sum().over("key") == 1)
        .with_columns(counts=pl.col("counts") & pl.col("decided"))
        .drop("wanted", "sheet_wanted", "row_wanted")
    )


def _compared(told: pl.DataFrame, items: Sequence[str], states: Sequence[str]) -> pl.DataFrame:
    """``same``, ``told_first``, and for every link the first there is among the tellings (``…@any``)."""
    whole = [pl.col(name).n_unique().over("key") == 1 for name in (*items, *states)]
    links = [name for name in told.columns if name.endswith("@link")]
    return told.with_columns(
        same=pl.all_horizontal(pl.lit(value=True), *whole),
        told_first=pl.when("decided").then("counts").otherwise(pl.int_range(pl.len()).over("key") == 0),
    ).with_columns(
        *(pl.col(link).drop_nulls().first().over("key").alias(f"{link}@any") for link in links),
        counts=pl.when("decided").then("counts").otherwise(pl.col("told_first") & pl.col("same")),
    )


def _of_first(name: str) -> pl.Expr:
    return pl.col(name).filter(pl.col("told_first")).first().over("key")


def _elsewhere() -> list[pl.Expr]:
    return [_of_first(name).alias(f"{name}_other") for name in ("file", "sheet", "row")]


def _differs(items: Sequence[Item], columns: Sequence[str]) -> pl.Expr:
    """«n_iom («Педагогов с ИОМ»): 12 и 13; n_iom, ссылка: …»: the first telling, then this one."""
    words = []
    for item in items:
        state = state_of(item.id) if state_of(item.id) in columns else None
        words.append(_difference(f"{item.id} («{item.title}»)", _answer(item, state)))
        if link_of(item.id) in columns:
            words.append(_difference(f"{item.id}, ссылка", pl.col(link_of(item.id)).fill_null("нет")))
    if not words:
        return pl.lit("").alias("differs")
    every = pl.concat_list(words).list.drop_nulls()
    more = every.list.len().cast(pl.Int64) - _SHOWN
    rest = pl.when(more > 0).then(pl.format(" и ещё {}", more)).otherwise(pl.lit(""))
    return (every.list.head(_SHOWN).list.join("; ") + rest).alias("differs")


def _difference(what: str, said: pl.Expr) -> pl.Expr:
    first = said.filter(pl.col("told_first")).first().over("key")
    return pl.when(first != said).then(pl.lit(f"{what}: ") + first + " и " + said)


def _answer(item: Item, state: str | None) -> pl.Expr:
    """An answer as a person reads it; never null."""
    value = pl.col(item.id)
    match item.type:
        case "flag":
            told = pl.when(value == 0).then(pl.lit("нет")).otherwise(pl.lit("да"))
        case "date":  # days from 01.01.1970, as polars counts them
            told = value.cast(pl.Int32, strict=False).cast(pl.Date).dt.strftime("%d.%m.%Y")
        case _:
            told = _number(value)
    silent = pl.lit("пусто")
    if state is not None:
        silent = pl.col(state).replace_strict(_STATES, default="пусто", return_dtype=pl.String).fill_null("пусто")
    return pl.when(value.is_null()).then(silent).otherwise(told)


def _number(value: pl.Expr) -> pl.Expr:
    whole = value.cast(pl.Int64, strict=False).cast(pl.String)
    return (
        pl.when(value == value.round(0))
        .then(whole)
        .otherwise(value.cast(pl.String).str.replace(".", ",", literal=True))
    )


def unsettled(decisions: pl.DataFrame, heard: pl.DataFrame, tellings: pl.DataFrame) -> pl.DataFrame:
    """The decisions which no telling answers: the file is gone, or no longer says anything of that unit.

    Args:
        decisions: DECISIONS of one source.
        heard: what that source told.
        tellings: TELLINGS of that source.
    """
    if decisions.is_empty():
        return decisions
    doubled = tellings.select("unit", "period").unique()
    once = heard.select("unit", "period", "file").join(doubled, on=["unit", "period"], how="anti")
    chosen = tellings.filter(pl.col("decided") & pl.col("counts")).select("unit", "period", "file")
    return decisions.join(pl.concat([once, chosen]), on=["unit", "period", "file"], how="anti", maintain_order="left")
