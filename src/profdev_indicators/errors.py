"""Everything the library raises, and the one shape in which it complains."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import field, frozen


@frozen(order=True, kw_only=True)
class Problem:
    """One defect of a configuration or of a data file: where, what, and the likely cure.

    ``line`` and ``column`` count from one; zero means «not known». ``cell`` is the address in a spreadsheet
    as a person sees it («Карта»!C9) or the heading of the column in a text table.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    cell: str = ""
    path: str = ""
    message: str
    hint: str = field(default="")

    @property
    def place(self) -> str:
        """``file:line:column`` or ``file, cell``; empty when nothing is known."""
        numbers = [str(number) for number in (self.line, self.column) if number]
        text = ":".join([self.file, *numbers] if self.file else numbers)
        return ", ".join(part for part in (text, self.cell) if part)

    def __str__(self) -> str:
        head = ": ".join(part for part in (self.place, self.path, self.message) if part)
        return f"{head} — {self.hint}" if self.hint else head


class ProfdevError(Exception):
    """Root of the tree: catch it at the edge, show ``str(error)``, exit 1."""


class ProblemsError(ProfdevError):
    """Something a person can mend in one go; carries every problem, not the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class ConfigError(ProblemsError):
    """A configuration is not acceptable; nothing was computed."""


class SourceError(ProblemsError):
    """Data files cannot be turned into answers; nothing was computed.

    ``tables``: those a reader could read all the same (:class:`profdev_indicators.model.Table`), for whoever gathers
    answers file by file.
    """

    def __init__(self, problems: Iterable[Problem], tables: Iterable[Any] = ()) -> None:
        super().__init__(problems)
        self.tables = tuple(tables)


class PluginError(ProfdevError):
    """Two plugins claim one name, a plugin breaks the contract, or one cannot be loaded."""


class RequestError(ProfdevError):
    """The caller asked for a unit, an indicator, a period or a kind which is not there."""
