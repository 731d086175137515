"""`profdev-sites revisit`: the pages of protocols opened again, politely."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import click

from profdev_indicators.cli import INTERRUPTED
from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import FILE
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.errors import RequestError
from profdev_indicators.wording import counted
from profdev_sites.clock import SystemClock
from profdev_sites.evidence import RECORD, TABLE, Evidence
from profdev_sites.listing import listed
from profdev_sites.revisit import EMPLOYEES, employees, revisit, together
from profdev_sites.visiting import Visitor, user_agent

_MOST_HOSTS = 16
_LAST_ROW = 1_000_000
_COLUMNS = ("unit", "looked", "url")


def _contact(_context: click.Context, parameter: click.Parameter, given: str) -> str:
    try:
        user_agent(given)
    except ValueError as error:
        raise click.BadParameter(str(error), param=parameter) from error
    return given


def _columns(_context: click.Context, parameter: click.Parameter, given: Iterable[str]) -> dict[str, str]:
    columns = dict(text.partition("=")[::2] for text in given)
    wrong = [name for name, heading in columns.items() if name not in _COLUMNS or not heading]
    if wrong:
        message = f"«{wrong[0]}»: пишется КЛЮЧ=ЗАГОЛОВОК, ключи: {', '.join(_COLUMNS)}"
        raise click.BadParameter(message, param=parameter)
    return columns


def _from_one_to(most: int) -> Callable[[click.Context, click.Parameter, str | None], int | None]:
    def number(_context: click.Context, parameter: click.Parameter, given: str | None) -> int | None:
        if given is None:
            return None
        if not given.isdecimal() or not 1 <= int(given[:9]) <= most:
            raise click.BadParameter(f"«{given}»: число от 1 до {most}", param=parameter)
        return int(given)

    return number


@click.command(
    cls=Command,
    examples=(
        "profdev-sites revisit data/2022/sites.xlsx --out evidence/2022 --contact imo@chegem.example",
        "profdev-sites revisit sites.csv --out evidence/2022 --contact imo@chegem.example --employees",
    ),
)
@click.argument("protocols", metavar="ПРОТОКОЛ…", type=FILE, nargs=-1, required=True, help="Файлы с адресами страниц.")
@click.option("--out", metavar="ПАПКА", type=FILE, required=True, help="Куда записать, что открылось.")
@click.option(
    "--contact",
    metavar="ПОЧТА",
    required=True,
    callback=_contact,
    help="Почта (или адрес страницы) того, кто отвечает за обход: её увидят владельцы сайтов.",
)
@click.option(
    "--employees", "teachers", is_flag=True, help="Открыть на каждом сайте и /sveden/employees: посчитать педагогов."
)
@click.option(
    "--column",
    "columns",
    metavar="КЛЮЧ=ЗАГОЛОВОК",
    multiple=True,
    callback=_columns,
    help="Заголовок столбца, если он необычный: url=…, unit=…, looked=…; можно повторять.",
)
@click.option(
    "--header",
    metavar="СТРОКА",
    callback=_from_one_to(_LAST_ROW),
    help="Номер строки с заголовками, если над нею есть другие.",
)
@click.option(
    "--hosts",
    metavar="ЧИСЛО",
    default="4",
    callback=_from_one_to(_MOST_HOSTS),
    help="Сколько сайтов открывать одновременно (4). Один сайт — всегда по одной странице, с паузой от 1 с.",
)
@click.option(
    "--ca",
    metavar="ФАЙЛ",
    type=FILE,
    help="Ещё один корневой сертификат (PEM): многие сайты школ подписаны российским удостоверяющим центром.",
)
@click.option("--allow-private", is_flag=True, hidden=True, help="Для разработчиков: открывать и адреса местной сети.")
def command(
    protocols: tuple[Path, ...],
    out: Path,
    contact: str,
    columns: dict[str, str],
    header: int | None,
    hosts: int,
    ca: Path | None,
    *,
    teachers: bool,
    allow_private: bool,
) -> int:
    """Открыть страницы из протокола заново и записать, что открылось.

    Слушается robots.txt, открывает один сайт по одной странице с паузой, повторно берёт только изменившееся. В папку
    пишутся evidence.csv (для Excel) и evidence.json: код ответа, время, заголовок, SHA-256 и длина страницы, число
    педагогов на ней — без имён. Страница, которая не открылась, — «нет сведений», а не «нет»: вердикт выносит человек.
    Прерванный обход продолжается с того же места той же командой.
    """
    listing = listed(protocols, columns, header)
    lists, shared = employees(listing.pages) if teachers else ((), ())
    pages = together([*listing.pages, *lists])
    stop = threading.Event()
    visitor = Visitor(contact=contact, clock=SystemClock(stop=stop), private=allow_private, context=_trusting(ca))
    progress = {"done": 0}

    def told(done: int, _all: int) -> None:
        progress["done"] = done

    with waiting(lambda: f"Открываю страницы: {progress['done']} из {len(pages)}"):
        try:
            evidence = revisit(pages, out, visitor, hosts=hosts, stop=stop, told=told)
        except KeyboardInterrupt:
            complain("", f"Прервано; что успели, записано в {out}. Та же команда продолжит обход.")
            return INTERRUPTED
    complain(*(f"Предупреждение: {note}" for note in listing.notes))
    complain(*(f"Предупреждение: {site}{EMPLOYEES} не открыта: на сайте несколько организаций" for site in shared))
    say(*_summary(evidence), f"Записано в {out}: {TABLE}, {RECORD}")
    return 0


def _trusting(ca: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca is not None:
        try:
            context.load_verify_locations(cafile=ca)
        except (ssl.SSLError, FileNotFoundError) as error:
            raise RequestError(f"--ca {ca}: нет такого файла, или это не сертификат PEM") from error
    return context


def _summary(evidence: Evidence) -> list[str]:
    silent = [page for page in evidence.pages if page.outcome != "opened"]
    changed = sum(page.changed is True for page in evidence.pages)
    opened = len(evidence.pages) - len(silent)
    lines = [
        f"Открылось {opened} из {counted(len(evidence.pages), 'страницы', 'страниц', 'страниц')}"
        + (f", изменилось с прошлого раза: {changed}" if changed else "")
    ]
    lines += [f"  нет сведений: {page.url} — {page.error}" for page in silent]
    return lines
