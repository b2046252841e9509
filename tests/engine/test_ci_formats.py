"""The report formats of CI servers, on findings made by hand and on those of all fixtures."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from redlint import __version__
from redlint.config import Config
from redlint.diagnostic import Applicability, Confidence, Diagnostic, Edit, Fix, Related, Severity, Span
from redlint.fix import apply_edits
from redlint.lint import ProjectResult, RuleFailure, lint_project
from redlint.model.files import ProjectFiles
from redlint.model.link import analyse
from redlint.model.settings import ModelSettings
from redlint.registry import load_rules
from redlint.report import write_report
from redlint.source import SourceText

ROOT: Final = Path(__file__).parents[2]
SCHEMA: Final = json.loads((ROOT / "tests/data/sarif/sarif-schema-2.1.0.json").read_text())
SARIF: Final = Draft7Validator(SCHEMA, format_checker=Draft7Validator.FORMAT_CHECKER)
RULES: Final = load_rules(["redlint_rules"])

CODE: Final = "import redis\n\nclient = redis.Redis()\n\n\ndef f():\n    return '🙂', client.keys('é')\n"
FIX: Final = Fix(
    Applicability.SAFE,
    "Iterate",
    (Edit(Span(CODE.index("keys"), CODE.index("keys") + 4), "scan_iter"), Edit(Span(0, 0), "import json\n")),
)


def finding(
    *,
    path: str = "app.py",
    message: str = "KEYS is slow",
    severity: Severity = Severity.ERROR,
    fix: Fix | None = None,
    related: tuple[Related, ...] = (),
    code: str = CODE,
    text: str = "client.keys('é')",
) -> Diagnostic:
    start = code.index(text)
    return Diagnostic(
        code="RED101",
        name="keys-command",
        message=message,
        help="Use `scan_iter`",
        severity=severity,
        confidence=Confidence.PROVEN,
        path=path,
        span=Span(start, start + len(text)),
        fix=fix,
        related=related,
    )


def result_of(
    *diagnostics: Diagnostic, code: str = CODE, path: str = "app.py", failures: tuple[RuleFailure, ...] = ()
) -> ProjectResult:
    files = ProjectFiles(lint=(path,), explicit=frozenset({path}), overlay={path: code.encode()})
    return ProjectResult(diagnostics, analyse(files, ModelSettings(gate=False)), failures, 1, RULES)


def report(output_format: str, result: ProjectResult) -> str:
    stream = io.StringIO()
    write_report(output_format, result, stream, color=False, width=80)
    return stream.getvalue()


def sarif(result: ProjectResult) -> dict[str, Any]:
    """The run of a log that the schema takes."""
    log = json.loads(report("sarif", result))
    SARIF.validate(log)
    (run,) = log["runs"]
    assert isinstance(run, dict)
    return run


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> ProjectResult:
    """What redlint finds in all fixtures."""
    paths = tuple(str(path) for path in sorted((ROOT / "fixtures").rglob("*.py")))
    config = Config(root=str(ROOT), preview=True, non_production=())
    found = lint_project(ProjectFiles(paths), config, tuple(rule() for rule in RULES))
    assert len({one.code for one in found.diagnostics}) > 30
    return found


# --- SARIF ------------------------------------------------------------------------------------------------


def test_sarif_of_all_fixtures_is_valid(everything: ProjectResult) -> None:
    run = sarif(everything)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[one["ruleIndex"]]["id"] for one in run["results"]] == [one.code for one in everything.diagnostics]
    assert any("fixes" in one for one in run["results"])
    assert any("relatedLocations" in one for one in run["results"])


def test_the_schema_refuses_what_is_no_sarif() -> None:
    log = json.loads(report("sarif", result_of(finding())))
    changes: tuple[dict[str, object], ...] = ({"version": "2.0.0"}, {"runs": [{}]}, {"extra": 1})
    for change in changes:
        with pytest.raises(ValidationError):
            SARIF.validate({**log, **change})
    log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = 0
    with pytest.raises(ValidationError):
        SARIF.validate(log)


def test_sarif_of_no_findings() -> None:
    run = sarif(result_of())
    assert run["results"] == run["tool"]["driver"]["rules"] == []
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]


def test_sarif_result() -> None:
    related = (Related("app.py", Span(14, 20), "made here"),)
    run = sarif(result_of(finding(related=related)))
    (record,) = run["results"]
    mark = record.pop("partialFingerprints")
    assert list(mark) == ["redlintFingerprint/v1"]
    assert record == {
        "ruleId": "RED101",
        "ruleIndex": 0,
        "level": "error",
        "message": {"text": "KEYS is slow. Use `scan_iter`."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "app.py", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 7, "startColumn": 17, "endLine": 7, "endColumn": 33},
                }
            }
        ],
        "relatedLocations": [
            {
                "id": 1,
                "message": {"text": "made here"},
                "physicalLocation": {
                    "artifactLocation": {"uri": "app.py", "uriBaseId": "SRCROOT"},
                    "region": {"startLine": 3, "startColumn": 1, "endLine": 3, "endColumn": 7},
                },
            }
        ],
        "properties": {"confidence": "proven"},
    }


def test_sarif_columns_are_those_of_its_column_kind() -> None:
    run = sarif(result_of(finding()))
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert run["columnKind"] == "unicodeCodePoints"
    line = CODE.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "client.keys('é')"


def test_sarif_rule() -> None:
    (rule,) = sarif(result_of(finding()))["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("RED101", "KeysCommand")
    assert rule["helpUri"] == "https://redlint.readthedocs.io/rules/keys-command/"
    assert rule["help"]["markdown"].startswith("# keys-command (RED101)\n")
    assert rule["shortDescription"]["text"]
    assert rule["defaultConfiguration"] == {"level": "error"}


def test_sarif_driver() -> None:
    driver = sarif(result_of())["tool"]["driver"]
    assert driver["name"] == "redlint"
    assert driver["version"] == driver["semanticVersion"] == __version__


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_sarif_fix_does_what_the_fix_does(newline: str) -> None:
    code = CODE.replace("\n", newline)
    moved = code.index("keys")
    fix = Fix(
        Applicability.SAFE, "Iterate", (Edit(Span(moved, moved + 4), "scan_iter"), Edit(Span(0, 0), "import json\n"))
    )
    (record,) = sarif(result_of(finding(fix=fix, code=code), code=code))["results"]
    (one,) = record["fixes"]
    assert one["description"] == {"text": "Iterate (safe)"}
    (change,) = one["artifactChanges"]
    source = SourceText("app.py", code)
    edits = []
    for replacement in change["replacements"]:
        region = replacement["deletedRegion"]
        start = source.offset(region["startLine"], region["startColumn"])
        end = source.offset(region["endLine"], region["endColumn"])
        edits.append(Edit(Span(start, end), replacement["insertedContent"]["text"]))
    expected = f"import json{newline}" + code.replace("keys", "scan_iter")
    assert apply_edits(code, edits) == expected


def test_sarif_has_no_fix_that_only_says_something() -> None:
    (record,) = sarif(result_of(finding(fix=Fix(Applicability.DISPLAY, "Think"))))["results"]
    assert "fixes" not in record


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a b/ü%.py", {"uri": "a%20b/%C3%BC%25.py", "uriBaseId": "SRCROOT"}),
        ("a\udcff.py", {"uri": "a%FF.py", "uriBaseId": "SRCROOT"}),
        ("<stdin>", {"uri": "%3Cstdin%3E", "uriBaseId": "SRCROOT"}),
        ("/else where/a.py", {"uri": "file:///else%20where/a.py"}),
    ],
)
def test_sarif_addresses(path: str, expected: dict[str, str]) -> None:
    run = sarif(result_of(finding(path=path), path=path))
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"] == expected


def test_sarif_tells_of_rules_that_failed() -> None:
    run = sarif(result_of(failures=(RuleFailure("keys-command", "app.py", 7, "Traceback"),)))
    (invocation,) = run["invocations"]
    assert not invocation["executionSuccessful"]
    assert invocation["toolExecutionNotifications"][0]["message"]["text"] == "The rule keys-command failed"


@pytest.mark.parametrize(
    ("severity", "level"), [(Severity.ERROR, "error"), (Severity.WARNING, "warning"), (Severity.INFO, "note")]
)
def test_sarif_levels(severity: Severity, level: str) -> None:
    assert sarif(result_of(finding(severity=severity)))["results"][0]["level"] == level


# --- GitLab -----------------------------------------------------------------------------------------------


def test_gitlab() -> None:
    (record,) = json.loads(report("gitlab", result_of(finding())))
    assert len(record.pop("fingerprint")) == 64
    assert record == {
        "description": "RED101 KEYS is slow",
        "check_name": "keys-command",
        "severity": "major",
        "location": {"path": "app.py", "lines": {"begin": 7, "end": 7}},
    }


def test_gitlab_fingerprints_are_unique(everything: ProjectResult) -> None:
    records = json.loads(report("gitlab", everything))
    assert len({one["fingerprint"] for one in records}) == len(records) == len(everything.diagnostics)
    assert {one["severity"] for one in records} == {"info", "minor", "major"}


# --- JUnit ------------------------------------------------------------------------------------------------


def test_junit() -> None:
    info = finding(severity=Severity.INFO, path="b.py")
    related = (Related("app.py", Span(0, 6), "here"),)
    found = (finding(related=related), finding(severity=Severity.WARNING), info)
    root = ElementTree.fromstring(report("junit", result_of(*found)))
    assert root.attrib == {"name": "redlint", "tests": "3", "failures": "2", "errors": "0"}
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        ("app.py", "2", "2"),
        ("b.py", "1", "0"),
    ]
    first, second = root[0]
    assert first.attrib == {
        "name": "RED101 keys-command (7:17)",
        "classname": "app.py",
        "file": "app.py",
        "line": "7",
        "time": "0",
    }
    assert first[0].tag == second[0].tag == "failure"
    assert first[0].attrib == {"type": "error", "message": "KEYS is slow"}
    assert first[0].text == (
        "app.py:7:17: RED101 KEYS is slow\nhelp: Use `scan_iter`\nnote: app.py:1:1: here\n"
        "https://redlint.readthedocs.io/rules/keys-command/"
    )
    assert [child.tag for child in root[1][0]] == ["system-out"]


def test_junit_without_findings_has_a_case_that_passed() -> None:
    root = ElementTree.fromstring(report("junit", result_of()))
    assert root.attrib == {"name": "redlint", "tests": "1", "failures": "0", "errors": "0"}
    assert len(root.findall("testsuite/testcase")) == 1
    assert root.find("testsuite/testcase/failure") is None


def test_junit_holds_what_xml_cannot() -> None:
    text = report("junit", result_of(finding(message='<&"\0\x1b\ufffe\udc80日 ]]>', path="a\0<b>.py")))
    failure = ElementTree.fromstring(text.encode("utf-8")).find("testsuite/testcase/failure")
    assert failure is not None
    assert (failure.get("message") or "").startswith('<&"␀␛')


def test_junit_of_all_fixtures(everything: ProjectResult) -> None:
    root = ElementTree.fromstring(report("junit", everything))
    assert int(root.get("tests", "0")) == len(root.findall("testsuite/testcase")) == len(everything.diagnostics)


# --- reviewdog --------------------------------------------------------------------------------------------


def test_rdjson() -> None:
    related = (Related("app.py", Span(14, 20), "made here"),)
    document = json.loads(report("rdjson", result_of(finding(related=related))))
    assert document["source"] == {"name": "redlint", "url": "https://redlint.readthedocs.io/"}
    assert document["diagnostics"] == [
        {
            "message": "KEYS is slow\nUse `scan_iter`\napp.py:3:1: made here",
            "location": {
                "path": "app.py",
                "range": {"start": {"line": 7, "column": 20}, "end": {"line": 7, "column": 37}},
            },
            "severity": "ERROR",
            "code": {"value": "RED101", "url": "https://redlint.readthedocs.io/rules/keys-command/"},
        }
    ]


def test_rdjson_columns_are_bytes() -> None:
    (record,) = json.loads(report("rdjson", result_of(finding())))["diagnostics"]
    place = record["location"]["range"]
    line = CODE.splitlines()[place["start"]["line"] - 1].encode()
    assert line[place["start"]["column"] - 1 : place["end"]["column"] - 1].decode() == "client.keys('é')"


def test_a_suggestion_holds_all_edits() -> None:
    (record,) = json.loads(report("rdjson", result_of(finding(fix=FIX))))["diagnostics"]
    (suggestion,) = record["suggestions"]
    assert suggestion["range"]["start"] == {"line": 1, "column": 1}
    kept = CODE[: CODE.index("keys")]
    assert suggestion["text"] == f"import json\n{kept}scan_iter"
    rest = CODE.encode().splitlines(keepends=True)[suggestion["range"]["end"]["line"] - 1]
    assert rest[suggestion["range"]["end"]["column"] - 1 :].decode() == "('é')\n"


def test_no_suggestion_over_half_a_file() -> None:
    code = "import redis\n" + "\n" * 30 + "client.keys('é')\n"
    start = code.index("keys")
    fix = Fix(Applicability.SAFE, "Iterate", (Edit(Span(0, 0), "x"), Edit(Span(start, start + 4), "scan_iter")))
    (record,) = json.loads(report("rdjson", result_of(finding(code=code, fix=fix), code=code)))["diagnostics"]
    assert "suggestions" not in record


@pytest.mark.parametrize("output_format", ["sarif", "gitlab", "rdjson"])
def test_json_is_ascii(output_format: str) -> None:
    assert report(output_format, result_of(finding(message="日\udc80"))).isascii()
