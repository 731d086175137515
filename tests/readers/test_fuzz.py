"""Whatever a file holds, reading it ends in tables or in problems."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.builtin.readers import Files
from profdev_indicators.errors import SourceError
from readers.asking import ITEMS, book, request, write
from readers.cards import QUESTIONS, card, converted, drawn, moved, sheet
from readers.test_hostile import ods

READER = Files(location="{period}/*")
COLUMNS = ("unit", "inn", "ogrn", "period", "link", *ITEMS, *(f"{item}.link" for item in ITEMS))
TABLE = [
    ["Свод"],
    ["ОО", "Педагоги", ""],
    ["", "Педагогов всего", "из них прошли диагностику"],
    ["ш1", 31, 20],
    ["Итого", 31, 20],
]
XLSX = {
    "card": card(),
    "two cards": drawn(("Первая", sheet()), ("Вторая", moved(sheet(unit="ш2"), down=2, right=1))),
    "typed anew": drawn(("Карта", [["Организация", "ш1"], *([title, 5] for title in QUESTIONS.values())])),
    "table": book(TABLE, at=(2, 1)),
    "percents and errors": drawn(("Карта", sheet({"n_ped": "=1/0"})), percents=["D13"]),
}
CSV = 'unit;Педагогов всего;link\nш1;31;https://a\n"ш 2";15 чел.;\nИтого;46;\n'
CELLS = st.one_of(
    st.sampled_from(
        ["profdev-card/1", "value", "@unit", "@period", "n_ped", "Педагогов всего", "Ответ", "Итого", "1", "2"]
    ),
    st.integers(-(10**12), 10**12),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12),
)
SNIPPETS = st.sampled_from(
    b' |<|>|"|/|&amp;|&x;|<c>|<v>1e400</v>| r="ZZZ9"| r="A0"| t="s"| t="e"|<row>|</row>|<f/>|-1|99999999999|\xff'
    b"|<?xml version='1.0' encoding='utf-16'?>|<mergeCell ref='A1:XFD1048576'/>|xmlns:a='b'|NaN|1048577|".split(b"|")
)


def survives(root: Path, name: str, content: bytes) -> None:
    """Reading it, and all of what was read, ends in tables or in problems."""
    write(root, f"2022/{name}", content)
    titles = {item: (title,) for item, title in QUESTIONS.items()} | {"unit": ("ОО", "Организация")}
    with suppress(SourceError):
        tables = READER.read(request(root, columns=COLUMNS, titles=titles, district="demo"))
        # Only a table too long to be looked at twice may still prove broken, and none here is.
        pl.collect_all([table.frame for table in tables])


def flipped(content: bytes, damage: list[tuple[float, int]], keep: float) -> bytes:
    raw = bytearray(content)
    for place, byte in damage:
        raw[min(int(place * len(raw)), len(raw) - 1)] = byte
    return bytes(raw[: int(keep * len(raw)) or 1])


DAMAGE = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), max_size=8)
KEEP = st.just(1.0) | st.floats(0, 1)


@pytest.mark.parametrize("name", XLSX)
@given(damage=DAMAGE, keep=KEEP)
def test_bytes_flipped_or_cut(
    name: str, damage: list[tuple[float, int]], keep: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    survives(tmp_path_factory.mktemp("fuzz"), "card.xlsx", flipped(XLSX[name], damage, keep))


@given(
    content=st.sampled_from([ods(), CSV.encode(), CSV.encode("cp1251"), CSV.encode("utf-16")]), damage=DAMAGE, keep=KEEP
)
def test_bytes_of_other_formats_flipped_or_cut(
    content: bytes, damage: list[tuple[float, int]], keep: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    name = "card.ods" if content.startswith(b"PK") else "card.csv"
    survives(tmp_path_factory.mktemp("fuzz"), name, flipped(content, damage, keep))


@pytest.fixture(scope="module")
def old_book(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return converted(XLSX["percents and errors"], "xls", tmp_path_factory.mktemp("xls"))


@given(damage=DAMAGE, keep=KEEP)
def test_bytes_of_an_old_book_flipped_or_cut(
    old_book: bytes, damage: list[tuple[float, int]], keep: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    survives(tmp_path_factory.mktemp("fuzz"), "card.xls", flipped(old_book, damage, keep))


@given(changes=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8))
def test_records_of_an_old_book_changed(
    old_book: bytes, changes: list[tuple[float, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    raw = bytearray(old_book)
    starts = [
        at
        for at in range(512, len(raw) - 8, 2)
        if raw[at + 1] in {0, 2, 4, 8} and raw[at] in b"\x03\x05\x06\x7e\xbd\xfd\x85\x00\x1e\xe0"
    ]
    for place, offset, byte in changes:
        at = starts[min(int(place * len(starts)), len(starts) - 1)] + offset % 24
        raw[min(at, len(raw) - 1)] = byte
    survives(tmp_path_factory.mktemp("fuzz"), "card.xls", bytes(raw))


def parts_of(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return target.getvalue()


@given(
    content=st.sampled_from([*XLSX.values(), ods(), ods(ROWS=b'table:number-rows-repeated="3"')]),
    lost=st.sets(st.integers(0, 30), max_size=2),
    pieces=st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1), SNIPPETS, st.integers(0, 30)), max_size=6),
    swapped=st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1), st.floats(0, 1), st.integers(1, 200)), max_size=3),
)
def test_parts_lost_and_pieces_of_xml_swapped(
    content: bytes,
    lost: set[int],
    pieces: list[tuple[int, float, bytes, int]],
    swapped: list[tuple[int, float, float, int]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    parts = parts_of(content)
    names = list(parts)
    for number, place, snippet, gone in pieces:
        name = names[number % len(names)]
        at = int(place * len(parts[name]))
        parts[name] = parts[name][:at] + snippet + parts[name][at + gone :]
    for number, one, other, length in swapped:
        name = names[number % len(names)]
        part = parts[name]
        first, second = sorted((int(one * len(part)), int(other * len(part))))
        middle = part[first + length : second]
        parts[name] = (
            part[:first]
            + part[second : second + length]
            + middle
            + part[first : first + length]
            + part[second + length :]
        )
    kept = {name: part for number, (name, part) in enumerate(parts.items()) if number not in lost}
    survives(tmp_path_factory.mktemp("fuzz"), "card.ods" if "content.xml" in names else "card.xlsx", zipped(kept))


@given(
    rows=st.lists(st.lists(CELLS, max_size=8), max_size=30),
    at=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    marked=st.booleans(),
)
def test_any_cells_at_all(
    rows: list[list[object]], at: tuple[int, int], *, marked: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = drawn(("К", [*sheet(), *rows])) if marked else book(rows, at=at)
    survives(tmp_path_factory.mktemp("fuzz"), "card.xlsx", content)


@given(
    changed=st.dictionaries(st.tuples(st.integers(0, 13), st.integers(0, 6)), CELLS, max_size=10),
    lost=st.sets(st.integers(0, 13), max_size=3),
)
def test_cells_of_a_card_overwritten_and_rows_lost(
    changed: dict[tuple[int, int], object], lost: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = [row + [""] * (7 - len(row)) for row in sheet()]
    for (row, column), cell in changed.items():
        rows[row][column] = cell
    kept = [row for number, row in enumerate(rows) if number not in lost]
    survives(tmp_path_factory.mktemp("fuzz"), "card.xlsx", drawn(("К", kept)))


@given(
    lines=st.lists(
        st.text(
            st.sampled_from("ОО;,\t\"'1аПедагогов всего\r\u00a0") | st.characters(exclude_categories=["Cs"]),
            max_size=40,
        ),
        max_size=12,
    ),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_at_all(lines: list[str], encoding: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    survives(tmp_path_factory.mktemp("fuzz"), "card.csv", "\n".join(lines).encode(encoding))
