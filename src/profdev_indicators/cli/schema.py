"""`profdev schema`: JSON Schema of a configuration, for editors."""

from __future__ import annotations

import click

from profdev_indicators.cli.console import say_json
from profdev_indicators.cli.options import manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.config.schema import json_schema
from profdev_indicators.plugins import kinds


@click.command(cls=Command, examples=("profdev schema > schema.json",))
@without_option
def command(without: tuple[str, ...]) -> None:
    """Напечатать JSON Schema конфигурации для редактора.

    Первая строка конфигурации «# yaml-language-server: $schema=schema.json» включает подсказки и проверку на
    лету. В схеме — виды всех установленных плагинов: после установки нового напечатайте её снова.
    """
    say_json(json_schema(kinds(manager(without))))
