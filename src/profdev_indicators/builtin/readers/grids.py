"""A table as it stands in a file, and how its headings become ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache, reduce
from operator import and_
from typing import TypeAlias

import polars as pl
from attrs import field, frozen

from profdev_indicators.errors import Problem
from profdev_indicators.frames import ENGINE
from profdev_indicators.model import Request
from profdev_indicators.periods import Period

_SHOWN = 12  # headings named in one message
_LONG = 80  # letters of one heading in a message
_INVISIBLE = re.compile("[\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\N{SOFT HYPHEN}]")
OF_UNITS = ("unit", "id", "inn", "ogrn", "name")  # what tells of whom a row is
_KEYS = ("unit", "id", "inn", "ogrn")  # of them, what is enough: in answers and in the roster
_NO_QUESTIONS = frozenset({*OF_UNITS, "period", "link"})
_CLOSE = 0.8  # of 1: so like a title that it was most likely meant
_COMPARED = 2500  # pairs of headings and titles: to compare more takes longer than to read the table
_TOTAL = r"^(?:итог|итого|всего)(?:$|[\s:.,(])"

_Frame: TypeAlias = pl.DataFrame | pl.LazyFrame


class UnreadableError(Exception):
    """A file is not a table; ``hint`` is the likely cure, ``line`` counts from one, zero is «not known»."""

    def __init__(self, message: str, *, hint: str = "", line: int = 0, cell: str = "") -> None:
        super().__init__(message)
        self.problem = Problem(message=message, hint=hint, line=line, cell=cell)


class MissingLibraryError(UnreadableError):
    """The file may be sound, but nothing is installed that reads it."""


@frozen(kw_only=True, eq=False)
class Grid:
    """One table before anybody knows what its columns mean."""

    frame: _Frame  # a LazyFrame: too long to look at twice
    names: tuple[str, ...]  # of its columns, in order
    headings: tuple[str, ...]  # as they stand in the file, in the same order
    # Where a person finds the column: its letter in a spreadsheet, its cell in a card, else its heading.
    seen: tuple[str, ...]
    first_row: int | None = 1  # number of the first row of `frame` as a person counts; None: a card, it has no rows
    header_row: int = 0  # of the headings, as a person counts; zero: they stand in no row
    sheet: str = ""
    notes: tuple[Problem, ...] = ()
    problems: tuple[Problem, ...] = ()  # why it may not be read at all
    fragile: bool = False  # it may prove broken while it is read: better now than in the middle of the work
    in_memory: bool = False  # columns may go under the ids themselves, whatever headings the files have
    queried: bool = False  # it is what a database answered

    @classmethod
    def refused(cls, problem: Problem, sheet: str) -> Grid:
        """A sheet that cannot be read, among others that can."""
        return cls(frame=pl.DataFrame(), names=(), headings=(), seen=(), sheet=sheet, problems=(problem,))


@frozen(kw_only=True, eq=False)
class Choice:
    """The columns of a grid that were asked for, and what stands in the way of reading them."""

    columns: Mapping[str, int] = field(factory=dict)  # id → position
    conditions: Mapping[int, tuple[str, ...]] = field(factory=dict)  # position → texts to keep
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()  # columns which look like an answer and were not taken
    is_empty: bool = False  # none of the questions is there


def is_question(wanted: str) -> bool:
    """Whether an id asked for is an answer and not the organisation, the period or the link of the row."""
    return wanted not in _NO_QUESTIONS


def choose(
    grid: Grid,
    request: Request,
    *,
    columns: Mapping[str, str],
    constants: Mapping[str, str],
    where: Mapping[str, str | Sequence[str]],
    period: Period | None,
) -> Choice:
    """Find the columns wanted: by the heading given for them, else by id, else by a title the request knows."""
    search = Search(grid)
    chosen: dict[str, int] = {}
    for wanted in request.columns:
        if wanted in constants or (wanted == "period" and period is not None):
            continue
        # A unit's own id is `unit` in answers and `id` in the roster; who writes a configuration need not care.
        heading = columns.get(wanted) or (columns.get("unit") if wanted == "id" else None)
        titles = (wanted, *request.titles.get(wanted, ()))
        if heading is None:
            position = search.first(titles)
        else:
            position = search.required(heading, titles if grid.in_memory else ())
        if position is not None:
            chosen[wanted] = position
    conditions = {heading: search.required(heading, ()) for heading in where}
    # A heading that is given and not there has been reported already.
    if not {*_KEYS} & {*chosen, *constants, *columns} and not grid.problems:
        search.lack(f"нет столбца с организацией; {search.have}", "впишите его заголовок: columns: {unit: …}")
    if "period" in request.columns and period is None and "period" not in {*chosen, *constants, *columns}:
        hint = (
            "добавьте столбец period"
            if grid.in_memory
            else f"{':period в query' if grid.queried else '{period} в location'}, columns: {{period: …}} или constants"
        )
        search.lack("неизвестен отчётный период", hint)
    search.refuse_nested(chosen)
    is_empty = "unit" in request.columns and not any(map(is_question, (*chosen, *constants)))
    near = () if is_empty and not search.problems else tuple(search.near(request, chosen))
    return Choice(
        columns=chosen,
        notes=near,
        is_empty=is_empty,
        conditions={
            position: condition(where[heading]) for heading, position in conditions.items() if position is not None
        },
        problems=tuple(search.problems),
    )


def nothing_asked(grid: Grid, request: Request) -> Problem:
    """What is said of a table without a single question."""
    search = Search(grid)
    near = next(search.near(request, {}), None)
    return Problem(
        cell=search.place,
        message=f"нет ни одного вопроса источника «{request.source}»; {search.have}",
        hint=near.message
        if near
        else "впишите заголовки: columns: {вопрос: …}"
        + ("" if grid.queried or grid.in_memory else ", или shared: true, если файл не об этом"),
    )


def take(grid: Grid, choice: Choice, request: Request, constants: Mapping[str, str]) -> pl.LazyFrame:
    """The columns chosen, named by their ids, with ``row``; without empty rows and rows of other periods."""
    schema = grid.frame.collect_schema()
    types = {name: schema[name] for name in grid.names}
    sources = {wanted: grid.names[position] for wanted, position in choice.columns.items()}
    read = [_readable(pl.col(name), types[name], wanted).alias(wanted) for wanted, name in sources.items()]
    totals = _totals_beside(grid, choice, types)
    if totals is not None:
        read[list(sources).index("unit")] = pl.coalesce(read[list(sources).index("unit")], totals).alias("unit")
    conditions = {f"where {position}": position for position in choice.conditions}
    tested = [_plain(pl.col(grid.names[at]), types[grid.names[at]]).alias(name) for name, at in conditions.items()]
    if grid.first_row is None:
        frame: _Frame = grid.frame.lazy().collect().select(pl.lit(None, pl.Int64).alias("row"), *read, *tested)
    elif isinstance(grid.frame, pl.DataFrame):
        rows = pl.int_range(grid.first_row, pl.len() + grid.first_row, dtype=pl.Int64).alias("row")
        frame = grid.frame.select(rows, *read, *tested)
    else:  # the length of a scan is not known before its end
        numbered = grid.frame.select(*read, *tested).with_row_index("row", offset=grid.first_row)
        frame = numbered.with_columns(pl.col("row").cast(pl.Int64))
    if conditions:
        kept = (pl.col(name).is_in(choice.conditions[at]) for name, at in conditions.items())
        frame = frame.filter(reduce(and_, kept)).drop(conditions)
    given = [pl.lit(text, pl.String).alias(wanted) for wanted, text in constants.items() if wanted in request.columns]
    frame = frame.with_columns(given) if given else frame
    return _without_empty(_of_periods(frame, request), sources).lazy()


def _totals_beside(grid: Grid, choice: Choice, types: Mapping[str, pl.DataType]) -> pl.Expr | None:
    """«Итого» in a column before that of the organisations: without it the row would be of nobody."""
    before = grid.names[: choice.columns.get("unit", 0)]
    said = [
        pl.when(_plainly(pl.col(name)).str.contains(_TOTAL)).then(name) for name in before if types[name] == pl.String
    ]
    return pl.coalesce(said) if said else None


class Search:
    """Headings by their exact and by their plain spelling; collects what could not be found."""

    def __init__(self, grid: Grid) -> None:
        self._exact: dict[str, list[int]] = {}
        self._plain: dict[str, list[int]] = {}
        for position, heading in enumerate(grid.headings):
            self._exact.setdefault(heading, []).append(position)
            self._plain.setdefault(plain(heading), []).append(position)
        self._grid = grid
        self.problems: list[Problem] = []

    @property
    def place(self) -> str:
        """Where the headings stand."""
        if not self._grid.sheet:
            return ""
        return f"«{self._grid.sheet}»" + (f", строка {self._grid.header_row}" if self._grid.header_row else "")

    @property
    def have(self) -> str:
        """«есть: «A», «B»»: the headings of the file."""
        named = [_short(heading) for heading in self._grid.headings if heading.strip()]
        more = f" и ещё {len(named) - _SHOWN}" if len(named) > _SHOWN else ""
        return f"есть: {', '.join(named[:_SHOWN])}{more}" if named else "строка заголовков пуста"

    def first(self, headings: Iterable[str]) -> int | None:
        """The position of the first heading that is there."""
        return next((position for heading in headings if (position := self._only(heading)) is not None), None)

    def required(self, heading: str, instead: Iterable[str]) -> int | None:
        """The position of a heading that must be there, or of one that may stand instead of it."""
        known = len(self.problems)
        position = self.first((heading, *instead))
        if position is None and len(self.problems) == known:
            near = get_close_matches(plain(heading), [name for name in self._plain if name], n=1)
            hint = f"может быть, {_short(self._grid.headings[self._plain[near[0]][0]])}?" if near else ""
            self.lack(f"нет столбца {_short(heading)}; {self.have}", hint)
        return position

    def refuse_nested(self, chosen: Mapping[str, int]) -> None:
        """Complain of columns whose cells are neither texts nor numbers; other names of a unit may be a list."""
        schema = self._grid.frame.collect_schema()
        for wanted, position in chosen.items():
            dtype = schema[self._grid.names[position]]
            if wanted != "aliases" and (dtype.is_nested() or dtype in {pl.Binary, pl.Object}):
                message = f"столбец {_short(self._grid.headings[position])} — не тексты и не числа ({dtype})"
                self.lack(message, "превратите его в текст или число", self._cell(position))

    def near(self, request: Request, chosen: Mapping[str, int]) -> Iterator[Problem]:
        """Headings which nobody asked for and which are like a question that was not found."""
        missing = [wanted for wanted in request.columns if is_question(wanted) and wanted not in chosen]
        titles = {plain(title): wanted for wanted in missing for title in request.titles.get(wanted, ())}
        taken = {*chosen.values()}
        free = {words: at for words, (at, *_) in self._plain.items() if words and at not in taken}
        if len(titles) * len(free) > _COMPARED:
            return
        for words, at in free.items():
            for title in get_close_matches(words, titles, n=1, cutoff=_CLOSE):
                heading = _short(self._grid.headings[at])
                yield Problem(
                    cell=self._cell(at),
                    message=f"столбец {heading} похож на вопрос {_short(title)} ({titles[title]}), но не прочитан",
                    hint=f"если это он, впишите заголовок: columns: {{{titles[title]}: …}}",
                )

    def lack(self, message: str, hint: str, cell: str = "") -> None:
        """Note what is not there."""
        self.problems.append(Problem(message=message, hint=hint, cell=cell or self.place))

    def _cell(self, position: int) -> str:
        grid = self._grid
        if not grid.sheet:
            return ""
        return f"«{grid.sheet}»!{grid.seen[position]}{grid.header_row if grid.first_row is not None else ''}"

    def _only(self, heading: str) -> int | None:
        positions = self._exact.get(heading) or self._plain.get(plain(heading), [])
        if len(positions) > 1:
            where = ", ".join(self._grid.seen[position] for position in positions)
            where = f" ({where})" if self._grid.sheet else ""
            what = "столбец" if self._grid.first_row is not None else "вопрос"
            message = f"{what} {_short(heading)} встречается {len(positions)} раза{where}"
            self.lack(message, "оставьте один", self._cell(positions[1]))
        return positions[0] if positions else None


def asked(period: Period, request: Request) -> bool:
    """Whether a period lies in the span asked for."""
    return (request.since is None or request.since <= period) and (request.until is None or period <= request.until)


@lru_cache(maxsize=4096)  # the same headings are compared file after file, row after row
def plain(heading: str) -> str:
    """A heading without what hands and programs change: spaces of all sorts, line breaks, case, ё."""
    return " ".join(_INVISIBLE.sub("", heading).split()).casefold().replace("ё", "е")


def _short(heading: str) -> str:
    heading = " ".join(heading.split())
    return f"«{heading}»" if len(heading) <= _LONG else f"«{heading[:_LONG]}…»"


def condition(given: str | Sequence[str]) -> tuple[str, ...]:
    """The texts of a condition as they are compared."""
    return tuple(text.strip().lower() for text in ((given,) if isinstance(given, str) else given))


def _readable(column: pl.Expr, dtype: pl.DataType, wanted: str) -> pl.Expr:
    """Texts and numbers stay what they are; what names a unit or a period becomes text."""
    if wanted in {*OF_UNITS, "period"}:
        text = _text(column, dtype).str.strip_chars()
        return pl.when(text != "").then(text)
    if isinstance(dtype, pl.Decimal):
        return column.cast(pl.Float64)
    if isinstance(dtype, (pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    return column


def _plainly(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().str.to_lowercase()


def _text(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if dtype.is_float():
        # pandas turns whole numbers with gaps into floats: 2022.0 was 2022.
        whole = column.is_finite() & (column == column.round())
        return (
            pl.when(whole).then(column.cast(pl.Int64, strict=False).cast(pl.String)).otherwise(column.cast(pl.String))
        )
    return column.cast(pl.String, strict=False)


def _plain(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return _text(column, dtype).str.strip_chars().str.to_lowercase()


def _without_empty(frame: _Frame, sources: Iterable[str]) -> _Frame:
    """Drop the rows that name no unit and tell nothing; one that tells something stays, to be reported."""
    keys = [name for name in _KEYS if name in sources]
    if isinstance(frame, pl.DataFrame) and any(not frame[key].has_nulls() for key in keys):
        return frame  # a filter would copy the whole table
    schema = frame.collect_schema()
    told = [_told(pl.col(name), schema[name]) for name in sources if name not in {*_KEYS, "period"}]
    named = [pl.col(key).is_not_null() for key in keys]
    return frame.filter(pl.any_horizontal(*named, *told)) if named or told else frame


def _told(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    return (column.str.strip_chars() != "").fill_null(value=False) if dtype == pl.String else column.is_not_null()


def _of_periods(frame: _Frame, request: Request) -> _Frame:
    """Without the rows of periods not asked for; what is not a period stays, to be reported."""
    if "period" not in frame.collect_schema() or request.since is request.until is None:
        return frame
    texts = frame.lazy().select(pl.col("period").unique()).collect(engine=ENGINE).to_series().drop_nulls()
    others = [text for text in texts if _is_other(text, request)]
    return frame.filter(~pl.col("period").is_in(others, nulls_equal=True)) if others else frame


def _is_other(text: str, request: Request) -> bool:
    try:
        period = Period.parse(text, request.calendar)
    except ValueError:
        return False
    return not asked(period, request)
