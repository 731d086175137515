"""The text of a query: what is a parameter in it, and where it ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.builtin.readers.sql.addresses import parse, public
from profdev_indicators.builtin.readers.sql.queries import (
    foreign,
    objection,
    of_table,
    parameters,
    quoted,
    translated,
    values,
)
from profdev_indicators.periods import Period


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT :period", "SELECT $1"),
        ("SELECT :end, :start, :end", "SELECT $1, $2, $1"),
        ("SELECT :period::int, x::text, a[1:2]", "SELECT $1::int, x::text, a[1:2]"),
        ("SELECT ':period', \":period\", `:period`", "SELECT ':period', \":period\", `:period`"),
        ("SELECT 'a'':period', :period", "SELECT 'a'':period', $1"),
        (r"SELECT E'\':period', :period", r"SELECT E'\':period', $1"),
        ("SELECT $$:period$$, $a$ :period $$ $a$, :period", "SELECT $$:period$$, $a$ :period $$ $a$, $1"),
        ("SELECT 1 -- :period;\n, :period", "SELECT 1 -- :period;\n, $1"),
        ("SELECT 1 /* :period;\n */, :period ; -- ;", "SELECT 1 /* :period;\n */, $1  -- ;"),
        ("SELECT ';' ;\n ; ", "SELECT ';' \n  "),
    ],
)
def test_a_parameter_is_found_only_where_it_is_one(query: str, text: str) -> None:
    assert objection(query) == ""
    assert translated(query, "$") == text


@given(st.text(alphabet=st.characters(exclude_characters="\0")))
def test_what_stands_in_quotes_is_left_alone(text: str) -> None:
    literal = "'{}'".format(text.replace("'", "''"))
    query = f"SELECT {literal}, {quoted(text)}, :period"
    assert parameters(query) == ("period",)
    assert translated(query, "?") == f"SELECT {literal}, {quoted(text)}, ?1"


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("SELECT 1; SELECT 2", "запрос должен быть один: за «;» стоит ещё что-то"),
        ("; DROP TABLE x", "запрос должен быть один: за «;» стоит ещё что-то"),
        (" -- ничего\n ;", "пустой запрос"),
        ("SELECT :perod", "нет параметра :perod — возможно, «:period»?"),
        ("SELECT :год", "нет параметра :год — есть: :period — отчётный период, :start — его первый день, :end — его"),
        ("SELECT $1", "параметры пишутся по имени: :period — отчётный период"),
    ],
)
def test_a_query_that_cannot_be_asked_is_refused(query: str, refusal: str) -> None:
    assert objection(query).startswith(refusal)


def test_values_come_in_the_order_of_their_numbers() -> None:
    year = Period.parse("2021/22", "school_year")
    assert values("SELECT :end, :period, :start, :end", year) == ("2022-08-31", "2021/2022", "2021-09-01")


def test_other_ways_to_write_a_parameter_are_noticed() -> None:
    assert [foreign(query) for query in ("a = ?", "a = ?12", "a = @x", "a = $x", "a = '?'", "a = :period")] == [
        "?",
        "?12",
        "@x",
        "$x",
        "",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        ("cards", '"cards"'),
        ("школа.Карты 2022", '"школа"."Карты 2022"'),
        ('"odd.name"', '"odd.name"'),
        ('public."a""b"', '"public"."a""b"'),
    ],
)
def test_a_table_is_named_safely(name: str, sql: str) -> None:
    assert of_table(name) == f"SELECT * FROM {sql}"


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", 'a"b', '"a', 'a"; DROP TABLE b; --', "a\0b"])
def test_what_is_no_name_of_a_table_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="имя таблицы"):
        of_table(name)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("register.db", "sqlite: register.db"),
        ("папка\\register.db", "sqlite: папка/register.db"),
        ("postgresql://db.example/register", "postgresql: db.example/register"),
        ("postgres://db.example:5433/register?sslmode=require", "postgresql: db.example:5433/register"),
        ("postgresql://[::1]:5433/register", "postgresql: [::1]:5433/register"),
        ("postgresql://a.example:1,b.example:2/r", "postgresql: a.example:1,b.example:2/r"),
        ("postgresql:///register?host=/run/socket", "postgresql: /run/socket/register"),
        ("postgresql:///register", "postgresql: localhost/register"),
    ],
)
def test_an_address_has_a_name_that_may_be_told(address: str, name: str) -> None:
    assert public(address).name == parse(address).name == name


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://reader@db.example/register",
        "postgresql://reader:secret@db.example/register",
        "postgresql://:secret@db.example/register",
        "postgresql://db.example/register?password=secret",
        "postgresql://db.example/register?user=reader",
    ],
)
def test_an_address_with_a_name_or_a_password_is_not_public(address: str) -> None:
    assert "secret" not in parse(address).name
    assert "secret" not in repr(parse(address))
    with pytest.raises(ValueError, match="имя и пароль не пишут в конфигурации") as caught:
        public(address)
    assert "secret" not in str(caught.value)


@given(
    st.text(alphabet="ЖЩЫ@/#?%:&=+[], ", min_size=1),
    st.sampled_from(["postgresql://u:{}@h.example/b", "postgresql://h.example/b?password={}", "postgresql://{}/b"]),
)
def test_no_complaint_about_an_address_repeats_its_password(password: str, shape: str) -> None:
    """The letters of the password are met in no message of ours."""
    assert not set("ЖЩЫ") & set(_told(shape.format(password)))


def _told(address: str) -> str:
    try:
        parse(address)
    except ValueError as error:
        return str(error)
    return ""


@given(st.text(alphabet="ЖЩЫ@/#?%:&=+[], ", min_size=1))
def test_no_name_of_a_database_has_its_password(password: str) -> None:
    try:
        name = parse(f"postgresql://u:{password}@h.example/b").name
    except ValueError:
        return
    assert not set("ЖЩЫ") & set(name)
