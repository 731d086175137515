"""`profdev new plugin`: a package that installs and passes its own tests."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import click

from profdev_indicators.cli.console import say
from profdev_indicators.cli.new.template import checked_name, filled, put_new
from profdev_indicators.cli.speech import Command
from profdev_indicators.errors import RequestError
from profdev_indicators.hookspecs import NAME
from profdev_indicators.plugins import STOCK

_PREFIX = "profdev-"


@click.command(cls=Command, examples=("profdev new plugin my-region",))
@click.argument("name", metavar="ИМЯ", help="Имя плагина латиницей: my-region; пакет назовётся profdev-my-region.")
def command(name: str) -> None:
    """Завести плагин: пакет с формулой, который ставится и проходит свои проверки.

    Внутри одна формула и три проверки; остальные хуки названы в README. Имя, которым уже зовут встроенный или
    установленный плагин, не годится.
    """
    short = checked_name(name.removeprefix(_PREFIX))
    taken = {*STOCK, *(point.name for point in entry_points(group=NAME))}
    if short in taken:
        raise RequestError(f"плагин «{short}» уже есть: выберите другое имя")
    word = short.replace("-", "_")
    project = f"{_PREFIX}{short}"
    words = {"name": short, "project": project, "package": f"profdev_{word}", "kind": f"{word}_uncovered"}
    put_new(Path(project), filled("plugin", words))
    say(
        f"Готово: {project}. Дальше:",
        f"  python -m pip install -e {project} pytest",
        f"  python -m pytest {project}",
        f"  profdev kinds {words['kind']}",
    )
