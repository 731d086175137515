"""What is wrong with the text of an expression, and how it is shown to whoever wrote it."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import field, frozen

from profdev_indicators.errors import ProfdevError

_WIDTH = 100


@frozen(order=True, kw_only=True)
class Flaw:
    """One defect: from which character of the text (counted from zero) to which (not included), and the cure."""

    start: int
    end: int
    message: str
    hint: str = field(default="")

    def __str__(self) -> str:
        return f"{self.message} — {self.hint}" if self.hint else self.message


class ExpressionError(ProfdevError):
    """A text is not an expression; carries every flaw that could be found in one go, in the order of the text."""

    def __init__(self, text: str, flaws: Iterable[Flaw]) -> None:
        self.text = text
        self.flaws = tuple(sorted(set(flaws)))
        super().__init__("\n".join(drawn(text, flaw) for flaw in self.flaws))


def drawn(text: str, flaw: Flaw) -> str:
    """The message, the line of the text it is about, and carets under the place.

    >>> print(drawn("age < 35 young", Flaw(start=9, end=14, message="лишнее слово «young»")))
    лишнее слово «young»
      age < 35 young
               ^^^^^
    """
    before = text[: flaw.start]
    begin = before.rfind("\n") + 1
    line = text[begin:].split("\n", 1)[0]
    at = flaw.start - begin
    width = max(1, min(flaw.end, begin + len(line)) - flaw.start)
    cut = max(0, at - _WIDTH // 2)  # of a long line only the surroundings are shown
    shown = "".join(letter if letter.isprintable() else " " for letter in line[cut : cut + _WIDTH])
    return f"{flaw}\n  {shown}\n  {' ' * (at - cut)}{'^' * min(width, _WIDTH - (at - cut))}"
