"""How far the counting of records is, in words; and what an interrupted count leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from profdev_indicators.engine.counting import Progress
from profdev_indicators.wording import counted, decimal

_MILLION = 1_000_000
_MINUTE = 60


@contextmanager
def counted_so_far(stage: list[str], kept: Path | None) -> Iterator[Callable[[Progress], None]]:
    """What is to be told of progress: each telling becomes the last of ``stage``.

    Args:
        stage: what is going on, the last word last.
        kept: where sums are kept; None: nowhere.

    Raises:
        click.Abort: somebody broke it off; its words say what was counted and is kept.
    """
    seen: list[Progress] = []

    def tell(progress: Progress) -> None:
        seen.append(progress)
        stage.append(words(progress))

    try:
        yield tell
    except KeyboardInterrupt:
        if seen and kept is not None and seen[-1].parts_done < seen[-1].parts:
            done = f"{seen[-1].parts_done} из {counted(seen[-1].parts, 'части', 'частей', 'частей')}"
            left = f"Записи посчитаны в {done} и сохранены: та же команда продолжит с этого места."
            raise click.Abort(left) from None
        raise


def words(progress: Progress) -> str:
    """«Считаю «Реестр»: часть 37 из 100, 1,1 млн строк/с, осталось 6 с»."""
    told = [f"Считаю «{progress.source}»: часть {progress.parts_done} из {progress.parts}"]
    if progress.rows_per_second is not None:
        told.append(f"{_rows(progress.rows_per_second)} строк/с")
    if progress.seconds_left is not None and progress.parts_done < progress.parts:
        told.append(f"осталось {_time(progress.seconds_left)}")
    return ", ".join(told)


def _rows(number: float) -> str:
    return f"{decimal(number / _MILLION, 1)} млн" if number >= _MILLION else decimal(number, 0)


def _time(seconds: float) -> str:
    return f"{seconds:.0f} с" if seconds < _MINUTE else f"{seconds / _MINUTE:.0f} мин"
