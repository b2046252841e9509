"""What Redis code means: clients, calls, keys, over the whole project."""
