"""YAML to a district, or every problem of it at once."""

from profdev_indicators.config.load import read

__all__ = ["read"]
