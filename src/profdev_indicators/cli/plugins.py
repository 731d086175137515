"""`profdev plugins`: what is installed, in what order, and what is broken."""

from __future__ import annotations

import click

from profdev_indicators.cli.console import say, table
from profdev_indicators.cli.options import manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.plugins import installed


@click.command(cls=Command, examples=("profdev plugins",))
@without_option
def command(without: tuple[str, ...]) -> int:
    """Показать установленные плагины, их версии и порядок.

    Порядок важен для рекомендаций: плагины ниже по списку отвечают раньше. Плагин, который не загрузился,
    назван вместе с причиной; код возврата тогда 1.
    """
    broken: list[str] = []
    plugins = manager(without, broken.append)
    rows = [("№", "Плагин", "Версия", "Что даёт")]
    rows += [
        (str(number), plugin.name, plugin.version or "встроен", ", ".join(plugin.hooks))
        for number, plugin in enumerate(installed(plugins), start=1)
    ]
    say(*table(rows))
    if broken:
        say("", "Не работают:", *(f"  {reason}" for reason in broken))
    return 1 if broken else 0
