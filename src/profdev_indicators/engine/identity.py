"""Whose answer a row is: by ИНН or ОГРН, else by id, else by a declared name; «about right» is no match."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from itertools import chain

import polars as pl

from profdev_indicators.codes import is_inn, is_ogrn
from profdev_indicators.engine.roster import Roster
from profdev_indicators.frames import ENGINE

SAID = ("said", "inn", "ogrn", "name")
"""Columns by which a row says whose it is; ``said`` is always there, the others where the file has them."""

_REMARKS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(SAID, pl.String()),
    "spot": pl.String(),  # the column of the file in which it stands: unit, inn, ogrn, name
    "severity": pl.String(),
    "check": pl.String(),
    "message": pl.String(),
    "hint": pl.String(),
}
_CODES: Mapping[str, tuple[str, Callable[[str], bool], Sequence[int]]] = {
    "inn": ("ИНН", is_inn, (10, 12)),
    "ogrn": ("ОГРН", is_ogrn, (13,)),
}
_SUGGESTED = 40  # unknown names for which a near one is looked for
_SEARCHED = 3000  # declared names among which it is looked for
_NEAR = 0.72
_TOTALS = r"^(?:итого|итог|всего|в среднем|среднее|сумма)\b"


def identify(frame: pl.DataFrame, roster: Roster) -> tuple[pl.Series, pl.DataFrame]:
    """The number of each row's unit (null: counted nowhere), and what is to be said about who wrote what.

    The remarks have the columns of :data:`SAID` that ``frame`` has, as keys, then ``spot, severity, check, message,
    hint``; there is one row for each distinct way of writing that needs a word.
    """
    keys = [name for name in SAID if name in frame.columns]
    if len(keys) == 1:
        # Only the names are joined: a join of whole tables would copy every answer.
        units = matched(frame["said"], roster)
        lost = frame.select("said").filter(units.is_null()).unique(maintain_order=True)
        return units, _remarks([_unknown(_as_read(lost), roster)] if lost.height else [], keys)
    distinct = _resolved(_as_read(frame.select(keys).unique(maintain_order=True)), roster)
    units = frame.select(keys).join(
        distinct.select(*keys, "unit"), on=keys, how="left", nulls_equal=True, maintain_order="left"
    )["unit"]
    return units, _remarks(_said_about(distinct, roster), keys)


def matched(said: pl.Series, roster: Roster) -> pl.Series:
    """The number of each unit by its id, else by ИНН, ОГРН, name or alias."""
    numbers = pl.DataFrame({"said": roster.ids}).with_row_index("unit")
    units = said.rename("said").to_frame().join(numbers, on="said", how="left", maintain_order="left")["unit"]
    lost = units.is_null().arg_true()
    if lost.is_empty():
        return units
    return units.scatter(lost, _by(said.gather(lost), _lookup(roster, ("id", "inn", "ogrn", "name", "aliases"))))


def _by(texts: pl.Series, lookup: pl.LazyFrame) -> pl.Series:
    names = pl.LazyFrame({"spelt": texts}).with_columns(_plainly(pl.col("spelt")))
    return names.join(lookup, on="spelt", how="left", maintain_order="left").collect(engine=ENGINE)["unit"]


def _lookup(roster: Roster, columns: Sequence[str]) -> pl.LazyFrame:
    """``spelt, unit``: what means one unit and no other."""
    numbers = pl.LazyFrame({"id": roster.ids}).with_row_index("unit")
    versions = roster.frame.lazy().join(numbers, on="id", maintain_order="left")
    spelt = [versions.select("unit", spelt=column) for column in columns if column != "aliases"]
    if "aliases" in columns:
        spelt.append(versions.select("unit", spelt="aliases").explode("spelt", empty_as_null=True))
    return (
        pl.concat(spelt)
        .with_columns(_plainly(pl.col("spelt")))
        .drop_nulls()
        .unique(maintain_order=True)
        .filter(pl.col("spelt").is_unique())
    )


def _plainly(text: pl.Expr) -> pl.Expr:
    """A name without what hands and programs change: case, quotation marks, dashes, spaces, ё."""
    plain = (
        text.str.to_lowercase()
        .str.replace_all("ё", "е")
        .str.replace_all(r"[«»„“”\"'`]", "")
        .str.replace_all(r"[–—−]", "-")
        .str.replace_all(r"[\s\u00A0]+", " ")
        .str.replace_all("№ ", "№")
        .str.strip_chars()
    )
    return pl.when(plain != "").then(plain)


# --- what the ways of writing say, and which of them decides ------------------------------------------------------


def _as_read(distinct: pl.DataFrame) -> pl.DataFrame:
    """All columns of :data:`SAID`, and the codes without spaces and with the zero that spreadsheets drop."""
    absent = [pl.lit(None, pl.String).alias(name) for name in SAID if name not in distinct.columns]
    whole = distinct.with_columns(absent)
    return whole.with_columns(_code(name).alias(f"{name}_read") for name in _CODES)


def _code(name: str) -> pl.Expr:
    digits = _digits(name)
    short = pl.lit(value=False)
    for length in _CODES[name][2]:
        short |= digits.str.len_chars() == length - 1
    if name == "inn":
        digits = pl.when(short).then("0" + digits).otherwise(digits)
    return pl.when(digits != "").then(digits)


def _digits(name: str) -> pl.Expr:
    return pl.col(name).str.replace_all(r"[\s\u00A0]", "").str.strip_suffix(".0")


def _resolved(distinct: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """``distinct`` with the unit that each way of writing means, and the one that counts."""
    found = distinct.with_columns(
        *(_by(distinct[f"{code}_read"], _lookup(roster, (code,))).alias(f"by_{code}") for code in _CODES),
        matched(distinct["said"], roster).alias("by_said"),
        _by(distinct["name"], _lookup(roster, ("name", "aliases"))).alias("by_name"),
    )
    code = pl.coalesce("by_inn", "by_ogrn")
    torn = (pl.col("by_inn") != pl.col("by_ogrn")).fill_null(value=False)
    rivals = (code.is_null() & (pl.col("by_said") != pl.col("by_name"))).fill_null(value=False)
    return found.with_columns(torn=torn, rivals=rivals, by_code=code).with_columns(
        unit=pl.when(~torn & ~rivals).then(pl.coalesce("by_code", "by_said", "by_name"))
    )


def _said_about(found: pl.DataFrame, roster: Roster) -> list[pl.DataFrame]:
    """Every remark about every distinct way of writing."""
    titles = roster.frame.unique("id", keep="last", maintain_order=True)
    order = pl.DataFrame({"id": roster.ids}).join(titles, on="id", how="left", maintain_order="left")
    named = found.with_columns(
        pl.lit(order["name"]).gather(pl.col(number)).alias(f"{number}_name")
        for number in ("unit", "by_inn", "by_ogrn", "by_said", "by_name")
    )
    parts = [_misspelt(named, code) for code in _CODES]
    parts += [_other_code(named, code, order[code]) for code in _CODES]
    parts += [_restored_zero(named), _torn(named), _rivals(named), *_made_for_another(named)]
    unknown = named.filter(pl.col("unit").is_null() & ~pl.col("torn") & ~pl.col("rivals"))
    return [*parts, _unknown(unknown, roster)] if unknown.height else parts


def _misspelt(named: pl.DataFrame, code: str) -> pl.DataFrame:
    word, holds, _ = _CODES[code]
    strange = named.filter(pl.col(f"{code}_read").is_not_null() & pl.col(f"by_{code}").is_null())
    # A unit known only by this code is told once, as unknown.
    strange = strange.filter(pl.col("unit").is_not_null() | pl.col("said").ne_missing(pl.col(code)))
    wrong = pl.Series([not holds(text) for text in strange[f"{code}_read"]], dtype=pl.Boolean)
    return strange.filter(wrong).with_columns(
        spot=pl.lit(code),
        severity=pl.lit("warning"),
        check=pl.lit("code"),
        message=pl.format(f"{word} «{{}}» записан с ошибкой: не сходится контрольная цифра", pl.col(code)),
        hint=pl.when(pl.col("unit").is_not_null())
        .then(pl.format(f"исправьте {word}; ответ отнесён к «{{}}» по id или названию", "unit_name"))
        .otherwise(pl.lit(f"исправьте {word}: по нему организацию не узнать")),
    )


def _other_code(named: pl.DataFrame, code: str, listed: pl.Series) -> pl.DataFrame:
    """A right code of nobody, where the roster has another for the unit that id or name give."""
    word, holds, _ = _CODES[code]
    strange = named.with_columns(listed=pl.lit(listed).gather(pl.col("unit"))).filter(
        pl.col(f"{code}_read").is_not_null() & pl.col(f"by_{code}").is_null()
    )
    strange = strange.filter(pl.col("listed") != pl.col(f"{code}_read"))
    right = pl.Series([holds(text) for text in strange[f"{code}_read"]], dtype=pl.Boolean)
    return strange.filter(right).with_columns(
        spot=pl.lit(code),
        severity=pl.lit("warning"),
        check=pl.lit("code"),
        message=pl.format(f"{word} «{{}}», а в списке организаций у «{{}}» — «{{}}»", code, "unit_name", "listed"),
        hint=pl.lit(f"сверьте {word}: одно из двух неверно; ответ отнесён по id или названию"),
    )


def _restored_zero(named: pl.DataFrame) -> pl.DataFrame:
    restored = pl.col("by_inn").is_not_null() & (pl.col("inn_read") != _digits("inn"))
    return named.filter(restored).with_columns(
        spot=pl.lit("inn"),
        severity=pl.lit("warning"),
        check=pl.lit("interpreted"),
        message=pl.format("ИНН «{}» прочитан как «{}»: таблица убрала ноль в начале", "inn", "inn_read"),
        hint=pl.lit("задайте ячейке текстовый формат и впишите ноль"),
    )


def _torn(named: pl.DataFrame) -> pl.DataFrame:
    return named.filter("torn").with_columns(
        spot=pl.lit("inn"),
        severity=pl.lit("error"),
        check=pl.lit("identity"),
        message=pl.format("ИНН — «{}», а ОГРН — «{}»: чей ответ, не понять", "by_inn_name", "by_ogrn_name"),
        hint=pl.lit("ответ не учтён: исправьте ИНН или ОГРН"),
    )


def _rivals(named: pl.DataFrame) -> pl.DataFrame:
    return named.filter("rivals").with_columns(
        spot=pl.lit("name"),
        severity=pl.lit("error"),
        check=pl.lit("identity"),
        message=pl.format("ответ подписан «{}», а сделан для «{}»: чей он, не понять", "by_name_name", "by_said_name"),
        hint=pl.lit("ответ не учтён: впишите ИНН той организации, которая отвечает"),
    )


def _made_for_another(named: pl.DataFrame) -> list[pl.DataFrame]:
    """A code decides against an id or a name: counted, and told."""
    decided = named.filter(pl.col("by_code").is_not_null() & ~pl.col("torn"))
    return [
        decided.filter(pl.col(f"by_{spot}") != pl.col("unit")).with_columns(
            spot=pl.lit("unit" if spot == "said" else spot),
            severity=pl.lit("warning"),
            check=pl.lit("identity"),
            message=pl.format(
                f"{words} «{{}}», а {{}} — «{{}}»: учтено за «{{}}»",
                f"by_{spot}_name",
                pl.when(pl.col("by_inn").is_not_null()).then(pl.lit("ИНН")).otherwise(pl.lit("ОГРН")),
                "unit_name",
                "unit_name",
            ),
            hint=pl.lit("если отвечал другой, исправьте ИНН и пришлите заново"),
        )
        for spot, words in (("said", "ответ сделан для"), ("name", "ответ подписан"))
    ]


def _unknown(lost: pl.DataFrame, roster: Roster) -> pl.DataFrame:
    """Totals, which nobody has to mend, and names of nobody, some of them with what is probably meant."""
    said = lost.with_columns(
        written=pl.coalesce(pl.col(name).str.strip_chars().replace("", None) for name in SAID),
        spot=pl.when(pl.col("said").is_null() & pl.col("name").is_not_null())
        .then(pl.lit("name"))
        .otherwise(pl.lit("unit")),
    )
    totals = pl.any_horizontal(
        _plainly(pl.col(name)).str.contains(_TOTALS).fill_null(value=False) for name in ("said", "name")
    )
    said = said.with_columns(totals=totals, other=_second_name())
    hints = _hints(said.filter(~pl.col("totals"))["written"].drop_nulls().unique().sort(), roster)
    plain = "строка не учтена: исправьте название или добавьте его в aliases организации"
    return said.with_columns(
        severity=pl.when("totals").then(pl.lit("warning")).otherwise(pl.lit("error")),
        check=pl.when("totals").then(pl.lit("totals")).otherwise(pl.lit("unknown_unit")),
        message=pl.when("totals")
        .then(pl.format("строка итогов «{}» — не организация: не учтена", pl.col("written")))
        .when(pl.col("written").is_null())
        .then(pl.lit("не сказано, чей это ответ"))
        .otherwise(pl.format("нет такой организации: «{}»{}", pl.col("written"), "other")),
        hint=pl.when("totals")
        .then(pl.lit("ничего делать не надо: итоги программа считает сама"))
        .when(pl.col("written").is_null())
        .then(pl.lit("строка не учтена: впишите ИНН, id или название организации"))
        .otherwise(pl.col("written").replace_strict(hints, default=plain, return_dtype=pl.String)),
    )


def _second_name() -> pl.Expr:
    given = pl.col("said").is_not_null() & pl.col("name").is_not_null() & (pl.col("said") != pl.col("name"))
    return pl.when(given).then(pl.format(" («{}»)", pl.col("name").str.strip_chars())).otherwise(pl.lit(""))


def _hints(unknown: pl.Series, roster: Roster) -> dict[str, str]:
    """What to do about some unknown names: a misspelt code, or a declared name that is near."""
    aliases = roster.frame["aliases"].explode(empty_as_null=True).drop_nulls()
    declared = dict.fromkeys(chain(roster.frame["name"], aliases))
    known = list(declared)[:_SEARCHED]
    plain = dict(zip(_plain_texts(known), known, strict=True))
    hints: dict[str, str] = {}
    for text, spelt in zip(unknown.head(_SUGGESTED), _plain_texts(unknown.head(_SUGGESTED)), strict=True):
        wrong = [word for word, holds, lengths in _CODES.values() if _looks_like(text, lengths) and not holds(text)]
        if wrong:
            hints[text] = f"строка не учтена: это не {wrong[0]} — не сходится контрольная цифра; исправьте её"
            continue
        # Numbers tell schools apart: № 1 is not № 11, however near the texts are.
        alike = [name for name in plain if _numbers(name) == _numbers(spelt)]
        near = get_close_matches(spelt, alike, n=2, cutoff=_NEAR)
        if near:
            names = " или ".join(f"«{plain[name]}»" for name in near)
            hints[text] = f"строка не учтена: может быть, {names}? Тогда впишите это написание в aliases организации"
    return hints


def _looks_like(text: str, lengths: Sequence[int]) -> bool:
    return text.isdecimal() and len(text) in lengths


def _plain_texts(texts: Sequence[str] | pl.Series) -> list[str]:
    series = pl.Series("spelt", texts, dtype=pl.String)
    return series.to_frame().select(_plainly(pl.col("spelt")).fill_null("")).to_series().to_list()


def _numbers(text: str) -> list[str]:
    return "".join(letter if letter.isdecimal() else " " for letter in text).split()


def _remarks(parts: Sequence[pl.DataFrame], keys: Sequence[str]) -> pl.DataFrame:
    columns = [*keys, *(name for name in _REMARKS if name not in SAID)]
    empty = pl.DataFrame(schema={name: _REMARKS[name] for name in columns})
    return pl.concat([empty, *(part.select(pl.col(name).cast(_REMARKS[name]) for name in columns) for part in parts)])
