"""Keys in place of names: one person one key, and nothing of the names anywhere."""

from __future__ import annotations

import hmac
import os
import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listed_people import HEADINGS, book, csv, parquet, people, snils
from profdev_indicators import pseudonymise
from profdev_indicators.errors import RequestError
from profdev_indicators.intake.pseudonyms import Ages, FullName, Number, Pseudonymised, Salt, Snils
from profdev_indicators.intake.pseudonyms.ages import day

SALT = Salt(secret=b"a salt of sixteen or more")
OTHER = Salt(secret=b"another salt, as long as that")
BY_SNILS, BY_NAME = Snils(column="СНИЛС"), FullName(names=("ФИО",))
KEY = "person_key"


def made(source: Path, *, salt: Salt = SALT, to: str = "made.parquet", **options: object) -> pl.DataFrame:
    target = source.parent / "out" / to
    target.unlink(missing_ok=True)
    wanted = {"person": BY_SNILS, "birth": "Дата рождения", "drop": ["ФИО"]} | options
    pseudonymise(source, target, salt=salt, **wanted)  # type: ignore[arg-type]  # options of a test
    if to.endswith(".parquet"):
        return pl.read_parquet(target)
    return pl.read_csv(target, separator=";", infer_schema=False)


def keys(frame: pl.DataFrame) -> set[str]:
    return set(frame[KEY].drop_nulls())


def test_the_same_salt_makes_the_same_keys_whatever_the_file(tmp_path: Path) -> None:
    rows = people(40)
    shuffled = rows[:10:-1]
    whole = made(csv(tmp_path / "a.csv", rows))
    assert keys(made(book(tmp_path / "b.xlsx", shuffled))) < keys(whole)
    assert keys(made(parquet(tmp_path / "c.parquet", rows))) == keys(whole)
    assert keys(made(csv(tmp_path / "d.csv", rows, encoding="cp1251"))) == keys(whole)
    assert len(keys(whole)) == len(rows)


def test_another_salt_has_no_key_in_common(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", people(40))
    assert keys(made(source)) & keys(made(source, salt=OTHER)) == set()


def test_a_key_is_the_hmac_of_the_digits(tmp_path: Path) -> None:
    [row] = people(1)
    digits = re.sub(r"\D", "", row[0])
    expected = hmac.new(SALT.secret, b"snils\0" + digits.encode(), "sha256").hexdigest()[:32]
    assert made(csv(tmp_path / "a.csv", [row]))[KEY].to_list() == [expected]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("person", [BY_SNILS, BY_NAME])
def test_no_identifier_of_the_input_is_in_the_output(tmp_path: Path, ending: str, person: Snils | FullName) -> None:
    rows = people(60)
    drop = ["ФИО"] if person is BY_SNILS else ["СНИЛС"]
    source = csv(tmp_path / "a.csv", rows)
    made(source, to=f"made.{ending}", person=person, drop=drop, ages=Ages(at=date(2022, 12, 31), bands=(25, 36)))
    raw = (tmp_path / "out" / f"made.{ending}").read_bytes()
    told = b"" if ending == "csv" else pl.read_parquet(tmp_path / "out/made.parquet").write_csv().encode()
    identifiers = {cell for row in rows for cell in (*row[:3], *row[1].split(), re.sub(r"\D", "", row[0]))}
    assert [one for one in identifiers if len(one) > 3 and one.encode() in raw + told] == []
    assert "математика".encode() in raw + told


def test_everything_else_stays_as_it_was(tmp_path: Path) -> None:
    rows = people(30)
    frame = made(csv(tmp_path / "a.csv", rows), to="made.csv")
    assert frame.columns == [KEY, *HEADINGS[3:]]
    assert sorted(frame.select(HEADINGS[3:]).rows(), key=str) == sorted(
        (tuple(cell or None for cell in row[3:]) for row in rows), key=str
    )


def test_the_order_of_the_list_is_gone(tmp_path: Path) -> None:
    """An alphabetical list beside an output in its order would name everybody."""
    rows = people(30)
    found = made(csv(tmp_path / "a.csv", rows))
    assert found.equals(made(csv(tmp_path / "a.csv", rows[::-1])))
    assert found[KEY].is_sorted()


SPELLINGS = st.sampled_from(("{}", " {} ", "{}\N{NO-BREAK SPACE}", "  {}"))


@given(
    upper=st.booleans(),
    dash=st.sampled_from("-\N{EN DASH}\N{NON-BREAKING HYPHEN}"),
    padding=SPELLINGS,
)
def test_a_name_is_one_however_it_is_typed(
    *, upper: bool, dash: str, padding: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = f"ёлкина{dash}палкина  проба"
    again = padding.format(name.upper() if upper else name.replace("ё", "е"))
    rows = [("", "Ёлкина-Палкина Проба", "17.05.1980", "1", "", ""), ("", again, "1980-05-17", "2", "", "")]
    folder = tmp_path_factory.mktemp("names")
    frame = made(csv(folder / "a.csv", rows), person=BY_NAME, drop=["СНИЛС"])
    assert frame[KEY].null_count() == 0
    assert len(keys(frame)) == 1


def test_namesakes_are_two_people(tmp_path: Path) -> None:
    rows = [("", "Якобин Проба", day_, "1", "", "") for day_ in ("17.05.1980", "18.05.1980")]
    assert len(keys(made(csv(tmp_path / "a.csv", rows), person=BY_NAME, drop=["СНИЛС"]))) == 2


def test_a_name_in_three_columns_is_the_name_in_one(tmp_path: Path) -> None:
    three = csv(
        tmp_path / "three.csv",
        [("Ёлкина", "Проба", "Пробовна", "17.05.1980"), ("Якобин", "Проба", "", "17.05.1980")],
        headings=("Фамилия", "Имя", "Отчество", "Рождение"),
    )
    one = csv(
        tmp_path / "one.csv",
        [("Ёлкина Проба Пробовна", "17.05.1980"), ("Якобин Проба", "17.05.1980")],
        headings=("ФИО", "Рождение"),
    )
    apart = made(three, person=FullName(names=("Фамилия", "Имя", "Отчество")), birth="Рождение", drop=[])
    assert keys(apart) == keys(made(one, person=BY_NAME, birth="Рождение", drop=[]))


@given(number=st.integers(1, 98_999_999), place=st.integers(0, 8), other=st.integers(1, 9))
def test_a_misprint_in_a_snils_makes_no_key(number: int, place: int, other: int) -> None:
    right = re.sub(r"\D", "", snils(number))
    wrong = f"{right[:place]}{(int(right[place]) + other) % 10}{right[place + 1 :]}"
    told = pl.DataFrame({"x": [right, wrong]}).select(Snils(column="x").alike("x")).to_series()
    assert told[0] == right
    # 100 and 101 stand for 0, so one misprint in some hundreds keeps the control digits.
    control = sum(int(digit) * weight for digit, weight in zip(wrong, range(9, 0, -1), strict=False)) % 101 % 100
    assert (told[1] is None) == (control != int(wrong[9:]) or int(wrong[:9]) <= 1_001_998)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("112-233-445 95", "11223344595"),  # the example of the Pension Fund's own description
        ("112 233 445 95", "11223344595"),
        ("11223344595", "11223344595"),
        ("112\N{NON-BREAKING HYPHEN}233\N{EN DASH}445\N{NO-BREAK SPACE}95", "11223344595"),
        ("112-233-445 96", None),
        ("000-000-000 00", None),
        ("нет", None),
        ("", None),
        ("1122334459", None),
        ("112233445951", None),
    ],
)
def test_snils_by_example(written: str, read: str | None) -> None:
    assert pl.select(pl.lit(written).alias("x")).select(Snils(column="x").alike("x")).item() == read


def test_a_zero_dropped_by_a_sheet_comes_back() -> None:
    digits = next(d for d in (f"{n:09d}" for n in range(20_000_000, 20_001_000)))
    control = sum(int(digit) * weight for digit, weight in zip(digits, range(9, 0, -1), strict=True)) % 101 % 100
    whole = f"{digits}{control:02d}"
    numbers = pl.DataFrame({"x": [int(whole)]}).select(Snils(column="x").alike("x"))
    assert numbers.item() == whole


def test_rows_without_a_key_are_people_of_their_own_and_are_named(tmp_path: Path) -> None:
    rows = people(6)
    rows[2] = ("111-222-333 00", *rows[2][1:])
    rows[4] = ("", *rows[4][1:])
    source, target = csv(tmp_path / "a.csv", rows), tmp_path / "out.csv"
    told = pseudonymise(source, target, person=BY_SNILS, salt=SALT, birth="Дата рождения", drop=["ФИО"])
    assert (told.keyless, told.keyless_rows, told.persons, told.rows) == (2, (4, 6), 4, 6)


def test_a_number_of_the_staff_list_is_of_its_organisation(tmp_path: Path) -> None:
    rows = [("1", "17"), ("2", "17"), ("1", " 17 "), ("2", "")]
    source = csv(tmp_path / "a.csv", rows, headings=("ИНН", "Табельный"))
    within = made(source, person=Number(column="Табельный", within="ИНН"), birth=None, drop=[])
    assert within.columns == [KEY, "ИНН"]
    assert (len(keys(within)), within[KEY].null_count()) == (2, 1)
    assert len(keys(made(source, person=Number(column="Табельный"), birth=None, drop=[]))) == 1


@given(born=st.dates(date(1930, 1, 1), date(2005, 12, 31)), at=st.dates(date(2020, 1, 1), date(2025, 12, 31)))
def test_age_is_counted_in_whole_years(born: date, at: date) -> None:
    years = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    frame = pl.DataFrame({"x": [born]})
    found = frame.select(Ages(at=at).age(day("x", pl.Date()))).item()
    assert found == (years if 14 <= years <= 110 else None)


@pytest.mark.parametrize("age", [24, 25, 35, 36, 55, 56, 80])
def test_a_band_begins_where_it_says(age: int) -> None:
    frame = pl.DataFrame({"x": [date(2022 - age, 6, 1)]})
    [band] = Ages(at=date(2022, 12, 31), bands=(25, 36, 56)).made(pl.col("x"))
    found = frame.select(band).item()
    expected = {24: "до 25", 25: "25–35", 35: "25–35", 36: "36–55", 55: "36–55", 56: "56 и старше", 80: "56 и старше"}
    assert found == expected[age]


@pytest.mark.parametrize("written", ["1980-05-17", "17.05.1980", " 17.05.1980 ", "17/05/1980", "1980-05-17 08:00"])
def test_a_day_is_read_however_it_is_typed(written: str) -> None:
    assert pl.DataFrame({"x": [written]}).select(day("x", pl.String())).item() == date(1980, 5, 17)


def test_days_of_a_book_are_days(tmp_path: Path) -> None:
    source = parquet(tmp_path / "a.parquet", people(3))
    typed = pl.read_parquet(source).with_columns(pl.col("Дата рождения").str.to_date("%d.%m.%Y"))
    typed.write_parquet(source)
    assert "age" in made(source, ages=Ages(at=date(2022, 12, 31))).columns


def test_a_day_that_cannot_be_is_named_and_leaves_no_age(tmp_path: Path) -> None:
    rows = people(4)
    rows[1] = (*rows[1][:2], "31.02.1980", *rows[1][3:])
    rows[3] = (*rows[3][:2], "17.05.2021", *rows[3][3:])
    source, target = csv(tmp_path / "a.csv", rows), tmp_path / "out.csv"
    ages = Ages(at=date(2022, 12, 31))
    told = pseudonymise(source, target, person=BY_SNILS, salt=SALT, birth="Дата рождения", ages=ages, drop=["ФИО"])
    assert (told.undated, told.undated_rows) == (2, (3, 5))


def test_keep_leaves_nothing_else(tmp_path: Path) -> None:
    frame = made(csv(tmp_path / "a.csv", people(5)), drop=[], keep=["ИНН", "Часы"])
    assert frame.columns == [KEY, "ИНН", "Часы"]


def test_rows_that_nobody_shares_are_counted(tmp_path: Path) -> None:
    rows = [(snils(number), "", "", "1", subject, "") for number, subject in enumerate("ааб")]
    source, target = csv(tmp_path / "a.csv", rows), tmp_path / "out.csv"
    told = pseudonymise(source, target, person=BY_SNILS, salt=SALT, keep=["ИНН", "Предмет"])
    assert isinstance(told, Pseudonymised)
    assert told.alone == 1


def test_blank_rows_are_no_people(tmp_path: Path) -> None:
    rows = people(4)
    source = book(tmp_path / "a.xlsx", [*rows[:2], [""] * len(HEADINGS), *rows[2:]])
    assert made(source).height == 4


def test_a_new_salt_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    salt = Salt.new(tmp_path / "apart" / "salt.txt")
    assert Salt.read(tmp_path / "apart" / "salt.txt").secret == salt.secret
    if os.name == "posix":
        assert (tmp_path / "apart" / "salt.txt").stat().st_mode & 0o077 == 0
        assert list(salt.warnings()) == []
        (tmp_path / "apart" / "salt.txt").chmod(0o644)
        assert len(list(salt.warnings())) == 1


def test_no_two_salts_are_equal(tmp_path: Path) -> None:
    assert len({Salt.new(tmp_path / str(number)).secret for number in range(20)}) == 20


def test_the_secret_is_not_shown() -> None:
    assert SALT.secret.decode() not in repr(SALT)


@pytest.mark.parametrize(
    "salt",
    ["list/salt.txt", "list/deep/salt.txt", "data/2022/salt.txt", "data/2022/deep/salt.txt", "data/salt.txt",
     "data/other/salt.txt", "salt.txt"],
)  # fmt: skip
def test_a_salt_beside_the_data_is_refused(tmp_path: Path, salt: str) -> None:
    source = csv(tmp_path / "list" / "a.csv", people(3))
    secret = Salt.new(tmp_path / salt)
    target = tmp_path / "data" / "2022" / "register.csv"
    with pytest.raises(RequestError, match="отдельную папку"):
        pseudonymise(source, target, person=BY_SNILS, salt=secret, birth="Дата рождения", drop=["ФИО"])
    assert not target.exists()


def test_a_link_to_a_salt_beside_the_data_is_refused(tmp_path: Path) -> None:
    source = csv(tmp_path / "list" / "a.csv", people(3))
    Salt.new(tmp_path / "list" / "salt.txt")
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart" / "salt.txt").symlink_to(tmp_path / "list" / "salt.txt")
    with pytest.raises(RequestError, match="отдельную папку"):
        Salt.read(tmp_path / "apart" / "salt.txt").check_apart(source, tmp_path / "data" / "2022" / "x.csv")


WRONG: dict[str, tuple[dict[str, object], str]] = {
    "no such column": ({"person": Snils(column="СНИСЛ")}, "«СНИСЛ» — может быть, «СНИЛС»"),
    "no such column to drop": ({"drop": ["ФИО", "Телефон"]}, "нет столбца «Телефон»"),
    "a name that would stay": ({"drop": []}, "«ФИО».*уберите"),
    "keep and drop at once": ({"keep": ["ИНН"]}, "--keep"),
    "an identifier kept": ({"drop": [], "keep": ["СНИЛС"]}, "остаться в результате не может"),
    "a key called as a column": ({"key": "Предмет"}, "«Предмет» уже есть"),
    "age without a day": (
        {"birth": None, "drop": ["ФИО", "Дата рождения"], "ages": Ages(at=date(2022, 1, 1))},
        "birth",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_meant_is_refused_and_nothing_is_written(tmp_path: Path, case: str) -> None:
    options, message = WRONG[case]
    source = csv(tmp_path / "a.csv", people(5))
    with pytest.raises(RequestError, match=message) as caught:
        made(source, **options)
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True
    assert_nobody_named(str(caught.value), people(5))


def assert_nobody_named(text: str, rows: list[tuple[str, ...]]) -> None:
    assert [cell for row in rows for cell in row[:3] if cell and cell in text] == []


def test_what_repeats_a_name_under_another_heading_is_refused(tmp_path: Path) -> None:
    rows = [(*row, row[1].upper()) for row in people(5)]
    source = csv(tmp_path / "a.csv", rows, headings=(*HEADINGS, "Классный руководитель"))
    with pytest.raises(RequestError, match="Классный руководитель") as caught:
        made(source, person=BY_NAME, drop=["СНИЛС"])
    assert_nobody_named(str(caught.value), people(5))


def test_a_snils_in_a_note_is_refused(tmp_path: Path) -> None:
    rows = [(*row, f"см. {snils(5)}, второй приказ") for row in people(5)]
    source = csv(tmp_path / "a.csv", rows, headings=(*HEADINGS, "Примечание"))
    with pytest.raises(RequestError, match="«Примечание»: там номера, похожие на СНИЛС"):
        made(source, person=BY_NAME, drop=["СНИЛС"])


def test_a_file_without_headings_names_nobody(tmp_path: Path) -> None:
    rows = people(5)
    source = csv(tmp_path / "a.csv", rows[1:], headings=rows[0])
    with pytest.raises(RequestError, match="нет столбца «СНИЛС»") as caught:
        made(source)
    assert_nobody_named(str(caught.value), rows)


@pytest.mark.parametrize("kind", ["empty", "cut", "ragged", "text", "twice", "blank heading", "no book"])
def test_a_file_that_is_no_list_is_refused_without_quoting_it(tmp_path: Path, kind: str) -> None:
    rows = people(5)
    source = tmp_path / ("a.parquet" if kind == "cut" else "a.xlsx" if kind == "no book" else "a.csv")
    if kind == "empty":
        source.write_bytes(b"")
    elif kind == "cut":
        parquet(source, rows)
        source.write_bytes(source.read_bytes()[:-100])
    elif kind == "ragged":
        csv(source, [*rows, (*rows[0], rows[0][1], "x")])
    elif kind == "text":
        source = tmp_path / "a.txt"
        source.write_text(rows[0][1], encoding="utf-8")
    elif kind == "twice":
        csv(source, rows, headings=(*HEADINGS[:-1], "ФИО"))
    elif kind == "blank heading":
        csv(source, rows, headings=(*HEADINGS[:-1], ""))
    else:
        source.write_text(rows[0][1], encoding="utf-8")
    with pytest.raises(RequestError) as caught:
        made(source)
    assert_nobody_named(str(caught.value), rows)
    assert caught.value.__cause__ is None
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_the_list_is_never_written_over(tmp_path: Path) -> None:
    source = csv(tmp_path / "a.csv", people(5))
    before = source.read_bytes()
    (tmp_path / "link.csv").symlink_to(source)
    for target, message in ((source, "сам исходный список"), (tmp_path / "link.csv", "сам исходный список")):
        with pytest.raises(RequestError, match=message):
            pseudonymise(source, target, person=BY_SNILS, salt=SALT, birth="Дата рождения", drop=["ФИО"])
    assert source.read_bytes() == before


def test_a_list_that_ends_badly_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = csv(tmp_path / "a.csv", people(5))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pl.LazyFrame, "sink_csv", full)
    with pytest.raises(OSError, match="No space"):
        made(source, to="made.csv")
    assert list((tmp_path / "out").iterdir()) == []
