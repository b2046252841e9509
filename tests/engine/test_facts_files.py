"""Facts in files: shards make up the project, and what is wrong with a file costs time or is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from redlint import facts_files
from redlint.collecting import Collector
from redlint.errors import RedlintError
from redlint.facts_files import GivenFacts, read_facts, write_facts
from redlint.generation import Generation, facts_key
from redlint.model.collect import collect
from redlint.model.facts import ModuleFacts
from redlint.shards import shards_of

FIXTURES = Path(__file__).parents[2] / "fixtures"
REDLINT = str(Path(sys.executable).with_name("redlint"))
TEXTS = ("import redis\n\nredis.Redis().get('a')\n", "x = 1\n", "y = 'ä'\n")


def _fail(problem: str) -> None:
    pytest.fail(problem)


def _never(text: str) -> ModuleFacts:
    pytest.fail(f"collected: {text}")


def _written(path: Path, *texts: str) -> str:
    write_facts(str(path), ((text, collect(text)) for text in texts))
    return str(path)


def test_what_was_written_need_not_be_collected(tmp_path: Path) -> None:
    one, two = _written(tmp_path / "1.facts", TEXTS[0]), _written(tmp_path / "2.facts", *TEXTS[1:])
    for paths in ((one, two), (str(tmp_path),)):
        known = GivenFacts(read_facts(paths, _fail), _never)
        assert [known.facts(text) for text in TEXTS] == [collect(text) for text in TEXTS]
        assert list(known.missing((*TEXTS, "z = 1\n"))) == ["z = 1\n"]


def test_the_same_facts_make_the_same_file(tmp_path: Path) -> None:
    _written(tmp_path / "1", *TEXTS)
    _written(tmp_path / "2", *reversed(TEXTS))
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()


def test_another_generation_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(facts_files, "this_generation", lambda: Generation("9.9.9", "3.99.0", "1", "0" * 32))
        path = _written(tmp_path / "old.facts", *TEXTS)
    warned: list[str] = []
    assert read_facts((path,), warned.append) == {}
    assert len(warned) == 1
    assert "old.facts: made by redlint 9.9.9" in warned[0]


@pytest.mark.parametrize("content", [b"", b"x = 1\n", b"redlint facts\n", b"redlint facts\n\x81\xa1a\x01"])
def test_files_of_another_kind(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "wrong").write_bytes(content)
    with pytest.raises(RedlintError, match=r"wrong: (not a file of `redlint facts`|damaged, or cut off)"):
        read_facts((str(tmp_path / "wrong"),), _fail)


def test_every_cut_is_noticed(tmp_path: Path) -> None:
    whole = Path(_written(tmp_path / "whole", TEXTS[1])).read_bytes()
    for size in range(len(whole)):
        (tmp_path / "cut").write_bytes(whole[:size])
        with pytest.raises(RedlintError, match="cut"):
            read_facts((str(tmp_path / "cut"),), _fail)


@pytest.mark.parametrize("damage", [b"", b"damaged", msgspec.msgpack.encode({})])
def test_damaged_facts_are_collected(damage: bytes) -> None:
    assert GivenFacts({facts_key(TEXTS[0]): damage}, collect).facts(TEXTS[0]) == collect(TEXTS[0])


def test_missing_files_and_empty_directories(tmp_path: Path) -> None:
    with pytest.raises(RedlintError, match="cannot be read"):
        read_facts((str(tmp_path / "none.facts"),), _fail)
    with pytest.raises(RedlintError, match="holds no file"):
        read_facts((str(tmp_path),), _fail)


@given(texts=st.sets(st.text(max_size=30)), count=st.integers(1, 8), data=st.data())
def test_shards_are_a_partition_whatever_the_order(texts: set[str], count: int, data: st.DataObject) -> None:
    parts = shards_of(texts, count)
    assert len(parts) == count
    assert sorted(text for part in parts for text in part) == sorted(texts)
    assert shards_of(data.draw(st.permutations(sorted(texts))), count) == parts
    loads = [sum(map(len, part)) for part in parts]
    assert max(loads) - min(loads) <= max(map(len, texts), default=0)


# --- the commands -----------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Path:
    directory = tmp_path / "project"
    directory.mkdir()
    for path in sorted((FIXTURES / "locks").glob("*.py")):
        (directory / path.name).write_bytes(path.read_bytes())
    (directory / "apart.py").write_text("print('nothing of interest')\n")
    (directory / "wrong.py").write_text("import redis\ndef (\n")
    return directory


def _redlint(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [REDLINT, *arguments]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=100)


CHECK = ("check", "--isolated", "--no-cache", "--output-format", "concise")


@pytest.mark.parametrize("further", [(), ("--no-gate",)])
def test_shards_merge(further: tuple[str, ...], project: Path) -> None:
    alone = _redlint(project, *CHECK)
    assert alone.returncode == 1
    for number in (1, 2, 3):
        made = _redlint(project, "facts", "--isolated", *further, "--shard", f"{number}/3", "-o", f"../{number}.facts")
        assert made.returncode == 0, made.stderr
        assert "facts of" in made.stderr
    given = [argument for number in (1, 2, 3) for argument in ("--facts", f"../{number}.facts")]
    for options in (given, given[:2], ["--facts", ".."]):
        merged = _redlint(project, *CHECK, *options)
        assert (merged.returncode, merged.stdout, merged.stderr) == (alone.returncode, alone.stdout, alone.stderr)


def test_all_that_passes_the_gate_is_in_the_files(project: Path) -> None:
    _redlint(project, "facts", "--isolated", "-o", "../all.facts")
    contents = read_facts((str(project.parent / "all.facts"),), _fail)
    texts = {path.name: path.read_text() for path in project.glob("*.py")}
    assert {name for name, text in texts.items() if facts_key(text) not in contents} == {"apart.py", "wrong.py"}


@pytest.mark.parametrize("wrong", ["0/1", "2/1", "1", "a/b", "1/0", "-1/2", "1/2/3"])
def test_wrong_shards(wrong: str, project: Path) -> None:
    made = _redlint(project, "facts", f"--shard={wrong}", "-o", "x.facts")
    assert made.returncode == 2
    assert "is not I/N" in made.stderr
    assert not (project / "x.facts").exists()


def test_one_option_for_several_files(project: Path) -> None:
    asked = _redlint(project, *CHECK, "--facts", "a.facts", "b.facts")
    assert asked.returncode == 2
    assert "repeat it for each file" in asked.stderr


def test_a_facts_file_that_is_none(project: Path) -> None:
    asked = _redlint(project, *CHECK, "--facts", "wrong.py")
    assert asked.returncode == 2
    assert "wrong.py: not a file of `redlint facts`" in asked.stderr


def test_an_output_that_cannot_be_written(project: Path) -> None:
    made = _redlint(project, "facts", "--isolated", "-o", "no/such/directory.facts")
    assert made.returncode == 2
    assert "cannot be written" in made.stderr


def test_facts_given_are_not_prepared() -> None:
    collector = Collector(1)
    known = GivenFacts({}, collector)
    assert list(known.missing(TEXTS)) == list(TEXTS)
