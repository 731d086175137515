"""Who has answered, who is late, what is complete: of everything that could be read, whatever could not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import attrs
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting import UNITS, A, B, C, asking, card, collected, messages, states
from collecting import sheet as table
from profdev_indicators import collect, monitor
from profdev_indicators.errors import Problem, RequestError, SourceError
from profdev_indicators.intake.collect import COMPLETENESS, FILES, REPEATS, RESPONSES, Collection
from profdev_indicators.intake.letters import letters
from profdev_indicators.intake.register import register
from profdev_indicators.model import CardForm, Exemption, Table
from profdev_indicators.results import told
from profdev_indicators.wording import NBSP
from strategies import core_alone

GOOD_A = card("а.xlsx", unit="a", name=A.name, n_ped=10, n_young=2)
GOOD_B = card("б.xlsx", unit="b", name=B.name, n_ped=20, n_young=3)
WHERE = "Куда: cards@metod.example."
DEADLINE = CardForm(deadline="11-20", send_to="cards@metod.example", title="Карта школы")


def frames_of(found: Collection) -> list[pl.DataFrame]:
    return [found.responses, found.completeness, found.remarks, found.repeats, found.files]


def letter(found: Collection, unit: str) -> str:
    texts = [text.decode("utf-8-sig") for name, text in letters(found).items() if name.startswith(f"letters/{unit} ")]
    return texts[0] if texts else ""


def test_one_broken_file_hides_nobody_else() -> None:
    found = collected(asking(GOOD_A, broken=["2022/б.xlsx"]))
    assert states(found) == {"a": "answered", "b": "unreadable", "c": "unreadable"}
    assert found.files.select("file", "read", "organisations", "problem").rows() == [
        ("2022/а.xlsx", True, 1, None),
        ("2022/б.xlsx", False, None, "книга повреждена — сохраните заново"),
    ]


def test_a_run_still_refuses_what_a_collection_lists() -> None:
    asked = asking(GOOD_A, broken=["2022/б.xlsx"])
    with pytest.raises(SourceError, match=r"2022/б\.xlsx: книга повреждена"):
        monitor(asked, period="2022", plugins=core_alone())


def test_a_broken_file_of_another_year_makes_nobody_of_this_year_unreadable() -> None:
    found = collected(asking(GOOD_A, broken=["2021/б.xlsx"]))
    assert states(found) == {"a": "answered", "b": "silent", "c": "silent"}
    assert [problem.file for problem in found.problems] == ["2021/б.xlsx"]


def test_where_nobody_has_answered_yet_everybody_is_silent() -> None:
    found = collected(asking())
    assert states(found) == {"a": "silent", "b": "silent", "c": "silent"}
    assert found.completeness.filter(indicator="count").select("expected", "reported").row(0) == (3, 0)


def test_whoever_is_exempt_from_everything_is_not_silent() -> None:
    exemptions = (Exemption(unit="c", basis="ремонт"), Exemption(unit="b", indicators=("count",), basis="нет"))
    assert states(collected(asking(exemptions=exemptions))) == {"a": "silent", "b": "silent", "c": "exempt"}


@pytest.mark.parametrize(
    ("today", "late"), [(date(2022, 11, 20), None), (date(2022, 11, 21), 1), (date(2022, 12, 1), 11)]
)
def test_the_day_after_the_deadline_is_the_first_late_one(today: date, late: int | None) -> None:
    found = collected(asking(GOOD_A, card=DEADLINE), today=today)
    assert found.responses.select("unit", "late").rows() == [("a", None), ("b", late), ("c", late)]


def test_a_deadline_may_lie_in_another_year() -> None:
    found = collected(asking(card=CardForm(deadline="2023-01-15")), today=date(2023, 1, 20))
    assert found.responses["late"].to_list() == [5, 5, 5]


def test_a_deadline_that_is_no_day_is_refused() -> None:
    with pytest.raises(RequestError, match=r"card\.deadline: не день: «31 июня»"):
        collected(asking(card=CardForm(deadline="31 июня")))


def test_one_collects_for_one_period() -> None:
    with pytest.raises(RequestError, match="нужен один период"):
        collect(asking(), period="2021,2022", plugins=core_alone())


def test_completeness_counts_and_leaves_percents_to_others() -> None:
    found = collected(asking(GOOD_A, card("б.xlsx", unit="b", n_ped="много")))
    row = found.completeness.filter(indicator="presence").row(0, named=True)
    assert (row["expected"], row["reported"]) == (3, 0)
    assert "value" not in found.completeness.columns


def test_a_defect_names_the_other_cell_too() -> None:
    items = {"n_young": {"at_most": "n_ped", "title": "молодых педагогов"}, "n_ped": {"title": "педагогов всего"}}
    found = collected(asking(card("СОШ-3.xlsx", unit="a", n_ped=42, n_young=50), items=items))
    [defect] = found.remarks.to_dicts()
    assert str(told(defect)) == (
        "2022/СОШ-3.xlsx, «Карта»!C9: n_young: «молодых педагогов» (50) больше, чем «педагогов всего» (42, ячейка C7)"
        " — часть не может быть больше целого: исправьте одно из чисел"
    )


def test_in_a_text_table_the_other_column_is_named() -> None:
    items = {"n_young": {"at_most": "n_ped"}}
    found = collected(asking(table("t.csv", [{"unit": "a", "n_ped": 4, "n_young": 5}]), items=items))
    assert messages(found, "at_most") == ["«молодых» (5) больше, чем «педагогов» (4, столбец «столбец n_ped»)"]
    assert str(told(found.remarks.row(0, named=True))).startswith("2022/t.csv:2, столбец n_young: n_young: ")


def test_every_part_of_a_sum_is_named_with_its_cell() -> None:
    items = {"n_ped": {"sum_of": ("n_young", "plan")}}
    found = collected(asking(card("x.xlsx", unit="a", n_ped=9, n_young=2, plan="да"), items=items))
    assert messages(found, "sum_of") == ["«педагогов» (9) не равно сумме частей (3: 2, ячейка C9; 1, ячейка C11)"]


def test_what_a_reader_noted_goes_to_the_organisation_whose_table_it_is() -> None:
    note = Problem(cell="«Карта»!C7", message="«10 чел» прочитано как 10", hint="проверьте")
    found = collected(asking(attrs.evolve(GOOD_A, notes=(note,))))
    [defect] = found.remarks.to_dicts()
    assert (defect["unit"], defect["check"]) == ("a", "note")
    assert str(told(defect)) == "2022/а.xlsx, «Карта»!C7: «10 чел» прочитано как 10 — проверьте"


def test_a_file_that_changed_while_it_was_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022" / "а.xlsx").write_bytes(b"longer than it was")
    asked = asking(attrs.evolve(GOOD_A, stamp=(3, 1)), attrs.evolve(GOOD_B, stamp=(3, 1)))
    found = collected(asked, data=tmp_path)
    assert [str(problem) for problem in found.problems] == [
        f"2022/{name}.xlsx: файл изменился, пока его читали — дождитесь, пока его сохранят, и запустите ещё раз"
        for name in ("а", "б")
    ]
    with pytest.raises(SourceError, match="файл изменился, пока его читали"):
        monitor(asked, period="2022", data=tmp_path, plugins=core_alone())


def test_a_file_that_did_not_change_is_not_told(tmp_path: Path) -> None:
    path = tmp_path / "2022" / "а.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"same")
    stamp = (path.stat().st_size, path.stat().st_mtime_ns)
    assert collected(asking(attrs.evolve(GOOD_A, stamp=stamp)), data=tmp_path).problems == ()


def test_a_card_copied_from_last_year_is_told() -> None:
    found = collected(asking(card("а.xlsx", unit="a", n_ped=1, period="2021"), GOOD_A, GOOD_B))
    [notice] = found.notices
    assert (notice.file, "под периодом 2021: 2021/а.xlsx" in notice.message) == ("2022/а.xlsx", True)


def test_where_nothing_was_found_it_is_said_of_which_source() -> None:
    assert [notice.message for notice in collected(asking()).notices] == ["«карта»: нет данных за 2022"]


def test_the_frames_have_their_declared_schemas() -> None:
    for found in (collected(asking()), collected(asking(GOOD_A, GOOD_A, broken=["2022/б.xlsx"]))):
        for frame, schema in zip(
            (found.responses, found.completeness, found.repeats, found.files),
            (RESPONSES, COMPLETENESS, REPEATS, FILES),
            strict=True,
        ):
            assert frame.schema == schema


# --- laws ---------------------------------------------------------------------------------------------------------


@st.composite
def desks(draw: st.DrawFn) -> list[Table]:
    """Cards of anybody, of somebody twice, of strangers."""
    tables = []
    for n in range(draw(st.integers(0, 5))):
        who: dict[str, Any] = draw(
            st.sampled_from([{"unit": u.id} for u in UNITS] + [{"inn": A.inn}, {"name": "Никто"}, {"name": "Итого"}])
        )
        number = draw(st.sampled_from([None, "", "7", "8", "семь"]))
        tables.append(card(f"{n}.xlsx", **who, n_ped=number, n_young=draw(st.sampled_from(["1", "9"]))))
    return tables


def shuffled(draw: Any, tables: Sequence[Table]) -> list[Table]:
    return list(draw(st.permutations(tables)))


@given(tables=desks(), choice=st.data())
def test_the_order_of_files_changes_nothing(tables: list[Table], choice: st.DataObject) -> None:
    items = {"n_young": {"at_most": "n_ped"}}
    one = collected(asking(*tables, items=items))
    other = collected(asking(*shuffled(choice.draw, tables), items=items))
    for mine, theirs in zip(frames_of(one), frames_of(other), strict=True):
        columns = mine.columns
        assert mine.sort(columns).equals(theirs.sort(columns))
    assert letters(one) == letters(other)


@given(tables=desks(), broken=st.booleans())
def test_nobody_is_both_silent_and_answered(tables: list[Table], *, broken: bool) -> None:
    found = collected(asking(*tables, broken=["2022/z.xlsx"] if broken else []))
    assert found.responses.select("unit", "source").is_unique().all()
    assert sorted(states(found)) == ["a", "b", "c"]
    heard = set(found.responses.drop_nulls("file")["unit"])
    assert heard == {unit for unit, state in states(found).items() if state in {"answered", "remarks"}}
    own = found.own
    assert (own["answered"] + own["silent"] == own["asked"]).all()


# --- letters ------------------------------------------------------------------------------------------------------


def test_whoever_is_fine_gets_no_letter() -> None:
    assert sorted(letters(collected(asking(GOOD_A)))) == [f"letters/b {B.name}.txt", f"letters/c {C.name}.txt"]


def test_a_silent_organisation_reads_what_is_missing_and_by_when() -> None:
    text = letter(collected(asking(GOOD_A, card=DEADLINE, contact="Методический кабинет")), "b")
    assert text.split("\r\n") == [
        "Тема: Карта школы, 2022 год: Школа «Бета» № 2",
        "",
        "Здравствуйте!",
        "",
        "Вымышленный район собирает сведения за 2022 год.",
        "Организация: Школа «Бета» № 2.",
        "",
        "Не получено:",
        "— карта.",
        "",
        f"Срок был 20.11.2022, прошло 11{NBSP}дней. Пришлите сведения, пожалуйста, как можно скорее. {WHERE}",
        "Вопросы: Методический кабинет.",
        "Если сведений по какому-то вопросу нет, так и напишите: «н/д». Пустая ячейка — не ноль и не «нет».",
        "",
    ]


def test_a_letter_names_the_cell_and_what_to_do() -> None:
    items = {"n_young": {"at_most": "n_ped"}}
    text = letter(collected(asking(card("я.xlsx", unit="a", n_ped=4, n_young=5), items=items)), "a")
    assert "Получено, спасибо:\r\n— карта (файл я.xlsx).\r\n" in text
    assert (
        "Нужно исправить:\r\n"
        "1. я.xlsx, лист «Карта», ячейка C9: «молодых» (5) больше, чем «педагогов» (4, ячейка C7).\r\n"
        "   Что сделать: часть не может быть больше целого: исправьте одно из чисел.\r\n"
    ) in text


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2022, 11, 19), f"до 20.11.2022: осталось 1{NBSP}день."),
        (date(2022, 11, 20), "Срок — сегодня, 20.11.2022."),
        (date(2022, 11, 22), f"Срок был 20.11.2022, прошло 2{NBSP}дня."),
    ],
)
def test_a_letter_says_how_much_time_there_is(today: date, words: str) -> None:
    assert words in letter(collected(asking(card=DEADLINE), today=today), "a")


def test_a_letter_to_whoever_may_be_in_an_unreadable_file_asks_to_send_it_again() -> None:
    assert "не открылась" in letter(collected(asking(broken=["2022/б.xlsx"])), "b")


def test_two_answers_ask_which_is_right_and_a_decided_one_asks_nothing() -> None:
    twice = asking(card("1.xlsx", unit="a", n_ped=1), card("2.xlsx", unit="a", n_ped=2))
    assert "напишите, какой из ответов верен" in letter(collected(twice), "a")
    same = asking(card("1.xlsx", unit="a", n_ped=1), card("2.xlsx", unit="a", n_ped=1))
    assert letter(collected(same), "a") == ""


def test_a_letter_is_only_about_what_the_organisation_answers_itself() -> None:
    asked = asking(card("x.xlsx", unit="a", n_ped="много"))
    sites = attrs.evolve(asked.sources[0], id="sites", title="сайты", items=())
    both = attrs.evolve(asked, sources=(*asked.sources, sites), card=CardForm(sources=("sites",)))
    text = letter(collected(both), "a")
    assert "много" not in text
    assert "карта" not in text.lower().replace("тема: информационная карта", "")


def test_no_letter_names_another_organisation_as_its_own_business() -> None:
    found = collected(asking(card("x.xlsx", unit="a", n_ped="много"), card("y.xlsx", unit="b", n_ped="мало")))
    assert "мало" not in letter(found, "a")
    assert "Бета" not in letter(found, "a")


def test_a_name_no_file_may_have_becomes_one() -> None:
    units = (attrs.evolve(A, name='Школа: «А/Б» \\ "В" <Г>|?*\n'), *UNITS[1:])
    names = list(letters(collected(asking(units=units))))
    assert names[0] == "letters/a Школа «А Б» В Г.txt"


# --- the book -----------------------------------------------------------------------------------------------------


def test_the_same_collection_gives_the_same_bytes() -> None:
    asked = asking(GOOD_A, card("=1+1.xlsx", unit="a", n_ped=11), broken=["2022/б.xlsx"], card=DEADLINE)
    assert register(collected(asked)) == register(collected(asked))


def test_the_book_says_everything_and_computes_nothing() -> None:
    calamine = pytest.importorskip("python_calamine")
    units = (attrs.evolve(A, name="=cmd|' /C calc'!A0"), *UNITS[1:])
    asked = asking(card("=1+1.xlsx", unit="a", n_ped=11), card("x.xlsx", unit="a", n_ped=12), units=units)
    book = register(collected(asked))
    pages = calamine.CalamineWorkbook.from_filelike(BytesIO(book))
    assert pages.sheet_names == ["Кто сдал", "Полнота по показателям", "Замечания", "Повторы", "Файлы"]
    cells = [cell for name in pages.sheet_names for row in pages.get_sheet_by_name(name).to_python() for cell in row]
    assert {"=cmd|' /C calc'!A0", "2022/=1+1.xlsx", "решите"} <= set(cells)
    with ZipFile(BytesIO(book)) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())
