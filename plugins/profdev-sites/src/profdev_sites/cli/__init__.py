"""The command `profdev-sites`: parse, call the package, print."""

from __future__ import annotations

from collections.abc import Sequence

import click

from profdev_indicators.cli import answer
from profdev_indicators.cli.speech import LazyGroup

SUMMARIES = {
    "revisit": "Открыть страницы из протокола заново и записать, что открылось.",
    "staff": "Сравнить число педагогов на сайтах с тем, что ответили организации.",
}


@click.command(cls=LazyGroup, home=__name__, summaries=SUMMARIES)
@click.version_option(package_name="profdev-sites", message="%(prog)s %(version)s", help="Показать версию и выйти.")
def profdev_sites() -> None:
    """Мониторинг сайтов ОО. В сеть ходит только команда revisit, и только по адресам из протокола."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code: 0 done, 1 problems in files, 2 wrong usage."""
    return answer(profdev_sites, arguments, name="profdev-sites")
