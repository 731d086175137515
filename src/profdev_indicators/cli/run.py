"""`profdev run`: the main job, from files to values, findings, recommendations and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import pluggy
import polars as pl

from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import FILE, config_argument, data_option, manager, without_option
from profdev_indicators.cli.outputs import RECORD, outputs
from profdev_indicators.cli.speech import Command, Word, no_such
from profdev_indicators.cli.staging import put_whole
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import analyse, load, monitor
from profdev_indicators.frames import SEVERITIES
from profdev_indicators.model import District, Renderer
from profdev_indicators.plugins import kinds
from profdev_indicators.results import Monitoring
from profdev_indicators.wording import SEVERITY_WORDS, counted, severity_from

REACHED = 3
STOCK_REPORTS = ("markdown", "csv", "json")


@click.command(
    cls=Command,
    examples=(
        "profdev run configs/chegem.yaml --period 2022 --data data --out out",
        "profdev run configs/chegem.yaml --period 2020..2022 --data data --out out --readings all --fail-on риск",
    ),
)
@config_argument
@click.option(
    "--period",
    metavar="ПЕРИОД",
    required=True,
    help="За что отчёт: 2022; 2020,2021; 2019..2022; 2021/2022; 2022-Q3.",
)
@data_option
@click.option("--out", metavar="ПАПКА", type=FILE, required=True, help="Куда писать.")
@click.option(
    "--since",
    metavar="ПЕРИОД",
    help="С какого периода читать прежние данные для динамики; без него — все, что есть.",
)
@click.option(
    "--profile",
    metavar="internal|publish",
    type=Word(("internal", "publish")),
    default="internal",
    expose_value=False,
    callback=lambda _ctx, _parameter, profile: _refuse_publishing(profile),
    help="internal — для своих (так по умолчанию); publish — для всех, со скрытием малых чисел.",
)
@click.option(
    "--readings",
    metavar="all|ПРОЧТЕНИЕ,…",
    help="Посчитать рядом и другие прочтения показателей: все или названные; без него — только принятые.",
)
@click.option(
    "--render",
    metavar="ОТЧЁТ",
    multiple=True,
    help=f"Какие отчёты писать; можно повторять или через запятую. Без него — {', '.join(STOCK_REPORTS)}."
    " Какие есть: profdev kinds.",
)
@click.option(
    "--fail-on",
    metavar="ВАЖНОСТЬ",
    help=f"Код возврата {REACHED}, если есть находка такой важности или выше: {', '.join(SEVERITY_WORDS.values())}.",
)
@click.option(
    "--provisional",
    is_flag=True,
    help="Ответы последнего периода ещё могут исправить: важность находок о нём не выше «внимания».",
)
@without_option
def command(  # noqa: PLR0913, PLR0917 - one argument is one option of the command
    config: Path,
    period: str,
    data: Path,
    out: Path,
    since: str | None,
    readings: str | None,
    render: tuple[str, ...],
    fail_on: str | None,
    provisional: bool,  # noqa: FBT001 - click passes options by name
    without: tuple[str, ...],
) -> int:
    """Посчитать показатели: значения, динамика, рекомендации, отчёты.

    Пишет values.parquet, values.csv, findings.csv, alarms.csv (сколько тревог могли быть случайны),
    recommendations.csv, defects.csv, таблицы анализов из analyses, run.json (из чего и чем посчитано) и файлы
    отчётов. Файлы появляются все вместе или не появляются вовсе. Более ранние периоды,
    которые лежат в папке данных, читаются сами: с ними сравнивается.

    Код возврата: 0 — сделано; 1 — ошибки в конфигурации или файлах; 2 — неверная команда; 3 — сделано, но есть
    находки, о которых спрашивал --fail-on.
    """
    _refuse_output_among_data(out, data)
    threshold = severity_from(fail_on) if fail_on else None
    plugins = manager(without)
    reports = _reports(render, plugins)
    district = load(config, plugins)
    with waiting("Считаю"):
        monitoring = monitor(
            district,
            period=period,
            since=since,
            data=data,
            readings=_readings(readings),
            provisional=provisional,
            plugins=plugins,
        )
        monitoring = analyse(monitoring, data=data)
        asked = {
            "asked": [str(each) for each in monitoring.periods],
            "profile": "internal",
            "provisional": provisional,
            "readings": readings or "main",
        }
        files = outputs(monitoring, reports, asked)
        put_whole(files, out, RECORD)
    complain(*(f"Предупреждение: {notice}" for notice in monitoring.notices))
    say(*_summary(monitoring), f"Записано в {out}: {', '.join(sorted(files))}")
    return REACHED if threshold and _reaches(monitoring, threshold) else 0


def _refuse_publishing(profile: str) -> None:
    if profile == "publish":
        raise RequestError(
            "профиль publish скрывает малые числа, а это делает плагин profdev-reports, которого ещё нет;"
            " ничего не записано. Для своих: --profile internal"
        )


def _refuse_output_among_data(out: Path, data: Path) -> None:
    if out.resolve().is_relative_to(data.resolve()):
        raise RequestError(f"--out {out} лежит в папке данных {data}: результат смешался бы с ответами")


def _reports(wanted: Sequence[str], plugins: pluggy.PluginManager) -> Mapping[str, Renderer]:
    known = kinds(plugins)[Renderer]
    names = [name.strip() for text in wanted for name in text.split(",") if name.strip()] or STOCK_REPORTS
    for name in names:
        if name not in known:
            raise no_such("отчёта", name, list(known))
    return {name: known[name]() for name in names}


def _readings(text: str | None) -> str | list[str]:
    if text in {None, "all", "main"}:
        return text or "main"
    return [reading.strip() for reading in str(text).split(",") if reading.strip()]


def _summary(monitoring: Monitoring) -> list[str]:
    district: District = monitoring.district
    organisations = monitoring.values.filter(pl.col("level") == 0, pl.col("state") != "not_defined")["unit"].n_unique()
    periods = ", ".join(map(str, monitoring.periods))
    lines = [
        f"{district.title}, {periods}: "
        + counted(len(district.indicators), "показатель", "показателя", "показателей")
        + ", "
        + counted(organisations, "организация", "организации", "организаций")
    ]
    for severity in reversed(SEVERITIES):
        found = monitoring.findings.filter(pl.col("severity") == severity).height
        if found:
            lines.append(f"  {SEVERITY_WORDS[severity]}: {counted(found, 'находка', 'находки', 'находок')}")
    asked = monitoring.defects.filter(pl.col("period").is_in([str(p) for p in monitoring.periods]))
    if asked.height:
        lines.append(f"  замечания к ответам: {asked.height} (defects.csv)")
    return lines


def _reaches(monitoring: Monitoring, threshold: str) -> bool:
    """Whether some finding is as grave as that or graver."""
    grave = SEVERITIES[SEVERITIES.index(threshold) :]
    return not monitoring.findings.filter(pl.col("severity").cast(pl.String).is_in(grave)).is_empty()
