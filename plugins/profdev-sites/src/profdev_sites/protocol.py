"""The kind ``site_protocol``: one row per organisation and thing looked for becomes one row per organisation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from typing import Literal

import polars as pl
from attrs import evolve, frozen

from profdev_indicators.builtin.readers import Files
from profdev_indicators.builtin.readers.grids import plain
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.frames import ENGINE
from profdev_indicators.model import ItemId, Request, Table, key
from profdev_sites.lines import OF_UNITS, contradictions, distinct, doubtful_addresses, doubtful_days, latest, wide
from profdev_sites.remarks import Remark, amount, remarks

Partly = Literal["as_yes", "as_no", "as_missing"]

COLUMNS = ("looked", "verdict", "url", "date")
"""What a protocol has beside the organisation; who checked is a name, and names are not read."""


HEADINGS: Mapping[str, tuple[str, ...]] = {
    "unit": ("Организация", "ОО", "ИНН", "unit_id", "id"),
    "looked": ("Что проверялось", "Что проверено", "Что искали", "Предмет проверки", "Документ", "Критерий"),
    "verdict": ("Вердикт", "Результат", "Результат проверки", "Итог", "Найдено"),
    "url": ("URL", "Адрес страницы", "Адрес", "Ссылка на страницу", "Ссылка"),
    "date": ("Дата", "Дата проверки", "Когда проверено"),
}
_PARTLY = ("частично", "не полностью", "неполностью", "не в полном объеме", "частично есть", "частично размещен")
_NOT_SEEN = (
    "недоступен",
    "недоступна",
    "недоступно",
    "сайт недоступен",
    "страница недоступна",
    "не открывается",
    "сайт не открывается",
    "страница не открывается",
    "не работает",
    "сайт не работает",
    "не проверен",
    "не проверена",
    "не проверено",
    "не проверялось",
    "не проверялся",
)
_READ_AS: Mapping[Partly, str | None] = {"as_yes": "да", "as_no": "нет", "as_missing": None}
_MEANT = {"as_yes": "«да»", "as_no": "«нет»", "as_missing": "«нет сведений»"}
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%d-%m-%Y")
_TIME = re.compile(r"[ T]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")


@frozen(kw_only=True)
class SiteProtocol:
    """Протокол проверки сайтов: строка на организацию и на то, что искали. Сводные таблицы тоже читаются."""

    location: str | tuple[str, ...] = key(
        "Файл или файлы в папке данных: «{period}/sites.*» или список; {period} — отчётный период, "
        "* и ? — любые знаки, ** — любые папки"
    )
    columns: Mapping[str, str] = key(
        "Заголовки столбцов: unit, period, looked — что проверялось, verdict, url, date. Не названный здесь ищется по "
        "обычным заголовкам: «Организация», «Что проверялось», «Вердикт», «URL», «Дата»",
        factory=dict,
    )
    looked_for: Mapping[ItemId, str | tuple[str, ...]] = key(
        "Какими словами в столбце looked названо то, о чём спрашивает поле; само название поля годится всегда",
        factory=dict,
    )
    ignored: tuple[str, ...] = key("Что ещё проверялось, но к этим полям не относится", default=())
    partly: Partly | None = key(
        "Чего стоит «частично»: as_yes — «да», as_no — «нет», as_missing — нет сведений; пусто — такая строка не "
        "учитывается и называется",
        default=None,
    )
    repeated: Literal["refused", "latest"] = key(
        "Проверено дважды: refused — разные вердикты не учитываются, latest — верен более поздний по дате",
        default="refused",
    )
    unit_once: bool = key(
        "Организация написана один раз над своими строками (объединённая ячейка)",
        default=False,
    )
    where: Mapping[str, str | tuple[str, ...]] = key(
        "Какие строки брать: заголовок → текст или список текстов; регистр не важен", factory=dict
    )
    sheet: str | None = key("Имя листа; пусто — первый видимый", default=None)
    header: int | None = key("Номер строки с заголовками; пусто — первая непустая", default=None)

    def read(self, request: Request) -> tuple[Table, ...]:
        """A table of answers for every protocol of the periods asked for.

        Raises:
            SourceError: with every problem of every file, and the tables that could be read all the same.
        """
        meanings = self._meanings(request)
        problems: list[Problem] = []
        tables: list[Table] = []
        try:
            protocols = self._as_they_stand(request)
        except SourceError as error:
            problems.extend(error.problems)
            protocols = error.tables
        for table in protocols:
            try:
                tables.append(self._answers(table, request, meanings))
            except SourceError as error:
                problems.extend(error.problems)
        if problems:
            raise SourceError(problems, tables)
        return tuple(tables)

    def _as_they_stand(self, request: Request) -> tuple[Table, ...]:
        """Tables of the stock reader with the columns of a protocol and those of a summary."""
        where = f"sources.{request.source}"
        unknown = sorted(self.columns.keys() - {*request.columns, *COLUMNS})
        if unknown:
            known = ", ".join(("unit", "period", *COLUMNS))
            raise SourceError(
                Problem(path=where, message=f"columns: нет столбца «{name}»", hint=f"есть: {known}") for name in unknown
            )
        files = Files(
            location=self.location, columns=self.columns, where=self.where, sheet=self.sheet, header=self.header
        )
        wanted = tuple(dict.fromkeys((*request.columns, *COLUMNS)))
        return files.read(evolve(request, columns=wanted, titles={**HEADINGS, **request.titles}))

    def _meanings(self, request: Request) -> Mapping[str, str]:
        """What each wording of the column ``looked`` asks, as it is compared → id of the item; ignored: empty.

        Raises:
            SourceError: one wording stands for two items, or for a question of another source.
        """
        where = f"sources.{request.source}"
        foreign = [name for name in self.looked_for if name not in request.columns]
        if foreign:
            raise SourceError(
                Problem(path=where, message=f"looked_for: этот источник не спрашивает «{name}»", hint="уберите его")
                for name in foreign
            )
        given = [(name, words) for name, told in self.looked_for.items() for words in _listed(told)]
        # `row` answers no question, and neither do the columns that every source has.
        items = [name for name in request.columns if name in request.titles and name not in HEADINGS and _is_item(name)]
        natural = [(name, words) for name in items for words in (name, *request.titles[name])]
        meanings: dict[str, str] = {}
        for name, words in (*(("", words) for words in self.ignored), *given):
            if meanings.setdefault(_plain(words), name) != name:
                message = f"looked_for: «{words}» значит и «{meanings[_plain(words)] or 'ignored'}», и «{name}»"
                raise SourceError([Problem(path=where, message=message, hint="оставьте одно")])
        return {_plain(words): name for name, words in natural} | meanings

    def _answers(self, table: Table, request: Request, meanings: Mapping[str, str]) -> Table:
        frame = table.frame.collect(engine=ENGINE)
        if "looked" not in frame.columns:
            return self._summary(table, frame, request)
        if "verdict" not in frame.columns:
            message = "в протоколе нет столбца с вердиктом"
            raise _lacking(
                table, message, "назовите столбец «Вердикт» или впишите его заголовок: columns: {verdict: …}"
            )
        lines = self._lines(frame, meanings)
        told = [*self._unread(lines, meanings), *doubtful_addresses(lines), *doubtful_days(lines, table, request)]
        kept = lines.filter(pl.col("item") != "")  # a null is no item either
        if self.repeated == "latest":
            kept, superseded = latest(kept)
            told += superseded
        told += contradictions(kept)
        items = sorted({name for name in meanings.values() if name})
        places = table.cells
        return evolve(
            table,
            frame=wide(kept, items).lazy(),
            cells={
                **{name: places[name] for name in (*OF_UNITS, "period") if name in places},
                **dict.fromkeys(items, places["verdict"]),
                **{f"{item}.link": places["url"] for item in items if "url" in places},
            },
            notes=(*table.notes, *remarks(table, told)),
        )

    def _summary(self, table: Table, frame: pl.DataFrame, request: Request) -> Table:
        """A table with a column for each question, as it stands."""
        asked = [name for name in frame.columns if name in request.columns or name == "row"]
        if any(_is_item(name) for name in asked):
            return evolve(table, frame=frame.select(asked).lazy())
        message = "это не протокол: нет столбца, где сказано, что проверялось"
        raise _lacking(
            table, message, "назовите столбец «Что проверялось» или впишите его заголовок: columns: {looked: …}"
        )

    def _lines(self, frame: pl.DataFrame, meanings: Mapping[str, str]) -> pl.DataFrame:
        """Rows of a protocol: ``key, row, looked, item, said, verdict, link, dated, day``, whose they are, ``period``.

        ``item``: null where the wording is not known, empty where it is to be ignored; ``verdict``: null where nothing
        was seen, as it was written where it is not for us to say.
        """
        whose = [name for name in OF_UNITS if name in frame.columns]
        texts = [*whose, *(name for name in (*COLUMNS, "link") if name in frame.columns)]
        lines = frame.with_columns(pl.col(name).cast(pl.String).str.strip_chars() for name in texts)
        lines = lines.with_columns(pl.when(pl.col(name) != "").then(pl.col(name)) for name in whose)
        if self.unit_once:
            lines = lines.with_columns(pl.col(whose).forward_fill())
        absent = [pl.lit(None, pl.String).alias(name) for name in COLUMNS if name not in frame.columns]
        lines = lines.with_columns(absent)
        given = [pl.when(pl.col(name) != "").then(pl.col(name)) for name in ("url", "link") if name in lines.columns]
        verdicts = {text: self._verdict(text) for text in distinct(lines["verdict"])}
        days = {text: _day(text) for text in distinct(lines["date"])}
        keys = {text: _plain(text) for name in whose for text in distinct(lines[name])}
        wordings = {text: meanings.get(_plain(text)) for text in distinct(lines["looked"])}
        row = pl.col("row") if "row" in lines.columns else pl.lit(None, pl.Int64)
        return lines.select(
            *whose,
            pl.coalesce(*(_looked_up(name, keys) for name in whose), pl.format("строка {}", row.fill_null(0))).alias(
                "key"
            ),
            *(["period"] if "period" in lines.columns else []),
            row.alias("row"),
            "looked",
            _looked_up("looked", wordings).alias("item"),
            pl.col("verdict").alias("said"),
            _looked_up("verdict", verdicts).alias("verdict"),
            pl.coalesce(given).alias("link"),
            pl.col("date").alias("dated"),
            pl.col("date").replace_strict(days, default=None, return_dtype=pl.Date).alias("day"),
        )

    def _verdict(self, text: str) -> str | None:
        """What the answer's cell will say: «да» and «нет» in all their spellings are the engine's business."""
        word = _plain(text)
        if word in _NOT_SEEN or not word:
            return None
        return _READ_AS[self.partly] if word in _PARTLY and self.partly else text

    def _unread(self, lines: pl.DataFrame, meanings: Mapping[str, str]) -> Iterator[Remark]:
        """What the checker wrote and this protocol's settings do not settle."""
        unknown = lines.filter(pl.col("item").is_null())
        words = [word for word, name in meanings.items() if name]
        for (text,), rows in unknown.group_by("looked", maintain_order=True):
            near = get_close_matches(_plain(text or ""), words, n=1)
            hint = f"может быть, «{near[0]}»? иначе " if near else ""
            yield Remark(
                column="looked",
                rows=rows["row"],
                message=f"неизвестно, о каком вопросе «{text}»: не учтено" if text else "не сказано, что проверялось",
                hint=f"{hint}впишите эти слова в looked_for или, если они лишние, в ignored",
            )
        partly = lines.filter(pl.col("said").is_in([w for w in distinct(lines["said"]) if _plain(w) in _PARTLY]))
        if partly.is_empty():
            return
        if self.partly is None:
            message = f"«частично» — ни «да», ни «нет»: не учтено ({amount(partly.height)})"
            hint = "решите, чего оно стоит, и впишите: partly: as_yes, as_no или as_missing"
        else:
            message = f"«частично» прочитано как {_MEANT[self.partly]} ({amount(partly.height)})"
            hint = f"так велит partly: {self.partly}"
        yield Remark(column="verdict", rows=partly["row"], message=message, hint=hint)


def _lacking(table: Table, message: str, hint: str) -> SourceError:
    cell = f"«{table.sheet}»" if table.sheet else ""
    return SourceError([Problem(file=table.file, cell=cell, message=message, hint=hint)])


def _is_item(name: str) -> bool:
    return name not in {*OF_UNITS, "period", "link", "row"} and "." not in name


def _listed(told: str | Iterable[str]) -> tuple[str, ...]:
    return (told,) if isinstance(told, str) else tuple(told)


def _plain(text: str) -> str:
    """A wording as it is compared: case, quotation marks, spaces and the full stop do not matter."""
    return plain(re.sub("[«»„“”\"'`]", "", text).replace("№ ", "№")).strip(" .,;:")


def _looked_up(column: str, meanings: Mapping[str, str | None]) -> pl.Expr:
    return pl.col(column).replace_strict(meanings, default=None, return_dtype=pl.String)


def _day(text: str) -> date | None:
    """The day a person wrote; None: it is none."""
    for form in _DAYS:
        try:
            return datetime.strptime(_TIME.sub("", text.strip()), form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
