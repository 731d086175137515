"""Two answers of one organisation: what differs, and which of them the district lets count."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collecting import INN_A, asking, card, collected, messages, states
from collecting import sheet as table
from profdev_indicators import monitor
from profdev_indicators.engine.accepted import Decision, read_decisions, written
from profdev_indicators.engine.explain import explain
from profdev_indicators.errors import RequestError, SourceError
from profdev_indicators.intake.collect import accept
from profdev_indicators.model import District
from profdev_indicators.results import Monitoring, told
from strategies import core_alone

OLD = card("старая.xlsx", unit="a", n_ped=12, n_diag=5)
NEW = card("новая.xlsx", inn=INN_A, n_ped=13, n_diag=5)


def computed(asked: District, data: Path) -> Monitoring:
    return monitor(asked, period="2022", data=data, plugins=core_alone())


def decide(asked: District, data: Path, *ways: str) -> None:
    decisions = accept(collected(asked, data=data), ways, read_decisions(data))
    (data / "accepted.csv").write_bytes(written(decisions))


def test_both_places_and_what_differs_are_told() -> None:
    found = collected(asking(OLD, NEW))
    [defect] = found.remarks.to_dicts()
    assert str(told(defect)) == (
        "2022/старая.xlsx, «Карта»!B1: организация ответила дважды, по-разному; первый ответ — 2022/новая.xlsx,"
        " «Карта»: n_ped («педагогов»): 13 и 12 — не учтён ни один: решите, какой ответ верен, —"
        " profdev collect … --accept ФАЙЛ"
    )


def test_a_blank_and_a_flag_are_told_in_words_and_links_too() -> None:
    rows = [
        {"unit": "a", "n_ped": "", "plan": "да", "plan.link": "https://a.example"},
        {"unit": "a", "n_ped": "3", "plan": "нет", "plan.link": ""},
    ]
    [message] = messages(collected(asking(table("t.csv", rows))), "repeated")
    assert message.endswith(
        "n_ped («педагогов»): пусто и 3; plan («есть план»): да и нет; plan, ссылка: https://a.example и нет"
    )


def test_many_differences_are_not_all_listed() -> None:
    first = dict.fromkeys(("n_ped", "n_young", "n_diag", "n_covered", "points"), "1") | {"unit": "a", "plan": "да"}
    other = dict.fromkeys(first, "2") | {"unit": "a", "plan": "нет"}
    rows = [first | {"plan.link": "x.example"}, other | {"plan.link": "y.example"}]
    [message] = messages(collected(asking(table("t.csv", rows))), "repeated")
    assert message.endswith("и ещё 1")


def test_the_same_numbers_with_one_link_keep_the_link() -> None:
    rows = [{"unit": "a", "plan": "да", "link": ""}, {"unit": "a", "plan": "да", "link": "https://a.example"}]
    found = collected(asking(table("t.csv", rows)))
    assert found.completeness.filter(indicator="presence")["evidenced"].to_list() == [1]


def test_the_accepted_answer_counts_and_the_other_is_told(tmp_path: Path) -> None:
    asked = asking(OLD, NEW)
    decide(asked, tmp_path, "2022/новая.xlsx")
    found = computed(asked, tmp_path)
    assert (found.value("share", unit="a").denominator, "accepted.csv" in found.provenance.sources) == (13, True)
    [defect] = found.defects.filter(pl.col("check") == "repeated").to_dicts()
    assert (defect["severity"], defect["file"]) == ("warning", "2022/старая.xlsx")
    assert defect["message"] == ("не учтено: принято другое — 2022/новая.xlsx, «Карта»: n_ped («педагогов»): 13 и 12")


def test_explain_leads_to_the_accepted_answer(tmp_path: Path) -> None:
    asked = asking(OLD, NEW)
    decide(asked, tmp_path, "2022/старая.xlsx")
    assert computed(asked, tmp_path).places.filter(unit="a")["file"].to_list() == ["2022/старая.xlsx"]


def test_explain_names_the_cell_of_a_card_without_rows(tmp_path: Path) -> None:
    told_by = explain(computed(asking(OLD), tmp_path), "share", "a").cells
    assert {cell.item: cell.address for cell in told_by} == {"n_diag": "«Карта»!C20", "n_ped": "«Карта»!C7"}


@given(ways=st.lists(st.sampled_from(["2022/старая.xlsx", "2022/новая.xlsx!Карта"]), min_size=1, max_size=4))
def test_the_last_decision_is_the_only_one(ways: list[str]) -> None:
    found = collected(asking(OLD, NEW))
    decisions: tuple[Decision, ...] = ()
    for way in ways:
        decisions = accept(found, [way], decisions)
    assert written(decisions) == written(accept(found, [ways[-1]], ()))


def test_a_row_chooses_where_one_file_has_both(tmp_path: Path) -> None:
    asked = asking(
        table("t.csv", [{"unit": "a", "n_ped": "1"}, {"unit": "b", "n_ped": "5"}, {"unit": "a", "n_ped": "2"}])
    )
    with pytest.raises(RequestError, match=r"несколько ответов; назовите один: 2022/t\.csv:2; 2022/t\.csv:4"):
        decide(asked, tmp_path, "2022/t.csv")
    decide(asked, tmp_path, "2022/t.csv:4")
    assert computed(asked, tmp_path).answers.filter(unit="a", period="2022")["n_ped"].to_list() == [2.0]


def test_needless_and_unknown_wishes_are_refused_with_what_there_is() -> None:
    found = collected(asking(OLD, NEW, card("б.xlsx", unit="b", n_ped=1)))
    with pytest.raises(RequestError, match="решать нечего: никто из ответивших в этом файле не ответил дважды"):
        accept(found, ["2022/б.xlsx"], ())
    with pytest.raises(RequestError, match="такого ответа нет") as refusal:
        accept(found, ["нет.xlsx"], ())
    assert "\n  2022/новая.xlsx!Карта — Школа «Альфа» № 1" in str(refusal.value)


def test_where_nobody_answered_twice_there_is_nothing_to_accept() -> None:
    with pytest.raises(RequestError, match="решать нечего — за 2022 никто не ответил дважды"):
        accept(collected(asking(OLD)), ["2022/старая.xlsx"], ())


def test_a_decision_whose_file_is_gone_is_told(tmp_path: Path) -> None:
    decide(asking(OLD, NEW), tmp_path, "2022/новая.xlsx")
    found = collected(asking(OLD), data=tmp_path)
    [defect] = found.remarks.to_dicts()
    assert str(told(defect)) == (
        "accepted.csv:2: решено учитывать ответ из «2022/новая.xlsx», а такого ответа там больше нет —"
        " верните файл или решите заново: profdev collect … --accept ФАЙЛ"
    )
    assert states(found)["a"] == "remarks"


def test_a_decision_survives_a_row_inserted_above(tmp_path: Path) -> None:
    other = card("к.xlsx", unit="a", n_ped=9)
    decide(asking(other, table("t.csv", [{"unit": "a", "n_ped": "1"}])), tmp_path, "2022/t.csv")
    moved = asking(other, table("t.csv", [{"unit": "b", "n_ped": "4"}, {"unit": "a", "n_ped": "1"}]))
    assert computed(moved, tmp_path).answers.filter(unit="a", period="2022")["n_ped"].to_list() == [1.0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("2022;card;нет;;f;;", "нет организации с id «нет»"),
        ("2022;cards;a;;f;;", "нет такого источника: «cards»; есть: card"),
        ("202;card;a;;f;;", "не период: «202»"),
        ("2022;card;a;;;;", "не заполнено: файл"),
        ("2022;card;a;;f;;два", "строка «два» — не число"),
    ],
)
def test_a_line_that_decides_nothing_is_refused_with_its_place(tmp_path: Path, line: str, message: str) -> None:
    heading = "период;источник;организация;название;файл;лист;строка"
    (tmp_path / "accepted.csv").write_bytes(f"{heading}\r\n{line}\r\n".encode("cp1251"))
    with pytest.raises(SourceError) as refusal:
        collected(asking(OLD), data=tmp_path)
    [problem] = refusal.value.problems
    assert (problem.file, problem.line, message in problem.message) == ("accepted.csv", 2, True)


def test_a_table_without_its_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "accepted.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    with pytest.raises(SourceError, match="нет столбца: период, источник, организация, файл"):
        collected(asking(OLD), data=tmp_path)


@given(
    st.lists(
        st.builds(
            Decision,
            period=st.just("2022"),
            source=st.just("card"),
            unit=st.sampled_from(["a", "b"]),
            name=st.text("абв =+;\"'«»", max_size=8).map(str.strip),
            file=st.text("abc=+-@;,. '/", min_size=1, max_size=12).map(str.strip).filter(lambda f: f and f[0] != "'"),
            sheet=st.sampled_from(["", "Карта", "=A1"]),
            row=st.none() | st.integers(2, 99),
        ),
        max_size=3,
    )
)
def test_what_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, decisions: list[Decision]) -> None:
    folder = tmp_path_factory.mktemp("data")
    (folder / "accepted.csv").write_bytes(written(decisions))
    last = {decision.about: decision for decision in decisions}
    read = [(d.about, d.file, d.sheet, d.row) for d in read_decisions(folder)]
    assert sorted(read, key=lambda each: each[0]) == sorted(
        (about, d.file, d.sheet, d.row) for about, d in last.items()
    )
