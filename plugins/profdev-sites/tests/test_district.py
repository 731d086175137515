"""The fragment over the republic's base, and the sites' teachers beside the answers."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from profdev_indicators import load, monitor
from profdev_indicators.cli import main
from profdev_indicators.errors import RequestError
from profdev_indicators.model import District
from profdev_indicators.results import Monitoring
from profdev_sites.evidence import Sighting, frame
from profdev_sites.protocol import SiteProtocol
from profdev_sites.staff import beside

DISTRICT = """
id: nash
title: Наш район
extends: kbr
include: [sites]
units:
  - {id: s1, name: Школа, kind: school, aliases: [СОШ]}
  - {id: s2, name: Сад, kind: kindergarten}
  - {id: s3, name: Лицей, kind: school}
  - {id: s4, name: Гимназия, kind: school}
"""
PROTOCOL = """Организация;Что проверялось;URL;Дата;Вердикт;Проверил
Школа;План по выявлению дефицитов;https://a.example/plan;15.06.2022;да;методист
СОШ;Решение МО или методсовета;https://a.example/mo;15.06.2022;нет;методист
Сад;План по выявлению дефицитов;https://b.example/;15.06.2022;недоступен;методист
Сад;Решение МО или методсовета;https://b.example/;15.06.2022;недоступен;методист
Лицей;План по выявлению дефицитов;;15.06.2022;да;методист
Лицей;Решение МО или методсовета;https://c.example/;15.06.2022;частично;методист
Гимназия;План по выявлению дефицитов;https://d.example/;15.06.2022;нет;методист
Гимназия;Решение МО или методсовета;https://d.example/;15.06.2022;наверное;методист
"""


pytestmark = pytest.mark.skipif(
    "kbr" not in {point.name for point in entry_points(group="profdev_indicators")},
    reason="plugin not installed: kbr",
)


@pytest.fixture
def district(tmp_path: Path) -> District:
    (tmp_path / "district.yaml").write_text(DISTRICT, encoding="utf-8")
    return load(tmp_path / "district.yaml")


@pytest.fixture
def monitored(district: District, tmp_path: Path) -> Monitoring:
    (tmp_path / "2022").mkdir()
    protocol = PROTOCOL.replace("\nСОШ;", "\nШкола;")
    (tmp_path / "2022" / "sites.csv").write_text(protocol, encoding="utf-8")
    return monitor(district, period="2022", data=tmp_path)


def test_the_fragment_keeps_the_questions_of_the_base(district: District) -> None:
    (source,) = (source for source in district.sources if source.id == "sites")
    assert [item.id for item in source.items] == ["plan_deficits", "mo_decision"]
    assert isinstance(source.reader, SiteProtocol)
    assert [i.id for i in district.indicators if i.source is source] == ["1.2", "1.3"]


def test_a_protocol_fills_both_criteria(monitored: Monitoring) -> None:
    plan, decision = monitored.value("1.2"), monitored.value("1.3")
    assert (plan.numerator, plan.denominator, plan.expected, plan.reported, plan.evidenced) == (2, 3, 4, 3, 2)
    assert (decision.numerator, decision.denominator, decision.reported) == (0, 1, 1)


def test_a_site_that_did_not_open_is_without_answer(monitored: Monitoring) -> None:
    assert [monitored.value(code, "s2").state for code in ("1.2", "1.3")] == ["not_reported"] * 2
    assert [monitored.value("1.3", unit).state for unit in ("s3", "s4")] == ["invalid"] * 2


def test_every_defect_leads_to_its_own_row(monitored: Monitoring) -> None:
    defects = monitored.defects.filter(pl.col("source") == "sites", pl.col("item").is_not_null())
    assert sorted(defects.select("row", "unit", "item", "check").rows()) == [
        (4, "s2", "plan_deficits", "required"),
        (5, "s2", "mo_decision", "required"),
        (6, "s3", "plan_deficits", "evidence"),
        (7, "s3", "mo_decision", "type"),
        (9, "s4", "mo_decision", "type"),
    ]
    assert defects["file"].unique().to_list() == ["2022/sites.csv"]


def test_what_the_reader_noticed_is_told_with_the_rest(monitored: Monitoring) -> None:
    told = [*(notice.message for notice in monitored.notices), *monitored.defects["message"]]
    assert sum(message.startswith("«частично» — ни «да», ни «нет»: не учтено") for message in told) == 1


def test_an_answer_is_explained_by_its_own_row(
    monitored: Monitoring, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert monitored.periods
    arguments = ["explain", str(tmp_path / "district.yaml"), "1.3", "s1", "--period", "2022", "--data", str(tmp_path)]
    assert main(arguments) == 0
    assert "2022/sites.csv, столбец «Вердикт», строка 3" in capsys.readouterr().out


def test_an_organisation_under_two_names_is_not_counted_by_halves(district: District, tmp_path: Path) -> None:
    """The reader cannot know that both are one; the engine can, and says so."""
    (tmp_path / "2022").mkdir()
    (tmp_path / "2022" / "sites.csv").write_text(PROTOCOL, encoding="utf-8")
    monitoring = monitor(district, period="2022", data=tmp_path)
    assert monitoring.value("1.2", "s1").state == "invalid"
    assert monitoring.defects.filter(pl.col("check") == "repeated")["row"].to_list() == [3]


# --- teachers on the sites ------------------------------------------------------------------------------------------


def _page(unit: str, staff: int | None, url: str = "https://a.example/sveden/employees") -> Sighting:
    return Sighting(url=url, units=(unit,), outcome="opened", seen="2022-06-15T09:00:00Z", staff=staff, rows=staff)


def _answers(**told: int) -> dict[str, Any]:
    rows = [{"unit": unit, "period": "2022", "n_ped": number} for unit, number in told.items()]
    return {"card": pl.DataFrame(rows)}


def test_teachers_on_a_site_stand_beside_the_answer(district: District, tmp_path: Path) -> None:
    counted = frame([_page("СОШ", 40), _page("Сад", 12), _page("Лицей", 0), _page("Гимназия", None)])
    compared = beside(district, counted, period="2022", data=tmp_path, frames=_answers(s1=42, s2=12, s3=30))
    assert compared.table.rows() == [
        ("s1", "Школа", 42, 40, -2),
        ("s2", "Сад", 12, 12, 0),
        ("s3", "Лицей", 30, None, None),
    ]
    assert compared.unknown == ()


def test_a_site_of_nobody_we_know_is_told(district: District, tmp_path: Path) -> None:
    compared = beside(district, frame([_page("Чужая", 3)]), period="2022", data=tmp_path, frames=_answers(s1=5))
    assert compared.table.rows() == [("s1", "Школа", 5, None, None)]
    assert compared.unknown == ("нет такой организации: «Чужая»",)


def test_of_two_lists_the_longer_counts(district: District, tmp_path: Path) -> None:
    counted = frame([_page("Школа", 3), _page("Школа", 40, "https://a.example/all")])
    compared = beside(district, counted, period="2022", data=tmp_path, frames=_answers(s1=40))
    assert compared.table["on_site"].to_list() == [40]


@pytest.mark.parametrize("wrong", [{"item": "n_pedd"}, {"period": "вчера"}, {"period": "2021,2022"}])
def test_a_question_nobody_asks_is_told(district: District, tmp_path: Path, wrong: dict[str, str]) -> None:
    asked: dict[str, Any] = {"period": "2022", "data": tmp_path, **wrong}
    with pytest.raises(RequestError):
        beside(district, frame([]), **asked)
