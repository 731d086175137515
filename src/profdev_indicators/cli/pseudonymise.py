"""`profdev pseudonymise`: a register of people in, the same register with keys in place of names out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import click

from profdev_indicators.cli.console import complain, say
from profdev_indicators.cli.options import FILE
from profdev_indicators.cli.speech import Command
from profdev_indicators.cli.waiting import waiting
from profdev_indicators.errors import RequestError
from profdev_indicators.intake.pseudonyms import Ages, FullName, Number, Pseudonymised, Salt, Snils, pseudonymise
from profdev_indicators.intake.pseudonyms.keys import Person
from profdev_indicators.intake.pseudonyms.salts import check_apart
from profdev_indicators.wording import counted

_WHO = "назовите, по чему узнать человека: --snils, --name вместе с --birth или --number — одно из трёх"


@click.command(
    cls=Command,
    examples=(
        "profdev pseudonymise педагоги.xlsx --out data/2022/register.csv --salt соль/соль.txt --new-salt --snils СНИЛС",
        "profdev pseudonymise п.csv --out data/2023/register.csv --salt соль/соль.txt --name ФИО --birth Рождение",
    ),
)
@click.argument("source", metavar="СПИСОК", type=FILE, help="Книга Excel, CSV или Parquet; заголовки в первой строке.")
@click.option("--out", metavar="ФАЙЛ", type=FILE, required=True, help="Куда писать: .csv или .parquet.")
@click.option("--salt", metavar="ФАЙЛ", type=FILE, help="Файл соли; без него — переменная PROFDEV_SALT.")
@click.option("--new-salt", is_flag=True, help="Создать файл соли: один раз, потом пользоваться им всегда.")
@click.option("--snils", metavar="СТОЛБЕЦ", help="Человека узнать по СНИЛС.")
@click.option(
    "--name",
    "names",
    metavar="СТОЛБЕЦ",
    multiple=True,
    help="Узнать по ФИО и дате рождения; фамилия, имя и отчество врозь — три раза по порядку.",
)
@click.option("--number", metavar="СТОЛБЕЦ", help="Узнать по табельному номеру.")
@click.option(
    "--within", metavar="СТОЛБЕЦ", help="Внутри чего номер не повторяется: ИНН организации; столбец остаётся."
)
@click.option("--birth", metavar="СТОЛБЕЦ", help="Дата рождения; в результате её не будет.")
@click.option("--age-at", metavar="ДАТА", help="Вместо неё — возраст в полных годах на этот день: 2022-12-31.")
@click.option("--bands", metavar="ЧИСЛА", help="Вместо возраста — группа: 25,36,46,56 — с каких лет новая.")
@click.option("--drop", metavar="СТОЛБЕЦ", multiple=True, help="Убрать; можно повторять.")
@click.option("--keep", metavar="СТОЛБЕЦ", multiple=True, help="Оставить только эти; можно повторять.")
@click.option("--key", metavar="ИМЯ", default="person_key", help="Столбец ключа; без него — person_key.")
def command(  # noqa: PLR0913 - one argument is one option of the command
    source: Path,
    out: Path,
    salt: Path | None,
    *,
    new_salt: bool,
    snils: str | None,
    names: tuple[str, ...],
    number: str | None,
    within: str | None,
    birth: str | None,
    age_at: str | None,
    bands: str | None,
    drop: tuple[str, ...],
    keep: tuple[str, ...],
    key: str,
) -> int:
    """Заменить в реестре имена и СНИЛС ключами, чтобы считать по нему, не зная, кто это.

    Ключ — HMAC-SHA-256 от того, по чему человека узнают, с солью: у одного человека он один во всех файлах и годах,
    а без соли по нему никого не узнать. Соль храните отдельно от данных и не теряйте: с другой все ключи другие.
    Исходный список команда не меняет; результат появляется целиком или не появляется вовсе.
    """
    person = _person(snils=snils, names=names, number=number, within=within, birth=birth)
    ages = _ages(age_at, bands)
    with ExitStack() as undo:
        secret = _salt(salt, source, out, undo, new=new_salt)
        with waiting("Заменяю имена ключами"):
            made = pseudonymise(
                source, out, person=person, salt=secret, key=key, birth=birth, ages=ages, drop=drop, keep=keep
            )
        undo.pop_all()
    complain(*(f"Предупреждение: {text}" for text in (*secret.warnings(), *_doubts(made, person))))
    rows, persons = counted(made.rows, "строка", "строки", "строк"), counted(made.persons, "ключ", "ключа", "ключей")
    say(f"{out}: {rows}, {persons}; столбцы: {', '.join(made.columns)}")
    if new_salt and salt is not None:
        say(f"Соль: {salt}. Сделайте копию в надёжном месте, никому не передавайте; с другой солью все ключи другие.")
    say(f"Ключ скрывает имя, но не человека: {_alone(made)}. Не передавайте файл дальше, лишние столбцы уберите.")
    return 0


def _person(
    *, snils: str | None, names: Sequence[str], number: str | None, within: str | None, birth: str | None
) -> Person:
    if sum(map(bool, (snils, names, number))) != 1:
        raise RequestError(_WHO)
    if within and not number:
        raise RequestError("--within нужен только вместе с --number")
    if snils:
        return Snils(column=snils)
    if number:
        return Number(column=number, within=within)
    if not birth:
        raise RequestError("тёзки не редкость: к --name нужна дата рождения (--birth)")
    return FullName(names=tuple(names), birth=birth)


def _ages(age_at: str | None, bands: str | None) -> Ages | None:
    if age_at is None:
        if bands is not None:
            raise RequestError("--bands нужен только вместе с --age-at")
        return None
    try:
        at = date.fromisoformat(age_at)
    except ValueError:
        raise RequestError(f"--age-at {age_at}: нужна дата вида 2022-12-31") from None
    try:
        bounds = tuple(int(bound) for bound in bands.split(",")) if bands is not None else ()
    except ValueError:
        bounds = (0,)  # refused with the rest
    return Ages(at=at, bands=bounds)


def _salt(file: Path | None, source: Path, out: Path, undo: ExitStack, *, new: bool) -> Salt:
    if file is None:
        if new:
            raise RequestError("--new-salt создаёт файл: назовите его (--salt)")
        return Salt.of_environment(os.environ)
    if not new:
        return Salt.read(file)
    check_apart(file, source, out)
    made = Salt.new(file)
    undo.callback(file.unlink)  # nothing was made with it
    return made


def _doubts(made: Pseudonymised, person: Person) -> Iterator[str]:
    if made.keyless:
        what = {"snils": "нет верного СНИЛС", "name": "нет имени или даты рождения", "number": "нет номера"}[
            person.kind
        ]
        yield _rows(
            f"{what}: ключа нет, каждая такая строка считается отдельным человеком", made.keyless, made.keyless_rows
        )
    if made.undated:
        yield _rows("нет даты рождения, которая может быть верной: возраст пуст", made.undated, made.undated_rows)


def _alone(made: Pseudonymised) -> str:
    if not made.alone:
        return "кто знает о нём достаточно, узнает его и здесь"
    rows = counted(made.alone, "строка", "строки", "строк")
    return f"{rows} из {made.rows} — с единственным сочетанием столбцов, и кто знает о человеке столько же, узнает его"


def _rows(what: str, number: int, first: Sequence[int]) -> str:
    more = f" и ещё {number - len(first)}" if number > len(first) else ""
    return f"{what} ({counted(number, 'строка', 'строки', 'строк')}: {', '.join(map(str, first))}{more})"
