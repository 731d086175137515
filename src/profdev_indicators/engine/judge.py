"""Every rule over every cell it is in force for: findings, and what could not be checked.

A rule answers ``judge()`` with polars expressions (:class:`frames.Judgement`). They see the totals (rows without a
breakdown) of VALUES of every period read, up to the last one asked; rows of one series lie together and in order of
time. Beside the columns of VALUES there are:

========================= ======= ==================================================================================
``series``                UInt32  one unit, one indicator, one reading
``position``              Int64   :attr:`Period.ordinal`: adjacent periods differ by one
``line``                  UInt32  one indicator and one reading: equal lines of equal positions may be compared
``own``                   Boolean the unit answers itself; false: it stands above those who do
``sign``                  Float64 1 where higher is better, −1 where lower is, null where neither
``target``                Float64 the target in force on the period's last day; null: none was set
``heads``                 Boolean the numerator counts heads or events: a share of them, or a plain count
``presence``              Boolean it counts answers «yes», or without a denominator things the more of the better
``cluster``               String  whom to compare with: peers are of one line, position, level and cluster
``parent``                String  the unit directly above in that period; null: there is none
``provisional``           Boolean the answers of that period may still be corrected
``hurdle``                String  why the cell has no value, in Russian; null: it has one
``first``                 Boolean the indicator was never looked at here before
``previous``              String  the period just before, as it is printed
``previous_hurdle``       String  why the period just before has no value, in Russian; null: it has one
``base_position``         Int64   the nearest earlier period with a value; null: there is none
``base_period``           String  the same, as it is printed
``base_value``            Float64 its value; and so its numerator, denominator and definition:
``base_numerator``        Float64
``base_denominator``      Float64
``base_definition``       String  compare only where it equals ``definition``
``incomparable``          String  why the value cannot be compared with that of the period just before, in Russian
========================= ======= ==================================================================================

``pl.col(x).shift(k)`` stays inside a series where ``pl.col("series").shift(k) == pl.col("series")``;
``.over("series")`` says the same more slowly. ``fired`` is looked at where ``unchecked`` is null; where both are null
the rule is not in force for that cell (a criterion without a target is not «below» anything, and that is no omission
either). Cells in which the indicator or the unit does not exist are not judged.

A rule which needs more than that says in ``prepare`` how to add columns (:class:`frames.Judgement`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

import polars as pl
from attrs import field, frozen

from profdev_indicators.engine.definitions import asked_kinds, definition, readings_of, target_at
from profdev_indicators.engine.escalate import escalated, look_back
from profdev_indicators.errors import PluginError, Problem
from profdev_indicators.frames import ALARMS, ENGINE, FINDINGS, SEVERITY, UNCHECKED, Judgement
from profdev_indicators.model import District, Escalation, Indicator, Item, Rule
from profdev_indicators.periods import Period
from profdev_indicators.sentences import PROVISIONAL

_NUMBERS = "numbers."  # prefix of the columns which become fields of the struct
_COMMON = ("kind", "numerator", "denominator", "expected", "reported")  # numbers of every finding
_BASE = ("position", "period", "value", "numerator", "denominator", "definition")
_SIGNS = {"higher": 1.0, "lower": -1.0, "neutral": None}
_HURDLES = {
    "not_reported": "нет данных",
    "not_applicable": "не применимо",
    "invalid": "противоречие в ответе",
    "suppressed": "скрыто",
}
_NOTHING_FOR = "нет данных за "
_EARLIER_HURDLES = {
    "not_applicable": "не применимо в ",
    "invalid": "противоречие в ответе за ",
    "suppressed": "скрыто за ",
}

_APPLIES: Mapping[str, pl.Expr] = {
    "all": pl.lit(value=True),
    "organisations": pl.col("own"),
    "totals": ~pl.col("own"),
}
_CELL = ("row", "district", "unit", "period", "position", "indicator", "reading", "value")
_KEYS = ("row", "series", "position", "line", "own", "unit", "level", "period", "indicator", "reading")
_SPOKEN = (pl.col("reason").is_not_null(), pl.col("fired").is_not_null())
_GRAVEST_PROVISIONAL = "attention"


@frozen(kw_only=True, eq=False)
class Judged:
    """What the rules say; only putting findings and unchecked cells in order is left to do."""

    findings: pl.LazyFrame  # FINDINGS
    unchecked: pl.LazyFrame  # UNCHECKED
    alarms: pl.DataFrame  # ALARMS


def judge(
    values: pl.LazyFrame,
    district: District,
    *,
    tree: pl.LazyFrame,
    asked: Sequence[Period],
    rule_names: Mapping[type, str],
    provisional: bool = False,
) -> Judged:
    """Findings, unchecked cells and alarms of the periods asked, in the order of ``values``.

    Within a cell the gravest finding comes first, then the order of the configuration.

    Args:
        values: VALUES of every period read, in the order in which findings are to come.
        district: whose rules.
        tree: ``unit, period, cluster, parent``, one row each; a null cluster stands for the unit's kind, a null parent
            for the root.
        asked: the periods to judge; the others serve as history.
        rule_names: the kind of every class of rules: the name of a rule that has none of its own.
        provisional: answers of the last period asked may still be corrected: nothing there is graver than «внимание».
    """
    forces = _forces(district, rule_names)
    if not forces or not asked:
        nothing = (pl.LazyFrame(schema=FINDINGS), pl.LazyFrame(schema=UNCHECKED), pl.DataFrame(schema=ALARMS))
        return Judged(findings=nothing[0], unchecked=nothing[1], alarms=nothing[2])
    until = max(asked)
    read = sorted(Period.parse(text, district.calendar) for text in _periods_of(values))
    concerned = {name for force in forces for name in force.indicators}
    indicators = [indicator for indicator in district.indicators if indicator.id in concerned]
    marks = _marks(indicators, [period for period in read if period <= until], district.items)
    if provisional:
        marks = marks.with_columns((pl.col("position") == until.ordinal).alias("provisional"))
    # Collected here, for every rule looks at it: a planner asked to share it spends longer than the rules take.
    series = _looked_at(_series(values, marks, answers_itself(indicators), tree), forces).collect(engine=ENGINE)
    wanted = [period.ordinal for period in asked]
    back = look_back(district.dynamics.escalations)
    judging = {ordinal - earlier for ordinal in wanted for earlier in range(back + 1)}
    judged = [_judged(series.lazy(), force, sorted(judging), len(indicators)) for force in forces]
    numbers = dict.fromkeys((*_COMMON, *(name for force in forces for name in force.judgement.numbers)))
    return Judged(
        findings=_findings(judged, numbers, district.dynamics.escalations, wanted),
        unchecked=_unchecked(judged, wanted),
        alarms=_alarms(judged, wanted),
    )


def rules_of(indicator: Indicator, district: District, rule_names: Mapping[type, str]) -> Mapping[str, Rule]:
    """The rules in force for an indicator, by name, in order of importance.

    The district's common ones without those the indicator declines; a rule of its own replaces the common one of
    the same name in its place, or comes after them.
    """
    return {name: rule for _, name, rule in _ordered(indicator, district, rule_names)}


def check_rules(district: District, rule_names: Mapping[type, str]) -> Iterator[Problem]:
    """Names of rules which are given twice, or are spoken of though no rule has them."""
    own = [(f"{path}.rules", indicator.rules) for path, indicator in _placed(district)]
    known = set(rule_names.values())
    for path, rules in [("dynamics.rules", district.dynamics.rules), *own]:
        seen: set[str] = set()
        for number, rule in enumerate(rules):
            name = _name(rule, rule_names)
            if name in seen:
                yield Problem(
                    path=f"{path}[{number}]",
                    message=f"второе правило с именем «{name}»",
                    hint="дайте одному из них своё имя: name",
                )
            seen.add(name)
        known |= seen
    for number, escalation in enumerate(district.dynamics.escalations):
        path = f"dynamics.escalations[{number}]"
        if bool(escalation.together) == bool(escalation.any):
            yield Problem(path=path, message="нужно одно из двух: together (все) или any (хотя бы одно)")
        for word in ("together", "any"):
            places = enumerate(getattr(escalation, word))
            yield from _unknown(((f"{path}.{word}[{n}]", name) for n, name in places), known)
    common = {_name(rule, rule_names) for rule in district.dynamics.rules}
    yield from _unknown(((f"recommendations.advice.{name}", name) for name in district.recommendations.advice), known)
    for path, indicator in _placed(district):
        declined = ((f"{path}.without_rules[{n}]", name) for n, name in enumerate(indicator.without_rules))
        yield from _unknown(declined, known | common)
        yield from _unknown(((f"{path}.advice.{name}", name) for name in indicator.advice), known)


# --- which rules, for what ------------------------------------------------------------------------------------------


@frozen(kw_only=True, eq=False)
class _Force:
    """One rule and the indicators it is in force for."""

    name: str
    kind: str
    order: int
    rule: Rule
    judgement: Judgement
    indicators: list[str] = field(factory=list)


def _forces(district: District, rule_names: Mapping[type, str]) -> list[_Force]:
    found: dict[tuple[int, str, int], _Force] = {}
    for indicator in district.indicators:
        for order, name, rule in _ordered(indicator, district, rule_names):
            key = (order, name, id(rule))
            if key not in found:
                found[key] = _Force(
                    name=name, kind=rule_names[type(rule)], order=order, rule=rule, judgement=rule.judge()
                )
            found[key].indicators.append(indicator.id)
    return list(found.values())


def _ordered(
    indicator: Indicator, district: District, rule_names: Mapping[type, str]
) -> Iterator[tuple[int, str, Rule]]:
    """Place, name and rule; the place of a common rule is one for all indicators."""
    common = {_name(rule, rule_names): rule for rule in district.dynamics.rules}
    own = {_name(rule, rule_names): rule for rule in indicator.rules}
    places = {name: place for place, name in enumerate(dict.fromkeys((*common, *own)))}
    for name, place in places.items():
        if name in own:
            yield place, name, own[name]
        elif name not in indicator.without_rules:
            yield place, name, common[name]


def _name(rule: Rule, rule_names: Mapping[type, str]) -> str:
    return rule.name or rule_names[type(rule)]


def _placed(district: District) -> Iterator[tuple[str, Indicator]]:
    for s, section in enumerate(district.sections):
        for i, indicator in enumerate(section.indicators):
            yield f"sections[{s}].indicators[{i}]", indicator


def _unknown(mentions: Iterable[tuple[str, str]], known: set[str]) -> Iterator[Problem]:
    for path, name in mentions:
        if name not in known:
            close = get_close_matches(name, sorted(known), 1)
            hint = f"возможно, «{close[0]}»?" if close else f"есть: {', '.join(sorted(known))}"
            yield Problem(path=path, message=f"нет правила «{name}»", hint=hint)


# --- what the rules see ---------------------------------------------------------------------------------------------


def _periods_of(values: pl.LazyFrame) -> list[str]:
    return values.select(pl.col("period").unique()).collect(engine=ENGINE).to_series().to_list()


def _marks(indicators: Sequence[Indicator], periods: Sequence[Period], items: Mapping[str, Item]) -> pl.LazyFrame:
    """What the configuration says of every reading in every period: one row each."""
    lines = [(indicator, reading) for indicator in indicators for reading in readings_of(indicator, None)]
    rows = [
        (
            indicator.id,
            reading,
            str(period),
            line,
            period.ordinal,
            str(period.previous),
            _SIGNS[indicator.better],
            target_at(indicator, period),
            *_nature(indicator, period, reading, items),
        )
        for line, (indicator, reading) in enumerate(lines)
        for period in periods
    ]
    schema = {
        "indicator": pl.String,
        "reading": pl.String,
        "period": pl.String,
        "line": pl.UInt32,
        "position": pl.Int64,
        "previous": pl.String,
        "sign": pl.Float64,
        "target": pl.Float64,
        "heads": pl.Boolean,
        "presence": pl.Boolean,
    }
    frame = pl.LazyFrame(rows, schema=schema, orient="row")
    return frame.with_columns(pl.lit(value=False).alias("provisional"))


def _nature(indicator: Indicator, period: Period, reading: str, items: Mapping[str, Item]) -> tuple[bool, bool]:
    """``heads`` and ``presence``, from what the formula of that day counts."""
    known = definition(indicator, period, reading, items=items)
    if known is None or hasattr(known.measure, "derive"):
        return False, False
    ratio = known.measure.ratio(known.missing)
    counted = {items[name].type for name in ratio.linked if name in items}
    is_count = ratio.denominator is None
    heads = bool(counted) and counted <= {"count", "flag"} and (is_count or ratio.scale != 1)
    # A count has no opposite: «none are left» cannot be said of it where fewer is better.
    return heads, heads and (indicator.better != "lower" if is_count else counted == {"flag"})


def answers_itself(indicators: Sequence[Indicator]) -> pl.Expr:
    """Whether the unit of a row of VALUES is one of those the row's indicator asks."""
    by_kinds: dict[tuple[str, ...], list[str]] = {}
    for indicator in indicators:
        by_kinds.setdefault(asked_kinds(indicator), []).append(indicator.id)
    return pl.any_horizontal(
        pl.lit(value=False),
        *(
            (pl.col("unit_kind").is_in(kinds) if kinds else pl.col("level") == 0) & pl.col("indicator").is_in(names)
            for kinds, names in by_kinds.items()
        ),
    )


def _series(values: pl.LazyFrame, marks: pl.LazyFrame, own: pl.Expr, tree: pl.LazyFrame) -> pl.LazyFrame:
    """The frame of the module's docstring, and ``row``: the place of the cell in ``values``."""
    begins = (pl.col("line") != pl.col("line").shift()) | (pl.col("unit") != pl.col("unit").shift())
    has_value, is_defined = pl.col("value").is_not_null(), pl.col("state") != "not_defined"
    return (
        values.with_row_index("row")
        .filter(pl.col("breakdown").is_null())
        .join(marks, on=["indicator", "reading", "period"])
        .join(tree.select("unit", "period", "cluster", "parent"), on=["unit", "period"], how="left")
        .map_batches(_in_order, projection_pushdown=True)
        .with_columns(
            own.alias("own"),
            pl.coalesce("cluster", "unit_kind").alias("cluster"),
            begins.fill_null(value=True).cum_sum().cast(pl.UInt32).alias("series"),
            _hurdle(),
        )
        .with_columns(
            _previous_hurdle(),
            _nearest(has_value, "series", *_BASE).alias("nearest"),
            (_nearest(is_defined, "series").struct.field("series") != pl.col("series"))
            .fill_null(value=True)
            .alias("first"),
        )
        .with_columns(
            pl.when(pl.col("nearest").struct.field("series") == pl.col("series"))
            .then(pl.col("nearest").struct.field(name))
            .alias(f"base_{name}")
            for name in _BASE
        )
        .with_columns(_incomparable())
        .drop("nearest")
    )


def _in_order(cells: pl.DataFrame) -> pl.DataFrame:
    """Every series in one piece and in order of time; VALUES as a rule are, and to see it is quicker than to sort."""
    line, unit, position = (cells[name] for name in ("line", "unit", "position"))
    begins = ((line != line.shift()) | (unit != unit.shift())).fill_null(value=True)
    pieces = cells.select("line", "unit").filter(begins)
    if pieces.n_unique() == pieces.height and (begins | (position >= position.shift())).all():
        return cells
    return cells.sort("line", "unit", "position")


def _nearest(where: pl.Expr, *columns: str) -> pl.Expr:
    """The columns of the nearest earlier row for which ``where`` holds: perhaps one of the series before."""
    return pl.when(where).then(pl.struct(columns)).forward_fill().shift()


def _looked_at(series: pl.LazyFrame, forces: Iterable[_Force]) -> pl.LazyFrame:
    """The columns which some rule needs, or the findings; the rest are neither sorted nor kept."""
    wanted = {name for force in forces for part in _parts(force) for name in part.meta.root_names()}
    wanted.add("series")  # by which rows are put in order, whether or not a rule names it
    for force in forces:
        wanted |= {*force.judgement.needs, *(_KEYS if force.judgement.prepare else ())}
    # What a rule prepares for itself is no column yet.
    return series.select(name for name in series.collect_schema().names() if name in wanted)


def _hurdle() -> pl.Expr:
    words = pl.col("state").cast(pl.String).replace_strict(_HURDLES, default="нет данных", return_dtype=pl.String)
    return pl.when(pl.col("value").is_null()).then(words).alias("hurdle")


def _previous_hurdle() -> pl.Expr:
    adjacent = (pl.col("series").shift() == pl.col("series")) & (pl.col("position").shift() == pl.col("position") - 1)
    state = pl.col("state").shift().cast(pl.String)
    words = state.replace_strict(_EARLIER_HURDLES, default=_NOTHING_FOR, return_dtype=pl.String)
    return (
        pl.when(adjacent & pl.col("value").shift().is_not_null())
        .then(None)
        .when(adjacent)
        .then(words + pl.col("previous"))
        .otherwise(_NOTHING_FOR + pl.col("previous"))
        .alias("previous_hurdle")
    )


def _incomparable() -> pl.Expr:
    return pl.coalesce(
        pl.when(pl.col("sign").is_null()).then(pl.lit("направление не задано")),
        "hurdle",
        pl.when("first").then(pl.lit("первый период наблюдения")),
        "previous_hurdle",
        pl.when(pl.col("base_definition") != pl.col("definition")).then(pl.lit("изменилось определение показателя")),
    ).alias("incomparable")


# --- what they say --------------------------------------------------------------------------------------------------


def _judged(series: pl.LazyFrame, force: _Force, positions: Sequence[int], indicators: int) -> pl.DataFrame:
    """What one rule says of every cell it is in force for; ``reason`` is null where it could be applied."""
    # A filter by indicator leaves every series whole; one by period or unit would cut off history or peers.
    concerned = (
        series if len(force.indicators) == indicators else series.filter(pl.col("indicator").is_in(force.indicators))
    )
    in_force = pl.col("position").is_in(positions) & pl.col("applies") & pl.any_horizontal(_SPOKEN)
    return _prepared(concerned, force).select(_parts(force)).filter(in_force).drop("applies").collect(engine=ENGINE)


def _prepared(cells: pl.LazyFrame, force: _Force) -> pl.LazyFrame:
    """The frame with the columns a rule needs beside those of every rule.

    Raises:
        PluginError: the rule does not keep the rows.
    """
    prepare = force.judgement.prepare
    if prepare is None:
        return cells
    before = cells.collect(engine=ENGINE)
    after = prepare(before.lazy()).collect(engine=ENGINE)
    if not before["row"].equals(after["row"]):
        raise PluginError(f"правило «{force.kind}»: prepare изменил строки или их порядок")
    return after.lazy()


def _parts(force: _Force) -> list[pl.Expr]:
    """All that one rule says of a cell, and whether it is in force there."""
    judgement = force.judgement
    common = {name: pl.col(name) for name in _COMMON if name != "kind"}
    severity = judgement.severity.cast(SEVERITY)
    tempered = pl.col("provisional") & (severity > pl.lit(_GRAVEST_PROVISIONAL, SEVERITY))
    return [
        *map(pl.col, _CELL),
        pl.lit(force.name).alias("rule"),
        pl.lit(force.order).alias("order"),
        ((pl.col("state") != "not_defined") & _APPLIES[force.rule.applies_to]).alias("applies"),
        judgement.unchecked.cast(pl.String).alias("reason"),
        judgement.fired.alias("fired"),
        judgement.chance.cast(pl.Float64).alias("chance"),
        pl.when(tempered).then(pl.lit(_GRAVEST_PROVISIONAL, SEVERITY)).otherwise(severity).alias("severity"),
        judgement.base.cast(pl.Float64).alias("base"),
        judgement.change.cast(pl.Float64).alias("change"),
        judgement.p_value.cast(pl.Float64).alias("p_value"),
        pl.when(tempered)
        .then(pl.lit(PROVISIONAL))
        .otherwise(judgement.suspended_by.cast(pl.String))
        .alias("suspended_by"),
        pl.lit(force.kind).alias(f"{_NUMBERS}kind"),
        *(number.alias(_NUMBERS + name) for name, number in (common | dict(judgement.numbers)).items()),
    ]


def _findings(
    judged: Sequence[pl.DataFrame], numbers: Iterable[str], escalations: Sequence[Escalation], wanted: Sequence[int]
) -> pl.LazyFrame:
    struct = pl.struct(pl.col(_NUMBERS + name).alias(name) for name in numbers)
    fired = pl.concat(
        [cells.filter(pl.col("reason").is_null() & pl.col("fired")) for cells in judged], how="diagonal_relaxed"
    )
    return (
        escalated(fired, escalations)
        .lazy()
        .filter(pl.col("position").is_in(wanted))
        .sort("row", "severity", "order", descending=[False, True, False], maintain_order=True)
        .with_columns(struct.alias("numbers"))
        .select(FINDINGS.names())
    )


def _unchecked(judged: Sequence[pl.DataFrame], wanted: Sequence[int]) -> pl.LazyFrame:
    told = (*_CELL, "rule", "order", "reason")
    return (
        pl.concat([cells.lazy().select(told) for cells in judged])
        .filter(pl.col("reason").is_not_null() & pl.col("position").is_in(wanted))
        .sort("row", "order", maintain_order=True)
        .select(UNCHECKED.names())
    )


def _alarms(judged: Sequence[pl.DataFrame], wanted: Sequence[int]) -> pl.DataFrame:
    checked = [
        cells.lazy()
        .filter(pl.col("reason").is_null() & pl.col("position").is_in(wanted))
        .group_by("position", "reading", "order", "rule", maintain_order=True)
        .agg(
            pl.col("period").first(),
            pl.len().cast(pl.Int64).alias("checked"),
            pl.col("fired").sum().cast(pl.Int64).alias("fired"),
            pl.col("chance").count().cast(pl.Int64).alias("tested"),
            pl.when(pl.col("chance").count() > 0).then(pl.col("chance").sum()).alias("expected"),
        )
        for cells in judged
    ]
    together = (
        pl.concat(checked)
        .group_by("position", "reading", "rule", maintain_order=True)
        .agg(
            pl.col("period").first(),
            pl.col("order").min(),
            pl.col("checked", "fired", "tested").sum(),
            pl.when(pl.col("expected").count() > 0).then(pl.col("expected").sum()).alias("expected"),
        )
    )
    return together.sort("position", "reading", "order", maintain_order=True).select(ALARMS.names()).collect()
