"""The command `profdev`: parse, call the library, print."""

from __future__ import annotations

from collections.abc import Sequence

import click

from profdev_indicators.cli.console import complain, ready_console, refusal
from profdev_indicators.cli.speech import LazyGroup, complaint
from profdev_indicators.errors import ProblemsError, ProfdevError, RequestError

DONE, PROBLEMS, USAGE, INTERRUPTED = 0, 1, 2, 130

SUMMARIES = {
    "demo": "Вымышленный район с данными за четыре года: записать, посчитать, показать, где смотреть.",
    "check": "Проверить конфигурацию: все ошибки сразу, с файлом, строкой и столбцом.",
    "card": "Приготовить карту каждой организации: XLSX, который она заполнит и пришлёт.",
    "collect": "Показать, кто ответил, кто опаздывает и что исправить; написать книгу и письма.",
    "pseudonymise": "Заменить в реестре имена и СНИЛС ключами, чтобы считать по нему, не зная, кто это.",
    "run": "Посчитать показатели: значения, динамика, рекомендации, отчёты.",
    "explain": "Объяснить одно число: из каких ячеек, по какой формуле и по какому акту.",
    "cases": "Проверить конфигурацию на примерах, написанных по-русски.",
    "diff": "Сравнить две конфигурации: что изменилось и какие сравнения это рвёт.",
    "plugins": "Показать установленные плагины, их версии и порядок.",
    "kinds": "Показать, чем можно читать, считать, судить и печатать; поля одного вида.",
    "schema": "Напечатать JSON Schema конфигурации для редактора.",
    "new": "Завести новый район или новый плагин.",
}


COMMANDS = "profdev_indicators.commands"
"""The entry-point group in which a plugin announces a command of its own: name = «module:click command»."""

START = (
    "profdev demo                       посмотреть на готовом примере",
    "profdev new district my-district   завести свой район",
    "profdev КОМАНДА --help             справка по команде с примером",
)


@click.command(cls=LazyGroup, home=__name__, summaries=SUMMARIES, announced=COMMANDS, examples=START)
@click.version_option(
    package_name="profdev-indicators", message="%(prog)s %(version)s", help="Показать версию и выйти."
)
def profdev() -> None:
    """Показатели профессионального развития педагогов: от карт школ до заполненной формы."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit code.

    0: done; 1: problems in the configuration or the files, all of them printed; 2: wrong usage; 3: done, but
    findings reached ``--fail-on``.
    """
    return answer(profdev, arguments, name="profdev")


def answer(command: click.Command, arguments: Sequence[str] | None, *, name: str) -> int:
    """Run a command of ours, or of a plugin, and return its exit code; whatever is wrong is told on stderr."""
    ready_console()
    try:
        return command.main(arguments, prog_name=name, standalone_mode=False) or DONE
    except (ProfdevError, click.UsageError, click.Abort, OSError) as error:
        code, lines = _confess(error)
        complain(*lines)
        return code


def _confess(error: Exception) -> tuple[int, tuple[str, ...]]:
    """The exit code and the lines for stderr."""
    match error:
        case click.UsageError():
            return USAGE, (complaint(error),)
        case ProblemsError():
            return PROBLEMS, tuple(map(str, error.problems))
        case click.Abort():
            return INTERRUPTED, ("Прервано.", *map(str, error.args))
        case OSError():
            return PROBLEMS, (f"Ошибка: {refusal(error)}",)
        case _:
            return USAGE if isinstance(error, RequestError) else PROBLEMS, (f"Ошибка: {error}",)
