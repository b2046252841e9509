"""Expiry and memory."""
