"""The proofs of safe fixes, once more with the other versions of redis-py that projects use.

Each version is fetched once into the environment that the tests run in, and found first by a process of its own that
runs the proofs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import pytest

VERSIONS: Final = ("5.2.1", "6.4.0", "7.4.1")
"""One of each major version that projects use beside the one that is installed."""

CHECKOUT: Final = Path(__file__).parents[2]
PROOFS: Final = ("tests/rules/test_fix_proofs.py", "tests/rules/test_rewrite_proofs.py")
_FETCHED = Path(sys.prefix) / "redis-py"


def fetched(version: str) -> Path:
    """The directory with a version of redis-py; several processes may ask at the same time."""
    directory = _FETCHED / version
    if directory.is_dir():
        return directory
    _FETCHED.mkdir(exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=_FETCHED, prefix=f".{version}-"))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    done = subprocess.run(
        [*command, "--target", str(work / "here"), f"redis=={version}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"redis-py {version} could not be fetched from PyPI: {done.stderr}"
    try:
        (work / "here").rename(directory)
    except OSError:
        assert directory.is_dir()  # another process was faster
    shutil.rmtree(work)
    return directory


@pytest.mark.parametrize("version", VERSIONS)
def test_safe_fixes_hold_with_other_versions_of_the_client(version: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(fetched(version)), "PYTEST_ADDOPTS": ""}
    code = "import redis; print(redis.__version__)"
    seen = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == version
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-m",
        "proves",
        *PROOFS,
    ]
    done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    summary = done.stdout.splitlines()[-1]
    assert " passed" in summary, done.stdout
    assert "skipped" not in summary, done.stdout
