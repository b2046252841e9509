"""What the words of keys and elements say about the data."""

from __future__ import annotations

import pytest

from redlint.model.key_words import (
    event_hole,
    expirable_word,
    moment_hole,
    names_one_of_many,
    names_setting,
    names_unique,
    passing_hole,
    rate_word,
)
from redlint.model.pattern import Hole, KeyPattern

WORDS = {
    "cache:{}": "cache",
    "user:{}:session": "session",
    "sessions:{}": "sessions",
    "app.otp.{}": "otp",
    "rate_limit:{}": "rate_limit",
    "csrf_token:{}": "csrf",
    "{}-lock": "lock",
}
NO_WORDS = ("user:{}", "cacher:{}", "stockings:{}", "encoded:{}", "obsession:{}", "attempt:{}", "")


@pytest.mark.parametrize(("text", "word"), WORDS.items(), ids=WORDS.keys())
def test_words_of_data_that_is_meant_to_go(text: str, word: str) -> None:
    assert expirable_word(text) == word


@pytest.mark.parametrize("text", NO_WORDS)
def test_parts_of_longer_words_say_nothing(text: str) -> None:
    assert expirable_word(text) == ""


@pytest.mark.parametrize("text", ["last_seen:{}", "user:{}:first-seen", "country_code:{}", "zip:code:{}"])
def test_words_before_say_that_the_data_stays(text: str) -> None:
    assert expirable_word(text) == ""


@pytest.mark.parametrize(
    ("text", "word"),
    {"seen:{}": "seen", "login-code:{}": "code", "product:cache:{}": "cache", "{}:last:session": "session"}.items(),
)
def test_only_the_word_before_counts(text: str, word: str) -> None:
    assert expirable_word(text) == word


@pytest.mark.parametrize("text", ["app:config", "config_{}", "{}:settings", "user:{}:profile", "total:{}"])
def test_words_of_settings(text: str) -> None:
    assert names_setting(text)


@pytest.mark.parametrize("text", ["cart:{}", "reconfigured:{}", "totals-of:{}", ""])
def test_other_words_are_no_settings(text: str) -> None:
    assert not names_setting(text)


HOLES = {
    "user_id": (True, False),
    "request.user_id": (True, False),
    "uuid.uuid4()": (True, True),
    "time.time()": (True, True),
    "client_ip": (True, True),
    "day": (True, True),
    "token": (True, False),
    "name": (False, False),
    "timeout": (False, False),
    "recipe": (False, False),
    "holiday": (False, False),
}


@pytest.mark.parametrize(("name", "expected"), HOLES.items(), ids=HOLES.keys())
def test_holes_per_event_and_per_moment(name: str, expected: tuple[bool, bool]) -> None:
    pattern = KeyPattern.of("k:", Hole(name))
    assert (event_hole(pattern) is not None, moment_hole(pattern) is not None) == expected


def test_a_hole_that_stays_the_same_is_no_event() -> None:
    pattern = KeyPattern.of("k:", Hole("self.user_id", fixed=True), ":", Hole("STARTED.time", fixed=True))
    assert event_hole(pattern) is None
    assert moment_hole(pattern) is None


@pytest.mark.parametrize(
    "text", ["user_id", "*[job.id for job in jobs]", "{visitor", "str(uuid.uuid4())", "address.ip"]
)
def test_elements_there_are_ever_more_of(text: str) -> None:
    assert names_one_of_many(text)


@pytest.mark.parametrize("text", ["queue_name", "self.project_name", "zadd_mapping", "video", "width", "'fixed'", ""])
def test_elements_there_are_few_of(text: str) -> None:
    assert not names_one_of_many(text)


@pytest.mark.parametrize("text", ["throttle:{}", "rate-limit:{}", "ratelimiter:{}", "login_attempts:{}", "failed:{}"])
def test_words_of_rate_limits(text: str) -> None:
    assert rate_word(text)


@pytest.mark.parametrize("text", ["status:code:{}", "seen:{}", "sold:{}", "entries:{}", "rate:{}", ""])
def test_other_counters_are_no_rate_limits(text: str) -> None:
    assert not rate_word(text)


@pytest.mark.parametrize("text", ["str(uuid.uuid4())", "time.time()", "datetime.utcnow()", "event.timestamp"])
def test_values_that_do_not_come_back(text: str) -> None:
    assert names_unique(text)


@pytest.mark.parametrize("text", ["day", "client_ip", "d.date", 'time.strftime("%d")', "user_id", "timeout"])
def test_values_that_come_back(text: str) -> None:
    assert not names_unique(text)


def test_data_of_users_does_not_pass() -> None:
    assert passing_hole(KeyPattern.of("k:", Hole("user_id"))) is None
    assert passing_hole(KeyPattern.of("k:", Hole("session_id"))) == Hole("session_id")
    assert passing_hole(KeyPattern.of("k:", Hole("name"))) is None
