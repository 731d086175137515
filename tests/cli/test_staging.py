"""Files appear whole or not at all, and nobody else's are touched."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.cli.staging import alone, digests, put_file, put_whole
from profdev_indicators.errors import PluginError, RequestError

RECORD = "run.json"


def recorded(files: dict[str, bytes]) -> dict[str, bytes]:
    return files | {RECORD: json.dumps({"files": digests(files)}).encode()}


def _is_letter(name: str) -> bool:
    return name.startswith("letters")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_folder_appears_with_all_its_files(tmp_path: Path) -> None:
    files = recorded({"a.csv": b"1", "letters/one.md": b"2"})
    put_whole(files, tmp_path / "deep" / "out", RECORD)
    assert contents(tmp_path) == {f"deep/out/{name}": content for name, content in files.items()}


def test_a_new_folder_can_be_read_by_whoever_could_read_its_parent(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.mkdir()
    put_whole({"a.csv": b"1"}, tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == plain.stat().st_mode


def test_the_next_run_replaces_its_own_files_and_removes_those_it_makes_no_more(tmp_path: Path) -> None:
    put_whole(recorded({"a.csv": b"1", "old.md": b"2"}), tmp_path / "out", RECORD)
    files = recorded({"a.csv": b"3", "new.md": b"4"})
    put_whole(files, tmp_path / "out", RECORD)
    assert contents(tmp_path / "out") == files


def test_files_of_others_stay(tmp_path: Path) -> None:
    put_whole(recorded({"a.csv": b"1"}), tmp_path / "out", RECORD)
    (tmp_path / "out" / "заметки.docx").write_bytes(b"mine")
    put_whole(recorded({"a.csv": b"2"}), tmp_path / "out", RECORD)
    assert (tmp_path / "out" / "заметки.docx").read_bytes() == b"mine"


def test_a_file_somebody_changed_is_not_removed_as_stale(tmp_path: Path) -> None:
    put_whole(recorded({"a.csv": b"1", "old.md": b"2"}), tmp_path / "out", RECORD)
    (tmp_path / "out" / "old.md").write_bytes(b"with my notes")
    put_whole(recorded({"a.csv": b"1"}), tmp_path / "out", RECORD)
    assert (tmp_path / "out" / "old.md").read_bytes() == b"with my notes"


def test_what_is_to_be_kept_stays_though_it_is_not_made_again(tmp_path: Path) -> None:
    put_whole(recorded({"a.csv": b"1", "old.md": b"2"}), tmp_path / "out", RECORD)
    put_whole(recorded({"a.csv": b"3"}), tmp_path / "out", RECORD, keep=["old.md"])
    assert (tmp_path / "out" / "old.md").read_bytes() == b"2"


def test_a_file_of_somebody_else_under_our_name_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"mine")
    with pytest.raises(RequestError, match=r"чужие файлы: a\.csv"):
        put_whole(recorded({"a.csv": b"1"}), tmp_path, RECORD)
    assert contents(tmp_path) == {"a.csv": b"mine"}


@pytest.mark.parametrize("fails_at", range(1, 7))
def test_whatever_move_fails_the_folder_stays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails_at: int
) -> None:
    out = tmp_path / "out"
    before = recorded({"a.csv": b"1", "b.csv": b"2", "old.md": b"3"})
    put_whole(before, out, RECORD)
    moves, replace = [], Path.replace

    def failing(source: Path, target: Path) -> Path:
        moves.append(source)
        if len(moves) == fails_at:
            raise PermissionError(13, "Permission denied", str(target))
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(PermissionError):
        put_whole(recorded({"a.csv": b"4", "b.csv": b"5", "c.csv": b"6"}), out, RECORD)
    assert contents(tmp_path) == {f"out/{name}": content for name, content in before.items()}


def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises((FileExistsError, NotADirectoryError)):
        put_whole({"a": b"1", "a/b": b"2"}, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["/etc/passwd", "../x", "a/../../x", "C:\\x", "a\\b", ""])
def test_a_report_cannot_write_outside_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(PluginError, match="выводит из папки"):
        put_whole({name: b""}, tmp_path / "out")


def test_a_record_which_names_a_file_elsewhere_removes_nothing(tmp_path: Path) -> None:
    mine, out = tmp_path / "mine.txt", tmp_path / "out"
    mine.write_bytes(b"mine")
    put_whole(recorded({"a.csv": b"1"}), out, RECORD)
    (out / RECORD).write_text(json.dumps({"files": digests({str(mine): b"mine", "a.csv": b"1"})}), encoding="utf-8")
    put_whole(recorded({"a.csv": b"2"}), out, RECORD)
    assert mine.read_bytes() == b"mine"


@given(record=st.binary(max_size=200) | st.sampled_from([b"[]", b'{"files": 1}', b'{"files": {"../x": "1"}}', b"null"]))
def test_whatever_the_record_says_only_our_own_files_are_touched(
    tmp_path_factory: pytest.TempPathFactory, record: bytes
) -> None:
    folder = tmp_path_factory.mktemp("run") / "out"
    folder.mkdir()
    (folder.parent / "x").write_bytes(b"mine")
    (folder / RECORD).write_bytes(record)
    with pytest.raises(RequestError, match=RECORD):
        put_whole(recorded({"a.csv": b"1"}), folder, RECORD)
    assert contents(folder.parent) == {"x": b"mine", f"out/{RECORD}": record}


def test_an_edited_file_for_people_stays_and_stays_known(tmp_path: Path) -> None:
    put_whole(recorded({"letters/a.txt": b"1", "b.csv": b"1"}), tmp_path / "out", RECORD, by_hand=_is_letter)
    (tmp_path / "out/letters/a.txt").write_bytes(b"mine")
    for _ in range(2):
        kept = put_whole(recorded({"letters/a.txt": b"2", "b.csv": b"2"}), tmp_path / "out", RECORD, by_hand=_is_letter)
        assert kept == ("letters/a.txt",)
        assert (tmp_path / "out/letters/a.txt").read_bytes() == b"mine"
        assert (tmp_path / "out/b.csv").read_bytes() == b"2"


def test_an_edited_file_that_was_thrown_away_is_written_again(tmp_path: Path) -> None:
    put_whole(recorded({"letters/a.txt": b"1"}), tmp_path / "out", RECORD, by_hand=_is_letter)
    (tmp_path / "out/letters/a.txt").unlink()
    assert put_whole(recorded({"letters/a.txt": b"2"}), tmp_path / "out", RECORD, by_hand=_is_letter) == ()
    assert (tmp_path / "out/letters/a.txt").read_bytes() == b"2"


WRITER = """
import json, sys
from pathlib import Path
from profdev_indicators.cli.staging import digests, put_whole

folder, word, times = Path(sys.argv[1]), sys.argv[2].encode(), int(sys.argv[3])
for _ in range(times):
    files = {f"{n}.txt": word * 2000 for n in range(20)}
    record = json.dumps({"files": digests(files), "word": word.decode()}).encode()
    put_whole(files | {"run.json": record}, folder, "run.json")
"""
HOLDER = """
import sys, time
from pathlib import Path
from profdev_indicators.cli.staging import alone

with alone(Path(sys.argv[1])):
    print("mine", flush=True)
    time.sleep(60)
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own script


def test_two_runs_at_once_never_mix(tmp_path: Path) -> None:
    out = tmp_path / "out"
    writers = [start(WRITER, out, word, 15) for word in ("a", "b")]
    assert [writer.communicate(timeout=60)[0] for writer in writers] == ["", ""]
    assert [writer.returncode for writer in writers] == [0, 0]
    word = json.loads((out / RECORD).read_bytes())["word"]
    assert set(contents(tmp_path)) == {f"out/{n}.txt" for n in range(20)} | {f"out/{RECORD}"}
    assert {content[:1].decode() for name, content in contents(out).items() if name != RECORD} == {word}


def test_whoever_waits_too_long_is_told_and_the_lock_dies_with_its_process(tmp_path: Path) -> None:
    out = tmp_path / "out"
    holder = start(HOLDER, out)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "mine\n"
        with pytest.raises(RequestError, match="сейчас пишет другой запуск"), alone(out, patience=0.1):
            raise AssertionError("two at once")
    finally:
        holder.kill()
        holder.communicate()
    with alone(out, patience=0.1):
        put_file(b"1", tmp_path / "table.csv")
    assert contents(tmp_path) == {"table.csv": b"1"}
