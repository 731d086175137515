"""`profdev new district`: a configuration with data that runs at once."""

from __future__ import annotations

import json
from pathlib import Path

import click

from profdev_indicators.cli.console import say
from profdev_indicators.cli.new.template import checked_name, filled, put_new
from profdev_indicators.cli.options import manager
from profdev_indicators.cli.speech import Command
from profdev_indicators.config.schema import json_schema
from profdev_indicators.plugins import kinds


@click.command(cls=Command, examples=("profdev new district my-district",))
@click.argument("name", metavar="ИМЯ", help="Имя папки и id района латиницей: my-district.")
def command(name: str) -> None:
    """Завести район: конфигурация, организации, ответы за два года, случаи.

    Получившееся сразу проверяется (check), считается (run), объясняется (explain) и проходит свои случаи (cases).
    Организации и числа вымышлены: замените их своими.
    """
    folder = Path(checked_name(name))
    schema = json.dumps(json_schema(kinds(manager())), ensure_ascii=False, indent=2) + "\n"
    put_new(folder, filled("district", {"name": name}) | {"schema.json": schema.encode()})
    say(
        f"Готово: {folder}. Дальше:",
        f"  profdev check {name}/district.yaml",
        f"  profdev run {name}/district.yaml --period 2022 --data {name}/data --out {name}-report",
        f"  и по {name}/README.md",
    )
