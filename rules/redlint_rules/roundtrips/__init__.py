"""Round trips and pipelines."""
