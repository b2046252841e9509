"""redlint, a static linter for Redis usage in Python code."""

__version__ = "0.1.0"
