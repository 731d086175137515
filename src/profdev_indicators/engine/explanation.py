"""What `explain` answers: one number with everything that stands behind it."""

from __future__ import annotations

from datetime import date

from attrs import field, frozen

from profdev_indicators.frames import Severity, State
from profdev_indicators.model import ItemType
from profdev_indicators.results import Value


@frozen(kw_only=True)
class Cell:
    """One answer an own value is made of, and where it stands."""

    item: str
    title: str
    role: str  # what the formula takes it for: «Что считаем», «От кого»
    type: ItemType
    answer: float | None  # as it was read, of a date days from 01.01.1970; None: not told, or kept out of the sums
    day: date | None  # the same of a date, as people read it
    state: str | None  # why it is None, where that is more than silence
    link: str | None
    source: str
    file: str | None = None
    address: str | None = None  # «Карта»!C9, or the heading of the column with the line


@frozen(kw_only=True)
class Contribution:
    """What one answering unit adds to the value of a unit above it."""

    unit: str
    name: str
    numerator: float | None
    denominator: float | None
    value: float | None
    state: State
    reason: str | None
    confirmed: bool  # false: told, but without the link that is asked for


@frozen(kw_only=True)
class Component:
    """An indicator from whose value a derived one is made."""

    indicator: str
    title: str
    unit: str
    value: Value | None


@frozen(kw_only=True)
class Part:
    """One field of the formula in words."""

    label: str
    words: tuple[str, ...]


@frozen(kw_only=True)
class Formula:
    """The definition in force in the period."""

    kind: str  # first sentence of what the kind of formula says of itself
    parts: tuple[Part, ...]
    silence: str
    missing: str
    digest: str
    since: date | None  # None: since the indicator exists
    note: str | None  # what was changed then, and why


@frozen(kw_only=True)
class OtherReading:
    """What the indicator would be if its wording were read otherwise."""

    id: str
    reading: str
    value: Value | None  # None: it was not computed


@frozen(kw_only=True)
class Earlier:
    """The nearest earlier period that has a value, and whether it may be compared."""

    value: Value
    comparable: bool
    change: float | None  # None where it may not be


@frozen(kw_only=True)
class Judged:
    """A rule that fired, or could not be applied."""

    rule: str
    severity: Severity | None  # None: the rule could not be applied
    reason: str | None


@frozen(kw_only=True)
class Defect:
    """What is wrong with an answer that concerns this value."""

    unit: str | None
    message: str
    hint: str | None
    file: str | None
    row: int | None
    cell: str | None
    item: str | None


@frozen(kw_only=True)
class Recorded:
    """What stands behind a value made of records."""

    conditions: tuple[tuple[str, str], ...]  # title of an item, and what is counted for it
    person: bool  # persons are counted once; else rows
    counted: float
    population: int
    known: int
    unknown: int
    population_unknown: int


@frozen(kw_only=True)
class Categorised:
    """The same number of one category of a breakdown."""

    breakdown: str  # its title
    category: str  # as a person reads it
    value: Value
    known: int | None  # of whom the answer is known


@frozen(kw_only=True)
class Explanation:
    """One number, explained."""

    district: str
    indicator: str
    title: str
    section: str
    unit_of_value: str
    decimals: int  # to print, as the district prints
    better: str
    value: Value
    links_needed: bool  # some answer behind the value must have a link
    formula: Formula | None  # None: the indicator does not exist in this period
    reading: str | None
    basis: str | None
    source: str | None
    cells: tuple[Cell, ...] = ()
    recorded: Recorded | None = None  # None: not of records
    contributions: tuple[Contribution, ...] = ()
    categories: tuple[Categorised, ...] = ()
    components: tuple[Component, ...] = ()
    alternatives: tuple[OtherReading, ...] = ()
    target: float | None = None
    target_basis: str | None = None
    earlier: Earlier | None = None
    judgements: tuple[Judged, ...] = ()
    defects: tuple[Defect, ...] = ()
    decisions: tuple[str, ...] = field(default=())  # open points of the order which concern the indicator
