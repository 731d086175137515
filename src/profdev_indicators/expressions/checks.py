"""What may be joined with what: types are checked here, and nothing is converted but an integer to a number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import isfinite

from attrs import evolve, field, frozen

from profdev_indicators.expressions.flaws import Flaw
from profdev_indicators.expressions.nodes import (
    Absolute,
    Age,
    Arithmetic,
    ArithmeticSign,
    AsNumber,
    Between,
    Broken,
    Case,
    Coalesce,
    Column,
    ColumnType,
    Comparison,
    ComparisonSign,
    DatePart,
    In,
    Is,
    IsNull,
    Joined,
    Like,
    Literal,
    Negative,
    Node,
    Not,
)

TYPE_WORDS: Mapping[ColumnType, str] = {
    "text": "текст",
    "integer": "целое число",
    "number": "число",
    "flag": "признак (да или нет)",
    "date": "дата",
}
_NUMERIC = ("integer", "number")
_LARGEST = 2**63 - 1


@frozen
class Builder:
    """Makes nodes of checked parts; what does not fit is noted in ``flaws`` and becomes :class:`Broken`."""

    flaws: list[Flaw] = field(factory=list)

    def flaw(self, node: Node, message: str, hint: str = "") -> Node:
        """Note a defect of a part."""
        self.flaws.append(Flaw(start=node.start, end=node.end, message=message, hint=hint))
        return Broken(type=node.type, start=node.start, end=node.end)

    def number(self, said: str, start: int, end: int) -> Node:
        """A constant as it is written: an integer without a point, else a number."""
        if "." not in said:
            value = int(said) if len(said) <= len(str(_LARGEST)) else _LARGEST + 1
            whole = Literal(type="integer", value=value, start=start, end=end)
            return (
                whole if value <= _LARGEST else self.flaw(whole, "слишком большое целое число", f"не больше {_LARGEST}")
            )
        number = Literal(type="number", value=float(said), start=start, end=end)
        return number if isfinite(float(said)) else self.flaw(number, "слишком большое число")

    def date(self, said: str, start: int, end: int) -> Node:
        """DATE '…'."""
        node = Literal(type="date", value=None, start=start, end=end)
        try:
            value = date.fromisoformat(said)
        except ValueError:
            value = None
        if value is None or value.isoformat() != said:
            return self.flaw(node, f"«{said}» — не дата", "пишите год-месяц-день: DATE '2025-09-01'")
        return evolve(node, value=value)

    def arithmetic(self, sign: ArithmeticSign, left: Node, right: Node) -> Node:
        """Two numbers joined by a sign; of two constants, their result."""
        span = {"start": left.start, "end": right.end}
        a, b = self._numeric(left, f"«{sign}»"), self._numeric(right, f"«{sign}»")
        if sign == "/" and isinstance(b, Literal) and b.value == 0:
            return self.flaw(right, "деление на ноль")
        if isinstance(a, Literal) and isinstance(b, Literal):
            return self._computed(sign, a, b)
        return Arithmetic(type="number", sign=sign, left=a, right=b, **span)

    def negative(self, value: Node, start: int) -> Node:
        """A minus before a number."""
        if isinstance(value, Literal) and value.type in _NUMERIC and isinstance(value.value, int | float):
            return evolve(value, value=-value.value if value.value else value.value, start=start)
        return Negative(type="number", value=self._numeric(value, "минусу"), start=start, end=value.end)

    def compared(self, sign: ComparisonSign, left: Node, right: Node) -> Node:
        """Two values compared."""
        span = {"start": left.start, "end": right.end}
        for node in (left, right):
            if _is_null(node):
                return self.flaw(
                    evolve(node, type="flag"),
                    "сравнение с NULL никогда не бывает верным",
                    "пишите IS NULL" if sign == "=" else "пишите IS NOT NULL",
                )
        a, b = self._alike([left, right], f"«{sign}»")
        if sign not in {"=", "<>"}:
            self._ordered(a, f"«{sign}»")
        return self._varying(Comparison(type="flag", sign=sign, left=a, right=b, **span))

    def between(self, value: Node, low: Node, high: Node) -> Node:
        """A value between two bounds."""
        for node in (value, low, high):
            if _is_null(node):
                return self.flaw(evolve(node, type="flag"), "NULL не может быть границей", "для пустых пишите IS NULL")
        a, b, c = self._alike([value, low, high], "BETWEEN")
        self._ordered(a, "BETWEEN")
        if isinstance(b, Literal) and isinstance(c, Literal) and b.type == c.type and _reversed(b, c):
            self.flaw(
                evolve(low, end=high.end),
                "границы BETWEEN перепутаны: ни одно значение не подойдёт",
                "меньшая — первой",
            )
        return self._varying(Between(type="flag", value=a, low=b, high=c, start=value.start, end=high.end))

    def one_of(self, value: Node, choices: Sequence[Node], end: int) -> Node:
        """A value among constants."""
        span = {"start": value.start, "end": end}
        for choice in choices:
            if _is_null(choice):
                self.flaw(choice, "NULL в списке IN ни с чем не совпадает", "для пустых добавьте OR … IS NULL")
            elif not isinstance(choice, Literal | Broken):
                self.flaw(choice, "в списке IN бывают только постоянные", "сравнения с колонками соедините словом OR")
        if value.type == "flag" and not isinstance(value, Broken):
            return self.flaw(value, "признак не ищут в списке", "пишите сам признак, NOT или IS NULL")
        literals = [choice for choice in choices if isinstance(choice, Literal) and not _is_null(choice)]
        looked, *alike = self._alike([self._varying(value), *literals], "IN")
        if len(alike) != len(choices) or any(isinstance(node, Broken) for node in (looked, *alike)):
            return Broken(type="flag", **span)
        if looked.type == "number":
            equal = [
                Comparison(type="flag", sign="=", left=looked, right=choice, **span) for choice in _distinct(alike)
            ]
            return equal[0] if len(equal) == 1 else Joined(type="flag", word="OR", terms=tuple(equal), **span)
        return In(type="flag", value=looked, choices=tuple(choice.value for choice in _distinct(alike)), **span)  # type: ignore[arg-type]  # of one type: just checked

    def like(self, value: Node, pattern: str, end: int) -> Node:
        """A text and a pattern."""
        if value.type != "text" and not isinstance(value, Broken):
            return self.flaw(evolve(value, type="flag"), f"LIKE ищут в тексте, а здесь {TYPE_WORDS[value.type]}")
        return Like(type="flag", value=self._varying(value), pattern=pattern, start=value.start, end=end)

    def is_null(self, value: Node, end: int) -> Node:
        """Whether a value is known."""
        return IsNull(type="flag", value=self._varying(value), start=value.start, end=end)

    def is_truth(self, value: Node, truth: bool, end: int) -> Node:  # noqa: FBT001 - the value asked for, not a switch
        """Whether a flag is known and so."""
        return Is(type="flag", value=self.flag(value, "IS TRUE"), truth=truth, start=value.start, end=end)

    def negated(self, value: Node, start: int) -> Node:
        """The opposite of a flag."""
        return Not(type="flag", value=self.flag(value, "NOT"), start=start, end=value.end)

    def joined(self, word: str, terms: Sequence[Node]) -> Node:
        """Flags joined by AND or OR; a group of the same word in brackets is part of it."""
        flat: list[Node] = []
        for term in terms:
            checked = self.flag(term, word)
            flat += checked.terms if isinstance(checked, Joined) and checked.word == word else [checked]
        return Joined(
            type="flag",
            word="AND" if word == "AND" else "OR",
            terms=tuple(flat),
            start=terms[0].start,
            end=terms[-1].end,
        )

    def case(self, branches: Sequence[tuple[Node, Node]], otherwise: Node | None, start: int, end: int) -> Node:
        """CASE with its conditions and results."""
        last = otherwise or Literal(type="text", value=None, start=end, end=end)
        results = [*(result for _, result in branches), last]
        known = [result for result in results if not _is_null(result)]
        if not known:
            return self.flaw(
                Broken(type="flag", start=start, end=end), "CASE не даёт ни одного значения", "все исходы — NULL"
            )
        alike = iter(self._alike(known, "исходы CASE"))
        kind: ColumnType = "number" if _mixed(known) else known[0].type
        typed = [evolve(result, type=kind) if _is_null(result) else next(alike) for result in results]
        conditions = [self.flag(condition, "WHEN") for condition, _ in branches]
        return Case(
            type=kind, branches=tuple(zip(conditions, typed, strict=False)), otherwise=typed[-1], start=start, end=end
        )

    def coalesce(self, values: Sequence[Node], start: int, end: int) -> Node:
        """The first known of some values."""
        for value in values:
            if _is_null(value):
                return self.flaw(value, "NULL в COALESCE ничего не меняет", "уберите его")
            if isinstance(value, Literal) and value is not values[-1]:
                return self.flaw(value, "после постоянной COALESCE дальше не смотрит", "поставьте её последней")
        alike = self._alike(values, "COALESCE")
        return Coalesce(type=alike[0].type, values=tuple(alike), start=start, end=end)

    def absolute(self, value: Node, start: int, end: int) -> Node:
        """ABS."""
        number = self._numeric(value, "ABS")
        if isinstance(number, Literal) and isinstance(number.value, float):
            return evolve(number, value=abs(number.value), start=start, end=end)
        return Absolute(type="number", value=number, start=start, end=end)

    def date_part(self, name: str, value: Node, start: int, end: int) -> Node:
        """YEAR, MONTH, DAY."""
        part = {"YEAR": "year", "MONTH": "month", "DAY": "day"}[name]
        return DatePart(type="integer", part=part, value=self._varying(self._dated(value, name)), start=start, end=end)  # type: ignore[arg-type]  # one of the three

    def age(self, birth: Node, at: Node, start: int, end: int) -> Node:
        """AGE."""
        for node in (birth, at):
            if not isinstance(node, Column | Literal | Broken):
                return self.flaw(
                    Broken(type="integer", start=node.start, end=node.end),
                    "в AGE бывают только колонка и постоянная дата",
                    "AGE(birth_date, DATE '2025-09-01')",
                )
        dates = {"birth": self._dated(birth, "AGE"), "at": self._dated(at, "AGE")}
        return self._varying(Age(type="integer", start=start, end=end, **dates))

    def flag(self, node: Node, where: str) -> Node:
        """A part that must be a flag."""
        if isinstance(node, Broken) or (node.type == "flag" and not _is_null(node)):
            return self._varying(node)
        what = "NULL" if _is_null(node) else TYPE_WORDS[node.type]
        hint = "сравните его с чем-нибудь" if node.type in _NUMERIC else ""
        return self.flaw(node, f"{where} требует условия, а здесь {what}", hint)

    def _varying(self, node: Node) -> Node:
        if not node.constant:
            return node
        return self.flaw(
            node, "здесь одни постоянные: от записей ничего не зависит", "напишите ответ или уберите условие"
        )

    def _computed(self, sign: ArithmeticSign, left: Literal, right: Literal) -> Node:
        a, b = left.value, right.value
        if not (isinstance(a, float) and isinstance(b, float)):
            raise TypeError(left, right)
        value = a + b if sign == "+" else a - b if sign == "-" else a * b if sign == "*" else a / b
        node = Literal(type="number", value=value or 0.0, start=left.start, end=right.end)
        return node if isfinite(value) else self.flaw(node, "слишком большое число")

    def _numeric(self, node: Node, where: str) -> Node:
        if isinstance(node, Broken) or (node.type in _NUMERIC and not _is_null(node)):
            return _as_number(node)
        what = "NULL" if _is_null(node) else TYPE_WORDS[node.type]
        hint = "возраст на дату: AGE(birth_date, DATE '2025-09-01')" if node.type == "date" else ""
        return self.flaw(node, f"{where} требует чисел, а здесь {what}", hint)

    def _dated(self, node: Node, where: str) -> Node:
        if isinstance(node, Broken) or (node.type == "date" and not _is_null(node)):
            return node
        what = "NULL" if _is_null(node) else TYPE_WORDS[node.type]
        return self.flaw(node, f"{where} требует даты, а здесь {what}", "постоянная дата: DATE '2025-09-01'")

    def _ordered(self, node: Node, where: str) -> None:
        if isinstance(node, Broken) or node.type not in {"text", "flag"}:
            return
        hint = {
            "text": "тексты сравнивают через =, IN или LIKE; если это число или дата, объявите колонку так",
            "flag": "признаки сравнивают только через =",
        }
        self.flaw(node, f"для {where} нет порядка: здесь {TYPE_WORDS[node.type]}", hint[node.type])

    def _alike(self, nodes: Sequence[Node], where: str) -> list[Node]:
        """The nodes in one type; an integer beside a number becomes a number."""
        if _mixed(nodes):
            return [_as_number(node) for node in nodes]
        first = next((node for node in nodes if not isinstance(node, Broken)), nodes[0])
        return [self._like_first(node, first, where) for node in nodes]

    def _like_first(self, node: Node, first: Node, where: str) -> Node:
        if isinstance(node, Broken) or node.type == first.type:
            return node
        message = f"{where}: разные типы — {TYPE_WORDS[first.type]} и {TYPE_WORDS[node.type]}"
        return self.flaw(node, message, _cure(first, node))


def _cure(first: Node, other: Node) -> str:
    kinds = {first.type, other.type}
    if kinds == {"date", "text"}:
        return "дата пишется так: DATE '2025-09-01'"
    if "text" in kinds and kinds & set(_NUMERIC):
        literal = next((node for node in (first, other) if node.type == "text" and isinstance(node, Literal)), None)
        return "число пишется без кавычек" if literal else "текст пишется в одинарных кавычках"
    if "flag" in kinds and kinds & set(_NUMERIC):
        return "признак не число: пишите TRUE и FALSE вместо 1 и 0"
    return "типы не приводятся сами: проверьте, как объявлены колонки"


def _is_null(node: Node) -> bool:
    return isinstance(node, Literal) and node.value is None


def _mixed(nodes: Iterable[Node]) -> bool:
    return {node.type for node in nodes if not isinstance(node, Broken)} == {"integer", "number"}


def _as_number(node: Node) -> Node:
    if node.type != "integer" or isinstance(node, Broken):
        return node
    if isinstance(node, Literal) and isinstance(node.value, int):
        return evolve(node, type="number", value=float(node.value))
    return AsNumber(type="number", value=node, start=node.start, end=node.end)


def _distinct(nodes: Sequence[Node]) -> list[Literal]:
    """Constants of one type in their order, each once."""
    once = {node.value: node for node in nodes if isinstance(node, Literal)}
    return [once[value] for value in sorted(once)]  # type: ignore[type-var]  # of one type, never null


def _reversed(low: Literal, high: Literal) -> bool:
    return bool(low.value > high.value)  # type: ignore[operator]  # of one type, never null
