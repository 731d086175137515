"""What contradicts itself in the answers: listed with its place and kept out of the sums; it never stops the batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from profdev_indicators.engine.observe import TOLD, Heard, Observations
from profdev_indicators.frames import DEFECTS, ENGINE, link_of, row_of, state_of
from profdev_indicators.model import District, Item, Source
from profdev_indicators.periods import Period


@frozen(kw_only=True)
class _Check:
    """One test of one item over rows of answers."""

    item: Item
    source: Source
    name: str
    bad: pl.Expr  # true: the answer fails; null: there is nothing to test
    message: pl.Expr  # in Russian, from the numbers of the row
    hint: str
    error: bool = field(default=True)  # the item is kept out of the sums


def audit(observed: Observations, district: District) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The answers without what contradicts itself, and DEFECTS of all periods read."""
    frame = observed.frame
    checks = list(_checks(district, frame))
    failed = _failing(frame, checks)
    defects = [
        _unknown_units(observed),
        _unknown_periods(observed, district),
        _repeated(observed),
        _silent(observed, district),
        *(_misread(told) for told in observed.heard),
        *(_failures(frame, check) for check in failed),
    ]
    spoilt = [check for check in failed if check.error]
    return _without(frame, spoilt), _placed(pl.concat(defects, how="diagonal"), observed)


def _checks(district: District, frame: pl.DataFrame) -> Iterator[_Check]:
    items = district.items
    for source in district.sources:
        for item in source.items:
            yield from _of_itself(item, source)
            yield from _of_others(item, source, items)
            yield from _of_time_and_evidence(item, source, frame)


def _of_itself(item: Item, source: Source) -> Iterator[_Check]:
    value = pl.col(item.id)
    said = pl.lit(f"«{item.title}»: ")
    lowest = 0.0 if item.type == "count" and item.minimum is None else item.minimum
    if item.type == "count":
        yield _Check(
            item=item,
            source=source,
            name="whole",
            bad=(value >= 0) & (value != value.floor()),
            message=said + _number(value) + " — дробное число",
            hint="нужен счёт: целое число",
        )
    if lowest is not None:
        yield _Check(
            item=item,
            source=source,
            name="minimum",
            bad=value < lowest,
            message=said + _number(value) + f" меньше допустимого {lowest:g}",
            hint="проверьте число",
        )
    if item.maximum is not None:
        yield _Check(
            item=item,
            source=source,
            name="maximum",
            bad=value > item.maximum,
            message=said + _number(value) + f" больше допустимого {item.maximum:g}",
            hint="проверьте число",
        )


def _of_others(item: Item, source: Source, items: Mapping[str, Item]) -> Iterator[_Check]:
    value = pl.col(item.id)
    said = pl.lit(f"«{item.title}» (") + _number(value)
    if item.at_most is not None:
        whole = items[item.at_most]
        yield _Check(
            item=item,
            source=source,
            name="at_most",
            bad=value > pl.col(whole.id),
            message=said + f") больше, чем «{whole.title}» (" + _number(pl.col(whole.id)) + ")",
            hint="часть не может быть больше целого: исправьте одно из чисел",
        )
    if item.only_if is not None:
        needed = items[item.only_if]
        yield _Check(
            item=item,
            source=source,
            name="only_if",
            bad=(value > 0) & (pl.col(needed.id) == 0),
            message=said + f") больше нуля, а «{needed.title}» — нет",
            hint="исправьте одно из двух",
        )
    if item.sum_of:
        parts = pl.sum_horizontal([pl.col(name) for name in item.sum_of], ignore_nulls=False)
        yield _Check(
            item=item,
            source=source,
            name="sum_of",
            bad=value != parts,
            message=said + ") не равно сумме частей (" + _number(parts) + ")",
            hint="сложите: " + ", ".join(f"«{items[name].title}»" for name in item.sum_of),
        )


def _of_time_and_evidence(item: Item, source: Source, frame: pl.DataFrame) -> Iterator[_Check]:
    value = pl.col(item.id)
    told = pl.col(TOLD.format(source.id)).fill_null(value=False)
    if item.required:
        blank = (
            value.is_null() & pl.col(state_of(item.id)).is_null()
            if state_of(item.id) in frame.columns
            else value.is_null()
        )
        yield _Check(
            item=item,
            source=source,
            name="required",
            bad=told & blank,
            message=pl.lit(f"«{item.title}»: не заполнено"),
            hint="впишите число, ноль или «н/д»",
            error=False,
        )
    if item.evidence == "required":
        yield _Check(
            item=item,
            source=source,
            name="evidence",
            bad=(value > 0) & pl.col(link_of(item.id)).is_null(),
            message=pl.lit(f"«{item.title}»: заявлено, не подтверждено — нет ссылки"),
            hint="добавьте ссылку на источник информации",
            error=False,
        )
    if item.jump is not None:
        before = value.shift(1).over("unit", order_by="period")
        change = (value - before).abs()
        yield _Check(
            item=item,
            source=source,
            name="jump",
            bad=(change > before.abs() * item.jump.percent / 100) & (change >= item.jump.at_least),
            message=pl.lit(f"«{item.title}»: было ") + _number(before) + ", стало " + _number(value),
            hint=f"изменение больше {item.jump.percent:g} %: подтвердите или исправьте",
            error=False,
        )


def _failing(frame: pl.DataFrame, checks: Sequence[_Check]) -> list[_Check]:
    """The checks which some row fails: all are tried in one pass."""
    if not checks or frame.is_empty():
        return []
    tried = (
        frame.lazy()
        .select(check.bad.any().alias(str(n)) for n, check in enumerate(checks))
        .collect(engine=ENGINE)
        .row(0)
    )
    return [check for check, bad in zip(checks, tried, strict=True) if bad]


def _failures(frame: pl.DataFrame, check: _Check) -> pl.DataFrame:
    columns = ["unit", "period"]
    marked = frame.lazy().with_columns(bad=check.bad, message=check.message).filter("bad")
    return marked.select(
        *columns,
        "message",
        severity=pl.lit("error" if check.error else "warning"),
        source=pl.lit(check.source.id),
        item=pl.lit(check.item.id),
        check=pl.lit(check.name),
        hint=pl.lit(check.hint),
        row=pl.col(row_of(check.item.id)) if row_of(check.item.id) in frame.columns else pl.lit(None, pl.Int64),
    ).collect(engine=ENGINE)


def _without(frame: pl.DataFrame, spoilt: Sequence[_Check]) -> pl.DataFrame:
    """Blank what failed; every test sees the numbers as they were told, not as another test left them."""
    bad: dict[str, pl.Expr] = {}
    for check in spoilt:
        name = check.item.id
        bad[name] = bad[name] | check.bad.fill_null(value=False) if name in bad else check.bad.fill_null(value=False)
    return frame.with_columns(
        *(pl.when(~failed).then(pl.col(name)).alias(name) for name, failed in bad.items()),
        *(
            pl.when(failed)
            .then(pl.lit("invalid"))
            .otherwise(pl.col(state_of(name)) if state_of(name) in frame.columns else pl.lit(None, pl.String))
            .alias(state_of(name))
            for name, failed in bad.items()
        ),
    )


def _unknown_units(observed: Observations) -> pl.DataFrame:
    parts = [
        told.frame.filter(pl.col("unit").is_null()).select(
            "period",
            "file",
            "sheet",
            "row",
            source=pl.lit(told.source.id),
            severity=pl.lit("error"),
            check=pl.lit("unknown_unit"),
            message=pl.format("нет такой организации: «{}»", pl.col("said").str.strip_chars().fill_null("")),
            hint=pl.lit("строка не учтена: исправьте название или добавьте его в aliases организации"),
        )
        for told in observed.heard
        if "unit" in told.frame.columns
    ]
    return pl.concat(parts, how="diagonal") if parts else pl.DataFrame()


def _unknown_periods(observed: Observations, district: District) -> pl.DataFrame:
    parts = []
    for told in observed.heard:
        if "said_period" in told.frame.columns and told.frame["period"].has_nulls():
            unread = told.frame.filter(pl.col("period").is_null())
            readable = _is_period(unread["said_period"], district)
            parts.append(
                unread.filter(~pl.col("said_period").is_in(readable)).select(
                    "unit",
                    "file",
                    "sheet",
                    "row",
                    source=pl.lit(told.source.id),
                    severity=pl.lit("error"),
                    check=pl.lit("unknown_period"),
                    message=pl.format("это не период: «{}»", pl.col("said_period").str.strip_chars().fill_null("")),
                    hint=pl.lit("строка не учтена"),
                )
            )
    return pl.concat(parts, how="diagonal") if parts else pl.DataFrame()


def _is_period(texts: pl.Series, district: District) -> list[str]:
    """The texts which are periods, if not among those read (before `since`, after the last one asked)."""
    readable = []
    for text in texts.cast(pl.String).unique().drop_nulls():
        try:
            Period.parse(text, district.calendar)
        except ValueError:
            continue
        readable.append(text)
    return readable


def _repeated(observed: Observations) -> pl.DataFrame:
    again = observed.repeated
    return again.select(
        "unit",
        "period",
        "source",
        "file",
        "sheet",
        "row",
        severity=pl.when("same").then(pl.lit("warning")).otherwise(pl.lit("error")),
        check=pl.lit("repeated"),
        message=pl.when("same")
        .then(pl.lit("организация ответила дважды, одинаково"))
        .otherwise(pl.lit("организация ответила дважды, по-разному")),
        hint=pl.when("same")
        .then(pl.lit("учтено один раз"))
        .otherwise(pl.lit("не учтено ни разу: оставьте один ответ")),
    )


def _silent(observed: Observations, district: District) -> pl.DataFrame:
    """Units which are asked by a source that others answered in that period, and said nothing."""
    parts = []
    for source in district.sources:
        told = TOLD.format(source.id)
        asked = pl.col("kind").is_in(source.asked_of) if source.asked_of else pl.col("height") == 0
        frame = observed.frame
        spoke = frame.lazy().group_by("period").agg(pl.col(told).any().alias("spoke"))
        parts.append(
            frame.lazy()
            .filter(asked & pl.col("exists") & pl.col(told).is_null())
            .join(spoke, on="period", maintain_order="left")
            .select(
                "unit",
                "period",
                source=pl.lit(source.id),
                severity=pl.lit("warning"),
                check=pl.lit("silent"),
                message=pl.when(pl.col("spoke").fill_null(value=False))
                .then(pl.lit(f"не представлены сведения: «{source.title}»"))
                .otherwise(pl.lit(f"за этот период нет ни одного ответа: «{source.title}»")),
                hint=pl.lit("запросите сведения; молчание — не «нет» и не ноль"),
            )
        )
    return pl.concat(parts, how="diagonal").collect(engine=ENGINE) if parts else pl.DataFrame()


def _misread(told: Heard) -> pl.DataFrame:
    """Cells in which there is no number, and those read otherwise than they are written."""
    parts = [
        told.frame.lazy()
        .filter(pl.col(f"{item.id}@{kind}").is_not_null() & pl.col("unit").is_not_null())
        .select(
            "unit",
            "period",
            "file",
            "sheet",
            row=pl.coalesce([name for name in (row_of(item.id), "row") if name in told.frame.columns]),
            source=pl.lit(told.source.id),
            item=pl.lit(item.id),
            severity=pl.lit(severity),
            check=pl.lit(check),
            message=pl.format("«{}»: {}", pl.lit(item.title), pl.col(f"{item.id}@{kind}")),
            hint=pl.lit(hint),
        )
        for item in told.source.items
        for kind, check, severity, hint in (
            ("problem", "type", "error", "исправьте ячейку: она не учтена"),
            ("note", "interpreted", "warning", "прочитано так; проверьте"),
        )
        if f"{item.id}@{kind}" in told.frame.columns
    ]
    if not parts:
        return pl.DataFrame()
    # One cell may have been told in two rows of a table.
    return pl.concat(parts, how="diagonal").unique(maintain_order=True).collect(engine=ENGINE)


def _placed(defects: pl.DataFrame, observed: Observations) -> pl.DataFrame:
    """DEFECTS with names instead of numbers, and the place of each answer."""
    lacking = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in (
            ("file", pl.String),
            ("sheet", pl.String),
            ("row", pl.Int64),
            ("item", pl.String),
            ("unit", pl.UInt32),
            ("period", pl.UInt16),
        )
        if name not in defects.columns
    ]
    if defects.is_empty():
        return pl.DataFrame(schema=DEFECTS)
    places = observed.places.unique(["unit", "period", "source"], maintain_order=True)
    columns = pl.DataFrame(
        [
            (table.file, table.sheet, item, column)
            for told in observed.heard
            for table in told.tables
            for item, column in table.cells.items()
        ],
        schema={"file": pl.String, "sheet": pl.String, "item": pl.String, "column": pl.String},
        orient="row",
    ).unique(["file", "sheet", "item"], maintain_order=True)
    periods = pl.Series([str(period) for period in observed.periods], dtype=pl.String)
    row = pl.coalesce("row", "row_")
    address = pl.when(pl.col("sheet_") != "").then(pl.format("«{}»!{}{}", "sheet_", "column", row)).otherwise("column")
    return (
        defects.lazy()
        .with_columns(lacking)
        .with_columns(pl.col("unit").cast(pl.UInt32), pl.col("period").cast(pl.UInt16))
        .join(
            places.lazy().select("unit", "period", "source", file_="file", sheet_at="sheet", row_="row"),
            on=["unit", "period", "source"],
            how="left",
            maintain_order="left",
        )
        .with_columns(file=pl.coalesce("file", "file_"), sheet_=pl.coalesce("sheet", "sheet_at"))
        .join(
            columns.lazy(),
            left_on=["file", "sheet_", "item"],
            right_on=["file", "sheet", "item"],
            how="left",
            maintain_order="left",
        )
        .with_columns(at=pl.col("period"), who=pl.col("unit"), row=row, cell=address)
        .with_columns(
            unit=pl.lit(observed.roster.ids).gather(pl.col("unit")),
            period=pl.lit(periods).gather(pl.col("period")),
        )
        .sort(
            "at",
            "severity",
            "who",
            "source",
            "row",
            descending=[False, False, False, False, False],
            maintain_order=True,
            nulls_last=True,
        )
        .select(pl.col(name).cast(dtype) for name, dtype in DEFECTS.items())
        .collect(engine=ENGINE)
    )


def _number(value: pl.Expr) -> pl.Expr:
    """A number as text: whole where it is whole."""
    return (
        pl.when(value == value.round(0))
        .then(value.cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(value.cast(pl.String).str.replace(".", ",", literal=True))
    )
