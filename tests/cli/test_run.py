"""`run` writes everything or nothing, the same bytes for the same input, and nothing a spreadsheet would compute."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import entry_points
from pathlib import Path

import polars as pl
import pytest

from command import Profdev, Said
from profdev_indicators.frames import VALUES
from profdev_indicators.hookspecs import NAME

FRAMES = {
    "values.parquet",
    "values.csv",
    "findings.csv",
    "recommendations.csv",
    "alarms.csv",
    "defects.csv",
    "run.json",
}
REPORTS = {"report.md", "form.csv", "report.json"}
Run = Callable[..., Said]


@pytest.fixture
def run(profdev: Profdev, district: Path) -> Run:
    """Run the new district; options given replace these."""

    def command(**options: object) -> Said:
        given = {"period": "2022", "data": district / "data", "out": "out"} | options
        words = [word for name, value in given.items() for word in (f"--{name.replace('_', '-')}", value)]
        return profdev("run", district / "district.yaml", *words)

    return command


def rows(name: str, folder: str = "out") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(Path(folder, name).read_text(encoding="utf-8"))))


def written(folder: str = "out") -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def test_all_files_of_the_contract_are_written(run: Run) -> None:
    assert run().code == 0
    assert set(written()) == FRAMES | REPORTS


def test_the_summary_names_findings_and_files(run: Run) -> None:
    said = run()
    assert said.out.startswith("Район valley, 2022: 2\N{NO-BREAK SPACE}показателя, 3\N{NO-BREAK SPACE}организации\n")
    assert "внимание: " in said.out
    assert all(name in said.out for name in FRAMES | REPORTS)


def test_values_are_the_declared_frame(run: Run) -> None:
    run()
    assert pl.read_parquet("out/values.parquet").schema == VALUES
    assert list(rows("values.csv")[0]) == VALUES.names()


def test_the_csv_is_for_programs(run: Run) -> None:
    run()
    assert not Path("out/values.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    (value,) = (row for row in rows("values.csv") if (row["unit"], row["indicator"]) == ("valley", "1.1"))
    assert (value["numerator"], value["denominator"]) == ("33.0", "54.0")
    assert float(value["value"]) == pytest.approx(100 * 33 / 54)


def test_the_numbers_of_a_finding_are_json(run: Run) -> None:
    run()
    assert all(isinstance(json.loads(row["numbers"]), dict) for row in rows("findings.csv"))


def test_the_same_input_gives_the_same_bytes(run: Run) -> None:
    run(out="one")
    run(out="two")
    run(out="two")
    assert written("one") == written("two")


def test_the_record_tells_what_it_came_from(run: Run, district: Path) -> None:
    run()
    record = json.loads(Path("out/run.json").read_bytes())
    sources = {
        path.relative_to(district / "data").as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in (district / "data").glob("*/cards.csv")
    }
    assert record["sources"].items() >= sources.items()
    assert record["files"] == {
        name: sha256(content).hexdigest() for name, content in written().items() if name != "run.json"
    }
    assert (record["asked"], record["periods_read"], record["profile"]) == (["2022"], ["2021", "2022"], "internal")


@pytest.mark.parametrize(
    ("period", "asked"), [("2021,2022", {"2021", "2022"}), ("2021..2022", {"2021", "2022"}), ("2021", {"2021"})]
)
def test_several_periods_may_be_asked(run: Run, period: str, asked: set[str]) -> None:
    run(period=period)
    assert {row["period"] for row in rows("values.csv")} == asked


def test_since_narrows_what_is_read(run: Run) -> None:
    run(since="2022")
    assert json.loads(Path("out/run.json").read_bytes())["periods_read"] == ["2022"]


@pytest.mark.parametrize("render", ["markdown", " markdown "])
def test_only_the_reports_asked_for_are_written(run: Run, render: str) -> None:
    run(render=render)
    assert set(written()) == FRAMES | {"report.md"}


def test_reports_may_be_listed_with_commas(run: Run) -> None:
    run(render="csv,json")
    assert set(written()) == FRAMES | {"form.csv", "report.json"}


def test_a_report_made_no_more_goes_and_a_file_of_others_stays(run: Run) -> None:
    run()
    Path("out/заметки.txt").write_text("мои", encoding="utf-8")
    run(render="markdown")
    assert set(written()) == FRAMES | {"report.md", "заметки.txt"}


@pytest.mark.parametrize(("severity", "code"), [("информация", 3), ("attention", 3), ("критично", 0), ("critical", 0)])
def test_findings_can_fail_a_build(run: Run, severity: str, code: int) -> None:
    assert run(fail_on=severity).code == code
    assert set(written()) == FRAMES | REPORTS


# Nobody controls disclosure where the plugin that does is away.
WITHOUT_CONTROL = {"without": "reports"} if "reports" in entry_points(group=NAME).names else {}


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        ({"profile": "publish"} | WITHOUT_CONTROL, 2, "pip install profdev-reports"),
        ({"period": "позапрошлый"}, 2, "не период: «позапрошлый»"),
        ({"period": "2022..2021"}, 2, "идёт назад"),
        ({"period": "2031"}, 1, "2031"),
        ({"readings": "strictt"}, 2, "нет такого прочтения: «strictt»"),
        ({"render": "markdwn"}, 2, "нет такого отчёта: «markdwn» — может быть, «markdown»?"),
        ({"fail_on": "ужас"}, 2, "нет такой важности: «ужас»"),
        ({"data": "нет-такой"}, 2, "нет папки с данными: нет-такой"),
        ({"out": "valley/data"}, 2, "лежит в папке данных"),
        ({"out": "valley/data/2022/out"}, 2, "лежит в папке данных"),
        ({"out": "valley/district.yaml"}, 2, "файл, а нужна папка"),
        ({"without": "нетакого"}, 2, "нет такого плагина: «нетакого»"),
    ],
)
def test_a_refusal_writes_nothing(run: Run, options: dict[str, str], code: int, told: str) -> None:
    before = sorted(Path().rglob("*"))
    said = run(**options)
    assert (said.code, said.out, told in said.err) == (code, "", True)
    assert sorted(Path().rglob("*")) == before


def test_a_wrong_configuration_writes_nothing_and_tells_every_problem(run: Run, district: Path) -> None:
    config = district / "district.yaml"
    text = (
        config.read_text(encoding="utf-8").replace("silence:", "silense:").replace("calendar: year", "calendar: лето")
    )
    config.write_text(text, encoding="utf-8")
    said = run()
    assert said.code == 1
    assert len([line for line in said.err.splitlines() if line.startswith(f"{config}:")]) >= 3
    assert not Path("out").exists()


def test_a_report_that_fails_leaves_nothing_half_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run()
    before = written()

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("profdev_indicators.cli.staging.Path.write_bytes", refuse)
    said = run(render="markdown")
    assert (said.code, said.err) == (1, "Ошибка: на диске нет места\n")
    assert written() == before


def test_a_text_that_looks_like_a_formula_is_only_a_text(run: Run, district: Path) -> None:
    units = district / "data" / "units.csv"
    text = units.read_text(encoding="utf-8").replace("Школа № 1 (вымышленная)", '=HYPERLINK("http://x")')
    units.write_text(text, encoding="utf-8")
    run()
    names = {row["unit_name"] for row in rows("values.csv")} | {row["unit_name"] for row in rows("recommendations.csv")}
    assert '\'=HYPERLINK("http://x")' in names
    assert [name for name in names if name.startswith("=")] == []


def test_what_should_be_known_but_stops_nothing_is_a_warning(run: Run, district: Path) -> None:
    copied = (district / "data" / "2021" / "cards.csv").read_bytes()
    (district / "data" / "2022" / "cards.csv").write_bytes(copied)
    said = run()
    assert said.code == 0
    assert said.err.startswith("Предупреждение: 2022/cards.csv: тот же файл лежит и под периодом 2021")
