"""A letter says to one organisation what concerns it, in words of its own numbers, and to nobody else."""

from __future__ import annotations

import re
import time
from pathlib import Path

import polars as pl
import pytest
from attrs import evolve

import example_district
import monitorings
from profdev_indicators import demo
from profdev_indicators.facade import analyse
from profdev_indicators.results import Monitoring
from profdev_reports.documents.letters import render
from profdev_reports.documents.recipients import gathered
from profdev_reports.kinds import Letters
from word_documents import converted, texts, word


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Monitoring:
    """The invented district in 2022, with its analyses."""
    made: demo.Demo = example_district.written(tmp_path_factory.mktemp("demo"))
    return analyse(example_district.monitored(made, "2022"), data=made.data)


@pytest.fixture(scope="module")
def sent(example: Monitoring) -> dict[str, list[str]]:
    """Paragraphs of each letter by the id of its organisation."""
    return {name.partition("/")[2].split()[0]: texts(content) for name, content in render(Letters(), example).items()}


def test_each_organisation_of_the_last_period_gets_a_letter_and_totals_none(
    example: Monitoring, sent: dict[str, list[str]]
) -> None:
    there = example.values.filter(pl.col("level") == 0, pl.col("state") != "not_defined")["unit"].unique()
    assert set(sent) == set(there)
    assert example.root not in sent


def test_names_of_files_are_those_of_organisations(example: Monitoring) -> None:
    assert "letters-2022/s01 МКОУ «СОШ № 1 с. Примерное».docx" in render(Letters(), example)


def test_nothing_is_sent_from_what_is_published(example: Monitoring) -> None:
    assert render(Letters(), evolve(example, profile="publish")) == {}


def test_advice_is_addressed_by_the_facts_of_whom_it_is_for(example: Monitoring, sent: dict[str, list[str]]) -> None:
    """domain.md: a recommendation identical for all organisations is not «адресная»."""
    seen: dict[str, set[str]] = {}
    for row in example.recommendations.filter(pl.col("period") == "2022").iter_rows(named=True):
        letter = "\n".join(sent[row["unit"]]) if row["unit"] in sent else None
        if letter is None:
            continue
        assert row["fact"] in letter
        assert row["action"].rstrip(".") in letter
        seen.setdefault(row["indicator"], set()).add(f"{row['unit']}: {row['fact']} {row['action']}")
        if row["deadline"]:
            assert f"{row['deadline']:%d.%m.%Y}" in letter
        for key in ("responsible", "learn_from", "check"):
            assert (row[key] or "").rstrip(".") in letter
    assert seen


def test_findings_and_advice_of_others_are_not_told(example: Monitoring, sent: dict[str, list[str]]) -> None:
    facts = example.recommendations.select("unit", "fact").unique().rows()
    numbers = [(unit, fact) for unit, fact in facts if re.search(r"\(\d+ из \d+\)", fact)]
    assert numbers
    for _, fact in numbers:
        alike = {other for other, same in facts if same == fact}
        assert [
            name for name, letter in sent.items() if name not in alike and any(fact in line for line in letter)
        ] == []


def test_whoever_kept_silent_is_told_what_is_asked_of_it(sent: dict[str, list[str]]) -> None:
    letter = "\n".join(sent["s07"])
    assert "от вас пока ничего не получено: «Информационные карты" in letter
    assert "karty@uo.verhnerechensky.example" in letter
    assert "нет данных" in letter


def test_whoever_has_nothing_wrong_is_thanked() -> None:
    lively = monitorings.lively()
    calm = evolve(lively, findings=lively.findings.clear(), recommendations=lively.recommendations.clear())
    written = ["\n".join(texts(content)) for content in render(Letters(), calm).values()]
    assert written
    assert all("Благодарим" in letter and "Что обнаружено" not in letter for letter in written)


def test_a_value_stands_with_what_it_is_made_of_beside_others_like_it(sent: dict[str, list[str]]) -> None:
    letter = sent["s01"]
    at = letter.index("1.1")
    row = letter[at : at + 7]
    assert row[2:] == [
        "70,0\xa0% (42\xa0из\xa060)",
        "90,0\xa0% (54\xa0из\xa060)",
        "−20,0\xa0п.п.",
        "78,7\xa0% (263\xa0из\xa0334)",
        "75\xa0%, не достигнута",
    ]


def test_comparable_organisations_are_named_only_where_there_are_enough_of_them() -> None:
    told = gathered(monitorings.lively())
    for recipient in told.recipients:
        for line in told.form.lines:
            others = {
                value.unit
                for value in told.peers.get((recipient.group, line.indicator.id), ())
                if value.unit != recipient.unit and value.value is not None
            }
            assert bool(told.comparable(recipient, line)) == (len(others) >= 3)


def test_every_absence_keeps_its_name() -> None:
    monitoring = monitorings.lively()
    found = "\n".join(line for content in render(Letters(), monitoring).values() for line in texts(content))
    assert "нет данных" in found
    assert "–" in found


def test_hostile_names_are_printed() -> None:
    name = '<b>=cmd()</b> {{ title }} "x" & ' + "ш" * 280 + "\u202e\x00"
    monitoring = monitorings.lively()
    spoilt = {frame: getattr(monitoring, frame).with_columns(unit_name=pl.lit(name)) for frame in ("values", "history")}
    written = render(Letters(), evolve(monitoring, **spoilt))
    assert written
    for file, content in written.items():
        assert len(file.partition("/")[2].encode()) < 255
        assert any('<b>=cmd()</b> {{ title }} "x" & шшш' in line for line in texts(content))


def test_the_same_answer_gives_the_same_bytes(example: Monitoring) -> None:
    assert render(Letters(), example) == render(Letters(), example)


def test_texts_to_be_rewritten_are_controls(example: Monitoring) -> None:
    content = render(Letters(), example)["letters-2022/s01 МКОУ «СОШ № 1 с. Примерное».docx"]
    titles = word(content).element.body.xpath(".//w:sdt/w:sdtPr/w:alias/@w:val")
    assert titles == ["Вступление", "Рекомендация по показателю 1.1", "Что проверим", "Заключение"]


def test_libreoffice_opens_a_letter_and_keeps_its_marks(example: Monitoring, tmp_path: Path) -> None:
    content = next(iter(render(Letters(), example).values()))
    assert Letters().keep("x.docx", converted(content, "docx", tmp_path), content).content == content


def test_four_hundred_letters_take_far_less_than_two_minutes(example: Monitoring) -> None:
    started = time.perf_counter()
    written = render(Letters(), example)
    assert (time.perf_counter() - started) / len(written) * 400 < 90
