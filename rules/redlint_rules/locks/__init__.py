"""Locks and races."""
