"""RED9: versions, and what different places do to one key."""
