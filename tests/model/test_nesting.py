"""Sources that nest too deeply to be Python end as a diagnostic, not as a crash."""

import pytest

from redlint.errors import SourceSyntaxError
from redlint.model.collect import collect


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 5000 + "1" + ")" * 5000,
        "x = " + "[" * 5000,
        "x = " + "({" * 300 + "1" + "})" * 300,
    ],
    ids=["closed", "unclosed", "mixed"],
)
def test_too_many_brackets_are_a_syntax_error(text: str) -> None:
    with pytest.raises(SourceSyntaxError, match="too many nested brackets"):
        collect(text)


@pytest.mark.parametrize(
    "text", ["x = " + "(" * 150 + "1" + ")" * 150, 'x = ")" + "(((" * 100', "f(" + "(1), " * 500 + ")"]
)
def test_what_python_accepts_is_collected(text: str) -> None:
    assert collect(text).scopes
