"""Stock engines that count records: ``polars`` on this machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from attrs import frozen

from profdev_indicators.builtin.engines.counting import Count
from profdev_indicators.builtin.engines.running import Running
from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Engine, key


@frozen(kw_only=True)
class Polars:
    """Считает записи на этом компьютере, часть за частью: в памяти лежит только то, что считается сейчас."""

    mode: Literal["streaming", "in-memory"] = key(
        "streaming — кусками, памяти надо немного; in-memory — каждую часть целиком", default="streaming"
    )

    def tally(self, question: Any, parts: Sequence[Any]) -> Iterator[tuple[int, Any]]:  # noqa: ANN401 - as in the protocol
        """Each part as it is counted."""
        count = Count(question=question, running=Running(engine=self.mode))
        for number, part in enumerate(parts):
            yield number, count.part(part)


@hookimpl
def provide_engines() -> Mapping[str, type[Engine]]:
    """The stock kinds."""
    return {"polars": Polars}
