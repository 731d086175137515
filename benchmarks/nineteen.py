"""The nineteen percentages of the example, as somebody would compute them who needs these and nothing else.

    python benchmarks/nineteen.py DATA

Reads the same files of the same four years as `profdev run` on the example district and prints the last year. Knows
this one example: its titles, its card, its spellings of «да», its exempt school. `command.py` measures `profdev run`
against it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import polars as pl
from python_calamine import CalamineWorkbook

TITLES = {
    "Прошли диагностику профессиональных дефицитов": "n_diag",
    "На сайте есть план по выявлению профессиональных дефицитов на отчётный год": "plan_deficits",
    "На сайте есть решение МО или методсовета по результатам диагностики": "mo_decision",
    "Педагогических работников (основное место работы)": "n_ped",
    "из них молодых педагогических работников": "n_young",
    "Организовано сопровождение персональных траекторий профессионального развития": "trajectories",
    "Педагогических работников, сопровождаемых в рамках разработанного ИОМ": "n_iom",
    "Педагогических работников информировали об инновационных формах обучения": "informing",
    "Есть методическое объединение или профессиональное сообщество (в том числе межшкольное)": "mo_exists",
    "Есть программа поддержки методических объединений, профессиональных сообществ": "mo_support",
    "из них участвуют в муниципальных МО": "n_shmo_mmo",
    "Есть проект (программа) по поддержке молодых педагогических работников": "young_project",
    "Молодых педагогических работников, охваченных мероприятиями проекта": "n_young_covered",
    "Есть программа наставничества": "mentoring",
    "Молодых педагогических работников — наставляемых": "n_young_mentored",
    "Есть программа профессионального развития молодых педагогических работников": "young_programme",
    "Педагогических работников, вовлеченных в экспертную деятельность": "n_expert",
    "Членов методического актива, подтвердивших высокий уровень компетентности": "n_activists_confirmed",
    "Педагогических работников, включенных в сетевые сообщества": "n_network",
    "Педагогических работников, имеющих тиражируемые методические разработки": "n_replicated",
    "Обучились на ДПП повышения квалификации в отчётном году (от 16 часов)": "n_dpp",
}
OF_COURSES = "n_dpp"  # stands in a table of its own while the cards come as tables
# Code, what is counted, of whom; None: of all organisations, "n_young?": of those which have young teachers.
CRITERIA = [
    ("1.1", "n_diag", "n_ped"),
    ("1.2", "plan_deficits", None),
    ("1.3", "mo_decision", None),
    ("2.1", "trajectories", None),
    ("2.2", "n_iom", "n_ped"),
    ("2.3", "informing", None),
    ("3.1", "mo_exists", None),
    ("3.2", "mo_support", None),
    ("3.3", "n_shmo_mmo", "n_ped"),
    ("3.4", "n_expert", "n_ped"),
    ("3.5", "n_activists_confirmed", "n_ped"),
    ("4.1", "young_project", "n_young?"),
    ("4.2", "n_young_covered", "n_young"),
    ("4.3", "mentoring", None),
    ("4.4", "n_young_mentored", "n_young"),
    ("5.1", "n_network", "n_ped"),
    ("5.2", "n_replicated", "n_ped"),
    ("6.1", "young_programme", "n_young?"),
    ("6.2", "n_dpp", "n_ped"),
]
YES, NO = ["да", "имеется", "есть", "1"], ["нет", "0"]
EXEMPT, EXEMPT_FROM, EXEMPT_SINCE = "s12", {"1.1", "1.2", "1.3"}, 2021


def main() -> None:
    """Print code and percentage, one criterion a line."""
    data = Path(sys.argv[1])
    spelt = spellings(data / "units.csv")
    frames: dict[str, list[pl.DataFrame]] = {}
    for path in sorted(data.glob("20??/**/*.*")):
        source = "card" if path.parent.name == "cards" else path.stem
        year = int(path.relative_to(data).parts[0])
        frame = told(path).with_columns(year=pl.lit(year))
        if path.suffix == ".xlsx":
            frames.setdefault("organisations", []).append(frame.select("Организация", OF_COURSES, "year"))
            frame = frame.drop(OF_COURSES)
        frames.setdefault(source, []).append(frame)
    answers = None
    for parts in frames.values():
        one = pl.concat(parts).with_columns(
            unit=pl.col("Организация").str.strip_chars().replace_strict(spelt, default=None)
        )
        one = one.drop_nulls("unit").drop("Организация").unique()
        # Who answered twice and differently has not answered.
        one = one.filter(pl.struct("unit", "year").is_unique())
        answers = one if answers is None else answers.join(one, on=["unit", "year"], how="full", coalesce=True)
    if answers is not None:
        for code, value in percentages(answers):
            print(code, repr(value))


def spellings(path: Path) -> dict[str, str]:
    """The organisation behind every way in which it is written."""
    found = {}
    for unit in pl.read_csv(path, separator=";", infer_schema=False).iter_rows(named=True):
        names = [unit["name"], *(unit["aliases"] or "").split(";")]
        found |= {name.strip(): unit["id"] for name in names if name.strip()}
    return found


def told(path: Path) -> pl.DataFrame:
    """The organisation and the questions of the form, as texts."""
    if path.suffix == ".xlsx":
        frame = card(path)
    else:
        encoding = "cp1251" if "2019/cards" in path.as_posix() else "utf8"
        frame = pl.read_csv(path, separator=";", infer_schema=False, encoding=encoding)
    known = {title: item for title, item in TITLES.items() if title in frame.columns}
    return frame.select("Организация", *known).rename(known)


def card(path: Path) -> pl.DataFrame:
    """The answers of one card in a row, under the words of its questions."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    heading = next(row for row in rows if "Вопрос" in row and "Ответ" in row)
    title, answer = heading.index("Вопрос"), heading.index("Ответ")
    cells = {str(row[title]).partition("\n")[0]: row[answer] for row in rows}
    wanted = {words: cells[words] for words in TITLES if words in cells} | {"Организация": cells["Название"]}
    return pl.DataFrame(
        {words: f"{cell:.0f}" if isinstance(cell, float) else str(cell) for words, cell in wanted.items()}
    )


def percentages(answers: pl.DataFrame) -> list[tuple[str, float]]:
    """Sums over the organisations that answered, divided once; of the last year."""
    items = [name for name in answers.columns if name not in {"unit", "year"}]
    flags = [counted for _, counted, of in CRITERIA if of is None or of.endswith("?")]
    text = {item: pl.col(item).str.strip_chars().str.to_lowercase() for item in items}
    last = (
        answers.lazy()
        .filter(pl.col("year") == pl.col("year").max())
        .with_columns(
            pl.when(text[item].is_in(YES)).then(1.0).when(text[item].is_in(NO)).then(0.0).alias(item)
            if item in flags
            else text[item].str.extract(r"^([0-9]+)( чел\.)?$").cast(pl.Float64).alias(item)
            for item in items
        )
        .with_columns(n_young=pl.when(pl.col("n_young") <= pl.col("n_ped")).then("n_young"))
    )
    values = []
    for code, counted, of in CRITERIA:
        whole = pl.lit(1.0) if of is None else pl.when(pl.col("n_young") > 0).then(1.0) if of[-1] == "?" else pl.col(of)
        asked = (pl.col("unit") != EXEMPT) | (pl.col("year") < EXEMPT_SINCE) | (code not in EXEMPT_FROM)
        both = asked & (pl.col(counted) <= whole)
        sums = (pl.when(both).then(part).sum() for part in (pl.col(counted), whole))
        numerator, denominator = sums
        values.append((100 * numerator / denominator).alias(code))
    return list(last.select(values).collect().row(0, named=True).items())


if __name__ == "__main__":
    main()
