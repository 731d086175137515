from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pytest

from answered import monitored
from judging import COUNT, MEAN, PRESENCE, cell, indicator
from profdev_indicators.model import Analysis, Target
from profdev_indicators.results import Exhibit, Monitoring
from profdev_indicators.wording import NBSP, decimal
from profdev_statistics.analyses.decomposition import Decomposition
from profdev_statistics.analyses.forecast import Forecast
from profdev_statistics.analyses.missing_reports import MissingReports

TARGET = (Target(since=date(2018, 1, 1), at=75.0), Target(since=date(2023, 1, 1), at=80.0))


def shown(analysis: Analysis, monitoring: Monitoring) -> Exhibit:
    exhibits: Sequence[Exhibit] = analysis.analyse(monitoring, root=None, frames={})
    assert len(exhibits) == 1
    return exhibits[0]


def rows_of(exhibit: Exhibit, **equal: Any) -> list[dict[str, Any]]:
    return exhibit.frame.filter(*(pl.col(name) == value for name, value in equal.items())).rows(named=True)


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def panel(units: int = 12, years: range = range(2018, 2023)) -> list[dict[str, Any]]:
    """Organisations of 40 heads each, and the district over them."""
    rng = np.random.default_rng(5)
    counts = {(unit, year): float(rng.binomial(40, 0.72)) for unit in range(units) for year in years}
    rows = [cell(f"s{unit:02}", str(year), count, 40) for (unit, year), count in counts.items()]
    return rows + [
        cell(
            "d",
            str(year),
            sum(counts[unit, year] for unit in range(units)),
            40 * units,
            unit_name="Район",
            unit_kind="district",
            level=1,
            expected=units,
            reported=units,
        )
        for year in years
    ]


# --- forecast -------------------------------------------------------------------------------------------------------


def test_every_unit_has_a_row_for_every_period_ahead() -> None:
    exhibit = shown(Forecast(), monitored(panel(), indicator(target=TARGET)))
    assert exhibit.frame.height == 13 * 2
    assert exhibit.frame["ahead"].unique(maintain_order=True).to_list() == ["2023", "2024"]
    assert exhibit.frame.row(0, named=True)["unit"] == "d"
    assert exhibit.frame["refusal"].null_count() == 26
    assert exhibit.notes[0] == "Прогноз — продолжение прежних условий, не план."
    assert set(exhibit.headings) <= set(exhibit.frame.columns)


def test_the_target_is_that_of_the_period_ahead() -> None:
    exhibit = shown(Forecast(), monitored(panel(), indicator(target=TARGET)))
    assert exhibit.frame["target"].unique().to_list() == [80.0]
    earlier = shown(Forecast(horizon=1), monitored(panel(), indicator(target=TARGET), periods=("2021",)))
    assert earlier.frame.select("ahead", "target").unique().rows() == [("2022", 75.0)]


def test_later_periods_are_not_known_to_an_earlier_question() -> None:
    rows = panel()
    cut = [row for row in rows if row["period"] < "2022"]
    asked = indicator(target=TARGET)
    whole, past = (shown(Forecast(), monitored(each, asked, periods=("2021",))) for each in (rows, cut))
    assert whole.frame.equals(past.frame)


def test_sentences_of_a_forecast() -> None:
    exhibit = shown(Forecast(horizon=1), monitored(panel(), indicator(target=TARGET)))
    total, organisation = rows_of(exhibit, unit="d")[0], rows_of(exhibit, unit="s00")[0]
    assert total["sentence"].startswith("Прогноз на 2023, ориентировочный: ")
    forecast, low, high = (decimal(organisation[name]) for name in ("forecast", "low80", "high80"))
    way = f"Прогноз на 2023: {forecast} % (80 % интервал {low}–{high} %)."
    assert organisation["sentence"] == f"{way} Вероятность не достичь 80 % — {decimal(organisation['miss'], 0)} %."
    assert 50 < organisation["miss"] < 99


def test_where_lower_is_better_a_target_is_exceeded() -> None:
    exhibit = shown(Forecast(horizon=1), monitored(panel(), indicator(target=TARGET, better="lower")))
    assert "Вероятность превысить 80 % — " in rows_of(exhibit, unit="s00")[0]["sentence"]


@pytest.mark.parametrize(
    ("more", "change", "reason"),
    [
        ({"measure": MEAN}, {}, "прогноз строится только для долей от численности"),
        ({"measure": COUNT}, {}, "прогноз строится только для долей от численности"),
        ({}, {"numerator": None, "value": None, "state": "not_reported"}, "нет данных"),
        ({}, {"numerator": None, "value": None, "state": "not_applicable"}, "не применимо"),
        ({}, {"numerator": 41.0, "value": 102.5}, "числитель вне пределов знаменателя: это не доля"),
    ],
)
def test_a_refusal_is_a_row_with_its_reason(more: dict[str, Any], change: dict[str, Any], reason: str) -> None:
    rows = [row | change if row["unit"] == "s00" and row["period"] == "2022" else row for row in panel()]
    row = rows_of(shown(Forecast(horizon=1), monitored(rows, indicator(**more))), unit="s00")[0]
    assert (row["forecast"], row["method"], row["refusal"]) == (None, None, reason)
    assert row["sentence"] == f"Прогноза на 2023 нет: {reason}."


def test_a_total_over_too_few_is_no_point_of_a_series() -> None:
    rows = [row | ({"reported": 9} if row["unit"] == "d" and row["period"] == "2022" else {}) for row in panel()]
    row = rows_of(shown(Forecast(horizon=1), monitored(rows, indicator())), unit="d")[0]
    assert row["refusal"] == "ответили 9 из 12: динамика — только по общему кругу"


def test_three_periods_ahead_come_with_a_warning() -> None:
    exhibit = shown(Forecast(horizon=3), monitored(panel(), indicator()))
    assert exhibit.frame["horizon"].max() == 3
    assert exhibit.notes[-1].startswith("На три периода вперёд")
    with pytest.raises(ValueError, match="horizon: должно быть от 1 до 3, а не 4"):
        Forecast(horizon=4)


def test_only_those_asked_about_are_shown() -> None:
    monitoring = monitored(panel(), indicator())
    assert set(shown(Forecast(applies_to="totals"), monitoring).frame["unit"]) == {"d"}
    assert "d" not in set(shown(Forecast(applies_to="organisations"), monitoring).frame["unit"])


# --- missing reports ------------------------------------------------------------------------------------------------


def short(silent: int, units: int = 20) -> list[dict[str, Any]]:
    """In 2022 some are silent who answered in 2021."""
    before = [cell(f"s{k:02}", "2021", 10.0 + k % 5, 20) for k in range(units)]
    after = [cell(f"s{k:02}", "2022", *(() if k < silent else (11.0 + k % 4, 20))) for k in range(units)]
    told = [row["numerator"] for row in after if row["numerator"] is not None]
    top = {"unit_name": "Район", "unit_kind": "district", "level": 1, "expected": units}
    return [
        *before,
        *after,
        cell("d", "2021", sum(row["numerator"] for row in before), 20 * units, **top, reported=units),
        cell("d", "2022", sum(told), 20 * len(told), **top, reported=len(told), state="partial"),
    ]


def test_the_sentence_about_missing_reports() -> None:
    exhibit = shown(MissingReports(), monitored(short(2), indicator()))
    (text,) = exhibit.frame["sentence"]
    assert plain(text) == (
        "Район, 1, 2022: ответили 18 из 20 ОО (360 из 400 чел.). По ответившим 63,1 %. "
        "Наверняка от 56,8 до 66,8 %, как бы ни ответили остальные. 95 % интервал для всех ОО: 62,2–64,0 %. "
        "С прежними данными не ответивших — 62,0 % (для сведения)."
    )


def test_silence_worth_nothing_is_told_beside_the_answers() -> None:
    rows = [row | ({"denominator": 400.0, "value": 56.75} if row["state"] == "partial" else {}) for row in short(2)]
    text = plain(shown(MissingReports(), monitored(rows, indicator())).frame["sentence"][0])
    assert "Итог 56,8 %: молчание считается нулём. По ответившим 63,1 %. Наверняка от 56,8 до 66,8 %" in text


def test_much_silence_has_bounds_and_no_interval() -> None:
    exhibit = shown(MissingReports(), monitored(short(6), indicator()))
    text = plain(exhibit.frame["sentence"][0])
    assert "Интервала нет: не ответили 6 из 20 — больше 20 %, а молчат чаще слабые." in text
    assert text.endswith("Динамика района — только по общему кругу.")
    assert exhibit.frame["ci_low"].to_list() == [None]


def test_those_who_never_told_their_numbers() -> None:
    rows = [row for row in short(2) if row["unit"] != "s00" or row["period"] == "2022"]
    text = plain(shown(MissingReports(), monitored(rows, indicator())).frame["sentence"][0])
    assert "Численность 1 не ответившей ОО неизвестна, границы не вычислены." in text


def test_yes_and_no_is_counted_in_organisations() -> None:
    flags = [cell(f"s{k:02}", "2022", *(() if k < 2 else (float(k > 5), 1))) for k in range(20)]
    total = cell("d", "2022", 14, 18, unit_kind="district", level=1, expected=20, reported=18, state="partial")
    asked = monitored([*flags, total], indicator(measure=PRESENCE))
    text = plain(shown(MissingReports(), asked).frame["sentence"][0])
    assert "ответили 18 из 20 ОО. По ответившим 77,8 %. Наверняка от 70,0 до 80,0 %" in text


def test_where_everybody_answered_there_is_nothing_to_say() -> None:
    exhibit = shown(MissingReports(), monitored(short(0), indicator()))
    assert exhibit.frame.is_empty()
    assert exhibit.notes == ()


# --- decomposition --------------------------------------------------------------------------------------------------


def test_the_sentence_about_a_change() -> None:
    exhibit = shown(Decomposition(), monitored(short(2), indicator()))
    (text,) = exhibit.frame["sentence"]
    assert plain(text) == (
        "Район, 1: 60,0 % → 63,1 % (2021 → 2022), +3,1 п.п. "
        "По общему кругу (18 ОО) +2,2 п.п.: внутри ОО +2,2 п.п., состав 0,0 п.п. Вышли 2 ОО: +0,9 п.п."
    )


def test_sums_are_told_apart_only_where_all_stayed() -> None:
    exhibit = shown(Decomposition(), monitored(short(0), indicator()))
    (text,) = exhibit.frame["sentence"]
    row = exhibit.frame.row(0, named=True)
    assert row["by_numerator"] + row["by_denominator"] == pytest.approx(row["value"] - row["before"])
    assert "Числитель" in text


def test_the_first_period_says_that_there_is_nothing_before() -> None:
    exhibit = shown(Decomposition(), monitored(short(2), indicator(), periods=("2021", "2022")))
    first = plain(exhibit.frame["sentence"][0])
    assert first == "Район, 1, 2021: изменение не раскладывается — за предыдущий период данных нет."


def test_little_coverage_sends_to_the_common_set() -> None:
    turned = [row | {"period": {"2021": "2022", "2022": "2021"}[row["period"]]} for row in short(6)]
    for rows in (short(6), turned):
        text = plain(shown(Decomposition(), monitored(rows, indicator())).frame["sentence"][0])
        assert text.endswith("Ответили меньше 80 %: судите только по общему кругу.")


def test_a_count_has_nothing_to_take_apart() -> None:
    rows = [row | {"denominator": None, "value": row["numerator"]} for row in short(0)]
    assert shown(Decomposition(), monitored(rows, indicator(measure=COUNT))).frame.is_empty()
