"""Options which several commands share, and what they stand for."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, TypeVar

import click
import pluggy

from profdev_indicators.cli.console import complain
from profdev_indicators.cli.speech import Word, no_such
from profdev_indicators.errors import RequestError
from profdev_indicators.hookspecs import NAME
from profdev_indicators.plugins import plugin_manager

F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


def config_argument(function: F) -> F:
    """CONFIG: the file of a district."""
    return click.argument("config", metavar="CONFIG", type=FILE, help="Файл района: configs/chegem.yaml.")(function)


def data_option(function: F) -> F:
    """``--data``: the folder of answers."""
    return click.option("--data", metavar="ПАПКА", type=FILE, required=True, help="Папка с присланными файлами.")(
        function
    )


def counting_options(function: F) -> F:
    """``--engine``, ``--cache``, ``--no-cache``: with what records are counted, and where the sums are kept."""
    engine = click.option(
        "--engine",
        metavar="КАК",
        help="Чем считать записи (реестр): polars — на этом компьютере, gpu, spark, …; без него — как сказано в "
        "engines района, а если не сказано — polars. Что есть: profdev kinds.",
    )
    cache = click.option(
        "--cache",
        metavar="ПАПКА",
        type=FILE,
        help="Где хранить суммы по записям, чтобы не считать заново то, что не менялось; без него — в папке кэша "
        "пользователя. Людей и строк там нет.",
    )
    no_cache = click.option("--no-cache", is_flag=True, help="Посчитать все записи заново и ничего не хранить.")
    return engine(cache(no_cache(function)))


def cache_folder(given: Path | None, *, off: bool) -> Path | None:
    """Where sums over records are kept; None: nowhere.

    Raises:
        RequestError: a folder is named, and nothing is to be kept.
    """
    if off and given is not None:
        raise RequestError("--cache и --no-cache вместе: либо хранить, либо нет")
    if off:
        return None
    if given is not None:
        return given
    import platformdirs  # noqa: PLC0415 - only those who count need it

    return Path(platformdirs.user_cache_dir("profdev-indicators", appauthor=False))


def format_option(function: F) -> F:
    """``--format``: for people or for programs."""
    return click.option(
        "--format",
        "form",
        metavar="text|json",
        type=Word(("text", "json")),
        default="text",
        help="text — для людей (так по умолчанию), json — для программ.",
    )(function)


def without_option(function: F) -> F:
    """``--without``: plugins to leave out."""
    return click.option(
        "--without",
        metavar="ПЛАГИН",
        multiple=True,
        help="Не использовать установленный плагин; можно повторять. Имена: profdev plugins.",
    )(function)


def manager(without: tuple[str, ...] = (), on_broken: Callable[[str], None] | None = None) -> pluggy.PluginManager:
    """The plugins in use; a broken one is named on stderr (or to ``on_broken``) and the work goes on.

    Raises:
        RequestError: a plugin to leave out is not installed.
    """
    known = [point.name for point in entry_points(group=NAME)]
    for name in without:
        if name not in known:
            raise no_such("плагина", name, known)
    return plugin_manager(without=without, on_broken=on_broken or _warn)


def _warn(reason: str) -> None:
    complain(f"Предупреждение: {reason}")
