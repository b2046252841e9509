"""What the words of a key say about the data: that it is meant to go, to stay, or made for every event."""

from __future__ import annotations

import re

from redlint.model.pattern import Hole, KeyPattern

_EXPIRABLE = re.compile(
    r"(?:^|[^a-z])(?:cached?|caches|session|sess|token|tmp|temp|temporary|otp|lock|nonce|captcha|csrf|throttle|"
    r"ratelimit|rate_limit|rate-limit|verification|verify|reset_password|password_reset|code|idempotency|heartbeat|"
    r"presence|dedup|seen|cooldown|memo)(?:s|[^a-z]|$)",
    re.IGNORECASE,
)
_STAYS = re.compile(
    r"(?:^|[^a-z])(?:(?:last|first)[^a-z]seen|(?:zip|post|postal|area|dial|country|region|language|lang|currency|source|"
    r"byte|error|status|exit|bar|qr|colou?r|product|item|article|stock|airport|coupon|promo|promotion|discount)"
    r"[^a-z]codes?)[^a-z]?$",
    re.IGNORECASE,
)
"""Such words in data that stays all the same: when somebody was last seen, the code of a country."""
_PER_EVENT_HOLE = re.compile(
    r"(?:^|[^a-z])(?:uuid\w*|now|time|timestamp|today|date|datetime|day|hour|minute|ip|ip_addr(?:ess)?|remote_addr|"
    r"request|req|session_?id|token|nonce|user_?id|uid|visitor|client_ip)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_LOCK = re.compile(r"lock(?!ed_out|out)|mutex|semaphore|lease|leader|exclusive", re.IGNORECASE)
_SETTING = re.compile(
    r"(?:^|[^a-z])(?:config\w*|settings?|schema\w*|version|hash|meta\w*|index|state|mode|flags?|feature\w*|status|"
    r"registry|definition|permissions?|preferences?|profile|counter|count|total|route\w*|migration\w*)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_MOMENT_HOLE = re.compile(
    r"(?:^|[^a-z])(?:uuid\w*|now|time|timestamp|today|date|datetime|strftime|day|hour|minute|nonce|request_?id|"
    r"ip|ip_addr(?:ess)?|remote_addr|client_ip)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_ONE_OF_MANY = re.compile(
    r"(?:^|[^a-z])(?:id|ids|pk|uuid\w*|now|time|timestamp|strftime|ip|ip_addr(?:ess)?|remote_addr|url|token|nonce|"
    r"users?|user_?name|visitor|member|player|customer|account|client|e?mail|session|request|order|message)(?:[^a-z]|$)",
    re.IGNORECASE,
)
_UNIQUE = re.compile(
    r"(?:^|[^a-z])(?:uuid\w*|now|utcnow|time(?!\.strf)|time_ns|timestamp|nonce|request_?id)(?:[^a-z]|$)", re.IGNORECASE
)
_PER_USER_HOLE = re.compile(r"(?:^|[^a-z])(?:user_?id|uid|visitor)(?:[^a-z]|$)", re.IGNORECASE)
_RATE = re.compile(
    r"(?:^|[^a-z])(?:throttled?|rate[_-]?limit\w*|limiter|attempts?|tries|retries|failures?|failed|cooldown|flood|"
    r"requests?)(?:[^a-z]|$)",
    re.IGNORECASE,
)


def names_lock(text: str) -> bool:
    """Whether a name is that of a lock: of a key, a variable or a function."""
    return _LOCK.search(text) is not None


def expirable_word(text: str) -> str:
    """The word of a pattern that says that its data is meant to go (cache, session, token); empty without one."""
    found = (one for one in _EXPIRABLE.finditer(text) if not _STAYS.search(text[: one.end()]))
    match = next(found, None)
    return match.group().strip(":_-. {}/") if match is not None else ""


def rate_word(text: str) -> str:
    """The word of a pattern that says that a counter limits how often something may happen; empty without one."""
    match = _RATE.search(text)
    return match.group().strip(":_-. {}/") if match is not None else ""


def names_setting(text: str) -> bool:
    """Whether a word says that the key holds settings or state of the program, of which there are few."""
    return _SETTING.search(text) is not None


def event_hole(pattern: KeyPattern) -> Hole | None:
    """The first hole that is filled anew for every user, request or moment, by its name."""
    return next((hole for hole in pattern.holes if not hole.fixed and _PER_EVENT_HOLE.search(hole.name)), None)


def passing_hole(pattern: KeyPattern) -> Hole | None:
    """The first hole that is filled anew for every session, request or moment; users stay, and so may their data."""
    hole = event_hole(pattern)
    return None if hole is None or _PER_USER_HOLE.search(hole.name) else hole


def moment_hole(pattern: KeyPattern) -> Hole | None:
    """The first hole that has a value that never comes back: a time, a UUID, an address."""
    return next((hole for hole in pattern.holes if not hole.fixed and _MOMENT_HOLE.search(hole.name)), None)


def names_unique(text: str) -> bool:
    """Whether an expression is a time or a UUID by its words: a value that does not come back."""
    return _UNIQUE.search(text) is not None


def names_one_of_many(text: str) -> bool:
    """Whether an expression is one of the things there are ever more of by its words: an id, a user, a time."""
    return _ONE_OF_MANY.search(text) is not None
