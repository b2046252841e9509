"""Messaging and scripts."""
