"""`profdev check`: every problem of a configuration, with its place."""

from __future__ import annotations

from pathlib import Path

import attrs
import click

from profdev_indicators.cli.console import say, say_json
from profdev_indicators.cli.options import config_argument, format_option, manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.errors import ConfigError, Problem
from profdev_indicators.facade import load
from profdev_indicators.model import District
from profdev_indicators.wording import counted


@click.command(
    cls=Command,
    examples=("profdev check configs/chegem.yaml", "profdev check configs/chegem.yaml --format json"),
)
@config_argument
@format_option
@without_option
def command(config: Path, form: str, without: tuple[str, ...]) -> int:
    """Проверить конфигурацию: все ошибки сразу, с файлом, строкой и столбцом.

    Проверяется и всё, что конфигурация продолжает (extends, include). Одна строка — одна ошибка и как её
    исправить. Ничего не считается и не пишется. Код возврата: 0 — ошибок нет, 1 — есть.
    """
    try:
        district = load(config, manager(without))
    except ConfigError as error:
        _show(error.problems, form)
        return 1
    if form == "json":
        say_json([])
    else:
        say(f"{config}: ошибок нет. {_summary(district)}")
    return 0


def _show(problems: tuple[Problem, ...], form: str) -> None:
    if form == "json":
        say_json([attrs.asdict(problem) for problem in problems])
    else:
        say(*map(str, problems))


def _summary(district: District) -> str:
    sections = counted(len(district.sections), "раздел", "раздела", "разделов")
    indicators = counted(len(district.indicators), "показатель", "показателя", "показателей")
    return f"{district.title}: {sections}, {indicators}."
