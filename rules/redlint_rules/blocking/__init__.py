"""Commands that stall a single-threaded server."""
