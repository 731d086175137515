"""How answers are written: the one place which knows that «15 чел.» is 15, «+» is yes, and «н/д» is nothing told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from attrs import field, fields, frozen

from profdev_indicators.frames import ENGINE, state_of
from profdev_indicators.model import Item, Spellings

_LONGEST = 60  # letters of a cell in a message
_YES = ("да", "есть", "имеется", "имеются", "в наличии", "истина", "true", "yes")
_NO = ("нет", "не имеется", "не имеются", "отсутствует", "отсутствуют", "ложь", "false", "no")
_ZERO = ("нет", "не имеется", "не имеются", "отсутствует", "отсутствуют")
_YES_SIGNS = ("+", "✓", "✔", "☑", "√", "д", "y")
_NO_SIGNS = ("н", "n")
_NOT_APPLICABLE = ("не применимо", "неприменимо", "н/п")
_MISSING = (
    "н/д",
    "нд",
    "н.д.",
    "н. д.",
    "нет данных",
    "нет сведений",
    "нет информации",
    "нет ответа",
    "данных нет",
    "сведений нет",
    "данные отсутствуют",
    "сведения отсутствуют",
    "не предоставлено",
    "не предоставлены",
    "не заполнено",
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "...",
    "…",
    "?",
)
_NOUNS = (
    "чел(?:овека?)?|ед(?:иниц[аы]?)?|шт(?:ук[аи]?)?|педагог(?:а|ов)?|учител(?:ь|я|ей)|воспитател(?:ь|я|ей)"
    "|работник(?:а|ов)?|организаци[йия]|школ[аы]?|программ[аы]?|мероприяти[йея]|балл(?:а|ов)?|б|час(?:а|ов)?|ч|раза?"
)
_DIGITS = r"[+-]?(?:[0-9]{1,3}(?: [0-9]{3})+|[0-9]+)(?:[.,][0-9]+)?"
_THOUSANDS = "^[+-]?[0-9]{1,3},[0-9]{3}$"  # what an Englishman means by a comma
_MONTHS = (
    "январ[ья]",
    "феврал[ья]",
    "марта?",
    "апрел[ья]",
    "ма[йя]",
    "июн[ья]",
    "июл[ья]",
    "августа?",
    "сентябр[ья]",
    "октябр[ья]",
    "ноябр[ья]",
    "декабр[ья]",
)
_CLOCK = r"(?:[ t][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_YEAR = r"(?: ?(?:г|года?)\.?)?"
_ISO_DATE = rf"^([0-9]{{4}})-([0-9]{{1,2}})-([0-9]{{1,2}}){_CLOCK}$"
_DATE = rf"^([0-9]{{1,2}})\.([0-9]{{1,2}})\.([0-9]{{4}}){_CLOCK}{_YEAR}$"
_LOOSE_DATE = rf"^([0-9]{{1,2}})[./-]([0-9]{{1,2}})[./-]([0-9]{{4}}|[0-9]{{2}}){_CLOCK}{_YEAR}$"
_DATE_IN_WORDS = rf"^[«\"]?([0-9]{{1,2}})[»\"]? ({'|'.join(_MONTHS)}) ([0-9]{{4}}){_YEAR}$"
_DAYS_OF_EXCEL = (20_000, 80_000)  # from 1954 to 2119: a number that was a date before its cell lost the format
_EXCEL_EPOCH = 25_569  # days from 30.12.1899, where Excel begins to count, to 01.01.1970
_YEARS = (1900, 2100)
# «да (приказ № 5)», «есть https://…»: an answer with its evidence in the same cell.
_MORE = r"[.!;]?(?: ?\(.*\)| ?https?://\S+)?$"
_UNSEEN = "[\u200b\u200c\u200d\u2060\ufeff\u00ad]"
_DASHES = "[\u2010-\u2015\u2212]"
_QUOTES = "'\"`«»“”„’"

_STATES = {
    "inapplicable": "not_applicable",
    "suppressed": "suppressed",
    "missing": "not_reported",  # said, and so not forgotten
    "dash": "not_reported",
}
_PROBLEMS = {
    "percent": "указан процент («[cell]»), а нужен счёт",
    "negative": "отрицательное число: [cell]",
    "fraction": "дробное число, а нужно целое: [cell]",
    "error": "ячейка с ошибкой [cell]",
    "formula": "формула не посчитана: [cell]",
    "unknown flag": "не «да» и не «нет»: «[cell]»",
    "unknown level": "нет такого уровня: «[cell]»; бывают: [known]",
    "unknown date": "не дата: «[cell]»",
    "unknown number": "не число: «[cell]»",
}
_NOTES = {
    "loose number": "«[cell]» прочитано как [number]",
    "thousands": "«[cell]» прочитано как дробь, а не как тысячи",
    "loose date": "«[cell]» прочитано как [day]",
    "loose zero": "«[cell]» прочитано как 0",
    "loose yes": "«[cell]» прочитано как «да»",
    "loose no": "«[cell]» прочитано как «нет»",
    "dash for no": "«[cell]» прочитано как «нет»",
    "dash": "«[cell]» прочитано как «нет сведений», а не 0",
}


@frozen(kw_only=True)
class _Words:
    """The spellings a district and a source add, as they are compared; they come before all others."""

    yes: tuple[str, ...] = field(default=())
    no: tuple[str, ...] = field(default=())
    missing: tuple[str, ...] = field(default=())
    not_applicable: tuple[str, ...] = field(default=())
    suppressed: tuple[str, ...] = field(default=())
    nouns: tuple[str, ...] = field(default=())  # what may stand after a number

    @classmethod
    def of(cls, spellings: Iterable[Spellings]) -> _Words:
        given = tuple(spellings)
        names = [name.name for name in fields(cls)]
        return cls(**{name: tuple(_plainly(word) for one in given for word in getattr(one, name)) for name in names})

    @property
    def all(self) -> tuple[str, ...]:
        """Every word added that stands for a whole answer."""
        return (*self.yes, *self.no, *self.missing, *self.not_applicable, *self.suppressed)

    @property
    def number(self) -> str:
        """A number as people write it, and what they write after it."""
        own = "".join(f"|{re.escape(noun.rstrip('.'))}" for noun in self.nouns if noun.rstrip("."))
        return rf"^({_DIGITS}) ?(%|процент(?:а|ов)?|(?:{_NOUNS}{own})\.?)?$"


def interpret(frame: pl.LazyFrame, items: Sequence[Item], spellings: Sequence[Spellings]) -> pl.LazyFrame:
    """Answers as numbers: a count, a number, 0 or 1 for a flag, points for a level, days from 01.01.1970 for a date.

    Numbers are taken as they are. Of texts, only the distinct spellings that are not plain numbers are looked at,
    once; so a table of a million rows costs little more than a cast, and the frame stays lazy.

    Args:
        frame: a column per item, of texts or numbers; an item that is absent stays absent.
        items: what is asked.
        spellings: what the district and the source add to the spellings known; they win over those.

    Returns:
        The frame with its items in Float64 (null: not told) and, where some cell needs it, companions:
        ``state_of(item)`` (``not_applicable``, ``suppressed``, ``not_reported``, ``invalid``: why there is no number),
        ``item@problem`` (what is wrong with the cell) and ``item@note`` (how a cell was read which is not literally
        a number, «да» or «нет»), both in Russian. A dash is «нет» for a flag and nothing told for a number, since
        it may mean either 0 or silence; «нет» for a number is 0; both are noted.
    """
    schema = frame.collect_schema()
    asked = [item for item in items if item.id in schema]
    # A number in place of a date is a text like any other: it may be one of Excel's days.
    texts = [item for item in asked if item.type == "date" or not _is_number(schema[item.id])]
    numbers = [item for item in asked if item not in texts]
    words = _Words.of(spellings)
    frame = frame.with_columns(
        *(_taken(item, schema[item.id]).alias(item.id) for item in numbers),
        *(pl.col(item.id).cast(pl.String, strict=False) for item in texts),
    )
    frame, whole = _with_whole_numbers(frame, texts, words)
    texts = [item for item in texts if item.id not in whole]
    if not texts:
        return frame
    unusual = frame.select(
        pl.col(item.id).filter(_is_unusual(item, words)).unique().implode() for item in texts
    ).collect(engine=ENGINE)
    read = _read(unusual.unpivot(variable_name="item", value_name="text").explode("text").drop_nulls(), texts, words)
    meanings = read.partition_by("item", as_dict=True, include_key=False)
    plain = [item for item in texts if (item.id,) not in meanings]
    frame = frame.with_columns(_usual(item).alias(item.id) for item in plain)
    answers = [
        answer for item in texts if (item.id,) in meanings for answer in _answers(item, meanings[item.id,], words)
    ]
    return _with_answers(frame, answers) if answers else frame


def counts(items: Sequence[Item], spellings: Sequence[Spellings]) -> frozenset[str]:
    """Ids of items whose plain digits mean a whole number: nobody has said that «99» is «no answer»."""
    has_digits = any(map(_has_digits, _Words.of(spellings).all))
    return frozenset() if has_digits else frozenset(item.id for item in items if item.type == "count")


def _with_whole_numbers(
    frame: pl.LazyFrame, texts: Sequence[Item], words: _Words
) -> tuple[pl.LazyFrame, frozenset[str]]:
    """The frame in which counts without any other text are numbers already, and their ids: cast and tested at once."""
    counts = [item.id for item in texts if item.type == "count" and not any(map(_has_digits, words.all))]
    if not counts:
        return frame, frozenset()
    plans = (pl.col(counts).cast(pl.UInt64, strict=False), pl.col(counts).null_count())
    numbers, blanks = pl.collect_all([frame.select(plan) for plan in plans], engine=ENGINE)
    whole = [name for name in counts if numbers[name].null_count() == blanks[name].item()]
    if not whole:
        return frame, frozenset()
    answers = numbers.select(pl.col(whole).cast(pl.Float64)).lazy()
    return pl.concat([frame.drop(whole), answers], how="horizontal"), frozenset(whole)


def _with_answers(frame: pl.LazyFrame, answers: Sequence[pl.Expr]) -> pl.LazyFrame:
    """The frame with its answers, looked up batch by batch.

    Each look-up costs the optimizer of polars 2.1 a millisecond, and the square of that once a hundred files are
    concatenated; inside a batch it costs microseconds.
    """
    schema = frame.collect_schema()
    answered = pl.DataFrame(schema=schema).with_columns(answers).schema
    return frame.map_batches(
        lambda batch: batch.rechunk().with_columns(answers),  # a hundred files are a hundred chunks
        schema=answered,
        predicate_pushdown=False,
        projection_pushdown=False,
        slice_pushdown=False,
    )


def _is_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in {pl.Boolean, pl.Null}


def _taken(item: Item, dtype: pl.DataType) -> pl.Expr:
    """A number as it is; only a broken one may be infinite."""
    column = pl.col(item.id)
    return column.cast(pl.Float64) if dtype.is_integer() else _finite(column)


def _finite(column: pl.Expr) -> pl.Expr:
    number = column.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def _is_unusual(item: Item, words: _Words) -> pl.Expr:
    """Whether a text needs more than a cast."""
    text = pl.col(item.id)
    if item.type in {"flag", "level", "date"} or any(map(_has_digits, words.all)):
        return text.is_not_null()
    # A count that is no whole number from zero up is unusual as well: one cast tells all three.
    return text.cast(pl.UInt64, strict=False).is_null() if item.type == "count" else _finite(text).is_null()


def _usual(item: Item) -> pl.Expr:
    """The number of a text that is nothing else; a whole one is read three times faster than any other."""
    whole = pl.col(item.id).cast(pl.UInt64, strict=False).cast(pl.Float64)
    return whole if item.type == "count" else _finite(pl.col(item.id))


def _answers(item: Item, read: pl.DataFrame, words: _Words) -> list[pl.Expr]:
    """The number of an item and the companions it needs, given how its unusual texts are read."""
    text = pl.col(item.id)

    def looked_up(column: str) -> pl.Expr:
        return text.replace_strict(read["text"], read[column], default=None, return_dtype=read.schema[column])

    number = pl.when(_is_unusual(item, words)).then(looked_up("value")).otherwise(_usual(item))
    companions = {"state": state_of(item.id), "problem": f"{item.id}@problem", "note": f"{item.id}@note"}
    needed = {column: name for column, name in companions.items() if read[column].null_count() < read.height}
    return [number.alias(item.id), *(looked_up(column).alias(name) for column, name in needed.items())]


def _read(unusual: pl.DataFrame, items: Sequence[Item], words: _Words) -> pl.DataFrame:
    """What each text means for its item: ``item, text, value, state, problem, note``.

    Args:
        unusual: ``item`` (its id) and ``text``, no pair twice.
        items: what is asked.
        words: the spellings added.
    """
    levels = _levels(items)
    cells = (
        unusual.lazy()
        .join(_kinds(items), on="item", maintain_order="left")
        .with_columns(shown=pl.col("text").str.strip_chars(), plain=_plain(pl.col("text")))
        .with_columns(noun=pl.col("plain").str.extract(words.number, 2))
        .with_columns(number=pl.coalesce(_finite(pl.col("shown")), _parsed(pl.col("plain"), words)))
        .with_columns(date=_date(pl.col("plain")), loose_date=_loose_date(pl.col("plain"), pl.col("number")))
        .join(levels, on=["item", "plain"], how="left", maintain_order="left")
        # A level may also be given by its points; its word comes first, even where it looks like a number.
        .join(
            levels.select("item", number="points", by_points="points").unique(),
            on=["item", "number"],
            how="left",
            maintain_order="left",
        )
        .with_columns(points=pl.coalesce("points", pl.when(pl.col("noun").is_null()).then("by_points")))
        .with_columns(case=_case(words))
        .with_columns(cell=_shortened(pl.col("shown")), amount=_amount(pl.col("number")))
        .with_columns(day=pl.coalesce("date", "loose_date").dt.strftime("%d.%m.%Y").fill_null(""))
    )
    return cells.select(
        "item",
        "text",
        _value().alias("value"),
        _looked_up(_STATES | dict.fromkeys(_PROBLEMS, "invalid")).alias("state"),
        _sentence(_PROBLEMS).alias("problem"),
        _sentence(_NOTES).alias("note"),
    ).collect(engine=ENGINE)


def _kinds(items: Sequence[Item]) -> pl.LazyFrame:
    """``item, type`` and ``known``: the levels there are, for the message about one that is not."""
    known = [", ".join(f"«{word}»" for word in item.levels) for item in items]
    return pl.LazyFrame({"item": [item.id for item in items], "type": [item.type for item in items], "known": known})


def _levels(items: Sequence[Item]) -> pl.LazyFrame:
    """``item, plain, points``: the words of levels."""
    rows = {(item.id, _plainly(word)): float(points) for item in items for word, points in item.levels.items()}
    return pl.LazyFrame(
        [(item, word, points) for (item, word), points in rows.items()],
        schema={"item": pl.String, "plain": pl.String, "points": pl.Float64},
        orient="row",
    )


def _plain(text: pl.Expr) -> pl.Expr:
    """A text as words are compared; null where it is blank."""
    plain = (
        text.str.replace_all(_UNSEEN, "")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars(_QUOTES + " ")
        .str.to_lowercase()
        .str.replace_all("ё", "е", literal=True)
        .str.replace_all(_DASHES, "-")
    )
    return pl.when(plain != "").then(plain)


def _plainly(word: str) -> str:
    """What :func:`_plain` does, for the words of a configuration."""
    text = " ".join(re.sub(_UNSEEN, "", word).split()).strip(_QUOTES + " ").lower().replace("ё", "е")
    return re.sub(_DASHES, "-", text)


def _parsed(plain: pl.Expr, words: _Words) -> pl.Expr:
    """The number with which a cell begins, as people write it: «1 234,5», «15 чел.», «85 %»."""
    digits = plain.str.extract(words.number, 1)
    return _finite(digits.str.replace_all(" ", "", literal=True).str.replace(",", ".", literal=True))


def _date(plain: pl.Expr) -> pl.Expr:
    """The day a text names in one of the two usual forms: «2026-08-28», «28.08.2026»."""
    year, month, day = (plain.str.extract(_ISO_DATE, part) for part in (1, 2, 3))
    other_day, other_month, other_year = (plain.str.extract(_DATE, part) for part in (1, 2, 3))
    return pl.coalesce(_day(year, month, day), _day(other_year, other_month, other_day))


def _loose_date(plain: pl.Expr, number: pl.Expr) -> pl.Expr:
    """The day a text names otherwise: «28.08.26», «28 августа 2026 г.», a number of Excel's."""
    day, month, year = (plain.str.extract(_LOOSE_DATE, part) for part in (1, 2, 3))
    century = pl.when(year.str.len_chars() == 2).then(pl.lit("20") + year).otherwise(year)  # noqa: PLR2004 - digits
    spoken_day, spoken_month, spoken_year = (plain.str.extract(_DATE_IN_WORDS, part) for part in (1, 2, 3))
    named = pl.coalesce(
        pl.when(spoken_month.str.contains(f"^{name}$")).then(pl.lit(str(number)))
        for number, name in enumerate(_MONTHS, 1)
    )
    is_day = number.is_between(*_DAYS_OF_EXCEL) & (number == number.round())
    counted = pl.when(is_day).then(number - _EXCEL_EPOCH).cast(pl.Int32, strict=False).cast(pl.Date)
    return pl.coalesce(_day(century, month, day), _day(spoken_year, named, spoken_day), counted)


def _day(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """The date of these digits; null where the calendar has none."""
    written = year + "-" + month.str.zfill(2) + "-" + day.str.zfill(2)
    date = written.str.to_date("%Y-%m-%d", strict=False)
    return pl.when(date.dt.year().is_between(*_YEARS)).then(date)


def _case(words: _Words) -> pl.Expr:
    """Which case a cell is: what the configuration declares, then the literal, then the loose, then what is wrong."""
    plain, number, noun = pl.col("plain"), pl.col("number"), pl.col("noun")
    flag, level, count, date = (pl.col("type") == name for name in ("flag", "level", "count", "date"))
    quantity = count | (pl.col("type") == "number")
    cases = [
        ("inapplicable", _among(words.not_applicable)),
        ("suppressed", _among(words.suppressed)),
        ("missing", _among(words.missing)),
        ("yes", flag & (_among((*words.yes, *_YES)) | (number == 1) & noun.is_null())),
        ("no", flag & (_among((*words.no, *_NO)) | (number == 0) & noun.is_null())),
        ("no", quantity & _among(words.no)),
        ("level", level & pl.col("points").is_not_null()),
        ("blank", plain.is_null()),
        ("missing", _among(_MISSING)),
        ("inapplicable", _among(_NOT_APPLICABLE)),
        ("dash for no", flag & plain.str.contains("^-+$")),
        ("dash", plain.str.contains("^-+$")),
        ("percent", count & noun.str.contains("^(?:%|проц)").fill_null(value=False)),
        ("negative", count & (number < 0)),
        ("fraction", count & (number != number.round())),
        ("date", date & pl.col("date").is_not_null()),
        ("loose date", date & pl.col("loose_date").is_not_null()),
        ("thousands", quantity & plain.str.contains(_THOUSANDS)),
        ("number", quantity & number.is_not_null() & noun.is_null()),
        ("loose number", quantity & number.is_not_null()),
        ("loose zero", quantity & _among(_ZERO)),
        ("loose yes", flag & (_among(_YES_SIGNS) | plain.str.contains(_beginning_with(_YES)))),
        ("loose no", flag & (_among(_NO_SIGNS) | plain.str.contains(_beginning_with(_NO)))),
        ("error", plain.str.starts_with("#")),
        ("formula", plain.str.starts_with("=")),
        ("unknown flag", flag),
        ("unknown level", level),
        ("unknown date", date),
    ]
    chain = pl.coalesce(pl.when(condition).then(pl.lit(name)) for name, condition in cases)
    return chain.fill_null("unknown number")


def _among(words: Iterable[str]) -> pl.Expr:
    return pl.col("plain").is_in(list(words))


def _beginning_with(words: Iterable[str]) -> str:
    return f"^(?:{'|'.join(words)}){_MORE}"


def _value() -> pl.Expr:
    case = pl.col("case")
    return (
        pl.when(case.is_in(["number", "loose number", "thousands"]))
        .then(pl.col("number"))
        .when(case.is_in(["date", "loose date"]))
        .then(pl.coalesce("date", "loose_date").cast(pl.Int32).cast(pl.Float64))
        .when(case == "level")
        .then(pl.col("points"))
        .when(case.is_in(["yes", "loose yes"]))
        .then(1.0)
        .when(case.is_in(["no", "loose no", "loose zero", "dash for no"]))
        .then(0.0)
    )


def _shortened(text: pl.Expr) -> pl.Expr:
    return pl.when(text.str.len_chars() > _LONGEST).then(text.str.head(_LONGEST) + "…").otherwise(text)


def _amount(number: pl.Expr) -> pl.Expr:
    whole = pl.when(number == number.round()).then(number.cast(pl.Int64, strict=False))
    exact = number.cast(pl.String).str.replace(".", ",", literal=True)
    return pl.coalesce(whole.cast(pl.String), exact, pl.lit(""))


def _sentence(sentences: Mapping[str, str]) -> pl.Expr:
    """The sentence of the case with its cell as it stands in the file; null where the case has none."""
    return (
        _looked_up(sentences)
        .str.replace("[cell]", pl.col("cell"), literal=True)
        .str.replace("[known]", pl.col("known"), literal=True)
        .str.replace("[number]", pl.col("amount"), literal=True)
        .str.replace("[day]", pl.col("day"), literal=True)
    )


def _looked_up(meanings: Mapping[str, str]) -> pl.Expr:
    return pl.col("case").replace_strict(meanings, default=None, return_dtype=pl.String)


def _has_digits(word: str) -> bool:
    return any(sign.isdecimal() for sign in word)
