"""Stock engines that count records: ``polars`` on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import polars as pl
from attrs import frozen

from profdev_indicators.builtin.engines.counting import Count
from profdev_indicators.errors import Problem, SourceError
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Engine, key
from profdev_indicators.records import Part, Question, Tallied


@frozen(kw_only=True)
class Polars:
    """На этом компьютере, библиотекой polars."""

    mode: Literal["streaming", "in-memory"] = key(
        "streaming — кусками, памяти нужно мало; in-memory — целиком", default="streaming"
    )

    def tally(self, question: Question, parts: Sequence[Part]) -> Iterator[tuple[int, Tallied]]:
        """Part by part, in their order.

        Raises:
            SourceError: a part cannot be read here, or not any more.
        """
        for number, part in enumerate(parts):
            yield number, counted(question, part, self.mode)


def counted(question: Question, part: Part, engine: object) -> Tallied:
    """One part, or what is wrong with it in words.

    Raises:
        SourceError: it cannot be read.
    """
    if part.frame is None:
        raise SourceError(
            [Problem(file=part.name, message="такой источник здесь не прочитать", hint="попробуйте --engine spark")]
        )
    try:
        return Count(question=question, part=part, engine=engine).tallied()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        # What polars says may hold cells of the file.
        hint = "проверьте, что файл на месте и его никто не меняет; сохраните его заново"
        message = f"записи не прочитать ({type(error).__name__})"
        raise SourceError([Problem(file=part.name, message=message, hint=hint)]) from error


@hookimpl
def provide_engines() -> Mapping[str, type[Engine]]:
    """The stock kinds."""
    return {"polars": Polars}
