"""`profdev pseudonymise`: what is asked, what is refused, and that nobody is named."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from command import Profdev
from listed_people import book, csv, people

WHO = ("--snils", "СНИЛС", "--drop", "ФИО", "--birth", "Дата рождения")


@pytest.fixture(autouse=True)
def _place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PROFDEV_SALT", raising=False)
    csv(Path("list/a.csv"), people(20))


def test_a_list_of_excel_becomes_a_register(profdev: Profdev) -> None:
    book(Path("list/a.xlsx"), people(20))
    salt = ("--salt", "salt/s.txt")
    first = profdev("pseudonymise", "list/a.xlsx", "--out", "data/2022/r.parquet", *salt, "--new-salt", *WHO)
    assert first.code == 0, first
    assert "20 строк, 20 ключей" in first.out.replace("\N{NO-BREAK SPACE}", " ")
    again = profdev("pseudonymise", "list/a.csv", "--out", "data/2023/r.csv", *salt, *WHO, "--age-at", "2023-12-31")
    assert again.code == 0, again
    before = pl.read_parquet("data/2022/r.parquet")["person_key"]
    assert set(pl.read_csv("data/2023/r.csv", separator=";")["person_key"]) == set(before)


def test_the_salt_may_stand_in_the_environment(profdev: Profdev, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROFDEV_SALT", "sixteen letters or more")
    assert profdev("pseudonymise", "list/a.csv", "--out", "data/2022/r.csv", *WHO).code == 0


def test_nothing_that_is_said_tells_of_a_person(profdev: Profdev) -> None:
    rows = people(20)
    rows[3] = ("111-222-333 00", *rows[3][1:])
    csv(Path("list/b.csv"), rows)
    command = ("pseudonymise", "list/b.csv", "--out", "data/2022/r.csv", "--salt", "salt/s.txt", "--new-salt", *WHO)
    said = profdev(*command, "--age-at", "2022-12-31", "--bands", "25,36,46,56")
    told = said.out + said.err
    assert said.code == 0
    assert "нет верного СНИЛС" in said.err
    assert "1 строка: 5)" in said.err.replace("\N{NO-BREAK SPACE}", " ")
    keys = [key for key in pl.read_csv("data/2022/r.csv", separator=";")["person_key"] if key]
    assert [one for one in (*(cell for row in rows for cell in row[:3]), *keys) if one in told] == []
    assert Path("salt/s.txt").read_text(encoding="ascii").strip() not in told


WRONG = {
    "no way to know people": ((), "одно из трёх"),
    "two ways at once": (("--snils", "СНИЛС", "--number", "Часы"), "одно из трёх"),
    "a name without a day of birth": (("--name", "ФИО"), "тёзки"),
    "within without a number": (("--snils", "СНИЛС", "--within", "ИНН"), "--within"),
    "bands without a day": ((*WHO, "--bands", "25,36"), "--age-at"),
    "a day that is none": ((*WHO, "--age-at", "31.12.2022"), "2022-12-31"),
    "bands that fall": ((*WHO, "--age-at", "2022-12-31", "--bands", "36,25"), "по возрастанию"),
    "bands of words": ((*WHO, "--age-at", "2022-12-31", "--bands", "молодые"), "по возрастанию"),
    "no such column": (("--snils", "Снилс2"), "нет столбца"),
    "a name that would stay": (("--snils", "СНИЛС"), "похоже на сведения"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_wish_is_refused_and_leaves_no_salt(profdev: Profdev, case: str) -> None:
    more, message = WRONG[case]
    said = profdev(
        "pseudonymise", "list/a.csv", "--out", "data/2022/r.csv", "--salt", "salt/s.txt", "--new-salt", *more
    )
    assert (said.code, message in said.err) == (2, True), said
    assert not Path("data/2022/r.csv").exists()
    assert not Path("salt/s.txt").exists()


def test_no_salt_is_refused(profdev: Profdev) -> None:
    said = profdev("pseudonymise", "list/a.csv", "--out", "data/2022/r.csv", *WHO)
    assert (said.code, "--new-salt" in said.err) == (2, True)


def test_a_salt_that_is_there_is_not_made_anew(profdev: Profdev) -> None:
    command = ("pseudonymise", "list/a.csv", "--salt", "salt/s.txt", "--new-salt", *WHO)
    assert profdev(*command, "--out", "data/2022/r.csv").code == 0
    before = Path("salt/s.txt").read_bytes()
    said = profdev(*command, "--out", "data/2023/r.csv")
    assert (said.code, "уже есть" in said.err, Path("salt/s.txt").read_bytes()) == (2, True, before)


def test_a_new_salt_beside_the_data_is_not_made(profdev: Profdev) -> None:
    said = profdev("pseudonymise", "list/a.csv", "--out", "data/r.csv", "--salt", "list/s.txt", "--new-salt", *WHO)
    assert (said.code, Path("list/s.txt").exists()) == (2, False)


def test_a_short_salt_is_refused(profdev: Profdev) -> None:
    Path("salt").mkdir()
    Path("salt/s.txt").write_text("1234", encoding="ascii")
    said = profdev("pseudonymise", "list/a.csv", "--out", "data/r.csv", "--salt", "salt/s.txt", *WHO)
    assert (said.code, "короче" in said.err, "1234" in said.err) == (2, True, False)
