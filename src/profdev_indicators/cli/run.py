"""`profdev run`: the main job, from files to values, findings, recommendations and reports."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import pluggy
import polars as pl

from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import (
    FILE,
    cache_folder,
    config_argument,
    counting_options,
    data_option,
    manager,
    without_option,
)
from profdev_indicators.cli.outputs import PUBLISHED, RECORD, Outputs, outputs, written_by_hand
from profdev_indicators.cli.progress import counted_so_far
from profdev_indicators.cli.speech import Command, Word, no_such
from profdev_indicators.cli.staging import put_whole
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import analyse, load, monitor, publish
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
    help="Какие отчёты писать; можно повторять или через запятую. Без него — те, что названы в reports района, а если"
    f" не названы — {', '.join(STOCK_REPORTS)}. Какие есть: profdev kinds.",
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
@counting_options
@without_option
def command(  # noqa: PLR0913, PLR0917 - one argument is one option of the command
    config: Path,
    period: str,
    data: Path,
    out: Path,
    since: str | None,
    profile: str,
    readings: str | None,
    render: tuple[str, ...],
    fail_on: str | None,
    provisional: bool,  # noqa: FBT001 - click passes options by name
    engine: str | None,
    cache: Path | None,
    no_cache: bool,  # noqa: FBT001 - the same
    without: tuple[str, ...],
) -> int:
    """Посчитать показатели: значения, динамика, рекомендации, отчёты.

    Пишет values.parquet, values.csv, findings.csv, alarms.csv (сколько тревог могли быть случайны),
    recommendations.csv, defects.csv, tallies.csv (что стоит за числами, посчитанными по записям), таблицы анализов из
    analyses, run.json (из чего и чем посчитано) и файлы отчётов. Файлы появляются все вместе или не появляются вовсе.
    Более ранние периоды, которые лежат в папке данных, читаются сами: с ними сравнивается. Тексты, которые вы правили в
    документах, остаются вашими.

    С --profile publish малые числа скрыты, а всё остальное посчитано заново из того, что осталось; defects.csv не
    пишется, а published.parquet помнит, что показано. Публикуйте в одну и ту же папку: скрытое в прошлый раз остаётся
    скрытым.

    Код возврата: 0 — сделано; 1 — ошибки в конфигурации или файлах; 2 — неверная команда; 3 — сделано, но есть
    находки, о которых спрашивал --fail-on.
    """
    _refuse_output_among_data(out, data)
    threshold = severity_from(fail_on) if fail_on else None
    plugins = manager(without)
    kept = cache_folder(cache, off=no_cache)
    district = load(config, plugins)
    reports = _reports(render, district, plugins)
    stage = ["Считаю"]
    with waiting(lambda: stage[-1]), counted_so_far(stage, kept) as on_progress:
        monitoring = monitor(
            district,
            period=period,
            since=since,
            data=data,
            readings=_readings(readings),
            provisional=provisional,
            engine=engine,
            cache=kept,
            on_progress=on_progress,
            plugins=plugins,
        )
        noticed, hidden = monitoring.notices, None
        if profile == "publish":
            stage.append("Скрываю малые числа")
            monitoring, protection = publish(monitoring, published=_published(out), data=data, plugins=plugins)
            noticed, hidden = (*noticed, *protection.notices), protection.hidden
        else:
            monitoring = analyse(monitoring, data=data)
        asked = {
            "asked": [str(each) for each in monitoring.periods],
            "profile": profile,
            "provisional": provisional,
            "readings": readings or "main",
        }
        made = outputs(monitoring, reports, asked, folder=out, on_report=lambda kind: stage.append(f"Пишу: {kind}"))
        put_whole(made.files, out, RECORD, by_hand=made.theirs.__contains__, keep=written_by_hand(out / RECORD))
    complain(*(f"Предупреждение: {notice}" for notice in noticed))
    say(*_summary(monitoring), *_hidden(hidden), *_written(out, made))
    return REACHED if threshold and _reaches(monitoring, threshold) else 0


def _published(out: Path) -> pl.DataFrame | None:
    """VALUES of the publication that lies there."""
    try:
        record = json.loads((out / RECORD).read_bytes())
        earlier = pl.read_parquet(out / PUBLISHED)
    except (OSError, ValueError, pl.exceptions.PolarsError):
        return None
    return earlier if isinstance(record, dict) and record.get("profile") == "publish" else None


def _hidden(hidden: pl.DataFrame | None) -> Iterator[str]:
    if hidden is None:
        return
    primary = hidden.filter("primary").height
    values = counted(hidden.height, "значение", "значения", "значений")
    yield f"  скрыто: {values}; из них по малости {primary}, остальные — чтобы их нельзя было вычислить"


def _written(out: Path, made: Outputs) -> Iterator[str]:
    """What lies where; a folder is named once."""
    parts = Counter(name.partition("/")[0] + ("/" if "/" in name else "") for name in made.files)
    names = (f"{name} ({number})" if name.endswith("/") else name for name, number in sorted(parts.items()))
    yield f"Записано в {out}: {', '.join(names)}"
    for name, texts in made.kept.items():
        yield f"Ваши тексты остались: {out / name}: {', '.join(texts)}"
    for name in sorted(made.theirs):
        yield f"Не тронуто, вы меняли файл целиком: {out / name}; новый лежит рядом"


def _refuse_output_among_data(out: Path, data: Path) -> None:
    if out.resolve().is_relative_to(data.resolve()):
        raise RequestError(f"--out {out} лежит в папке данных {data}: результат смешался бы с ответами")


def _reports(wanted: Sequence[str], district: District, plugins: pluggy.PluginManager) -> Mapping[str, Renderer]:
    """Reports by kind: those asked for, else those of the district, else the stock ones; set up by the district."""
    known = kinds(plugins)[Renderer]
    names_of = {kind: name for name, kind in known.items()}
    own = {names_of[type(report)]: report for report in district.reports}
    names = [name.strip() for text in wanted for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise no_such("отчёта", name, list(known))
    return {name: own.get(name) or known[name]() for name in names or own or STOCK_REPORTS}


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
