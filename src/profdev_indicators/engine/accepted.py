"""Which of two answers counts: what the district has decided, kept in a table beside the answers."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl
from attrs import frozen

from profdev_indicators.engine.roster import Roster
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.model import ACCEPTED, District
from profdev_indicators.periods import Period

DECISIONS = pl.Schema(
    {
        "period": pl.UInt16(),
        "source": pl.String(),
        "unit": pl.UInt32(),
        "file": pl.String(),
        "sheet": pl.String(),  # null: whichever
        "row": pl.Int64(),  # null: whichever
        "line": pl.Int64(),  # of accepted.csv, from 1
    }
)
"""Decisions of the periods read, units and periods by their numbers."""

_HEADINGS = ("период", "источник", "организация", "название", "файл", "лист", "строка")
_HINT = "исправьте строку или удалите её; проще всего записать решение командой profdev collect … --accept"
_FORMULA = ("=", "+", "-", "@")


@frozen(kw_only=True, order=True)
class Decision:
    """One answer that counts where there are several."""

    period: str
    source: str
    unit: str
    name: str = ""  # of the unit, for people
    file: str
    sheet: str = ""  # empty: whichever
    row: int | None = None
    line: int = 0  # where it stands in the file; zero: nowhere yet

    @property
    def about(self) -> tuple[str, str, str]:
        """What is decided: of two decisions about one thing the later one holds."""
        return self.period, self.source, self.unit


def read_decisions(root: Path | None) -> tuple[Decision, ...]:
    """What ``accepted.csv`` in the folder of data says; nothing where it is not.

    Raises:
        SourceError: it is no such table; with every line that cannot be read.
    """
    path = root / ACCEPTED if root is not None else None
    if path is None or not path.exists():
        return ()
    try:
        text = _decoded(path.read_bytes())
    except OSError as error:
        message = f"файл не открывается: {error.strerror or error}"
        raise SourceError([Problem(file=ACCEPTED, message=message)]) from error
    decisions, problems = _parsed(text)
    if problems:
        raise SourceError(problems)
    return tuple(decisions)


def written(decisions: Iterable[Decision]) -> bytes:
    """The bytes of ``accepted.csv``: one decision for each thing decided, in order, whatever the order given."""
    text = io.StringIO()
    table = csv.writer(text, delimiter=";", lineterminator="\r\n")
    table.writerow(_HEADINGS)
    for each in sorted({decision.about: decision for decision in decisions}.values()):
        row = (each.period, each.source, each.unit, each.name, each.file, each.sheet, each.row or "")
        table.writerow([f"'{cell}" if str(cell).startswith(_FORMULA) else cell for cell in row])
    return text.getvalue().encode("utf-8-sig")


def numbered(
    decisions: Sequence[Decision], district: District, roster: Roster, periods: Sequence[Period]
) -> pl.DataFrame:
    """DECISIONS about the periods read.

    Raises:
        SourceError: a decision about what is not there: a source, an organisation, a period.
    """
    if not decisions:
        return pl.DataFrame(schema=DECISIONS)
    units = {name: number for number, name in enumerate(roster.ids)}
    numbers = {period: number for number, period in enumerate(periods)}
    problems = [problem for each in decisions for problem in _strange(each, district, units)]
    if problems:
        raise SourceError(problems)
    last = {each.about: each for each in decisions}
    rows = [
        (numbers[period], each.source, units[each.unit], each.file, each.sheet or None, each.row, each.line)
        for each in last.values()
        if (period := Period.parse(each.period, district.calendar)) in numbers
    ]
    return pl.DataFrame(rows, schema=DECISIONS, orient="row")


def _strange(decision: Decision, district: District, units: Mapping[str, int]) -> Iterator[Problem]:
    def problem(message: str) -> Problem:
        return Problem(file=ACCEPTED, line=decision.line, message=message, hint=_HINT)

    sources = [source.id for source in district.sources]
    if decision.source not in sources:
        yield problem(f"нет такого источника: «{decision.source}»; есть: {', '.join(sources)}")
    if decision.unit not in units:
        yield problem(f"нет организации с id «{decision.unit}»")
    try:
        Period.parse(decision.period, district.calendar)
    except ValueError as error:
        yield problem(str(error))


def _decoded(raw: bytes) -> str:
    """The text; Excel saves a CSV in cp1251 though it was given to it in UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1251", errors="replace")


def _parsed(text: str) -> tuple[list[Decision], list[Problem]]:
    heading = text.partition("\n")[0]
    delimiter = max(";,\t", key=heading.count)
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))
    columns = {name.strip().lower(): at for at, name in enumerate(rows[0] if rows else [])}
    absent = [name for name in ("период", "источник", "организация", "файл") if name not in columns]
    if absent:
        message = f"нет столбца: {', '.join(absent)}"
        return [], [Problem(file=ACCEPTED, line=1, message=message, hint=f"заголовки: {';'.join(_HEADINGS)}")]
    decisions, problems = [], []
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        cells = {name: _plain(row[at]) if at < len(row) else "" for name, at in columns.items()}
        needed = [name for name in ("период", "источник", "организация", "файл") if not cells[name]]
        number = cells.get("строка", "")
        if needed or (number and not number.isdecimal()):
            what = f"не заполнено: {', '.join(needed)}" if needed else f"строка «{number}» — не число"
            problems.append(Problem(file=ACCEPTED, line=line, message=what, hint=_HINT))
            continue
        decisions.append(
            Decision(
                period=cells["период"],
                source=cells["источник"],
                unit=cells["организация"],
                name=cells.get("название", ""),
                file=cells["файл"].replace("\\", "/"),
                sheet=cells.get("лист", ""),
                row=int(number) if number else None,
                line=line,
            )
        )
    return decisions, problems


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
