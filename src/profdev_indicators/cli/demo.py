"""`profdev demo`: an invented district with four years of files, written and run."""

from __future__ import annotations

from pathlib import Path

import click

from profdev_indicators.cli import run
from profdev_indicators.cli.console import say
from profdev_indicators.cli.options import FILE
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.demo import write
from profdev_indicators.errors import RequestError

REPORT = "отчёт"
PUBLIC = "публикация"
BY_REGISTER = "отчёт-по-реестру"
_OURS = {"district.yaml", "register.yaml", "data", REPORT, PUBLIC, BY_REGISTER}
_MARK = "Вымышленный район"  # the first line of the configuration which `demo` writes


@click.command(cls=Command, examples=("profdev demo", "profdev demo моя-папка"))
@click.argument("folder", metavar="[ПАПКА]", type=FILE, default="profdev-demo", help="Куда; без неё — profdev-demo.")
@click.pass_context
def command(ctx: click.Context, folder: Path) -> int:
    """Вымышленный район с данными за четыре года: записать, посчитать, показать, где смотреть.

    В данных спрятано то, что бывает на самом деле: молчащая школа, освобождённая, потерянная ссылка, настоящее
    падение и случайное, изменённое определение, переименование, противоречие. Чужую непустую папку не трогает.
    """
    _refuse_strangers(folder)
    with waiting("Готовлю пример"):
        demo = write(folder)
    period, report = demo.periods[-1], folder / REPORT
    code: int = ctx.invoke(run.command, config=demo.config, period=period, data=demo.data, out=report)
    say(
        "",
        "Где смотреть:",
        f"  {report / 'site' / 'index.html'} — всё по порядку: форма, что ухудшилось, критерии, организации",
        f"  {report / f'note-{period}.docx'} — справка; рядом форма, письма организациям, приказ, книга Excel",
        f"  {demo.readme} — что спрятано в данных",
        "Почему число такое:",
        f"  profdev explain {demo.config} 1.1 район --period {period} --data {demo.data}",
        "Опубликовать, скрыв малые числа:",
        f"  profdev run {demo.config} --period {period} --data {demo.data} --out {folder / PUBLIC} --profile publish",
        "Те же критерии о людях из реестра педагогов (data/register), а не из карт:",
        f"  profdev run {demo.register} --period {period} --data {demo.data} --out {folder / BY_REGISTER}",
    )
    return code


def _refuse_strangers(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RequestError(f"{folder} — файл, а нужна папка")
    names = {path.name for path in folder.iterdir()}
    config = folder / "district.yaml"
    ours = config.is_file() and _MARK in config.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    if names and not (ours and names <= _OURS):
        raise RequestError(f"папка {folder} не пуста: укажите другую, чтобы ничего не затереть")
