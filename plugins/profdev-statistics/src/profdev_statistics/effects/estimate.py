"""What came of every decision: who was covered, with whom they are compared, what changed, what may be said of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import polars as pl
from attrs import field, frozen
from numpy.typing import NDArray

from profdev_indicators.periods import Period
from profdev_statistics.analyses.counts import Counts
from profdev_statistics.effects.adjustment import Adjusted
from profdev_statistics.effects.register import Decided

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Verdict = Literal["улучшение сверх сравнения", "нет подтверждения", "ухудшение", "оценить нельзя"]

NO_COMPARISON = "Сравнения нет; изменение совпало по времени с мерой, причинная связь не установлена"

EFFECTS = pl.Schema(
    {
        "decision": pl.String(),
        "indicator": pl.String(),
        "group": pl.String(),  # with whom those covered are compared; null: there is nobody at all
        "title": pl.String(),  # what was decided, in the words of the register
        "act": pl.String(),
        "start": pl.Date(),
        "completed": pl.Boolean(),
        "selection": pl.String(),  # how the organisations were chosen, in the words of the register
        "periods_before": pl.String(),
        "periods_after": pl.String(),
        "treated": pl.Int64(),  # organisations covered that have a level before and a result
        "comparison": pl.Int64(),
        "treated_before": pl.Float64(),  # per cent, pooled: in the last period before, that of the choice
        "treated_after": pl.Float64(),  # and in the periods after
        "comparison_before": pl.Float64(),
        "comparison_after": pl.Float64(),
        "before_after": pl.Float64(),  # percentage points: what the effect would seem without any comparison
        "differences": pl.Float64(),  # and by the plain difference of differences
        "effect": pl.Float64(),  # percentage points as the indicator prints them, adjusted for the level before
        "error": pl.Float64(),  # its standard error
        "ci_low": pl.Float64(),  # of the 90 % interval
        "ci_high": pl.Float64(),
        "gain": pl.Float64(),  # the effect in the direction of the better: −effect where less is better
        "treated_periods": pl.Int64(),  # organisations covered × periods after
        "expected": pl.Float64(),  # what was hoped for, percentage points
        "concurrent": pl.List(pl.String()),  # other decisions on the same indicator and some of those covered meanwhile
        "common": pl.List(pl.String()),  # other decisions on the same indicator and all of the group meanwhile
        "left_out": pl.Int64(),  # organisations which another decision took out of the comparison
        "verdict": pl.String(),
        "reason": pl.String(),  # why it cannot be judged; null: it can
    }
)
"""One row per decision, indicator and group of organisations covered."""


@frozen(kw_only=True)
class Terms:
    """What the estimate asks for."""

    before: int  # periods pooled before the start, at most
    after: int  # periods pooled after it, at most
    treated: int  # organisations, at least
    comparison: int


@frozen(kw_only=True)
class _Window:
    """Columns of the counts: the period of the choice is the last one before."""

    before: tuple[int, ...]
    after: tuple[int, ...]


@frozen(kw_only=True, eq=False)
class _Seen:
    """One decision in the counts of one indicator."""

    decided: Decided
    counts: Counts
    window: _Window
    rivals: Sequence[Decided]  # other decisions on the same indicator
    covered: Mask = field()  # by organisation
    told: Mask = field()  # it has a value in the period of the choice and one after


def estimated(decisions: Sequence[Decided], counts: Mapping[str, Counts], terms: Terms) -> pl.DataFrame:
    """EFFECTS: decisions in the order of the register, indicators in theirs, groups by name."""
    rows = [
        row
        for decided in decisions
        for indicator in decided.intervention.indicators
        for row in _rows(decided, counts.get(indicator), indicator, decisions, terms)
    ]
    return pl.DataFrame([dict.fromkeys(EFFECTS) | row for row in rows], EFFECTS)


def _rows(
    decided: Decided, counts: Counts | None, indicator: str, decisions: Sequence[Decided], terms: Terms
) -> Iterator[dict[str, Any]]:
    given = decided.intervention
    known: dict[str, Any] = {
        "decision": given.id,
        "indicator": indicator,
        "title": given.title,
        "act": given.act,
        "start": given.start,
        "completed": given.completed,
        "selection": given.selection,
        "expected": given.expected,
        "concurrent": [],
        "common": [],
        "left_out": 0,
        "treated": 0,
        "comparison": 0,
    }
    window, reason = _window(decided, counts, terms)
    if counts is None or window is None:
        yield known | {"verdict": "оценить нельзя", "reason": reason}
        return
    known |= {
        "periods_before": ", ".join(str(counts.periods[at]) for at in window.before),
        "periods_after": ", ".join(str(counts.periods[at]) for at in window.after),
    }
    seen = _seen(decided, counts, window, [each for each in decisions if indicator in each.intervention.indicators])
    groups = counts.units["group"]
    if not seen.covered.any():
        reason = "ни одна из охваченных организаций не отвечает на этот показатель"
        yield known | {"verdict": "оценить нельзя", "reason": reason}
        return
    if not (seen.told & ~seen.covered).any():
        yield known | _in_group(seen, np.ones(len(groups), np.bool_), terms)
        return
    for group in groups.filter(pl.Series(seen.covered)).unique().sort():
        here = (groups == group).fill_null(value=False).to_numpy()
        yield known | {"group": group} | _in_group(seen, here, terms)


def _window(decided: Decided, counts: Counts | None, terms: Terms) -> tuple[_Window | None, str]:
    """The periods to compare, or why there are none."""
    if counts is None or counts.nature == "other":
        return None, "показатель — не доля людей или организаций: для него такой оценки нет"
    if not counts.has_direction:
        return None, "не задано, что для показателя лучше"
    start, chosen = decided.intervention.start, decided.selected_on
    told = [at for at in range(len(counts.periods)) if np.isfinite(counts.n[:, at]).any()]
    before = [at for at in told if _is_before(counts.periods[at], decided)]
    after = _after(decided, counts, [at for at in told if at not in before])[: terms.after]
    if not after:
        until = f" по {decided.review}" if decided.review else ""
        return None, f"после {start:%d.%m.%Y}{until} данных ещё нет"
    same = counts.comparable(after[-1])
    before = [at for at in before if at in same][-terms.before :]
    if not before:
        return None, "до начала сопоставимых данных нет: первый период наблюдения или сменилось определение"
    if chosen is not None and chosen not in [counts.periods[at] for at in before]:
        return None, f"среди периодов до начала нет {chosen}, по данным которого выбирали: поправить исход нельзя"
    return _Window(before=tuple(before), after=tuple(at for at in after if at in same)), ""


def _is_before(period: Period, decided: Decided) -> bool:
    """It ended before the measure began, or organisations were chosen by it."""
    return period.end < decided.intervention.start or (
        decided.selected_on is not None and period <= decided.selected_on
    )


def _after(decided: Decided, counts: Counts, told: Sequence[int]) -> list[int]:
    """Periods in which the measure was in force for half of the time or more: an order of January is of its year."""
    start, last = decided.intervention.start, decided.review or counts.periods[-1]
    middles = {at: counts.periods[at].start + (counts.periods[at].end - counts.periods[at].start) / 2 for at in told}
    after = [at for at in told if counts.periods[at] <= last and start <= middles[at]]
    # It may begin late in a period and be judged by it, if the register says so.
    return after or [at for at in told if counts.periods[at] == decided.review]


def _seen(decided: Decided, counts: Counts, window: _Window, alike: Sequence[Decided]) -> _Seen:
    units = counts.units["unit"]
    n = counts.n
    return _Seen(
        decided=decided,
        counts=counts,
        window=window,
        rivals=[each for each in alike if each is not decided and _is_meanwhile(each, counts.periods, window)],
        covered=units.is_in(list(decided.organisations)).to_numpy(),
        told=np.isfinite(n[:, window.before[-1]]) & np.isfinite(n[:, list(window.after)]).any(axis=1),
    )


def _is_meanwhile(other: Decided, periods: Sequence[Period], window: _Window) -> bool:
    """Whether another decision began while this one was being measured."""
    return periods[window.before[0]].start <= other.intervention.start <= periods[window.after[-1]].end


def _in_group(seen: _Seen, here: Mask, terms: Terms) -> dict[str, Any]:
    treated, peers = here & seen.covered & seen.told, here & ~seen.covered & seen.told
    units, everybody = seen.counts.units["unit"], treated | peers
    touched = {each.intervention.id: units.is_in(list(each.organisations)).to_numpy() for each in seen.rivals}
    # What touches all of them alike is a common change, and the comparison takes it away.
    common = [name for name, mask in touched.items() if peers.any() and mask[everybody].all()]
    apart = {name: mask for name, mask in touched.items() if name not in common}
    left_out = peers & np.logical_or.reduce([*apart.values(), np.zeros(len(units), np.bool_)])
    comparison = peers & ~left_out
    found = {
        "treated": int(treated.sum()),
        "comparison": int(comparison.sum()),
        "left_out": int(left_out.sum()),
        "treated_periods": int(np.isfinite(seen.counts.n[treated][:, list(seen.window.after)]).sum()),
        "concurrent": [name for name, mask in apart.items() if (mask & treated).any()],
        "common": common,
        **_plainly(seen, treated, comparison),
    }
    adjusted, reason = _adjusted(seen, treated, comparison, terms, is_everybody=not peers.any())
    if adjusted is None:
        return found | {"verdict": "оценить нельзя", "reason": reason}
    low, high = sorted(map(seen.counts.change_shown, (adjusted.low, adjusted.high)))
    return found | {
        "effect": seen.counts.change_shown(adjusted.estimate),
        "error": 100 * adjusted.error,
        "ci_low": low,
        "ci_high": high,
        "gain": 100 * adjusted.estimate,
        "verdict": _verdict(adjusted),
    }


def _verdict(adjusted: Adjusted) -> Verdict:
    if adjusted.low > 0:
        return "улучшение сверх сравнения"
    return "ухудшение" if adjusted.high < 0 else "нет подтверждения"


def _adjusted(
    seen: _Seen, treated: Mask, comparison: Mask, terms: Terms, *, is_everybody: bool
) -> tuple[Adjusted | None, str]:
    """The estimate, or why there is none."""
    reason = _objection(seen, treated, comparison, terms, is_everybody=is_everybody)
    if reason:
        return None, reason
    both = treated | comparison
    before, after = (_pooled(seen.counts, both, at) for at in (seen.window.before, seen.window.after))
    found = Adjusted.of(before[0] / before[1], after[0] / after[1], after[1], treated[both])
    if found is None:
        return None, "исходный уровень у всех один или делит охваченных и остальных: поправить на него нельзя"
    return found, ""


def _objection(seen: _Seen, treated: Mask, comparison: Mask, terms: Terms, *, is_everybody: bool) -> str:
    if not treated.any():
        return "у охваченных организаций нет данных до начала или после"
    if is_everybody:
        return "мерой охвачены все, с кем можно сравнить"
    if seen.counts.nature == "presence":
        return "показатель «есть / нет»: у организации один ответ, а не доля"
    if treated.sum() < terms.treated:
        return f"охваченных организаций с данными {treated.sum()}, а нужно не меньше {terms.treated}"
    if comparison.sum() < terms.comparison:
        return f"в сравнении организаций с данными {comparison.sum()}, а нужно не меньше {terms.comparison}"
    return ""


def _plainly(seen: _Seen, treated: Mask, comparison: Mask) -> dict[str, float | None]:
    """Shares of both sides before and after, and what the effect would seem without an adjustment."""
    spans = (seen.window.before[-1:], seen.window.after)
    a, b = (_share(seen.counts, treated, span) for span in spans)
    c, d = (_share(seen.counts, comparison, span) for span in spans)
    raw = None if a is None or b is None else b - a
    common = None if c is None or d is None else d - c
    return {
        "treated_before": a,
        "treated_after": b,
        "comparison_before": c,
        "comparison_after": d,
        "before_after": raw,
        "differences": None if raw is None or common is None else raw - common,
    }


def _share(counts: Counts, rows: Mask, span: Sequence[int]) -> float | None:
    x, n = _pooled(counts, rows, span)
    return counts.shown(float(x.sum() / n.sum())) if len(n) else None


def _pooled(counts: Counts, rows: Mask, span: Sequence[int]) -> tuple[Floats, Floats]:
    """Σx and Σn of each organisation over some periods."""
    x, n = counts.x[rows][:, list(span)], counts.n[rows][:, list(span)]
    return np.nansum(x, axis=1), np.nansum(n, axis=1)
