"""Whatever a district is called and however large it is, each document opens, prints it literally, computes nothing."""

from __future__ import annotations

import re
import time
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import PurePosixPath

import pytest

from hostile import CASES, PRODUCT, REPEATED, mark
from printed import bare, formulas, metadata, page, texts
from profdev_reports import provide_renderers

KINDS = ("form", "note", "letters", "order", "book", "site", "opendata")
NAMING_CRITERIA = ("form", "note", "book", "site", "opendata")  # whose files print the title of every criterion
NAMING_UNITS = ("letters", "book", "site", "opendata")  # … and the name of every organisation
INSIDE = ("letters", "order")  # nothing of theirs is published
AUTHORS = (":creator", ":lastmodifiedby", ":manager", ":company", "/author")
YEAR_OF_WRITING = time.strftime("%Y")
_DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$")
_NO_NAME = re.compile(r'[\\:*?"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]')
_LONGEST = 255 - len(" (новый)".encode())  # bytes of a name that file systems take
_BROKEN_BY_LINES = {".pdf"}
# Glyphs that a font of a PDF may lack, and marks by which letters change their order, are not to be read back.
_PLAIN = re.compile(r"[\x20-\x7e\n«»‹›А-яЁё№…–—]*")


@cache
def written(kind: str, case: str) -> Mapping[str, bytes]:
    """What a renderer makes of a case; made once."""
    return provide_renderers()[kind]().render(CASES[case]().answer)


every_kind = pytest.mark.parametrize("kind", KINDS)
every_case = pytest.mark.parametrize("case", CASES)


def test_every_kind_of_the_plugin_is_attacked() -> None:
    assert set(KINDS) == set(provide_renderers())


@every_case
@every_kind
def test_every_file_opens_and_says_something(kind: str, case: str) -> None:
    files = written(kind, case)
    if kind in INSIDE and case == "published":
        assert files == {}
        return
    assert files
    for name, content in files.items():
        assert bare("".join(texts(name, content))), name


@pytest.mark.parametrize("case", ["hostile", "published"])
@every_kind
def test_nothing_was_computed(kind: str, case: str) -> None:
    for name, content in written(kind, case).items():
        for text in texts(name, content):
            assert PRODUCT not in bare(text).replace(",", ""), (name, text)
            assert REPEATED not in bare(text), (name, text)
        if name.endswith(".xlsx"):
            assert not [formula for formula in formulas(content) if "‹" in formula or "cmd" in formula], name


@pytest.mark.parametrize("case", ["hostile", "published"])
@every_kind
def test_whatever_is_printed_whole_is_printed_literally(kind: str, case: str) -> None:
    """Each text has its mark at the end: where a mark stands, the text it belongs to stands before it at least once."""
    words = CASES[case]().words
    for name, content in written(kind, case).items():
        in_lines = PurePosixPath(name).suffix in _BROKEN_BY_LINES
        shown = [bare(text, hyphens=not in_lines) for text in texts(name, content)]
        for number, word in enumerate(words):
            sign, literal = bare(mark(number)), bare(word, hyphens=not in_lines)
            if in_lines and not _PLAIN.fullmatch(word):
                continue
            marked = [text for text in shown if sign in text]
            assert not marked or any(literal in text for text in marked), (name, word, marked[:3])


@pytest.mark.parametrize("kind", NAMING_CRITERIA)
def test_every_criterion_is_named(kind: str) -> None:
    answer = CASES["hostile"]().answer
    for suffix, shown in _by_suffix(written(kind, "hostile")).items():
        for indicator in answer.district.indicators:
            if suffix != ".pdf" or _PLAIN.fullmatch(indicator.title):
                assert bare(indicator.title, hyphens=suffix != ".pdf") in shown, (suffix, indicator.title)


@pytest.mark.parametrize("kind", NAMING_UNITS)
def test_every_organisation_is_named(kind: str) -> None:
    names = {unit.name for unit in CASES["hostile"]().answer.district.units}  # type: ignore[union-attr]  # they are units
    shown = "".join(_by_suffix(written(kind, "hostile")).values())
    assert [name for name in names if bare(name) not in shown] == []


def _by_suffix(files: Mapping[str, bytes]) -> dict[str, str]:
    """All that files of one format say, without those which say nothing about the answer."""
    shown: dict[str, str] = {}
    for name, content in files.items():
        suffix = PurePosixPath(name).suffix
        if suffix in {".docx", ".xlsx", ".pdf", ".html"} or "/data-" in name:
            said = "\x00".join(bare(text, hyphens=suffix != ".pdf") for text in texts(name, content))
            shown[suffix] = shown.get(suffix, "") + said
    return shown


@pytest.mark.parametrize("case", ["hostile", "published"])
@every_kind
def test_a_page_runs_nothing_and_leads_nowhere_it_was_not_sent(kind: str, case: str) -> None:
    for name, content in written(kind, case).items():
        if not name.endswith(".html"):
            continue
        found = page(content)
        assert not [script for script in found.scripts if "alert(1)" in script], name
        for tag, attributes in found.tags:
            assert not [key for key in attributes if key.startswith("on")], (name, tag)
            assert tag != "img" or attributes.get("src") != "x", name
            for value in attributes.values():
                assert not (value or "").strip().lower().startswith("javascript:"), (name, tag)


@pytest.mark.parametrize("case", ["hostile", "clashing", "empty", "many"])
def test_names_of_files_are_safe_and_of_one_file_each_on_every_system(case: str) -> None:
    names = [name for kind in KINDS for name in written(kind, case)]
    seen = Counter(unicodedata.normalize("NFC", name).casefold() for name in names)
    assert [name for name, times in seen.items() if times > 1] == []
    for name in names:
        for part in name.split("/"):
            assert part not in {"", ".", ".."}, name
            assert not _NO_NAME.search(part), name
            assert part == part.strip(), name
            assert not part.rpartition(".")[0].endswith((" ", ".")), name
            assert not _DEVICE.match(part), name
            assert len(part.encode()) <= _LONGEST, name


@pytest.mark.parametrize("case", ["clashing", "many"])
def test_every_organisation_gets_a_letter(case: str) -> None:
    answer = CASES[case]().answer
    assert len(written("letters", case)) == len(answer.district.units)  # type: ignore[arg-type]  # a list of units


@pytest.mark.parametrize("case", ["hostile", "published"])
@every_kind
def test_the_same_answer_gives_the_same_bytes_later(kind: str, case: str) -> None:
    first = written(kind, case)
    time.sleep(2.1)  # times within a zip have steps of two seconds
    again = provide_renderers()[kind]().render(CASES[case]().answer)
    assert [name for name in first if first[name] != again.get(name)] == []
    assert first.keys() == again.keys()


@pytest.mark.parametrize("case", ["hostile", "silent"])
@every_kind
def test_no_file_names_an_author_or_the_day_it_was_written(kind: str, case: str) -> None:
    for name, content in written(kind, case).items():
        told = metadata(name, content)
        authors = {value for key, value in told.items() if key.lower().endswith(AUTHORS)}
        assert authors <= {"", "profdev-indicators"}, name
        dates = {key: value for key, value in told.items() if re.search(r"(?i)date|created|modified$|stored", key)}
        assert not {key: value for key, value in dates.items() if YEAR_OF_WRITING in value}, name


@every_kind
def test_what_is_published_holds_no_hash_of_a_source(kind: str) -> None:
    sources = CASES["hostile"]().answer.provenance.sources
    for name, content in written(kind, "published").items():
        shown = "\n".join(texts(name, content))
        assert not [digest for digest in sources.values() if digest[:8] in shown], name
