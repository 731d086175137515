"""`profdev new`: a working start for a district or for a plugin."""

from __future__ import annotations

import click

from profdev_indicators.cli.speech import LazyGroup

SUMMARIES = {
    "district": "Завести район: конфигурация, организации, ответы за два года, случаи.",
    "plugin": "Завести плагин: пакет с формулой, который ставится и проходит свои проверки.",
}


@click.command(
    cls=LazyGroup,
    home=__name__,
    summaries=SUMMARIES,
    examples=("profdev new district my-district", "profdev new plugin my-region"),
)
def command() -> None:
    """Завести новый район или новый плагин.

    Пишет новую папку в текущей; существующую не трогает.
    """
