"""Where the headings of a table stand: under a title, in one to three rows, above a row of column numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import frozen

from profdev_indicators.builtin.readers.grids import plain
from profdev_indicators.builtin.readers.spreadsheets.pages import Area

_LOOKED_AT = 30  # rows from the top
_DEEPEST = 3  # rows of headings
_NUMBERED = 3  # so many columns at least have numbers under their headings
_UNITS_LOOKED_AT = 20
_BETWEEN = (": ", " ", ", ", " — ", " - ", ". ", " / ", "; ")  # what people put between a group and its column
_SHORT_NUMBER = re.compile(r"[0-9]{1,4}")


@frozen(kw_only=True)
class Known:
    """Headings somebody may look for, as they are compared."""

    plainly: frozenset[str]
    questions: Mapping[str, str]  # of them, those which are neither organisation nor period, and what they ask
    counts: frozenset[str] = frozenset()  # ids of questions whose plain digits mean a whole number

    def is_count(self, heading: str) -> bool:
        """Whether what stands below is a whole number, unless somebody wrote otherwise."""
        return self.questions.get(plain(heading)) in self.counts

    def asked(self, headings: Iterable[str]) -> frozenset[str]:
        """The questions among some headings, by id."""
        return frozenset(self.questions[words] for words in map(plain, headings) if words in self.questions)

    def is_question(self, heading: str) -> bool:
        """Whether a heading asks something."""
        return plain(heading) in self.questions

    def may_end_with(self, words: str) -> bool:
        """Whether a heading ends so: without this look most cells of a table would be joined for nothing."""
        end = plain(words)
        return any(heading.endswith(end) for heading in self.plainly)

    def __contains__(self, heading: object) -> bool:
        return isinstance(heading, str) and plain(heading) in self.plainly


@frozen(kw_only=True)
class Header:
    """The headings of a table; rows and columns count from zero."""

    headings: Mapping[int, str]  # by column
    row: int  # the lowest row of headings
    first: int  # row of the table itself
    numbered: bool = False  # between the two stands a row of column numbers


def find_header(
    rows: Sequence[Sequence[str]], known: Known, *, forced: int | None = None, merged: Iterable[Area] = ()
) -> Header | None:
    """The headings, by how many of them are known; where none is, the first row which is not empty.

    Args:
        rows: the first rows of the sheet or file, or all.
        known: the headings that somebody looks for.
        forced: the number of the lowest row of headings as a person counts; None: find it.
        merged: areas of merged cells.

    Returns:
        None where there is no such row.
    """
    merged = tuple(merged)
    bottom = forced - 1 if forced is not None else _bottom(rows, known, merged)
    if bottom is None or not 0 <= bottom < len(rows):
        return None
    headings = _headings(rows, bottom, known, merged)
    numbered = _is_numbered(rows, bottom + 1, headings, known)
    return Header(headings=headings, row=bottom, first=bottom + 1 + numbered, numbered=numbered)


def _bottom(rows: Sequence[Sequence[str]], known: Known, merged: Sequence[Area]) -> int | None:
    """The row under which most columns have a known heading, the first of equals; else the first which is filled."""
    filled = [at for at, row in enumerate(rows[:_LOOKED_AT]) if any(cell.strip() for cell in row)]
    most = max((len(row) for row in rows[:_LOOKED_AT]), default=0)
    scores: dict[int, int] = {}
    for at in filled:
        scores[at] = sum(text in known for text in _headings(rows, at, known, merged).values())
        if scores[at] == most:  # no row below can have more
            break
    best = max(scores, key=lambda at: (scores[at], -at), default=None)
    return best if best is not None else _first_filled(rows)


def _first_filled(rows: Sequence[Sequence[str]]) -> int | None:
    return next((at for at, row in enumerate(rows) if any(cell.strip() for cell in row)), None)


def _headings(rows: Sequence[Sequence[str]], bottom: int, known: Known, merged: Sequence[Area]) -> Mapping[int, str]:
    """Headings of the columns that have any: a column's own words, with those of its group where they need them."""
    top = _top(rows, bottom)
    own: dict[int, tuple[int, str]] = {}
    for column in range(max((len(row) for row in rows[top : bottom + 1]), default=0)):
        at = next((at for at in range(bottom, top - 1, -1) if _cell(rows[at], column).strip()), None)
        if at is None:
            continue
        text = _cell(rows[at], column)
        if at == bottom or text in known or _reaches(at, column, bottom, merged):
            own[column] = (at, text)
    texts = Counter(plain(text) for _, text in own.values())
    return {
        column: text
        if texts[plain(text)] == 1 and text in known
        else _named(text, [_group(rows, above, column, merged) for above in range(top, at)], known, texts)
        for column, (at, text) in own.items()
    }


def _top(rows: Sequence[Sequence[str]], bottom: int) -> int:
    top = bottom
    while top > max(bottom - _DEEPEST + 1, 0) and any(cell.strip() for cell in rows[top - 1]):
        top -= 1
    return top


def _reaches(row: int, column: int, bottom: int, merged: Sequence[Area]) -> bool:
    """Whether a cell is merged downwards to the lowest row of headings, and is no group of several columns."""
    return any(top <= row <= bottom <= lower and left == right == column for (top, left), (lower, right) in merged)


def _group(rows: Sequence[Sequence[str]], row: int, column: int, merged: Sequence[Area]) -> str:
    """The text of a merged cell over the column; without merging, of the nearest filled cell to the left."""
    for (top, left), (lower, right) in merged:
        if top <= row <= lower and left <= column <= right:
            return _cell(rows[top], left)
    if merged:
        return _cell(rows[row], column)
    return next((cell for cell in reversed(rows[row][: column + 1]) if cell.strip()), "")


def _named(text: str, groups: Sequence[str], known: Known, texts: Counter[str]) -> str:
    """The heading of a column whose own words are not enough."""
    above = [group for group in groups if group.strip()]
    if known.may_end_with(text):
        for joined in _joined(above, text):
            if joined in known:
                return joined
    if text in known or texts[plain(text)] == 1 or not above:
        return text
    return f"{above[-1].strip()}: {text.strip()}"


def _joined(groups: Sequence[str], text: str) -> Iterator[str]:
    """A column's words after those of its groups, from the nearest group outwards."""
    for start in range(len(groups) - 1, -1, -1):
        for between in _BETWEEN:
            yield between.join(part.strip() for part in (*groups[start:], text))


def _is_numbered(rows: Sequence[Sequence[str]], row: int, headings: Mapping[int, str], known: Known) -> bool:
    """Whether a row is «1 2 3 …» under the headings, and not an organisation called «1»."""
    if row >= len(rows):
        return False
    under = [_cell(rows[row], column).strip() for column in sorted(headings)]
    if len(under) < _NUMBERED or under != [str(number) for number in range(1, len(under) + 1)]:
        return False
    below = rows[row + 1 : row + 1 + _UNITS_LOOKED_AT]
    named = [column for column, heading in headings.items() if heading in known and not known.is_question(heading)]
    units = [_cell(line, column).strip() for line in below for column in named]
    return any(unit and not _SHORT_NUMBER.fullmatch(unit) for unit in units)


def _cell(row: Sequence[str], column: int) -> str:
    return row[column] if column < len(row) else ""
