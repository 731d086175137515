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
