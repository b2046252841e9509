"""Whatever lies in a project, a run ends soon, in bounded memory, with a diagnostic where one is due."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
from pathlib import Path

import pytest

KEYS = b"import redis\n\nredis.Redis(socket_timeout=5).keys('a*')\n"
HEAD = b"import redis\n\n"

PATIENCE = 120
"""Seconds after which a run counts as endless."""

MEMORY = 3 << 30
"""Bytes of address space that a run may have."""


def lint(directory: Path, *arguments: str) -> tuple[set[tuple[str, str]], subprocess.CompletedProcess[bytes]]:
    """The paths and codes that were found."""
    found = subprocess.run(
        [sys.executable, "-m", "redlint", "check", "--isolated", "--no-cache", "--output-format", "json", *arguments],
        cwd=directory,
        capture_output=True,
        check=False,
        timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
    )
    assert b"Traceback" not in found.stderr, found.stderr
    assert found.returncode in (0, 1), found.stderr
    return {(one["filename"], one["code"]) for one in json.loads(found.stdout)}, found


def nested(opening: str, closing: str, depth: int) -> bytes:
    return HEAD + b"x = " + opening.encode() * depth + b"1" + closing.encode() * depth + b"\n"


INPUTS = {
    "brackets": (nested("(", ")", 10_000), "RED001"),
    "lists": (nested("[", "]", 10_000), "RED001"),
    "never closed": (HEAD + b"(" * 100_000, "RED001"),
    "calls in a row": (HEAD + b"x = redis.Redis()" + b".pipeline()" * 1_500 + b"\n", None),
    "attributes in a row": (HEAD + b"x = a" + b".b" * 3_000 + b"\n", None),
    "not not": (HEAD + b"x = " + b"not " * 3_000 + b"1\n", None),
    "minus minus": (HEAD + b"x = " + b"-" * 5_000 + b"1\n", None),
    "sums": (HEAD + b"x = " + b"1 + " * 3_000 + b"1\n", None),
    "lambdas": (HEAD + b"x = " + b"lambda: " * 2_500 + b"1\n", None),
    "if in if": (HEAD + b"".join(b" " * n + b"if a:\n" for n in range(150)) + b" " * 150 + b"a\n", None),
    "else if": (HEAD + b"if a:\n    b\n" + b"elif a:\n    b\n" * 5_000, None),
    "many definitions": (HEAD + b"".join(b"def f%d(a):\n  return a\n" % n for n in range(20_000)), None),
    "many names of one": (HEAD + b"x = 'a'\n" + b"x = x + 'b'\n" * 2_000 + b"redis.Redis().get(x)\n", None),
    "one long line": (HEAD + b"x = '" + b"a" * 9_000_000 + b"'\n", None),
    "one long comment": (HEAD + b"#" + b"a" * 9_000_000 + b"\n", None),
    "too large": (HEAD + b"x = '" + b"a" * 100_000_000 + b"'\n", "RED002"),
    "null bytes": (HEAD + b"x = '\0'\n", None),
    "only null bytes": (HEAD + b"\0" * 100_000, None),
    "not UTF-8": (HEAD + b"x = '\xff\xfe'\n", "RED002"),
    "unknown encoding": (b"# coding: klingon\n" + HEAD, "RED002"),
    "lone carriage returns": (KEYS.replace(b"\n", b"\r"), "RED101"),
    "form feeds": (KEYS.replace(b"\n\n", b"\n\x0c\n"), "RED101"),
    "byte order mark": (b"\xef\xbb\xbf" + KEYS, "RED101"),
    "no newline at the end": (KEYS.rstrip(), "RED101"),
    "surrogate in a string": (HEAD + b"x = '\\ud800'\nredis.Redis().get(x)\n", None),
    "huge number": (HEAD + b"x = 1" + b"0" * 100_000 + b"\nredis.Redis().expire('a', x)\n", None),
}


@pytest.mark.parametrize("name", INPUTS)
def test_one_file(name: str, tmp_path: Path) -> None:
    content, expected = INPUTS[name]
    (tmp_path / "a.py").write_bytes(content)
    (tmp_path / "b.py").write_bytes(KEYS)
    codes, _ = lint(tmp_path, "a.py", "b.py")
    assert ("b.py", "RED101") in codes
    if expected is not None:
        assert ("a.py", expected) in codes


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_bytes(KEYS)
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "directory.py").mkdir()
    (tmp_path / "loop.py").symlink_to("loop.py")
    (tmp_path / "circle").symlink_to(".")
    (tmp_path / "zero.py").symlink_to("/dev/zero")
    (tmp_path / "gone.py").symlink_to("nowhere.py")
    codes, _ = lint(tmp_path, ".")
    assert ("b.py", "RED101") in codes
    named, _ = lint(tmp_path, "/dev/zero", "pipe.py", "b.py")
    assert {code for path, code in named if path != "b.py"} == {"RED002"}


def test_names_that_are_no_text(tmp_path: Path) -> None:
    name = b"\xff\xfe.py"
    with open(os.path.join(os.fsencode(tmp_path), name), "wb") as file:  # noqa: PTH118, PTH123 - a name of bytes
        file.write(KEYS)
    codes, _ = lint(tmp_path, ".")
    assert {code for _, code in codes} == {"RED101"}


def test_files_that_come_and_go(tmp_path: Path) -> None:
    """Files are written, cut off and removed while a run reads them."""
    (tmp_path / "b.py").write_bytes(KEYS)
    over = threading.Event()

    def disturb() -> None:
        number = 0
        while not over.is_set():
            path = tmp_path / f"m{number % 20}.py"
            path.write_bytes(KEYS * (number % 50) + b"x = (")
            (tmp_path / f"m{(number + 7) % 20}.py").unlink(missing_ok=True)
            number += 1

    thread = threading.Thread(target=disturb)
    thread.start()
    try:
        for _ in range(3):
            codes, _ = lint(tmp_path, ".")
            assert ("b.py", "RED101") in codes
            assert {code for path, code in codes if path != "b.py"} <= {"RED001", "RED002", "RED101"}
    finally:
        over.set()
        thread.join()
