"""What is wrong with the keys of a source is told with its line, before anything is read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from profdev_indicators import load
from profdev_indicators.errors import ConfigError
from strategies import core_alone

DISTRICT = """\
id: somewhere
title: Где-то
units: [{{id: a, name: А, kind: school}}]
sources:
  - id: card
    title: Карта
    reader:
      {kind}:
{keys}
    items: [{{id: n_ped, title: Педагогов, type: count}}]
sections:
  - id: one
    title: Раздел
    indicators:
      - id: "1"
        title: Всего
        source: card
        measure: {{count: {{counted: n_ped}}}}
        silence: excluded
        missing: strict
"""


def complaints(folder: Path, keys: str, kind: str = "sql") -> list[str]:
    path = folder / "district.yaml"
    lines = "\n".join(f"        {line}" for line in keys.splitlines())
    path.write_text(DISTRICT.format(kind=kind, keys=lines), encoding="utf-8")
    try:
        load(path, core_alone())
    except ConfigError as error:
        return [str(problem).removeprefix(f"{path}:") for problem in error.problems]
    return []


def test_nobody_pays_for_libraries_that_are_not_used() -> None:
    """To know the kinds, and to check a configuration, takes neither drivers of databases nor those of storages."""
    script = (
        "import sys; from profdev_indicators.plugins import kinds, plugin_manager;"
        "kinds(plugin_manager(discover=False));"
        "print(sorted(name for name in sys.modules if name.startswith(('adbc', 'obstore', 'pyarrow'))))"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)  # noqa: S603 - our own words
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "keys",
    [
        "database: register.db\ntable: cards",
        "database: postgresql://db.example/register\nquery: SELECT * FROM cards WHERE period = :period",
        "env: REGISTER\ntable: school.cards\ntimeout: 5",
    ],
)
def test_what_is_right_is_accepted(tmp_path: Path, keys: str) -> None:
    assert complaints(tmp_path, keys) == []


@pytest.mark.parametrize(
    ("keys", "line", "message"),
    [
        ("database: postgresql://me:secret@db.example/x\ntable: t", "9:", ".database: имя и пароль не пишут"),
        ("table: t\ndatabase: postgresql://db.example/x?password=secret", "10:", ".database: имя и пароль не пишут"),
        ("database: ../x.db\ntable: t", "9:", ".database: файл базы не может лежать вне папки данных"),
        ("database: mysql://db.example/x\ntable: t", "9:", ".database: адрес базы — файл SQLite"),
        ("env: postgresql://me:secret@db.example/x\ntable: t", "9:", ".env: это не имя переменной окружения"),
        ("database: a.db\nquery: SELECT 1; SELECT 2", "10:", ".query: запрос должен быть один"),
        ("database: a.db\nquery: 'SELECT :year'", "10:", ".query: нет параметра :year"),
        ("database: a.db\ntable: 'a\"b'", "10:", ".table: имя таблицы или «схема.таблица»"),
        ("database: a.db\ntable: t\ntimeout: 0", "11:", ".timeout: должно быть не меньше 1"),
        ("database: a.db\ntable: t\ntimeout: 99999999999", "11:", ".timeout: должно быть не больше 86400"),
        ("database: a.db\ntable: t\nquery: SELECT 1", "", "что читать: нужен один ключ, query или table, а не оба"),
        ("database: a.db\nenv: A\ntable: t", "", "где база: нужен один ключ, database или env, а не оба"),
        ("database: a.db", "", "что читать: нужен один ключ, query или table"),
        ("table: t", "", "где база: нужен один ключ, database или env"),
        ("database: a.db\ntable: t\npassword: secret", "11:", "неизвестный ключ"),
    ],
)
def test_what_is_wrong_is_told_beside_its_key(tmp_path: Path, keys: str, line: str, message: str) -> None:
    (told,) = complaints(tmp_path, keys)
    assert told.startswith(line)
    assert message in told
    assert "secret" not in told


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("s3://me:secret@cards/x.csv", "ключи доступа не пишут в location"),
        ("s3:///x.csv", "в location нужно имя корзины"),
        ("S3://cards/x.csv", "пишут путь в папке данных или s3://корзина"),
        ("https://me:secret@storage.example/x.csv", "пишут путь в папке данных или s3://корзина"),
        ("s3://карты/x.csv", "в location нужно имя корзины"),
        ("s3://cards", "в location после корзины нужны имена объектов"),
        ("s3://cards/", "в location после корзины нужны имена объектов"),
    ],
)
def test_a_storage_that_cannot_be_looked_for_is_told_beside_its_key(
    tmp_path: Path, location: str, message: str
) -> None:
    (told,) = complaints(tmp_path, f'location: ["{{period}}/x.csv", "{location}"]', kind="csv")
    assert told.startswith("9:")
    assert message in told
    assert "secret" not in told
