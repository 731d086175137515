"""The set of open data says what VALUES say, tells one absence from another, and names what its passport lacks."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections.abc import Mapping
from datetime import date
from typing import Any

import duckdb
import jsonschema
import pandas as pd  # type: ignore[import-untyped]  # one reader of one test
import polars as pl
import pytest
from attrs import evolve
from hypothesis import given, settings

from monitorings import DISTRICT, Cells, lively, monitoring
from profdev_indicators.errors import RequestError
from profdev_indicators.frames import STATES
from profdev_indicators.model import Name
from profdev_indicators.results import Monitoring
from profdev_reports.kinds import OpenData
from strategies import ask, district, situations

FULL = OpenData(
    inn="7707083893",
    owner="Управление образования",
    responsible="методист",
    phone="+7 (86630) 4-11-22",
    email="metod@uo.example",
    url="https://uo.example/opendata/profdev/",
    licence="CC BY 4.0",
    keywords=("педагоги", "мониторинг"),
    first_published=date(2021, 2, 1),
)
NUMBERS = ("numerator", "denominator", "value", "expected", "reported", "evidenced")
DATA = "opendata/data-20221231-structure-20221231.csv"


def made(answer: Monitoring, kind: OpenData = FULL) -> Mapping[str, bytes]:
    return kind.render(answer)


def asked(answer: Monitoring) -> pl.DataFrame:
    return answer.values  # noqa: PD011 - VALUES, not pandas


def data_of(files: Mapping[str, bytes]) -> bytes:
    return next(content for name, content in files.items() if name.startswith("opendata/data-"))


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


def passport(files: Mapping[str, bytes]) -> dict[str, str]:
    return {row["property"]: row["value"] for row in read(files["opendata/meta.csv"])}


def numbers(rows: Any, unit: str, indicator: str) -> set[tuple[Any, ...]]:
    """Cells with their numbers, whatever the reader calls an absent one."""

    def known(value: Any) -> float | None:
        return None if value is None or value == "" or value != value else float(value)  # noqa: PLR0124 - NaN

    keys = (unit, "period", indicator, "reading")
    return {(*(str(row[key]) for key in keys), *(known(row[name]) for name in NUMBERS)) for row in rows}


@settings(deadline=None, max_examples=25)
@given(situations())
def test_three_readers_find_in_the_table_what_values_say(situation: tuple[Any, pl.DataFrame]) -> None:
    units, answers = situation
    answer = ask(district(units), answers)
    content = data_of(made(answer))
    told = asked(answer)
    expected = numbers(told.iter_rows(named=True), "unit", "indicator")

    plain = read(content)
    by_pandas = pd.read_csv(io.BytesIO(content), dtype={"period": str, "unit_code": str}).to_dict("records")
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        file.write(content)
        file.flush()
        relation = duckdb.read_csv(file.name, header=True, all_varchar=True)
        by_duckdb = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]

    assert len(plain) == len(by_pandas) == len(by_duckdb) == told.height
    for rows in (plain, by_pandas, by_duckdb):
        assert numbers(rows, "unit_code", "criterion_code") == expected


@settings(deadline=None, max_examples=25)
@given(situations())
def test_the_json_holds_the_same_numbers_and_obeys_its_schema(situation: tuple[Any, pl.DataFrame]) -> None:
    units, answers = situation
    answer = ask(district(units), answers)
    files = made(answer)
    told = json.loads(files["opendata/opendata.json"])
    schema = json.loads(files["opendata/opendata.schema.json"])
    jsonschema.validate(told, schema, cls=jsonschema.Draft202012Validator)
    wanted = numbers(asked(answer).iter_rows(named=True), "unit", "indicator")
    assert numbers(told["values"], "unit", "indicator") == wanted


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("values", 0, "state"), "suppressed"),  # a hidden value with its number
        (("values", 0, "state"), "unknown"),
        (("modified",), "вчера"),
        (("periods",), []),
        (("profile",), "publish"),  # with the hashes of the sources
    ],
)
def test_the_schema_refuses_what_the_set_may_not_say(path: tuple[str | int, ...], wrong: object) -> None:
    files = made(lively())
    told = json.loads(files["opendata/opendata.json"])
    schema = json.loads(files["opendata/opendata.schema.json"])
    place = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong
    jsonschema.Draft202012Validator.check_schema(schema)
    assert not jsonschema.Draft202012Validator(schema).is_valid(told)


def test_every_state_has_a_code_a_word_and_a_meaning_of_its_own() -> None:
    cells = Cells()
    cells.add("1.1", 5, 10)
    for number, state in enumerate(STATES[1:]):
        sums = (5, 10) if state == "partial" else ()
        cells.add("1.1", *sums, unit=f"s{number}", state=state)
    files = made(monitoring(cells, units=tuple(f"s{number}" for number in range(len(STATES) - 1))))
    rows = read(data_of(files))
    assert {row["state"] for row in rows} == set(STATES)
    assert len({row["state_name"] for row in rows}) == len(STATES)
    assert all(bool(row["value"]) == (row["state"] in {"ok", "partial"}) for row in rows)
    for state in STATES:
        assert f"{state} — " in files["opendata/readme.txt"].decode()


def test_a_no_is_a_zero_and_a_silence_is_empty() -> None:
    cells = Cells()
    cells.add("1.2", 0, 1, unit="s1")
    cells.add("1.2", unit="s2")
    rows = {row["unit_code"]: row for row in read(data_of(made(monitoring(cells))))}
    assert (rows["s1"]["numerator"], rows["s1"]["value"]) == ("0", "0")
    assert (rows["s2"]["numerator"], rows["s2"]["value"], rows["s2"]["state"]) == ("", "", "not_reported")


def test_the_unconfirmed_can_be_told_from_the_confirmed() -> None:
    cells = Cells()
    cells.add("1.2", 1, 1, unit="s1", evidenced=0)
    [row] = read(data_of(made(monitoring(cells))))
    assert (row["reported"], row["evidenced"]) == ("1", "0")


def test_a_change_is_told_only_where_the_definition_is_one() -> None:
    cells = Cells()
    cells.add("1.1", 3, 10, period="2021")
    cells.add("1.1", 5, 10)
    cells.add("1.2", 1, 2, period="2021", definition="old")
    cells.add("1.2", 1, 1)
    cells.add("2.1", 4, period="2021")
    cells.add("2.1", 4)
    rows = {row["criterion_code"]: row for row in read(data_of(made(monitoring(cells))))}
    assert {code: row["change"] for code, row in rows.items()} == {"1.1": "20", "1.2": "", "2.1": "0"}
    assert {row["previous_period"] for row in rows.values()} == {"2021"}


def test_the_structure_describes_the_columns_in_their_order() -> None:
    files = made(lively())
    structure = read(files["opendata/structure-20221231.csv"])
    assert [row["field name"] for row in structure] == list(read(files[DATA])[0])
    assert all(all(row.values()) for row in structure)


def test_everything_the_passport_asks_for_is_there_and_its_links_lead_to_the_files() -> None:
    files = made(evolve(lively(), profile="publish"))
    told = passport(files)
    assert told["identifier"] == "7707083893-profdev"
    assert (told["created"], told["modified"], told["valid"]) == ("20210201", "20221231", "20231231")
    assert told["publisherphone"] == FULL.phone
    assert "не указано" not in told.values()
    linked = {value.removeprefix(str(FULL.url)) for value in told.values() if value.startswith(str(FULL.url))}
    assert {f"opendata/{name}" for name in linked} == {DATA, "opendata/structure-20221231.csv"}
    listed = read(files["opendata/list.csv"])[1]
    assert (listed["property"], listed["value"]) == (told["identifier"], f"{FULL.url}meta.csv")


def test_what_the_passport_lacks_is_said_in_it_and_told_how_to_mend() -> None:
    files = made(lively(), OpenData())
    told, readme = passport(files), files["opendata/readme.txt"].decode()
    lacking = {name for name, value in told.items() if value == "не указано"}
    assert lacking == {
        "identifier",
        "creator",
        "created",
        "publishername",
        "publisherphone",
        "publishermbox",
        "licence",
    }
    for name in ("inn", "owner", "responsible", "phone", "email", "url", "licence", "first_published"):
        assert f"\r\n  {name}: " in readme
    assert "Паспорт неполон" not in made(lively())["opendata/readme.txt"].decode()


def test_the_operator_owns_the_set_unless_told_otherwise() -> None:
    answer = evolve(lively(), district=evolve(DISTRICT, operator="Методический кабинет"))
    files = made(answer, OpenData())
    assert passport(files)["creator"] == "Методический кабинет"
    assert "  owner: " not in files["opendata/readme.txt"].decode()


@pytest.mark.parametrize(
    ("kind", "about"),
    [
        (OpenData(inn="7707083894"), "opendata.inn: «7707083894» — не ИНН"),
        (OpenData(inn="../etc"), "не ИНН"),
        (OpenData(url="javascript:alert(1)"), "opendata.url: «javascript:alert(1)» — не адрес"),
    ],
)
def test_what_cannot_stand_in_a_passport_is_refused(kind: OpenData, about: str) -> None:
    with pytest.raises(RequestError, match=re.escape(about)):
        made(lively(), kind)


def test_internal_numbers_say_that_they_are_not_for_publication() -> None:
    inside, outside = made(lively()), made(evolve(lively(), profile="publish"))
    warning = "публиковать нельзя"
    for name in ("opendata/meta.csv", "opendata/list.csv", "opendata/readme.txt", "opendata/opendata.json"):
        assert warning in inside[name].decode().lower()
        assert warning not in outside[name].decode().lower()


def test_what_is_published_has_no_hash_of_a_source() -> None:
    answer = lively()
    [digest] = answer.provenance.sources.values()
    published = made(evolve(answer, profile="publish"))
    assert all(digest[:12] not in content.decode() for content in published.values())
    assert json.loads(published["opendata/opendata.json"])["provenance"]["sources"] == {}


def test_the_same_answer_gives_the_same_bytes() -> None:
    assert made(lively()) == made(lively())


def test_without_a_dated_source_the_last_day_of_the_period_is_the_date() -> None:
    answer = lively()
    answer = evolve(answer, provenance=evolve(answer.provenance, newest=None))
    assert DATA in made(answer)
    assert passport(made(answer))["modified"] == "20221231"


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+1+cmd()", "-2+3", "@SUM(A1)", "＝1+1", " =1", "\t=1", "\n=1"])
def test_nothing_in_the_tables_is_a_formula(text: str) -> None:
    cells = Cells()
    cells.add("1.1", 5, 10, unit="s1", name=text)
    answer = monitoring(cells, district=evolve(DISTRICT, title=Name(nominative=text), oktmo=text, operator=text))
    files = made(answer, OpenData(licence=text, keywords=(text,), responsible=text, email=text, phone=text))
    for name, content in files.items():
        if name.endswith(".csv"):
            rows = csv.reader(io.StringIO(content.decode(), newline=""))
            cells_read = [cell for row in rows for cell in row]
            assert not [cell for cell in cells_read if cell.lstrip().startswith(("=", "+", "-", "@", "＝"))], name
    assert text in {unit["name"] for unit in json.loads(files["opendata/opendata.json"])["units"]}


def test_a_record_is_a_line_whatever_the_names_hold() -> None:
    cells = Cells()
    cells.add("1.1", 5, 10, unit="s1", name='Школа\n"№ 1",\r\n\x00 \u2028вторая\x85')
    content = data_of(made(monitoring(cells))).decode()
    assert len(content.splitlines()) == 2
    assert read(content.encode())[0]["unit_name"] == 'Школа "№ 1",   вторая '


def test_every_number_of_the_periods_asked_is_there_and_of_no_other() -> None:
    cells = Cells()
    for period in ("2020", "2021", "2022"):
        cells.add("1.1", 5, 10, period=period)
    answer = monitoring(cells, "2021", "2022")
    assert [row["period"] for row in read(data_of(made(answer)))] == ["2021", "2022"]
