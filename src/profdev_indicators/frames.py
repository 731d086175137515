"""The narrow waist: the shapes of answers, values and findings, and the words to speak about them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal, get_args

import polars as pl
from attrs import field, frozen

if TYPE_CHECKING:
    from polars.datatypes import DataTypeClass

State = Literal["ok", "partial", "not_reported", "not_applicable", "not_defined", "invalid", "suppressed"]
Severity = Literal["info", "attention", "risk", "critical"]

STATES: tuple[State, ...] = get_args(State)
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
STATE = pl.Enum(STATES)
SEVERITY = pl.Enum(SEVERITIES)
MAIN = "main"  # the reading an indicator has when no alternative is asked for
# Answers fit in memory; the streaming engine takes longer to start than most queries over them to run.
ENGINE: Literal["in-memory"] = "in-memory"

ROSTER = pl.Schema(
    {
        "id": pl.String(),
        "name": pl.String(),
        "kind": pl.String(),  # school, kindergarten …: what `asked_of` and populations name
        "parent": pl.String(),  # id of the unit above; null: directly under the root
        "inn": pl.String(),
        "ogrn": pl.String(),
        "aliases": pl.List(pl.String()),
        "cluster": pl.String(),  # peers are units of one cluster; null: of one kind
        "valid_from": pl.Date(),  # first day of this version of the unit; null: always was
        "valid_to": pl.Date(),  # last day; null: still is
    }
)
"""Organisational units, one row per dated version of a unit."""

TREE = pl.Schema(
    {
        "unit": pl.String(),
        "period": pl.String(),
        "cluster": pl.String(),  # peers are units of one cluster; null: of one kind
        "parent": pl.String(),  # the unit directly above; null: it is the root
    }
)
"""Where each unit stood in each period, one row each."""

ANSWERS = pl.Schema(
    {
        "unit": pl.String(),
        "period": pl.String(),
    }
)
"""What every frame of answers begins with; then a Float64 column per item (null: not told) and its companions.

``state_of(item)``, String: why a null is more than silence, or why a number is kept out
(``not_applicable``, ``suppressed``, ``not_reported``: told to be unknown, ``invalid``);
``link_of(item)``, String: the evidence; ``row_of(item)``, Int64: where the answer stood, if apart from the others.
A companion is there only where some answer needs it.
"""

VALUES = pl.Schema(
    {
        "district": pl.String(),
        "unit": pl.String(),
        "unit_name": pl.String(),  # as it was called in that period
        "unit_kind": pl.String(),
        "level": pl.Int32(),  # height in the tree: 0 answers itself, 1 is above it …
        "period": pl.String(),
        "section": pl.String(),
        "indicator": pl.String(),
        "reading": pl.String(),  # MAIN or the id of an alternative
        "breakdown": pl.String(),  # null: the total
        "category": pl.String(),
        "numerator": pl.Float64(),  # null whenever the value is
        "denominator": pl.Float64(),  # null for a count
        "value": pl.Float64(),  # unrounded, in the indicator's unit
        "expected": pl.Int64(),  # answering units which were asked and to which the indicator applies
        "reported": pl.Int64(),  # of them, those whose answer entered the sums
        "evidenced": pl.Int64(),  # of them, those whose answer has the link it needs
        "known": pl.Int64(),  # records: how many of the population have a known answer; null for cards
        "state": STATE,
        "reason": pl.String(),  # in Russian, where the state alone does not say enough
        "ci_low": pl.Float64(),  # 95 %: where the value would lie had all who were asked answered; null: not estimated
        "ci_high": pl.Float64(),
        "definition": pl.String(),  # equal hashes may be compared, unequal ones may not
    }
)
"""One row per unit, period, indicator, reading and category."""

FINDINGS = pl.Schema(
    {
        "district": pl.String(),
        "unit": pl.String(),
        "period": pl.String(),
        "indicator": pl.String(),
        "reading": pl.String(),
        "rule": pl.String(),
        "severity": SEVERITY,
        "value": pl.Float64(),
        "base": pl.Float64(),  # what the value was compared with, in the indicator's unit
        "change": pl.Float64(),  # value − base: percentage points for a share
        "numbers": pl.Struct({}),  # all a sentence needs; its fields are those of the rules in force
        "p_value": pl.Float64(),
        "suspended_by": pl.String(),  # what capped the severity; null: nothing did
        # what raised it: names of the rules that fired together, or in how many periods in a row; null: nothing did
        "raised_by": pl.String(),
    }
)
"""One row per fired rule; within a cell the first row is the leading one."""

UNCHECKED = pl.Schema(
    {
        "district": pl.String(),
        "unit": pl.String(),
        "period": pl.String(),
        "indicator": pl.String(),
        "reading": pl.String(),
        "rule": pl.String(),
        "reason": pl.String(),  # in Russian; why the rule could say neither yes nor no
    }
)
"""Rules which could not be applied: never a «no»."""

ALARMS = pl.Schema(
    {
        "period": pl.String(),
        "reading": pl.String(),
        "rule": pl.String(),
        "checked": pl.Int64(),  # cells in which the rule said yes or no
        "fired": pl.Int64(),  # of them, yes
        "tested": pl.Int64(),  # of those checked, cells where chance could fire it, and how often is known
        "expected": pl.Float64(),  # how many of those tested it would fire in if nothing had changed; null: not known
    }
)
"""How often each rule spoke, beside how often chance alone would make it speak."""

TALLIES = pl.Schema(
    {
        "unit": pl.String(),
        "period": pl.String(),
        "indicator": pl.String(),
        "reading": pl.String(),
        "breakdown": pl.String(),  # null: the total
        "category": pl.String(),  # null in a breakdown: the column is empty
        "counted": pl.Float64(),  # of those known, in the indicator's numerator
        "population": pl.Int64(),  # persons (rows, where nobody is named) who belong to it
        "known": pl.Int64(),  # of them, those whose answer is known
        "unknown": pl.Int64(),  # the others: silent ones, worth what the indicator's `silence` says
        "population_unknown": pl.Int64(),  # those of whom the records do not say whether they belong
    }
)
"""What stands behind values made of records: one row per value; only what entered the sums."""

HIDDEN = pl.Schema(
    {
        "unit": pl.String(),
        "period": pl.String(),
        "indicator": pl.String(),
        "reading": pl.String(),
        "disclosure": pl.String(),  # A, B or C: the class of the indicator
        "primary": pl.Boolean(),  # hidden for what it says itself; false: so that nobody reckons another one
        "reason": pl.String(),  # in Russian
    }
)
"""Values that disclosure control has hidden and why; itself never published."""

DEFECTS = pl.Schema(
    {
        "severity": pl.Enum(["warning", "error"]),  # error: the item was kept out of the sums
        "source": pl.String(),
        "unit": pl.String(),  # null where the unit itself is unknown
        "period": pl.String(),
        "item": pl.String(),
        "check": pl.String(),
        "file": pl.String(),
        "row": pl.Int64(),
        "cell": pl.String(),
        "message": pl.String(),  # in Russian
        "hint": pl.String(),
    }
)
"""What is wrong with the answers; a defect never stops the batch."""

RECOMMENDATIONS = pl.Schema(
    {
        "unit": pl.String(),
        "unit_name": pl.String(),
        "period": pl.String(),
        "indicator": pl.String(),
        "rule": pl.String(),
        "severity": SEVERITY,
        "fact": pl.String(),
        "action": pl.String(),
        "deadline": pl.Date(),
        "responsible": pl.String(),
        "learn_from": pl.String(),
        "check": pl.String(),
    }
)
"""Addressed advice, one row per leading finding that somebody answered."""

RESERVED: frozenset[str] = frozenset(
    {*VALUES, "file", "sheet", "row", "id", "name", "kind", "parent", "link", "inn", "ogrn", "said"}
)
"""Names an item may not have: they are columns of the frames around it."""


def state_of(item: str) -> str:
    """Name of the companion column which says why an item has no usable number."""
    return f"{item}@state"


def link_of(item: str) -> str:
    """Name of the companion column with the evidence of an item."""
    return f"{item}@link"


def row_of(item: str) -> str:
    """Name of the companion column with the row of an item, where it is not the row of the other answers."""
    return f"{item}@row"


def total(items: Iterable[str], missing: Literal["strict", "available"]) -> pl.Expr:
    """Sum of items of one answering unit, in Float64.

    ``strict``: null as soon as one of them is null. ``available``: the sum of those told, null when none is.
    Polars itself sums nothing to 0; this never does.
    """
    columns = [pl.col(item) for item in items]
    if len(columns) == 1:
        return columns[0]
    if missing == "strict":
        return pl.sum_horizontal(columns, ignore_nulls=False)
    return pl.when(pl.any_horizontal(column.is_not_null() for column in columns)).then(pl.sum_horizontal(columns))


@frozen(kw_only=True)
class Ratio:
    """Two sums over answering units; divided once, at the end, and multiplied by ``scale``.

    The expressions see one row of ANSWERS per unit and period, with the columns of the items.
    """

    numerator: pl.Expr  # null: not told
    denominator: pl.Expr | None = None  # None: a plain count
    scale: float = 1.0
    items: tuple[str, ...]  # every item an answer needs: one that is invalid or suppressed spoils the answer
    linked: tuple[str, ...] = ()  # the items whose links make an answer evidenced
    applicable: pl.Expr | None = None  # false: not in the population; null: it may be, so it is asked and silent
    contradiction: pl.Expr | None = None  # true: the answer contradicts itself (part > whole) and stays out of sums
    # Where the sums are plain: items added up above and below the line, so that records may be counted row by row.
    counted: tuple[str, ...] = ()  # empty: the numerator is no plain sum of items
    population: tuple[str, ...] = ()  # empty: there is no denominator
    known: pl.Expr | None = None  # records: how many of the population have a known answer; None: not of records


@frozen(kw_only=True)
class Judgement:
    """What a rule says of every cell: expressions over a series of VALUES (see :mod:`engine.judge`).

    ``unchecked`` gives the reason in Russian where the rule cannot be applied, else null; ``fired`` is looked at
    only where it is null. Where both are null the rule is not in force for that cell.

    A rule that looks further than one row and its neighbours adds columns first: ``prepare`` takes the frame of all
    cells of its indicators and returns the same rows in the same order, with more columns; it reads those of
    ``needs`` and the keys (``row, series, position, line, own, unit, level, period, indicator, reading``).
    """

    fired: pl.Expr
    unchecked: pl.Expr
    base: pl.Expr = field(factory=lambda: pl.lit(None, pl.Float64))
    change: pl.Expr = field(factory=lambda: pl.lit(None, pl.Float64))
    p_value: pl.Expr = field(factory=lambda: pl.lit(None, pl.Float64))
    severity: pl.Expr
    suspended_by: pl.Expr = field(factory=lambda: pl.lit(None, pl.String))
    numbers: Mapping[str, pl.Expr] = field(factory=dict)
    # how probably it fires in this cell if nothing has changed; null: no test was possible
    chance: pl.Expr = field(factory=lambda: pl.lit(None, pl.Float64))
    prepare: Callable[[pl.LazyFrame], pl.LazyFrame] | None = None
    needs: tuple[str, ...] = ()


def conform(frame: pl.LazyFrame, schema: Mapping[str, DataTypeClass | pl.DataType]) -> pl.LazyFrame:
    """The columns of ``schema`` in their order and types; those the frame lacks become null."""
    have = frame.collect_schema()
    return frame.select(
        (pl.col(name) if name in have else pl.lit(None)).cast(dtype).alias(name) for name, dtype in schema.items()
    )
