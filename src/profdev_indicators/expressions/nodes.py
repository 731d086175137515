"""The intermediate form: what an expression says, typed, independent of how it was written and of any engine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Literal as OneOf

from attrs import field, frozen

ColumnType = OneOf["text", "integer", "number", "flag", "date"]

ArithmeticSign = OneOf["+", "-", "*", "/"]
ComparisonSign = OneOf["=", "<>", "<", "<=", ">", ">="]


@frozen(kw_only=True)
class Node:
    """A part of an expression. Two nodes are equal where they mean the same, wherever they stand in the text."""

    type: ColumnType
    start: int = field(eq=False)  # of the text, in characters
    end: int = field(eq=False)

    @property
    def parts(self) -> tuple[Node, ...]:
        """The nodes this one is made of."""
        return ()

    @cached_property
    def depth(self) -> int:
        """How many nodes lie on the longest way down, this one included."""
        return 1 + max((part.depth for part in self.parts), default=0)

    @cached_property
    def weight(self) -> int:
        """How many operations an engine is handed: some forms must name a part of theirs twice."""
        return 1 + sum(part.weight for part in self.parts)

    @cached_property
    def constant(self) -> bool:
        """Whether it is the same for every record."""
        return all(part.constant for part in self.parts)

    def walk(self) -> Iterator[Node]:
        """This node and all below it, from the top."""
        yield self
        for part in self.parts:
            yield from part.walk()


@frozen(kw_only=True)
class Column(Node):
    """A column of the records. Numbers that are not finite are not known."""

    name: str

    @cached_property
    def constant(self) -> bool:
        """Never."""
        return False

    @cached_property
    def weight(self) -> int:
        """A number is looked at before it is taken."""
        return 3 if self.type == "number" else 1


@frozen(kw_only=True)
class Literal(Node):
    """A constant; ``None`` (of any type) only as a result of CASE."""

    value: str | float | bool | date | None


@frozen(kw_only=True)
class AsNumber(Node):
    """An integer taken as a number: the nearest float of 64 bits."""

    value: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The integer."""
        return (self.value,)


@frozen(kw_only=True)
class Arithmetic(Node):
    """Two numbers joined by a sign, in floats of 64 bits; a quotient by zero is not known."""

    sign: ArithmeticSign
    left: Node
    right: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """Both numbers."""
        return (self.left, self.right)

    @cached_property
    def weight(self) -> int:
        """A divisor is looked at before it divides."""
        return 3 + self.left.weight + self.right.weight * (2 if self.sign == "/" else 1)


@frozen(kw_only=True)
class Negative(Node):
    """A number with the other sign."""

    value: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The number."""
        return (self.value,)


@frozen(kw_only=True)
class Absolute(Node):
    """A number without its sign: ABS."""

    value: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The number."""
        return (self.value,)


@frozen(kw_only=True)
class DatePart(Node):
    """The year, month or day of a date, as an integer."""

    part: OneOf["year", "month", "day"]
    value: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The date."""
        return (self.value,)


@frozen(kw_only=True)
class Age(Node):
    """Full years from a birth to a day; not known if the birth is later. Both are columns or constants."""

    birth: Node
    at: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """Both dates."""
        return (self.birth, self.at)

    @cached_property
    def weight(self) -> int:
        """Years, months and days of both, compared."""
        return 24


@frozen(kw_only=True)
class Comparison(Node):
    """Two values of one type compared; not known where either is not."""

    sign: ComparisonSign
    left: Node
    right: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """Both values."""
        return (self.left, self.right)


@frozen(kw_only=True)
class Between(Node):
    """A value between two bounds, both included: two comparisons joined by AND."""

    value: Node
    low: Node
    high: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The value and its bounds."""
        return (self.value, self.low, self.high)

    @cached_property
    def weight(self) -> int:
        """The value is compared twice."""
        return 3 + 2 * self.value.weight + self.low.weight + self.high.weight


@frozen(kw_only=True)
class In(Node):
    """A text, an integer or a date that is one of some constants, sorted, each once."""

    value: Node
    choices: tuple[str, ...] | tuple[int, ...] | tuple[date, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """The value looked for."""
        return (self.value,)

    @cached_property
    def weight(self) -> int:
        """Every constant counts."""
        return self.value.weight + len(self.choices)


@frozen(kw_only=True)
class Like(Node):
    """A text that fits a pattern: ``%`` any number of characters, ``_`` one; nothing escapes them."""

    value: Node
    pattern: str

    @property
    def parts(self) -> tuple[Node, ...]:
        """The text."""
        return (self.value,)


@frozen(kw_only=True)
class IsNull(Node):
    """Whether a value is not known; itself always known."""

    value: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The value."""
        return (self.value,)


@frozen(kw_only=True)
class Is(Node):
    """Whether a flag is known and is ``truth``; itself always known."""

    value: Node
    truth: bool

    @property
    def parts(self) -> tuple[Node, ...]:
        """The flag."""
        return (self.value,)


@frozen(kw_only=True)
class Not(Node):
    """The opposite of a flag; not known where the flag is not."""

    value: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """The flag."""
        return (self.value,)


@frozen(kw_only=True)
class Joined(Node):
    """Two flags or more joined by one word, with SQL's three values."""

    word: OneOf["AND", "OR"]
    terms: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """The flags."""
        return self.terms


@frozen(kw_only=True)
class Case(Node):
    """The result of the first branch whose condition is true; what is not known is not true."""

    branches: tuple[tuple[Node, Node], ...]  # condition, result
    otherwise: Node

    @property
    def parts(self) -> tuple[Node, ...]:
        """Conditions and results in order, then what holds otherwise."""
        return (*(part for branch in self.branches for part in branch), self.otherwise)


@frozen(kw_only=True)
class Coalesce(Node):
    """The first of some values that is known."""

    values: tuple[Node, ...]

    @property
    def parts(self) -> tuple[Node, ...]:
        """The values."""
        return self.values


@frozen(kw_only=True)
class Broken(Node):
    """Stands in the place of what could not be understood, so that the rest can be checked."""

    @cached_property
    def constant(self) -> bool:
        """Who knows."""
        return False
