"""The hash slot of a key, as the Redis cluster specification defines it.

Source: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/ (key distribution model).
"""

from __future__ import annotations

import binascii
from typing import Final

SLOT_COUNT: Final = 16384
"""Number of hash slots of every cluster; slots are numbered from 0."""


def hashed_part(key: bytes) -> bytes:
    """The bytes of a key that decide its slot: its hash tag where it has one, else all of it.

    The tag stands between the first ``{`` and the first ``}`` after it; an empty one does not count.
    """
    _, opening, rest = key.partition(b"{")
    tag, closing, _ = rest.partition(b"}")
    return tag if opening and closing and tag else key


def hash_slot(key: bytes) -> int:
    """The cluster slot (0 to 16383) of a key: CRC16/XMODEM of its hashed part, modulo the slot count."""
    return binascii.crc_hqx(hashed_part(key), 0) % SLOT_COUNT
