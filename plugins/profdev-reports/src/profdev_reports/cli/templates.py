"""`profdev templates`: our templates as files, for a district to make them its own in Word."""

from __future__ import annotations

from pathlib import Path

import click

from profdev_indicators.cli.console import say
from profdev_indicators.cli.options import FILE
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.staging import put_file
from profdev_indicators.errors import RequestError
from profdev_reports.docx.stock import STOCK, stock

_TITLES = {"form": "форма", "note": "аналитическая справка", "letters": "письмо организации", "order": "проект приказа"}


@click.command(cls=Command, examples=("profdev templates шаблоны",))
@click.argument("folder", metavar="ПАПКА", type=FILE, help="Куда их положить.")
def command(folder: Path) -> int:
    """Записать готовые шаблоны документов, чтобы поправить их в Word и сделать своими.

    В каждом — слова в фигурных скобках: вместо {{ title }} встанет заголовок, вместо абзаца {{p body }} — текст. Поля,
    шрифты, бланк и подпись меняйте как угодно. Готовый шаблон положите рядом с файлом района и назовите в его reports:
    «- letters: {template: letters.docx}». Файлов, которые уже есть, команда не трогает.
    """
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} — файл, а нужна папка")
    files = {folder / f"{kind}.docx": kind for kind in STOCK}
    there = sorted(file.name for file in files if file.exists())
    if there:
        raise RequestError(f"в папке {folder} уже есть {', '.join(there)}: укажите другую, чтобы ничего не затереть")
    folder.mkdir(parents=True, exist_ok=True)
    for file, kind in files.items():
        put_file(stock(kind), file)
        say(f"{file} — {_TITLES[kind]}")
    return 0
