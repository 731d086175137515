"""The GPU engine of polars: whether it is here, and what to say where it is not."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version

import polars as pl

_PACKAGE = "cudf-polars-cu12"
_HOW = (
    f"нужны карта NVIDIA и пакет: pip install {_PACKAGE}. Он работает с теми выпусками polars, которые называет сам; "
    "выпуск 26.10 — с polars до 1.45, а программе нужен polars 2.1 или новее, и вместе они не ставятся. Без --engine "
    "всё то же посчитает polars; или разрешите процессор: engines: [{gpu: {fallback: true}}]"
)


def lacking() -> str:
    """Why records cannot be counted on a GPU here; empty: they can."""
    try:
        import_module("cudf_polars")
        # It may load and yet not understand the plans of this polars, or find no card.
        some = pl.LazyFrame({"unit": [1, 1]}).group_by("unit").agg(pl.len())
        some.collect(engine=pl.GPUEngine(raise_on_fail=True))
    except ModuleNotFoundError as error:
        if error.name == "cudf_polars":
            return f"на видеокарте посчитать нечем: пакет cudf-polars не установлен — {_HOW}"
        return f"на видеокарте посчитать нечем: cudf-polars установлен не весь — {_HOW}"
    except (Exception, pl.exceptions.PanicException):  # noqa: BLE001 - a package for another polars or driver fails as it likes
        return f"на видеокарте посчитать нечем: cudf-polars {_release()} здесь не запускается — {_HOW}"
    return ""


def _release() -> str:
    for name in (_PACKAGE, "cudf-polars-cu13"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return ""
