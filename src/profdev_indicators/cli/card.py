"""`profdev card`: the blank card of every organisation, written where no filled one can be lost."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import click
from attrs import frozen

from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import FILE, config_argument, manager, without_option
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.staging import digests, put_whole, recorded
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.errors import RequestError
from profdev_indicators.facade import cards, load
from profdev_indicators.wording import counted

RECORD = "cards.json"


@click.command(
    cls=Command,
    examples=(
        "profdev card configs/chegem.yaml --period 2022 --data data --out карты",
        "profdev card configs/chegem.yaml --period 2022 --data data --out карты --deadline 2023-01-20 --unit s01",
    ),
)
@config_argument
@click.option("--period", metavar="ПЕРИОД", required=True, help="О чём карта: 2022; 2021/2022; 2022-Q3.")
@click.option("--out", metavar="ПАПКА", type=FILE, required=True, help="Куда писать карты.")
@click.option(
    "--data",
    metavar="ПАПКА",
    type=FILE,
    help="Папка с присланными файлами: оттуда список организаций и прошлые ответы; без неё — только конфигурация.",
)
@click.option(
    "--deadline", metavar="ДАТА", help="Когда вернуть: 10-01 или 2022-10-01; без него — card.deadline конфигурации."
)
@click.option("--unit", "units", metavar="ID", multiple=True, help="Только этой организации; можно повторять.")
@without_option
def command(
    config: Path,
    period: str,
    out: Path,
    data: Path | None,
    deadline: str | None,
    units: tuple[str, ...],
    without: tuple[str, ...],
) -> int:
    """Приготовить карту каждой организации: XLSX, который она заполнит и пришлёт.

    Вопросы — словами формы, с пояснениями; жёлтое заполняют, остальное закрыто; столбец «Проверка» сразу говорит,
    что не так. Известное уже вписано, прошлые ответы стоят рядом. Карту, которую в папке кто-то заполнил или изменил,
    команда не перезаписывает: оставляет и называет.
    """
    if data is not None and out.resolve().is_relative_to(data.resolve()):
        raise RequestError(f"--out {out} лежит в папке данных {data}: пустые карты приняли бы за ответы")
    district = load(config, manager(without))
    with waiting("Готовлю карты"):
        made = cards(district, period=period, data=data, deadline=deadline, units=units or None)
        sorted_out = _sorted_out(made, out, only_these=bool(units))
        files = {**sorted_out.files, RECORD: _record(district.id, period, sorted_out)}
        put_whole(files, out, RECORD, keep=sorted_out.stay)
    complain(*(f"Предупреждение: прошлые ответы не прочитаны: {notice}" for notice in made.notices))
    complain(*(f"Оставлена как есть, её изменили: {out / name}" for name in sorted_out.kept))
    ready = counted(len(made) - len(sorted_out.kept), "карта", "карты", "карт")
    say(f"{district.title}, {period}: {ready} в папке {out}")
    return 0


@frozen(kw_only=True)
class _SortedOut:
    """What becomes of every file of the folder."""

    files: Mapping[str, bytes]  # to be written
    kept: Sequence[str]  # made, but somebody has changed the one which lies there
    stay: Mapping[str, str]  # what an earlier run wrote and this one does not touch: name → SHA-256 as written


def _sorted_out(made: Mapping[str, bytes], out: Path, *, only_these: bool) -> _SortedOut:
    earlier, new = recorded(out / RECORD), digests(made)
    there = {name: _digest(out / name) for name in made if (out / name).exists()}
    same = {name: digest for name, digest in new.items() if there.get(name) == digest}
    kept = [name for name, digest in there.items() if name not in same and digest != earlier.get(name)]
    others = {name: digest for name, digest in earlier.items() if name not in made and only_these}
    return _SortedOut(
        files={name: content for name, content in made.items() if name not in same and name not in kept},
        kept=kept,
        stay=others | same | {name: earlier.get(name, "") for name in kept},
    )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else "не файл"


def _record(district: str, period: str, sorted_out: _SortedOut) -> bytes:
    files = dict(sorted({**sorted_out.stay, **digests(sorted_out.files)}.items()))
    record = {"district": district, "period": period, "files": files}
    return (json.dumps(record, ensure_ascii=False, indent=2) + "\n").encode()
