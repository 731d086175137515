"""A protocol becomes answers: every verdict with its place, and what nobody saw is no «нет»."""

from __future__ import annotations

import io
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from profdev_indicators.errors import SourceError
from profdev_indicators.model import Request, Table
from profdev_indicators.periods import Period
from profdev_sites.protocol import SiteProtocol

PLAN, DECISION = "План по выявлению дефицитов", "Решение МО"
HEADINGS = ("Организация", "Что проверялось", "URL", "Дата", "Вердикт", "Проверил")
LOOKED = {"plan_deficits": PLAN, "mo_decision": (DECISION, "решение методсовета")}
NBSP = "\N{NO-BREAK SPACE}"
URL = "https://school.example/plan"


def _line(
    unit: str = "Школа", looked: str = PLAN, verdict: str = "да", *, url: str = URL, day: str = "15.06.2022"
) -> tuple[str, ...]:
    return (unit, looked, url, day, verdict, "методист")


def _csv(root: Path, *lines: Sequence[str], name: str = "2022/sites.csv", headings: Sequence[str] = HEADINGS) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(";".join(line) for line in (headings, *lines)) + "\n", encoding="utf-8")


def _xlsx(root: Path, *lines: Sequence[str], at: tuple[int, int] = (0, 0)) -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Протокол")
        for number, line in enumerate((HEADINGS, *lines)):
            sheet.write_row(at[0] + number, at[1], line)
    (root / "2022").mkdir()
    (root / "2022" / "sites.xlsx").write_bytes(target.getvalue())


def _request(root: Path | None, **more: Any) -> Request:
    items = ("plan_deficits", "mo_decision")
    usual = {
        "source": "sites",
        "columns": ("unit", "period", "link", *(name for item in items for name in (item, f"{item}.link"))),
        "titles": {
            "unit": ("Организация",),
            "period": ("Период",),
            "link": ("Ссылка",),
            "plan_deficits": ("На сайте есть план",),
        },
        "frames": {},
        "calendar": "year",
    }
    return Request(**{**usual, "root": root, **more})


def _read(root: Path, **settings: Any) -> Table:
    (table,) = _reader(**settings).read(_request(root))
    return table


def _reader(**settings: Any) -> SiteProtocol:
    return SiteProtocol(**{"location": "{period}/sites.*", "looked_for": LOOKED, **settings})


def _answers(table: Table, *columns: str) -> list[tuple[Any, ...]]:
    return table.frame.select(columns or ("unit", "plan_deficits", "mo_decision")).collect().rows()


def _notes(table: Table) -> list[tuple[str, str]]:
    """Place and fact of each note; none is without a cure."""
    assert all(note.hint for note in table.notes)
    return [(note.place, note.message) for note in table.notes]


def test_rows_of_an_organisation_become_one_with_the_place_of_each_answer(tmp_path: Path) -> None:
    _xlsx(tmp_path, _line("Сад", DECISION, "нет"), _line("Школа"), _line("Сад", PLAN, "да"), at=(2, 1))
    table = _read(tmp_path)
    assert _answers(table) == [("Сад", "да", "нет"), ("Школа", "да", None)]
    assert _answers(table, "row", "plan_deficits.row", "mo_decision.row") == [(4, 6, 4), (5, 5, None)]
    assert (table.file, table.sheet, table.period) == ("2022/sites.xlsx", "Протокол", Period.parse("2022"))
    assert table.cells == {
        "unit": "B",
        "plan_deficits": "F",
        "mo_decision": "F",
        "plan_deficits.link": "D",
        "mo_decision.link": "D",
    }
    assert table.notes == ()


def test_the_address_is_the_evidence_of_its_own_answer(tmp_path: Path) -> None:
    _csv(tmp_path, _line(url="https://a.example/1"), _line(looked=DECISION, url=""))
    assert _answers(_read(tmp_path), "plan_deficits.link", "mo_decision.link") == [("https://a.example/1", None)]


@pytest.mark.parametrize("verdict", ["недоступен", "Сайт не открывается.", "НЕ ПРОВЕРЕН", "", "  "])
def test_what_nobody_saw_is_no_answer(tmp_path: Path, verdict: str) -> None:
    _csv(tmp_path, _line(verdict=verdict))
    assert _answers(_read(tmp_path)) == [("Школа", None, None)]


@given(
    verdicts=st.lists(
        st.sampled_from(["да", "нет", "недоступен", "частично", "есть", "наверное"]), min_size=1, max_size=6
    )
)
def test_silence_of_a_site_is_never_a_no(tmp_path_factory: pytest.TempPathFactory, verdicts: list[str]) -> None:
    root = tmp_path_factory.mktemp("protocol")
    _csv(root, *(_line(f"Школа {n}", verdict=verdict) for n, verdict in enumerate(verdicts)))
    answers = [answer for _, answer, _ in _answers(_read(root))]
    assert answers == [None if verdict == "недоступен" else verdict for verdict in verdicts]


@given(order=st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(tmp_path_factory: pytest.TempPathFactory, order: list[int]) -> None:
    lines = [
        _line(f"Школа {n}", looked, verdict) for n in range(3) for looked, verdict in ((PLAN, "да"), (DECISION, "нет"))
    ]
    root = tmp_path_factory.mktemp("protocol")
    _csv(root, *(lines[n] for n in order))
    assert sorted(_answers(_read(root))) == [(f"Школа {n}", "да", "нет") for n in range(3)]


def test_one_organisation_may_be_spelt_in_two_ways(tmp_path: Path) -> None:
    _csv(tmp_path, _line("МКОУ «СОШ № 1»"), _line('МКОУ "СОШ №1"', DECISION, "нет"))
    assert _answers(_read(tmp_path)) == [("МКОУ «СОШ № 1»", "да", "нет")]


# --- «частично» -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("partly", "answer"), [("as_yes", "да"), ("as_no", "нет"), ("as_missing", None)])
def test_partly_is_what_the_district_decided(tmp_path: Path, partly: str, answer: str | None) -> None:
    _csv(tmp_path, _line(verdict="Частично"))
    table = _read(tmp_path, partly=partly)
    assert _answers(table) == [("Школа", answer, None)]
    read_as = answer or "нет сведений"
    assert _notes(table) == [
        ("2022/sites.csv:2, Вердикт", f"«частично» прочитано как «{read_as}» (1{NBSP}строка)"),
    ]


def test_partly_is_nothing_until_somebody_decides(tmp_path: Path) -> None:
    _xlsx(tmp_path, _line("Школа", verdict="частично"), _line("Сад"), _line("Лицей", verdict="не полностью"))
    assert _notes(_read(tmp_path)) == [
        (
            "2022/sites.xlsx, «Протокол»!E2",
            f"«частично» — ни «да», ни «нет»: не учтено (2{NBSP}строки); так же строка 4",
        )
    ]


# --- what is told ---------------------------------------------------------------------------------------------------


def test_an_unknown_wording_is_told_with_what_it_may_mean(tmp_path: Path) -> None:
    _csv(tmp_path, _line(looked="План по дефецитам"), _line("Сад", "План по дефецитам"), _line("Сад", "Питание"))
    table = _read(tmp_path, ignored=("питание",))
    assert table.notes[0].hint.startswith("может быть, «план по выявлению дефицитов»? иначе впишите")
    assert _answers(table) == []
    assert _notes(table) == [
        (
            "2022/sites.csv:2, Что проверялось",
            "неизвестно, о каком вопросе «План по дефецитам»: не учтено; так же строка 3",
        )
    ]


def test_a_day_outside_the_period_and_a_day_that_is_none_are_told_and_the_verdict_counts(tmp_path: Path) -> None:
    days = ("15.06.2022", "2022-12-31 10:15", "01.01.2023", "вчера", "31.02.2022", "")
    _csv(tmp_path, *(_line(f"Школа {n}", day=day) for n, day in enumerate(days)))
    table = _read(tmp_path)
    assert [answer for _, answer, _ in _answers(table)] == ["да"] * len(days)
    assert _notes(table) == [
        ("2022/sites.csv:5, Дата", "«вчера» — не дата"),
        ("2022/sites.csv:6, Дата", "«31.02.2022» — не дата"),
        ("2022/sites.csv:4, Дата", "дата проверки 01.01.2023 вне периода: 2022 год"),
    ]


@pytest.mark.parametrize("text", ["план.docx", "15.06.2022", "т.е. есть", "раздел 1.2"])
def test_what_only_looks_like_an_address_is_none(tmp_path: Path, text: str) -> None:
    _csv(tmp_path, _line(url=text))
    assert _answers(_read(tmp_path), "plan_deficits.link") == [(None,)]


@pytest.mark.parametrize("text", ["школа-1.рф/план", "sosh1.kbrschool.ru", "см. https://a.example/x", "WWW.A.RU"])
def test_an_address_may_lack_its_beginning(tmp_path: Path, text: str) -> None:
    _csv(tmp_path, _line(url=text))
    assert _answers(_read(tmp_path), "plan_deficits.link") == [(text,)]


def test_a_text_that_leads_nowhere_is_no_evidence(tmp_path: Path) -> None:
    _csv(tmp_path, _line(url="см. раздел Документы"), _line("Сад", url="www.sad.example/plan"))
    table = _read(tmp_path)
    assert _answers(table, "plan_deficits.link") == [(None,), ("www.sad.example/plan",)]
    assert _notes(table) == [("2022/sites.csv:2, URL", "«см. раздел Документы» — не адрес страницы")]


# --- twice ----------------------------------------------------------------------------------------------------------

TWICE = (_line(day="15.06.2022"), _line(looked=DECISION, verdict="нет"), _line(verdict="нет", day="20.06.2022"))


def test_two_verdicts_are_two_rows_and_only_they_differ(tmp_path: Path) -> None:
    _csv(tmp_path, *TWICE)
    table = _read(tmp_path)
    assert _answers(table) == [("Школа", "да", "нет"), ("Школа", "нет", "нет")]
    assert _answers(table, "plan_deficits.row", "mo_decision.row") == [(2, 3), (4, 3)]
    assert _notes(table) == [
        (
            "2022/sites.csv:2, Вердикт",
            f"Школа: «{PLAN}» проверено дважды с разным итогом: «да», «нет»; так же строка 4",
        )
    ]


def test_the_later_verdict_wins_where_the_district_says_so(tmp_path: Path) -> None:
    _csv(tmp_path, *reversed(TWICE))
    table = _read(tmp_path, repeated="latest")
    assert _answers(table) == [("Школа", "нет", "нет")]
    assert _notes(table) == [
        ("2022/sites.csv:4, Вердикт", f"есть более поздняя проверка, эта не учтена (1{NBSP}строка)")
    ]


@pytest.mark.parametrize("day", ["15.06.2022", "", "вчера"])
def test_the_later_one_is_not_guessed(tmp_path: Path, day: str) -> None:
    _csv(tmp_path, _line(), _line(verdict="нет", day=day))
    assert len(_answers(_read(tmp_path, repeated="latest"))) == 2


# --- tables as they come --------------------------------------------------------------------------------------------


def test_an_organisation_written_once_over_its_rows_is_theirs_if_said_so(tmp_path: Path) -> None:
    _csv(tmp_path, _line("Школа"), _line("", DECISION, "нет"), _line("Сад", DECISION))
    assert _answers(_read(tmp_path, unit_once=True)) == [("Школа", "да", "нет"), ("Сад", None, "да")]
    assert _answers(_read(tmp_path)) == [("Школа", "да", None), (None, None, "нет"), ("Сад", None, "да")]


def test_an_organisation_may_be_told_by_its_code_alone(tmp_path: Path) -> None:
    lines = [("0000000018", PLAN, URL, "", "да", ""), ("0000000018", DECISION, URL, "", "нет", "")]
    _csv(tmp_path, *lines, headings=("Код", *HEADINGS[1:]))
    asked = _request(tmp_path)
    asked = _request(tmp_path, columns=(*asked.columns, "inn"), titles={"inn": ("Код",)})
    (table,) = _reader(columns={"unit": "Код"}).read(asked)
    assert _answers(table, "unit", "inn", "plan_deficits", "mo_decision") == [("0000000018", "0000000018", "да", "нет")]


def test_a_summary_of_earlier_years_is_read_as_it_stands(tmp_path: Path) -> None:
    _csv(tmp_path, ("Школа", "да", "нет", URL), headings=("Организация", "На сайте есть план", "mo_decision", "Ссылка"))
    table = _read(tmp_path)
    assert _answers(table, "unit", "plan_deficits", "mo_decision", "link") == [("Школа", "да", "нет", URL)]
    assert table.cells["plan_deficits"] == "На сайте есть план"


def test_one_table_of_many_years_is_read_year_by_year(tmp_path: Path) -> None:
    lines = [
        (*_line(verdict=verdict, day=f"15.06.{year}"), year) for year, verdict in (("2021", "нет"), ("2022", "да"))
    ]
    _csv(
        tmp_path,
        *lines,
        (*_line(looked=DECISION, day="15.06.2020"), "2021"),
        name="sites.csv",
        headings=(*HEADINGS, "Период"),
    )
    table = _read(tmp_path, location="sites.csv")
    assert _answers(table, "period", "plan_deficits", "mo_decision") == [("2021", "нет", "да"), ("2022", "да", None)]
    assert _notes(table) == [("sites.csv:4, Дата", "дата проверки 15.06.2020 вне периода: 2021 год")]


def test_a_protocol_in_memory_is_read_as_well(tmp_path: Path) -> None:
    frame = pl.DataFrame([_line(), _line(looked=DECISION)], schema=list(HEADINGS), orient="row")
    frames = {"sites": frame.with_columns(pl.lit("2022").alias("period"), pl.col("Дата").str.to_date("%d.%m.%Y"))}
    (table,) = _reader().read(_request(tmp_path, frames=frames))
    assert _answers(table, "unit", "period", "plan_deficits") == [("Школа", "2022", "да")]


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (("Организация", "Что проверялось", "URL", "Дата", "Мнение", "Х"), "в протоколе нет столбца с вердиктом"),
        (("Организация", "Х", "URL", "Дата", "Вердикт", "У"), "это не протокол: нет столбца, где сказано"),
        (("Х", "Что проверялось", "URL", "Дата", "Вердикт", "У"), "нет столбца с организацией"),
    ],
)
def test_a_table_that_is_no_protocol_is_refused_with_the_cure(
    tmp_path: Path, headings: Sequence[str], said: str
) -> None:
    _csv(tmp_path, _line(), headings=headings)
    with pytest.raises(SourceError, match=said) as caught:
        _read(tmp_path)
    assert all(problem.file == "2022/sites.csv" and problem.hint for problem in caught.value.problems)


def test_one_broken_protocol_does_not_hide_the_others(tmp_path: Path) -> None:
    _csv(tmp_path, _line(), name="2022/sites/a.csv")
    _csv(tmp_path, _line("Сад"), name="2022/sites/b.csv", headings=("Организация", "Х", "URL", "Дата", "Вердикт", "У"))
    with pytest.raises(SourceError) as caught:
        _read(tmp_path, location="{period}/sites/*")
    assert [problem.file for problem in caught.value.problems] == ["2022/sites/b.csv"]
    assert [table.file for table in caught.value.tables] == ["2022/sites/a.csv"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"columns": {"verdikt": "Вердикт"}}, "columns: нет столбца «verdikt»"),
        ({"columns": {"verdict": "Мнение"}}, "нет столбца «Мнение»"),
        (
            {"looked_for": {"plan_deficits": "план", "mo_decision": "План."}},
            "значит и «plan_deficits», и «mo_decision»",
        ),
        ({"looked_for": {"n_ped": "план"}}, "этот источник не спрашивает «n_ped»"),
        ({"looked_for": LOOKED, "ignored": (PLAN,)}, "значит и «ignored», и «plan_deficits»"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_told(tmp_path: Path, settings: dict[str, Any], said: str) -> None:
    _csv(tmp_path, _line())
    with pytest.raises(SourceError, match=said):
        _read(tmp_path, **settings)


def test_reading_a_protocol_opens_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    _csv(tmp_path, _line())
    assert _answers(_read(tmp_path)) == [("Школа", "да", None)]
