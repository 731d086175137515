"""A pattern means the same of the keys of a storage as of the files of a folder."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

from hypothesis import given, settings
from hypothesis import strategies as st

from profdev_indicators.builtin.readers.locations import _fit, _one_period, _unchanging, find
from readers.asking import request

NAMES = st.sampled_from(["a", "A", "2021", "2022", "card-2022", "x.csv", "2022.csv", ".x.csv", "~$x.csv", "ё й.csv"])
PARTS = st.sampled_from(["a", "*", "?", "**", "{period}", "{period}.csv", "*.csv", "card-{period}", "x.csv", "2022"])


@settings(max_examples=150)
@given(
    st.lists(st.lists(NAMES, min_size=1, max_size=4).map(tuple), max_size=8, unique=True),
    st.lists(PARTS, min_size=1, max_size=4).map(tuple),
)
def test_a_key_fits_where_a_file_would(paths: list[tuple[str, ...]], parts: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        keys = []
        for path in paths:
            file = root.joinpath(*path)
            # What is a folder already cannot be a file, and the other way round; keys know no such trouble.
            if file.exists() or any(root.joinpath(*path[:n]).is_file() for n in range(1, len(path))):
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.touch()
            keys.append("/".join(path))
        found, problems = find("/".join(parts), request(root))
    assert problems == ()
    fitting = {}
    for key in keys:
        written = _fit(parts, PurePosixPath(key).parts, "year")
        if written is None:
            continue
        period = _one_period(written, "year")
        if "{period}" not in "/".join(parts) or period is not None:
            fitting[key] = period
    assert {one.file: one.period for one in found} == fitting


@given(st.lists(PARTS, min_size=1, max_size=4).map(tuple), st.lists(NAMES, min_size=1, max_size=4).map(tuple))
def test_what_is_listed_misses_nothing(parts: tuple[str, ...], names: tuple[str, ...]) -> None:
    """A key that fits lies under the folders that are asked for, but for the case of letters."""
    if _fit(parts, names, "year") is not None:
        prefix = _unchanging(parts)
        assert "/".join(names).casefold().startswith(prefix.casefold())
