"""The other commands: check, explain, diff, cases, demo, schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from command import Profdev
from profdev_indicators import demo
from profdev_indicators.cli import waiting as waits
from profdev_indicators.cli.waiting import waiting


def spoil(path: Path, right: str, wrong: str) -> Path:
    path.write_text(path.read_text(encoding="utf-8").replace(right, wrong), encoding="utf-8")
    return path


def test_check_prints_one_problem_a_line_with_its_place(profdev: Profdev, district: Path) -> None:
    config = spoil(district / "district.yaml", "silence: excluded", "silense: excluded")
    said = profdev("check", config)
    assert (said.code, said.err) == (1, "")
    assert all(line.startswith(f"{config}:") for line in said.out.splitlines())
    assert "«silence»" in said.out


def test_check_as_json_is_a_list_of_problems(profdev: Profdev, district: Path) -> None:
    config = spoil(district / "district.yaml", "source: card", "source: carb")
    said = profdev("check", config, "--format", "json")
    problems = json.loads(said.out)
    assert (said.code, said.err) == (1, "")
    assert {(problem["file"], bool(problem["line"]), bool(problem["message"])) for problem in problems} == {
        (str(config), True, True)
    }


def test_check_as_json_of_a_good_file_is_an_empty_list(profdev: Profdev, district: Path) -> None:
    assert json.loads(profdev("check", district / "district.yaml", "--format", "json").out) == []


@pytest.fixture
def asked(district: Path) -> list[object]:
    return ["--period", "2022", "--data", district / "data"]


def test_explain_tells_the_number_and_everything_behind_it(
    profdev: Profdev, district: Path, asked: list[object]
) -> None:
    said = profdev("explain", district / "district.yaml", "1.1", "район", *asked)
    assert (said.code, said.err) == (0, "")
    told = said.out.replace("\N{NO-BREAK SPACE}", " ")
    for words in (
        "61,1 % = 33 из 54\nСпрошено 3, ответили 2; ответили не все\n",
        "Что считаем: «Прошли диагностику» (n_diag)",
        "Школа № 2 (вымышленная) (school-2)     –          –            –         нет ответа",
        "Цель: 75 %",
        "2021: 74,0 % = 57 из 77; изменение −12,9 п.п.",
        "drop: внимание",
        "Основание: Приказ, которым утверждён мониторинг (впишите); раздел 1, п. 1",
    ):
        assert words in told


def test_explain_of_a_school_tells_its_cells(profdev: Profdev, district: Path, asked: list[object]) -> None:
    told = profdev("explain", district / "district.yaml", "1.2", "sad-1", *asked).out
    assert "Есть план по выявлению дефицитов (plan)  да     2022/cards.csv, столбец «plan», строка 3" in told
    assert "подтвердили ссылкой 0 (заявлено, не подтверждено: 1)" in told


def test_explain_as_json_has_the_same_numbers(profdev: Profdev, district: Path, asked: list[object]) -> None:
    said = profdev("explain", district / "district.yaml", "1.1", "school-1", *asked, "--format", "json")
    told = json.loads(said.out)
    assert (told["value"]["numerator"], told["value"]["denominator"]) == (24, 42)
    assert [cell["address"] for cell in told["cells"]] == ["столбец «n_diag», строка 2", "столбец «n_ped», строка 2"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["1.3", "район"], "нет показателя «1.3» — может быть, «1."),
        (["1.1", "school-9"], "нет организации «school-9» — может быть, «school-"),
        (["1.1", "район", "--reading", "x"], "нет прочтения «x» — есть: main"),
        (["1.1", "район", "--period", "2021,2022"], "укажите один период"),
    ],
)
def test_explain_refuses_what_is_not_there(
    profdev: Profdev, district: Path, asked: list[object], words: list[str], told: str
) -> None:
    said = profdev("explain", district / "district.yaml", *asked, *words)
    assert (said.code, said.out, told in said.err) == (2, "", True)


def test_diff_of_equal_configurations_is_nothing(profdev: Profdev, district: Path) -> None:
    config = district / "district.yaml"
    assert profdev("diff", config, config).out == "Различий нет.\n"
    assert json.loads(profdev("diff", config, config, "--format", "json").out) == []


def test_diff_sets_apart_what_breaks_comparisons(profdev: Profdev, district: Path) -> None:
    before = district / "district.yaml"
    after = Path("after.yaml")
    text = before.read_text(encoding="utf-8")
    after.write_text(
        text.replace("counted: n_diag", "counted: n_ped").replace("calendar: year", "operator: ИМО\ncalendar: year"),
        encoding="utf-8",
    )
    told = profdev("diff", before, after).out
    breaking, others = told.split("Сравнение не рвут:\n")
    assert breaking.splitlines() == [
        "Рвут сравнение:",
        "  indicators[1.1].measure.counted: n_diag → n_ped",
        "    не сравнить до и после: 1.1",
    ]
    assert "  + operator: ИМО" in others


def test_diff_as_json_names_the_indicators(profdev: Profdev, district: Path) -> None:
    before, after = district / "district.yaml", Path("after.yaml")
    after.write_text(before.read_text(encoding="utf-8").replace("counted: n_diag", "counted: n_ped"), encoding="utf-8")
    (difference,) = json.loads(profdev("diff", before, after, "--format", "json").out)
    assert difference["indicators"] == ["1.1"]
    assert (difference["before"], difference["after"]) == ("n_diag", "n_ped")


def test_cases_that_fail_are_told_and_fail(profdev: Profdev, district: Path) -> None:
    cases = spoil(district / "cases" / "silence.yaml", "school-1: 40", "school-1: 50")
    said = profdev("cases", district / "district.yaml", cases)
    assert said.code == 1
    assert "1.1, school-1: ожидалось 50, получено 40,00 (4 из 10; все ответили)" in said.out
    assert said.out.endswith("3\N{NO-BREAK SPACE}случая, не сошлось: 1\n")


def test_cases_with_a_slip_of_the_pen_are_not_run(profdev: Profdev, district: Path) -> None:
    cases = spoil(district / "cases" / "silence.yaml", "ожидается", "ожидаеться")
    said = profdev("cases", district / "district.yaml", cases, "нет.yaml")
    assert (said.code, said.out) == (1, "")
    assert said.err.count("неизвестный ключ «ожидаеться» — может быть, «ожидается»?") == 3
    assert "нет.yaml: нет такого файла" in said.err


@pytest.mark.plugins("kbr", "chegem")
def test_demo_runs_and_says_where_to_look(profdev: Profdev, tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    said = profdev("demo", folder)
    assert said.code == 0
    named = [Path(line.split(" — ")[0].strip()) for line in said.out.splitlines() if " — " in line]
    assert len(named) == 3
    assert all(path.is_file() for path in named)


@pytest.mark.plugins("kbr", "chegem")
def test_what_demo_advises_to_type_works(profdev: Profdev, tmp_path: Path) -> None:
    said = profdev("demo", tmp_path / "demo")
    explain, run, by_register = [line.split() for line in said.out.splitlines() if line.startswith("  profdev ")]
    told = profdev(*explain[1:])
    assert told.code == 0
    assert "Ответь все, было бы от 76," in told.out  # 24 of 25 have answered
    assert profdev(*run[1:]).code == 0
    assert (tmp_path / "demo" / "публикация" / "site" / "index.html").is_file()
    assert profdev(*by_register[1:]).code == 0
    assert profdev("demo", tmp_path / "demo").code == 0  # what it advised to make is no stranger to it


@pytest.mark.plugins("kbr", "chegem")
def test_explain_of_a_workbook_tells_the_cell_as_a_spreadsheet_names_it(profdev: Profdev, tmp_path: Path) -> None:
    demo.write(tmp_path)
    told = profdev(
        "explain", tmp_path / "district.yaml", "4.2", "s03", "--period", "2022", "--data", tmp_path / "data"
    ).out
    assert "2022/cards/s03 МКОУ «Гимназия с. Условное».xlsx, «Карта»!E20" in told
    assert "mean_of_organisations: 100,0 % = 100 : 1" in told.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("theirs", ["district.yaml", "data", "диссертация.docx"])
def test_demo_does_not_touch_a_folder_of_others(profdev: Profdev, tmp_path: Path, theirs: str) -> None:
    (tmp_path / theirs).write_text("моё", encoding="utf-8")
    said = profdev("demo", tmp_path)
    assert (said.code, said.out) == (2, "")
    assert "не пуста" in said.err
    assert [path.name for path in tmp_path.iterdir()] == [theirs]


def test_the_schema_is_json_whatever_the_console(profdev: Profdev, monkeypatch: pytest.MonkeyPatch) -> None:
    wide = json.loads(profdev("schema").out)
    monkeypatch.setattr("profdev_indicators.cli.console._speaks_utf8", lambda: False)
    narrow = profdev("schema").out
    assert narrow.isascii()
    assert json.loads(narrow) == wide


def test_nothing_ticks_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    with waiting("Считаю"):
        pass
    assert capsys.readouterr().err == ""


def test_a_long_wait_at_a_terminal_shows_life_and_cleans_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "PATIENCE", 0.0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    seen = waits.threading.Event()
    write = waits.sys.stderr.write
    monkeypatch.setattr("sys.stderr.write", lambda text: (write(text), seen.set())[0])
    with waiting("Считаю"):
        assert seen.wait(10)
    told = capsys.readouterr().err
    assert told.startswith("\rСчитаю… 0 с")
    assert told.endswith("\r")
