"""Cases: what a methodologist expects of a configuration, written in YAML in Russian, and their runner.

A file is a list of cases::

    - случай: Молчание не ноль
      период: "2022"
      дано:
        school-1: {n_ped: 10, n_diag: 4}
      ожидается:
        "1.1": {school-1: 40, school-2: нет данных, район: 40}
"""

from __future__ import annotations

from profdev_indicators.cases.model import Case, Failure
from profdev_indicators.cases.reading import read_cases
from profdev_indicators.cases.running import run_case

__all__ = ["Case", "Failure", "read_cases", "run_case"]
