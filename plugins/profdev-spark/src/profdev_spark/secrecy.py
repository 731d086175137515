"""What must not stand in a configuration, since everybody who has the file can read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import attrs

_SECRET = re.compile(
    r"passw|pwd|secret|token|credential|access[._-]?key|private|\buser(name)?$|account[._-]?key", re.IGNORECASE
)
_IN_ADDRESS = re.compile(
    r"[?;&/:](?:user|username|password|pwd|token)\s*="  # an option of the address
    r"|(?<!abfss:)(?<!wasbs:)//[^/@]+@"  # an account before the server; in Azure a container stands there
    r"|:[^:@/]+/[^@/]+@",  # Oracle's way
    re.IGNORECASE,
)


def without_secrets(_: object, attribute: attrs.Attribute[Any], value: Mapping[str, str]) -> None:
    """A validator: no option names a password or a key; what it says is not repeated."""
    for name in value:
        if _SECRET.search(name):
            raise ValueError(
                f"{attribute.name}: «{name}» — тайна, ей не место в конфигурации: задайте её в окружении или в "
                "spark-defaults.conf на машине, где запускается profdev"
            )


def public_address(_: object, attribute: attrs.Attribute[Any], value: str | tuple[str, ...] | None) -> None:
    """A validator: no address carries a name and a password."""
    for address in (value,) if isinstance(value, str) else value or ():
        if _IN_ADDRESS.search(address):
            raise ValueError(f"{attribute.name}: имя и пароль не пишут в адресе: задайте их в окружении")
