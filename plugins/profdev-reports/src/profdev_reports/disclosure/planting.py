"""From VALUES to trees: what is small, what was told before, what everybody knows of a number that is hidden."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from attrs import frozen

from profdev_indicators.frames import ENGINE, MAIN
from profdev_indicators.model import District
from profdev_indicators.periods import Period
from profdev_reports.disclosure.ranges import NOISE
from profdev_reports.disclosure.subjects import Subject, subject_of
from profdev_reports.disclosure.tree import Numbers, Tree, nodes_of

Cell = Mapping[str, Any]
_KEY = ("unit", "period", "indicator")
_COLUMNS = (*_KEY, "numerator", "denominator", "value", "state", "reported", "evidenced", "parent", "own")


@frozen(kw_only=True, eq=False)
class Ground:
    """What the trees of a district grow on."""

    district: District
    periods: Sequence[Period]
    subjects: Mapping[tuple[str, str], Subject]  # by indicator and period
    facts: Facts
    before: Mapping[tuple[str, str, str], Cell]  # of the earlier publication, by unit, period and indicator


@frozen(kw_only=True, eq=False)
class Facts:
    """What numbers nobody hides say of fields of the card, by unit, period and fields."""

    denominators: Mapping[tuple[str, str, frozenset[str]], float]
    nothing: frozenset[tuple[str, str, frozenset[str]]]  # the sum of these fields is zero
    something: frozenset[tuple[str, str, frozenset[str]]]  # it is not


def ground(values: pl.DataFrame, district: District, published: pl.DataFrame | None) -> Ground:
    """Everything that is the same for all trees."""
    texts = values["period"].unique().sort().to_list()
    periods = sorted(Period.parse(text, district.calendar) for text in texts)
    found = {
        (indicator.id, str(period)): subject
        for indicator in district.indicators
        for period in periods
        if (subject := subject_of(indicator, period, district)) is not None
    }
    return Ground(
        district=district,
        periods=periods,
        subjects=found,
        facts=_facts(values, found, district),
        before=_before(published),
    )


def trees(values: pl.DataFrame, on: Ground) -> Iterator[Tree]:
    """A tree for each indicator about people and each period, in the order of time."""
    told = values.filter(
        pl.col("reading") == MAIN, pl.col("breakdown").is_null(), pl.col("numerator").is_not_null()
    ).select(*_COLUMNS, "definition")
    parts = told.sort("unit").partition_by(["indicator", "period"], as_dict=True)
    for period in on.periods:
        for indicator in on.district.indicators:
            subject, cells = on.subjects.get((indicator.id, str(period))), parts.get((indicator.id, str(period)))
            if subject is not None and subject.disclosure != "A" and cells is not None:
                yield _tree(subject, str(period), cells.rows(named=True), on)


def _before(published: pl.DataFrame | None) -> Mapping[tuple[str, str, str], Cell]:
    if published is None:
        return {}
    main = published.filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null())
    columns = (*_KEY, "numerator", "denominator", "state", "definition")
    return {(row["unit"], row["period"], row["indicator"]): row for row in main.select(columns).iter_rows(named=True)}


def _facts(values: pl.DataFrame, subjects: Mapping[tuple[str, str], Subject], district: District) -> Facts:
    """Denominators are public; so is what a published «no» or «not applicable» says of a number."""
    denominators: dict[tuple[str, str, frozenset[str]], float] = {}
    nothing: set[tuple[str, str, frozenset[str]]] = set()
    something: set[tuple[str, str, frozenset[str]]] = set()
    only_if: dict[str, list[str]] = {}
    for item in district.items.values():
        if item.only_if is not None:
            only_if.setdefault(item.only_if, []).append(item.id)
    main = values.lazy().filter(pl.col("reading") == MAIN, pl.col("breakdown").is_null(), pl.col("own"))
    for row in main.select(*_COLUMNS).collect(engine=ENGINE).iter_rows(named=True):
        subject = subjects.get((row["indicator"], row["period"]))
        if subject is None:
            continue
        at = (row["unit"], row["period"])
        if row["numerator"] is not None:
            if subject.among and row["denominator"] is not None:
                denominators[*at, subject.among] = row["denominator"]
            something.update((*at, frozenset({item})) for item in subject.having)
            if subject.disclosure == "A" and row["numerator"] == 0 and len(subject.counted) == 1:
                (flag,) = subject.counted
                nothing.update((*at, frozenset({item})) for item in only_if.get(flag, ()))
        elif row["state"] == "not_applicable":
            nothing.update((*at, items) for items in (subject.among, subject.having) if items)
    return Facts(denominators=denominators, nothing=frozenset(nothing), something=frozenset(something))


def _tree(subject: Subject, period: str, cells: Sequence[Cell], on: Ground) -> Tree:
    place = {cell["unit"]: node for node, cell in enumerate(cells)}
    parent = [place.get(cell["parent"], -1) for cell in cells]
    above = {node for node in parent if node >= 0 and not cells[node]["own"]}
    x = np.array([cell["numerator"] for cell in cells], dtype=np.float64)
    n = np.array([cell["denominator"] for cell in cells], dtype=np.float64)
    whole = bool(np.all(np.abs(x - np.round(x)) < NOISE))
    policy, earlier = on.district.publication.disclosure, [on.before.get(_key(subject, period, c)) for c in cells]
    small = [subject.small(a, b, policy) is not None for a, b in zip(x, _nullable(n), strict=True)]
    lower, upper = _bounds(subject, period, cells, on, above=above, whole=whole)
    width = np.array([subject.width(each, policy) for each in _nullable(n)])
    was_told = np.array([was is not None and was["numerator"] is not None for was in earlier], dtype=np.bool_)
    same = [was is not None and _unchanged(was, cell) for was, cell in zip(earlier, cells, strict=True)]
    was_hidden = [was is not None and was["state"] == "suppressed" for was in earlier]
    tree = Tree(
        subject=subject,
        period=period,
        units=[cell["unit"] for cell in cells],
        parent=np.array(parent, dtype=np.int64),
        adds_up=np.array([node in above for node in range(len(cells))], dtype=np.bool_),
        x=x,
        n=n,
        lower=lower,
        upper=upper,
        need=np.minimum(width, upper - lower),
        primary=np.array(small, dtype=np.bool_),
        known=np.array(same, dtype=np.bool_),
        spare=~was_told & (upper > lower),
        favoured=np.zeros(len(cells), dtype=np.bool_),
        whole=whole,
        hidden=np.array(small, dtype=np.bool_) | np.array(was_hidden, dtype=np.bool_),
        revealed=np.zeros(len(cells), dtype=np.bool_),
    )
    return _with_sums(tree, [*_rests(tree), *_told_before(tree, cells, earlier)])


def _unchanged(was: Cell, cell: Cell) -> bool:
    """Whether the number that was told then is the number of today."""
    told, same = was["numerator"] is not None, was["definition"] == cell["definition"]
    return told and same and abs(was["numerator"] - cell["numerator"]) < NOISE


def _nullable(numbers: Numbers) -> list[float | None]:
    return [None if np.isnan(number) else float(number) for number in numbers]


def _key(subject: Subject, period: str, cell: Cell) -> tuple[str, str, str]:
    return cell["unit"], period, subject.indicator


def _bounds(
    subject: Subject, period: str, cells: Sequence[Cell], on: Ground, *, above: set[int], whole: bool
) -> tuple[Numbers, Numbers]:
    """What everybody knows: nobody is counted twice, a part is no more than its whole, «no» means nobody."""
    lower, upper = np.zeros(len(cells)), np.zeros(len(cells))
    wholes = [frozenset({item}) for item in _wholes(subject, on.district)]
    floor = -np.inf if any(cell["numerator"] < 0 for cell in cells) else 0.0
    for node, cell in enumerate(cells):
        x, most = cell["numerator"], subject.most(cell["denominator"])
        least = max(floor, -float(10**9))
        if node not in above:
            at = (cell["unit"], period)
            most = min([most, *(on.facts.denominators.get((*at, items), most) for items in wholes)])
            unproved = cell["evidenced"] < cell["reported"] or (*at, subject.counted) in on.facts.something
            if unproved and x > 0 and whole:
                least = 1.0
            if (*at, subject.counted) in on.facts.nothing and x == 0:
                most = 0.0
        lower[node], upper[node] = min(least, x), max(most, x)
    return lower, upper


def _wholes(subject: Subject, district: District) -> Iterator[str]:
    """Fields that are at least as great as what is counted."""
    if len(subject.counted) != 1:
        return
    (item,) = subject.counted
    seen = {item}
    while (greater := district.items[item].at_most if item in district.items else None) and greater not in seen:
        seen.add(greater)
        yield greater
        item = greater


@frozen(kw_only=True)
class _Sum:
    """A node without a cell: a number that is known and is added to a total."""

    parent: int
    x: float
    members: tuple[int, ...] = ()


def _rests(tree: Tree) -> Iterator[_Sum]:
    """What a total has beyond its children: then nothing of it is a secret."""
    for total in nodes_of(tree.adds_up):
        rest = float(tree.x[total] - tree.x[(tree.parent == total)].sum())
        if abs(rest) > NOISE * max(1.0, abs(float(tree.x[total]))):
            yield _Sum(parent=int(total), x=rest)


def _told_before(tree: Tree, cells: Sequence[Cell], earlier: Sequence[Cell | None]) -> Iterator[_Sum]:
    """The sum of those who were hidden then, where total and others were told: it separates whoever came later."""
    for total in nodes_of(tree.adds_up):
        then = earlier[total]
        if then is None or then["numerator"] is None or then["definition"] != cells[total]["definition"]:
            continue
        below = nodes_of(tree.parent == total)
        were = [(node, was) for node in below if (was := earlier[node]) is not None]
        members = tuple(node for node, was in were if was["state"] == "suppressed")
        rest = then["numerator"] - sum(was["numerator"] for _, was in were if was["numerator"] is not None)
        # Where a hidden number was corrected since, the two sums are about different numbers.
        if members and abs(rest - float(tree.x[list(members)].sum())) < NOISE:
            yield _Sum(parent=int(total), x=rest, members=members)


def _with_sums(tree: Tree, sums: Sequence[_Sum]) -> Tree:
    if not sums:
        return tree
    count, more = len(tree.units), len(sums)
    tree.parent = np.concatenate([tree.parent, [each.parent for each in sums]])
    for number, each in enumerate(sums):
        tree.parent[list(each.members)] = count + number
    tree.units = [*tree.units, *[""] * more]
    told = np.array([each.x for each in sums])
    tree.x, tree.lower, tree.upper = (np.concatenate([a, told]) for a in (tree.x, tree.lower, tree.upper))
    tree.n, tree.need = (np.concatenate([a, np.zeros(more)]) for a in (tree.n, tree.need))
    tree.adds_up = np.concatenate([tree.adds_up, [bool(each.members) for each in sums]])
    for name in ("primary", "spare", "favoured", "hidden", "revealed"):
        setattr(tree, name, np.concatenate([getattr(tree, name), np.zeros(more, dtype=np.bool_)]))
    tree.known = np.concatenate([tree.known, np.ones(more, dtype=np.bool_)])
    return tree
