"""A reporting period as a value: parsed once, compared and stepped ever after."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Literal, get_args

from attrs import field, frozen

Calendar = Literal["year", "school_year", "half", "quarter", "month"]

_PARTS: dict[Calendar, int] = {"year": 1, "school_year": 1, "half": 2, "quarter": 4, "month": 12}
_FIRST_MONTH_OF_SCHOOL = 9
_YEARS = range(1, 9999)  # those whose first day and the day after whose last day are dates
_WRITTEN_YEARS = range(1000, 9997)  # the neighbours of a written period have dates as well
_EXAMPLES: dict[Calendar, str] = {
    "year": "2022",
    "school_year": "2021/2022",
    "half": "2022-H1",
    "quarter": "2022-Q3",
    "month": "2022-05",
}
_DASH = "[-\N{HYPHEN}\N{NON-BREAKING HYPHEN}\N{FIGURE DASH}\N{EN DASH}\N{EM DASH}\N{MINUS SIGN}/]"
_FORMS: dict[Calendar, re.Pattern[str]] = {
    "year": re.compile(r"(?P<year>[0-9]{4})"),
    "school_year": re.compile(rf"(?P<year>[0-9]{{4}})\s*{_DASH}\s*(?P<next>[0-9]{{4}}|[0-9]{{2}})"),
    # Whoever types on a Russian keyboard gives the Cyrillic «Н», which nobody can tell from the letter asked for.
    "half": re.compile(r"(?P<year>[0-9]{4})-[HhНн](?P<part>[12])"),
    "quarter": re.compile(r"(?P<year>[0-9]{4})-[Qq](?P<part>[1-4])"),
    "month": re.compile(r"(?P<year>[0-9]{4})-(?P<part>0[1-9]|1[0-2])"),
}
_JOINED_SCHOOL_YEAR = re.compile(r"(?P<year>[0-9]{4})(?P<next>[0-9]{2})")
_DAY = re.compile(r"(?:(?P<year>[0-9]{4})-)?(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")
_ROMAN = ("I", "II", "III", "IV")
_MONTHS = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)


@frozen(order=True)
class Period:
    """A closed span of days: a year, a school year, a half, a quarter or a month.

    Periods of one calendar are ordered; :attr:`next` and :attr:`previous` step by one.

    >>> str(Period.parse("2022-H1").previous)
    '2021-H2'
    >>> Period.parse("2021-22", "school_year").end
    datetime.date(2022, 8, 31)
    """

    kind: Calendar
    year: int = field()
    part: int = field(default=1)

    @year.validator
    def _has_dates(self, _: object, year: int) -> None:
        if year not in _YEARS:
            raise ValueError(f"год {year} вне календаря")

    @part.validator
    def _is_part_of_year(self, _: object, part: int) -> None:
        if not 1 <= part <= _PARTS[self.kind]:
            raise ValueError(f"в календаре {self.kind} нет части {part}")

    @classmethod
    def parse(cls, text: str, calendar: Calendar | None = None) -> Period:
        """Read ``2022``, ``2021/2022``, ``2022-H1``, ``2022-Q3`` or ``2022-05``.

        A school year may also be written ``2021-2022``, ``2021/22`` and, where the calendar is known to be
        school years, ``202122``. With ``calendar`` only that kind is accepted, which tells ``2011-12`` the
        school year from December 2011.

        Raises:
            ValueError: the text is none of these.
        """
        text = text.strip()
        kinds: tuple[Calendar, ...] = (calendar,) if calendar else ("year", "month", "half", "quarter", "school_year")
        for kind in kinds:
            match = _FORMS[kind].fullmatch(text)
            if match is None and kind == calendar == "school_year":
                match = _JOINED_SCHOOL_YEAR.fullmatch(text)
            if match is None:
                continue
            year = int(match["year"])
            if kind == "school_year" and match["next"] not in {f"{year + 1}", f"{year + 1}"[2:]}:
                continue
            if year in _WRITTEN_YEARS:
                return cls(kind, year, int(match.groupdict().get("part") or 1))
        wanted = _EXAMPLES[calendar] if calendar else ", ".join(_EXAMPLES.values())
        raise ValueError(f"не период: «{text}» (ожидается, например, {wanted})")

    def __str__(self) -> str:
        match self.kind:
            case "year":
                return f"{self.year:04}"
            case "school_year":
                return f"{self.year:04}/{self.year + 1:04}"
            case "half":
                return f"{self.year:04}-H{self.part}"
            case "quarter":
                return f"{self.year:04}-Q{self.part}"
            case "month":
                return f"{self.year:04}-{self.part:02}"

    @property
    def slug(self) -> str:
        """The period as it stands in names of files and folders: a school year is ``2021-2022``."""
        return str(self).replace("/", "-")

    @property
    def title(self) -> str:
        """The period in words, fit to stand after «за»: «2021/2022 учебный год», «III квартал 2022 года»."""
        match self.kind:
            case "year":
                return f"{self} год"
            case "school_year":
                return f"{self} учебный год"
            case "half":
                return f"{_ROMAN[self.part - 1]} полугодие {self.year} года"
            case "quarter":
                return f"{_ROMAN[self.part - 1]} квартал {self.year} года"
            case "month":
                return f"{_MONTHS[self.part - 1]} {self.year} года"

    @property
    def start(self) -> date:
        """First day."""
        if self.kind == "school_year":
            return date(self.year, _FIRST_MONTH_OF_SCHOOL, 1)
        return date(self.year, 1 + (self.part - 1) * (12 // _PARTS[self.kind]), 1)

    @property
    def end(self) -> date:
        """Last day: the date on which definitions, targets and units are looked up."""
        return self.next.start - timedelta(days=1)

    @property
    def next(self) -> Period:
        """The adjacent later period of the same kind."""
        return self.step(1)

    @property
    def previous(self) -> Period:
        """The adjacent earlier period of the same kind."""
        return self.step(-1)

    @property
    def ordinal(self) -> int:
        """Position among the periods of its kind: adjacent periods differ by one."""
        return self.year * _PARTS[self.kind] + self.part - 1

    def step(self, by: int) -> Period:
        """The period ``by`` steps later, or earlier when negative.

        Raises:
            ValueError: no such year has dates.
        """
        year, part = divmod(self.ordinal + by, _PARTS[self.kind])
        return Period(self.kind, year, part + 1)


def parse_periods(text: str, calendar: Calendar) -> tuple[Period, ...]:
    """Read ``2020,2021`` or ``2019..2022``: periods in order, each once.

    >>> [str(period) for period in parse_periods("2022-Q4, 2022-Q1..2022-Q2", "quarter")]
    ['2022-Q1', '2022-Q2', '2022-Q4']

    Raises:
        ValueError: a part is not a period of this calendar, or a range runs backwards.
    """
    return tuple(sorted({period for part in text.split(",") for period in _span(part, calendar)}))


def day_in(text: str, period: Period) -> date:
    """A day as a configuration writes it: ``ГГГГ-ММ-ДД``, or ``ММ-ДД`` in the year in which the period ends.

    >>> str(day_in("10-01", Period.parse("2021/2022")))
    '2022-10-01'

    Raises:
        ValueError: it is neither, or no such day exists.
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"не день: «{text}» (ожидается, например, 10-01 или {period.end.year}-10-01)")
    try:
        return date(int(match["year"] or period.end.year), int(match["month"]), int(match["day"]))
    except ValueError:
        raise ValueError(f"нет такого дня: «{text}»") from None


def _span(text: str, calendar: Calendar) -> Iterator[Period]:
    first, dots, last = text.partition("..")
    start = Period.parse(first, calendar)
    stop = Period.parse(last, calendar) if dots else start
    if stop < start:
        raise ValueError(f"диапазон «{text.strip()}» идёт назад: поменяйте местами начало и конец")
    while start <= stop:
        yield start
        start = start.next


CALENDARS: tuple[Calendar, ...] = get_args(Calendar)
