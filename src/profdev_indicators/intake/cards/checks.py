"""What the card says of an answer while it is being typed: formulas which Excel 2010 and LibreOffice compute alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from math import isfinite
from typing import TypeVar

from attrs import frozen

from profdev_indicators.intake.cards.form import Question
from profdev_indicators.model import Item
from profdev_indicators.wording import as_set, count

GOOD, BAD, DOUBTFUL, NOT_YET, NO_ANSWER = "✓", "!", "?", "○", "–"
"""With which of these a remark begins: the meaning does not hang on a colour."""

NOTHING_KNOWN, NOT_APPLICABLE = "н/д", "н/п"
SKIPPABLE = "можно пропустить"
UNFILLED = f"{NOT_YET} не заполнено"

_Sliced = TypeVar("_Sliced", str, list[str])

_LONGEST_FORMULA = 8000  # characters; Excel's limit is 8192
_LONGEST_LITERAL = 120  # Excel allows 255; quotation marks count twice, pictures twice
_MOST_ARGUMENTS = 200  # of 255
_SHOWN_TITLE = 48
_FIRST_DAY, _LAST_DAY = 32874, 73051  # 1990-01-01 and 2100-01-01 as Excel counts days


@frozen
class Cell:
    """A cell whose number stands in the middle of a remark."""

    address: str


@frozen(kw_only=True)
class Remark:
    """One thing a card may say of an answer."""

    when: str  # a formula
    says: tuple[str | Cell, ...]

    @property
    def sample(self) -> str:
        """The remark as long as it may get."""
        return "".join("00000" if isinstance(part, Cell) else part for part in self.says)


@frozen(kw_only=True)
class Places:
    """Where the answers stand: addresses by the id of an item."""

    answers: Mapping[str, str]
    links: Mapping[str, str]
    words: Mapping[str, tuple[str, str]]  # of levels: the range of the words, the range of their points
    questions: Mapping[str, Question]


def check(question: Question, places: Places) -> str:
    """The formula of the column of checks."""
    told = [f"IF({remark.when},{_joined(remark.says)}," for remark in remarks(question, places)]
    while sum(map(len, told)) > _LONGEST_FORMULA:  # what does not fit in is told when the card comes back
        told.remove(max(told, key=len))
    broken = _joined((f"{BAD} ошибка в этой или связанной ячейке: впишите значение",))
    return f"=IFERROR({''.join(told)}{literal(GOOD)}{')' * len(told)},{broken})"


def untouched(item: Item) -> str:
    """What :func:`check` computes in a card nobody has filled."""
    return UNFILLED if item.required else SKIPPABLE


def status(checks: str, everything: str, total: int) -> str:
    """The formula of the line on top: how many are filled, how many remarks.

    Args:
        checks: the range of the remarks to the questions.
        everything: the range of all remarks, those to the codes of the organisation as well.
        total: how many questions there are.
    """
    filled, left = _begin(checks, GOOD, BAD, DOUBTFUL, NO_ANSWER), _begin(checks, NOT_YET)
    wrong = _begin(everything, BAD, DOUBTFUL)
    counting = f'"Заполнено "&{filled}&" из {total}; замечаний: "&{wrong}&"; обязательных осталось: "&{left}'
    return f"=IF(AND({filled}>0,{left}+{wrong}=0),{literal(READY)},{counting})"


READY = f"{GOOD} Карта заполнена, замечаний нет: её можно отправлять"


def untouched_status(items: Sequence[Item]) -> str:
    """What :func:`status` computes in a card nobody has filled."""
    left = sum(item.required for item in items)
    return f"Заполнено 0 из {len(items)}; замечаний: 0; обязательных осталось: {left}"


def remarks(question: Question, places: Places) -> Iterator[Remark]:
    """All that may be said of an answer, the first that fits wins."""
    item, cell = question.item, places.answers[question.item.id]
    yield from _unanswered(item, cell, places)
    yield _of_another_type(item, cell, places)
    yield from _out_of_bounds(item, cell)
    yield from _against_others(item, places)
    yield from _unconfirmed(item, places)
    yield from _jumped(question, cell)


def positive(item: Item, places: Places) -> str:
    """Whether an answer is «да» or more than nothing."""
    cell = places.answers[item.id]
    if item.type == "flag":
        return f'TRIM({cell})="да"'
    if item.type == "level":
        return f"{_points(item, places)}>0"
    return f"IF(ISNUMBER({cell}),{cell}>0,FALSE)"


def accepted(item: Item, cell: str) -> str:
    """The formula by which a cell refuses what is typed; flags and levels have lists instead."""
    excused = f'OR(TRIM({cell})="{NOTHING_KNOWN}",TRIM({cell})="{NOT_APPLICABLE}")'
    return f"=IF(ISNUMBER({cell}),{_is_of_type(item, cell)},{excused})"


@lru_cache(maxsize=1 << 12)  # forty cards say the same
def literal(text: str) -> str:
    """A text inside a formula, however long and whatever stands in it."""
    pieces = _batches(_one_line(text), _LONGEST_LITERAL)
    return "&".join('"{}"'.format(piece.replace('"', '""')) for piece in pieces) or '""'


def wanted(item: Item) -> str:
    """What has to be typed, in a few words."""
    match item.type:
        case "count":
            return "нужно целое число без слов и знака %"
        case "number":
            return "нужно число без слов и знака %"
        case "flag":
            return "выберите «да» или «нет»"
        case "level":
            return "выберите ответ из списка"
        case "date":
            return "нужна дата, например 28.08.2022"


def _unanswered(item: Item, cell: str, places: Places) -> Iterator[Remark]:
    blank = f"LEN(TRIM({cell}))=0"
    condition = _other(item.only_if, places)
    if item.required and condition is not None and item.type in {"count", "number"}:
        yield Remark(
            when=f"IF({blank},{_none(condition, places)},FALSE)",
            says=(f"{NOT_YET} впишите 0: в п. {_number(condition, places)} «нет»",),
        )
    yield Remark(when=blank, says=(untouched(item),))
    yield Remark(when=f'TRIM({cell})="{NOTHING_KNOWN}"', says=(f"{NO_ANSWER} нет данных",))
    yield Remark(when=f'TRIM({cell})="{NOT_APPLICABLE}"', says=(f"{NO_ANSWER} не применимо",))


def _of_another_type(item: Item, cell: str, places: Places) -> Remark:
    match item.type:
        case "flag":
            fits = f'OR(TRIM({cell})="да",TRIM({cell})="нет")'
        case "level":
            fits = f"SUMPRODUCT(--({places.words[item.id][0]}=TRIM({cell})))>0"
        case _:
            fits = f"IF(ISNUMBER({cell}),{_is_of_type(item, cell)},FALSE)"
    return Remark(when=f"NOT({fits})", says=(f"{BAD} {wanted(item)}",))


def _is_of_type(item: Item, cell: str) -> str:
    """Whether a number is such as is asked for."""
    match item.type:
        case "count":
            return f"AND({cell}>=0,{cell}=INT({cell}))"
        case "date":
            return f"AND({cell}>={_FIRST_DAY},{cell}<{_LAST_DAY})"
        case _:
            return "TRUE"


def _out_of_bounds(item: Item, cell: str) -> Iterator[Remark]:
    if item.type not in {"count", "number"}:
        return
    if item.minimum is not None and isfinite(item.minimum):
        says = f"{BAD} меньше, чем может быть ({as_set(item.minimum, '')})"
        yield Remark(when=f"{cell}<{_constant(item.minimum)}", says=(says,))
    if item.maximum is not None and isfinite(item.maximum):
        says = f"{BAD} больше, чем может быть ({as_set(item.maximum, '')})"
        yield Remark(when=f"{cell}>{_constant(item.maximum)}", says=(says,))


def _against_others(item: Item, places: Places) -> Iterator[Remark]:
    cell = places.answers[item.id]
    whole, condition = _other(item.at_most, places), _other(item.only_if, places)
    if whole is not None and _is_number(item) and _is_number(whole):
        at = places.answers[whole.id]
        told = (f"{BAD} больше, чем в п. {_number(whole, places)} {_called(whole)} (", Cell(at), ")")
        known = f"IF(ISNUMBER({at}),{_is_of_type(whole, at)},FALSE)"
        yield Remark(when=f"IF({known},{cell}>{at},FALSE)", says=told)
    if condition is not None:
        said = "больше нуля" if _is_number(item) else "«да»"
        clash = f"{BAD} {said}, а в п. {_number(condition, places)} {_called(condition)} — нет"
        when = f"IF({positive(item, places)},{_none(condition, places)},FALSE)"
        yield Remark(when=when, says=(clash,))
    yield from _sum(item, places)


def _sum(item: Item, places: Places) -> Iterator[Remark]:
    parts = [places.questions[name] for name in item.sum_of if name in places.questions]
    if not parts or len(parts) < len(item.sum_of) or not all(_is_number(part.item) for part in (*parts,)):
        return
    cells = [places.answers[part.item.id] for part in parts]
    known = "+".join(f"COUNT({','.join(some)})" for some in _batches(cells, _MOST_ARGUMENTS))
    total = "+".join(f"SUM({','.join(some)})" for some in _batches(cells, _MOST_ARGUMENTS))
    numbers = ", ".join(str(part.number) for part in parts)
    yield Remark(
        when=f"IF({known}={len(cells)},ABS({places.answers[item.id]}-({total}))>0.000001,FALSE)",
        says=(f"{BAD} не равно сумме пп. {numbers} (", Cell(f"({total})"), ")"),
    )


def _unconfirmed(item: Item, places: Places) -> Iterator[Remark]:
    if item.evidence == "required":
        yield Remark(
            when=f"IF({positive(item, places)},LEN(TRIM({places.links[item.id]}))=0,FALSE)",
            says=(f"{BAD} нужна ссылка: без неё ответ не подтверждён",),
        )


def _jumped(question: Question, cell: str) -> Iterator[Remark]:
    jump, before = question.item.jump, question.before
    if jump is None or before is None or question.item.type not in {"count", "number"}:
        return
    by_share, by_number = abs(before) * jump.percent / 100, jump.at_least
    if not (isfinite(by_share) and isfinite(by_number)):
        return
    change = f"ABS({cell}-{_constant(before)})"
    far = f"AND({change}>{_constant(by_share)},{change}>={_constant(by_number)})"
    told = (f"{DOUBTFUL} было {count(before)}, стало ", Cell(cell), ": если это так, ничего не меняйте")
    yield Remark(when=far, says=told)


def _none(item: Item, places: Places) -> str:
    """Whether an answer is «нет» or nothing at all: silence is neither."""
    cell = places.answers[item.id]
    if item.type == "flag":
        return f'TRIM({cell})="нет"'
    if item.type == "level":
        words = places.words[item.id][0]
        return f"AND(SUMPRODUCT(--({words}=TRIM({cell})))>0,{_points(item, places)}=0)"
    return f"IF(ISNUMBER({cell}),{cell}=0,FALSE)"


def _points(item: Item, places: Places) -> str:
    words, points = places.words[item.id]
    return f"SUMPRODUCT(({words}=TRIM({places.answers[item.id]}))*{points})"


def _other(name: str | None, places: Places) -> Item | None:
    """An item which this card asks as well; what another source asks can be compared only by the program."""
    question = places.questions.get(name) if name is not None else None
    return question.item if question is not None else None


def _number(item: Item, places: Places) -> int:
    return places.questions[item.id].number


def _is_number(item: Item) -> bool:
    return item.type in {"count", "number", "date"}


def _called(item: Item) -> str:
    title = " ".join(_one_line(item.title).split())
    if len(title) > _SHOWN_TITLE:
        title = title[:_SHOWN_TITLE].rpartition(" ")[0].rstrip(" ,;:(—") or title[:_SHOWN_TITLE]
        title += "…"
    return f"«{title}»"


def _joined(says: Sequence[str | Cell]) -> str:
    return "&".join(part.address if isinstance(part, Cell) else literal(part) for part in says)


def _begin(checks: str, *marks: str) -> str:
    return "SUMPRODUCT({})".format("+".join(f'(LEFT({checks},1)="{mark}")' for mark in marks))


def _constant(value: float) -> str:
    """A number as formulas write it: a point, no spaces, and brackets where it is negative."""
    number = float(value)
    text = str(int(number)) if number.is_integer() else repr(number)
    return f"({text})" if value < 0 else text


def _one_line(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _batches(whole: _Sliced, size: int) -> Iterator[_Sliced]:
    return (whole[start : start + size] for start in range(0, len(whole), size))
