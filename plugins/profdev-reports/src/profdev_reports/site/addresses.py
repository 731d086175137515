"""Where a page lies: file names made of ids nobody vouches for, and links from one page to another."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

Folder = Literal["criteria", "organisations", "analyses"]

_PLAIN = re.compile(r"[a-z0-9.-]")
_TAKEN = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9]|index)(\..*)?")  # Windows refuses them with any ending
_LONGEST = 100
_HEAD = 60


def slug(id: str) -> str:  # noqa: A002 - the word of the configuration
    """A file name without an ending: lower-case ASCII, another one for another id, the same on every system.

    Letters and digits stay; a capital becomes «_a», any other sign «_0», its code and «_». Of a very long id the head
    and a hash stay.

    >>> slug("7-2.1"), slug("Ab"), slug("../x"), slug("con")
    ('7-2.1', '_ab', '_02e_._02f_x', '_063_on')
    """
    name = "".join(map(_written, id)) or "_0_"
    if name[0] in ".-" or _TAKEN.fullmatch(name):
        name = _coded(name[0]) + name[1:]
    if name.endswith("."):
        name = name[:-1] + _coded(".")
    if len(name) > _LONGEST:
        # «_1» begins nothing else: a short id never meets the name of a long one.
        name = f"{name[:_HEAD]}_1{hashlib.sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()[:32]}"
    return name


def page(folder: Folder, id: str) -> str:  # noqa: A002 - the same
    """The path of the page of one criterion, organisation or analysis, from the folder of the site."""
    return f"{folder}/{slug(id)}.html"


def up(path: str) -> str:
    """What leads from a page back to the folder of the site: «../» as many times as it takes."""
    return "../" * path.count("/")


def _written(sign: str) -> str:
    if _PLAIN.fullmatch(sign):
        return sign
    if sign == "_":
        return "__"
    return f"_{sign.lower()}" if "A" <= sign <= "Z" else _coded(sign)


def _coded(sign: str) -> str:
    return f"_0{ord(sign):x}_"
