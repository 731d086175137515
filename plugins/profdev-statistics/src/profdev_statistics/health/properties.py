"""U1-U7: what may be wrong with an indicator; each property by itself, with its numbers and its sentence."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
from attrs import asdict, field, frozen
from attrs.validators import and_, ge, le
from numpy.typing import NDArray
from scipy.special import ndtri

from profdev_indicators.model import key
from profdev_indicators.wording import NBSP, count, counted, decimal
from profdev_statistics.analyses.counts import Counts
from profdev_statistics.analyses.groups import STABLE
from profdev_statistics.analyses.spoken import interval, per_cent, periods, points
from profdev_statistics.chance import newcombe, wilson
from profdev_statistics.health.evidence import Evidence
from profdev_statistics.instrument import Reliability, copies, dispersion_of_changes

Floats = NDArray[np.float64]
Verdict = Literal["да", "нет", "недостаточно данных", "не применяется", "не проверялось"]

_HAIR = 1e-9
_Z = float(ndtri(0.95))  # of a two-sided 90 % interval
_LEAST_ERROR = 1e-6  # percentage points: an estimate without any error would outweigh all others
_NO_SHARE = "показатель — не доля людей или организаций"


def _per_cent_key(doc: str, default: float) -> float:
    return key(doc, default=default, validator=and_(ge(0), le(100)))  # type: ignore[no-any-return]  # attrs.field


@frozen(kw_only=True)
class Thresholds:
    """Границы свойств. Умолчания — суждение; район утверждает свои."""

    saturated: float = _per_cent_key("U1: доля по району не меньше, %, в каждом из двух последних периодов", 97.0)
    full: float = _per_cent_key("U1: и у организаций с такой долей педагогов всё выполнено, %", 80.0)
    reliability: float = key("U2: надёжность различий меньше", default=0.2, validator=and_(ge(0), le(1)))
    reliability_high: float = key(
        "U2: и верхняя граница надёжности (90 %) меньше", default=0.4, validator=and_(ge(0), le(1))
    )
    dispersion: float = key(
        "U3: изменения организаций не больше случайных во столько раз", default=1.2, validator=ge(0)
    )
    growth: float = _per_cent_key("U3: и изменение по району меньше, п.п.", 5.0)
    large: float = key("U3: численность по району не меньше, иначе судить нельзя", default=400.0, validator=ge(1))
    response: float = _per_cent_key("U4: верхняя граница суммарного эффекта решений меньше, п.п.", 3.0)
    decisions: int = key("U4: завершённых решений не меньше", default=2, validator=ge(1))
    treated_periods: int = key("U4: охваченных организаций × периодов не меньше", default=10, validator=ge(1))
    complete: float = _per_cent_key("U5: полнота в последнем периоде меньше, %", 80.0)
    complete_mean: float = _per_cent_key("U5: или средняя полнота за периоды меньше, %", 90.0)
    contradictions: float = _per_cent_key("U6: противоречивых ответов больше, %", 5.0)
    revised: float = _per_cent_key("U6: или исправленных после срока больше, %", 10.0)
    confirmed: float = _per_cent_key("U6: или сверка подтвердила меньше, %", 90.0)
    confirmed_high: float = _per_cent_key("U6: если верхняя граница (95 %) подтверждённого меньше, %", 95.0)
    size_change: float = _per_cent_key("U6: или численность в медиане изменилась больше чем на, %", 15.0)
    copied: float = _per_cent_key("U6: или ответ прошлого периода повторили организаций больше, %", 50.0)
    copied_by_chance: float = _per_cent_key("U6: когда случайно повторили бы меньше, %", 20.0)
    small: float = key("U7: медиана численности организации меньше", default=10.0, validator=ge(1))

    def __str__(self) -> str:
        return f"{{{', '.join(f'{name}: {limit:g}' for name, limit in asdict(self).items())}}}"


@frozen(kw_only=True)
class Property:
    """What is said of one property of one indicator."""

    verdict: Verdict
    sentence: str  # the fact behind a «да» or a «нет»; else why nothing can be said
    numbers: Mapping[str, float | None] = field(factory=dict)  # columns of the table


@frozen(kw_only=True, eq=False)
class Case:
    """An indicator before the judge."""

    seen: Evidence
    limits: Thresholds
    periods: int  # those looked at together, at most
    draws: int  # of the bootstrap
    places: int  # decimals of a printed value

    @property
    def counts(self) -> Counts:
        """Its counts by organisation."""
        return self.seen.counts

    @property
    def span(self) -> list[int]:
        """Columns of the last comparable periods; empty: the last one has no values."""
        return self.counts.latest(self.periods)

    def pooled(self) -> tuple[Floats, Floats]:
        """Σx and Σn over the span of the organisations that have any."""
        n = self.counts.n[:, self.span]
        some = np.isfinite(n).any(axis=1)
        return np.nansum(self.counts.x[some][:, self.span], axis=1), np.nansum(n[some], axis=1)

    def per_cent(self, share: float) -> str:
        """A turned share as the indicator prints it: «97,3 %»."""
        return per_cent(float(self.counts.shown(share)), self.places)

    def points(self, difference: float) -> str:
        """A difference of turned shares as the indicator prints it: «−7,2 п.п.»."""
        return points(self.counts.change_shown(difference), self.places)


def saturated(case: Case) -> Property:
    """U1: nearly everybody does it, nearly everywhere."""
    limits, counts = case.limits, case.counts
    if barred := _barred(case, least=2):
        return barred
    if not counts.has_direction:
        return _outside("не задано, что для показателя лучше")
    last = case.span[-2:]
    shares = case.seen.share[last]
    if not np.isfinite(shares).all():
        return _unknown("значения по району нет")
    x, n = counts.x[:, last[-1]], counts.n[:, last[-1]]
    told = np.isfinite(n)
    full = told & (x == n)
    weight = 100 * float(n[full].sum() / n[told].sum())
    share = float(shares[-1])
    is_so = bool((100 * shares >= limits.saturated - _HAIR).all()) and weight >= limits.full - _HAIR
    have = f"у {full.sum()} из {told.sum()}{NBSP}ОО — {count(float(counts.shown(1.0)))}{NBSP}%"
    return Property(
        verdict="да" if is_so else "нет",
        sentence=f"Показатель исчерпан: {case.per_cent(share)}, {have}. Различать ОО и видеть улучшение он не может."
        if is_so
        else f"Есть куда расти: {case.per_cent(share)}, {have}.",
        numbers={"share": float(counts.shown(share)), "reserve": 100 * (1 - share), "full": weight},
    )


def indistinct(case: Case) -> Property:
    """U2: organisations differ no more than chance makes them differ."""
    if barred := _barred(case, least=2) or _alone(case):
        return barred
    x, n = case.pooled()
    if len(n) < STABLE:
        return _unknown(f"организаций с данными {len(n)}, нужно не меньше {STABLE}")
    if not 0 < x.sum() < n.sum():
        same = case.per_cent(float(x.sum() / n.sum()))
        return Property(verdict="да", sentence=f"У всех {len(n)}{NBSP}ОО одно и то же: {same}. Различать их нечем.")
    found = Reliability.of(x, n, case.draws)
    if found is None or found.organisations < STABLE:
        return _unknown("почти у всех организаций по одному человеку")
    verdict, words = _told_apart(found, case.limits)
    return Property(
        verdict=verdict,
        sentence=(
            f"{words}: надёжность {decimal(found.share, 2)}, не больше {decimal(found.high, 2)} (90{NBSP}%); "
            f"истинный разброс между ОО {decimal(100 * found.between, case.places)}{NBSP}п.п., "
            f"медиана численности за {periods(len(case.span))} {count(float(np.median(n)))}."
        ),
        numbers={"reliability": found.share, "reliability_high": found.high, "between": 100 * found.between},
    )


def unchanging(case: Case) -> Property:
    """U3: over time nothing moves but chance, and the district stands where it stood."""
    if barred := _barred(case, least=3):
        return barred
    if case.counts.has_direction and 100 * case.seen.share[case.span[-1]] >= case.limits.saturated - _HAIR:
        return _outside("показатель у предела: см. U1")
    if case.counts.nature == "presence":
        return _unchanged_answers(case)
    squares = _squares(case.counts, case.span)
    if not len(squares):
        return Property(verdict="да", sentence=f"За {periods(len(case.span))} показатель не изменился ни у одной ОО.")
    if len(squares) < STABLE:
        return _unknown("слишком мало организаций, у которых показатель мог измениться")
    return _moved(case, float(squares.mean()))


def unresponsive(case: Case) -> Property:
    """U4: decisions about it came to nothing worth the name."""
    effects, limits = case.seen.effects, case.limits
    if effects is None:
        return _unknown("реестра решений в конфигурации нет (analyses: effects)")
    decisions, treated = effects["decision"].n_unique(), int(effects["treated_periods"].sum())
    if decisions < limits.decisions or treated < limits.treated_periods:
        return _unknown(
            f"завершённых решений с оценкой эффекта {decisions} (нужно {limits.decisions}), "
            f"охваченных организаций × периодов {treated} (нужно {limits.treated_periods})"
        )
    weight = 1 / np.maximum(effects["error"].to_numpy(), _LEAST_ERROR) ** 2
    gain = float((weight * effects["gain"].to_numpy()).sum() / weight.sum())
    reach = _Z / float(np.sqrt(weight.sum()))
    low, high = gain - reach, gain + reach
    ends = sorted(case.counts.change_shown(end / 100) for end in (low, high))
    told = (
        f"По {counted(decisions, 'решению', 'решениям', 'решениям')} суммарный эффект {case.points(gain / 100)} "
        f"({interval(ends[0], ends[1], case.places)})"
    )
    numbers = {
        "response": case.counts.change_shown(gain / 100),
        "response_low": ends[0],
        "response_high": ends[1],
    }
    worth = f"{count(limits.response)}{NBSP}п.п."
    if high < limits.response:
        return Property(verdict="да", sentence=f"{told} — меньше значимого {worth}", numbers=numbers)
    if low > 0:
        return Property(verdict="нет", sentence=f"{told}: показатель откликается.", numbers=numbers)
    return Property(verdict="недостаточно данных", sentence=f"{told}: отклик не оценён.", numbers=numbers)


def unreported(case: Case) -> Property:
    """U5: too few of those asked answer."""
    expected, reported = case.seen.expected, case.seen.reported
    asked = [at for at in range(len(expected)) if expected[at] > 0][-case.periods :]
    if not asked or asked[-1] != len(expected) - 1:
        return _unknown("в последнем периоде никого не спрашивали")
    complete = 100 * reported[asked] / expected[asked]
    last, mean = float(complete[-1]), float(complete.mean())
    is_so = last < case.limits.complete - _HAIR or mean < case.limits.complete_mean - _HAIR
    sentence = (
        f"Представили {count(float(reported[asked[-1]]))} из {count(float(expected[asked[-1]]))}{NBSP}ОО "
        f"({per_cent(last, case.places)})"
    )
    if len(asked) > 1:
        sentence += f", в среднем за {periods(len(asked))} — {per_cent(mean, case.places)}"
    return Property(
        verdict="да" if is_so else "нет",
        sentence=f"{sentence}.",
        numbers={"complete": last, "complete_mean": mean},
    )


def unreliable(case: Case) -> Property:
    """U6: what is told cannot be trusted, as far as the answers themselves and a check of the source show."""
    if not case.seen.cells:
        return _unknown("в последних периодах ответов не ждали")
    signs = [_contradictions(case), _revisions(case), _confirmation(case), _sizes(case), _repetitions(case)]
    numbers = {name: number for sign in signs if sign for name, number in sign.numbers.items()}
    found = [sign.sentence for sign in signs if sign and sign.is_bad]
    if found:
        sentence = f"{_capital('; '.join(found))}. Показатель использовать нельзя до исправления."
        return Property(verdict="да", sentence=sentence, numbers=numbers)
    known = _capital("; ".join(sign.sentence for sign in signs if sign))
    if case.seen.checked is None:
        sentence = f"{known}. Сверка с источником не проводилась, поэтому достоверность не подтверждена."
        return Property(verdict="не проверялось", sentence=sentence, numbers=numbers)
    return Property(verdict="нет", sentence=f"{known}.", numbers=numbers)


def small(case: Case) -> Property:
    """U7: an organisation has too few people for a share of its own."""
    counts = case.counts
    if counts.nature == "presence":
        return _outside("показатель «есть / нет»: у организации всегда один ответ, считают организации")
    if barred := _barred(case, least=1) or _alone(case):
        return barred
    median = counts.median_size()
    is_so = median < case.limits.small
    return Property(
        verdict="да" if is_so else "нет",
        sentence=f"Показатель рассчитывается только по муниципалитету: медиана численности {count(median)}."
        if is_so
        else f"Медиана численности организации {count(median)}.",
        numbers={"size": median},
    )


PROPERTIES: Mapping[str, tuple[str, Callable[[Case], Property]]] = {
    "saturated": ("U1 насыщен", saturated),
    "indistinct": ("U2 не различает ОО", indistinct),
    "unchanging": ("U3 не меняется", unchanging),
    "unresponsive": ("U4 не откликается на меры", unresponsive),
    "unreported": ("U5 не представляется", unreported),
    "unreliable": ("U6 недостоверен", unreliable),
    "small": ("U7 знаменатель мал", small),
}
"""Columns of the table, their headings, and who judges."""

NUMBERS: Sequence[str] = (
    *("share", "reserve", "full"),
    *("reliability", "reliability_high", "between"),
    *("dispersion", "change_low", "change_high"),
    *("response", "response_low", "response_high"),
    *("complete", "complete_mean"),
    *("contradictions", "revised", "confirmed", "confirmed_high", "size_change", "copied", "copied_by_chance"),
    "size",
)
"""Columns of numbers: per cent and percentage points, but for reliability and dispersion (plain) and size (persons)."""


def _unknown(reason: str) -> Property:
    return Property(verdict="недостаточно данных", sentence=f"{_capital(reason)}.")


def _outside(reason: str) -> Property:
    return Property(verdict="не применяется", sentence=f"{_capital(reason)}.")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _barred(case: Case, *, least: int) -> Property | None:
    """Why a property of shares cannot be looked at; None: it can."""
    if case.counts.nature == "other":
        return _outside(_NO_SHARE)
    if len(case.span) < least:
        return _unknown(f"нужны сопоставимые данные за {periods(least)}, последний в том числе")
    return None


def _alone(case: Case) -> Property | None:
    return _outside("отвечает одна единица") if case.counts.units.height == 1 else None


# --- U2 -------------------------------------------------------------------------------------------------------------


def _told_apart(found: Reliability, limits: Thresholds) -> tuple[Verdict, str]:
    if found.share >= limits.reliability:
        return "нет", "ОО различаются больше, чем случайно"
    if found.high >= limits.reliability_high:
        return "недостаточно данных", "Различий между ОО не видно, но и исключить их нельзя"
    return "да", "Различия между ОО не больше случайных"


# --- U3 -------------------------------------------------------------------------------------------------------------


def _squares(counts: Counts, span: Sequence[int]) -> Floats:
    """z² of the changes of all organisations from each period of the span to the next."""
    steps = []
    for before, now in itertools.pairwise(span):
        both = np.isfinite(counts.n[:, before]) & np.isfinite(counts.n[:, now])
        x, n = counts.x[both], counts.n[both]
        steps.append(dispersion_of_changes(x[:, now], n[:, now], x[:, before], n[:, before]))
    return np.concatenate(steps)


def _moved(case: Case, dispersion: float) -> Property:
    """What organisations and the district did over the span; the district on those who answered at both ends."""
    counts, first, last, limits = case.counts, case.span[0], case.span[-1], case.limits
    common = np.isfinite(counts.n[:, first]) & np.isfinite(counts.n[:, last])
    x, n = counts.x[common].sum(axis=0), counts.n[common].sum(axis=0)
    numbers = {"dispersion": dispersion}
    told = f"разброс изменений у ОО — {decimal(dispersion, 2)} от случайного"
    if dispersion > limits.dispersion + _HAIR:
        return Property(verdict="нет", sentence=f"ОО меняются больше, чем случайно: {told}.", numbers=numbers)
    if min(n[first], n[last]) < limits.large:
        few = f"численность по району {count(float(min(n[first], n[last])))}, а нужно не меньше {count(limits.large)}"
        return Property(verdict="недостаточно данных", sentence=f"{_capital(few)}; {told}.", numbers=numbers)
    low, high = (float(end) for end in newcombe(x[last], n[last], x[first], n[first], 0.90))
    ends = sorted((counts.change_shown(low), counts.change_shown(high)))
    span = periods(len(case.span))
    verdict, words = _stood(low, high, limits, span)
    return Property(
        verdict=verdict,
        sentence=(f"{words}: {told}; изменение по району за {span}, п.п. ({interval(ends[0], ends[1], case.places)})."),
        numbers=numbers | {"change_low": ends[0], "change_high": ends[1]},
    )


def _stood(low: float, high: float, limits: Thresholds, span: str) -> tuple[Verdict, str]:
    if max(-low, high) < limits.growth / 100:
        return "да", f"За {span} изменения неотличимы от случайных"
    if low > 0 or high < 0:
        return "нет", "Район изменился"
    return "недостаточно данных", f"Изменения не видно, но и исключить {count(limits.growth)}{NBSP}п.п. нельзя"


def _unchanged_answers(case: Case) -> Property:
    """An answer «yes» or «no» has no chance in it: it was changed or it was not."""
    x = case.counts.x[:, case.span]
    both = np.isfinite(x).all(axis=1)
    if not both.any():
        return _unknown("ни одна организация не ответила во всех периодах")
    changed = int((x[both].max(axis=1) != x[both].min(axis=1)).sum())
    told = f"за {periods(len(case.span))} ответ изменили {changed} из {both.sum()}{NBSP}ОО"
    return Property(
        verdict="нет" if changed else "да",
        sentence=f"{_capital(told)}." if changed else f"{_capital(told)}: показатель стоит на месте.",
    )


# --- U6 -------------------------------------------------------------------------------------------------------------


@frozen(kw_only=True)
class _Sign:
    is_bad: bool
    sentence: str
    numbers: Mapping[str, float]


def _contradictions(case: Case) -> _Sign:
    part = 100 * case.seen.contradicting / case.seen.cells
    return _Sign(
        is_bad=part > case.limits.contradictions + _HAIR,
        sentence=f"противоречивых ответов {case.seen.contradicting} из {case.seen.cells}",
        numbers={"contradictions": part},
    )


def _revisions(case: Case) -> _Sign | None:
    revised = case.seen.revised
    if revised is None:
        return None
    part = 100 * revised.changed / revised.of
    return _Sign(
        is_bad=part > case.limits.revised + _HAIR,
        sentence=f"исправлено после срока {revised.changed} из {revised.of}",
        numbers={"revised": part},
    )


def _confirmation(case: Case) -> _Sign | None:
    checked = case.seen.checked
    if checked is None:
        return None
    part, high = 100 * checked.confirmed / checked.of, 100 * float(wilson(checked.confirmed, checked.of)[1])
    return _Sign(
        is_bad=part < case.limits.confirmed - _HAIR and high < case.limits.confirmed_high,
        sentence=f"сверка с источником: подтверждено {checked.confirmed} из {checked.of}",
        numbers={"confirmed": part, "confirmed_high": high},
    )


def _sizes(case: Case) -> _Sign | None:
    pair = _two_periods(case)
    if pair is None:
        return None
    (_, before), (_, now) = pair
    part = 100 * float(np.expm1(np.median(np.abs(np.log(now / before)))))
    return _Sign(
        is_bad=part > case.limits.size_change + _HAIR,
        sentence=f"численность за период изменилась в медиане на {per_cent(part, case.places)}",
        numbers={"size_change": part},
    )


def _repetitions(case: Case) -> _Sign | None:
    pair = _two_periods(case)
    if pair is None:
        return None
    (x, n), (y, m) = pair
    seen, chance = (100 * part for part in copies(y, m, x, n))
    repeated, expected = per_cent(seen, 0), per_cent(chance, 0)
    return _Sign(
        is_bad=seen > case.limits.copied + _HAIR and chance < case.limits.copied_by_chance,
        sentence=f"ответ прошлого периода повторили {repeated} ОО (случайно повторили бы {expected})",
        numbers={"copied": seen, "copied_by_chance": chance},
    )


def _two_periods(case: Case) -> tuple[tuple[Floats, Floats], tuple[Floats, Floats]] | None:
    """Counts of the last two comparable periods, of the organisations that have both; None: there are too few."""
    span = case.span[-2:]
    if case.counts.nature != "share" or len(span) < 2:  # noqa: PLR2004 - a pair
        return None
    both = np.isfinite(case.counts.n[:, span]).all(axis=1)
    if both.sum() < STABLE:
        return None
    before, now = span
    x, n = case.counts.x[both], case.counts.n[both]
    return (x[:, before], n[:, before]), (x[:, now], n[:, now])
