"""Templates of a district: found beside its file, or ours where it has none of its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from profdev_indicators.errors import RequestError
from profdev_indicators.results import Monitoring
from profdev_reports.docx.package import PackageError
from profdev_reports.docx.stencil import stencil
from profdev_reports.docx.stock import stock

_MOST_BYTES = 16 * 1024 * 1024


class Template(bytes):
    """A template that remembers its name, for messages."""

    file: str = ""


def stock_or_own(monitoring: Monitoring, name: str | None, stock_kind: str) -> bytes:
    """The template to write documents in.

    Args:
        monitoring: its district's file is what a relative name is relative to.
        name: the file of the district's own template; None: ours.
        stock_kind: form, note, letters or order.

    Raises:
        RequestError: there is no such file beside the district's, or it is no template.
    """
    return stock(stock_kind) if name is None else own(monitoring.district.file, name)


def own(beside: Path | None, name: str) -> bytes:
    """The bytes of a district's template.

    Args:
        beside: the file of the district; None: it was not read from a file.
        name: the path of the template from there.

    Raises:
        RequestError: there is no such file, or it is no template.
    """
    template = Template(_read(beside, name))
    template.file = name
    try:
        stencil(bytes(template))
    except PackageError as error:
        raise RequestError(f"{name}: {error}") from error
    return template


def _read(beside: Path | None, name: str) -> bytes:
    cure = "положите шаблон рядом с файлом района; готовый, чтобы править, пишет `profdev templates ПАПКА`"
    plain = PurePosixPath(name.replace("\\", "/"))
    if beside is None:
        raise RequestError(f"{name}: конфигурация не из файла, и искать шаблон негде")
    folder = beside.resolve().parent
    if not name.strip() or plain.is_absolute() or ".." in plain.parts or ":" in name or "\0" in name:
        raise RequestError(f"{name}: путь к шаблону ведёт прочь от файла района; {cure}")
    file = (folder / plain).resolve()
    if not file.is_relative_to(folder):
        raise RequestError(f"{name}: путь к шаблону ведёт прочь от файла района; {cure}")
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise RequestError(f"{name}: шаблон больше {_MOST_BYTES // 1024**2} МБ")
        return file.read_bytes()
    except OSError as error:
        raise RequestError(f"{name}: нет такого шаблона; {cure}") from error
