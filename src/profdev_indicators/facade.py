"""The library in six calls: load the question, make the cards, collect the answers, monitor, analyse, publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Collection as Some
from contextlib import contextmanager
from datetime import date, datetime
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import pluggy
import polars as pl
from attrs import evolve

from profdev_indicators import config
from profdev_indicators import engine as _engine
from profdev_indicators.engine.counting import Counting, Progress
from profdev_indicators.engine.gathering import unread_of_asked
from profdev_indicators.engine.judge import check_rules
from profdev_indicators.engine.store import Store
from profdev_indicators.errors import PluginError, Problem, RequestError, SourceError
from profdev_indicators.intake.cards import Cards, make_cards
from profdev_indicators.intake.collect import Collection, collection
from profdev_indicators.model import District, Engine, Kinds, Rule
from profdev_indicators.periods import Period, parse_periods
from profdev_indicators.plugins import configs, installed, kinds, plugin_manager, tellings
from profdev_indicators.results import Exhibit, Monitoring, Protection

_STOCK_ENGINE = "polars"


def load(path: str | Path, plugins: pluggy.PluginManager | None = None) -> District:
    """Read a configuration.

    Args:
        path: a YAML file.
        plugins: a manager of one's own; by default every installed plugin is in use.

    Raises:
        ConfigError: with every problem found; nothing is half-loaded.
    """
    manager = plugins or plugin_manager()
    known = kinds(manager)

    def check(*, district: District) -> list[Iterable[Problem]]:
        return [*manager.hook.check_district(district=district), check_rules(district, _rule_names(known))]

    return config.read(Path(path), kinds=known, configs=configs(manager), check=check)


def monitor(  # noqa: PLR0913 - keyword-only, and each may be left out
    district: District,
    *,
    period: str | Period | Iterable[Period],
    since: str | Period | None = None,
    data: str | Path | None = None,
    frames: Mapping[str, Any] | None = None,
    readings: Literal["main", "all"] | Sequence[str] = "main",
    provisional: bool = False,
    engine: str | None = None,
    cache: str | Path | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    plugins: pluggy.PluginManager | None = None,
) -> Monitoring:
    """Compute every indicator of every unit, judge it, and advise.

    Args:
        district: what :func:`load` gave.
        period: what to report on: ``"2022"``, ``"2020,2021"``, ``"2019..2022"`` or periods. Earlier periods found
            among the data are read as well, so that there is something to compare with.
        since: the earliest period to read.
        data: the folder in which the sources lie.
        frames: answers in memory by the id of their source («units» for the roster): polars, pandas, pyarrow,
            DuckDB or anything else with the Arrow C stream interface. They stand in for the files of that source.
        readings: ``"main"``, ``"all"``, or ids of alternative readings to compute beside the main one.
        provisional: answers of the last period asked may still be corrected: no finding about it is graver than
            «внимание».
        engine: what counts records: the name of a kind («polars», «spark»); None: the first of the configuration's
            ``engines``, else polars.
        cache: a folder in which sums over records are kept, so that only what changed is counted again, and an
            interrupted count goes on; None: nothing is kept. Neither rows nor persons are ever in it.
        on_progress: told how far the counting of records is.
        plugins: a manager of one's own; by default every installed plugin is in use.

    Raises:
        SourceError: files that cannot be read, or nothing for a period asked; with every problem found.
        RequestError: a period of another calendar, a folder, a reading or an engine that is not there.
    """
    manager = plugins or plugin_manager()
    with _counting(district, engine, cache, on_progress, manager) as counting:
        return _engine.monitor(
            district,
            asked=_periods(period, district),
            since=_periods(since, district)[0] if since is not None else None,
            root=_root(data),
            frames=_known_frames(frames or {}, district),
            readings=_readings(readings, district),
            extensions=_extensions(manager),
            counting=counting,
            provisional=provisional,
        )


def analyse(
    monitoring: Monitoring, *, data: str | Path | None = None, frames: Mapping[str, Any] | None = None
) -> Monitoring:
    """The same answer with what the analyses of its district say: :attr:`Monitoring.exhibits`.

    Args:
        monitoring: what :func:`monitor` gave.
        data: the folder in which an analysis finds sources of its own, such as a register of decisions.
        frames: tables in memory for such sources.

    Raises:
        SourceError: such a source cannot be read or is wrong; with every problem found.
        PluginError: two exhibits have one id.
    """
    exhibits: list[Exhibit] = []
    problems: list[Problem] = []
    for analysis in monitoring.district.analyses:
        try:
            exhibits += analysis.analyse(monitoring, root=_root(data), frames=frames or {})
        except SourceError as error:
            problems += error.problems
    if problems:
        raise SourceError(problems)
    names = [exhibit.id for exhibit in exhibits]
    for name in names:
        if names.count(name) > 1:
            raise PluginError(f"две таблицы с именем «{name}»: назовите анализ в analyses один раз")
    root = _root(data)
    read = {file: root / file for exhibit in exhibits for file in exhibit.files} if root else {}
    hashes = {file: _engine.sha256_of(path) for file, path in read.items() if path.is_file()}
    sources = dict(sorted((dict(monitoring.provenance.sources) | hashes).items()))
    return evolve(monitoring, exhibits=tuple(exhibits), provenance=evolve(monitoring.provenance, sources=sources))


def publish(
    monitoring: Monitoring,
    *,
    published: Any = None,  # noqa: ANN401 - anything with the Arrow C stream interface
    data: str | Path | None = None,
    frames: Mapping[str, Any] | None = None,
    plugins: pluggy.PluginManager | None = None,
) -> tuple[Monitoring, Protection]:
    """The answer everybody may see, and what was hidden to make it so; the second is for the department alone.

    Small numbers are hidden by the plugin that controls disclosure; findings, recommendations and exhibits are then
    made anew from what is left. Only the main readings stay, and exhibits that are not :attr:`Exhibit.internal`.

    Args:
        monitoring: what :func:`monitor` gave.
        published: VALUES of the publication before this one: what was hidden there stays hidden.
        data: the folder in which an analysis finds sources of its own.
        frames: tables in memory for such sources.
        plugins: a manager of one's own; by default every installed plugin is in use.

    Raises:
        RequestError: no plugin controls disclosure: nothing may be published.
        SourceError: as :func:`analyse`.
    """
    before = pl.DataFrame(published) if published is not None else None
    answer = _engine.protected(monitoring, _extensions(plugins or plugin_manager()), before)
    if answer is None:
        raise RequestError(
            "профиль publish скрывает малые числа, а это делает плагин: pip install profdev-reports; ничего не записано"
        )
    public, protection = answer
    told = analyse(public, data=data, frames=frames)
    shown = tuple(exhibit for exhibit in told.exhibits if not exhibit.internal)
    return evolve(told, exhibits=shown, provenance=public.provenance), protection


def cards(
    district: District,
    *,
    period: str | Period,
    data: str | Path | None = None,
    frames: Mapping[str, Any] | None = None,
    deadline: str | None = None,
    units: Some[str] | None = None,
) -> Cards:
    """Make the card which each organisation fills: an XLSX workbook for everyone who is asked.

    Args:
        district: what :func:`load` gave.
        period: what the cards ask about; the answers of the period before it, where there are any, stand beside.
        data: the folder in which the roster and earlier answers lie.
        frames: answers in memory by the id of their source («units» for the roster), as in :func:`monitor`.
        deadline: when to return the card, instead of the configuration's: ``ММ-ДД`` or ``ГГГГ-ММ-ДД``.
        units: ids of the organisations which get a card; None: all who are asked.

    Returns:
        Bytes by the name of the file, the same for the same input; with ``notices`` about earlier answers which could
        not be read.

    Raises:
        SourceError: a roster with mistakes.
        RequestError: a period of another calendar, nobody to ask, a unit or a folder which is not there, a deadline
            which is no day, or the extra ``xlsx`` is not installed.
    """
    return make_cards(
        district,
        period=_one_period(period, district),
        root=_root(data),
        frames=_known_frames(frames or {}, district),
        deadline=deadline,
        units=units,
    )


def collect(
    district: District,
    *,
    period: str | Period,
    data: str | Path | None = None,
    frames: Mapping[str, Any] | None = None,
    today: date | None = None,
    engine: str | None = None,
    cache: str | Path | None = None,
    plugins: pluggy.PluginManager | None = None,
) -> Collection:
    """Who has answered for one period, who is late, what is complete, and what has to be mended.

    A file that cannot be read stops nothing: it is listed, and so is whoever may have sent it.

    Args:
        district: what :func:`load` gave.
        period: one period; earlier ones are read as well, for what may not jump.
        data: the folder in which the answers lie.
        frames: answers in memory, as for :func:`monitor`.
        today: the day that decides who is late; None: the calendar's.
        engine: what counts records, as for :func:`monitor`.
        cache: where sums over records are kept, as for :func:`monitor`.
        plugins: a manager of one's own; by default every installed plugin is in use.

    Raises:
        SourceError: a roster or an ``accepted.csv`` with mistakes: nothing can be said of anybody.
        RequestError: several periods or one of another calendar, a folder that is not there, a deadline that is no day.
    """
    asked = (_one_period(period, district),)
    known, root = _known_frames(frames or {}, district), _root(data)
    manager = plugins or plugin_manager()
    with _counting(district, engine, cache, None, manager) as counting:
        gathered = _engine.gather(district, asked=asked, since=None, root=root, frames=known, counting=counting)
    return collection(
        gathered,
        unread_of_asked(gathered, known),
        today or datetime.now().astimezone().date(),
        [(plugin.name, plugin.version) for plugin in installed(manager)],
    )


@contextmanager
def _counting(
    district: District,
    engine: str | None,
    cache: str | Path | None,
    on_progress: Callable[[Progress], None] | None,
    manager: pluggy.PluginManager,
) -> Iterator[Counting | None]:
    """With what records are counted; what was counted is remembered even if the work is broken off.

    None: the district has no records.
    """
    known = kinds(manager)[Engine]
    names = {kind: name for name, kind in known.items()}
    own = {names[type(each)]: each for each in district.engines}
    name = engine or next(iter(own), _STOCK_ENGINE)
    if engine is not None and name not in known:
        close = get_close_matches(name, known, n=1)
        hint = f"может быть, «{close[0]}»?" if close else "есть: " + ", ".join(sorted(known))
        if name == "spark":
            hint += "; spark ставится отдельно: pip install profdev-spark"
        raise RequestError(f"нечем так считать записи: «{name}» — {hint}")
    if all(source.records is None for source in district.sources):
        yield None
        return
    store = Store.at(Path(cache)) if cache is not None else None
    try:
        yield Counting(
            engine=own.get(name) or known[name](),
            name=name,
            version=version("profdev-indicators"),
            store=store,
            on_progress=on_progress or (lambda _: None),
        )
    finally:
        if store is not None:
            store.close()


def _extensions(manager: pluggy.PluginManager) -> _engine.Extensions:
    return _engine.Extensions(
        recommend=manager.hook.recommend,
        estimate_intervals=manager.hook.estimate_intervals,
        protect=manager.hook.protect,
        rule_names=_rule_names(kinds(manager)),
        tellings=tellings(manager),
        plugins=[(plugin.name, plugin.version) for plugin in installed(manager)],
    )


def _root(data: str | Path | None) -> Path | None:
    root = Path(data) if data is not None else None
    if root is not None and not root.is_dir():
        raise RequestError(f"нет папки с данными: {root}")
    return root


def _one_period(given: str | Period, district: District) -> Period:
    periods = _periods(given, district)
    if len(periods) > 1:
        raise RequestError(f"нужен один период, а названо {len(periods)}: {', '.join(map(str, periods))}")
    return periods[0]


def _rule_names(known: Kinds) -> dict[type, str]:
    return {kind: name for name, kind in known[Rule].items()}


def _periods(given: str | Period | Iterable[Period], district: District) -> tuple[Period, ...]:
    try:
        periods = parse_periods(given, district.calendar) if isinstance(given, str) else ()
    except ValueError as error:
        raise RequestError(str(error)) from error
    if isinstance(given, Period):
        periods = (given,)
    elif not isinstance(given, str):
        periods = tuple(sorted(set(given)))
    strangers = [str(period) for period in periods if period.kind != district.calendar]
    if strangers or not periods:
        raise RequestError(f"не периоды этого района (calendar: {district.calendar}): {', '.join(strangers) or '—'}")
    return periods


def _readings(given: str | Sequence[str], district: District) -> tuple[str, ...] | None:
    if given == "all":
        return None
    if given == "main":
        return ()
    wanted = (given,) if isinstance(given, str) else tuple(given)
    known = sorted({alternative.id for i in district.indicators for alternative in i.alternatives})
    for reading in wanted:
        if reading not in known:
            close = get_close_matches(reading, known, n=1)
            hint = f"может быть, «{close[0]}»?" if close else "есть: " + (", ".join(known) or "ни одного")
            raise RequestError(f"нет такого прочтения: «{reading}» — {hint}")
    return wanted


def _known_frames(frames: Mapping[str, Any], district: District) -> Mapping[str, Any]:
    known = [*(source.id for source in district.sources), "units"]
    for name in frames:
        if name not in known:
            raise RequestError(f"frames: нет такого источника: «{name}»; есть: {', '.join(known)}")
    return frames
