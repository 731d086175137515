"""Stock engines that count records: ``polars`` on this machine, ``gpu`` on its graphics card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import evolve, frozen

from profdev_indicators.builtin.engines.counting import Count
from profdev_indicators.builtin.engines.failures import placed
from profdev_indicators.builtin.engines.graphics import lacking
from profdev_indicators.builtin.engines.running import Running
from profdev_indicators.errors import Problem, RequestError
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Engine, key
from profdev_indicators.records import Part, Question, Tallied


@frozen(kw_only=True)
class Polars:
    """Считает записи на этом компьютере, часть за частью: в памяти лежит только то, что считается сейчас."""

    mode: Literal["streaming", "in-memory"] = key(
        "streaming — кусками, памяти надо немного; in-memory — каждую часть целиком", default="streaming"
    )

    def tally(self, question: Any, parts: Sequence[Any]) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - as in the protocol
        """Each part as it is counted."""
        yield from _counted(question, parts, Running(engine=self.mode))


@frozen(kw_only=True)
class Gpu:
    """Считает записи так же, как polars, но на видеокарте NVIDIA, если для неё установлен пакет cudf-polars."""

    fallback: bool = key(
        "Можно ли считать на процессоре то, чего видеокарта не может; «нет» — лучше отказаться", default=False
    )

    def tally(self, question: Any, parts: Sequence[Any]) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - as in the protocol
        """Each part as it is counted.

        Raises:
            RequestError: there is no GPU engine here, or it cannot do what is asked, and the processor is not allowed.
        """
        why = lacking()
        if why and not self.fallback:
            raise RequestError(why)
        if why:
            note = Problem(message="записи посчитаны на процессоре", hint=why.partition(" — ")[0])
            for number, tallied in _counted(question, parts, Running(engine="streaming")):
                yield number, evolve(tallied, notes=(*tallied.notes, note))
            return
        yield from _counted(question, parts, Running.on_gpu(fallback=self.fallback))


def _counted(question: Question, parts: Sequence[Part], running: Running) -> Iterator[tuple[int, Tallied]]:
    count = Count(question=question, running=running)
    for number, part in enumerate(parts):
        with placed(part.name):
            tallied = count.part(part)
        yield number, tallied


@hookimpl
def provide_engines() -> Mapping[str, type[Engine]]:
    """The stock kinds."""
    return {"polars": Polars, "gpu": Gpu}
