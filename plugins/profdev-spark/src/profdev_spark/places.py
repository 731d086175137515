"""Records that only Spark reads: addresses of a storage, tables of Hive and databases through JDBC."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import attrs
from attrs import frozen

from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.expressions import ColumnType
from profdev_indicators.model import Request, Table, key
from profdev_indicators.periods import Period
from profdev_indicators.records import Format, Part
from profdev_spark.secrecy import public_address, without_secrets

PERIOD = "{period}"
ENV, LOGIN, WHAT = "profdev.env", "profdev.login", "profdev.what"
"""Options that are not Spark's: where the address and the account stand in the environment; table or query."""

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NAME = re.compile(r"(?:\w+|`[^`]+`)(?:\.(?:\w+|`[^`]+`))*")


@frozen(kw_only=True)
class _Place(ABC):
    """What the kinds of this module share."""

    columns: Mapping[str, str] = key(
        "Как столбцы записей называются там, где лежат: unit_id: oo_id; прочие — под своими именами", factory=dict
    )
    since: str | None = key(
        "С какого периода там есть записи, если период стоит в адресе: {period}; пусто — читается только с --since "
        "или за отчётный период",
        default=None,
    )
    options: Mapping[str, str] = key(
        "Как читать: настройки, которые понимает Spark; значения — тексты, без паролей и ключей",
        factory=dict,
        validator=without_secrets,
    )

    def read(self, request: Request) -> Sequence[Table]:
        """Answers are not read from here: only records are, and only by Spark.

        Raises:
            SourceError: always.
        """
        message = f"источник «{request.source}»: такой источник читает только --engine spark, и только записи (records)"
        raise SourceError([Problem(message=message, hint="опишите в нём records или возьмите другой reader")])

    def scan(self, request: Request, columns: Mapping[str, ColumnType]) -> Sequence[Part]:
        """A part for each period of the address, or one; nothing is opened before it is counted."""
        periods = tuple(self._periods(request)) if PERIOD in self._where else (None,)
        return tuple(self._part(self._where, period, columns) for period in periods)

    @property
    @abstractmethod
    def _where(self) -> str:
        """The address, the name or the query."""

    @property
    @abstractmethod
    def _format(self) -> Format:
        """How an engine is to read it."""

    def _part(self, where: str, period: Period | None, columns: Mapping[str, ColumnType]) -> Part:
        address = where.replace(PERIOD, period.slug) if period else where
        return Part(
            name=self._called(address),
            period=period,
            address=address,
            format=self._format,
            options=self._told,
            renamed={name: self.columns.get(name, name) for name in columns},
        )

    def _called(self, address: str) -> str:
        """What messages call it."""
        return address

    @property
    def _told(self) -> Mapping[str, str]:
        return self.options

    def _periods(self, request: Request) -> Iterator[Period]:
        """The periods that are asked for and may be there.

        Raises:
            SourceError: the first one is no period.
        """
        last = request.until
        if last is None:
            message = f"источник «{request.source}»: в адресе есть {PERIOD}, а читают не за период"
            raise SourceError([Problem(message=message, hint=f"уберите {PERIOD}")])
        try:
            first = Period.parse(self.since, request.calendar) if self.since else request.since or last
        except ValueError as error:
            raise SourceError([Problem(message=f"источник «{request.source}»: since: {error}")]) from None
        period = max(first, request.since) if request.since else first
        while period <= last:
            yield period
            period = period.step(1)


@frozen(kw_only=True)
class SparkFiles(_Place):
    """Файлы в хранилище кластера: Parquet, Delta, CSV по адресу s3a://, hdfs://, file://."""

    location: str = key(
        "Адрес папки или файлов, как его понимает Spark: «s3a://корзина/register/{period}/»; ключи хранилища берутся "
        "из окружения машин кластера",
        validator=public_address,
    )
    format: Literal["parquet", "delta", "csv"] = key("Чем записано", default="parquet")

    @property
    def _where(self) -> str:
        return self.location

    @property
    def _format(self) -> Format:
        return self.format


@frozen(kw_only=True)
class SparkTable(_Place):
    """Таблица каталога Spark или Hive: «база.таблица»."""

    table: str = key(
        "Имя таблицы: «edu.register»; имя с точкой или дефисом — в обратных кавычках",
        validator=attrs.validators.matches_re(_NAME),
    )

    @property
    def _where(self) -> str:
        return self.table

    @property
    def _format(self) -> Format:
        return "hive"


@frozen(kw_only=True)
class SparkJdbc(_Place):
    """База данных через JDBC: читают машины кластера, по кускам, если так велят options."""

    url: str | None = key(
        "Адрес базы без имени и пароля: «jdbc:postgresql://сервер/база»",
        default=None,
        sample="jdbc:postgresql://db.example/register",
        validator=public_address,
    )
    env: str | None = key(
        "Вместо url: имя переменной окружения, в которой стоит адрес",
        default=None,
        validator=attrs.validators.optional(attrs.validators.matches_re(_VARIABLE)),
    )
    table: str | None = key("Таблица: «register» или «схема.register»", default=None, sample="register")
    query: str | None = key(
        "Вместо table: запрос; {period} в нём — отчётный период («2022»), тогда запрос задают за каждый", default=None
    )
    driver: str | None = key(
        "Класс драйвера: «org.postgresql.Driver»; сам драйвер — в engines: [{spark: {config: {spark.jars: …}}}]",
        default=None,
    )
    login: str = key(
        "С чего начинаются имена двух переменных окружения: ИМЯ_USER и ИМЯ_PASSWORD; не заданы — без имени и пароля",
        default="PROFDEV_JDBC",
        validator=attrs.validators.matches_re(_VARIABLE),
    )

    def __attrs_post_init__(self) -> None:
        for one, other, what in (("url", "env", "где база"), ("table", "query", "что читать")):
            given = [name for name in (one, other) if getattr(self, name) is not None]
            if len(given) != 1:
                raise ValueError(f"{what}: нужен один ключ, {one} или {other}" + (", а не оба" if given else ""))

    @property
    def _where(self) -> str:
        return self.query or self.table or ""

    @property
    def _format(self) -> Format:
        return "jdbc"

    def _called(self, address: str) -> str:
        return f"jdbc: {self.table}" if self.table else f"jdbc: {address}"

    @property
    def _told(self) -> Mapping[str, str]:
        """What Spark is told, and under names of our own what it is told only when it reads."""
        own = {ENV: self.env, LOGIN: self.login, "url": self.url, "driver": self.driver}
        what = "query" if self.query else "dbtable"
        return {**self.options, WHAT: what, **{name: value for name, value in own.items() if value}}
