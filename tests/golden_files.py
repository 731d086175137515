"""What `profdev run` makes of the example district in 2022; run as a script, it writes the golden files anew.

    python tests/golden_files.py

Read the difference before committing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import evolve

from example_district import monitored, plugins, written
from profdev_indicators import analyse
from profdev_indicators.cli.outputs import outputs
from profdev_indicators.model import Renderer
from profdev_indicators.plugins import kinds
from profdev_indicators.results import Monitoring

GOLDEN = Path(__file__).with_name("golden")
NAMES = ("report.md", "values.csv", "findings.csv", "alarms.csv", "recommendations.csv", "defects.csv")
_ANY_HASH = "0" * 64


def made() -> Mapping[str, bytes]:
    """The golden files by name, computed now."""
    with TemporaryDirectory() as folder:
        example = written(Path(folder))
        monitoring = _on_any_machine(analyse(monitored(example, "2022"), data=example.data))
    report = kinds(plugins())[Renderer]["markdown"]()
    files = outputs(monitoring, {"markdown": report}, {})
    return {name: files[name] for name in NAMES}


def _on_any_machine(monitoring: Monitoring) -> Monitoring:
    """Without versions, and without hashes of what another version writes otherwise: workbooks, configurations."""
    sources = monitoring.provenance.sources.items()
    provenance = evolve(
        monitoring.provenance,
        version="…",
        polars="…",
        python="…",
        config=_ANY_HASH,
        sources={file: _ANY_HASH if file.endswith(".xlsx") else hashed for file, hashed in sources},
        plugins=(),
    )
    return evolve(monitoring, provenance=provenance)


if __name__ == "__main__":
    for name, content in made().items():
        (GOLDEN / name).write_bytes(content)
