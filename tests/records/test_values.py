from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from profdev_indicators import monitor
from profdev_indicators.results import Monitoring
from registers import ENGINES, PLUGINS, UNITS, Row, counted, district, register

YEARS = ("2021", "2022")
_TRUTH = st.sampled_from([True, False, None])
_ROWS: st.SearchStrategy[Sequence[Row]] = st.lists(
    st.fixed_dictionaries(
        {
            "oo": st.sampled_from(["s1", "s2", "s3", "k1"]),
            "key": st.sampled_from(["a", "b", "c", "d", "e", None]),
            "year": st.sampled_from(YEARS),
            "main": _TRUTH,
            "trained": _TRUTH,
            "hours": st.one_of(st.none(), st.integers(0, 100).map(float)),
            "subject": st.sampled_from(["физика", "химия", None]),
        }
    ),
    max_size=25,
).map(lambda rows: [*rows, *({"oo": "s3", "key": "z", "year": year} for year in YEARS)])  # each year has a row
_SLOW = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _run(folder: Path, rows: Sequence[Row], *, person: bool = True, **options: Any) -> Monitoring:
    given_ = {"register": register(rows), "units": UNITS}
    asked = district(folder, person=person)
    return monitor(asked, period="2021,2022", frames=given_, plugins=PLUGINS, **options)


def _expected(rows: Sequence[Row], indicator: str, *, person: bool) -> Mapping[str, float | None]:
    """Numerator, denominator and known answers of one value, in words of VALUES."""
    total, whole, known, _ = counted(rows, indicator, person=person) or (0.0, 0, 0, 0)
    if not rows or (whole and not known) or (whole == 0 and indicator != "4"):
        return {"numerator": None, "denominator": None, "known": None}
    below = None if indicator == "4" else float(whole if indicator == "2" else known)
    return {"numerator": total, "denominator": below, "known": known}


@pytest.mark.parametrize("engine", ENGINES)
@_SLOW
@given(rows=_ROWS, person=st.booleans())
def test_every_value_is_what_a_loop_over_rows_counts(
    tmp_path: Path, engine: str, rows: Sequence[Row], *, person: bool
) -> None:
    values = _run(tmp_path, rows, person=person, engine=engine).values.filter(pl.col("breakdown").is_null())
    for row in values.iter_rows(named=True):
        own = [r for r in rows if r["year"] == row["period"] and row["unit"] in {r["oo"], "d"}]
        expected = _expected(own, row["indicator"], person=person)
        assert {name: row[name] for name in expected} == expected, row


@pytest.mark.parametrize("engine", ENGINES)
@_SLOW
@given(rows=_ROWS)
def test_a_category_is_counted_like_a_district_of_its_own(tmp_path: Path, engine: str, rows: Sequence[Row]) -> None:
    values = _run(tmp_path, rows, engine=engine).values.filter(unit="d", breakdown="subject", indicator="1")
    for year in YEARS:
        known = {r["category"]: r for r in values.filter(period=year).iter_rows(named=True)}
        for subject in ("физика", "химия", None):
            own = [r for r in rows if r["year"] == year and r.get("subject") == subject]
            total, whole, answers, _ = counted(own, "1") or (0.0, 0, 0, 0)
            if subject not in known:
                assert whole == 0 or _total(tmp_path, rows, year, engine) is None
            elif answers:
                row = known[subject]
                assert (row["numerator"], row["denominator"], row["known"]) == (total, answers, answers)
            else:
                assert (known[subject]["value"], str(known[subject]["state"])) == (None, "not_reported")


def _total(folder: Path, rows: Sequence[Row], year: str, engine: str) -> float | None:
    return _run(folder, rows, engine=engine).value("1", period=year).value
