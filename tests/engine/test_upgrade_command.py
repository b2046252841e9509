"""``redlint upgrade``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from redlint.cli import cli

OLD = """\
import redis
import redis.asyncio

client = redis.Redis(charset="utf-8")
aclient = redis.asyncio.Redis()


def store(user, seconds):
    client.hmset(user, {"a": 1})
    client.setex(user, 60, "x")
    client.setex(user, seconds, "x")


async def close():
    await aclient.close()
"""
NEW = (
    OLD.replace('charset="utf-8"', 'encoding="utf-8"')
    .replace('hmset(user, {"a": 1})', 'hset(user, mapping={"a": 1})')
    .replace('setex(user, 60, "x")', 'set(user, "x", ex=60)')
    .replace("aclient.close()", "aclient.aclose()")
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(OLD)
    (tmp_path / "test_app.py").write_text(OLD)
    return tmp_path


def upgrade(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["upgrade", "--isolated", *arguments])


def test_rewrites_production_code_and_tests(project: Path) -> None:
    done = upgrade("--target-client", "redis>=8", str(project))
    assert done.exit_code == 0
    assert (project / "app.py").read_text() == (project / "test_app.py").read_text() == NEW
    assert "Rewrote 8 places in 2 files (RED901 4, RED902 4)" in done.stderr
    assert f"{project}/app.py:11: `setex` is deprecated by redis-py 8" in done.stderr
    assert "--unsafe-fixes" in done.stderr


def test_a_second_run_finds_nothing_to_rewrite(project: Path) -> None:
    upgrade("--target-client", "redis>=8", str(project))
    again = upgrade("--target-client", "redis>=8", str(project))
    assert again.exit_code == 0
    assert "Rewrote 0 places in 0 files" in again.stderr


def test_unsafe_fixes_leave_nothing(project: Path) -> None:
    done = upgrade("--target-client", "redis>=8", "--unsafe-fixes", str(project))
    assert "left for you" not in done.stderr
    assert 'client.set(user, "x", ex=seconds)' in (project / "app.py").read_text()


def test_diff_shows_and_writes_nothing(project: Path) -> None:
    shown = upgrade("--target-client", "redis>=8", "--diff", str(project))
    assert shown.exit_code == 1
    assert '+    client.set(user, "x", ex=60)' in shown.stdout
    assert "Would rewrite 8 places in 2 files" in shown.stderr
    assert (project / "app.py").read_text() == OLD


def test_diff_of_nothing_exits_with_0(project: Path) -> None:
    (project / "app.py").write_text(NEW)
    (project / "test_app.py").unlink()
    nothing = upgrade("--target-client", "redis>=4,<5", "--diff", str(project))
    assert (nothing.exit_code, nothing.stdout) == (0, "")


def test_the_target_decides(project: Path) -> None:
    upgrade("--target-client", "redis>=4,<5", str(project))
    assert (project / "app.py").read_text() == OLD.replace('hmset(user, {"a": 1})', 'hset(user, mapping={"a": 1})')


def test_the_server_decides(project: Path) -> None:
    upgrade("--target-server", "redis>=7.4", str(project))
    text = (project / "app.py").read_text()
    assert 'client.set(user, "x", ex=60)' in text
    assert "charset" in text


def test_wrong_targets_and_standard_input_are_refused(project: Path) -> None:
    wrong = upgrade("--target-client", "postgres>=8", str(project))
    assert wrong.exit_code == 2
    assert "target-client" in wrong.stderr
    assert upgrade("-").exit_code == 2
    assert (project / "app.py").read_text() == OLD
