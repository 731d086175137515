"""Which files a location means: patterns with ``{period}``, within the folder of data or in a storage."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import attrs
from attrs import evolve, frozen

from profdev_indicators.builtin.readers import storage
from profdev_indicators.builtin.readers.grids import MissingLibraryError, UnreadableError, asked
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
    digest: str = ""  # SHA-256 of an object fetched from a storage; empty: it lies in the folder of data
    kept: object = None  # while it lives, a fetched file does


def acceptable(_: object, attribute: attrs.Attribute[Any], value: str | tuple[str, ...]) -> None:  # noqa: ARG001 - the loader looks for it
    """A validator: no location names a storage that cannot be, or one with its keys."""
    for pattern in patterns(value):
        if "://" in pattern and (refusal := storage.objection(pattern)):
            raise ValueError(refusal)


def patterns(location: str | Sequence[str]) -> tuple[str, ...]:
    """A location as a tuple of patterns, with slashes whatever the system it was written on."""
    given = (location,) if isinstance(location, str) else tuple(location)
    return tuple(unicodedata.normalize("NFC", pattern.replace("\\", "/")) for pattern in given)


def find(
    location: str | Sequence[str], request: Request, knows: Callable[[Path], bool] = lambda _: True
) -> tuple[tuple[Found, ...], tuple[Problem, ...]]:
    """The files of the periods asked for, by name, each once; and what is wrong with the location or the files.

    ``knows``: whether a file of such a name is read at all; what is not is not fetched from a storage either.
    """
    found: dict[str, Found] = {}
    problems: list[Problem] = []
    for pattern in patterns(location):
        remote = "://" in pattern
        refusal = remote and storage.objection(pattern)
        refusal = refusal or _refusal(storage.split(pattern)[1] if remote else pattern)
        if refusal:
            problems.append(Problem(message=f"источник «{request.source}»: {refusal}", cell=pattern))
            continue
        try:
            files, refused = (_stored if remote else _lying)(pattern, request, knows)
        except MissingLibraryError as error:
            files, refused = (), (error.problem,)
        except UnreadableError as error:
            files, refused = (), (evolve(error.problem, file=pattern),)
        except OSError as error:
            files, refused = (), (Problem(file=pattern, message=f"папка не читается: {error.strerror or error}"),)
        problems += refused
        for file in files:
            found.setdefault(file.file, file)
    return tuple(found[file] for file in sorted(found)), tuple(problems)


def _lying(pattern: str, request: Request, knows: Callable[[Path], bool]) -> tuple[Sequence[Found], Sequence[Problem]]:
    """Files in the folder of data."""
    if request.root is None or not request.root.is_dir():
        return (), (_no_root(request),)
    root = request.root.resolve()
    found, problems = [], []
    for path, written in _walk(root, PurePosixPath(pattern).parts, request.calendar):
        file = path.relative_to(root).as_posix()
        if file == ACCEPTED:
            continue
        if not path.resolve().is_relative_to(root):
            problems.append(Problem(file=file, message="ссылка ведёт за пределы папки данных: файл не прочитан"))
            continue
        period = _one_period(written, request.calendar)
        if _means(pattern, period, request) and knows(path):
            found.append(Found(path=path, file=file, period=period))
    return found, problems


def _stored(pattern: str, request: Request, knows: Callable[[Path], bool]) -> tuple[Sequence[Found], Sequence[Problem]]:
    """Objects of a storage, fetched; only those of the periods asked for.

    Raises:
        UnreadableError: the storage cannot be looked through.
    """
    name, keys = storage.split(pattern)
    bucket = storage.opened(name)
    parts = PurePosixPath(keys).parts
    wanted = {}
    for stored in bucket.listed(_unchanging(parts)):
        written = _fit(parts, PurePosixPath(stored.key).parts, request.calendar)
        if written is None or not knows(Path(PurePosixPath(stored.key).name)):
            continue
        period = _one_period(written, request.calendar)
        if _means(pattern, period, request):
            wanted[stored] = period
    found, problems = [], []
    for (stored, period), file in zip(wanted.items(), bucket.fetched(tuple(wanted)), strict=True):
        address = f"{storage.SCHEME}{name}/{stored.key}"
        if isinstance(file, UnreadableError):
            problems.append(evolve(file.problem, file=address))
        else:
            found.append(Found(path=file.path, file=address, period=period, digest=file.digest, kept=file.folder))
    return found, problems


def _means(pattern: str, period: Period | None, request: Request) -> bool:
    """Whether a file is about a period asked for, as far as its name tells."""
    return PERIOD not in pattern or (period is not None and asked(period, request))


def _unchanging(parts: Sequence[str]) -> str:
    """The folders with which all keys of a pattern begin."""
    folders = []
    for part in parts[:-1]:
        if set(part) & set("*?{"):
            break
        folders.append(part)
    return "/".join(folders)


def _fit(parts: Sequence[str], names: Sequence[str], calendar: Calendar) -> list[str] | None:
    """The periods as written in a key that fits the parts of a pattern; None: it does not."""
    if not parts:
        return None if names else []
    if not names or not _is_seen(names[0]):
        return None
    if parts[0] == "**":
        below = _fit(parts[1:] or ("*",), names, calendar)
        return below if below is not None else _fit(parts, names[1:], calendar)
    match = _name_pattern(parts[0], calendar).fullmatch(unicodedata.normalize("NFC", names[0]))
    below = _fit(parts[1:], names[1:], calendar) if match else None
    return None if below is None or match is None else [text for text in match.groups() if text] + below


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
    return sorted(child for child in folder.iterdir() if _is_seen(child.name))


def _is_seen(name: str) -> bool:
    return not name.startswith((".", "~$"))


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
