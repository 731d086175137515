"""Files appear whole or not at all: written beside, then put in place together, by one process at a time."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import mkdtemp

from profdev_indicators.errors import PluginError, RequestError

PATIENCE = 20.0  # seconds; writing takes less than one
_PAUSE = 0.05  # seconds between two tries


def put_whole(
    files: Mapping[str, bytes],
    folder: Path,
    record: str | None = None,
    *,
    by_hand: Callable[[str], bool] = lambda _: False,
    keep: Collection[str] = (),
) -> tuple[str, ...]:
    """Write files into a folder; if anything fails, the folder stays as it was.

    Files of an earlier run which are not made any more are removed, unless somebody has changed them since; files
    of others stay. Two runs into one folder wait for one another.

    Args:
        files: contents by name, relative to the folder.
        folder: made if absent.
        record: the name, among ``files``, of a JSON file whose key ``files`` says which files a run wrote: name →
            SHA-256. None: nobody wrote there before.
        keep: names of files of an earlier run which stay, though not among ``files``.
        by_hand: whether a file is for people to edit: one that was edited since is left as it is.

    Returns:
        The names of the files left as they were because somebody edited them.

    Raises:
        PluginError: a name leads out of the folder.
        RequestError: a file of somebody else has the name of one of ours, or another run is writing and does not end.
        OSError: it cannot be written.
    """
    _check_names(files)
    with alone(folder):
        earlier = recorded(folder / record) if record else {}
        _check_strangers(files, folder, {*earlier, record} if earlier else set())
        edited = _edited(earlier, folder, by_hand)
        ours = {name: content for name, content in files.items() if name not in edited}
        if record and edited:
            ours[record] = _remembering(files[record], {name: earlier[name] for name in edited})
        gone = [name for name in earlier if name not in files and name not in keep]
        stale = [name for name in gone if digest_of(folder / name) == earlier[name]]
        with _beside(folder) as staging:
            fresh, old = staging / "new", staging / "old"
            for name, content in ours.items():
                (fresh / name).parent.mkdir(parents=True, exist_ok=True)
                (fresh / name).write_bytes(content)
            if folder.exists():
                _replace(fresh, old, folder, (*stale, *ours))
            else:
                fresh.rename(folder)
    return tuple(sorted(edited))


def put_file(content: bytes, target: Path) -> None:
    """Write one file whole or not at all; what stood there is replaced.

    Raises:
        RequestError: another run is writing there and does not end.
        OSError: it cannot be written.
    """
    with alone(target), _beside(target) as staging:
        fresh = staging / "new" / target.name
        fresh.write_bytes(content)
        fresh.replace(target)


@contextmanager
def alone(target: Path, patience: float = PATIENCE) -> Iterator[None]:
    """Keep other processes from writing to ``target``; the lock dies with its process.

    Args:
        target: the file or folder to be written.
        patience: seconds to wait for another run.

    Raises:
        RequestError: it is still writing.
        OSError: a file cannot be made beside the target.
    """
    home = target.absolute()
    home.parent.mkdir(parents=True, exist_ok=True)
    path = home.parent / f".{home.name}.lock"
    lock = _locked(path, time.monotonic() + patience)
    if lock is None:
        raise RequestError(f"в {target} сейчас пишет другой запуск программы: дождитесь его и повторите")
    try:
        yield
    finally:
        _give_up(lock, path)


def _locked(path: Path, until: float) -> int | None:
    """The descriptor of a lock file that is ours; None: somebody holds it for longer than we wait."""
    while True:
        lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        if _try_lock(lock):
            # Whoever held it before may have removed the file we opened: a lock on no file keeps nobody out.
            if _is_at(lock, path):
                return lock
            os.close(lock)
            continue
        os.close(lock)
        if time.monotonic() >= until:
            return None
        time.sleep(_PAUSE)


def _is_at(lock: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(lock), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _try_lock(lock: int) -> bool:
        try:
            msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _give_up(lock: int, path: Path) -> None:
        os.lseek(lock, 0, os.SEEK_SET)
        msvcrt.locking(lock, msvcrt.LK_UNLCK, 1)
        os.close(lock)
        with suppress(OSError):  # another run has opened it already
            path.unlink()

else:
    import fcntl

    def _try_lock(lock: int) -> bool:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def _give_up(lock: int, path: Path) -> None:
        with suppress(OSError):
            path.unlink()  # while it is still ours
        os.close(lock)


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


def _edited(earlier: Mapping[str, str], folder: Path, by_hand: Callable[[str], bool]) -> frozenset[str]:
    """Files for people which they have changed since we wrote them."""
    now = {name: digest_of(folder / name) for name in earlier if by_hand(name)}
    return frozenset(name for name, digest in now.items() if digest not in {None, earlier[name]})


def _remembering(record: bytes, written: Mapping[str, str]) -> bytes:
    """The record with files which an earlier run wrote and this one left alone."""
    told = json.loads(record)
    told["files"] = dict(sorted({**told["files"], **written}.items()))
    return (json.dumps(told, ensure_ascii=False, indent=2) + "\n").encode()


def digest_of(path: Path) -> str | None:
    """SHA-256 of a file; None: there is none."""
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
