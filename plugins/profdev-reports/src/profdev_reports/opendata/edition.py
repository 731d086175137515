"""One edition of the set: its dates, its code, the names of its files, and what its owner has not told."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from profdev_indicators.results import Monitoring
from profdev_reports.kinds import OpenData

FOLDER = "opendata"
JSON = "opendata.json"
JSON_SCHEMA = "opendata.schema.json"
NOT_TOLD = "не указано"
INTERNAL = "внутренние данные, публиковать нельзя: соберите с --profile publish"

_SET = "profdev"  # the second half of the code «ИНН-имя»
_KEYS = {
    "inn": "ИНН владельца",
    "owner": "владелец набора",
    "responsible": "ответственный (должность)",
    "phone": "телефон ответственного",
    "email": "почта ответственного",
    "url": "адрес, по которому лежит набор",
    "licence": "условия использования",
    "first_published": "когда набор опубликован впервые",
}
_PERIODICITY = {
    "year": "раз в год",
    "school_year": "раз в учебный год",
    "half": "раз в полугодие",
    "quarter": "раз в квартал",
    "month": "раз в месяц",
}


@frozen(kw_only=True)
class Edition:
    """The set as it is written down now."""

    kind: OpenData
    monitoring: Monitoring

    @property
    def is_internal(self) -> bool:
        """Whether it holds numbers that are nobody else's business."""
        return self.monitoring.profile == "internal"

    @property
    def modified(self) -> date:
        """The day of its newest source; where there is none, the last day it tells of."""
        newest = self.monitoring.provenance.newest
        return newest.date() if newest else self.monitoring.periods[-1].end

    @property
    def stamp(self) -> str:
        """«20221220»."""
        return compact(self.modified)

    @property
    def data_name(self) -> str:
        """The name of the table."""
        return f"{self.data_property}.csv"

    @property
    def data_property(self) -> str:
        """The same without its ending, as the passport calls it."""
        return f"data-{self.stamp}-structure-{self.stamp}"

    @property
    def structure_name(self) -> str:
        """The name of the description of its columns."""
        return f"structure-{self.stamp}.csv"

    @property
    def identifier(self) -> str:
        """«ИНН-имя»; without an ИНН there is no code."""
        return f"{self.kind.inn}-{_SET}" if self.kind.inn else NOT_TOLD

    @property
    def owner(self) -> str:
        """Whose set it is."""
        return self.kind.owner or self.monitoring.district.operator or NOT_TOLD

    @property
    def periods(self) -> str:
        """«2022 год»."""
        return ", ".join(period.title for period in self.monitoring.periods)

    @property
    def title(self) -> str:
        """What it is called; an internal one says so first."""
        district = self.monitoring.district
        named = f"{district.form_title or 'Показатели мониторинга'}: {district.title}"
        return f"{INTERNAL.upper()}. {named}" if self.is_internal else named

    @property
    def periodicity(self) -> str:
        """How often it is renewed."""
        return _PERIODICITY[self.monitoring.district.calendar]

    @property
    def valid(self) -> date:
        """The last day before newer numbers are due."""
        return self.monitoring.periods[-1].next.end

    @property
    def gaps(self) -> tuple[tuple[str, str], ...]:
        """Keys of the configuration that the passport lacks, and what each of them is."""
        told = {key: getattr(self.kind, key) for key in _KEYS} | {"owner": self.owner != NOT_TOLD}
        return tuple((key, title) for key, title in _KEYS.items() if not told[key])

    def link(self, name: str) -> str:
        """Where a file lies; without an address, beside the passport."""
        return f"{self.kind.url.rstrip('/')}/{name}" if self.kind.url else name


def compact(day: date) -> str:
    """«20221220»."""
    return f"{day.year:04}{day:%m%d}"
