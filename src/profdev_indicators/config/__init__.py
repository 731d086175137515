"""YAML to a District, or every problem of it at once."""
