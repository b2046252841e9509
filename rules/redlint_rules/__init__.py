"""The rules that come with redlint, one module per rule, grouped by family."""
