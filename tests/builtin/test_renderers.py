"""What an official reads, what a spreadsheet opens, what a program parses."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from monitorings import (
    DIAGNOSED,
    DISTRICT,
    HOSTILE,
    MUTE,
    PLANNED,
    SCHOOL,
    TEACHERS,
    Cells,
    bare,
    finding,
    findings,
    lively,
    monitoring,
)
from profdev_indicators.builtin.measures import MeanOfUnits
from profdev_indicators.builtin.renderers import Csv, Json, Markdown, marks, provide_renderers
from profdev_indicators.builtin.renderers.flat import _text
from profdev_indicators.builtin.rules import BelowTarget, Drop
from profdev_indicators.frames import MAIN, STATES, UNCHECKED, State
from profdev_indicators.hookspecs import NAME
from profdev_indicators.model import Alternative, District, Indicator, Name, Renderer, Revision, Section, Target
from profdev_indicators.results import Monitoring

PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
TESTS = Path(__file__).parents[1]


def markdown(answer: Monitoring) -> str:
    return Markdown().render(answer)["report.md"].decode()


def form_csv(answer: Monitoring) -> list[dict[str, str]]:
    text = Csv().render(answer)["form.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def report(answer: Monitoring) -> dict[str, Any]:
    return json.loads(Json().render(answer)["report.json"])


def tables(text: str) -> list[list[list[str]]]:
    """Every table of a Markdown text: rows of cells, the heading first, as a person sees them."""
    found: list[list[list[str]]] = []
    tokens = PARSER.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in {"th_open", "td_open"}:
            found[-1][-1].append(seen(tokens[place + 1]))
    return found


def seen(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def table_with(text: str, *columns: str) -> list[dict[str, str]]:
    """Rows of all tables which have these columns."""
    return [
        dict(zip(rows[0], row, strict=True))
        for rows in tables(text)
        if set(columns) <= set(rows[0])
        for row in rows[1:]
    ]


def line_of(answer: Monitoring, code: str) -> dict[str, str]:
    return next(row for row in table_with(markdown(answer), "Код", "Примечание") if row["Код"] == code)


def only(indicator: Indicator) -> District:
    """The district with one criterion."""
    return evolve(DISTRICT, sections=(Section(id="s", title="Раздел", indicators=(indicator,)),))


def one(indicator: str = "1.1", *numbers: float, **columns: object) -> Monitoring:
    cells = Cells()
    cells.add(indicator, *numbers, **columns)
    return monitoring(cells)


# --- the form ---------------------------------------------------------------------------------------------------


def test_the_form_has_the_columns_of_the_order_first_and_its_numbers_restart_in_each_section() -> None:
    forms = [rows for rows in tables(markdown(lively())) if rows[0][0] == "№" and "Код" in rows[0]]
    assert [rows[0][:4] for rows in forms] == [
        ["№", "Наименование критерия", "Методы сбора информации/ источники данных", "Значение показателя"]
    ] * 2
    assert [[row[0] for row in rows[1:]] for rows in forms] == [["1.", "2."], ["1.", "2.", "3."]]


def test_a_value_stands_with_its_sums_the_period_before_and_the_change() -> None:
    row = line_of(lively(), "1.1")
    wanted = {"Значение показателя": "73,8\xa0%", "n из N": "31 из 42", "Ответили": "2 из 3", "2021 год": "81,0\xa0%"}
    assert {name: row[name] for name in wanted} == wanted
    assert row["Изменение"] == "−7,1\xa0п.п."


def test_two_sums_that_are_no_part_and_whole_are_not_called_so() -> None:
    cells = Cells()
    cells.add("2.1", 1234)
    cells.add("2.2", 63, 15, value=4.2)
    cells.add("2.3", 73.8, 75, value=98.4)
    sums = {row["Код"]: row["n из N"] for row in table_with(markdown(monitoring(cells)), "Код", "n из N")}
    assert (sums["2.1"], sums["2.2"], sums["2.3"]) == ("", "63 / 15", "")


@pytest.mark.parametrize(
    ("columns", "value", "note"),
    [
        ({"expected": 26}, "нет данных", "не ответил никто из 26"),
        ({"state": "not_applicable", "reason": "освобождена: ремонт"}, "–", "освобождена: ремонт"),
        ({"state": "not_defined", "definition": None}, "не определён", "в этом периоде не определён"),
        ({"state": "invalid"}, "противоречие", "ответы противоречат сами себе и в суммы не вошли"),
        ({"state": "suppressed"}, "…", "скрыто"),
    ],
)
def test_an_absent_value_says_why(columns: dict[str, object], value: str, note: str) -> None:
    row = line_of(one("1.2", **columns), "1.2")
    assert (row["Значение показателя"], row["Примечание"]) == (value, note)


@pytest.mark.parametrize(
    ("columns", "note"),
    [
        ({"expected": 3, "reported": 3, "evidenced": 3}, ""),
        (
            {"expected": 26, "reported": 24, "evidenced": 24, "state": "partial"},
            "ответили 24 из 26; молчание 2\xa0организаций посчитано нулём",
        ),
        (
            {"expected": 24, "reported": 24, "evidenced": 21},
            "заявлено, не подтверждено: 3 из 24 без ссылки",
        ),
    ],
)
def test_a_value_says_who_is_missing_from_it(columns: dict[str, object], note: str) -> None:
    assert line_of(one("1.2", 18, 24, **columns), "1.2")["Примечание"] == note


def test_silence_that_is_left_out_is_not_called_a_zero() -> None:
    partial = one("1.1", 18, 24, expected=26, reported=24, evidenced=24, state="partial")
    assert "нулём" not in line_of(partial, "1.1")["Примечание"]


@pytest.mark.parametrize(
    ("numerator", "note"),
    [
        (75, "целевое 75\xa0%: достигнуто"),
        (70, "целевое 75\xa0%: не достигнуто, до него 5,0\xa0п.п."),
        (74.996, "целевое 75\xa0%: не достигнуто, до него 0,004\xa0п.п."),
    ],
)
def test_a_target_is_reached_or_missed_by_so_much_and_never_by_nothing(numerator: float, note: str) -> None:
    assert line_of(one("1.1", numerator, 100), "1.1")["Примечание"] == note


def test_less_is_enough_where_less_is_better() -> None:
    lower = evolve(DIAGNOSED, better="lower")
    cells = Cells()
    cells.add("1.1", 70, 100)
    assert line_of(monitoring(cells, district=only(lower)), "1.1")["Примечание"] == "целевое 75\xa0%: достигнуто"


def test_across_a_change_of_definition_nothing_is_compared_and_the_form_says_so() -> None:
    cells = Cells()
    cells.add("1.1", 10, 42, period="2020", definition="old")
    cells.add("1.1", 31, 42, period="2021")
    row = line_of(monitoring(cells, "2021"), "1.1")
    assert row["Изменение"] == ""
    assert "определение изменилось: сравнение не проводится; считаются только завершённые" in row["Примечание"]


def test_only_the_revision_between_the_two_periods_explains_the_break() -> None:
    notes = tuple(Revision(since=date(year, 1, 1), note=f"изменение {year} года") for year in (2022, 2020))
    revised = evolve(DIAGNOSED, target=(), revisions=notes)
    cells = Cells()
    cells.add("1.1", 10, 42, period="2021", definition="old")
    cells.add("1.1", 31, 42)
    note = "определение изменилось: сравнение не проводится; изменение 2022 года"
    assert line_of(monitoring(cells, district=only(revised)), "1.1")["Примечание"] == note


def test_targets_and_silence_are_those_in_force_on_the_last_day_of_the_period() -> None:
    targets = tuple(Target(since=date(year, 1, 1), at=at) for year, at in ((2019, 10), (2022, 50), (2023, 90)))
    silences = (Revision(since=date(2020, 1, 1), silence="zero"), Revision(since=date(2021, 1, 1), silence="excluded"))
    dated = evolve(DIAGNOSED, target=targets, revisions=silences, silence="zero")
    cells = Cells()
    cells.add("1.1", 31, 42, expected=3, reported=2, evidenced=2, state="partial")
    note = "ответили 2 из 3; целевое 50\xa0%: достигнуто"
    assert line_of(monitoring(cells, district=only(dated)), "1.1")["Примечание"] == note


def test_the_noise_of_division_is_no_change() -> None:
    cells = Cells()
    cells.add("1.1", 3, 10, period="2021", value=3 / 10 * 100)
    cells.add("1.1", 6, 20, value=30.000000000000004)
    text = markdown(monitoring(cells, district=only(DIAGNOSED)))
    assert "без изменений — 1 (1.1)" in text


def test_a_criterion_that_was_not_there_before_has_not_changed_its_definition() -> None:
    cells = Cells()
    cells.add("1.2", period="2021", state="not_defined", definition=None)
    cells.add("1.2", 1, 2)
    assert line_of(monitoring(cells), "1.2")["Примечание"] == ""


def test_without_earlier_periods_there_is_no_comparison_to_print() -> None:
    text = markdown(bare())
    assert "сравнивать не с чем" in text
    assert "Изменение" not in text


def test_every_period_asked_has_its_form_and_more_than_two_stand_side_by_side() -> None:
    text = markdown(bare("2020", "2021", "2022"))
    assert [f"Форма мониторинга за {year} год" in text for year in (2020, 2021, 2022)] == [True] * 3
    (row,) = table_with(text, "Код", "Критерий", "2020", "2021", "2022")
    assert (row["2020"], row["2022"]) == ("50,0\xa0%", "50,0\xa0%")


def test_a_break_of_definition_is_marked_where_it_happens() -> None:
    cells = Cells()
    for year, definition in ((2019, "old"), (2020, "old"), (2021, None), (2022, "same")):
        cells.add("1.1", 1, 2, period=str(year), definition=definition)
    row = next(r for r in table_with(markdown(monitoring(cells)), "Критерий", "2019") if r["Код"] == "1.1")
    assert [row[str(year)][:2] for year in (2019, 2020, 2021, 2022)] == ["50", "50", "50", "‡ "]


def test_other_readings_stand_beside_the_accepted_one() -> None:
    rows = table_with(markdown(lively()), "Прочтение", "Отличие от принятого")
    assert [(row["Прочтение"], row["Значение"], row["Отличие от принятого"]) for row in rows] == [
        ("принято: прошедшие хотя бы одну диагностику", "73,8\xa0%", ""),
        ("прошедшие не меньше двух", "95,2\xa0%", "+21,4\xa0п.п."),
    ]


def test_the_sums_of_another_reading_are_told_by_its_own_formula() -> None:
    mean = Alternative(id="mean", reading="среднее долей", measure=MeanOfUnits(counted="n_diag", population=TEACHERS))
    district = only(evolve(DIAGNOSED, alternatives=(mean,)))
    cells = Cells()
    cells.add("1.1", 5, 17)
    cells.add("1.1", 157.22, 7, reading="mean", value=22.46)
    rows = table_with(markdown(monitoring(cells, district=district)), "Прочтение", "n из N")
    assert [row["n из N"] for row in rows] == ["5 из 17", "157,22 / 7"]


def test_readings_that_were_not_asked_for_are_named_as_not_computed() -> None:
    assert "1.1 — прошедшие не меньше двух" in markdown(one("1.1", 1, 2))


# --- organisations ----------------------------------------------------------------------------------------------


def test_in_the_table_of_organisations_five_absences_are_five_different_things() -> None:
    rows = table_with(markdown(lively()), "Организация", "1.2, %") + table_with(
        markdown(lively()), "Организация", "2.1, ед."
    )
    cells = {(row["Организация"], code): cell for row in rows for code, cell in row.items()}
    told = [
        cells[MUTE, "1.2, %"],
        cells[marks.one_line(HOSTILE), "1.2, %"],
        cells[SCHOOL, "2.2, балл"],
        cells[SCHOOL, "1.2, %"],
        cells[marks.one_line(HOSTILE), "2.1, ед."],
    ]
    assert told == ["нет данных", "нет", "–", "да †", "…"]


def test_the_legend_explains_every_sign_that_stands_for_a_state() -> None:
    text = markdown(lively())
    for sign in ("нет данных", "–", "…", "противоречие", "не определён", "†", "◐"):
        assert f"- «{sign}» — " in text


def test_only_an_organisation_says_yes_or_no() -> None:
    cells = Cells()
    cells.add("1.2", 1, 1)
    cells.add("1.2", 1, 1, unit="s1")
    rows = table_with(markdown(monitoring(cells, units=("s1",))), "Организация", "1.2, %")
    assert [row["1.2, %"] for row in rows] == ["100,0 (1 из 1)", "да"]


def test_numbers_of_organisations_stand_with_their_parts_and_totals_above() -> None:
    rows = table_with(markdown(lively()), "Организация", "1.1, %")
    assert [row["1.1, %"] for row in rows[:3]] == ["73,8 (31 из 42) ◐", "50,0 (5 из 10)", "81,3 (26 из 32)"]


def test_four_hundred_organisations_and_sixty_criteria_are_still_tables() -> None:
    indicators = tuple(evolve(PLANNED, id=f"1.{number}") for number in range(60))
    sections = tuple(
        Section(id=f"s{place}", title="Раздел", indicators=indicators[place : place + 30]) for place in (0, 30)
    )
    cells, units = Cells(), tuple(f"u{number}" for number in range(400))
    for indicator in indicators:
        for unit in ("d", *units):
            cells.add(indicator.id, 1, 1, unit=unit)
    answer = monitoring(cells, district=evolve(DISTRICT, sections=sections), units=units)
    wide = [rows for rows in tables(markdown(answer)) if rows[0][0] == "Организация"]
    assert {len(row) for rows in wide for row in rows} == {11}
    assert [len(rows) for rows in wide] == [402] * 6


def test_more_rows_than_anybody_reads_are_cut_and_the_cut_is_told() -> None:
    cells = Cells()
    for number in range(2100):
        cells.add("1.1", 1, 2, unit=f"u{number}")
    text = markdown(monitoring(cells, units=()))
    assert "Показаны первые 2000 строк из 2100; все — в файле values.csv." in text


# --- what follows -----------------------------------------------------------------------------------------------


def test_one_finding_a_cell_names_the_others_and_the_gravest_comes_first() -> None:
    rows = table_with(markdown(lively()), "Кто", "Сработало ещё")
    assert [(row["Кто"], row["Правило"], row["Сработало ещё"]) for row in rows] == [
        (SCHOOL, "снижение", "целевое значение не достигнуто"),
        ("Выдуманный район", "снижение", ""),
    ]


def test_findings_go_by_severity_then_by_the_form_then_by_the_roster() -> None:
    cells = Cells()
    for unit in ("s1", "s2"):
        for code in ("1.1", "1.2"):
            cells.add(code, 5, 10, unit=unit)
    rows = (
        finding("1.2", "s1"),
        finding("1.1", "s2"),
        finding("1.1", "s1"),
        finding("1.2", "s2", severity="critical"),
    )
    text = markdown(monitoring(cells, findings=findings(*rows)))
    order = [(row["Показатель"][:3], row["Кто"]) for row in table_with(text, "Кто", "Сработало ещё")]
    assert order == [("1.2", "s2"), ("1.1", "s1"), ("1.1", "s2"), ("1.2", "s1")]


def test_what_could_not_be_checked_is_counted_by_reason_and_rule() -> None:
    (row,) = table_with(markdown(lively()), "Почему", "Случаев")
    assert row == {
        "Почему": "первый период наблюдения",
        "Случаев": "3",
        "Правила и сколько раз каждое": "снижение — 3",
        "Показатели": "1.2, 2.2",
    }


def test_a_rule_with_a_name_of_its_own_is_still_called_by_what_it_looks_for() -> None:
    named = evolve(DIAGNOSED, rules=(BelowTarget(name="far"), Drop(points=5.0)))
    reasons = pl.DataFrame(
        [
            {"district": "d", "unit": "s1", "period": "2022", "indicator": "1.1", "reading": MAIN, "rule": rule}
            | {"reason": "нет данных"}
            for rule in ("far", "below_target", "of a plugin")
        ],
        UNCHECKED,
    )
    cells = Cells()
    cells.add("1.1", 1, 2)
    (row,) = table_with(markdown(monitoring(cells, district=only(named), unchecked=reasons)), "Почему", "Случаев")
    assert row["Правила и сколько раз каждое"] == "целевое значение не достигнуто — 2, of a plugin — 1"


def test_no_rules_is_not_no_decline() -> None:
    assert "Правила не заданы: динамика не оценивалась." in markdown(bare())


def test_a_recommendation_says_who_what_and_when() -> None:
    text = markdown(lively())
    _, _, advice = text.partition("## Рекомендации организациям")
    for words in (SCHOOL, "Факт: Снижение", "Что сделать: Провести", "Срок: 01.10.2023", "Отвечает: директор"):
        assert words in advice
    assert "Как проверим" not in advice


def test_the_silent_are_named_with_what_they_owe() -> None:
    (row,) = table_with(markdown(lively()), "Организация", "Чего нет")
    assert row == {
        "Организация": MUTE,
        "Источник": "Информационные карты",
        "Чего нет": "ничего не представлено (1.1, 1.2)",
    }


def test_a_file_that_came_without_an_answer_is_not_silence() -> None:
    cells = Cells()
    cells.add("1.1", unit="s1")
    places = pl.DataFrame({"unit": ["s1"], "period": ["2022"], "source": ["card"]})
    (row,) = table_with(markdown(monitoring(cells, places=places)), "Источник данных", "Спрошено")
    assert (row["Спрошено"], row["Ответили частично"], row["Не ответили"]) == ("1", "1", "0")


def test_a_unit_that_does_not_exist_is_not_asked_and_an_exempt_one_is_not_silent() -> None:
    cells = Cells()
    cells.add("1.1", 1, 2, unit="s1")
    cells.add("1.1", unit="s2", state="not_applicable", expected=0)
    cells.add("1.1", unit="closed", state="not_defined", definition=None)
    text = markdown(monitoring(cells, units=("s1", "s2", "closed")))
    (row,) = table_with(text, "Источник данных", "Спрошено")
    assert (row["Спрошено"], row["Ответили на всё"], row["Не ответили"], row["Не применимо"]) == ("1", "1", "0", "1")
    assert "closed" not in text


def test_a_defect_stands_with_its_file_row_and_cell() -> None:
    (row,) = table_with(markdown(lively()), "Файл", "Замечание")
    assert [row[name] for name in ("Файл", "Строка", "Ячейка", "Замечание")] == [
        "2022/card.csv",
        "3",
        "Баллы",
        "не число: «=cmd|»",
    ]


def test_a_goal_without_criteria_is_named_and_not_hidden() -> None:
    rows = table_with(markdown(lively()), "Цель", "Показатели")
    assert [(row["Показатели"], row["Чего не хватает"]) for row in rows] == [
        ("1.1", ""),
        ("–", "показателя в форме нет"),
    ]


# --- nothing breaks out -----------------------------------------------------------------------------------------


def test_a_hostile_name_stays_a_name() -> None:
    text = markdown(lively())
    kinds = {child.type for token in PARSER.parse(text) for child in (token, *(token.children or ()))}
    assert not kinds & {"html_inline", "html_block", "link_open", "em_open", "s_open", "code_inline", "fence", "image"}
    assert marks.one_line(HOSTILE) in {row["Организация"] for row in table_with(text, "Организация", "1.1, %")}


LINES = st.text(st.characters(codec="utf-8"), max_size=40) | st.text(" |\\`*_[]()<>&#~$-+=.!1:\n\t", max_size=12)


BLOCKS: dict[str, tuple[Callable[[str], str], int]] = {
    "paragraph": (marks.paragraph, 1),
    "bullets": (lambda text: marks.bullets([text, text]), 2),
    "heading": (lambda text: marks.heading(3, text), 1),
    "table": (lambda text: marks.table([text, text], [[text, text]]), 4),
    "bold": (lambda text: marks.table([marks.bold(text)], []), 1),
}


@pytest.mark.parametrize("block", BLOCKS)
@given(LINES)
def test_any_text_is_printed_as_it_stands(block: str, text: str) -> None:
    shown = marks.one_line(text)
    assume(shown)
    marked, times = BLOCKS[block]
    tokens = PARSER.parse(f"до\n\n{marked(text)}\n\nпосле")
    assert [seen(token) for token in tokens if token.type == "inline"] == ["до", *[shown] * times, "после"]


@given(LINES)
def test_one_line_is_one_line_and_hides_nothing(text: str) -> None:
    line = marks.one_line(text)
    assert len(line.splitlines()) <= 1
    assert not set(line) & set("\u202e\u2066\x00")
    assert marks.one_line(line) == line


@given(st.sampled_from(["", "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"]), st.text(max_size=10))
def test_no_cell_of_the_csv_is_a_formula(opening: str, rest: str) -> None:
    text = opening + rest
    assert not _text(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert _text(text) in {text, f"'{text}"}
    assert (_text(text) != text) >= bool(opening)


# --- for Excel and for programs ---------------------------------------------------------------------------------


def test_the_csv_opens_in_a_russian_excel() -> None:
    raw = Csv().render(lively())["form.csv"]
    rows = form_csv(lively())
    assert raw.startswith(b"\xef\xbb\xbf")
    assert [(row["Код"], row["Принято"], row["Значение показателя"]) for row in rows[:2]] == [
        ("п. 1.1", "да", "73,8"),
        ("п. 1.1", "нет", "95,2"),
    ]
    assert rows[0]["Изменение"] == "-7,1"
    assert next(row for row in rows if row["Код"] == "п. 2.1")["Числитель"] == "1234"


def test_the_csv_has_a_row_per_criterion_and_period() -> None:
    assert [row["Период"] for row in form_csv(bare("2021", "2022"))] == ["2021 год", "2022 год"]


def test_json_keeps_numbers_unrounded_and_says_what_they_mean() -> None:
    line = report(lively())["form"][0]["sections"][0]["indicators"][0]
    assert line["value"] == 100 * 31 / 42
    assert {name: line[name] for name in ("id", "numerator", "denominator", "state", "reading", "comparable")} == {
        "id": "1.1",
        "numerator": 31.0,
        "denominator": 42.0,
        "state": "partial",
        "reading": "прошедшие хотя бы одну диагностику",
        "comparable": True,
    }
    assert line["target"]["reached"] is False
    assert line["previous"]["period"] == "2021"


def test_json_has_no_nan_whatever_a_rule_computed() -> None:
    cells = Cells()
    cells.add("1.1", 5, 10, unit="s1")
    fell = finding(p_value=float("nan"), numbers={"kind": "chance", "odds": float("inf")})
    text = Json().render(monitoring(cells, findings=findings(fell)))["report.json"].decode()
    assert "NaN" not in text
    assert "Infinity" not in text
    assert json.loads(text)["findings"][0]["numbers"] == {"kind": "chance", "odds": None}


def test_json_tells_the_same_findings_in_the_same_order_as_the_page() -> None:
    found = report(lively())["findings"]
    assert [(row["unit"], row["severity"], row["others"]) for row in found] == [
        ("s1", "risk", ["below_target"]),
        ("d", "info", []),
    ]
    assert found[0]["sentence"] in markdown(lively())


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        (None, "Показатели мониторинга: Район"),
        ("Форма мониторинга", "Форма мониторинга Района"),
        ("Форма мониторинга Района", "Форма мониторинга Района"),
    ],
)
def test_the_title_names_the_district_once(title: str | None, printed: str) -> None:
    district = evolve(DISTRICT, form_title=title, title=Name(nominative="Район", genitive="Района"))
    assert markdown(evolve(bare(), district=district)).startswith(f"# {printed}\n")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("renderer", [Markdown(), Csv(), Json()])
def test_every_state_can_be_printed(renderer: Renderer, state: State) -> None:
    has_value = state in {"ok", "partial"}
    answer = one("1.1", *((1, 2) if has_value else ()), state=state)
    assert all(content for content in renderer.render(answer).values())


def test_the_kinds_are_those_the_command_names() -> None:
    assert provide_renderers() == {"markdown": Markdown, "csv": Csv, "json": Json}
    assert hasattr(provide_renderers, f"{NAME}_impl")


# --- the same input, the same bytes -----------------------------------------------------------------------------

DIGEST = """
import hashlib, monitorings
from profdev_indicators.builtin.renderers import provide_renderers
for kind in provide_renderers().values():
    for name, content in kind().render(monitorings.lively()).items():
        print(name, hashlib.sha256(content).hexdigest())
"""


def test_two_runs_give_the_same_bytes() -> None:
    here = [
        f"{name} {hashlib.sha256(content).hexdigest()}"
        for kind in provide_renderers().values()
        for name, content in kind().render(lively()).items()
    ]
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": str(TESTS), "TZ": "Asia/Vladivostok"}
    there = subprocess.run(  # noqa: S603 - our own interpreter and our own words
        [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True, env=environment
    )
    assert there.stdout.split("\n") == [*here, ""]


def test_the_order_of_rows_changes_nothing() -> None:
    answer = lively()
    shuffled = evolve(
        answer,
        places=answer.places.reverse(),
        unchecked=answer.unchecked.reverse(),
        history=answer.history.reverse(),
        values=answer.values.reverse(),
    )
    assert Json().render(shuffled) == Json().render(answer)
    assert markdown(shuffled) == markdown(answer)
