"""Without the plugin and Spark there is nothing to test: `make test-spark` has both."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore_glob = [] if find_spec("profdev_spark") and find_spec("pyspark") else ["test_*.py"]
