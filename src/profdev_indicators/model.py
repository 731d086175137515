"""What a district asks: a frozen graph in which no name is left to look up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, TypeVar

import attrs
from attrs import frozen

from profdev_indicators.expressions import ColumnType
from profdev_indicators.frames import Severity
from profdev_indicators.periods import Calendar, Period

if TYPE_CHECKING:
    import polars as pl

    from profdev_indicators.errors import Problem
    from profdev_indicators.frames import Judgement, Ratio

Silence = Literal["excluded", "zero"]
Missing = Literal["strict", "available"]
Better = Literal["higher", "lower", "neutral"]
ItemType = Literal["count", "number", "flag", "level", "date"]
Evidence = Literal["none", "optional", "required"]
AppliesTo = Literal["all", "organisations", "totals"]
DisclosureClass = Literal["A", "B", "C"]

ACCEPTED = "accepted.csv"
"""The file in the folder of data that says which of two answers counts; no source reads it."""

T = TypeVar("T")


@frozen
class Ref:
    """Marks a text as a name declared elsewhere in the configuration: the loader checks it and suggests."""

    to: Literal["item", "kind", "indicator", "unit", "section", "source", "act"]


ItemId = Annotated[str, Ref("item")]
KindId = Annotated[str, Ref("kind")]
IndicatorId = Annotated[str, Ref("indicator")]
SourceId = Annotated[str, Ref("source")]
ActId = Annotated[str, Ref("act")]


def key(
    doc: str,
    *,
    name: str | None = None,
    wording: bool = False,
    hidden: bool = False,
    sample: str | None = None,
    **options: Any,  # noqa: ANN401 - passed to attrs.field unchanged
) -> Any:  # noqa: ANN401 - attrs.field says so too
    """A key of the YAML file.

    Args:
        doc: what a person reads about it in the schema, in ``profdev kinds`` and in the reference; Russian.
        name: the key as written in the file, where it differs from the attribute.
        wording: the key is words for people: it does not take part in the definition of an indicator.
        hidden: not a key at all, the loader fills it in.
        sample: what an example writes for it, where no key of the class is required and yet some are needed.
        options: everything :func:`attrs.field` takes (default, factory, validator).
    """
    metadata = {"doc": doc, "name": name, "wording": wording, "hidden": hidden, "sample": sample}
    return attrs.field(metadata=metadata, **options)


def shorthand(attribute: str) -> Any:  # noqa: ANN401 - a class decorator
    """Let a class be written as a plain text (or number): the value of one attribute."""

    def mark(cls: type[T]) -> type[T]:
        cls.__shorthand__ = attribute  # type: ignore[attr-defined]  # a mark for the loader
        return cls

    return mark


# --- protocols: what plugins supply -----------------------------------------------------------------------------


@attrs.define(eq=False)
class Opened:
    """What readers have found in files while one question is put: sources which share a file open it once."""

    _found: dict[object, Any] = attrs.field(factory=dict, init=False)

    def get(self, file: object) -> Any:  # noqa: ANN401 - whatever its reader keeps
        """What was kept for a file; None: nothing."""
        return self._found.get(file)

    def keep(self, file: object, found: object) -> None:
        """Keep what was found for whoever asks next; ``file`` tells its state apart from later ones."""
        self._found[file] = found


@frozen(kw_only=True)
class Request:
    """What a reader is asked for."""

    source: str  # the id of the source, for messages and for frames in memory
    columns: tuple[str, ...]  # ids wanted: unit, inn, ogrn, period, items, «item.link», link; the absent is left out
    titles: Mapping[str, tuple[str, ...]]  # other headings under which an id may stand
    root: Path | None  # the folder of data; None: only frames in memory
    frames: Mapping[str, Any]  # in memory, by the id of the source
    calendar: Calendar
    since: Period | None = None  # both ends included; None: as far as there is anything
    until: Period | None = None
    district: str = ""  # id of the district, to tell its cards from those of another; empty: not compared
    counts: frozenset[str] = frozenset()  # items whose plain digits mean a whole number and nothing else
    elsewhere: frozenset[str] = frozenset()  # items that other sources ask: in a shared card they are no strangers
    whole_periods: bool = False  # records: everything of one period is one part, so that a person is met once
    spellings: tuple[Spellings, ...] = ()  # records: those of the district and of the source
    opened: Opened = attrs.field(factory=Opened, eq=False)


@frozen(kw_only=True, eq=False)
class Table:
    """One table of answers as it stands in its file, cells not yet interpreted."""

    # columns named by ids; texts or numbers; `row`, Int64: its number in the file, from 1, or null; `item.row`, Int64:
    # the same of one answer, where the answers of one organisation stand in several rows
    frame: pl.LazyFrame
    file: str = ""  # as the reader of a message knows it, relative to the root; empty: in memory
    sheet: str = ""
    # id → letter of the column, its heading in a text table, or the whole address («C9») where `row` is null
    cells: Mapping[str, str] = attrs.field(factory=dict)
    period: Period | None = None  # None: the frame has a column `period`
    notes: tuple[Problem, ...] = ()  # what was read otherwise than it seems, or left out: told, but nothing stops
    stamp: tuple[int, int] | None = None  # size and mtime_ns of the file before it was read; None: not under the root
    digest: str = ""  # what stands for the SHA-256 of a file that is not under the root; empty: hash the file


class Reader(Protocol):
    """A way to turn files into tables: ``csv``, ``xlsx`` and other kinds."""

    def read(self, request: Request) -> Sequence[Table]:
        """All tables of the periods asked for.

        Raises:
            SourceError: with every problem of every file, and the tables that could be read all the same.
        """
        ...


class Measure(Protocol):
    """A formula over the answers of one unit: two sums; kinds ``share``, ``count`` and others.

    One whose answers only an organisation can give (levels, flags), and no sum over persons, has a class variable
    ``of_organisations`` that is true.
    """

    def ratio(self, missing: Missing) -> Ratio:
        """The two sums as expressions over ANSWERS."""
        ...


class Derived(Protocol):
    """A formula over values already rolled up. Kinds: ``achievement``, ``relative_to_best``, ``composite``."""

    @property
    def needs(self) -> Sequence[str]:
        """The indicators whose values it takes."""
        ...

    def derive(self, values: pl.LazyFrame, missing: Missing) -> pl.LazyFrame:
        """Values of this indicator from the values of those it needs.

        Args:
            values: rows of VALUES (main reading) of the indicators in :attr:`needs`, with two more columns:
                ``better`` and ``target`` (null: none set), those of the row's indicator.
            missing: what one absent component does.

        Returns:
            One row per unit and period: ``unit, period, numerator, denominator, scale, state, reason,
            expected, reported, evidenced``; the value is scale × numerator / denominator.
        """
        ...


class Rule(Protocol):
    """A judgement about one indicator over time or among peers: ``drop``, ``streak`` and other kinds."""

    @property
    def severity(self) -> Severity:
        """How grave a finding is."""
        ...

    @property
    def name(self) -> str | None:
        """The name under which its findings go, where two rules of one kind are used; None: the kind."""
        ...

    @property
    def applies_to(self) -> AppliesTo:
        """All units, only those that answer themselves, or only those above."""
        ...

    def judge(self) -> Judgement:
        """Expressions over a series of VALUES; :mod:`profdev_indicators.engine.judge` says its columns."""
        ...


class Renderer(Protocol):
    """A form of report. Kinds: ``markdown``, ``csv``, ``json``.

    A renderer whose files people edit has a second method, that of :class:`Keeper`.
    """

    def render(self, monitoring: Any) -> Mapping[str, bytes]:  # noqa: ANN401 - results.Monitoring, one layer above
        """Files by name, relative to the output folder."""
        ...


@frozen(kw_only=True)
class Kept:
    """What becomes of a file that people may have edited since a renderer wrote it."""

    content: bytes | None  # the fresh file with their words in it; None: cannot be told apart, theirs stays as it is
    texts: tuple[str, ...] = ()  # what was kept, as the file calls it, in Russian


class Keeper(Protocol):
    """A renderer whose files people edit: their words are never lost."""

    def keep(self, name: str, edited: bytes, fresh: bytes) -> Kept:
        """The fresh file with what people have written into the one that lies in its place.

        Args:
            name: of the file, relative to the output folder.
            edited: what lies there: written by an earlier run and perhaps edited, or anything else under that name.
            fresh: what :meth:`Renderer.render` gave.
        """
        ...


class Engine(Protocol):
    """A way to count records: kinds ``polars``, ``gpu``, ``spark`` (:mod:`profdev_indicators.records`)."""

    def tally(self, question: Any, parts: Sequence[Any]) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - records.Question, one layer above
        """Count each part of the records.

        Args:
            question: :class:`records.Question`.
            parts: :class:`records.Part`; no two share a period in which persons are counted once.

        Yields:
            The number of a part and what was counted in it, :class:`records.Tallied`, in any order, as soon as it is
            ready: whoever asked keeps it, so that an interrupted count goes on from there.

        Raises:
            SourceError: a part cannot be read, lacks a column, or a column is of another type.
        """
        ...


class Analysis(Protocol):
    """A question about the answer as a whole: forecast, effect of measures, health of indicators."""

    def analyse(
        self,
        monitoring: Any,  # noqa: ANN401 - results.Monitoring, one layer above
        *,
        root: Path | None,
        frames: Mapping[str, Any],
    ) -> Sequence[Any]:
        """Tables beside VALUES and FINDINGS: :class:`results.Exhibit`.

        Args:
            monitoring: the answer.
            root: the folder of data, where the analysis has sources of its own; None: only ``frames``.
            frames: tables in memory.

        Raises:
            SourceError: with every problem of every file of its own.
        """
        ...


Kinds = Mapping[type, Mapping[str, type]]
"""For each protocol, the names a configuration may use and the classes behind them (`plugins.kinds` makes it)."""


# --- words ------------------------------------------------------------------------------------------------------


@shorthand("nominative")
@frozen(kw_only=True)
class Name:
    """Название, которое ставят в разные падежи. Можно написать просто текст: тогда он стоит во всех падежах."""

    nominative: str = key("Именительный падеж: «Чегемский муниципальный район»", name="им")
    genitive: str | None = key("Родительный: «Чегемского муниципального района»", name="род", default=None)
    dative: str | None = key("Дательный", name="дат", default=None)
    prepositional: str | None = key("Предложный: «(в) Чегемском муниципальном районе»", name="предл", default=None)

    def __str__(self) -> str:
        return self.nominative


@frozen(kw_only=True)
class Basis:
    """Основание: какой акт и какое его место."""

    act: ActId | None = key("Идентификатор акта из списка acts", default=None)
    place: str | None = key("Место в акте: пункт, раздел, строка формы", default=None)
    note: str | None = key("Пояснение к основанию", default=None)


@frozen(kw_only=True)
class Act:
    """Правовой акт, на который ссылается конфигурация."""

    id: str = key("Короткий идентификатор")
    title: str = key("Название и номер, как их пишут в документах")
    date: date | None = key("Дата акта", default=None)
    url: str | None = key("Адрес текста", default=None)


# --- whom we ask ------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Unit:
    """Организация или единица над нею (район, республика). Повтор id с другими датами — новая версия той же единицы."""

    id: str = key("Постоянный идентификатор: не меняется при переименовании")
    name: str = key("Название, как его печатать")
    kind: str = key("Вид: school, kindergarten, extra, district …")
    parent: str | None = key("id единицы уровнем выше; пусто — прямо под районом", default=None)
    inn: str | None = key("ИНН, в кавычках", default=None)
    ogrn: str | None = key("ОГРН, в кавычках", default=None)
    aliases: tuple[str, ...] = key("Другие написания названия, встречающиеся в присланных файлах", default=())
    cluster: str | None = key("Группа сопоставимых организаций; пусто — все того же вида", default=None)
    valid_from: date | None = key("С какого дня существует (или называется так)", default=None)
    valid_to: date | None = key("По какой день включительно", default=None)


@frozen(kw_only=True)
class Exemption:
    """Освобождение единицы от показателей: не «нет», а «не применимо»."""

    unit: str = key("id единицы")
    indicators: tuple[IndicatorId, ...] = key("Показатели; пусто — все", default=())
    since: date | None = key("С какого дня", default=None)
    until: date | None = key("По какой день включительно", default=None)
    basis: str = key("Почему освобождена: печатается рядом со значением")


@frozen(kw_only=True)
class Population:
    """Кого или что считаем целым: знаменатель доли."""

    id: str = key("Идентификатор")
    title: str = key("Название: «педагогические работники»", wording=True)
    items: tuple[ItemId, ...] = key(
        "Поля карты, которые складываются; вид организации считает саму организацию за единицу"
    )
    having: ItemId | None = key(
        "Только единицы, у которых это поле больше нуля: «ОО с молодыми педагогами»", default=None
    )


# --- what they answer -------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Jump:
    """Насколько число может измениться за период, не вызывая вопроса."""

    percent: float = key("Больше стольких процентов прежнего числа")
    at_least: float = key("и не меньше чем на столько единиц", default=0.0)


@frozen(kw_only=True)
class Item:
    """Один вопрос карты: число, признак «да/нет» или уровень."""

    id: str = key("Идентификатор латиницей: n_ped")
    title: str = key("Вопрос словами, как в карте", wording=True)
    type: ItemType = key(
        "count — целое неотрицательное, number — любое число, flag — да/нет, level — уровень из levels, date — дата"
    )
    group: str | None = key("Подзаголовок карты, который стоит перед этим вопросом", default=None, wording=True)
    hint: str | None = key("Пояснение, которое карта печатает под вопросом", default=None, wording=True)
    required: bool = key("Пустая ячейка — замечание", default=False, wording=True)
    evidence: Evidence = key(
        "Нужна ли ссылка: required — «да» или число больше нуля без ссылки не подтверждены", default="none"
    )
    at_most: ItemId | None = key("Не больше этого поля: часть не больше целого", default=None)
    only_if: ItemId | None = key("Больше нуля только там, где это поле «да» или больше нуля", default=None)
    sum_of: tuple[ItemId, ...] = key("Равно сумме этих полей", default=())
    minimum: float | None = key("Не меньше", default=None)
    maximum: float | None = key("Не больше", default=None)
    jump: Jump | None = key("Скачок к прошлому периоду, о котором спросить (в суммы входит)", default=None)
    levels: Mapping[str, float] = key("Для type: level — слово и его баллы", factory=dict)
    counted_from: str = key("Из чего считается, если источник — записи", hidden=True, default="", eq=False)


@frozen(kw_only=True)
class Spellings:
    """Как пишут ответы. Списки дополняют встроенные; регистр и пробелы не важны."""

    yes: tuple[str, ...] = key("Ещё написания «да»", default=())
    no: tuple[str, ...] = key("Ещё написания «нет»", default=())
    missing: tuple[str, ...] = key("Ещё написания «нет сведений»", default=())
    not_applicable: tuple[str, ...] = key("Что значит «не применимо»", default=())
    suppressed: tuple[str, ...] = key("Что значит «скрыто источником»: «x» в английской статистике", default=())
    nouns: tuple[str, ...] = key("Слова, которые пишут после числа: «ставок», «кл.»", default=())


@shorthand("where")
@frozen(kw_only=True)
class RecordItem:
    """Чему в записях равен вопрос: сколько строк (людей), для которых верно условие, или сумма по ним."""

    where: str | None = key(
        "Условие на языке SQL над столбцами из columns: «is_main_job AND NOT on_leave»; пусто — все строки",
        default=None,
        sample="is_main_job AND NOT on_leave",
    )
    sum: str | None = key("Что сложить по этим строкам: столбец или выражение; пусто — считать строки", default=None)
    title: str | None = key("Вопрос словами, если его нет в items", default=None, wording=True)


@shorthand("column")
@frozen(kw_only=True)
class Breakdown:
    """Разрез: те же показатели отдельно для каждого значения столбца. Можно написать просто имя столбца."""

    column: str = key("Столбец: предмет, возрастная группа")
    title: str | None = key("Название для отчётов: «Предмет»", default=None, wording=True)
    applies_to: AppliesTo = key(
        "Для кого: totals — для единиц, у которых есть подчинённые, organisations — для самих организаций, all — для "
        "всех",
        default="totals",
    )


@frozen(kw_only=True)
class Records:
    """Записи: одна строка — один человек (или одна его должность), а ответы организаций считаются из строк."""

    unit: str = key("Столбец организации: id, ИНН, ОГРН или название, как в units")
    person: str | None = key(
        "Столбец ключа человека: кто встречается несколько раз, считается один раз на каждом уровне. Пусто — каждая "
        "строка считается отдельно",
        default=None,
    )
    period: str | None = key("Столбец периода; пусто — период стоит в имени файла ({period} в location)", default=None)
    columns: Mapping[str, ColumnType] = key(
        "Столбцы и их типы: text — текст, integer — целое, number — число, flag — да/нет, date — дата. Столбцам unit, "
        "person, period и разрезам тип text можно не писать",
        factory=dict,
        sample="{is_main_job: flag, on_leave: flag}",
    )
    items: Mapping[str, RecordItem] = key("Вопрос источника → условие или сумма", sample="{n_ped: is_main_job}")
    breakdowns: tuple[Breakdown, ...] = key("По каким столбцам разбивать", default=())

    @property
    def types(self) -> Mapping[str, ColumnType]:
        """The type of every column used: those of ``columns``, and of the keys, which are texts unless declared."""
        keys = [self.unit, self.person, self.period, *(breakdown.column for breakdown in self.breakdowns)]
        return {**{name: "text" for name in keys if name is not None}, **self.columns}

    def meaning(self, item: str) -> str:
        """All that makes an item what it is, as one text: equal texts count the same."""
        answer = self.items[item]
        texts = [self.person or "", answer.where or "", answer.sum or ""]
        return "\x1f".join(" ".join(text.split()) for text in texts)


@frozen(kw_only=True)
class Source:
    """Источник данных, как его называет форма."""

    id: str = key("Идентификатор")
    title: str = key("Название дословно по форме", wording=True)
    reader: Reader = key("Как читать: csv, xlsx, json, parquet, frame …", wording=True)
    items: tuple[Item, ...] = key("Что в нём спрашивают; вопросы из records.items можно здесь не повторять", default=())
    asked_of: tuple[KindId, ...] = key("Каких видов единицы отвечают; пусто — все, у кого нет подчинённых", default=())
    spellings: Spellings = key("Особые написания этого источника", factory=Spellings, wording=True)
    records: Records | None = key(
        "Источник — записи о людях (реестр): как из строк получить ответы организаций", default=None
    )

    def __attrs_post_init__(self) -> None:
        """What records answer is asked, whether or not it is listed."""
        if self.records is None:
            return
        answers, listed = self.records.items, {item.id for item in self.items}
        more = (
            Item(id=name, title=answer.title or name, type="count" if answer.sum is None else "number")
            for name, answer in answers.items()
            if name not in listed
        )
        items = tuple(
            attrs.evolve(item, counted_from=self.records.meaning(item.id)) if item.id in answers else item
            for item in (*self.items, *more)
        )
        object.__setattr__(self, "items", items)  # a frozen class has no other way


# --- what is measured -------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Target:
    """Целевое значение с даты."""

    since: date = key("С какого дня действует")
    at: float = key("Значение в единицах показателя")
    basis: str | None = key("Чем установлено", default=None, wording=True)


@frozen(kw_only=True)
class Revision:
    """Определение показателя с даты; чего здесь нет, остаётся прежним."""

    since: date = key("С какого дня действует")
    measure: Measure | Derived | None = key("Новая формула", default=None)
    silence: Silence | None = key("Чего стоит молчание", default=None)
    missing: Missing | None = key("Что делать с неполной суммой", default=None)
    note: str | None = key("Что и почему изменилось", default=None, wording=True)


@frozen(kw_only=True)
class Alternative:
    """Другое прочтение того же показателя: считается рядом по --readings."""

    id: str = key("Идентификатор")
    reading: str = key("Как читается формулировка", wording=True)
    measure: Measure | None = key("Формула; пусто — та же", default=None)
    silence: Silence | None = key("Чего стоит молчание; пусто — как у показателя", default=None)
    missing: Missing | None = key("Что делать с неполной суммой; пусто — как у показателя", default=None)


@shorthand("action")
@frozen(kw_only=True)
class Advice:
    """Что сделать при срабатывании правила. Можно написать просто текст действия."""

    action: str = key("Что сделать. Можно: {unit}, {indicator}, {value}, {base}, {change}, {numerator}, {denominator}")
    deadline: str | None = key("Срок ММ-ДД в году после отчётного периода", default=None)
    responsible: str | None = key("Кто отвечает: должность, не фамилия", default=None)
    check: str | None = key("Как проверим через год", default=None)


@frozen(kw_only=True)
class Indicator:
    """Показатель: одна строка формы."""

    id: str = key('Код в кавычках: "1.1"')
    title: str = key("Название дословно по форме", wording=True)
    measure: Measure | Derived = key("Формула: share, rate, count, mean, rubric, …")
    source: Source | None = key(
        "Источник данных по форме: id из sources; не нужен производным показателям", default=None
    )
    unit: str = key("Единица: «%», «ед.», «балл»", default="%", wording=True)
    better: Better = key("Что лучше: higher, lower или neutral", default="higher")
    silence: Silence = key(
        "Чего стоит молчание: excluded — не входит, zero — считается нулём. Без умолчания: приказ не говорит"
    )
    missing: Missing = key(
        "Сумма, в которой не хватает слагаемого: strict — неизвестна, available — из того, что есть. Без умолчания"
    )
    asked_of: tuple[KindId, ...] = key("Виды единиц, если не все, кого спрашивает источник", default=())
    basis: Basis | None = key("Основание", default=None, wording=True)
    reading: str | None = key(
        "Как прочитана неоднозначная формулировка: печатается под значением", default=None, wording=True
    )
    alternatives: tuple[Alternative, ...] = key("Другие прочтения", default=())
    revisions: tuple[Revision, ...] = key("Изменения определения по датам", default=())
    since: date | None = key("С какого дня показатель существует", default=None)
    until: date | None = key("По какой день включительно", default=None)
    target: tuple[Target, ...] = key("Целевые значения по датам", default=())
    rules: tuple[Rule, ...] = key("Правила сверх общих; правило с тем же именем заменяет общее", default=())
    without_rules: tuple[str, ...] = key("Какие общие правила здесь не применять", default=())
    advice: Mapping[str, Advice] = key("Рекомендация по имени правила", factory=dict, wording=True)
    disclosure: DisclosureClass | None = key(
        "Класс при публикации: A — сведения об организации, B — о работниках, C — чувствительные (дефициты, результаты "
        "диагностики, оценка). Без него: A, если считают организации по признакам «да/нет», иначе B",
        default=None,
        wording=True,
    )


@frozen(kw_only=True)
class Section:
    """Раздел формы."""

    id: str = key("Идентификатор латиницей")
    number: str = key("Номер, как в форме; в кавычках", default="")
    title: str = key("Название дословно по форме")
    indicators: tuple[Indicator, ...] = key("Показатели в порядке формы")


# --- why it is measured -----------------------------------------------------------------------------------------


@frozen(kw_only=True)
class Goal:
    """Цель или предмет мониторинга и показатели, которые ему служат. Пробел называют, а не скрывают."""

    id: str = key("Идентификатор")
    title: str = key("Текст дословно")
    basis: Basis | None = key("Место в акте", default=None)
    indicators: tuple[IndicatorId, ...] = key("Показатели, по которым о ней судят", default=())
    gap: str | None = key("Чего не хватает: почему показателей нет или они косвенные", default=None)


@frozen(kw_only=True)
class Role:
    """Кто за что отвечает: роль, не фамилия."""

    id: str = key("Идентификатор")
    title: str = key("Роль дословно")
    duties: tuple[str, ...] = key("Обязанности", default=())
    basis: Basis | None = key("Место в акте", default=None)


@frozen(kw_only=True)
class InformationSource:
    """Источник информации из перечня акта и источники конфигурации, которые его читают."""

    id: str = key("Идентификатор")
    title: str = key("Текст дословно")
    basis: Basis | None = key("Место в акте", default=None)
    sources: tuple[SourceId, ...] = key("Какие источники конфигурации им пользуются", default=())


@frozen(kw_only=True)
class Remark:
    """Дефект текста акта: цитируется, не исправляется."""

    id: str = key("Идентификатор")
    place: str = key("Место в акте")
    quote: str = key("Цитата", default="")
    note: str = key("В чём дефект и как мы с ним обходимся")


@frozen(kw_only=True)
class Decision:
    """Вопрос, который акт оставил открытым."""

    id: str = key("Идентификатор")
    question: str = key("Что надо решить")
    who: str = key("Кто должен решить")
    meanwhile: str = key("Что принято, пока не решено")
    indicators: tuple[IndicatorId, ...] = key("Каких показателей касается", default=())
    basis: Basis | None = key("Место в акте", default=None)


@frozen(kw_only=True)
class Escalation:
    """Когда находки вместе важнее, чем порознь. Находку, важность которой ограничена, не повышает."""

    together: tuple[str, ...] = key("Имена правил, которые сработали в одной ячейке все", default=())
    any: tuple[str, ...] = key("Имена правил, из которых сработало хотя бы одно", default=())
    at_least: Severity = key("С важностью не ниже", default="attention")
    periods: int = key("В стольких периодах подряд, считая этот", default=1, validator=attrs.validators.ge(1))
    to: Severity = key("До какой важности повысить")


@frozen(kw_only=True)
class Dynamics:
    """Правила, общие для всех показателей."""

    rules: tuple[Rule, ...] = key("Правила по порядку важности", default=())
    escalations: tuple[Escalation, ...] = key("Что повышает важность; применяются по порядку", default=())
    basis: str | None = key("Чем установлены пороги", default=None)


@frozen(kw_only=True)
class Advising:
    """Умолчания адресных рекомендаций."""

    deadline: str | None = key("Срок ММ-ДД в году после отчётного периода", default=None)
    responsible: str | None = key("Кто отвечает: должность", default=None)
    check: str | None = key("Как проверим через год", default=None)
    advice: Mapping[str, Advice] = key("Рекомендация по имени правила, где у показателя своей нет", factory=dict)


@frozen(kw_only=True)
class CardForm:
    """Бланк карты, который profdev card готовит каждой организации."""

    sources: tuple[SourceId, ...] = key(
        "Источники, на вопросы которых отвечает сама организация; пусто — все, у которых нет records", default=()
    )
    title: str = key("Заголовок карты", default="Информационная карта")
    deadline: str | None = key("Когда вернуть: ММ-ДД в году, которым кончается период, или ГГГГ-ММ-ДД", default=None)
    send_to: str | None = key("Куда прислать заполненную карту: адрес почты; без него — contact района", default=None)
    note: str | None = key("Что сказать отвечающему под заголовком карты", default=None)


@frozen(kw_only=True)
class Difference:
    """Два показателя, где один считает часть тех, кого считает другой: их разность — тоже число о людях."""

    whole: IndicatorId = key("Показатель о целом")
    part: IndicatorId = key("Показатель о его части: «из них молодые»")


@frozen(kw_only=True)
class DisclosurePolicy:
    """Что скрывать при публикации. Пороги подписывает район: закон требует защиты, но числа не называет."""

    minimum_denominator: int = key(
        "Скрыть значение, если людей в знаменателе меньше", default=5, validator=attrs.validators.ge(1)
    )
    threshold: int = key(
        "Класс B: скрыть, если посчитанных или остальных больше нуля, но меньше",
        default=3,
        validator=attrs.validators.ge(1),
    )
    sensitive_threshold: int = key(
        "Класс C: то же; скрываются и 0, и все: они говорят о каждом", default=5, validator=attrs.validators.ge(1)
    )
    minimum_hidden: int = key(
        "Сколько значений скрыть в каждой сумме, если скрыто хоть одно", default=3, validator=attrs.validators.ge(2)
    )
    width: float = key(
        "Насколько неопределённым должно остаться скрытое: не уже стольких процентов знаменателя (и порога класса)",
        default=20.0,
        validator=(attrs.validators.ge(0), attrs.validators.le(100)),
    )
    cumulative: bool = key("Значения накапливаются с начала года: разность соседних периодов тоже видна", default=False)
    differences: tuple[Difference, ...] = key(
        "Пары показателей «целое — часть» сверх тех, что видны из полей карты (at_most)", default=()
    )
    basis: str | None = key("Чем установлены пороги", default=None)


@frozen(kw_only=True)
class Publication:
    """Как печатать числа и что из них скрывать при публикации."""

    decimals: int = key("Знаков после запятой (0–6); округление — половина вверх", default=1)
    disclosure: DisclosurePolicy = key("Защита малых чисел в профиле publish", factory=DisclosurePolicy)


@frozen(kw_only=True)
class Documents:
    """Реквизиты, общие для документов района. Должности и роли, без фамилий."""

    letterhead: tuple[str, ...] = key("Строки бланка: название органа, адрес, телефон", default=())
    place: str | None = key("Место издания приказа: «г. Чегем»", default=None)
    signatory: str | None = key("Кто подписывает: должность", default=None)
    controller: str | None = key("На кого возлагают контроль исполнения: должность, в винительном падеже", default=None)
    site: str | None = key("Адрес раздела сайта, где публикуют результаты", default=None)
    archive: bool = key("Документы хранят больше 10 лет: левое поле 30 мм вместо 20", default=False)


@frozen(kw_only=True)
class District:
    """Вся конфигурация района: что спрашиваем, кого, как считаем и что из этого следует."""

    id: str = key("Идентификатор латиницей")
    title: Name = key("Название района, по падежам")
    oktmo: str | None = key("Код ОКТМО, в кавычках", default=None)
    operator: str | None = key("Оператор мониторинга", default=None)
    contact: str | None = key("Куда обращаться с вопросами", default=None)
    calendar: Calendar = key("Какими периодами отчитываются", default="year")
    form_title: str | None = key("Заголовок формы", default=None)
    acts: tuple[Act, ...] = key("Правовые акты", default=())
    kinds: Mapping[str, str] = key("Виды единиц и их русские названия", factory=dict)
    units: tuple[Unit | Reader, ...] | Reader = key("Список единиц или откуда его читать", default=())
    exemptions: tuple[Exemption, ...] = key("Освобождения", default=())
    spellings: Spellings = key("Написания ответов, общие для всех источников", factory=Spellings)
    sources: tuple[Source, ...] = key("Источники данных", default=())
    card: CardForm = key("Бланк карты для организаций", factory=CardForm)
    populations: tuple[Population, ...] = key("Знаменатели", default=())
    sections: tuple[Section, ...] = key("Разделы и показатели")
    dynamics: Dynamics = key("Общие правила отрицательной динамики", factory=Dynamics)
    recommendations: Advising = key("Умолчания рекомендаций", factory=Advising)
    goals: tuple[Goal, ...] = key("Цели", default=())
    topics: tuple[Goal, ...] = key("Показатели-предметы мониторинга по акту", default=())
    roles: tuple[Role, ...] = key("Роли", default=())
    information_sources: tuple[InformationSource, ...] = key("Перечень источников информации по акту", default=())
    remarks: tuple[Remark, ...] = key("Дефекты текста акта", default=())
    decisions_needed: tuple[Decision, ...] = key("Что должен решить район", default=())
    analyses: tuple[Analysis, ...] = key(
        "Что узнать сверх значений и правил: прогноз, эффект мер, исправность показателей …", default=()
    )
    publication: Publication = key("Печать и публикация", factory=Publication)
    documents: Documents = key("Реквизиты документов", factory=Documents)
    reports: tuple[Renderer, ...] = key(
        "Какие отчёты писать, если run не велит иначе, и их настройки: [{letters: {template: письмо.docx}}]", default=()
    )
    engines: tuple[Engine, ...] = key(
        "Чем считать записи и с какими настройками; первый — без --engine. Пусто — polars: [{spark: {master: …}}]",
        default=(),
    )
    file: Path | None = key("Файл конфигурации", hidden=True, default=None, eq=False)
    digest: str = key("Отпечаток всех файлов конфигурации", hidden=True, default="", eq=False)

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """All indicators in the order of the form."""
        return tuple(indicator for section in self.sections for indicator in section.indicators)

    @property
    def asked_by_card(self) -> tuple[Source, ...]:
        """The sources whose questions the card of an organisation asks; a register is no card."""
        chosen = self.card.sources
        by_id = {source.id: source for source in self.sources}
        return tuple(by_id[name] for name in chosen) or tuple(s for s in self.sources if s.records is None)

    @property
    def items(self) -> Mapping[str, Item]:
        """All items of all sources, by id."""
        return {item.id: item for source in self.sources for item in source.items}
