"""What contradicts itself in the answers: listed with its place and kept out of the sums; it never stops the batch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from profdev_indicators.engine.identity import SAID
from profdev_indicators.engine.observe import TOLD, Heard, Observations
from profdev_indicators.frames import DEFECTS, ENGINE, link_of, row_of, state_of
from profdev_indicators.model import ACCEPTED, District, Item, Source
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
    beside: tuple[str, ...] = ()  # other items, whose places the message names as `…@at`
    error: bool = field(default=True)  # the item is kept out of the sums


def audit(observed: Observations, district: District) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The answers without what contradicts itself, and DEFECTS of all periods read."""
    frame = observed.frame
    checks = list(_checks(district, frame))
    failed = _failing(frame, checks)
    places = _Places.of(observed)
    defects = [
        _unidentified(observed),
        _unknown_periods(observed, district),
        _repeated(observed),
        _unsettled(observed),
        _silent(observed, district),
        *(_misread(told) for told in observed.heard),
        _noted(observed),
        *(_failures(frame, check, places) for check in failed),
    ]
    spoilt = [check for check in failed if check.error]
    return _without(frame, spoilt), _placed(pl.concat(defects, how="diagonal"), observed, places)


@frozen(kw_only=True, eq=False)
class _Places:
    """Where every answer stands."""

    answers: pl.LazyFrame  # unit, period, source, file, sheet, row
    columns: pl.LazyFrame  # file, sheet, item → column
    sources: Mapping[str, str]  # item → source

    @classmethod
    def of(cls, observed: Observations) -> _Places:
        """Those of all answers that stand in files."""
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
        sources = {item.id: told.source.id for told in observed.heard for item in told.source.items}
        return cls(answers=observed.places.lazy(), columns=columns.lazy(), sources=sources)

    def beside(self, item: str, asked_in: str) -> pl.LazyFrame:
        """``unit, period, item@at``: «, ячейка C7», for a message about a row of the source ``asked_in``."""
        source = self.sources[item]
        here = self.answers.filter(source=source).join(
            self.columns.filter(item=item).drop("item"), on=["file", "sheet"], how="left"
        )
        near = (
            pl.when(pl.col("sheet") != "")
            .then(pl.format(", ячейка {}", _address()))
            .otherwise(pl.format(", столбец «{}»", "column"))
        )
        far = pl.format(
            ", {}{}, {}",
            "file",
            pl.when((pl.col("sheet") == "") & pl.col("row").is_not_null())
            .then(pl.format(":{}", "row"))
            .otherwise(pl.lit("")),
            pl.when(pl.col("sheet") != "").then(pl.format("«{}»!{}", "sheet", _address())).otherwise("column"),
        )
        return here.select("unit", "period", (near if source == asked_in else far).alias(f"{item}@at"))


def _address() -> pl.Expr:
    """A cell: its column with the row, or the whole address where the table has no rows."""
    return pl.col("column") + pl.col("row").cast(pl.String).fill_null("")


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
            message=said + f") больше, чем «{whole.title}» (" + _number(pl.col(whole.id)) + _at(whole.id) + ")",
            hint="часть не может быть больше целого: исправьте одно из чисел",
            beside=(whole.id,),
        )
    if item.only_if is not None:
        needed = items[item.only_if]
        yield _Check(
            item=item,
            source=source,
            name="only_if",
            bad=(value > 0) & (pl.col(needed.id) == 0),
            message=said + f") больше нуля, а «{needed.title}» — нет" + _at(needed.id),
            hint="исправьте одно из двух",
            beside=(needed.id,),
        )
    if item.sum_of:
        parts = pl.sum_horizontal([pl.col(name) for name in item.sum_of], ignore_nulls=False)
        yield _Check(
            item=item,
            source=source,
            name="sum_of",
            bad=value != parts,
            message=said + ") не равно сумме частей (" + _number(parts) + ": " + _terms(item.sum_of) + ")",
            hint="сложите: " + ", ".join(f"«{items[name].title}»" for name in item.sum_of),
            beside=item.sum_of,
        )


def _at(item: str) -> pl.Expr:
    return pl.col(f"{item}@at").fill_null("")


def _terms(items: Sequence[str]) -> pl.Expr:
    """«12, ячейка C7; 3, ячейка C8»."""
    return pl.concat_str([_number(pl.col(name)) + _at(name) for name in items], separator="; ")


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


def _failures(frame: pl.DataFrame, check: _Check, places: _Places) -> pl.DataFrame:
    failing = frame.lazy().with_columns(bad=check.bad)
    if check.beside:
        marked = failing.filter("bad")
        for item in check.beside:
            # Once for each answer: joins may not add rows.
            at = places.beside(item, check.source.id).unique(["unit", "period"], maintain_order=True)
            marked = marked.join(at, on=["unit", "period"], how="left", maintain_order="left")
        marked = marked.with_columns(message=check.message)
    else:  # a message may look at the row before, so it is made before rows are dropped
        marked = failing.with_columns(message=check.message).filter("bad")
    return marked.select(
        "unit",
        "period",
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


def _unidentified(observed: Observations) -> pl.DataFrame:
    """Rows of which it is not clear, or was not clear at once, whose they are."""
    parts = []
    for told in observed.heard:
        keys = [name for name in SAID if name in told.remarks.columns]
        rows = told.frame.select("unit", "period", *keys, "file", "sheet", "row")
        if not told.remarks.is_empty():
            found = rows.join(told.remarks, on=keys, how="inner", nulls_equal=True, maintain_order="left")
            parts.append(found.drop(keys).with_columns(source=pl.lit(told.source.id)))
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
    """Each telling but the one with which it is compared, and where that one stands."""
    again = observed.tellings.filter(~pl.col("told_first"))
    difference = pl.when(pl.col("differs") != "").then(": " + pl.col("differs")).otherwise(pl.lit(""))
    sheet = pl.when(pl.col("sheet_other") != "").then(pl.format(", «{}»", "sheet_other")).otherwise(pl.lit(""))
    row = pl.format(", строка {}", "row_other").fill_null("")
    place = pl.when(pl.col("file_other") != "").then(pl.col("file_other") + sheet + row)
    other = place.otherwise(pl.lit("в таблице из памяти"))
    return again.select(
        "unit",
        "period",
        "source",
        "file",
        "sheet",
        "row",
        spot=pl.lit("unit"),
        severity=pl.when(pl.col("same") | pl.col("decided")).then(pl.lit("warning")).otherwise(pl.lit("error")),
        check=pl.lit("repeated"),
        message=pl.when("decided")
        .then(pl.format("не учтено: принято другое — {}{}", other, difference))
        .when("same")
        .then(pl.format("организация ответила дважды, одинаково; первый ответ — {}{}", other, difference))
        .otherwise(pl.format("организация ответила дважды, по-разному; первый ответ — {}{}", other, difference)),
        hint=pl.when("decided")
        .then(pl.lit("так решено в accepted.csv"))
        .when("same")
        .then(pl.lit("учтено один раз"))
        .otherwise(pl.lit("не учтён ни один: решите, какой ответ верен, — profdev collect … --accept ФАЙЛ")),
    )


def _unsettled(observed: Observations) -> pl.DataFrame:
    """Decisions in favour of an answer that is there no more."""
    return observed.unsettled.select(
        "unit",
        "period",
        "source",
        severity=pl.lit("warning"),
        check=pl.lit("accepted"),
        file=pl.lit(ACCEPTED),
        sheet=pl.lit(""),
        row=pl.col("line"),
        message=pl.format("решено учитывать ответ из «{}», а такого ответа там больше нет", "file"),
        hint=pl.lit("верните файл или решите заново: profdev collect … --accept ФАЙЛ"),
    )


def _noted(observed: Observations) -> pl.DataFrame:
    """What readers themselves have to say of tables; of a file that several sources read, once."""
    every = pl.concat([_noted_by(told) for told in observed.heard]) if observed.heard else pl.DataFrame()
    return every.unique(["file", "sheet", "row", "seen", "message"], maintain_order=True) if every.height else every


def _noted_by(told: Heard) -> pl.DataFrame:
    """What the reader of a source says; addressed where the whole table is of one organisation."""
    rows = []
    for table in told.tables:
        if not table.notes:
            continue
        whose = (
            told.frame.filter(pl.col("file") == table.file, pl.col("sheet") == table.sheet)
            .select("unit", "period")
            .unique()
        )
        unit, period = whose.row(0) if whose.height == 1 else (None, None)
        if period is None and whose["period"].n_unique() == 1:
            period = whose["period"][0]
        rows += [
            (
                unit,
                period,
                table.file,
                table.sheet,
                note.line or None,
                note.cell or None,
                note.message,
                note.hint or None,
            )
            for note in table.notes
        ]
    columns = {"unit": pl.UInt32, "period": pl.UInt16, "file": pl.String, "sheet": pl.String, "row": pl.Int64}
    texts = dict.fromkeys(("seen", "message", "hint"), pl.String)
    return pl.DataFrame(rows, schema={**columns, **texts}, orient="row").with_columns(
        source=pl.lit(told.source.id), severity=pl.lit("warning"), check=pl.lit("note")
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


def _placed(defects: pl.DataFrame, observed: Observations, places: _Places) -> pl.DataFrame:
    """DEFECTS with names instead of numbers, and the place of each answer."""
    lacking = [
        pl.lit(None, dtype).alias(name)
        for name, dtype in (
            ("file", pl.String),
            ("sheet", pl.String),
            ("row", pl.Int64),
            ("item", pl.String),
            ("spot", pl.String),
            ("seen", pl.String),
            ("unit", pl.UInt32),
            ("period", pl.UInt16),
        )
        if name not in defects.columns
    ]
    if defects.is_empty():
        return pl.DataFrame(schema=DEFECTS)
    periods = pl.Series([str(period) for period in observed.periods], dtype=pl.String)
    # A row belongs to the file it was found in; what has no file goes to the place of the answer, whose item may have
    # a row of its own.
    row = pl.when(pl.col("file").is_null()).then(pl.coalesce("row", "row_")).otherwise("row")
    address = pl.when(pl.col("sheet_") != "").then(pl.format("«{}»!{}", "sheet_", _address())).otherwise("column")
    return (
        defects.lazy()
        .with_columns(lacking)
        .with_columns(pl.col("unit").cast(pl.UInt32), pl.col("period").cast(pl.UInt16))
        .join(
            places.answers.select("unit", "period", "source", file_="file", sheet_at="sheet", row_="row"),
            on=["unit", "period", "source"],
            how="left",
            maintain_order="left",
        )
        .with_columns(
            row=row,
            sheet_=pl.when(pl.col("file").is_null()).then("sheet_at").otherwise("sheet"),
            file=pl.coalesce("file", "file_"),
            spot=pl.coalesce("spot", "item"),
        )
        .join(
            places.columns,
            left_on=["file", "sheet_", "spot"],
            right_on=["file", "sheet", "item"],
            how="left",
            maintain_order="left",
        )
        .with_columns(cell=pl.coalesce("seen", address))
        .with_columns(at=pl.col("period"), who=pl.col("unit"))
        .with_columns(
            unit=pl.lit(observed.roster.ids).gather(pl.col("unit")),
            period=pl.lit(periods).gather(pl.col("period")),
        )
        .sort(
            "at",
            "severity",
            "who",
            "source",
            "file",
            "sheet_",
            "row",
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
