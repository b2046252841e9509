"""Security and values."""
