"""Files appear whole or not at all: written beside, then put in place together."""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from profdev_indicators.errors import PluginError, RequestError


def put_whole(
    files: Mapping[str, bytes], folder: Path, record: str | None = None, *, keep: Collection[str] = ()
) -> None:
    """Write files into a folder; if anything fails, the folder stays as it was.

    Files of an earlier run which are not made any more are removed, unless somebody has changed them since; files
    of others stay.

    Args:
        files: contents by name, relative to the folder.
        folder: made if absent.
        record: the name, among ``files``, of a JSON file whose key ``files`` says which files a run wrote: name →
            SHA-256. None: nobody wrote there before.
        keep: names of files of an earlier run which stay, though not among ``files``.

    Raises:
        PluginError: a name leads out of the folder.
        RequestError: a file of somebody else has the name of one of ours.
        OSError: it cannot be written.
    """
    _check_names(files)
    earlier = recorded(folder / record) if record else {}
    _check_strangers(files, folder, {*earlier, record} if earlier else set())
    gone = [name for name in earlier if name not in files and name not in keep]
    stale = [name for name in gone if _digest(folder / name) == earlier[name]]
    with _beside(folder) as staging:
        fresh, old = staging / "new", staging / "old"
        for name, content in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)
        if folder.exists():
            _replace(fresh, old, folder, (*stale, *files))
        else:
            fresh.rename(folder)


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """SHA-256 of every file, for the record."""
    return {name: sha256(content).hexdigest() for name, content in sorted(files.items())}


def recorded(record: Path) -> dict[str, str]:
    """Which files the last run wrote, with their SHA-256; empty where there was none."""
    try:
        told = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return {}
    written = told.get("files") if isinstance(told, dict) else None
    if not isinstance(written, dict):
        return {}
    names = {str(name): str(digest) for name, digest in written.items()}
    return {name: digest for name, digest in names.items() if not _leads_out(name)}


def _check_names(files: Mapping[str, bytes]) -> None:
    for name in files:
        if _leads_out(name):
            raise PluginError(f"имя файла отчёта выводит из папки: «{name}»")


def _leads_out(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not path.parts


def _check_strangers(files: Mapping[str, bytes], folder: Path, ours: set[str | None]) -> None:
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"{folder} — файл, а нужна папка")
    strangers = sorted(name for name in files if name not in ours and (folder / name).exists())
    if strangers:
        raise RequestError(f"в {folder} уже есть чужие файлы: {', '.join(strangers)}; укажите другую папку")


def _digest(path: Path) -> str | None:
    return sha256(path.read_bytes()).hexdigest() if path.is_file() else None


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder on the same disk, so that moving from it is one act; it is gone afterwards."""
    home = folder.absolute()
    home.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(mkdtemp(prefix=f".{home.name}.", suffix=".partial", dir=home.parent))
    (staging / "new").mkdir()  # not mkdtemp's own folder, which nobody else may read
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace(fresh: Path, old: Path, folder: Path, names: Iterable[str]) -> None:
    """Put new files in the place of old ones; at the first failure everything goes back."""
    with ExitStack() as undo:
        for name in names:
            target = folder / name
            if target.exists():
                _move(target, old / name)
                undo.callback(_move, old / name, target)
            if (fresh / name).exists():
                _move(fresh / name, target)
                undo.callback(target.unlink)
        undo.pop_all()


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
