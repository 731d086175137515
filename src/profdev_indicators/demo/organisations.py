"""The invented organisations of the example district; no name and no number belongs to anybody."""

from __future__ import annotations

from datetime import date

from attrs import frozen

from profdev_indicators.codes import INN_WEIGHTS

SCHOOLS, GARDENS, EXTRA = "школы", "детские сады", "дополнительное образование"
_NUMBERS = {"school": "01", "kindergarten": "02", "extra": "03"}  # how the codes of such organisations go on


@frozen(kw_only=True)
class Version:
    """What an organisation was called, and from which day to which."""

    name: str
    valid_from: date | None = None
    valid_to: date | None = None


@frozen(kw_only=True)
class Organisation:
    """One organisation of the example: its kind, its size and its names over time."""

    id: str
    kind: str
    cluster: str
    teachers: int  # about so many; the years differ a little
    young: int  # about so many of them are young; none stays none
    versions: tuple[Version, ...]
    aliases: tuple[str, ...] = ()

    @property
    def inn(self) -> str:
        """An ИНН of region 00, which is no region, with the right control digit."""
        digits = f"00{_NUMBERS[self.kind]}{self.id[1:]:0>4}0"
        [weights] = INN_WEIGHTS[len(digits) + 1]
        return f"{digits}{sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11 % 10}"

    @property
    def ogrn(self) -> str:
        """An ОГРН of the same region."""
        digits = f"10200{_NUMBERS[self.kind]}{self.id[1:]:0>5}"
        return f"{digits}{int(digits) % 11 % 10}"

    def existed(self, year: int) -> bool:
        """Whether it existed on the last day of the year."""
        return self.version(year) is not None

    def version(self, year: int) -> Version | None:
        """What it was on the last day of the year; None: it was not there."""
        day = date(year, 12, 31)
        return next(
            (one for one in self.versions if (one.valid_from or day) <= day <= (one.valid_to or day)),
            None,
        )


def organisations() -> tuple[Organisation, ...]:
    """All of them, in the order of the roster: schools, kindergartens, additional education."""
    return (
        _school("s01", "МКОУ «СОШ № 1 с. Примерное»", 60, 7, "СОШ № 1 Примерное", "МКОУ СОШ 1 с.п. Примерное"),
        _school("s02", "МКОУ «СОШ № 2 с. Примерное»", 48, 5),
        _school("s03", "МКОУ «Гимназия с. Условное»", 44, 4),
        _school("s04", "МКОУ «СОШ с. Вымышленное»", 42, 5),
        Organisation(
            id="s05",
            kind="school",
            cluster=SCHOOLS,
            teachers=38,
            young=4,
            versions=(
                Version(name="МКОУ «СОШ с. Придуманное»", valid_to=date(2020, 12, 31)),
                Version(name="МКОУ «СОШ имени Первой книги с. Придуманное»", valid_from=date(2021, 1, 1)),
            ),
        ),
        _school("s06", "МКОУ «СОШ с. Небывалое»", 35, 3),
        _school("s07", "МКОУ «СОШ с. Сочинённое»", 31, 3),
        _school("s08", "МКОУ «СОШ с. Мнимое»", 28, 2),
        _school("s09", "МКОУ «СОШ с. Кажимое»", 30, 3),
        _school("s10", "МКОУ «СОШ с. Выдумкино»", 24, 2),
        _school("s11", "МКОУ «ООШ с. Небылицыно»", 19, 0),
        _school("s12", "МКОУ «ООШ с. Понарошкино»", 22, 2),
        _school("s13", "МКОУ «НОШ с. Якобино»", 13, 1),
        _school("s14", "МКОУ «НОШ х. Предположный»", 9, 0),
        _garden("d01", "МКДОУ «Детский сад «Небылица» с. Примерное»", 22, 3),
        _garden("d02", "МКДОУ «Детский сад «Выдумка» с. Примерное»", 17, 2),
        _garden("d03", "МКДОУ «Детский сад «Фантазёры» с. Условное»", 16, 2),
        _garden("d04", "МКДОУ «Детский сад «Понарошку» с. Вымышленное»", 14, 1),
        _garden("d05", "МКДОУ «Детский сад «Жили-были» с. Придуманное»", 12, 1),
        _garden("d06", "МКДОУ «Детский сад «Тридевятый» с. Небывалое»", 15, 2),
        _garden("d07", "МКДОУ «Детский сад «Сказка-присказка» с. Сочинённое»", 11, 1),
        _garden("d08", "МКДОУ «Детский сад «Будто бы» с. Мнимое»", 9, 0),
        _garden("d09", "МКДОУ «Детский сад «Воображуля» с. Кажимое»", 8, 0),
        _garden("d10", "МКДОУ «Детский сад «Кроха» с. Выдумкино»", 5, 0),
        _garden("d11", "МКДОУ «Детский сад «Чудо-юдо» с. Небылицыно»", 7, 1),
        Organisation(
            id="d12",
            kind="kindergarten",
            cluster=GARDENS,
            teachers=6,
            young=1,
            versions=(Version(name="МКДОУ «Детский сад «Былинка» с. Примерное»", valid_to=date(2020, 12, 31)),),
        ),
        Organisation(
            id="u01",
            kind="extra",
            cluster=EXTRA,
            teachers=18,
            young=2,
            versions=(Version(name="МКУ ДО «Центр «Выдумщик» с. Примерное»"),),
        ),
    )


def _school(identifier: str, name: str, teachers: int, young: int, *aliases: str) -> Organisation:
    return Organisation(
        id=identifier,
        kind="school",
        cluster=SCHOOLS,
        teachers=teachers,
        young=young,
        versions=(Version(name=name),),
        aliases=aliases,
    )


def _garden(identifier: str, name: str, teachers: int, young: int) -> Organisation:
    return Organisation(
        id=identifier,
        kind="kindergarten",
        cluster=GARDENS,
        teachers=teachers,
        young=young,
        versions=(Version(name=name),),
    )
