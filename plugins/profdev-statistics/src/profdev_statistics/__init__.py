"""Whether a change could be chance, whether an indicator works, who does better, what helped, what comes next."""

from __future__ import annotations

from collections.abc import Mapping

from profdev_indicators.hookspecs import hookimpl
from profdev_indicators.model import Rule
from profdev_indicators.results import Telling
from profdev_statistics.rules import falls_sentences
from profdev_statistics.rules.answers import DenominatorJump, Unreported
from profdev_statistics.rules.falls import ObservedFall, RelativeFall, SignificantFall


@hookimpl
def provide_rules() -> Mapping[str, type[Rule]]:
    """Rules that ask whether chance alone could do it."""
    return {
        "observed_fall": ObservedFall,
        "significant_fall": SignificantFall,
        "relative_fall": RelativeFall,
        "unreported": Unreported,
        "denominator_jump": DenominatorJump,
    }


@hookimpl
def provide_sentences() -> Mapping[str, Telling]:
    """How their findings are spoken of."""
    return falls_sentences.TELLINGS
