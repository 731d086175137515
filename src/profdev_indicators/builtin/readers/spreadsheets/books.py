"""Books of any kind (XLSX, XLS, ODS): a file is looked at before it is unpacked, then told sheet by sheet."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from struct import error as StructError  # noqa: N812 - the module names its exception in small letters
from types import ModuleType
from typing import Any
from xml.etree import ElementTree as ET

from attrs import field, frozen

from profdev_indicators.builtin.readers.cardsheets import MARK
from profdev_indicators.builtin.readers.grids import MissingLibraryError, UnreadableError, plain
from profdev_indicators.builtin.readers.spreadsheets import xlsx as workbooks
from profdev_indicators.builtin.readers.spreadsheets.opendocument import read_opendocument
from profdev_indicators.builtin.readers.spreadsheets.packages import SMALL, Package, protected
from profdev_indicators.builtin.readers.spreadsheets.pages import Page, Place

_LARGEST = 256 << 20  # bytes of a file
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What zipfile, zlib and the numbers in mutilated XML raise besides their own errors.
_DAMAGE = (
    LookupError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    StopIteration,
    StructError,
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    ET.ParseError,
)
_OTHERS: Mapping[str, tuple[str, str]] = {
    "xl/workbook.bin": ("это двоичная книга Excel (XLSB)", "сохраните её как «Книга Excel (.xlsx)»"),
    "word/document.xml": ("это документ Word, а не книга", "перенесите таблицу в Excel и сохраните как XLSX"),
    "ppt/presentation.xml": ("это презентация, а не книга", "перенесите таблицу в Excel и сохраните как XLSX"),
}


@frozen(kw_only=True, eq=False)
class Book:
    """An opened book."""

    visible: tuple[str, ...]  # sheets, in their order
    hidden: tuple[str, ...]
    may_hold_a_card: bool  # false: the mark of a card is nowhere in it
    _open: Callable[[str], Page] = field(alias="open")

    def page(self, name: str) -> Page:
        """A sheet by its name.

        Raises:
            UnreadableError: it is damaged, or claims more cells than any table needs.
        """
        with _damage_named():
            return self._open(name)

    def named(self, wanted: str | None) -> str:
        """The sheet so called, without regard to case and spaces; None: the first visible one.

        Raises:
            UnreadableError: there is none.
        """
        if wanted is None:
            if not self.visible:
                raise UnreadableError("в книге нет видимых листов")
            return self.visible[0]
        names = (*self.visible, *self.hidden)
        near = [name for name in names if plain(name) == plain(wanted)]
        if wanted in names or near:
            return wanted if wanted in names else near[0]
        raise UnreadableError(f"нет листа «{wanted}»; есть: {', '.join(f'«{name}»' for name in names)}")


def open_book(path: Path) -> Book:
    """A book, nothing of which is unpacked beyond bounds.

    Raises:
        UnreadableError: it is no book, is protected, cut, or unpacks into more than any table needs.
        OSError: it cannot be opened.
    """
    size = path.stat().st_size
    if size > _LARGEST:
        message = f"книга занимает {size >> 20} МиБ, предел — {_LARGEST >> 20} МиБ"
        raise UnreadableError(message, hint="сохраните нужный лист отдельной книгой или как CSV")
    raw = path.read_bytes()
    _refuse_what_is_no_book(raw)
    with _damage_named():
        return _old(raw) if raw.startswith(_OLE) else _zipped(raw)


def _calamine() -> ModuleType:
    try:
        # Only those who read spreadsheets need it, and it is an extra.
        import python_calamine  # noqa: PLC0415
    except ImportError:
        message = "для книг Excel нужна библиотека python-calamine"
        raise MissingLibraryError(message, hint="pip install profdev-indicators[xlsx]") from None
    return python_calamine


def _refuse_what_is_no_book(raw: bytes) -> None:
    """Look at the first bytes."""
    start = raw[:4096].replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise UnreadableError(
            "файл пуст" if not raw.strip(b"\0") else "это не книга Excel", hint="возьмите файл заново"
        )
    if start.startswith(b"<"):
        hint = "откройте её в Excel и сохраните как «Книга Excel (.xlsx)»"
        if b'progid="excel.sheet"' in start or b"office:spreadsheet" in start:
            raise UnreadableError("это «Таблица XML 2003» под именем книги Excel", hint=hint)
        raise UnreadableError("это веб-страница под именем книги Excel", hint=hint)
    if start.startswith(b"mime-version:"):
        hint = "откройте её в Excel и сохраните как «Книга Excel (.xlsx)»"
        raise UnreadableError("это веб-архив под именем книги Excel", hint=hint)
    if not raw.startswith((_OLE, _ZIP)):
        raise UnreadableError("это не книга Excel", hint="сохраните таблицу как XLSX")


@contextmanager
def _damage_named() -> Iterator[None]:
    """Whatever a broken book makes the libraries raise is told in one sentence."""
    calamine = _calamine()
    try:
        yield
    except calamine.PasswordError:
        raise protected() from None
    except (calamine.CalamineError, *_DAMAGE) as error:
        raise _damaged(error) from error
    except BaseException as error:
        # A panic of a library written in Rust is no Exception, and its class cannot be imported.
        if type(error).__name__ != "PanicException":
            raise
        raise _damaged(error) from None


def _damaged(error: BaseException) -> UnreadableError:
    hint = "откройте её в Excel и сохраните заново"
    return UnreadableError(f"книга повреждена ({type(error).__name__})", hint=hint)


def _zipped(raw: bytes) -> Book:
    try:
        package = Package(raw)
    except (zipfile.BadZipFile, *_DAMAGE):
        raise UnreadableError("книга обрезана или повреждена", hint="возьмите файл заново") from None
    if "content.xml" in package:
        return _of_pages(read_opendocument(package))
    for part, (message, hint) in _OTHERS.items():
        if part in package:
            raise UnreadableError(message, hint=hint)
    if "xl/workbook.xml" not in package:
        raise UnreadableError("это архив, а не книга Excel", hint="распакуйте его или сохраните таблицу как XLSX")
    may_hold_a_card = package.holds(MARK.encode())
    sound = package.sound() if package.size <= SMALL else raw
    book = _calamine().CalamineWorkbook.from_filelike(io.BytesIO(sound))
    return Book(
        **_sheets(book),
        may_hold_a_card=may_hold_a_card,
        open=lambda name: _page(book, name, workbooks.hidden_texts(package, name)),
    )


def _old(raw: bytes) -> Book:
    try:
        # Who reads no XLS needs none of its libraries, and they are an extra.
        from profdev_indicators.builtin.readers.spreadsheets.xls import open_old  # noqa: PLC0415
    except ImportError:
        message = "для книг XLS нужны библиотеки xlrd и olefile"
        raise MissingLibraryError(message, hint="pip install profdev-indicators[xlsx]") from None
    book = open_old(raw)
    return Book(
        visible=tuple(name for name, is_visible in book.sheets.items() if is_visible),
        hidden=tuple(name for name, is_visible in book.sheets.items() if not is_visible),
        may_hold_a_card=True,
        open=book.page,
    )


def _of_pages(pages: tuple[tuple[Page, bool], ...]) -> Book:
    """A book all of which has been read."""
    return Book(
        visible=tuple(page.name for page, is_visible in pages if is_visible),
        hidden=tuple(page.name for page, is_visible in pages if not is_visible),
        may_hold_a_card=True,
        open={page.name: page for page, _ in pages}.__getitem__,
    )


def _sheets(book: Any) -> dict[str, tuple[str, ...]]:  # noqa: ANN401 - the library is loaded late
    seen = {page.name: str(page.visible).endswith("Visible") for page in book.sheets_metadata if _is_sheet(page)}
    return {
        "visible": tuple(name for name, is_visible in seen.items() if is_visible),
        "hidden": tuple(name for name, is_visible in seen.items() if not is_visible),
    }


def _is_sheet(page: Any) -> bool:  # noqa: ANN401 - the same
    return str(page.typ).endswith("WorkSheet")


def _page(book: Any, name: str, hidden: Mapping[Place, str]) -> Page:  # noqa: ANN401 - the same
    sheet = book.get_sheet_by_name(name)
    rows = sheet.iter_rows() if sheet.start else iter(())
    return Page(
        name, rows, left=sheet.start[1] if sheet.start else 0, hidden=hidden, merged=sheet.merged_cell_ranges or ()
    )
