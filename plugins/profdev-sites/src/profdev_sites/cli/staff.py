"""`profdev-sites staff`: teachers on the sites beside the answers."""

from __future__ import annotations

from pathlib import Path

import click
import polars as pl

from profdev_indicators.cli.console import complain, say, table
from profdev_indicators.cli.options import FILE, config_argument, data_option, manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import load
from profdev_indicators.wording import STATE_WORDS
from profdev_sites.evidence import RECORD, earlier, frame
from profdev_sites.staff import Comparison, beside


@click.command(
    cls=Command,
    examples=("profdev-sites staff configs/chegem.yaml --period 2022 --data data --evidence evidence/2022",),
)
@config_argument
@click.option("--period", metavar="ПЕРИОД", required=True, help="За какой период ответы: 2022.")
@data_option
@click.option("--evidence", metavar="ПАПКА", type=FILE, required=True, help="Папка, куда писала revisit --employees.")
@click.option("--item", metavar="ПОЛЕ", default="n_ped", help="С каким ответом сравнить (n_ped).")
@without_option
def command(config: Path, period: str, data: Path, evidence: Path, item: str, without: tuple[str, ...]) -> int:
    """Сравнить число педагогов на сайтах с тем, что ответили организации.

    Расхождение — повод переспросить, а не ошибка: на сайте могут стоять совместители или прошлогодний список.
    """
    seen = earlier(evidence)
    if seen is None:
        raise RequestError(f"в {evidence} нет {RECORD}: сначала profdev-sites revisit … --employees")
    plugins = manager(without)
    compared = beside(load(config, plugins), frame(seen.pages), period=period, item=item, data=data, plugins=plugins)
    say(*_lines(compared) if compared.table.height else ("Сравнивать нечего: ни ответов, ни педагогов на сайтах.",))
    complain(*(f"Предупреждение: {reason}" for reason in compared.unknown))
    return 0


def _lines(compared: Comparison) -> list[str]:
    ordered = compared.table.sort(pl.col("difference").abs(), descending=True, nulls_last=True, maintain_order=True)
    rows = [(_shown(r["told"]), _shown(r["on_site"]), _signed(r["difference"]), r["name"]) for r in ordered.to_dicts()]
    return table([("Ответ", "На сайте", "Разница", "Организация"), *rows])


def _shown(number: int | None) -> str:
    return STATE_WORDS["not_reported"] if number is None else str(number)


def _signed(number: int | None) -> str:
    return "" if number is None else f"{number:+d}".replace("-", "\N{MINUS SIGN}")
