"""What `profdev run` makes of the example district in 2022; run as a script, it writes the golden files anew.

    python tests/golden_files.py

Read the difference before committing it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
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
    files = outputs(monitoring, {"markdown": report}, {}).files
    return {name: files[name] for name in NAMES}


def _on_any_machine(monitoring: Monitoring) -> Monitoring:
    """Without versions, hashes of what another version writes otherwise, and digits another processor may differ in."""
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
    return evolve(
        monitoring,
        values=_rounded(monitoring.values, "ci_low", "ci_high"),
        findings=_rounded(monitoring.findings, "p_value", "numbers"),
        alarms=_rounded(monitoring.alarms, "expected"),
        provenance=provenance,
    )


def _rounded(frame: pl.DataFrame, *names: str) -> pl.DataFrame:
    """Probabilities and intervals to nine digits: logarithms are not the same to the last one everywhere."""
    return frame.with_columns(_to_nine(pl.col(name), frame.schema[name]) for name in names)


def _to_nine(column: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if not isinstance(dtype, pl.Struct):
        return column.round_sig_figs(9)
    floats = [field.name for field in dtype.fields if field.dtype == pl.Float64]
    return column.struct.with_fields(pl.field(name).round_sig_figs(9) for name in floats)


if __name__ == "__main__":
    for name, content in made().items():
        (GOLDEN / name).write_bytes(content)
