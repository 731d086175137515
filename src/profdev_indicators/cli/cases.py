"""`profdev cases`: a configuration against what a methodologist expects of it."""

from __future__ import annotations

from pathlib import Path

import click

from profdev_indicators.cases import Case, read_cases, run_case
from profdev_indicators.cli.console import say
from profdev_indicators.cli.options import FILE, config_argument, manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.errors import ConfigError, Problem
from profdev_indicators.facade import load
from profdev_indicators.model import District
from profdev_indicators.wording import counted


@click.command(cls=Command, examples=("profdev cases configs/chegem.yaml случаи/*.yaml",))
@config_argument
@click.argument("files", metavar="ФАЙЛ…", type=FILE, nargs=-1, required=True, help="Файлы со случаями.")
@without_option
def command(config: Path, files: tuple[Path, ...], without: tuple[str, ...]) -> int:
    """Проверить конфигурацию на примерах, написанных по-русски.

    В файле — список случаев: что ответили организации (дано) и что должно получиться (ожидается). Печатается
    каждое несовпадение: ожидалось, получено, числитель и знаменатель. Код возврата: 0 — всё сошлось, 1 — нет.
    """
    plugins = manager(without)
    district = load(config, plugins)
    cases = _read(files, district)
    with waiting("Проверяю"):
        failed = [(case, failures) for case in cases if (failures := run_case(case, district, plugins))]
    for _, failures in failed:
        say(*map(str, failures))
    say(f"{counted(len(cases), 'случай', 'случая', 'случаев')}, не сошлось: {len(failed)}")
    return 1 if failed else 0


def _read(files: tuple[Path, ...], district: District) -> list[Case]:
    """The cases of all files, or the problems of all files."""
    cases: list[Case] = []
    problems: list[Problem] = []
    for file in files:
        try:
            cases.extend(read_cases(file, district))
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return cases
