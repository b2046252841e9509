"""Applying fixes, and writing what comes of it."""

from __future__ import annotations

import codecs
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redlint.config import Config
from redlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Span
from redlint.fix import FixOutcome, apply_edits, fix_files, unified_diff, write_changes
from redlint.model.files import ProjectFiles
from redlint.rule import ProjectModel, RedisCall, Rule

HEAD: Final = "import redis\nc = redis.Redis()\n"


class _ReplacingRule(Rule):
    """A rule for these tests: reports each call, and replaces text in it by other text."""

    code = "TST001"
    since = "0.1"
    message = "No"
    help = "Do"
    method = ""
    edits: Callable[[RedisCall], tuple[Edit, ...]]
    applicability = Applicability.SAFE

    def check_call(self, call: RedisCall, project: ProjectModel) -> Iterator[Diagnostic]:
        if call.method == self.method:
            fix = Fix(self.applicability, "Replace it", type(self).edits(call))
            yield self.diagnostic(call.path, call.span, confidence=call.client.confidence, fix=fix)


def replacing(
    method: str,
    edits: Callable[[RedisCall], tuple[Edit, ...]],
    *,
    code: str = "TST001",
    applicability: Applicability = Applicability.SAFE,
) -> Rule:
    members = {
        "code": code,
        "method": method,
        "edits": staticmethod(edits),
        "applicability": applicability,
    }
    rule: Rule = type(f"Replace{code.title()}", (_ReplacingRule,), members)()
    return rule


def renaming(
    method: str, name: str, *, code: str = "TST001", applicability: Applicability = Applicability.SAFE
) -> Rule:
    return replacing(method, lambda call: (Edit(call.method_span, name),), code=code, applicability=applicability)


def fixed(*rules: Rule, unsafe: bool = False, **contents: str | bytes) -> FixOutcome:
    overlay = {
        f"{name}.py": content.encode() if isinstance(content, str) else content for name, content in contents.items()
    }
    files = ProjectFiles(lint=tuple(sorted(overlay)), overlay=overlay)
    return fix_files(files, Config(root="/"), rules, unsafe=unsafe)


def test_fixes_and_lints_again() -> None:
    outcome = fixed(renaming("delete", "unlink"), m=HEAD + "c.delete('a')\nc.delete('b')\n")
    assert outcome.changed == {"m.py": (HEAD + "c.unlink('a')\nc.unlink('b')\n").encode()}
    assert outcome.original == {"m.py": (HEAD + "c.delete('a')\nc.delete('b')\n").encode()}
    assert outcome.fixed == {"TST001": 2}
    assert outcome.result.diagnostics == ()
    assert outcome.settled
    assert outcome.refused == ()


@pytest.mark.parametrize(
    ("applicability", "unsafe", "applied"),
    [
        (Applicability.SAFE, False, True),
        (Applicability.UNSAFE, False, False),
        (Applicability.UNSAFE, True, True),
        (Applicability.DISPLAY, True, False),
    ],
)
def test_applicability(applicability: Applicability, unsafe: bool, applied: bool) -> None:
    rule = renaming("delete", "unlink", applicability=applicability)
    outcome = fixed(rule, unsafe=unsafe, m=HEAD + "c.delete('a')\n")
    assert bool(outcome.changed) == applied
    assert len(outcome.result.diagnostics) == (0 if applied else 1)


def test_context_is_not_fixed() -> None:
    overlay = {"a.py": (HEAD + "c.delete('a')\n").encode(), "b.py": (HEAD + "c.delete('a')\n").encode()}
    files = ProjectFiles(lint=("a.py",), context=("b.py",), overlay=overlay)
    assert list(fix_files(files, Config(root="/"), [renaming("delete", "unlink")], unsafe=True).changed) == ["a.py"]


def test_overlapping_fixes_take_turns() -> None:
    rules = [renaming("get", "delete", code="TST002"), renaming("delete", "unlink", code="TST001")]
    outcome = fixed(*rules, m=HEAD + "c.delete(c.get('a'))\n")
    assert outcome.changed["m.py"].decode() == HEAD + "c.unlink(c.unlink('a'))\n"
    assert outcome.fixed == {"TST001": 2, "TST002": 1}


def test_a_fix_is_applied_as_a_whole_or_not_at_all() -> None:
    def both(call: RedisCall) -> tuple[Edit, ...]:
        return Edit(Span(0, 0), "import b\n"), Edit(call.method_span, "unlink")

    def other(call: RedisCall) -> tuple[Edit, ...]:
        return Edit(Span(0, 0), "import a\n"), Edit(call.span, "c.touch('a')")

    outcome = fixed(replacing("delete", both), replacing("delete", other, code="TST002"), m=HEAD + "c.delete('a')\n")
    assert outcome.changed["m.py"].decode() == "import a\n" + HEAD + "c.touch('a')\n"


def test_equal_edits_are_made_once() -> None:
    def importing(call: RedisCall) -> tuple[Edit, ...]:
        return Edit(Span(0, 0), "import a\n"), Edit(call.method_span, "unlink")

    outcome = fixed(replacing("delete", importing), m=HEAD + "c.delete('a')\nc.delete('b')\n")
    assert outcome.changed["m.py"].decode() == "import a\n" + HEAD + "c.unlink('a')\nc.unlink('b')\n"
    assert outcome.fixed == {"TST001": 2}


def test_fixes_without_end_stop() -> None:
    outcome = fixed(
        renaming("delete", "unlink", code="TST001"),
        renaming("unlink", "delete", code="TST002"),
        m=HEAD + "c.delete('a')\n",
    )
    assert not outcome.settled
    assert sum(outcome.fixed.values()) == 10
    assert not outcome.changed


@pytest.mark.parametrize("bad", ["(", "unlink('a') c.", "x=1, y(", "f(**a, *b)."])
def test_a_fix_that_breaks_the_syntax_is_refused(bad: str) -> None:
    good = HEAD + "c.delete('a')\n"
    outcome = fixed(renaming("delete", bad), m=good, n=good.replace("delete", "unlink"))
    assert outcome.changed == {}
    assert outcome.fixed == {}
    assert [(one.path, one.reason) for one in outcome.refused] == [("m.py", "the fixed code would not parse (TST001)")]
    assert outcome.settled
    assert len(outcome.result.diagnostics) == 1


def test_what_python_alone_refuses_is_refused() -> None:
    outcome = fixed(replacing("get", lambda call: (Edit(call.span, "None = 1"),)), m=HEAD + "c.get('a')\n")
    assert outcome.changed == {}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_inserted_newlines_are_those_of_the_file(newline: str) -> None:
    rule = replacing("delete", lambda call: (Edit(call.span, "c.unlink(\n    'a',\r\n)"),))
    code = (HEAD + "c.delete('a')\n# end").replace("\n", newline)
    outcome = fixed(rule, m=code)
    expected = (HEAD + "c.unlink(\n    'a',\n)\n# end").replace("\n", newline)
    assert outcome.changed["m.py"].decode() == expected


def test_mixed_newlines_stay() -> None:
    outcome = fixed(renaming("delete", "unlink"), m="import redis\r\nc = redis.Redis()\nc.delete('a')\r\n\x0c\n")
    assert outcome.changed["m.py"] == b"import redis\r\nc = redis.Redis()\nc.unlink('a')\r\n\x0c\n"


def test_a_byte_order_mark_stays() -> None:
    outcome = fixed(renaming("delete", "unlink"), m=codecs.BOM_UTF8 + (HEAD + "c.delete('é')\n").encode())
    assert outcome.changed["m.py"] == codecs.BOM_UTF8 + (HEAD + "c.unlink('é')\n").encode()


def test_latin_1_stays() -> None:
    code = "# coding: latin-1\n" + HEAD + "c.delete('é')\n"
    outcome = fixed(renaming("delete", "unlink"), m=code.encode("latin-1"))
    assert outcome.changed["m.py"] == code.replace("delete", "unlink").encode("latin-1")


def test_what_cannot_be_encoded_is_refused() -> None:
    code = "# coding: latin-1\n" + HEAD + "c.delete('é')\n"
    rule = replacing("delete", lambda call: (Edit(call.span, "c.unlink('日')"),))
    outcome = fixed(rule, m=code.encode("latin-1"))
    assert outcome.changed == {}
    assert "iso-8859-1" in outcome.refused[0].reason


def test_a_change_of_the_coding_line_is_refused() -> None:
    rule = replacing("delete", lambda call: (Edit(Span(0, 0), "# coding: latin-1\n"), Edit(call.method_span, "unlink")))
    outcome = fixed(rule, m=HEAD + "c.delete('é')\n")
    assert outcome.changed == {}
    assert len(outcome.refused) == 1


# --- edits ------------------------------------------------------------------------------------------------


@st.composite
def texts_and_edits(draw: st.DrawFn) -> tuple[str, list[Edit]]:
    text = draw(st.text(max_size=60))
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=10)))
    spans = [Span(start, end) for start, end in zip(places[::2], places[1::2], strict=False)]
    apart = [one for number, one in enumerate(spans) if number == 0 or spans[number - 1].end < one.start]
    return text, draw(st.permutations([Edit(span, draw(st.text(max_size=5))) for span in apart]))


@given(texts_and_edits())
def test_all_outside_of_the_edits_stays(case: tuple[str, list[Edit]]) -> None:
    text, edits = case
    new = apply_edits(text, edits)
    position = shift = 0
    for edit in sorted(edits):
        assert new[position + shift : edit.span.start + shift] == text[position : edit.span.start]
        assert new[edit.span.start + shift :].startswith(edit.content)
        position = edit.span.end
        shift += len(edit.content) - (edit.span.end - edit.span.start)
    assert new[position + shift :] == text[position:]


@pytest.mark.parametrize("spans", [(Span(0, 2), Span(1, 3)), (Span(0, 9),)])
def test_edits_must_not_overlap_or_be_outside(spans: tuple[Span, ...]) -> None:
    with pytest.raises(ValueError, match="edit at"):
        apply_edits("abcd", [Edit(span, "") for span in spans])


# --- files ------------------------------------------------------------------------------------------------


def test_writing_keeps_the_mode(tmp_path: Path) -> None:
    file = tmp_path / "m.py"
    file.write_bytes(b"old")
    file.chmod(0o751)
    assert write_changes({str(file): b"new"}) == ()
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o7777 == 0o751
    assert [one.name for one in tmp_path.iterdir()] == ["m.py"]


def test_writing_replaces_the_target_of_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "m.py"
    target.write_bytes(b"old")
    link = tmp_path / "link.py"
    link.symlink_to(target)
    assert write_changes({str(link): b"new"}) == ()
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


def test_a_failure_to_write_leaves_all_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = tmp_path / "bad.py", tmp_path / "good.py"
    bad.write_bytes(b"old")
    good.write_bytes(b"old")
    replace = Path.replace

    def fail(self: Path, target: Path) -> Path:
        if target == bad:
            raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", fail)
    (problem,) = write_changes({str(bad): b"new", str(good): b"new"})
    assert (problem.path, problem.reason) == (str(bad), "cannot be written: No space left on device")
    assert bad.read_bytes() == b"old"
    assert good.read_bytes() == b"new"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.py", "good.py"]


def test_a_vanished_file_is_a_problem(tmp_path: Path) -> None:
    (problem,) = write_changes({str(tmp_path / "gone.py"): b"new"})
    assert problem.reason == "cannot be written: No such file or directory"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"a\nb\nc\n", b"a\nB\nc\n"),
        (b"a\r\nb\r\n", b"a\r\nB\r\n"),
        (b"a\nb", b"a\nc"),
        (b"a\nb", b"a\nb\n"),
        (b"\xe9\n\x0cb\n", b"\xe9\n\x0cc\n"),
        (b"a\xe2\x80\xa8b\nc\n", b"a\xe2\x80\xa8b\nd\n"),
    ],
)
def test_a_diff_can_be_applied(tmp_path: Path, old: bytes, new: bytes) -> None:
    file = tmp_path / "m n.py"
    file.write_bytes(old)
    diff = unified_diff("m n.py", old, new).encode("utf-8", "surrogateescape")
    subprocess.run(["git", "apply", "-p0", "-"], input=diff, cwd=tmp_path, check=True, capture_output=True)
    assert file.read_bytes() == new
