"""The text of a query: its parameters ``:period``, ``:start``, ``:end``, and that it is one statement."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from profdev_indicators.periods import Period

PARAMETERS: Mapping[str, str] = {
    "period": "отчётный период",
    "start": "его первый день",
    "end": "его последний день",
}
_TOKEN = re.compile(
    r"""
    (?P<quoted>
        (?<![\w$])[eE]'(?:[^'\\]|\\.|'')*'      # PostgreSQL: backslashes escape
      | '(?:[^']|'')*'
      | "(?:[^"]|"")*"
      | `[^`]*`                                 # SQLite
      | (?<![\w$])(?P<tag>\$(?:[^\W\d]\w*)?\$).*?(?P=tag)  # PostgreSQL: $tag$ … $tag$
      | ::
    )
  | (?P<comment> --[^\n]* | /\*.*?\*/ )
  | :(?P<name>[^\W\d]\w*)
  | (?P<end>;)
  | (?P<numbered>(?<![\w$])\$[0-9]+)
  | (?P<foreign>\?[0-9]* | (?<![\w$@])[@$][^\W\d]\w*)
    """,
    re.VERBOSE | re.DOTALL,
)
_TABLE = re.compile(r'"(?:[^"]|"")+"|[^".]+')


def parameters(query: str) -> tuple[str, ...]:
    """The parameters a query names, each once, in order."""
    return tuple(dict.fromkeys(found["name"] for found in _TOKEN.finditer(query) if found["name"]))


def objection(query: str) -> str:
    """Why a query cannot be asked of any database; empty when it can."""
    known = ", ".join(f":{name} — {meaning}" for name, meaning in PARAMETERS.items())
    for name in parameters(query):
        if name not in PARAMETERS:
            close = get_close_matches(name, PARAMETERS, n=1)
            return f"нет параметра :{name} — " + (f"возможно, «:{close[0]}»?" if close else f"есть: {known}")
    if any(found["numbered"] for found in _TOKEN.finditer(query)):
        return f"параметры пишутся по имени: {known}"
    plain = _TOKEN.sub(lambda found: " " if found["comment"] else found[0], query)
    if not plain.strip(" \t\r\n;"):
        return "пустой запрос"
    ends = [found.start() for found in _TOKEN.finditer(plain) if found["end"]]
    if ends and plain[ends[0] :].strip(" \t\r\n;"):
        return "запрос должен быть один: за «;» стоит ещё что-то"
    return ""


def foreign(query: str) -> str:
    """The first parameter in SQLite's own writing, which nobody would fill; empty: there is none."""
    return next((found["foreign"] for found in _TOKEN.finditer(query) if found["foreign"]), "")


def translated(query: str, mark: str) -> str:
    """A query with the parameters numbered as the database writes them (``$1`` or ``?1``), without its «;»."""
    numbers = {name: number for number, name in enumerate(parameters(query), 1)}

    def written(found: re.Match[str]) -> str:
        if found["end"]:
            return ""
        return f"{mark}{numbers[found['name']]}" if found["name"] else found[0]

    return _TOKEN.sub(written, query)


def values(query: str, period: Period) -> tuple[str, ...]:
    """What to bind to the parameters of a query, in the order of their numbers."""
    meant = {"period": str(period), "start": period.start.isoformat(), "end": period.end.isoformat()}
    return tuple(meant[name] for name in parameters(query))


def of_table(name: str) -> str:
    """The query for a whole table: «cards», «school.cards», «"odd.name"»; nothing in the name can be more than a name.

    Raises:
        ValueError: it is no name.
    """
    parts = _TABLE.findall(name)
    if not parts or ".".join(parts) != name or "\0" in name:
        raise ValueError("имя таблицы или «схема.таблица»; имя с точкой или кавычкой берут в двойные кавычки")
    path = ".".join(quoted(_bare(part)) for part in parts)
    return f"SELECT * FROM {path}"  # noqa: S608 - a quoted name can be nothing but a name


def quoted(name: str) -> str:
    """A name as SQL takes it, whatever stands in it."""
    return '"{}"'.format(name.replace('"', '""'))


def _bare(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part
