"""The grammar: the pieces of a text put together by the strength of their signs, in one pass from left to right."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Final, NoReturn

from attrs import evolve

from profdev_indicators.expressions.checks import Builder
from profdev_indicators.expressions.flaws import Flaw
from profdev_indicators.expressions.nodes import Broken, Column, ColumnType, Literal, Node
from profdev_indicators.expressions.tokens import Token, UnreadableError, tokens

DEPTH: Final = 48
"""Brackets within brackets, and signs of one chain."""

_OR, _AND, _NOT, _COMPARED, _SUM, _PRODUCT, _SIGNED = range(1, 8)
_COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
_STRENGTH: Mapping[str, int] = {
    "OR": _OR,
    "AND": _AND,
    **dict.fromkeys([*_COMPARISONS, "IN", "BETWEEN", "LIKE", "IS", "NOT"], _COMPARED),
    **dict.fromkeys("+-", _SUM),
    **dict.fromkeys("*/", _PRODUCT),
}
FUNCTIONS: Mapping[str, str] = {
    "ABS": "ABS(число)",
    "AGE": "AGE(дата рождения, дата)",
    "COALESCE": "COALESCE(значение, другое, …)",
    "DAY": "DAY(дата)",
    "MONTH": "MONTH(дата)",
    "YEAR": "YEAR(дата)",
}
_LOOK_ALIKE = str.maketrans("АВЕКМНОРСТУХавекмнорстухё", "ABEKMHOPCTYXabekmhopctyxe")


class Grammar:
    """One reading of one text: the root and the flaws."""

    def __init__(self, text: str, columns: Mapping[str, ColumnType]) -> None:
        self.build = Builder()
        self._text = text
        self._columns = columns
        self._tokens: Sequence[Token] = ()
        self._at = 0
        self._nested = 0
        self._starts: Mapping[str, Callable[[Token], Node]] = {
            "(": self._bracket,
            "-": self._minus,
            "NOT": self._not,
            "NULL": self._constant,
            "TRUE": self._constant,
            "FALSE": self._constant,
            "CASE": self._case,
        }

    @property
    def flaws(self) -> list[Flaw]:
        """What is wrong, as far as it could be read."""
        return self.build.flaws

    def read(self) -> Node | None:
        """The whole text as one node; ``None`` where it cannot be put together."""
        try:
            self._tokens = list(tokens(self._text, self._columns.__contains__, self.flaws))
            if self._peek().kind == "end":
                self._stop(self._peek(), "выражение пустое")
            node = self._expression(0)
            if self._peek().kind != "end":
                self._left_over()
        except UnreadableError:
            return None
        return node

    # The pieces.

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._peek()
        self._at += token.kind != "end"
        return token

    def _sees(self, *said: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return token.kind in {"word", "sign"} and token.said in said

    def _takes(self, said: str) -> bool:
        seen = self._sees(said)
        self._at += seen
        return seen

    def _expect(self, said: str, why: str) -> Token:
        if not self._sees(said):
            self._stop(self._peek(), f"не хватает «{said}»: {why}, а здесь {_shown(self._peek())}", self._comma_hint())
        return self._take()

    def _stop(self, token: Token, message: str, hint: str = "") -> NoReturn:
        self.flaws.append(Flaw(start=token.start, end=token.end, message=message, hint=hint))
        raise UnreadableError

    # Expressions.

    def _expression(self, strength: int) -> Node:
        """The longest expression from here whose signs are stronger than ``strength``."""
        self._nested += 1
        if self._nested > DEPTH:
            self._too_deep(self._peek())
        left = self._first()
        while (power := self._power()) > strength:
            token = self._peek()
            left = self._continued(left, power)
            if left.depth > DEPTH:
                self._too_deep(token)
        self._nested -= 1
        return left

    def _too_deep(self, token: Token) -> None:
        self._stop(token, f"выражение слишком глубокое: больше {DEPTH} уровней", "разбейте его на несколько признаков")

    def _power(self) -> int:
        return _STRENGTH.get(self._peek().said, 0) if self._peek().kind in {"word", "sign"} else 0

    def _continued(self, left: Node, power: int) -> Node:
        if power in {_OR, _AND}:
            return self._joined(left, power)
        token = self._take()
        if power == _COMPARED:
            return self._compared(left, token)
        return self.build.arithmetic(token.said, left, self._expression(power))  # type: ignore[arg-type]  # one of the four signs

    def _joined(self, left: Node, power: int) -> Node:
        word = self._peek().said
        terms = [left]
        while self._takes(word):
            terms.append(self._expression(power))
        return self.build.joined(word, terms)

    def _compared(self, left: Node, token: Token) -> Node:
        if token.said in _COMPARISONS:
            node = self.build.compared(token.said, left, self._expression(_COMPARED))  # type: ignore[arg-type]  # one of the six signs
        elif token.said == "IS":
            node = self._is(left)
        else:
            node = self._matched(left, token)
        if self._power() == _COMPARED:
            after = self._peek()
            self.flaws.append(
                Flaw(
                    start=after.start,
                    end=after.end,
                    message="сравнения не ставят в цепочку",
                    hint="соедините два сравнения словом AND: 1 < age AND age < 35",
                )
            )
            self._compared(Broken(type="flag", start=after.start, end=after.end), self._take())
        return node

    def _is(self, left: Node) -> Node:
        opposite = self._takes("NOT")
        token = self._take()
        if token.said == "NULL" and token.kind == "word":
            node = self.build.is_null(left, token.end)
        elif token.said in {"TRUE", "FALSE"} and token.kind == "word":
            node = self.build.is_truth(left, token.said == "TRUE", token.end)
        else:
            self._stop(
                token, f"после IS бывает NULL, TRUE или FALSE, а здесь {_shown(token)}", "равенство пишется знаком ="
            )
        return self.build.negated(node, left.start) if opposite else node

    def _matched(self, left: Node, token: Token) -> Node:
        opposite = token.said == "NOT"
        word = self._take() if opposite else token
        if word.kind == "word" and word.said == "IN":
            node = self._one_of(left)
        elif word.kind == "word" and word.said == "BETWEEN":
            low = self._expression(_COMPARED)
            self._expect("AND", "границы пишутся BETWEEN 1 AND 5")
            node = self.build.between(left, low, self._expression(_COMPARED))
        elif word.kind == "word" and word.said == "LIKE":
            pattern = self._take()
            if pattern.kind != "text":
                self._stop(pattern, f"после LIKE пишется образец в кавычках, а здесь {_shown(pattern)}", "LIKE 'перв%'")
            node = self.build.like(left, pattern.said, pattern.end)
        else:
            self._stop(
                word, f"после NOT бывает IN, BETWEEN или LIKE, а здесь {_shown(word)}", "NOT ставят перед условием"
            )
        return self.build.negated(node, left.start) if opposite else node

    def _one_of(self, left: Node) -> Node:
        self._expect("(", "список пишется IN ('первая', 'высшая')")
        choices = [self._expression(_COMPARED)]
        while self._takes(","):
            choices.append(self._expression(_COMPARED))
        return self.build.one_of(left, choices, self._expect(")", "список закрывают скобкой").end)

    # What an expression begins with.

    def _first(self) -> Node:
        token = self._take()
        if token.kind == "number":
            return self.build.number(token.said, token.start, token.end)
        if token.kind == "text":
            return Literal(type="text", value=token.said, start=token.start, end=token.end)
        if token.kind == "quoted":
            return self._column(token)
        if token.kind == "name":
            return self._named(token)
        starts = self._starts.get(token.said) if token.kind in {"word", "sign"} else None
        if starts is None:
            self._stop(token, f"здесь ждали значение, а стоит {_shown(token)}", _beginning_hint(token))
        return starts(token)

    def _bracket(self, token: Token) -> Node:
        node = self._expression(0)
        end = self._expect(")", "скобка не закрыта").end
        return evolve(node, start=token.start, end=end)

    def _minus(self, token: Token) -> Node:
        return self.build.negative(self._expression(_SIGNED - 1), token.start)

    def _not(self, token: Token) -> Node:
        return self.build.negated(self._expression(_NOT), token.start)

    def _constant(self, token: Token) -> Node:
        if token.said == "NULL":
            return Literal(type="text", value=None, start=token.start, end=token.end)
        return Literal(type="flag", value=token.said == "TRUE", start=token.start, end=token.end)

    def _case(self, token: Token) -> Node:
        if not self._sees("WHEN"):
            self._stop(
                self._peek(), f"после CASE пишется WHEN, а здесь {_shown(self._peek())}", "CASE WHEN условие THEN … END"
            )
        branches = []
        while self._takes("WHEN"):
            condition = self._expression(0)
            self._expect("THEN", "CASE WHEN условие THEN значение")
            branches.append((condition, self._expression(0)))
        otherwise = self._expression(0) if self._takes("ELSE") else None
        end = self._expect("END", "CASE закрывают словом END").end
        return self.build.case(branches, otherwise, token.start, end)

    def _named(self, token: Token) -> Node:
        if token.said.upper() == "DATE" and self._peek().kind == "text":
            said = self._take()
            return self.build.date(said.said, token.start, said.end)
        if self._sees("("):
            return self._function(token)
        return self._column(token)

    def _function(self, token: Token) -> Node:
        name = token.said.upper()
        if name not in FUNCTIONS:
            near = get_close_matches(name, FUNCTIONS, 1)
            hint = f"может быть, {near[0]}?" if near else f"есть {', '.join(FUNCTIONS)}"
            self._stop(token, f"функции «{token.said}» в языке нет", hint)
        self._take()
        values = [self._expression(0)]
        while self._takes(","):
            values.append(self._expression(0))
        end = self._expect(")", f"пишется {FUNCTIONS[name]}").end
        return self._called(name, values, token, end)

    def _called(self, name: str, values: list[Node], token: Token, end: int) -> Node:
        wanted = {"AGE": 2, "COALESCE": max(2, len(values))}.get(name, 1)
        if len(values) != wanted:
            where = Broken(type="integer", start=token.start, end=end)
            return self.build.flaw(where, f"у {name} не столько значений", f"пишется {FUNCTIONS[name]}")
        if name == "COALESCE":
            return self.build.coalesce(values, token.start, end)
        if name == "AGE":
            return self.build.age(values[0], values[1], token.start, end)
        if name == "ABS":
            return self.build.absolute(values[0], token.start, end)
        return self.build.date_part(name, values[0], token.start, end)

    def _column(self, token: Token) -> Node:
        kind = self._columns.get(token.said)
        if kind is not None and "${" in token.said:  # Spark would put a variable of its own in its place
            missing = Broken(type=kind, start=token.start, end=token.end)
            return self.build.flaw(missing, "имя колонки не может содержать ${", "переименуйте её")
        if kind is not None:
            return Column(type=kind, name=token.said, start=token.start, end=token.end)
        missing = Broken(type="text", start=token.start, end=token.end)
        near = self._near(token.said)
        if token.kind == "quoted" and not near:
            return self.build.flaw(
                missing,
                f"нет колонки «{token.said}»",
                f"двойные кавычки — для имён колонок; текст пишется '{token.said}'",
            )
        return self.build.flaw(missing, f"нет колонки «{token.said}»", near or _declared(self._columns))

    def _near(self, said: str) -> str:
        plain = said.translate(_LOOK_ALIKE).casefold()
        for name in self._columns:
            if name.casefold() == said.casefold():
                return f"есть {name}: большие и малые буквы различаются"
            if name.translate(_LOOK_ALIKE).casefold() == plain:
                return f"есть {name}: русские и латинские буквы похожи, но разные"
        near = get_close_matches(said, self._columns, 1, 0.7)
        return f"может быть, {near[0]}?" if near else ""

    # What is left when an expression has ended.

    def _left_over(self) -> None:
        token = self._peek()
        if token.said == "," and token.kind == "sign":
            self._stop(token, "лишняя запятая", self._comma_hint() or "условия соединяют словом AND или OR")
        if token.said == ")" and token.kind == "sign":
            self._stop(token, "лишняя закрывающая скобка")
        meant = token.said.translate(_LOOK_ALIKE).upper()
        if token.kind == "name" and meant in _STRENGTH and not token.said.isascii():
            self._stop(token, f"«{token.said}» написано с русской буквой", f"пишите {meant} латинскими буквами")
        self._stop(token, f"лишнее: {_shown(token)}", "между условиями нужно AND или OR")

    def _comma_hint(self) -> str:
        """What to say of a comma between two numbers."""
        around = self._tokens[max(self._at - 1, 0) : self._at + 2]
        if [token.kind for token in around] == ["number", "sign", "number"] and around[1].said == ",":
            return f"дробная часть отделяется точкой: {around[0].said}.{around[2].said}"
        return ""


def _shown(token: Token) -> str:
    if token.kind == "end":
        return "конец выражения"
    return f"'{token.said}'" if token.kind == "text" else f"«{token.said}»"


def _beginning_hint(token: Token) -> str:
    return "плюс перед числом не пишут" if token.said == "+" else ""


def _declared(columns: Mapping[str, ColumnType]) -> str:
    names = sorted(columns)
    return f"есть {', '.join(names[:8])}{', …' if len(names) > 8 else ''}" if names else "не объявлено ни одной"  # noqa: PLR2004 - fits a line
