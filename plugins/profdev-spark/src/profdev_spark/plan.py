"""The text of the queries: what is counted, as SQL; nothing here needs Spark.

A flag is a code, so that the greatest of a person's codes is the one that speaks for the person: 0 «no», 1 «not
known», 2 «yes». One projection makes the codes; all else adds them up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from attrs import evolve, field, frozen

from profdev_indicators.expressions import to_sql
from profdev_indicators.model import AppliesTo, Missing
from profdev_indicators.records import Counted, Question, Tally

NO, UNKNOWN, YES = 0, 1, 2

PART, PERIOD = "@part", "@period"
"""Columns that the question does not name: the number of the part, and that of its period where it has one."""

OWN = "own"  # the mask that leaves out all but the records of the unit itself
_OWN_KEYS = ("part", "unit", "period")
_KEYS = ("part", "target", "period")
_ROWS = ("BOOL_OR(own) AS own", "SUM(rows) AS rows")
_COLUMN = re.compile(r"\b[ac][0-9]+\b")


@frozen(kw_only=True, eq=False)
class Plan:
    """Columns of codes and amounts, and the counters made of them."""

    codes: Mapping[str, str]  # expression → its column
    amounts: Mapping[str, str]
    aggregates: Mapping[tuple[str, str], str]  # sum over codes, and the mask it leaves out → column of the result
    excluded: tuple[pl.DataFrame, ...]  # unit, period of the masks «m0», «m1» …
    answers: Mapping[str, str]  # «tally.n» → column of the result

    def broken_down(self) -> Plan:
        """What is counted by category: not what becomes the answer of a unit."""
        kept = {key: column for key, column in self.aggregates.items() if key[1] != OWN}
        columns = set(kept.values())
        answers = {name: column for name, column in self.answers.items() if column in columns}
        return evolve(self, aggregates=kept, answers=answers)

    @property
    def masks(self) -> tuple[str, ...]:
        """Those in use; an empty one leaves nothing out."""
        return tuple(dict.fromkeys(mask for _, mask in self.aggregates))


def planned(tallies: Sequence[Tally]) -> Plan:
    """What is to be counted; whatever two tallies share is counted once."""
    codes, amounts = _Columns("c"), _Columns("a")
    excluded: list[pl.DataFrame] = []
    aggregates: dict[tuple[str, str], str] = {}
    answers: dict[str, str] = {}
    for tally in tallies:
        mask = _mask(tally, excluded)
        belongs = " OR ".join(f"({to_sql(flag, 'spark')})" for flag in tally.population)
        population = codes[_code(belongs or "TRUE")]
        counted = [_counted(each, belongs, codes, amounts) for each in tally.counted]
        for suffix, aggregate in _aggregates(tally.missing, population, counted):
            answers[f"{tally.name}.{suffix}"] = aggregates.setdefault((aggregate, mask), f"s{len(aggregates)}")
    return Plan(
        codes=codes.found, amounts=amounts.found, aggregates=aggregates, excluded=tuple(excluded), answers=answers
    )


@frozen(eq=False)
class _Columns:
    """Columns as they are asked for; the same text is one column."""

    prefix: str
    found: dict[str, str] = field(factory=dict, init=False)

    def __getitem__(self, text: str) -> str:
        return self.found.setdefault(text, f"{self.prefix}{len(self.found)}")


def _mask(tally: Tally, excluded: list[pl.DataFrame]) -> str:
    """The mask of a tally; empty: it leaves nothing out."""
    if tally.own_only:
        return OWN
    if tally.excluded is None:
        return ""
    for number, known in enumerate(excluded):
        if known.equals(tally.excluded):
            return f"m{number}"
    excluded.append(tally.excluded)
    return f"m{len(excluded) - 1}"


def _code(condition: str) -> str:
    return f"COALESCE(CAST(({condition}) AS INT) * {YES}, {UNKNOWN})"


def _counted(counted: Counted, belongs: str, codes: _Columns, amounts: _Columns) -> tuple[str, str]:
    """Columns of the code and of the amount; where rows are counted the amount is 1.

    Of a person's rows only those of the population answer: the others say «no».
    """
    where = "TRUE" if counted.where is None else to_sql(counted.where, "spark")
    if belongs:
        where = f"CASE WHEN {belongs} THEN ({where}) ELSE FALSE END"
    if counted.sum is None:
        return codes[_code(where)], "1"
    amount = f"CAST(({to_sql(counted.sum, 'spark')}) AS DOUBLE)"
    known = f"({where}) AND ({amount} IS NOT NULL OR CAST(NULL AS BOOLEAN))"
    return codes[_code(known)], amounts[f"CASE WHEN ({where}) THEN COALESCE({amount}, 0D) ELSE 0D END"]


def _aggregates(missing: Missing, population: str, counted: Sequence[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """The four sums of a tally."""
    inside = f"{population} = {YES}"
    each = [f"{code} <> {UNKNOWN}" for code, _ in counted]
    known = (" AND " if missing == "strict" else " OR ").join(each)
    known = f"{inside} AND ({known})" if known else inside
    worth = " + ".join(f"CASE WHEN {code} = {YES} THEN {amount} ELSE 0 END" for code, amount in counted) or "0"
    yield "n", f"SUM(CASE WHEN {known} THEN {worth} ELSE 0 END)"
    yield "p", f"COUNT_IF({inside})"
    yield "k", f"COUNT_IF({known})"
    yield "u", f"COUNT_IF({population} = {UNKNOWN})"


@frozen(kw_only=True)
class Grain:
    """By what records are grouped besides unit and period."""

    category: int | None = None  # number of a breakdown; None: the total
    units: AppliesTo = "all"

    @property
    def columns(self) -> tuple[str, ...]:
        """That of the category, if there is one."""
        return () if self.category is None else (f"g{self.category}",)


def flagged(question: Question, plan: Plan, records: str) -> str:
    """Codes and amounts of each row beside its keys: the only look at what a row says."""
    keys = {"part": PART, "said_unit": question.unit, "said_period": question.period or PERIOD}
    keys |= {"person": question.person} if question.person else {}
    keys |= {f"g{number}": one.column for number, one in enumerate(question.breakdowns)}
    said = {name: quoted(column) for name, column in keys.items()}
    if question.person and question.columns[question.person] == "text":
        # An empty text names nobody: all who have it must not become one person.
        said["person"] = f"NULLIF({said['person']}, '')"
    named = [f"{text} AS {name}" for name, text in said.items()]
    made = [f"{text} AS {column}" for text, column in {**plan.codes, **plan.amounts}.items()]
    return _select([*named, *made], records)


def keyed(flags: str, units: str, periods: str | None) -> str:
    """The rows of units and periods that are known, numbers in place of what was said.

    Args:
        flags: what :func:`flagged` gives.
        units: name of the table ``said, number``.
        periods: the same of periods; None: each row has its number.
    """
    if periods is None:
        columns = "/*+ BROADCAST(u) */ f.*, u.number AS unit, said_period AS period"
        return _select([columns], f"({flags}) AS f JOIN {units} AS u ON said_unit = u.said")
    columns = "/*+ BROADCAST(u, p) */ f.*, u.number AS unit, p.number AS period"
    joins = f"JOIN {units} AS u ON said_unit = u.said JOIN {periods} AS p ON said_period = p.said"
    return _select([columns], f"({flags}) AS f {joins}")


def counted_rows(plan: Plan, grain: Grain, rows: str, targets: str) -> str:
    """Where every row counts: sums for each unit itself, then of those sums for each unit above."""
    keys = [*_OWN_KEYS, *grain.columns]
    plain = {aggregate: f"b{number}" for number, (aggregate, _) in enumerate(plan.aggregates)}
    base = _grouped(keys, ["COUNT(*) AS rows", *(f"{text} AS {name}" for text, name in plain.items())], rows)
    sums = [f"SUM({_unless(mask, plain[text])}) AS {column}" for (text, mask), column in plan.aggregates.items()]
    return _grouped([*_KEYS, *grain.columns], [*_ROWS, *sums], _raised(base, grain, targets))


def counted_persons(plan: Plan, grain: Grain, rows: str, targets: str, *, nameless: bool) -> str:
    """Where persons are counted once: a person's rows become one within each unit, and the codes of that one count.

    ``nameless``: there are rows without a key; each of them is a person of its own.
    """
    persons = [*_OWN_KEYS, *grain.columns, "person"]
    joins = {**dict.fromkeys(plan.codes.values(), "MAX"), **dict.fromkeys(plan.amounts.values(), "SUM")}
    joined = [f"{join}({column}) AS {column}" for column, join in joins.items()]
    base = _grouped(persons, ["COUNT(*) AS rows", *joined], f"{rows} WHERE person IS NOT NULL")
    masked = [(join, _unless(mask, column), f"{column}{mask}") for mask in plan.masks for column, join in joins.items()]
    keys = [*_KEYS, *grain.columns]
    met = [f"{join}({text}) AS {name}" for join, text, name in masked]
    each = _grouped([*keys, "person"], [*_ROWS, *met], _raised(base, grain, targets))
    if nameless:
        alone = _select(["*", "1 AS rows"], f"{rows} WHERE person IS NULL")
        columns = [*keys, "person", "own", "rows", *(f"{text} AS {name}" for _, text, name in masked)]
        each += f" UNION ALL {_select([*columns], _raised(alone, grain, targets))}"
    sums = [f"{_renamed(text, mask)} AS {column}" for (text, mask), column in plan.aggregates.items()]
    return _grouped(keys, [*_ROWS, *sums], f"({each})")


def quoted(name: str) -> str:
    """A name as SQL of Spark takes it, whatever stands in it."""
    return "`{}`".format(name.replace("`", "``"))


def _raised(base: str, grain: Grain, targets: str) -> str:
    """What was counted for units themselves, once for each unit in which it counts."""
    where = {"all": "", "totals": " WHERE total", "organisations": " WHERE NOT total"}[grain.units]
    return f"({base}) JOIN {targets} USING (unit, period){where}"


def _unless(mask: str, column: str) -> str:
    """A column, 0 where its mask leaves the row out."""
    if mask == OWN:
        return f"CASE WHEN own THEN {column} ELSE 0 END"
    return f"CASE WHEN {mask} THEN 0 ELSE {column} END" if mask else column


def _renamed(aggregate: str, mask: str) -> str:
    """An aggregate over the columns to which its mask has been applied."""
    return _COLUMN.sub(rf"\g<0>{mask}", aggregate)


def _grouped(keys: Sequence[str], sums: Sequence[str], what: str) -> str:
    return f"{_select([*keys, *sums], what)} GROUP BY {', '.join(keys)}"


def _select(columns: Sequence[str], what: str) -> str:
    return f"SELECT {', '.join(columns)} FROM {what}"  # noqa: S608 - names are quoted or ours, expressions are checked
