"""A card of an organisation, found on its sheet by the marks it carries or, where they are lost, by the questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import polars as pl
from attrs import field, frozen

from profdev_indicators.builtin.readers import cardsheets
from profdev_indicators.builtin.readers.grids import OF_UNITS, Grid, UnreadableError, is_question, plain
from profdev_indicators.builtin.readers.spreadsheets.pages import Page, address
from profdev_indicators.errors import Problem
from profdev_indicators.model import Request
from profdev_indicators.periods import Period

_NAMES = {cardsheets.UNIT: "unit", cardsheets.INN: "inn", cardsheets.OGRN: "ogrn", cardsheets.NAME: "name"}
_PERIOD = {cardsheets.PERIOD: "period"}
# What stands beside the name and the codes of an organisation where no mark is left.
_TITLES = {
    "inn": ("инн", "инн организации"),
    "ogrn": ("огрн", "огрн организации"),
    "name": (
        "название",
        "организация",
        "наименование",
        "наименование организации",
        "название организации",
        "образовательная организация",
    ),
    "period": ("период", "отчетный период", "год", "отчетный год"),
}
_ANSWERS = ("ответ", "значение", "ваш ответ", cardsheets.VALUE)
_LINKS = ("ссылка", cardsheets.LINK)
_LOOKED_AT = 400  # rows from the top: a card is no longer
_TWO_AT_LEAST = 2  # questions in one column: one may be there by chance


@frozen(kw_only=True, eq=False)
class Told:
    """One cell of a card."""

    name: str  # what it answers: an id, unit, inn …
    text: str
    cell: str  # «C9»
    title: str = ""  # the words of the question beside it


@frozen(kw_only=True, eq=False)
class Card:
    """A card before anybody asks it."""

    sheet: str
    told: tuple[Told, ...]
    facts: Mapping[str, Told] = field(factory=dict)  # @period, @district …
    retyped: bool = False  # its marks are lost: read by the words of the questions

    @property
    def grid(self) -> Grid:
        """One row whose headings are ids; a question left empty in one of two rows is the other one."""
        filled = {one.name for one in self.told if one.text.strip()}
        told: list[Told] = []
        seen: set[str] = set()
        for one in self.told:
            if one.text.strip() or one.name not in filled | seen:
                told.append(one)
            seen.add(one.name)
        names = tuple(str(position) for position in range(len(told)))
        values = {name: [one.text if one.text.strip() else None] for name, one in zip(names, told, strict=True)}
        return Grid(
            frame=pl.DataFrame(values, schema=dict.fromkeys(names, pl.String)),
            names=names,
            headings=tuple(one.name for one in told),
            seen=tuple(one.cell for one in told),
            first_row=None,
            sheet=self.sheet,
        )


def find_card(page: Page) -> Card | None:
    """The card whose mark stands on a sheet; None: there is no such mark, or its columns are lost.

    Raises:
        UnreadableError: two cards on one sheet.
    """
    marks = [
        (row, column)
        for row, cells in enumerate(page.head)
        for column, cell in enumerate(cells)
        if cell.strip() == cardsheets.MARK
    ]
    if len(marks) > 1:
        where = " и ".join(address(row, column) for row, column in marks)
        raise UnreadableError(
            f"на одном листе две карты ({where})", hint="разнесите их по разным листам", cell=f"«{page.name}»"
        )
    if not marks:
        return None
    (marked, keys), *_ = marks
    roles = {cell.strip(): column for column, cell in enumerate(page.head[marked]) if column != keys and cell.strip()}
    if cardsheets.VALUE not in roles:
        return None
    told: list[Told] = []
    facts: dict[str, Told] = {}
    for row, cells in enumerate(page.head):
        name = _cell(cells, keys).strip()
        if not name or row == marked:
            continue
        value = Told(
            name=(_NAMES | _PERIOD).get(name, name),
            text=_cell(cells, roles[cardsheets.VALUE]),
            cell=address(row, roles[cardsheets.VALUE]),
            title=_cell(cells, roles.get(cardsheets.TITLE, -1)).partition("\n")[0].strip(),
        )
        if name in cardsheets.FACTS:
            facts[name] = value
        if name not in cardsheets.FACTS or name in _NAMES | _PERIOD:
            told.append(value)
        if name not in cardsheets.FACTS and cardsheets.LINK in roles:
            column = roles[cardsheets.LINK]
            told.append(Told(name=f"{name}.link", text=_cell(cells, column), cell=address(row, column)))
    return Card(sheet=page.name, told=tuple(told), facts=facts)


def find_retyped(page: Page, request: Request) -> Card | None:
    """A card without marks: a column in which several questions stand word for word, answers to the right of it."""
    ids = {
        plain(title): wanted
        for wanted in request.columns
        if is_question(wanted) and not wanted.endswith(".link")
        for title in request.titles.get(wanted, ())
    }
    found = {
        (row, column): ids[words]
        for row, cells in enumerate(page.head[:_LOOKED_AT])
        for column, cell in enumerate(cells)
        if (words := _words(cell, ids)) in ids
    }
    counts = Counter(column for _, column in found)
    if not counts or max(counts.values()) < _TWO_AT_LEAST:
        return None
    titles = max(counts, key=lambda column: (counts[column], column))
    asked = {row: wanted for (row, column), wanted in found.items() if column == titles}
    values = _column_of(page, titles, asked, _ANSWERS) or _next_filled(page, titles, asked)
    if values is None:
        return None
    links = _column_of(page, titles, asked, _LINKS)
    told = [
        Told(name=wanted, text=_cell(page.head[row], values), cell=address(row, values))
        for row, wanted in asked.items()
    ]
    if links is not None and links != values:
        told += [
            Told(name=f"{wanted}.link", text=_cell(page.head[row], links), cell=address(row, links))
            for row, wanted in asked.items()
        ]
    own = tuple(_whose(page, titles, values, asked))
    facts = {f"@{one.name}": one for one in own}
    told = [*_with_unit(one for one in own if one.name in {*_NAMES.values(), "period"}), *told]
    return Card(sheet=page.name, told=tuple(told), facts=facts, retyped=True)


def _words(cell: str, ids: Mapping[str, str]) -> str:
    """A cell as a question may stand in it: whole, or its first line where a hint stands below."""
    whole = plain(cell)
    return whole if whole in ids else plain(cell.partition("\n")[0]).rstrip(" *:")


def _column_of(page: Page, titles: int, asked: Mapping[int, str], headings: Sequence[str]) -> int | None:
    """The column right of the questions which some row above them calls by one of these headings."""
    for cells in reversed(page.head[: min(asked)]):
        for column in range(titles + 1, len(cells)):
            words = plain(cells[column]).rstrip(" :*")
            if words in headings or words.partition(" ")[0] in headings:
                return column
    return None


def _next_filled(page: Page, titles: int, asked: Mapping[int, str]) -> int | None:
    width = max(len(page.head[row]) for row in asked)
    filled = (
        column for column in range(titles + 1, width) if any(_cell(page.head[row], column).strip() for row in asked)
    )
    return next(filled, None)


def _whose(page: Page, titles: int, values: int, asked: Mapping[int, str]) -> Iterator[Told]:
    """What stands beside the questions about the organisation and the period, by key or by words."""
    names = {words: name for name, all_words in _TITLES.items() for words in all_words}
    seen = set()
    for row, cells in enumerate(page.head[:_LOOKED_AT]):
        key = next((cell.strip() for cell in cells[:titles] if cell.strip() in cardsheets.FACTS), "")
        name = key.removeprefix("@") or names.get(plain(_cell(cells, titles)).rstrip(" :*"))
        text = _cell(cells, values)
        if name and name not in seen and row not in asked and text.strip():
            seen.add(name)
            yield Told(name=name, text=text, cell=address(row, values))


def _with_unit(own: Iterable[Told]) -> Iterator[Told]:
    """The same with the organisation under the name by which tables know it."""
    by_name = {one.name: one for one in own}
    yield from by_name.values()
    first = next((by_name[name] for name in ("name", "inn", "ogrn") if name in by_name), None)
    if first is not None and "unit" not in by_name:
        yield Told(name="unit", text=first.text, cell=first.cell)


def _cell(cells: Sequence[str], column: int) -> str:
    return cells[column] if 0 <= column < len(cells) else ""


# --- what a card says of itself against what was asked -------------------------------------------------------------


def notes_of(card: Card, request: Request, period: Period | None) -> Iterator[Problem]:
    """What of a card was read otherwise than it seems, or left out."""
    if card.retyped:
        yield Problem(
            cell=f"«{card.sheet}»",
            message="служебных пометок карты нет: ответы найдены по тексту вопросов",
            hint="сверьте их с картой; надёжнее заполнить присланный бланк",
        )
    asked = {*request.columns, *request.elsewhere}
    for one in card.told:
        if is_question(one.name) and not one.name.endswith(".link") and one.name not in asked and one.text.strip():
            question = f"«{one.title}» ({one.name})" if one.title else f"«{one.name}»"
            yield Problem(
                cell=_place(card, one),
                message=f"вопроса {question} больше нет: ответ «{one.text.strip()}» не прочитан",
                hint="карта сделана по другой версии вопросов",
            )
    made = _period_of(card, request)
    if made is not None and period is not None and made != period:
        yield Problem(
            cell=_place(card, card.facts[cardsheets.PERIOD]),
            message=f"карта за {made}, а лежит среди сведений за {period}: считается за {period}",
            hint="проверьте, не прошлогодняя ли это карта",
        )


def problems_of(card: Card, request: Request) -> Iterator[Problem]:
    """Why a card may not be read at all."""
    district = card.facts.get(cardsheets.DISTRICT)
    if request.district and district is not None and district.text.strip() not in {"", request.district}:
        yield Problem(
            cell=_place(card, district),
            message=f"карта другого района: «{district.text.strip()}», а здесь «{request.district}»",
            hint="верните её отправителю или перенесите ответы в свой бланк",
        )
    if not any(one.name in OF_UNITS and one.text.strip() for one in card.told):
        yield Problem(
            cell=f"«{card.sheet}»",
            message="не видно, чья это карта: нет ни названия организации, ни ИНН",
            hint="впишите ИНН организации в карту",
        )


def _period_of(card: Card, request: Request) -> Period | None:
    told = card.facts.get(cardsheets.PERIOD)
    try:
        return Period.parse(told.text.strip(), request.calendar) if told is not None else None
    except ValueError:
        return None


def _place(card: Card, one: Told) -> str:
    return f"«{card.sheet}»!{one.cell}"
