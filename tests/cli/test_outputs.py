"""What people write into a report is never lost, however often the report is made again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from monitorings import Cells, monitoring
from profdev_indicators.cli.outputs import RECORD, Outputs, outputs, written_by_hand
from profdev_indicators.cli.staging import put_whole
from profdev_indicators.model import Kept
from profdev_indicators.results import Monitoring

Again = Callable[..., Outputs]


class Letter:
    """A report of one line; what people add below it is theirs. One that says «чужое» it cannot take apart."""

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        del monitoring
        return {"letters/a.txt": f"{self.text}\n".encode()}

    def keep(self, name: str, edited: bytes, fresh: bytes) -> Kept:
        assert name == "letters/a.txt"
        _, _, theirs = edited.decode().partition("\n")
        if "чужое" in theirs:
            return Kept(content=None)
        return Kept(content=fresh + theirs.encode(), texts=("приписка",) if theirs else ())


class Silent:
    """A report that makes nothing."""

    def render(self, monitoring: Monitoring) -> Mapping[str, bytes]:
        del monitoring
        return {}


@pytest.fixture
def again(tmp_path: Path) -> Again:
    """Make the report anew in the same folder."""

    def run(report: Letter | Silent) -> Outputs:
        out = tmp_path / "out"
        made = outputs(monitoring(Cells()), {"letter": report}, {}, folder=out)
        put_whole(made.files, out, RECORD, by_hand=made.theirs.__contains__, keep=written_by_hand(out / RECORD))
        return made

    return run


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    return tmp_path / "out" / "letters" / "a.txt"


def test_words_of_people_are_in_every_later_letter(again: Again, letter: Path) -> None:
    assert again(Letter("раз")).kept == {}
    letter.write_text("раз\nмоё", encoding="utf-8")
    for text in ("два", "три"):
        assert again(Letter(text)).kept == {"letters/a.txt": ("приписка",)}
        assert letter.read_text(encoding="utf-8") == f"{text}\nмоё"


def test_a_letter_nobody_touched_is_made_anew(again: Again, letter: Path) -> None:
    again(Letter("раз"))
    assert again(Letter("два")).kept == {}
    assert letter.read_text(encoding="utf-8") == "два\n"


def test_a_letter_that_cannot_be_taken_apart_stays_and_the_new_one_lies_beside(again: Again, letter: Path) -> None:
    again(Letter("раз"))
    letter.write_text("раз\nчужое", encoding="utf-8")
    for text in ("два", "три"):
        assert again(Letter(text)).theirs == {"letters/a.txt"}
        assert letter.read_text(encoding="utf-8") == "раз\nчужое"
        assert letter.with_name("a (новый).txt").read_text(encoding="utf-8") == f"{text}\n"


def test_the_new_one_beside_goes_when_it_is_needed_no_more(again: Again, letter: Path) -> None:
    again(Letter("раз"))
    letter.write_text("раз\nчужое", encoding="utf-8")
    again(Letter("два"))
    letter.unlink()
    again(Letter("три"))
    assert [path.name for path in letter.parent.iterdir()] == ["a.txt"]


def test_a_letter_with_words_of_people_stays_though_nobody_makes_it_any_more(again: Again, letter: Path) -> None:
    again(Letter("раз"))
    letter.write_text("раз\nмоё", encoding="utf-8")
    again(Letter("два"))
    for _ in range(2):
        again(Silent())
        assert letter.read_text(encoding="utf-8") == "два\nмоё"


def test_the_record_names_what_is_written_by_hand(again: Again, letter: Path, tmp_path: Path) -> None:
    again(Letter("раз"))
    letter.write_text("раз\nмоё", encoding="utf-8")
    again(Letter("два"))
    assert json.loads((tmp_path / "out" / RECORD).read_bytes())["kept"] == ["letters/a.txt"]


@pytest.mark.parametrize("record", ["", "[]", '{"kept": 1}', '{"kept": {"a": 1}}'])
def test_a_broken_record_names_nothing(record: str, tmp_path: Path) -> None:
    (tmp_path / RECORD).write_text(record, encoding="utf-8")
    assert written_by_hand(tmp_path / RECORD) == ()
