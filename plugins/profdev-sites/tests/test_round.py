"""A round over the pages: what is kept, what is asked for again, what is never said."""

from __future__ import annotations

import csv
import json
import threading
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from profdev_indicators.errors import SourceError
from profdev_sites import evidence as kept
from profdev_sites.evidence import Evidence, Sighting, earlier, keep
from profdev_sites.revisit import Listed, employees

EMPLOYEES = (
    "<title>Педагогический состав</title><table>"
    '<tr itemprop="teachingStaff"><td itemprop="fio">Иванова А. А.</td></tr>'
    '<tr itemprop="teachingStaff"><td itemprop="fio">Петров Б. Б.</td></tr>'
    '<tr itemprop="teachingStaff"><td itemprop="fio">отсутствует</td></tr></table>'
)


def _rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "evidence.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _stop_after(pages: int, stop: threading.Event) -> Callable[[int, int], None]:
    def told(done: int, _all: int) -> None:
        if done == pages:
            stop.set()

    return told


def _with_etag(site: Any, path: str, text: str) -> str:
    site.html(path, text)
    ready = site.pages[path]
    tagged = type(ready)(body=ready.body, headers={**ready.headers, "ETag": '"1"', "Last-Modified": "Wed, 15 Jun 2022"})

    def answer(headers: Any) -> Any:
        known = headers.get("if-none-match") == '"1"' and headers.get("if-modified-since") == "Wed, 15 Jun 2022"
        return type(ready)(status=304) if known else tagged

    site.pages[path] = answer
    return str(site.url(path))


def test_what_was_seen_is_kept_whole(site: Any, visit: Any, tmp_path: Path) -> None:
    text = "<title>План на 2022 год</title>"
    site.html("/file/card?id=7", text, encoding="cp1251", kind="text/html; charset=windows-1251")
    page = Listed(url=site.url("/file/card?id=7"), units=("Школа 1",), looked=("план",))
    visit(pages=[page], folder=tmp_path)
    assert _rows(tmp_path) == [
        {
            "Организация": "Школа 1",
            "Что проверялось": "план",
            "Адрес": page.url,
            "Итог": "открыта",
            "Почему не открыта": "",
            "Код ответа": "200",
            "Когда (UTC)": "2022-06-15 09:00:01",
            "Открылось по адресу": page.url,
            "Заголовок": "План на 2022 год",
            "Изменилась": "",
            "Педагогов на странице": "",
            "Строк с педагогами": "",
            "Пустых строк": "",
            "SHA-256": sha256(text.encode("cp1251")).hexdigest(),
            "Байт": "31",
            "Тип": "text/html; charset=windows-1251",
        }
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.csv", "evidence.json"]


def test_a_page_that_does_not_open_is_without_answer_and_never_a_no(site: Any, visit: Any, tmp_path: Path) -> None:
    for status in (401, 403, 404, 410, 418, 429, 500, 503):
        site.put(f"/{status}", body="нет".encode(), status=status)
    evidence = visit(*(site.url(path) for path in list(site.pages)), "http://school.invalid/", folder=tmp_path)
    assert {page.outcome for page in evidence.pages} == {"not_reported"}
    assert {row["Итог"] for row in _rows(tmp_path)} == {"нет сведений"}
    assert all(page.error for page in evidence.pages)
    assert evidence.pages[2].error == "такой страницы на сайте нет: найдите новый адрес (код 404)"


def test_a_pdf_is_evidence_without_a_title(site: Any, visit: Any) -> None:
    site.html("/plan.pdf", "%PDF-1.7 …", kind="application/pdf")
    (page,) = visit(site.url("/plan.pdf")).pages
    assert (page.outcome, page.title, page.sha256) == ("opened", "", sha256("%PDF-1.7 …".encode()).hexdigest())


def test_teachers_are_counted_and_no_name_is_stored(site: Any, visit: Any, tmp_path: Path) -> None:
    (page,) = visit(site.html("/sveden/employees", EMPLOYEES), folder=tmp_path).pages
    assert (page.staff, page.rows, page.blank) == (2, 2, 1)
    stored = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert not any(name in stored for name in ("Иванова", "Петров"))


def test_every_site_has_one_page_of_employees() -> None:
    pages = [Listed(url=url, units=("Школа",)) for url in ("https://a.example/x", "https://a.example/y?z", "ftp://b")]
    own, shared = employees(pages)
    assert [(page.url, page.units) for page in own] == [("https://a.example/sveden/employees", ("Школа",))]
    assert shared == ()


def test_the_page_of_a_site_two_organisations_share_is_nobodys() -> None:
    pages = [Listed(url=f"https://a.example/{unit}", units=(unit,)) for unit in ("Школа", "Сад")]
    assert employees(pages) == ((), ("https://a.example",))


def test_a_page_listed_twice_is_opened_once(site: Any, visit: Any) -> None:
    url = site.html("/a", "<p>")
    pages = [Listed(url=url, units=(unit,), looked=("план",)) for unit in ("Школа", "Сад")]
    evidence = visit(pages=pages)
    assert [(page.units, page.looked) for page in evidence.pages] == [(("Школа", "Сад"), ("план",))]
    assert site.paths == ["/a"]


# --- again ----------------------------------------------------------------------------------------------------------


def test_a_page_that_did_not_change_is_not_sent_again(site: Any, visit: Any) -> None:
    url = _with_etag(site, "/a", EMPLOYEES)
    (first,) = visit(url).pages
    (second,) = visit(url).pages
    assert (second.status, second.changed) == (304, False)
    same = ("outcome", "title", "sha256", "length", "staff", "etag")
    assert [getattr(second, name) for name in same] == [getattr(first, name) for name in same]
    assert second.seen > first.seen


def test_a_page_that_changed_is_told(site: Any, visit: Any) -> None:
    (first,) = visit(site.html("/a", "<title>2021</title>")).pages
    (second,) = visit(site.html("/a", "<title>2022</title>")).pages
    (third,) = visit(site.url("/a")).pages
    assert (first.changed, second.changed, third.changed) == (None, True, False)


def test_conditions_are_for_the_address_they_came_from(site: Any, visit: Any) -> None:
    _with_etag(site, "/b", "<p>")
    site.put("/a", status=302, headers={"Location": "/b"})
    visit(site.url("/a"))
    (again,) = visit(site.url("/a")).pages
    assert again.status == 304
    assert ["if-none-match" in asked.headers for asked in site.asked if asked.path == "/a"] == [False, False]


def test_an_interrupted_round_goes_on_from_what_it_has(site: Any, visit: Any, tmp_path: Path) -> None:
    urls = [site.html(f"/{n}", "<p>") for n in range(5)]
    stop = threading.Event()
    cut = visit(*urls, folder=tmp_path, stop=stop, told=_stop_after(2, stop))
    assert (cut.finished, len(cut.pages), site.paths) == ("", 2, ["/0", "/1"])
    whole = visit(*urls, folder=tmp_path)
    assert (whole.begun, len(whole.pages), site.paths) == (cut.begun, 5, ["/0", "/1", "/2", "/3", "/4"])
    assert whole.finished
    visit(*urls, folder=tmp_path)
    assert len(site.paths) == 10


def test_a_page_that_did_not_open_is_tried_again_by_the_same_round(site: Any, visit: Any, tmp_path: Path) -> None:
    stop = threading.Event()
    visit(site.url("/a"), site.url("/b"), folder=tmp_path, stop=stop, told=_stop_after(1, stop))
    site.html("/a", "<p>")
    evidence = visit(site.url("/a"), site.url("/b"), folder=tmp_path)
    assert [page.outcome for page in evidence.pages] == ["opened", "not_reported"]


def test_what_was_seen_last_year_is_not_lost_when_a_round_is_cut(site: Any, visit: Any, tmp_path: Path) -> None:
    urls = [site.html(f"/{n}", "<p>") for n in range(3)]
    visit(*urls, folder=tmp_path)
    stop = threading.Event()
    visit(*urls, folder=tmp_path, stop=stop, told=_stop_after(1, stop))
    record = earlier(tmp_path)
    assert record is not None
    assert [page.outcome for page in record.pages] == ["opened"] * 3


def test_a_round_that_breaks_leaves_whole_files(
    site: Any, visit: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = [site.html(f"/{n}", "<p>") for n in range(3)]
    times = iter(range(100))

    def full(evidence: Evidence, folder: Path) -> None:
        if next(times) == 2:
            raise OSError(28, "No space left on device")
        keep(evidence, folder)

    monkeypatch.setattr("profdev_sites.revisit.keep", full)
    with pytest.raises(OSError, match="No space"):
        visit(*urls, folder=tmp_path)
    assert [page["url"] for page in json.loads((tmp_path / "evidence.json").read_bytes())["pages"]] == urls[:1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evidence.csv", "evidence.json"]


@pytest.mark.parametrize(
    "record", ["", "[]", "{}", '{"pages": [{"url": 1}], "contact": "", "begun": "", "finished": ""}']
)
def test_a_spoilt_record_is_told(visit: Any, tmp_path: Path, record: str) -> None:
    (tmp_path / "evidence.json").write_text(record, encoding="utf-8")
    with pytest.raises(SourceError, match="не запись об открытых страницах"):
        visit("http://school.invalid/", folder=tmp_path)


@pytest.mark.parametrize("title", ["=cmd|'/c calc'!A0", "+7 928", "-1", "@SUM(A1)", "\t=1", '=1;2\n"x"'])
def test_a_title_is_no_formula_and_breaks_no_row(tmp_path: Path, title: str) -> None:
    page = Sighting(url="https://a.example/", outcome="opened", seen="2022-06-15T09:00:00Z", title=title)
    keep(Evidence(contact="", begun="", pages=(page,)), tmp_path)
    (row,) = _rows(tmp_path)
    assert row["Заголовок"] == "'" + " ".join(title.split())
    assert earlier(tmp_path) == Evidence(contact="", begun="", pages=(page,))


def test_a_round_over_nothing_writes_headings(visit: Any, tmp_path: Path) -> None:
    visit(folder=tmp_path, pages=[])
    text = (tmp_path / "evidence.csv").read_text(encoding="utf-8-sig")
    assert text.startswith("Организация;") and text.count("\n") == 1  # noqa: PT018 - one fact
    assert kept.frame([]).is_empty()
