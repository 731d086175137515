"""`profdev simulate`: thresholds chosen with open eyes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from profdev_indicators import load, monitor
from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import FILE, config_argument, data_option, manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.staging import digests, put_whole
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.engine.judge import rules_of
from profdev_indicators.errors import RequestError
from profdev_indicators.model import Rule
from profdev_indicators.plugins import kinds
from profdev_indicators.views.tables import table_of
from profdev_indicators.wording import count
from profdev_statistics.simulation import Outcome, Sizes, simulate, without_judging
from profdev_statistics.simulation.drawing import Course
from profdev_statistics.simulation.telling import lines, page

RECORD = "simulate.json"
_MOST_RUNS = 100_000
_MOST_PERIODS = 40
_LAST_SEED = 2**32 - 1


def _number(least: float, most: float, *, whole: bool = False) -> Callable[..., float]:
    """A callback: one number within bounds, with a comma or a point."""

    def read(_context: click.Context, parameter: click.Parameter, given: str) -> float:
        return _read(given, parameter, least, most, whole=whole)

    return read


def _falls(_context: click.Context, parameter: click.Parameter, given: str) -> tuple[float, ...]:
    texts = [text for text in given.replace(";", ",").split(",") if text.strip()]
    return tuple(sorted({_read(text, parameter, 0.1, 100) for text in texts}))


def _read(given: str, parameter: click.Parameter, least: float, most: float, *, whole: bool = False) -> float:
    text = given.strip().replace(",", ".")
    try:
        number = int(text) if whole else float(text)
    except ValueError:
        number = float("nan")
    if not least <= number <= most:
        kind = "целое число" if whole else "число"
        bounds = f"от {count(least)} до {count(most)}"
        raise click.BadParameter(f"«{given.strip()}»: нужно {kind} {bounds}", param=parameter)
    return number


@click.command(
    cls=Command,
    examples=(
        "profdev simulate configs/chegem.yaml --period 2022 --data data",
        "profdev simulate configs/chegem.yaml --period 2022 --data data --runs 500 --falls 10,15,20 --out пороги",
        "profdev simulate configs/chegem.yaml --period 2022 --data data --noise 4 --stay 70",
    ),
)
@config_argument
@click.option(
    "--period", metavar="ПЕРИОД", required=True, help="Чью численность и доли взять: последние ответы не позже него."
)
@data_option
@click.option(
    "--runs",
    metavar="ЧИСЛО",
    default="100",
    callback=_number(1, _MOST_RUNS, whole=True),
    help="Сколько отчётов разыграть каждого рода (100). Больше — точнее и дольше.",
)
@click.option(
    "--falls",
    metavar="П.П.,…",
    default="5,10,20,30",
    callback=_falls,
    help="Какие настоящие падения искать, в процентных пунктах (5,10,20,30); пусто — только ложные тревоги.",
)
@click.option(
    "--periods",
    metavar="ЧИСЛО",
    default="5",
    callback=_number(1, _MOST_PERIODS, whole=True),
    help="Сколько периодов в ряду вместе с последним (5): правилам с историей нужен длинный.",
)
@click.option(
    "--noise",
    metavar="П.П.",
    default="0",
    callback=_number(0, 50),
    help="На сколько уровень каждой организации колеблется от периода к периоду и без причины (0); на деле бывает 4.",
)
@click.option(
    "--stay",
    metavar="ПРОЦЕНТ",
    default="0",
    callback=_number(0, 100),
    help="Сколько процентов людей — те же, что в прошлом периоде, и делают то же (0). Тогда ложных тревог меньше.",
)
@click.option(
    "--drift",
    metavar="ПРОЦЕНТ",
    default="0",
    callback=_number(0, 50),
    help="На сколько процентов колеблется численность от периода к периоду (0).",
)
@click.option(
    "--gradual",
    is_flag=True,
    help="Падения не разом в последнем периоде, а поровну за весь ряд: для правил, которые ищут медленное.",
)
@click.option(
    "--seed",
    metavar="ЧИСЛО",
    default="1",
    callback=_number(0, _LAST_SEED, whole=True),
    help="Какой розыгрыш (1): с тем же числом — тот же ответ.",
)
@click.option("--out", metavar="ПАПКА", type=FILE, help="Записать и таблицы: simulate.md, alarms.csv, found.csv.")
@without_option
def command(  # noqa: PLR0913 - the options of a command line, each by its name
    config: Path,
    period: str,
    data: Path,
    runs: int,
    falls: tuple[float, ...],
    out: Path | None,
    without: tuple[str, ...],
    *,
    periods: int,
    noise: float,
    stay: float,
    drift: float,
    gradual: bool,
    seed: int,
) -> int:
    """Узнать заранее, сколько ложных тревог дадут правила района и какие падения они заметят.

    Берёт организации района с их настоящей численностью и долями и много раз разыгрывает отчёты, в которых ничего не
    изменилось: кто из десяти учителей прошёл диагностику, решает случай. Потом — отчёты, где в одной ячейке из
    двадцати доля упала на самом деле. Те и другие судят правила района, все и ровно так, как они записаны.

    По каждому правилу печатается, сколько раз оно поднимет тревогу без причины и какую часть настоящих падений найдёт
    в организациях разной численности. Меняйте пороги в CONFIG и повторяйте: чем строже порог, тем меньше ложных тревог
    и тем больше пропущенных падений. Данных и конфигурации команда не меняет.
    """
    plugins = manager(without)
    district = load(config, plugins)
    names = {kind: name for name, kind in kinds(plugins)[Rule].items()}
    progress = {"done": 0, "of": 0}

    def told(done: int, of: int) -> None:
        progress.update(done=done, of=of)

    with waiting(lambda: f"Разыгрываю отчёты: {progress['done']} из {progress['of']}"):
        monitoring = monitor(without_judging(district), period=_one(period), data=data, plugins=plugins)
        sizes = Sizes.of(district, monitoring)
        _refuse_nothing(sizes, names)
        outcome = simulate(
            sizes,
            runs=runs,
            falls=falls,
            course=Course(periods=periods, noise=noise, stay=stay / 100, drift=drift, gradual=gradual),
            rule_names=names,
            seed=seed,
            told=told,
        )
    complain(*(f"Предупреждение: {notice}" for notice in monitoring.notices))
    say(*lines(outcome))
    if out is not None:
        files = _files(outcome, seed)
        put_whole(files, out, RECORD)
        say("", f"Записано в {out}: {', '.join(sorted(files))}")
    return 0


def _one(period: str) -> str:
    if "," in period or ".." in period:
        raise RequestError(f"--period: нужен один период, а не «{period}»: численность берётся за него")
    return period


def _refuse_nothing(sizes: Sizes, names: Mapping[type, str]) -> None:
    """Complain of a district in which there is nothing to draw or nobody to judge.

    Raises:
        RequestError: there are no shares, none of them can change, or there are no rules.
    """
    if sizes.steady.all():
        raise RequestError(
            f"разыгрывать нечего: за {sizes.period} и раньше нет ни одной доли с численностью больше одного человека"
        )
    if not any(rules_of(indicator, sizes.district, names) for indicator in sizes.district.indicators):
        raise RequestError("судить нечем: в конфигурации нет ни одного правила (dynamics.rules)")


def _files(outcome: Outcome, seed: int) -> Mapping[str, bytes]:
    course = outcome.course
    files = {
        "simulate.md": page(outcome).encode(),
        "alarms.csv": table_of(outcome.alarms),
        "found.csv": table_of(outcome.found),
    }
    record = {
        "district": outcome.sizes.district.id,
        "config": outcome.sizes.district.digest,
        "period": str(outcome.sizes.period),
        "runs": outcome.runs,
        "falls": outcome.falls,
        "periods": course.periods,
        "noise": course.noise,
        "stay": course.stay,
        "drift": course.drift,
        "gradual": course.gradual,
        "seed": seed,
        "files": digests(files),
    }
    return files | {RECORD: (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()}
