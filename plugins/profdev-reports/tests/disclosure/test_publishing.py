"""The example district published whole: no sentence, table or file says what is hidden."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from example_district import written
from profdev_indicators import load, monitor, publish
from profdev_indicators.cli import main
from profdev_indicators.demo import Demo
from profdev_indicators.results import Monitoring, Protection
from profdev_indicators.wording import of

ON = ["unit", "period", "indicator"]


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return written(tmp_path_factory.mktemp("published"))


@pytest.fixture(scope="module")
def whole(example: Demo) -> Monitoring:
    return monitor(load(example.config), period="2021,2022", data=example.data, readings="all")


@pytest.fixture(scope="module")
def answer(example: Demo, whole: Monitoring) -> tuple[Monitoring, Protection]:
    return publish(whole, data=example.data)


def _secrets(whole: Monitoring, protection: Protection) -> pl.DataFrame:
    """What is hidden, with what it really is."""
    main = whole.history.filter(pl.col("reading") == "main")
    return protection.hidden.join(main.select(*ON, "numerator", "denominator", "value", "unit_name"), on=ON)


def _texts(public: Monitoring) -> Iterator[str]:
    for frame in (public.findings, public.unchecked, public.recommendations, *(e.frame for e in public.exhibits)):
        flat = frame.select(pl.selectors.string())
        yield from (text for row in flat.iter_rows() for text in row if text)


def test_something_is_hidden_and_most_is_not(answer: tuple[Monitoring, Protection]) -> None:
    public, protection = answer
    assert 0 < protection.hidden.height < public.history.height / 4
    assert set(protection.hidden["disclosure"]) == {"B", "C"}


def test_no_finding_is_about_a_hidden_value(answer: tuple[Monitoring, Protection]) -> None:
    public, protection = answer
    for told in (public.findings, public.recommendations):
        assert told.join(protection.hidden, on=ON, how="semi").is_empty()


def test_a_district_that_is_not_protected_would_speak_of_hidden_values(
    whole: Monitoring, answer: tuple[Monitoring, Protection]
) -> None:
    """Otherwise the test above could not fail."""
    assert not whole.findings.join(answer[1].hidden, on=ON, how="semi").is_empty()


def test_no_text_about_a_unit_and_an_indicator_says_its_hidden_numbers(
    whole: Monitoring, answer: tuple[Monitoring, Protection]
) -> None:
    public, protection = answer
    secrets = _secrets(whole, protection)
    said = []
    facts = public.recommendations.select("unit", "indicator", "fact", "action")
    for unit, indicator, fact, action in facts.iter_rows():
        about = secrets.filter(pl.col("unit") == unit, pl.col("indicator") == indicator)
        open_ones = public.history.filter(pl.col("unit") == unit, pl.col("indicator") == indicator)
        shown = {of(x, n) for x, n in open_ones.select("numerator", "denominator").drop_nulls().iter_rows()}
        parts = {of(x, n) for x, n in about.select("numerator", "denominator").iter_rows()} - shown
        said += [(unit, indicator, part) for part in parts for text in (fact, action or "") if part in text]
    assert said == []


def test_exhibits_for_the_department_are_left_out(answer: tuple[Monitoring, Protection]) -> None:
    shown = {exhibit.id for exhibit in answer[0].exhibits}
    internal = {"peers", "practices_declined", "health", "health_grounds", "missing_reports", "decomposition"}
    assert (shown & internal, "forecast" in shown) == (set(), True)


def test_a_public_forecast_is_about_totals(answer: tuple[Monitoring, Protection]) -> None:
    forecast = next(exhibit for exhibit in answer[0].exhibits if exhibit.id == "forecast")
    assert set(forecast.frame["level"]) == {1}


def test_nothing_says_that_the_source_has_hidden_what_we_have(answer: tuple[Monitoring, Protection]) -> None:
    assert [text for text in _texts(answer[0]) if "источником" in text and "скрыт" in text] == []


def test_who_is_hidden_is_not_taken_for_silent(answer: tuple[Monitoring, Protection]) -> None:
    public, protection = answer
    silent = public.findings.filter(pl.col("rule").is_in(["silent", "coverage"]))
    assert silent.join(protection.hidden, on=ON, how="semi").is_empty()
    hidden = public.history.filter(pl.col("state") == "suppressed", pl.col("level") == 0)
    assert (hidden["reported"] == hidden["expected"]).all()


def test_publishing_once_more_from_the_same_folder_changes_nothing(
    example: Demo, whole: Monitoring, answer: tuple[Monitoring, Protection]
) -> None:
    again, _ = publish(whole, published=answer[0].history, data=example.data)
    assert again.history.equals(answer[0].history)


@pytest.fixture(scope="module")
def folder(example: Demo, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    words = ["run", str(example.config), "--period", "2022", "--data", str(example.data), "--out", str(out)]
    assert main([*words, "--profile", "publish", "--render", "markdown,csv,json"]) == 0
    return out


def test_a_public_folder_has_no_defects_and_no_hash_of_a_source(folder: Path) -> None:
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert ((folder / "defects.csv").exists(), record["sources"], record["profile"]) == (False, {}, "publish")


def test_a_public_report_has_no_fingerprint_of_a_source(folder: Path, whole: Monitoring) -> None:
    hashes = {digest[:12] for digest in whole.provenance.sources.values()}
    texts = [path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.suffix in {".md", ".csv", ".json"}]
    assert [digest for digest in hashes for text in texts if digest in text] == []


def test_a_public_report_shows_hidden_values_as_hidden(folder: Path) -> None:
    report = next(folder.glob("*.md")).read_text(encoding="utf-8")
    assert re.search(r"\| …", report)
