"""The language server in a real Neovim, without a screen."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DRIVER = Path(__file__).with_name("neovim.lua")
NEOVIM = shutil.which("nvim")
CODE = """import redis

client = redis.Redis(socket_timeout=5)


def names():
    return client.keys("user:*")
"""
FIXED = CODE.replace('client.keys("user:*")', 'list(client.scan_iter(match="user:*", count=1000))')


@pytest.mark.skipif(
    NEOVIM is None,
    reason="issue 6: NEOVIM IS NOT INSTALLED, the server was not tried in an editor (apt-get install neovim)",
)
def test_neovim_shows_a_finding_applies_its_fix_and_saves(tmp_path: Path) -> None:
    assert NEOVIM is not None
    (tmp_path / "pyproject.toml").write_text("")
    (tmp_path / "app.py").write_text(CODE)
    environment = {
        **os.environ,
        "REDLINT_SERVER": f"{sys.executable} -m redlint server",
        "REDLINT_ACTION": "scan_iter",
        "XDG_STATE_HOME": str(tmp_path / "state"),
    }
    command = [NEOVIM, "--headless", "-u", "NONE", "-i", "NONE", "-n", "app.py", "-c", f"luafile {DRIVER}"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    steps = [json.loads(row) for row in done.stdout.splitlines() if row.startswith("{")]
    assert done.returncode == 0, done.stdout + done.stderr
    told = {step["step"]: step["value"] for step in steps}
    (finding,) = told["diagnostics"]
    assert (finding["row"], finding["column"], finding["code"]) == (7, 12, "RED101")
    assert any("scan_iter" in title and "unsafe" in title for title in told["actions"])
    assert told["saved"] == []
    assert (tmp_path / "app.py").read_text() == FIXED
