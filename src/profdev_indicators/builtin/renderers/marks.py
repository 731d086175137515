"""Markdown as every dialect reads it: blocks made of plain texts, which no text can break out of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]|~#$])")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_OPENS_A_BLOCK = re.compile(r"(?P<digits>[0-9]{1,9}(?=[.)]))?(?P<mark>[-+.)])(?=\s|$)|(?P<rule>[-=])(?=[-=\s]*$)")
_MOST_ROWS = 2000  # of one table: beyond, nobody reads on paper
_LONG = 90  # characters of a name which is only recalled
_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]")
# Controls, lone surrogates (which cannot even be written), and signs that make text run backwards.
_INVISIBLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


class Marked(str):
    """Markdown already, not a text to be escaped."""

    __slots__ = ()


def one_line(text: str) -> str:
    """The text without line breaks and without characters that cannot be seen or that reorder what is seen."""
    visible = _INVISIBLE.sub("", _BREAKS.sub(" ", text))
    return re.sub(" {2,}", " ", visible).strip()


def inline(text: str) -> Marked:
    """The text so that Markdown and HTML print it as it stands."""
    if isinstance(text, Marked):
        return text
    return Marked(_SPECIAL.sub(r"\\\1", one_line(text)).translate(_ENTITIES))


def bold(text: str) -> Marked:
    """The text in bold; nothing for nothing."""
    marked = inline(text)
    return Marked(f"**{marked}**") if marked else marked


def heading(level: int, text: str) -> str:
    """A heading."""
    return f"{'#' * level} {inline(text)}"


def paragraph(*sentences: str) -> str:
    """One paragraph; sentences are parted by spaces."""
    return _opening(" ".join(inline(sentence) for sentence in sentences if sentence))


def bullets(items: Iterable[str]) -> str:
    """A list."""
    return "\n".join(f"- {_opening(inline(item))}" for item in items)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Iterable[str] = ()) -> str:
    """A table; columns named in ``numbers`` stand to the right."""
    right = frozenset(numbers)
    rule = "|".join(" ---: " if name in right else " --- " for name in head)
    lines = (f"| {' | '.join(map(inline, row))} |" for row in (head, *rows))
    first, *others = lines
    return "\n".join((first, f"|{rule}|", *others))


def _opening(marked: str) -> str:
    """A line whose first characters do not open a list or underline a heading."""
    match = _OPENS_A_BLOCK.match(marked)
    digits = len(match["digits"] or "") if match else 0
    return f"{marked[:digits]}\\{marked[digits:]}" if match else marked


def long_table(head: Sequence[str], rows: Sequence[Sequence[str]], elsewhere: str) -> Iterator[str]:
    """A table which may have more rows than anybody reads; ``elsewhere`` is the file which has them all."""
    yield table(head, rows[:_MOST_ROWS])
    if len(rows) > _MOST_ROWS:
        yield paragraph(f"Показаны первые {_MOST_ROWS} строк из {len(rows)}; все — в файле {elsewhere}.")


def recalled(title: str) -> str:
    """A criterion's name, cut at a word, where it stands in full elsewhere."""
    words = one_line(title)
    return words if len(words) <= _LONG else f"{words[:_LONG].rsplit(' ', 1)[0].rstrip(' ,;')} …"
