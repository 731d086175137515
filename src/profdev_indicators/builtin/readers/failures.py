"""What may go wrong while a file is read, and what a person reads about it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
from attrs import evolve

from profdev_indicators.builtin.readers.grids import MissingLibraryError, UnreadableError
from profdev_indicators.errors import Problem, SourceError

# Polars panics over some damaged Parquet files, and a panic is no Exception.
FAILURES = (UnreadableError, SourceError, OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException)


def told(error: BaseException, file: str) -> Iterator[Problem]:
    """What a person reads about a file (or a table in memory) that cannot be used."""
    match error:
        case MissingLibraryError():
            yield error.problem  # the same for every file, so it is told once
        case UnreadableError():
            yield evolve(error.problem, file=file)
        case SourceError():
            yield from (evolve(problem, file=file) for problem in error.problems)
        case OSError():
            yield Problem(file=file, message=f"файл не открывается: {error.strerror or error}")
        case _:
            reason = next(iter(str(error).splitlines()), type(error).__name__)
            yield Problem(file=file, message=f"таблица не читается: {reason}", hint="сохраните её заново")
