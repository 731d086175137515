"""The whole contract with plugins: twelve hooks.

A plugin is a module or an object with functions marked :data:`hookimpl`, announced under the entry-point group
``profdev_indicators``. Hooks return values; nothing is handed in to be changed. A name given twice is an error.
"""
# mypy: disable-error-code="empty-body"

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING

import pluggy

from profdev_indicators.errors import Problem
from profdev_indicators.model import Analysis, Derived, District, Engine, Measure, Reader, Renderer, Rule

if TYPE_CHECKING:
    import polars as pl

    from profdev_indicators.results import Finding, Protection, Recommendation, Telling

NAME = "profdev_indicators"
hookspec = pluggy.HookspecMarker(NAME)
hookimpl = pluggy.HookimplMarker(NAME)


@hookspec
def provide_readers() -> Mapping[str, type[Reader]]:
    """Kinds of readers a source may use. User: ``builtin.readers`` (csv, xlsx, json, parquet, frame …)."""


@hookspec
def provide_measures() -> Mapping[str, type[Measure | Derived]]:
    """Kinds of formulas an indicator may use. User: ``builtin.measures`` (share, count …)."""


@hookspec
def provide_rules() -> Mapping[str, type[Rule]]:
    """Kinds of judgements. User: ``builtin.rules`` (drop, streak …)."""


@hookspec
def provide_sentences() -> Mapping[str, Telling]:
    """How findings are spoken of, by the kind of their rule. User: ``builtin.rules``."""


@hookspec
def provide_analyses() -> Mapping[str, type[Analysis]]:
    """Kinds of questions about the answer as a whole. User: ``profdev-statistics`` (forecast, effects …)."""


@hookspec
def provide_renderers() -> Mapping[str, type[Renderer]]:
    """Kinds of reports ``profdev run --render`` may name. User: ``builtin.renderers`` (markdown, csv, json)."""


@hookspec
def provide_engines() -> Mapping[str, type[Engine]]:
    """Kinds of engines that count records. Users: ``builtin.engines`` (polars, gpu), ``profdev-spark``."""


@hookspec
def provide_configs() -> Mapping[str, Traversable]:
    """YAML files to ``extends`` or ``include`` by name. User: ``profdev-kbr`` (the republic's base)."""


@hookspec
def check_district(district: District) -> Iterable[Problem]:
    """Object to a configuration which is well formed but wrong. User: ``builtin.checks``.

    A problem's ``path`` («sections[0].indicators[2].measure») is enough: the loader adds file, line and column. A line
    and a column given without a file are those inside the text the path leads to: a flaw in an expression.
    """


@hookspec(firstresult=True)
def estimate_intervals(values: pl.LazyFrame) -> pl.LazyFrame | None:
    """Where the values of totals would lie had all who were asked answered. User: ``profdev-statistics``.

    ``values`` are VALUES of every period read, with two more columns: ``parent``, the unit directly above (null: it is
    the root), and ``own``, whether the unit answers itself. The answer has ``unit, period, indicator, reading, ci_low,
    ci_high``, one row for each total it can speak of; None leaves the question to the next plugin.
    """


@hookspec(firstresult=True)
def protect(values: pl.LazyFrame, district: District, published: pl.DataFrame | None) -> Protection | None:
    """Hide what must not be published. User: ``profdev-reports`` (disclosure control).

    ``values`` are as for :func:`estimate_intervals`; ``published``, VALUES of an earlier publication of the same
    district: what stands there is known, and what was hidden there should stay hidden; None: there was none. Whatever
    is published is made of the answer's values alone, findings and analyses too. None leaves the question to the next
    plugin; if nobody answers, nothing is published.
    """


@hookspec(firstresult=True)
def recommend(finding: Finding, district: District) -> Recommendation | None:
    """Answer a finding, or return None to let the next plugin answer. User: ``builtin.advice``."""
