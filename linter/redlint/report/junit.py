"""JUnit's XML, which most CI servers show as test results: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TextIO
from xml.etree import ElementTree

from redlint.diagnostic import Diagnostic, Severity
from redlint.engine_rules import ALWAYS_ON
from redlint.explain import rule_url
from redlint.lint import ProjectResult
from redlint.report.places import shown_place, start_and_end
from redlint.report.terminal import visible

_NAME = "redlint"
_NOT_XML = str.maketrans("\ufffe\uffff", "\ufffd\ufffd")


def write(result: ProjectResult, stream: TextIO, *, color: bool, width: int) -> None:  # noqa: ARG001
    """Write the suites; where nothing was found there is one case, which passed."""
    root = ElementTree.Element("testsuites", name=_NAME)
    suites = [(path, list(group)) for path, group in groupby(result.diagnostics, lambda one: one.path)]
    for path, found in suites:
        root.append(_suite(result, _shown(path), found))
    if not suites:
        suite = ElementTree.SubElement(root, "testsuite", name=_NAME)
        ElementTree.SubElement(suite, "testcase", name=_NAME, classname=_NAME, time="0")
        _count(suite)
    for name in ("tests", "failures", "errors"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(ElementTree.tostring(root, encoding="unicode") + "\n")


def _suite(result: ProjectResult, name: str, found: Sequence[Diagnostic]) -> ElementTree.Element:
    suite = ElementTree.Element("testsuite", name=name)
    for diagnostic in found:
        start, _ = start_and_end(result, diagnostic.path, diagnostic.span)
        title = f"{diagnostic.code} {diagnostic.name} ({start.row}:{start.column})"
        case = ElementTree.SubElement(
            suite, "testcase", name=title, classname=name, file=name, line=str(start.row), time="0"
        )
        text = "\n".join(map(_shown, _lines(result, diagnostic)))
        if diagnostic.severity is Severity.INFO:  # no reason to call a run failed
            ElementTree.SubElement(case, "system-out").text = text
            continue
        outcome = "error" if diagnostic.code in ALWAYS_ON else "failure"
        message = _shown(diagnostic.message)
        ElementTree.SubElement(case, outcome, type=diagnostic.severity.value, message=message).text = text
    _count(suite)
    return suite


def _count(suite: ElementTree.Element) -> None:
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    suite.set("skipped", "0")


def _shown(text: str) -> str:
    """A text without what XML cannot hold: control characters, halves of characters, two more."""
    return visible(text).translate(_NOT_XML)


def _lines(result: ProjectResult, diagnostic: Diagnostic) -> Iterator[str]:
    place = shown_place(result, diagnostic.path, diagnostic.span)
    yield f"{place}: {diagnostic.code} {diagnostic.message}"
    if diagnostic.help:
        yield f"help: {diagnostic.help}"
    for related in diagnostic.related:
        yield f"note: {shown_place(result, related.path, related.span)}: {related.message}"
    yield rule_url(diagnostic.name)
