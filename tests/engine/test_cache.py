"""The cache of facts: right whatever happens to its files."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import hypothesmith
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from redlint import generation
from redlint.cache import FactsCache
from redlint.cache_database import MAX_BYTES, remove
from redlint.errors import SourceSyntaxError
from redlint.model.collect import collect
from redlint.model.facts import ModuleFacts

CHECKOUT = Path(__file__).parents[2]
TEXT = "import redis\n\nclient = redis.Redis()\nclient.get('a')\n"
OTHER = TEXT.replace("get", "set")


class Collector:
    """Collects, and counts how often."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def __call__(self, text: str) -> ModuleFacts:
        self.texts.append(text)
        return collect(text)


@pytest.fixture
def collector() -> Collector:
    return Collector()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / ".redlint_cache"


def _run(directory: Path, collector: Collector, *texts: str, max_bytes: int = MAX_BYTES) -> str:
    """One run over some texts; what went wrong with the cache."""
    with FactsCache(directory, collector, max_bytes=max_bytes) as kept:
        for text in texts:
            assert kept.facts(text) == collect(text)
    return kept.problem


def test_collects_each_text_once(directory: Path, collector: Collector) -> None:
    _run(directory, collector, TEXT)
    _run(directory, collector, TEXT, OTHER)
    _run(directory, collector, OTHER, TEXT)
    assert collector.texts == [TEXT, OTHER]


def test_the_directory_keeps_itself_out_of_git(directory: Path, collector: Collector) -> None:
    _run(directory, collector, TEXT)
    assert (directory / ".gitignore").read_text().endswith("*\n")


def test_errors_are_not_kept(directory: Path) -> None:
    with FactsCache(directory, collect) as kept:
        for _ in range(2):
            with pytest.raises(SourceSyntaxError):
                kept.facts("def (\n")


def test_other_code_that_collects_has_other_facts(
    directory: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(directory, collector, TEXT)
    monkeypatch.setattr(generation, "_prefix", lambda: b"next")
    _run(directory, collector, TEXT)
    assert collector.texts == [TEXT, TEXT]


@given(text=hypothesmith.from_grammar())
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_facts_come_back_as_they_were(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    try:
        expected = collect(text)
    except SourceSyntaxError:
        return
    directory = tmp_path_factory.mktemp("kept")
    for _ in range(2):
        with FactsCache(directory, collect) as kept:
            assert kept.facts(text) == expected


def _objects(facts: ModuleFacts) -> list[int]:
    """Which objects the facts are made of, in order: equal numbers are one object."""
    numbers: dict[int, int] = {}
    found: list[int] = []

    def visit(value: object) -> None:
        if isinstance(value, tuple):
            for item in value:
                visit(item)
        elif isinstance(value, msgspec.Struct):
            found.append(numbers.setdefault(id(value), len(numbers)))
            for name in value.__struct_fields__:
                visit(getattr(value, name))

    visit(facts)
    return found


@pytest.mark.parametrize("path", sorted((CHECKOUT / "linter" / "redlint").glob("*.py")), ids=lambda path: path.stem)
def test_what_was_one_object_is_one_object(path: Path, directory: Path) -> None:
    """A call site is the same object as the call in the expression around it: linking knows it by that."""
    text = path.read_text(encoding="utf-8")
    for _ in range(2):
        with FactsCache(directory, collect) as kept:
            assert _objects(kept.facts(text)) == _objects(collect(text))
    assert kept.hits == 1


def test_findings_are_the_same_with_kept_facts(tmp_path: Path) -> None:
    shutil.copytree(CHECKOUT / "fixtures", tmp_path / "shop")
    command = [sys.executable, "-m", "redlint", "check", "--preview", "--output-format=json", "shop"]
    (tmp_path / "pyproject.toml").write_text("")
    found = [
        subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, check=False).stdout
        for options in (["--no-cache"], [], [])
    ]
    assert len(found[0]) > 100_000
    assert found[1] == found[0]
    assert found[2] == found[0]


@pytest.mark.parametrize("text", ["x = 123456789012345678901234567890\n", 'x = "\\ud800"\n', "x = 1e999\n"])
def test_constants_of_any_kind(text: str, directory: Path, collector: Collector) -> None:
    assert _run(directory, collector, text, text) == ""


# --- damage -----------------------------------------------------------------------------------------------


def _database(directory: Path) -> Path:
    return directory / "facts.db"


def _garbage(directory: Path) -> None:
    _database(directory).write_bytes(b"no database at all" * 1000)


def _cut(directory: Path) -> None:
    content = _database(directory).read_bytes()
    _database(directory).write_bytes(content[: len(content) // 2])


def _overwritten(directory: Path) -> None:
    content = bytearray(_database(directory).read_bytes())
    content[200:-200] = b"\xff" * (len(content) - 400)
    _database(directory).write_bytes(content)


def _foreign(directory: Path) -> None:
    _database(directory).unlink()
    with sqlite3.connect(_database(directory)) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")
    database.close()


def _swapped_rows(directory: Path) -> None:
    with sqlite3.connect(_database(directory)) as database:
        database.execute("UPDATE facts SET content = ?", (b"\x00",))
    database.close()


def _emptied(directory: Path) -> None:
    _database(directory).write_bytes(b"")


@pytest.mark.parametrize("damage", [_garbage, _cut, _overwritten, _foreign, _swapped_rows, _emptied])
def test_a_damaged_database_costs_time_only(directory: Path, collector: Collector, damage: object) -> None:
    assert callable(damage)
    _run(directory, collector, TEXT)
    damage(directory)
    assert _run(directory, collector, TEXT) == ""
    assert _run(directory, collector, TEXT) == ""
    assert collector.texts == [TEXT, TEXT]


def test_a_file_in_the_place_of_the_directory(directory: Path, collector: Collector) -> None:
    directory.write_text("mine")
    assert "exists" in _run(directory, collector, TEXT, OTHER)
    assert directory.read_text() == "mine"


def test_a_directory_in_the_place_of_the_database(directory: Path, collector: Collector) -> None:
    _database(directory).mkdir(parents=True)
    assert _run(directory, collector, TEXT)


FULL = """
import resource, sys
from pathlib import Path
from redlint.cache import FactsCache
from redlint.model.collect import collect
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
texts = [f"name_{n} = {n}\\n" * 2000 for n in range(20)]
with FactsCache(Path(sys.argv[1]), collect) as kept:
    kept.facts("x = 1\\n")
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
with FactsCache(Path(sys.argv[1]), collect) as kept:
    assert all(kept.facts(text) == collect(text) for text in texts)
assert kept.problem
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits for file sizes")
def test_no_room_left(directory: Path, collector: Collector) -> None:
    """A limit for the size of files fails the same writes as a full disk."""
    done = subprocess.run([sys.executable, "-c", FULL, str(directory)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert _run(directory, collector, TEXT, TEXT) == ""


# --- other runs -------------------------------------------------------------------------------------------

WRITER = """
import sys
from pathlib import Path
from redlint.cache import FactsCache
from redlint.model.collect import collect
texts = [f"name_{n} = {n}\\n" * 200 for n in range(int(sys.argv[2]), int(sys.argv[2]) + 30)]
while True:
    with FactsCache(Path(sys.argv[1]), collect) as kept:
        for text in texts:
            assert kept.facts(text) == collect(text)
    print(len(texts), flush=True)
    if sys.argv[3] == "once":
        break
    texts = [text + "\\n" for text in texts]
"""


def _writer(directory: Path, first: int, how_often: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(directory), str(first), how_often]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_runs_at_the_same_time(directory: Path, collector: Collector) -> None:
    runs = [_writer(directory, number * 10, "once") for number in range(4)]
    for run in runs:
        _, errors = run.communicate(timeout=60)
        assert run.returncode == 0, errors
    texts = [f"name_{number} = {number}\n" * 200 for number in range(60)]
    assert _run(directory, collector, *texts) == ""
    assert collector.texts == []


def test_a_killed_run_leaves_a_good_database(directory: Path, collector: Collector) -> None:
    run = _writer(directory, 0, "ever")
    assert run.stdout is not None
    try:
        for _ in range(3):
            assert run.stdout.readline() == "30\n"
        time.sleep(0.05)
    finally:
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
    texts = [f"name_{number} = {number}\n" * 200 for number in range(30)]
    assert _run(directory, collector, *texts) == ""
    assert collector.texts == []


@pytest.fixture
def locked(directory: Path, collector: Collector) -> Iterator[None]:
    """Another process that writes and does not end."""
    _run(directory, collector, TEXT)
    database = sqlite3.connect(_database(directory), isolation_level=None)
    database.execute("BEGIN IMMEDIATE")
    yield
    database.close()


@pytest.mark.usefixtures("locked")
def test_a_run_that_cannot_write_still_reads(directory: Path, collector: Collector) -> None:
    assert "locked" in _run(directory, collector, TEXT, OTHER)
    assert collector.texts == [TEXT, OTHER]


# --- size -------------------------------------------------------------------------------------------------


def test_what_was_not_used_for_longest_goes_first(
    directory: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [textwrap.dedent(f"def f{n}(x):\n    return client.get('{n}', x)\n") * 300 for n in range(40)]
    today = time.time()
    for day, text in enumerate(texts):
        monkeypatch.setattr(time, "time", lambda day=day: today + day * 86_400)
        _run(directory, collector, text, texts[0])
    size = _database(directory).stat().st_size
    monkeypatch.setattr(time, "time", lambda: today + 40 * 86_400)
    _run(directory, collector, TEXT, max_bytes=size // 2)
    assert _database(directory).stat().st_size <= size // 2
    collector.texts.clear()
    _run(directory, collector, *texts)
    assert 10 <= len(collector.texts) < 40
    assert texts[0] not in collector.texts
    assert texts[-1] not in collector.texts
    assert collector.texts == texts[1 : 1 + len(collector.texts)]


# --- removing ---------------------------------------------------------------------------------------------


def test_removing(directory: Path, collector: Collector) -> None:
    _run(directory, collector, TEXT)
    assert remove(directory)
    assert not directory.exists()
    assert not remove(directory)


def test_removing_leaves_what_is_not_ours(directory: Path, collector: Collector) -> None:
    _run(directory, collector, TEXT)
    (directory / "notes").write_text("mine")
    assert remove(directory)
    assert [path.name for path in directory.iterdir()] == ["notes"]
