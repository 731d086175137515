"""Names of pages: ids come from anybody, files must lie on any system."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from profdev_reports.site.addresses import page, slug, up

_SHORT = 60  # letters whose name no hash shortens: a sign takes at most nine
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
ids = st.text(max_size=400)


def decoded(name: str) -> str:
    """The id a short name was made of."""

    def back(match: re.Match[str]) -> str:
        code, letter = match["code"], match["letter"]
        return "_" if match[0] == "__" else chr(int(code, 16)) if code else letter.upper()

    return re.sub(r"__|_0(?P<code>[0-9a-f]*)_|_(?P<letter>[a-z])", lambda m: "" if m[0] == "_0_" else back(m), name)


@given(st.text(max_size=10))
@example("")
@example("con")
@example("A_b")
@example("../x")
def test_a_short_name_tells_its_id_back(given_id: str) -> None:
    assert decoded(slug(given_id)) == given_id


@given(ids, ids)
@example("1.1", "1_1")
@example("A", "a")
@example("a" * 300, "a" * 299 + "b")
@example("é", "e\N{COMBINING ACUTE ACCENT}")
def test_two_ids_never_share_a_name(one: str, other: str) -> None:
    assert (slug(one) == slug(other)) == (one == other)


@given(ids)
@example("CON")
@example("nul.html")
@example("..")
@example("index")
@example("a/../../etc")
@example("x.")
def test_a_name_lies_on_every_system(given_id: str) -> None:
    name = slug(given_id)
    assert re.fullmatch(r"[a-z0-9_][a-z0-9._-]{0,119}", name)
    assert name.split(".", maxsplit=1)[0] not in {*_RESERVED, "index"}
    assert not name.endswith(".")


def test_a_page_knows_the_way_back() -> None:
    assert up(page("criteria", "1.1")) == "../"
    assert up("index.html") == ""
