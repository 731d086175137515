"""What was counted in records before: kept by the hash of their content, so that only what changed is counted again."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from hashlib import file_digest, sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

import polars as pl
from attrs import asdict, field, frozen

from profdev_indicators.errors import Problem
from profdev_indicators.records import Tallied, keys, lost

LARGEST = 2 << 30  # bytes kept altogether; what was not used for longest goes first

_PARTS = ("n", "p", "k", "u")
_ROWS, _LOST, _NOTES = "profdev.rows", "profdev.lost", "profdev.notes"
_HASHES = "files.json"
_MOMENT = 2_000_000_000  # nanoseconds: the coarsest clock of a file system in use


@frozen(kw_only=True, eq=False)
class Store:
    """A folder of sums by the key of what they were counted from. Sums only: no row and no person is ever in it.

    A damaged file is as good as none. Several programs may use one folder: files appear whole.
    """

    folder: Path
    _known: dict[str, list[str | int]] = field(factory=dict, init=False)

    @classmethod
    def at(cls, folder: Path) -> Store:
        """The store in a folder, made if it is not there; others on the machine may not look into it."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        store = cls(folder=folder)
        with suppress(OSError, ValueError):
            read = json.loads((folder / _HASHES).read_text(encoding="utf-8"))
            store._known.update(read if isinstance(read, dict) else {})
        return store

    def hashed(self, path: Path) -> str:
        """SHA-256 of the bytes of a file; the file is not read again while its size, time and number are the same."""
        state = path.stat()
        stamp: list[str | int] = [state.st_size, state.st_mtime_ns, state.st_ino]
        known = self._known.get(str(path))
        if isinstance(known, list) and known[:3] == stamp:
            return str(known[3])
        with path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
        # A file changed a moment ago may change again without its time telling so.
        if time.time_ns() - state.st_mtime_ns > _MOMENT:
            self._known[str(path)] = [*stamp, digest]
        return digest

    def found(self, key: str, names: Collection[str]) -> Tallied | None:
        """Those of the tallies which are kept for a key; None: none of them is."""
        parts = [part for path in self._files(key) if (part := _read(path)) is not None]
        whole: pl.DataFrame | None = None
        for part in parts:
            fresh = [name for name in _tallies(part.frame) if name in names and f"{name}.n" not in _columns(whole)]
            if not fresh:
                continue
            columns = [f"{name}.{each}" for name in fresh for each in _PARTS]
            if whole is None:
                whole = part.frame.select(*keys(), *columns)
            elif whole.select(keys().names()).equals(part.frame.select(keys().names())):
                whole = whole.hstack(part.frame.select(columns))
        if whole is None:
            return None
        return Tallied(frame=whole, lost=parts[0].lost, rows=parts[0].rows, notes=parts[0].notes)

    def keep(self, key: str, tallied: Tallied) -> None:
        """Keep tallies under a key; what cannot be written is not kept, and that is all."""
        frame = tallied.frame.sort(*keys().names()[:4], nulls_last=False)
        names = sorted(_tallies(frame))
        path = self.folder / key[:2] / f"{key}-{sha256(' '.join(names).encode()).hexdigest()[:12]}.parquet"
        notes = json.dumps([asdict(note) for note in tallied.notes])
        told = {_ROWS: str(tallied.rows), _LOST: tallied.lost.write_json(), _NOTES: notes}
        with suppress(OSError):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
                frame.write_parquet(file, metadata=told)
            Path(file.name).replace(path)

    def close(self) -> None:
        """Remember the hashes of files, and let go of what was not used for longest."""
        with suppress(OSError):
            with NamedTemporaryFile("w", dir=self.folder, suffix=".tmp", delete=False, encoding="utf-8") as file:
                json.dump(self._known, file)
            Path(file.name).replace(self.folder / _HASHES)
            self._shrink()

    def _shrink(self) -> None:
        files = [(path, path.stat()) for path in self.folder.glob("??/*.parquet")]
        room = LARGEST
        for path, state in sorted(files, key=lambda one: one[1].st_mtime, reverse=True):
            room -= state.st_size
            if room < 0:
                path.unlink(missing_ok=True)

    def _files(self, key: str) -> Iterator[Path]:
        for path in sorted((self.folder / key[:2]).glob(f"{key}-*.parquet")):
            with suppress(OSError):
                os.utime(path)  # used now: kept longest
                yield path


def combined(*parts: str) -> str:
    """One hash of several texts."""
    return sha256("\x1f".join(parts).encode()).hexdigest()


def stacked(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Tallies of the same rows, counted at different times, side by side."""
    whole = parts[0]
    names = keys().names()
    for part in parts[1:]:
        ours, theirs = whole.sort(names[:4]), part.sort(names[:4])
        whole = (
            ours.hstack(theirs.drop(names))
            if ours.select(names).equals(theirs.select(names))
            else _joined(ours, theirs)
        )
    return whole


def _joined(ours: pl.DataFrame, theirs: pl.DataFrame) -> pl.DataFrame:
    on = keys().names()[:4]
    return ours.join(theirs.drop("rows"), on=on, how="full", nulls_equal=True, coalesce=True)


def _columns(frame: pl.DataFrame | None) -> Collection[str]:
    return frame.columns if frame is not None else ()


def _tallies(frame: pl.DataFrame) -> list[str]:
    return [name.removesuffix(".n") for name in frame.columns if name.endswith(".n")]


def _read(path: Path) -> Tallied | None:
    try:
        told: Mapping[str, str] = pl.read_parquet_metadata(path)
        frame = pl.read_parquet(path)
        gone = pl.read_json(told[_LOST].encode(), schema=lost()) if told[_LOST] != "[]" else pl.DataFrame(schema=lost())
        rows = int(told[_ROWS])
        notes = tuple(Problem(**note) for note in json.loads(told[_NOTES]))
    except (OSError, KeyError, TypeError, ValueError, pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
    stored = {**keys(), "unit": pl.String(), "period": pl.String()}
    if any(frame.schema.get(name) != dtype for name, dtype in stored.items()):
        return None
    return Tallied(frame=frame, lost=gone, rows=rows, notes=notes)
