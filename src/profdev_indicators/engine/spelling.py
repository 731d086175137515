"""How answers are written: the one place which knows that «15 чел.» is 15, «+» is yes, and «н/д» is nothing told."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from attrs import field, fields, frozen

from profdev_indicators.frames import state_of
from profdev_indicators.model import Item, Spellings

_LONGEST = 60  # letters of a cell in a message
_YES = ("да", "есть", "имеется", "имеются", "в наличии", "истина", "true", "yes")
_NO = ("нет", "не имеется", "не имеются", "отсутствует", "отсутствуют", "ложь", "false", "no")
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
_NUMBER = rf"^([+-]?(?:[0-9]{{1,3}}(?: [0-9]{{3}})+|[0-9]+)(?:[.,][0-9]+)?) ?(%|процент(?:а|ов)?|(?:{_NOUNS})\.?)?$"
# «да (приказ № 5)», «есть https://…»: an answer with its evidence in the same cell.
_MORE = r"[.!;]?(?: ?\(.*\)| ?https?://\S+)?$"
_UNSEEN = "[\u200b\u200c\u200d\u2060\ufeff\u00ad]"
_DASHES = "[\u2010-\u2015\u2212]"
_QUOTES = "'\"`«»“”„’"


@frozen(kw_only=True)
class _Words:
    """The spellings a district and a source add, as they are compared; they come before all others."""

    yes: tuple[str, ...] = field(default=())
    no: tuple[str, ...] = field(default=())
    missing: tuple[str, ...] = field(default=())
    not_applicable: tuple[str, ...] = field(default=())
    suppressed: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, spellings: Iterable[Spellings]) -> _Words:
        given = tuple(spellings)
        names = [name.name for name in fields(cls)]
        return cls(**{name: tuple(_plainly(word) for one in given for word in getattr(one, name)) for name in names})

    @property
    def all(self) -> tuple[str, ...]:
        """Every word added."""
        return (*self.yes, *self.no, *self.missing, *self.not_applicable, *self.suppressed)


def interpret(frame: pl.LazyFrame, items: Sequence[Item], spellings: Sequence[Spellings]) -> pl.LazyFrame:
    """Answers as numbers: a count, a number, 0 or 1 for a flag, points for a level.

    Args:
        frame: a column per item, of texts or numbers; one that is absent stays absent.
        items: what is asked.
        spellings: what the district and the source add to the spellings known; they win over those.

    Returns:
        The frame with its items in Float64 (null: not told). An item whose cells were texts gets three companions:
        ``state_of(item)`` (``not_applicable``, ``suppressed``, ``invalid``: why there is no number),
        ``item@problem`` (what is wrong with the cell) and ``item@note`` (how a cell was read that is not literally
        a number, «да» or «нет»), both in Russian. A dash is «no» for a flag and nothing told for a number, since it
        may mean either 0 or silence; «нет» for a number is 0; both are noted.
    """
    schema = frame.collect_schema()
    asked = [item for item in items if item.id in schema]
    texts = [item for item in asked if not _is_number(schema[item.id])]
    numbers = [item for item in asked if _is_number(schema[item.id])]
    words = _Words.of(spellings)
    frame = frame.with_columns(_number(pl.col(item.id)).alias(item.id) for item in numbers)
    if not texts:
        return frame
    cells = [_Cell(item=item, words=words) for item in texts]
    frame = frame.with_columns(pl.col(cell.item.id).cast(pl.String, strict=False) for cell in cells)
    frame = frame.with_columns(expression for cell in cells for expression in (cell.direct, cell.plain))
    frame = frame.with_columns(expression for cell in cells for expression in (cell.parsed, cell.noun))
    frame = frame.with_columns(cell.case for cell in cells)
    frame = frame.with_columns(expression for cell in cells for expression in cell.answers)
    return frame.drop(name for cell in cells for name in cell.temporary)


def _is_number(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in {pl.Boolean, pl.Null}


def _number(column: pl.Expr) -> pl.Expr:
    number = column.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number)


@frozen(kw_only=True)
class _Cell:
    """The expressions about one item whose cells are texts, in the order in which they are computed."""

    item: Item
    words: _Words

    @property
    def temporary(self) -> tuple[str, ...]:
        """The columns needed only on the way."""
        return tuple(f"{self.item.id}@{step}" for step in ("direct", "plain", "parsed", "noun", "case"))

    @property
    def direct(self) -> pl.Expr:
        """The number, where the cell is one as computers write it."""
        return _number(pl.col(self.item.id).cast(pl.Float64, strict=False)).alias(f"{self.item.id}@direct")

    @property
    def plain(self) -> pl.Expr:
        """The cell as words are compared; null where it is blank, and where it is a number and no word may be one."""
        text = pl.col(self.item.id)
        if not any(map(_has_digits, (*self.words.all, *self.item.levels))):
            text = pl.when(text.cast(pl.Float64, strict=False).is_null()).then(text)
        text = (
            text.str.replace_all(_UNSEEN, "")
            .str.replace_all(r"\s+", " ")
            .str.strip_chars(_QUOTES + " ")
            .str.to_lowercase()
            .str.replace_all("ё", "е", literal=True)
            .str.replace_all(_DASHES, "-")
        )
        return pl.when(text != "").then(text).alias(f"{self.item.id}@plain")

    @property
    def parsed(self) -> pl.Expr:
        """The number, where the cell begins with one as people write it: «1 234,5», «15 чел.», «85 %»."""
        digits = pl.col(f"{self.item.id}@plain").str.extract(_NUMBER, 1)
        digits = digits.str.replace_all(" ", "", literal=True).str.replace(",", ".", literal=True)
        return _number(digits.cast(pl.Float64, strict=False)).alias(f"{self.item.id}@parsed")

    @property
    def noun(self) -> pl.Expr:
        """What follows that number."""
        return pl.col(f"{self.item.id}@plain").str.extract(_NUMBER, 2).alias(f"{self.item.id}@noun")

    @property
    def case(self) -> pl.Expr:
        """Which of the cases below the cell is; null: it is blank."""
        first, *others = [*self._declared, *self._cases]
        chain = pl.when(first[1]).then(pl.lit(first[0]))
        for name, condition in others:
            chain = chain.when(condition).then(pl.lit(name, pl.String))
        return chain.otherwise(pl.lit("unknown")).alias(f"{self.item.id}@case")

    @property
    def answers(self) -> tuple[pl.Expr, ...]:
        """The number and its three companions."""
        name = self.item.id
        case = pl.col(f"{name}@case")
        state = case.replace_strict(
            {"inapplicable": "not_applicable", "suppressed": "suppressed", **dict.fromkeys(self._problems, "invalid")},
            default=None,
            return_dtype=pl.String,
        )
        return (
            self._value.alias(name),
            state.alias(state_of(name)),
            _sentence(case, name, self._problems).alias(f"{name}@problem"),
            _sentence(case, name, self._notes).alias(f"{name}@note"),
        )

    @property
    def _declared(self) -> list[tuple[str, pl.Expr]]:
        """What the district and the source say themselves needs no note."""
        words = {
            "inapplicable": self.words.not_applicable,
            "suppressed": self.words.suppressed,
            "missing": self.words.missing,
            "yes": self.words.yes if self.item.type == "flag" else (),
            "no": self.words.no if self.item.type != "level" else (),
        }
        plain = pl.col(f"{self.item.id}@plain")
        return [(case, _among(plain, given)) for case, given in words.items() if given]

    @property
    def _cases(self) -> list[tuple[str | None, pl.Expr]]:
        """What the library knows itself, the literal first."""
        direct, plain = pl.col(f"{self.item.id}@direct"), pl.col(f"{self.item.id}@plain")
        return [
            *self._literal,
            (None, plain.is_null() & direct.is_null()),
            ("missing", _among(plain, _MISSING)),
            ("inapplicable", _among(plain, _NOT_APPLICABLE)),
            ("dash", plain.str.contains("^-+$")),
            *self._loose,
            ("error", plain.str.starts_with("#")),
            ("formula", plain.str.starts_with("=")),
        ]

    @property
    def _literal(self) -> list[tuple[str, pl.Expr]]:
        name = self.item.id
        direct, plain = pl.col(f"{name}@direct"), pl.col(f"{name}@plain")
        match self.item.type:
            case "flag":
                return [("yes", (direct == 1) | _among(plain, _YES)), ("no", (direct == 0) | _among(plain, _NO))]
            case "level":
                levels = [("level", _among(plain, self._levels))] if self.item.levels else []
                return [*levels, ("number", direct.is_in([float(points) for points in self.item.levels.values()]))]
            case "count":
                noun = pl.col(f"{name}@noun").fill_null("")
                percent = noun.str.starts_with("%") | noun.str.starts_with("проц")
                told = pl.coalesce(direct, pl.col(f"{name}@parsed"))
                whole = told == told.round()
                return [
                    ("percent", percent),
                    ("negative", told < 0),
                    ("fraction", ~whole),
                    ("number", direct.is_not_null()),
                ]
        return [("number", direct.is_not_null())]

    @property
    def _loose(self) -> list[tuple[str, pl.Expr]]:
        name = self.item.id
        plain, parsed = pl.col(f"{name}@plain"), pl.col(f"{name}@parsed")
        match self.item.type:
            case "flag":
                return [
                    ("loose yes", _among(plain, _YES_SIGNS) | plain.str.contains(_beginning_with(_YES))),
                    ("loose no", _among(plain, _NO_SIGNS) | plain.str.contains(_beginning_with(_NO))),
                ]
            case "level":
                return []
        bare = pl.col(f"{name}@noun").is_null()
        return [
            ("parsed", parsed.is_not_null() & bare),
            ("loose number", parsed.is_not_null()),
            ("loose zero", _among(plain, _NO)),
        ]

    @property
    def _levels(self) -> Mapping[str, float]:
        return {_plainly(word): float(points) for word, points in self.item.levels.items()}

    @property
    def _value(self) -> pl.Expr:
        name = self.item.id
        case, parsed = pl.col(f"{name}@case"), pl.col(f"{name}@parsed")
        points = pl.col(f"{name}@plain").replace_strict(self._levels, default=None, return_dtype=pl.Float64)
        no = ["no", "loose no", "loose zero", *(["dash"] if self.item.type == "flag" else [])]
        return (
            pl.when(case == "number")
            .then(pl.col(f"{name}@direct"))
            .when(case.is_in(["parsed", "loose number"]))
            .then(parsed)
            .when(case.is_in(["yes", "loose yes"]))
            .then(1.0)
            .when(case.is_in(no))
            .then(0.0)
            .when(case == "level")
            .then(points if self.item.type == "level" else None)
        )

    @property
    def _problems(self) -> Mapping[str, str]:
        """What is wrong in each case; {} is the cell."""
        common = {"error": "ячейка с ошибкой {}", "formula": "формула не посчитана: {}"}
        match self.item.type:
            case "flag":
                return common | {"unknown": "не «да» и не «нет»: «{}»"}
            case "level":
                known = ", ".join(f"«{word}»" for word in self.item.levels)
                known = known.replace("{", "(").replace("}", ")")
                return common | {"unknown": f"нет такого уровня: «{{}}»; бывают: {known}"}
            case "count":
                return common | {
                    "percent": "указан процент («{}»), а нужен счёт",
                    "negative": "отрицательное число: {}",
                    "fraction": "дробное число, а нужно целое: {}",
                    "unknown": "не число: «{}»",
                }
        return common | {"unknown": "не число: «{}»"}

    @property
    def _notes(self) -> Mapping[str, str]:
        """How a cell was read in each case where that is more than reading; {} is the cell."""
        dash = "«нет»" if self.item.type == "flag" else "«нет сведений», а не 0"
        return {
            "loose yes": "«{}» прочитано как «да»",
            "loose no": "«{}» прочитано как «нет»",
            "loose zero": "«{}» прочитано как 0",
            "loose number": "«{}» прочитано как число",
            "dash": f"«{{}}» прочитано как {dash}",
        }


def _among(plain: pl.Expr, words: Iterable[str]) -> pl.Expr:
    return plain.is_in(list(words))


def _beginning_with(words: Iterable[str]) -> str:
    return f"^(?:{'|'.join(words)}){_MORE}"


def _sentence(case: pl.Expr, item: str, sentences: Mapping[str, str]) -> pl.Expr:
    """The sentence of each case with the cell as it stands in the file; null where the case has none."""
    cell = pl.when(case.is_in(list(sentences))).then(pl.col(item).str.strip_chars())
    cell = pl.when(cell.str.len_chars() > _LONGEST).then(cell.str.head(_LONGEST) + "…").otherwise(cell)
    head = {name: sentence.partition("{}")[0] for name, sentence in sentences.items()}
    tail = {name: sentence.partition("{}")[2] for name, sentence in sentences.items()}
    return pl.concat_str(
        case.replace_strict(head, default=None, return_dtype=pl.String),
        cell,
        case.replace_strict(tail, default=None, return_dtype=pl.String),
    )


def _has_digits(word: str) -> bool:
    return any(sign.isdecimal() for sign in word)


def _plainly(word: str) -> str:
    """What :attr:`_Cell.plain` does, for the words of a configuration."""
    text = " ".join(re.sub(_UNSEEN, "", word).split()).strip(_QUOTES + " ").lower().replace("ё", "е")
    return re.sub(_DASHES, "-", text)
