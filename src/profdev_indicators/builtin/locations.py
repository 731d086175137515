"""Which files a location means: patterns with ``{period}``, in the folder of data and never outside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath

from attrs import frozen

from profdev_indicators.builtin.grids import asked
from profdev_indicators.errors import Problem
from profdev_indicators.model import ACCEPTED, Request
from profdev_indicators.periods import Calendar, Period

PERIOD = "{period}"
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
# Wide enough for every spelling Period.parse takes, narrow enough not to swallow the rest of a name.
_SHAPES: Mapping[Calendar, str] = {
    "year": r"[0-9]{4}",
    "school_year": r"[0-9]{4}\s*[^0-9\w]?\s*(?:[0-9]{4}|[0-9]{2})",
    "half": r"[0-9]{4}-\w[12]",
    "quarter": r"[0-9]{4}-\w[1-4]",
    "month": r"[0-9]{4}-[0-9]{2}",
}
_DEEPEST = 32  # folders below the folder of data; a deeper tree is a loop or a mistake


@frozen(kw_only=True)
class Found:
    """A file that a location means."""

    path: Path
    file: str  # relative to the folder of data, with slashes
    period: Period | None  # None: the location has no ``{period}``


def patterns(location: str | Sequence[str]) -> tuple[str, ...]:
    """A location as a tuple of patterns, with slashes whatever the system it was written on."""
    given = (location,) if isinstance(location, str) else tuple(location)
    return tuple(unicodedata.normalize("NFC", pattern.replace("\\", "/")) for pattern in given)


def find(location: str | Sequence[str], request: Request) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The files of the periods asked for, by name, each once; and what is wrong with the location or the files."""
    if request.root is None or not request.root.is_dir():
        return (), (_no_root(request),)
    root = request.root.resolve()
    found: dict[str, Found] = {}
    problems: list[Problem] = []
    for pattern in patterns(location):
        refusal = _refusal(pattern)
        if refusal:
            problems.append(Problem(message=f"источник «{request.source}»: {refusal}", cell=pattern))
            continue
        try:
            matches = list(_walk(root, PurePosixPath(pattern).parts, request.calendar))
        except OSError as error:
            problems.append(Problem(file=pattern, message=f"папка не читается: {error.strerror or error}"))
            continue
        for path, written in matches:
            file = path.relative_to(root).as_posix()
            if file == ACCEPTED:
                continue
            if not path.resolve().is_relative_to(root):
                problems.append(Problem(file=file, message="ссылка ведёт за пределы папки данных: файл не прочитан"))
                continue
            period = _one_period(written, request.calendar)
            if PERIOD in pattern and (period is None or not asked(period, request)):
                continue
            found.setdefault(file, Found(path=path, file=file, period=period))
    return tuple(found[file] for file in sorted(found)), tuple(problems)


def _no_root(request: Request) -> Problem:
    if request.root is None:
        return Problem(
            message=f"источник «{request.source}»: не указана папка с данными",
            hint=f"задайте её (--data, data=…) или дайте таблицу в памяти: frames={{'{request.source}': …}}",
        )
    return Problem(file=str(request.root), message="нет такой папки с данными")


def _refusal(pattern: str) -> str:
    """Why a pattern cannot be looked for at all; empty when it can."""
    parts = PurePosixPath(pattern).parts
    unknown = sorted(set(_PLACEHOLDER.findall(pattern)) - {PERIOD})
    if not parts:
        return "пустой location"
    if unknown:
        return f"в location непонятная вставка {', '.join(unknown)}: бывает только {PERIOD}"
    if pattern.startswith("/") or PureWindowsPath(pattern).drive:
        return "location должен быть относительно папки данных, а не от корня диска"
    if ".." in parts:
        return "location не может выходить из папки данных («..»)"
    return ""


def _walk(folder: Path, parts: Sequence[str], calendar: Calendar, depth: int = 0) -> Iterator[tuple[Path, list[str]]]:
    """Files under ``folder`` that fit the parts of a pattern, and the periods as written in their names."""
    part, rest = parts[0], parts[1:]
    if depth > _DEEPEST:
        return
    if part == "**":
        yield from _walk(folder, rest or ("*",), calendar, depth + 1)
        for child in _seen(folder):
            if child.is_dir() and not child.is_symlink():
                yield from _walk(child, parts, calendar, depth + 1)
        return
    name = _name_pattern(part, calendar)
    for child in _seen(folder):
        match = name.fullmatch(unicodedata.normalize("NFC", child.name))
        if match is None:
            continue
        written = [text for text in match.groups() if text]
        if not rest and child.is_file():
            yield child, written
        elif rest and child.is_dir():
            for path, below in _walk(child, rest, calendar, depth + 1):
                yield path, written + below


def _seen(folder: Path) -> Iterable[Path]:
    """What a person sees in a folder: no hidden files, no lock files of an open spreadsheet."""
    return sorted(child for child in folder.iterdir() if not child.name.startswith((".", "~$")))


def _name_pattern(part: str, calendar: Calendar) -> re.Pattern[str]:
    # Case does not matter: on the machine where the pattern was written it most likely did not either.
    pieces = {PERIOD: rf"(?<![0-9])({_SHAPES[calendar]})(?![0-9])", "*": ".*", "?": "."}
    tokens = re.split(r"(\{period\}|\*|\?)", part)
    return re.compile("".join(pieces.get(token, re.escape(token)) for token in tokens), re.IGNORECASE | re.DOTALL)


def _one_period(written: Iterable[str], calendar: Calendar) -> Period | None:
    """The period that all parts of a path agree on; None when they do not, or it is none."""
    try:
        periods = {Period.parse(text, calendar) for text in written}
    except ValueError:
        return None
    return periods.pop() if len(periods) == 1 else None
