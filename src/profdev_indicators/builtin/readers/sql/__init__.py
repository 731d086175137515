"""Databases: one query of a source, read-only, through ADBC."""
