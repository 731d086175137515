"""The register of decisions: what was decided, for whom, about which indicator, how they were chosen, from when."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from attrs import define, field, frozen

from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.model import District, IndicatorId, Reader, Ref, Request, Table, key
from profdev_indicators.periods import Period

SOURCE = "decisions"  # the name under which a register in memory is given

UnitId = Annotated[str, Ref("unit")]

_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("decision", "№", "номер", "номер решения", "id решения", "решение"),
    "title": ("measure", "мера", "содержание", "что решено", "название"),
    "indicators": ("indicator", "показатель", "показатели", "код показателя", "коды показателей"),
    "organisations": (
        *("organisation", "units", "unit", "организации", "организация", "оо", "охваченные организации"),
        *("кого касается", "id организаций"),
    ),
    "act": ("акт", "документ", "основание", "приказ"),
    "start": ("start date", "начало", "дата начала", "начало действия", "с какого дня"),
    "review": ("review date", "review period", "оценка", "срок оценки", "дата оценки", "период оценки"),
    "expected": ("expected effect", "ожидаемый эффект", "ожидаемый эффект, п.п.", "ожидаем, п.п."),
    "selection": ("selection rule", "правило отбора", "как отобраны", "как выбраны", "отбор"),
    "selected_on": ("selection period", "период отбора", "по данным за", "выбраны по данным за"),
    "completed": ("done", "исполнено", "завершено", "выполнено", "исполнение"),
}
_YES = frozenset({"да", "true", "yes", "1", "+", "исполнено", "завершено", "выполнено"})
_NO = frozenset({"нет", "false", "no", "0", "-", "–", "", "не исполнено", "исполняется"})
_RUSSIAN_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?:[ T].*)?")
_POINTS = re.compile(r"([-+\N{MINUS SIGN}]?[0-9]+(?:[.,][0-9]+)?)\s*(?:п\.?\s?п\.?|%)?")
_WHOLE = re.compile(r"[0-9]+\.0")
_APART = re.compile(r"[;\n]")


@frozen(kw_only=True)
class Intervention:
    """Решение, эффект которого надо оценить: показатель, организации, начало, ожидание и правило отбора."""

    id: str = key("Номер решения")
    title: str | None = key("Что решено, словами", default=None)
    indicators: tuple[IndicatorId, ...] = key("На какие показатели направлено")
    organisations: tuple[UnitId, ...] = key(
        "id охваченных организаций; единица выше (район, округ) значит всех, кто под нею"
    )
    act: str | None = key("Чем оформлено: приказ, протокол", default=None)
    start: date = key("С какого дня действует")
    review: date | str | None = key(
        "По какой период (в кавычках) или день смотрят результат; пусто — по последний из прочитанных", default=None
    )
    expected: float | None = key("Ожидаемый эффект, п.п.", default=None)
    selection: str | None = key("Как выбраны организации: «восемь худших за 2021 год», «по желанию»", default=None)
    selected_on: str | None = key(
        "По данным за какой период их выбирали (в кавычках); пусто — последний, который кончился до начала",
        default=None,
    )
    completed: bool = key("Исполнено ли", default=False)


@frozen(kw_only=True)
class Decided:
    """A decision checked against the district: its periods are periods, its organisations answer themselves."""

    intervention: Intervention
    organisations: frozenset[str]  # everybody covered, units above replaced by those below them
    review: Period | None
    selected_on: Period | None
    file: str = field(default="", eq=False)  # where it is written; empty: in the configuration


def read_register(
    given: Sequence[Intervention | Reader],
    *,
    district: District,
    roster: Mapping[str, str | None],
    root: Path | None,
    frames: Mapping[str, Any],
) -> tuple[Decided, ...]:
    """Every decision of the configuration and of the files it names.

    Args:
        given: decisions, and readers of files with more.
        district: whose indicators and calendar.
        roster: the parent of every unit.
        root: the folder of data; the folder of the configuration is looked into after it.
        frames: tables in memory; :data:`SOURCE` stands in for the files.

    Raises:
        SourceError: with every decision that cannot be understood.
    """
    lines: list[_Line] = []
    problems: list[Problem] = []
    for each in given:
        if isinstance(each, Intervention):
            lines.append(_Line(intervention=each, place=Problem(path=f"decisions.{each.id}", message="")))
            continue
        for table in _tables(each, district, root, frames):
            for row in table.frame.collect().iter_rows(named=True):
                parsed = _Row(table=table, row=row)
                lines += parsed.lines()
                problems += parsed.problems
    checked = _Checked(district=district, roster=roster)
    decided = tuple(checked.decided(line) for line in lines)
    problems += checked.problems
    if problems:
        raise SourceError(problems)
    return tuple(each for each in decided if each is not None)


def _tables(reader: Reader, district: District, root: Path | None, frames: Mapping[str, Any]) -> Sequence[Table]:
    homes = dict.fromkeys((root, district.file.parent if district.file else None))
    failures: list[SourceError] = []
    for home in [home for home in homes if home is not None or len(homes) == 1]:
        request = Request(
            source=SOURCE,
            columns=tuple(_HEADINGS),
            titles=_HEADINGS,
            root=home,
            frames=frames,
            calendar=district.calendar,
            district=district.id,
        )
        try:
            tables = reader.read(request)
        except SourceError as error:
            failures.append(error)
            continue
        if tables:
            return tables
    if failures:
        raise failures[0]
    sought = getattr(reader, "location", "")
    raise SourceError(
        [
            Problem(
                path=SOURCE,
                message="реестр решений не найден" + (f": искали {sought}" if sought else ""),
                hint="положите его в папку данных; решений ещё нет — уберите effects из analyses",
            )
        ]
    )


# --- a row as it is written ---------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Line:
    """A decision and where it stands: ``place`` has everything but the message."""

    intervention: Intervention
    place: Problem


@define(kw_only=True)
class _Row:
    table: Table
    row: Mapping[str, Any]
    problems: list[Problem] = field(factory=list)

    def lines(self) -> Iterator[_Line]:
        """The decision of the row as far as it is understood, so that its names are looked up; none without an id."""
        start = self._day("start")
        given = Intervention(
            id=self._needed("id", "номера решения"),
            title=self._text("title") or None,
            indicators=self._listed("indicators", "показателя"),
            organisations=self._listed("organisations", "организаций"),
            act=self._text("act") or None,
            start=start or date.min,
            review=self._text("review") or None,
            expected=self._points(),
            selection=self._text("selection") or None,
            selected_on=self._text("selected_on") or None,
            completed=self._is_completed(),
        )
        if given.id:
            yield _Line(intervention=given, place=self._problem("id", ""))

    def _text(self, name: str) -> str:
        value = self.row.get(name)
        if isinstance(value, datetime):
            value = value.date()
        text = "" if value is None else str(value).strip()
        # Programs turn whole numbers with gaps into fractions: 2022.0 was 2022.
        return text.removesuffix(".0") if isinstance(value, float) and _WHOLE.fullmatch(text) else text

    def _needed(self, name: str, what: str) -> str:
        text = self._text(name)
        if not text:
            self._refuse(name, f"нет {what}", "заполните ячейку")
        return text

    def _listed(self, name: str, what: str) -> tuple[str, ...]:
        parts = (part.strip() for part in _APART.split(self._needed(name, what)))
        return tuple(dict.fromkeys(part for part in parts if part))

    def _day(self, name: str) -> date | None:
        text = self._needed(name, "даты начала")
        day = _day_of(text)
        if text and day is None:
            self._refuse(name, f"«{text}» — не дата", "напишите ГГГГ-ММ-ДД или ДД.ММ.ГГГГ")
        return day

    def _points(self) -> float | None:
        text = self._text("expected")
        if not text:
            return None
        match = _POINTS.fullmatch(text.casefold())
        if match is None:
            self._refuse("expected", f"«{text}» — не число процентных пунктов", "напишите, например, 10")
            return None
        return float(match[1].replace(",", ".").replace("\N{MINUS SIGN}", "-"))

    def _is_completed(self) -> bool:
        text = self._text("completed").casefold()
        if text not in _YES | _NO:
            self._refuse("completed", f"«{text}» — не «да» и не «нет»", "исполнено решение или нет?")
        return text in _YES

    def _refuse(self, name: str, message: str, hint: str) -> None:
        self.problems.append(self._problem(name, message, hint))

    def _problem(self, name: str, message: str, hint: str = "") -> Problem:
        line, column = self.row.get("row") or 0, self.table.cells.get(name, "")
        in_sheet = bool(self.table.sheet)
        return Problem(
            file=self.table.file,
            line=0 if in_sheet else line,
            cell=f"«{self.table.sheet}»!{column}{line or ''}" if in_sheet else column,
            path=SOURCE,
            message=message,
            hint=hint,
        )


def _day_of(text: str) -> date | None:
    match = _RUSSIAN_DATE.fullmatch(text)
    try:
        if match is not None:
            day, month, year = map(int, match.groups())
            return date(year, month, day)
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


# --- a decision against the district ------------------------------------------------------------------------------


@define(kw_only=True)
class _Checked:
    district: District
    roster: Mapping[str, str | None]
    problems: list[Problem] = field(factory=list)
    seen: set[str] = field(factory=set)

    def decided(self, line: _Line) -> Decided | None:
        """The decision with its names looked up; None: some could not be."""
        given, before = line.intervention, len(self.problems)
        if given.id in self.seen:
            self._refuse(line, "записано дважды", "дайте другой номер или соедините строки")
        self.seen.add(given.id)
        self._known(line, given.indicators, [i.id for i in self.district.indicators], "нет такого показателя")
        self._known(line, given.organisations, self.roster.keys(), "нет такой организации")
        review, selected_on = self._period(line, given.review), self._period(line, given.selected_on)
        if review is not None and review.end < given.start:
            self._refuse(line, f"оценка за {review} раньше начала {given.start:%d.%m.%Y}", "проверьте даты")
        if len(self.problems) > before:
            return None
        return Decided(
            file=line.place.file,
            intervention=given,
            organisations=frozenset(self._below(given.organisations)),
            review=review,
            selected_on=selected_on,
        )

    def _known(self, line: _Line, names: Iterable[str], known: Iterable[str], message: str) -> None:
        have = list(known)
        for name in names:
            if name not in have:
                near = get_close_matches(name, have, n=1)
                hint = f"может быть, «{near[0]}»?" if near else "сверьте написание; несколько разделяют «;»"
                self._refuse(line, f"{message}: «{name}»", hint)

    def _period(self, line: _Line, given: date | str | None) -> Period | None:
        day = _day_of(given) if isinstance(given, str) else given
        if day is not None:
            return period_of(day, self.district)
        if given is None:
            return None
        try:
            return Period.parse(str(given), self.district.calendar)
        except ValueError as error:
            self._refuse(line, str(error), "или день: ГГГГ-ММ-ДД")
            return None

    def _below(self, units: Iterable[str]) -> Iterator[str]:
        """The units, and everybody under them."""
        reached = set(units)
        while more := {unit for unit, parent in self.roster.items() if parent in reached} - reached:
            reached |= more
        yield from reached

    def _refuse(self, line: _Line, message: str, hint: str) -> None:
        place = line.place
        self.problems.append(
            Problem(
                file=place.file,
                line=place.line,
                cell=place.cell,
                path=place.path,
                message=f"решение «{line.intervention.id}»: {message}",
                hint=hint,
            )
        )


def period_of(day: date, district: District) -> Period:
    """The period of the district's calendar in which a day lies."""
    period = Period(district.calendar, day.year)
    while period.end < day:
        period = period.next
    while day < period.start:
        period = period.previous
    return period
