"""Words, signs and constants of an expression, and what people write in place of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal as OneOf

from attrs import frozen

from profdev_indicators.expressions.flaws import Flaw

KEYWORDS = frozenset(
    "AND OR NOT IN BETWEEN LIKE IS NULL TRUE FALSE CASE WHEN THEN ELSE END".split()  # noqa: SIM905 - read as a line
)


@frozen
class Token:
    """A piece of the text; ``said`` is a keyword in capitals, a name or a text without its quotes."""

    kind: OneOf["word", "name", "quoted", "text", "number", "sign", "end"]
    said: str
    start: int
    end: int


_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\u00a0]+)
    | (?P<number>[0-9]+(?:\.[0-9]+)?)
    | (?P<text>'(?:[^']|'')*')
    | (?P<curly>[‘‚“„«][^‘’‚“”„«»'"\n]*[’‘“”»])
    | (?P<quoted>"(?:[^"]|"")+")
    | (?P<name>[^\W\d]\w*)
    | (?P<foreign>--|/\*|==|&&|\|\||=>|=<|[≤≥≠−–—×÷])
    | (?P<sign><=|>=|<>|!=|[-+*/()<>=,])""",
    re.VERBOSE,
)

_MEANT = {
    "==": ("=", "равенство пишется одним знаком: ="),
    "&&": ("AND", "пишите AND"),
    "||": ("OR", "«или» пишется OR; тексты не склеиваются"),
    "=>": (">=", "«не меньше» пишется >="),
    "=<": ("<=", "«не больше» пишется <="),
    "≤": ("<=", "пишите <="),
    "≥": (">=", "пишите >="),
    "≠": ("<>", "пишите <>"),
    "−": ("-", "минус пишется дефисом: -"),
    "–": ("-", "минус пишется дефисом: -"),
    "—": ("-", "минус пишется дефисом: -"),
    "×": ("*", "умножение пишется звёздочкой: *"),
    "÷": ("/", "деление пишется чертой: /"),
}
_RUSSIAN = {"и": "AND", "или": "OR", "не": "NOT", "истина": "TRUE", "ложь": "FALSE", "пусто": "NULL"}
_INVISIBLE = "\t\n\r\u00a0\u00ad\u200b\u200c\u200d\u202f\ufeff"  # that texts of records do have
_UNWANTED = {
    "`": 'имя колонки с пробелами пишется в двойных кавычках: "имя"',
    **dict.fromkeys("‘’‚“”„«»", "текст пишется в прямых одинарных кавычках: 'текст'"),
    ";": "здесь одно выражение, точка с запятой не нужна",
    "%": "остатка от деления в языке нет; проценты считает сам показатель",
    "|": "«или» пишется OR",
    "&": "«и» пишется AND",
    "!": "«не» пишется NOT, «не равно» — <>",
    "[": "скобки только круглые",
    "]": "скобки только круглые",
    "{": "скобки только круглые",
    "}": "скобки только круглые",
}


class UnreadableError(Exception):
    """The text cannot be read any further; the flaws say why."""


def tokens(text: str, declared: Callable[[str], bool], flaws: list[Flaw]) -> Iterator[Token]:
    """The pieces of the text; what is foreign but plain enough is taken for what was meant and noted in ``flaws``.

    Args:
        text: what was written.
        declared: whether a name is that of a column: a column may be called «и».
        flaws: where defects are noted.

    Raises:
        UnreadableError: a text without an end, a comment.
    """
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            at = _unwanted(text, at, flaws)
            continue
        kind, said, start, at = found.lastgroup, found.group(), at, found.end()
        if kind == "foreign":
            yield _foreign(said, start, flaws)
        elif kind == "name":
            yield _name(said, start, declared, flaws)
        elif kind == "number":
            yield Token("number", said, start, at)
        elif kind in {"text", "quoted", "curly"}:
            yield _quoted(kind, said, start, flaws)
        elif kind == "sign":
            yield Token("sign", "<>" if said == "!=" else said, start, at)
    yield Token("end", "", len(text.rstrip()), len(text.rstrip()) + 1)


def _foreign(said: str, start: int, flaws: list[Flaw]) -> Token:
    end = start + len(said)
    if said in {"--", "/*"}:
        flaws.append(
            Flaw(start=start, end=end, message="комментариев в выражении нет", hint="пишите их в YAML после знака #")
        )
        raise UnreadableError
    meant, hint = _MEANT[said]
    flaws.append(Flaw(start=start, end=end, message=f"знака «{said}» здесь нет", hint=hint))
    return Token("word" if meant in KEYWORDS else "sign", meant, start, end)


def _name(said: str, start: int, declared: Callable[[str], bool], flaws: list[Flaw]) -> Token:
    end = start + len(said)
    if said.upper() in KEYWORDS and said.isascii():
        return Token("word", said.upper(), start, end)
    meant = _RUSSIAN.get(said.lower())
    if meant is None or declared(said):
        return Token("name", said, start, end)
    flaws.append(
        Flaw(start=start, end=end, message=f"слова языка — английские, а здесь «{said}»", hint=f"пишите {meant}")
    )
    return Token("word", meant, start, end)


def _quoted(kind: str, said: str, start: int, flaws: list[Flaw]) -> Token:
    end = start + len(said)
    if kind == "curly":
        hint = f"текст пишется в прямых одинарных кавычках: '{said[1:-1]}'"
        flaws.append(Flaw(start=start, end=end, message="кавычки не те", hint=hint))
        return Token("text", said[1:-1], start, end)
    hidden = next((sign for sign in said if not (sign.isprintable() or sign in _INVISIBLE)), None)
    if hidden:
        flaws.append(Flaw(start=start, end=end, message=f"в кавычках недопустимый знак U+{ord(hidden):04X}"))
    mark = said[0]
    return Token("text" if kind == "text" else "quoted", said[1:-1].replace(mark * 2, mark), start, end)


def _unwanted(text: str, at: int, flaws: list[Flaw]) -> int:
    letter = text[at]
    if letter in "'\"":
        message = "текст не закрыт кавычкой" if letter == "'" else "имя колонки не закрыто кавычкой"
        flaws.append(Flaw(start=at, end=len(text), message=message, hint=f"поставьте {letter} в конце"))
        raise UnreadableError
    name = letter if letter.isprintable() else f"U+{ord(letter):04X}"
    flaws.append(Flaw(start=at, end=at + 1, message=f"знака «{name}» в языке нет", hint=_UNWANTED.get(letter, "")))
    return at + 1
