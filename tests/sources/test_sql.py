"""Answers in a database: the same from SQLite and from PostgreSQL, and nothing is ever changed there."""

from __future__ import annotations

import re
import sqlite3
import struct
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from profdev_indicators.builtin.readers.sql import connections, databases
from profdev_indicators.builtin.readers.sql.databases import Sql
from readers.asking import messages, only, period, problems, request, rows, write
from sources.asked import Base, LikeSqlite, asked, sql
from sources.servers import PASSWORD, USER, Server

CARDS = pl.DataFrame(
    {
        "unit": ["ш1", "ш2", "ш1", "ш2", "ш1"],
        "period": ["2022", "2022", "2021", "2021", "2019"],
        "n_ped": [31, None, 30, 15, 29],
    }
)
QUERY = "SELECT unit, n_ped FROM cards WHERE period = :period ORDER BY unit"


def told(base: Base, query: str, **more: Any) -> list[tuple[Any, ...]]:
    return rows(sql(base, query=query).read(asked(base, **more)), "unit", "n_ped")


def complaints(base: Base, query: str, **more: Any) -> list[str]:
    found = messages(sql(base, query=query), asked(base, until=period("2022"), **more))
    return [message.removeprefix(f"{base.name}: ") for message in found]


def test_what_lies_in_memory_under_a_null_is_no_part_of_an_answer() -> None:
    frames = [
        pl.DataFrame(
            pa.table(
                {
                    "n": pa.Array.from_buffers(
                        pa.int64(), 2, [pa.py_buffer(b"\1"), pa.py_buffer(struct.pack("<qq", 31, under))]
                    )
                }
            )
        )
        for under in (0, 7)
    ]
    assert frames[0].equals(frames[1])
    assert databases._digest("SELECT n", frames[0]) == databases._digest("SELECT n", frames[1])
    told = pl.DataFrame({"n": [31, 0]})
    assert databases._digest("SELECT n", told) != databases._digest("SELECT n", frames[0])


# --- what is read -----------------------------------------------------------------------------------------------


def test_a_table_is_read_whole(base: Base) -> None:
    base.fill("cards", CARDS)
    table = only(sql(base, table="cards").read(asked(base)))
    assert table.frame.collect().select("unit", "period", "n_ped").equals(CARDS)
    assert (table.file, table.period, dict(table.cells)) == (
        base.name,
        None,
        {"unit": "unit", "period": "period", "n_ped": "n_ped"},
    )
    assert re.fullmatch("[0-9a-f]{64}", table.digest)


def test_rows_are_numbered_as_the_database_gives_them(base: Base) -> None:
    base.fill("cards", CARDS)
    query = "SELECT * FROM cards ORDER BY unit DESC, period"
    assert rows(sql(base, query=query).read(asked(base)), "row", "unit", "period") == [
        (1, "ш2", "2021"),
        (2, "ш2", "2022"),
        (3, "ш1", "2019"),
        (4, "ш1", "2021"),
        (5, "ш1", "2022"),
    ]


def test_columns_constants_and_conditions_are_those_of_every_reader(base: Base) -> None:
    base.fill("Сводка 2022", pl.DataFrame({"ОО": ["ш1", "д1"], "Вид": ["Школа", "сад"], "Всего педагогов": [31, 9]}))
    reader = sql(
        base,
        table="Сводка 2022",
        columns={"unit": "ОО", "n_ped": "Всего педагогов"},
        where={"Вид": "школа"},
        constants={"period": "2022"},
    )
    assert rows(reader.read(asked(base)), "unit", "period", "n_ped") == [("ш1", "2022", 31)]


def test_a_column_that_is_not_there_is_told_with_those_that_are(base: Base) -> None:
    base.fill("cards", CARDS)
    reader = sql(base, table="cards", columns={"n_ped": "n_pedd"})
    assert messages(reader, asked(base)) == [
        f"{base.name}: нет столбца «n_pedd»; есть: «unit», «period», «n_ped» — может быть, «n_ped»?"
    ]


def test_without_a_period_the_cure_is_told(base: Base) -> None:
    base.fill("cards", CARDS.drop("period"))
    assert messages(sql(base, table="cards"), asked(base)) == [
        f"{base.name}: неизвестен отчётный период — :period в query, columns: {{period: …}} или constants"
    ]


def test_a_table_in_memory_stands_in_for_the_database() -> None:
    reader = Sql(env="NOWHERE", table="cards")
    assert rows(reader.read(request(frames={"card": CARDS})), "unit", "period", "n_ped") == CARDS.rows()


def test_an_empty_table_tells_nothing(base: Base) -> None:
    base.fill("cards", CARDS.clear())
    assert sql(base, query="SELECT * FROM cards").read(asked(base)) == ()


def test_a_table_without_a_single_question_is_told(base: Base) -> None:
    base.fill("cards", CARDS.drop("n_ped"))
    (message,) = messages(sql(base, table="cards"), asked(base))
    assert message.startswith(f"{base.name}: нет ни одного вопроса источника «card»; есть: «unit», «period»")
    assert message.endswith(" — впишите заголовки: columns: {вопрос: …}")


# --- periods ----------------------------------------------------------------------------------------------------


def periods_of(base: Base, query: str = QUERY, **more: Any) -> list[str]:
    return [str(table.period) for table in sql(base, query=query).read(asked(base, **more))]


def test_periods_are_asked_back_to_the_first_empty_one(base: Base) -> None:
    base.fill("cards", CARDS)
    assert periods_of(base, until=period("2022")) == ["2022", "2021"]
    assert periods_of(base, until=period("2023")) == ["2022", "2021"]
    assert periods_of(base, until=period("2020")) == ["2019"]


def test_with_a_limit_given_a_gap_does_not_stop_it(base: Base) -> None:
    base.fill("cards", CARDS)
    assert periods_of(base, since=period("2018"), until=period("2022")) == ["2022", "2021", "2019"]
    assert periods_of(base, since=period("2022"), until=period("2022")) == ["2022"]


def test_the_days_of_a_period_are_parameters_too(base: Base) -> None:
    base.fill("staff", pl.DataFrame({"unit": ["ш1", "ш2"], "hired": ["2021-09-01", "2022-09-01"], "n_ped": [1, 1]}))
    query = "SELECT unit, n_ped, :end AS period FROM staff WHERE hired BETWEEN :start AND :end"
    assert told(base, query, until=period("2022")) == [("ш2", 1), ("ш1", 1)]


def test_a_query_that_does_not_look_at_its_period_is_found_out(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(databases, "_MOST_PERIODS", 5)
    base.fill("cards", CARDS)
    assert complaints(base, "SELECT unit, n_ped FROM cards WHERE :period = :period") == [
        "запрос отвечает за 5 периодов подряд — отбирает ли он строки по :period?"
    ]


def test_what_is_asked_without_a_period_cannot_have_one(base: Base) -> None:
    base.fill("cards", CARDS)
    (message,) = messages(sql(base, query=QUERY), asked(base))
    assert message.endswith("у запроса есть параметры периода, а читают не за период — уберите их")


def test_a_parameter_is_a_value_and_never_a_piece_of_the_query(base: Base) -> None:
    base.fill("cards", CARDS)
    query = """SELECT unit, n_ped, ':period' AS "a:period", '--' AS b /* :period ; */ FROM cards -- :nothing ; '
               WHERE period = :period AND '::' = '::' ;"""
    assert told(base, query, until=period("2022"), since=period("2022")) == [("ш1", 31), ("ш2", None)]


# --- kinds of values --------------------------------------------------------------------------------------------


def test_numbers_truths_and_gaps_stay_what_they_are_and_everything_else_is_text(server: Server, let_in: None) -> None:
    del let_in
    server.run(
        "DROP TABLE IF EXISTS kinds",
        """CREATE TABLE kinds (unit int, n_ped numeric(12, 2), n_diag money, mentoring boolean, link uuid,
           "n_ped.link" date, "n_diag.link" interval, "mentoring.link" json, r real, b bytea)""",
        """INSERT INTO kinds VALUES (7001, 12.30, '3.5', true, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '2022-09-01',
           '1 day', '{"a": 1}', 12.3, 'x'), (7002, null, null, null, null, null, null, null, null, null)""",
        f"GRANT SELECT ON kinds TO {USER}",
    )
    frame = only(
        Sql(database=server.address, table="public.kinds", constants={"period": "2022"}).read(request())
    ).frame.collect()
    assert frame.drop("row", "period").rows() == [
        ("7001", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", 12.3, 3.5, True, "2022-09-01", "1 day", '{"a": 1}'),
        ("7002", None, None, None, None, None, None, None),
    ]
    assert frame.schema["n_ped"] == frame.schema["n_diag"] == pl.Float64
    reader = Sql(database=server.address, query="SELECT unit, r AS n_ped, '2022' AS period FROM kinds WHERE r > 0")
    assert rows(reader.read(request()), "unit", "n_ped") == [("7001", 12.3)]


def test_a_column_of_sqlite_may_hold_anything(tmp_path: Path) -> None:
    base = LikeSqlite(tmp_path)
    base.run(
        "CREATE TABLE cards (unit, period INTEGER, n_ped, n_diag NUMERIC, mentoring)",
        *(f"INSERT INTO cards VALUES ('ш{n}', 2022, {n}, {n}.5, 1)" for n in range(3)),
        "INSERT INTO cards VALUES ('ш9', 2022, '15 чел.', 2, 'да'), ('ш8', 2022, 2.123456789, NULL, NULL)",
    )
    frame = only(sql(base, table="cards").read(asked(base))).frame.collect()
    assert frame["n_ped"].to_list() == ["0", "1", "2", "15 чел.", "2.123456789"]
    assert frame["n_diag"].to_list() == [0.5, 1.5, 2.5, 2.0, None]
    assert frame["mentoring"].to_list() == ["1", "1", "1", "да", None]


def test_text_of_sqlite_that_is_not_utf_8_is_told(tmp_path: Path) -> None:
    base = LikeSqlite(tmp_path)
    base.run("CREATE TABLE cards (unit, n_ped)", "INSERT INTO cards VALUES (CAST(x'cfd0' AS TEXT), 1)")
    reader = sql(base, table="cards", constants={"period": "2022"})
    assert messages(reader, asked(base)) == [
        "sqlite: register.db: столбец «unit»: текст не в UTF-8 — перекодируйте его в базе"
    ]


def test_bytes_of_sqlite_are_no_answer(tmp_path: Path) -> None:
    base = LikeSqlite(tmp_path)
    base.run("CREATE TABLE cards (unit, n_ped)", "INSERT INTO cards VALUES ('ш1', x'00ff')")
    (message,) = messages(sql(base, table="cards", constants={"period": "2022"}), asked(base))
    assert message.startswith("sqlite: register.db: столбец «n_ped» — не тексты и не числа")


def test_a_server_in_another_encoding_speaks_russian_all_the_same(server: Server, let_in: None) -> None:
    del let_in
    server.recreate("win", "ENCODING 'WIN1251' LOCALE 'C' TEMPLATE template0")
    address = server.address.replace("/register", "/win")
    server.run(
        "SET client_encoding = 'UTF8'",
        "CREATE TABLE карты AS SELECT 'школа'::text AS unit, '2022'::text AS period, 1 AS n_ped",
        f"GRANT SELECT ON карты TO {USER}",
        base="win",
    )
    query = "SELECT * FROM карты WHERE unit = 'школа' AND period = :period"
    assert rows(Sql(database=address, query=query).read(request(until=period("2022"))), "unit") == [("школа",)]


def test_bytes_that_are_no_text_are_told(server: Server, let_in: None) -> None:
    del let_in
    server.recreate("raw", "ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
    server.run(
        r"CREATE TABLE cards AS SELECT E'\xcf\xd0'::text AS unit, '2022'::text AS period, 1 AS n_ped",
        f"GRANT SELECT ON cards TO {USER}",
        base="raw",
    )
    (message,) = messages(Sql(database=server.address.replace("/register", "/raw"), table="cards"), request())
    assert "/raw: текст в базе не в той кодировке, что в ней объявлена (" in message


# --- nothing is changed -----------------------------------------------------------------------------------------

WRITING = [
    "DELETE FROM cards",
    "INSERT INTO cards VALUES ('ш3', '2022', 1) RETURNING unit",
    "WITH gone AS (DELETE FROM cards RETURNING unit) SELECT * FROM gone",
    "DROP TABLE cards",
    "CREATE TABLE other (a int)",
    "SELECT unit INTO other FROM cards",
    "SET TRANSACTION READ WRITE",
    "BEGIN",
    "COMMIT",
    "PRAGMA query_only = 0",
    "ATTACH 'file:other.db?mode=rwc' AS other",
    "VACUUM INTO 'other.db'",
    "SELECT set_config('transaction_read_only', 'off', false) AS unit",
    "SELECT unit FROM cards) AS a; DELETE FROM cards; SELECT * FROM (SELECT 1",
    "COPY cards TO '/tmp/profdev-copied'",
    "DO $$ BEGIN DELETE FROM cards; END $$",
]


@pytest.mark.parametrize("query", WRITING)
def test_nothing_can_be_written(base: Base, query: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    base.fill("cards", CARDS)
    before = sorted(path.name for path in tmp_path.iterdir())
    if not isinstance(base, LikeSqlite):
        base.run(f"GRANT ALL ON cards TO {USER}", f"GRANT CREATE ON SCHEMA public TO {USER}")
    try:
        reader = sql(base, query=query)
    except ValueError:
        assert ";" in query  # two statements are refused before anybody is asked
    else:
        assert messages(reader, asked(base, until=period("2022")))
    assert base.one("SELECT count(*) FROM cards") == CARDS.height
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_function_that_writes_cannot(server: Server, let_in: None) -> None:
    """Hidden in a function, a write is stopped by the transaction itself."""
    del let_in
    server.run(
        "CREATE TABLE IF NOT EXISTS kept (a int)",
        """CREATE OR REPLACE FUNCTION sly() RETURNS int LANGUAGE plpgsql AS
           $$ BEGIN INSERT INTO kept VALUES (1); RETURN 1; END $$""",
        """CREATE OR REPLACE FUNCTION slier() RETURNS int LANGUAGE plpgsql AS
           $$ BEGIN SET LOCAL transaction_read_only = off; INSERT INTO kept VALUES (1); RETURN 1; END $$""",
        f"GRANT ALL ON kept TO {USER}",
    )
    for function in ("sly", "slier"):
        reader = Sql(database=server.address, query=f"SELECT {function}() AS unit, '2022' AS period")
        assert len(messages(reader, request())) == 1
    assert server.one("SELECT count(*) FROM kept") == 0


def test_the_name_of_a_table_is_only_a_name(base: Base) -> None:
    name = 'a"; DROP TABLE cards; --'
    base.fill("cards", CARDS)
    with pytest.raises(ValueError, match="имя таблицы"):
        sql(base, table=name)
    escaped = name.replace('"', '""')
    (message,) = messages(sql(base, table=f'"{escaped}"'), asked(base))
    assert "нет такой таблицы" in message
    assert base.one("SELECT count(*) FROM cards") == CARDS.height


# --- bounds -----------------------------------------------------------------------------------------------------


def test_a_result_that_is_too_much_is_refused(base: Base, monkeypatch: pytest.MonkeyPatch) -> None:
    base.fill("cards", CARDS)
    monkeypatch.setattr(connections, "MOST_CELLS", 3 * CARDS.height)
    assert len(told(base, "SELECT * FROM cards")) == CARDS.height
    monkeypatch.setattr(connections, "MOST_CELLS", 3 * CARDS.height - 1)
    assert complaints(base, "SELECT * FROM cards") == [
        "запрос отвечает больше чем 4 строками — сложите их в базе (GROUP BY) или отберите (WHERE)"
    ]


def test_a_query_that_takes_too_long_is_stopped(server: Server, let_in: None) -> None:
    del let_in
    reader = Sql(database=server.address, query="SELECT 'ш1' AS unit, pg_sleep(30)::text AS period", timeout=1)
    (message,) = messages(reader, request())
    assert "запрос не уложился в срок" in message


# --- what goes wrong --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("SELECT * FROM nope", "нет такой таблицы ("),
        ("SELECT nope FROM cards", "в запросе столбец, которого нет ("),
        ("SELEC 1", "запрос не понят ("),
        ("SELECT 'a", "запрос не понят ("),
        ("", None),
    ],
)
def test_what_the_database_refuses_is_told_in_our_words_and_in_its_own(
    base: Base, query: str, complaint: str | None
) -> None:
    base.fill("cards", CARDS)
    if complaint is None:
        with pytest.raises(ValueError, match="пустой запрос"):
            sql(base, query=query)
        return
    (message,) = complaints(base, query)
    assert message.startswith(complaint)
    assert "profdev_answers" not in message


def test_a_number_compared_with_the_period_tells_how_to_cast_it(server: Server, let_in: None) -> None:
    del let_in
    query = "SELECT 'ш1' AS unit WHERE 2022 = :period"
    (message,) = messages(Sql(database=server.address, query=query), request(until=period("2022")))
    assert message.endswith("параметр — текст: пишите :period::int, :end::date")
    cast = Sql(database=server.address, query="SELECT 'ш1' AS unit, 1 AS n_ped WHERE 2022 = :period::int")
    assert rows(cast.read(request(until=period("2022"))), "unit") == [("ш1",)]


def test_no_right_to_read_is_told(server: Server, let_in: None) -> None:
    del let_in
    server.run("DROP TABLE IF EXISTS hidden", "CREATE TABLE hidden (unit text)")
    (message,) = messages(Sql(database=server.address, table="hidden"), request())
    assert "нет права читать (permission denied for table hidden) — попросите право SELECT" in message


@pytest.mark.parametrize(
    ("address", "complaint"),
    [
        ("postgresql://nowhere.invalid/register", "postgresql: nowhere.invalid/register: сервер не найден"),
        ("postgresql://127.0.0.1:1/register", "postgresql: 127.0.0.1:1/register: сервер не отвечает"),
        ("postgresql://127.0.0.1:{port}/nope", "postgresql: 127.0.0.1:{port}/nope: на сервере нет такой базы"),
    ],
)
def test_a_server_that_is_not_there_is_told(server: Server, let_in: None, address: str, complaint: str) -> None:
    del let_in
    reader = Sql(database=address.format(port=server.port), table="cards")
    (message,) = messages(reader, request())
    assert message.startswith(complaint.format(port=server.port))


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({}, "сервер не принимает имя или пароль"),
        ({"PGUSER": USER, "PGPASSWORD": "неверный-пароль"}, "сервер не принимает имя или пароль"),
        ({"BASE": "postgresql://reader:неверный-пароль@127.0.0.1:{port}/register"}, "сервер не принимает имя"),
        ({"BASE": "postgresql://reader:неверный/пароль@127.0.0.1:{port}/register"}, "знаки «@», «/»"),
        ({"BASE": "postgresql://reader:неверный#пароль@127.0.0.1:{port}/register"}, "знаки «@», «/»"),
        ({"BASE": "postgresql://reader:неверный@пароль@127.0.0.1:{port}/register"}, "знаки «@», «/»"),
        ({"BASE": "postgresql://reader:неверный%пароль@127.0.0.1:{port}/register"}, "знак «%»"),
        ({"BASE": "postgresql://127.0.0.1:неверный-пароль/register"}, "непонятный сервер или порт"),
        ({"BASE": "mysql://reader:неверный-пароль@127.0.0.1/register"}, "адрес базы — файл SQLite"),
        ({"BASE": " "}, "не задана переменная окружения BASE"),
    ],
)
def test_a_password_is_never_told(
    server: Server, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], complaint: str
) -> None:
    monkeypatch.setenv("HOME", "/nonexistent")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(port=server.port))
    where = {"env": "BASE"} if "BASE" in variables else {"database": server.address}
    (message,) = messages(Sql(**where, table="cards"), request())
    assert complaint in message
    assert "неверный" not in message
    assert "пароль@" not in message


def test_what_the_server_says_is_shown_without_the_password(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASE", f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{server.port}/register")
    reader = Sql(env="BASE", query=f"SELECT '{PASSWORD}'::int AS unit")
    (message,) = messages(reader, request())
    assert PASSWORD not in message
    assert "•••" in message


def test_an_address_with_its_password_in_the_environment_lets_in(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fill("cards", CARDS)
    monkeypatch.setenv("BASE", f"postgresql://{USER}:{PASSWORD}@127.0.0.1:{server.port}/register")
    table = only(Sql(env="BASE", table="cards").read(request()))
    assert table.file == f"postgresql: 127.0.0.1:{server.port}/register"


# --- a file of SQLite -------------------------------------------------------------------------------------------


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert messages(Sql(database="нет.db", table="cards"), request(tmp_path)) == [
        "sqlite: нет.db: нет такого файла базы — он нужен в папке данных: нет.db"
    ]
    assert not (tmp_path / "нет.db").exists()
    (message,) = messages(Sql(database="нет.db", table="cards"), request())
    assert "не указана папка с данными" in message


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "файл базы пуст"),
        ("unit;n_ped\nш1;31\n".encode(), "это не база SQLite, или она повреждена"),
        (b"SQLite format 3\0" + b"\xff" * 84, "это не база SQLite, или она повреждена"),
    ],
)
def test_a_file_that_is_no_database_is_told(tmp_path: Path, content: bytes, complaint: str) -> None:
    write(tmp_path, "register.db", content)
    (message,) = messages(Sql(database="register.db", table="cards"), request(tmp_path))
    assert message.startswith(f"sqlite: register.db: {complaint}")


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_cut_database_is_told(tmp_path: Path, part: float) -> None:
    base = LikeSqlite(tmp_path)
    base.fill("cards", pl.DataFrame({"unit": [f"школа № {n}" for n in range(2000)], "period": "2022"}))
    path = tmp_path / "register.db"
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    (message,) = messages(sql(base, table="cards"), asked(base))
    assert message.startswith("sqlite: register.db: ")


@pytest.mark.parametrize("name", ["a b.db", "ё.db", "a#b?c%20.db", "x?mode=rwc.db", "папка/register.db"])
def test_a_file_may_have_any_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    with sqlite3.connect(tmp_path / name) as connection:
        connection.execute("CREATE TABLE cards AS SELECT 'ш1' AS unit, '2022' AS period, 1 AS n_ped")
    connection.close()
    assert rows(Sql(database=name, table="cards").read(request(tmp_path)), "unit") == [("ш1",)]


@pytest.mark.parametrize(
    "address", ["../secret.db", "a/../../secret.db", "/etc/passwd", "C:\\base.db", "C:/base.db", ""]
)
def test_a_file_of_sqlite_lies_in_the_folder_of_data(address: str) -> None:
    with pytest.raises(ValueError, match=r"файл базы|пустой адрес"):
        Sql(database=address, table="cards")


def test_an_address_in_the_environment_may_not_leave_the_folder_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASE", "../secret.db")
    (message,) = messages(Sql(env="BASE", table="cards"), request(tmp_path))
    assert message == "источник «card»: переменная окружения BASE: файл базы не может лежать вне папки данных («..»)"


def test_a_link_out_of_the_folder_of_data_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    LikeSqlite(tmp_path).fill("cards", CARDS)
    (tmp_path / "data" / "register.db").symlink_to(tmp_path / "register.db")
    (problem,) = problems(Sql(database="register.db", table="cards"), request(tmp_path / "data"))
    assert problem.message == "ссылка ведёт за пределы папки данных: база не прочитана"


@pytest.mark.parametrize("mark", ["?", "?1", "@period", "$period"])
def test_a_parameter_that_nobody_would_fill_is_told(tmp_path: Path, mark: str) -> None:
    base = LikeSqlite(tmp_path)
    base.fill("cards", CARDS)
    query = f"SELECT * FROM cards WHERE period = {mark}"
    assert complaints(base, query) == [f"параметр {mark} никто не заполнит — есть: :period, :start, :end"]


# --- libraries --------------------------------------------------------------------------------------------------


def test_without_the_extra_the_cure_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    base = LikeSqlite(tmp_path)
    base.fill("cards", CARDS)
    monkeypatch.setitem(sys.modules, "adbc_driver_sqlite.dbapi", None)
    assert messages(sql(base, table="cards"), asked(base)) == [
        "для баз данных нужны библиотеки ADBC — pip install profdev-indicators[sql]"
    ]
