"""What redlint reports about itself and about files and comments: the RED0 family.

These rules have no hooks: :mod:`redlint.lint` and :mod:`redlint.suppress` report in their name.
"""

from __future__ import annotations

from typing import Final

from redlint.diagnostic import Confidence, Severity
from redlint.rule import Rule


class InternalError(Rule):
    """A rule, or redlint itself, failed on this code.

    ## What it does
    Names the rule that failed, and the file and line it was looking at. All other rules go on; the exit code
    is 2, because findings of the failed rule may be missing.

    ## Why is this bad?
    It is a bug of redlint or of a rule package. Please report it together with the code at that line.

    ## Known problems
    It cannot be suppressed or ignored.
    """

    code = "RED000"
    since = "0.1"
    severity = Severity.ERROR
    message = "A rule failed"
    help = "Report it with this line of code; ignore the rule until it is fixed"
    min_confidence = Confidence.NAMED
    non_production = True


class SyntaxError(Rule):
    """The file is not Python that redlint can parse.

    ## What it does
    Gives the message and the place of the parser. The file's Redis calls are unknown then, also to the
    findings in other files.

    ## Why is this bad?
    Nothing in the file is checked.

    ## Example
    ```python
    def broken(:
        pass
    ```

    ## Use instead
    ```python
    def working():
        pass
    ```

    ## Known problems
    Syntax newer than the installed LibCST knows is reported too: upgrade LibCST.
    """

    code = "RED001"
    since = "0.1"
    severity = Severity.ERROR
    message = "The file does not parse"
    help = "Correct the syntax, or exclude the file"
    min_confidence = Confidence.NAMED
    non_production = True


class UnreadableFile(Rule):
    """The file cannot be read or decoded.

    ## What it does
    Reports files and directories without read permission, files that vanished, that are not regular files,
    that are not in the encoding they declare, that hold NUL bytes, or that are too large to be code (10 MiB).

    ## Why is this bad?
    Nothing in the file is checked, and what it defines is unknown to the other files.

    ## Known problems
    None.
    """

    code = "RED002"
    since = "0.1"
    severity = Severity.ERROR
    message = "The file cannot be read"
    help = "Make the file readable, or exclude it"
    min_confidence = Confidence.NAMED
    non_production = True


class UnusedSuppression(Rule):
    """A suppression comment suppresses nothing.

    ## What it does
    Reports codes in `# noqa: RED…`, `# redlint: ignore-file[…]` and `# redlint: disable=…` that hide no
    finding. A bare `# noqa`, the codes of other tools and the codes of rules that are not on are left alone.

    ## Why is this bad?
    The comment says there is a problem where there is none, and will hide the next one.

    ## Example
    ```python
    import redis

    client = redis.Redis()
    client.get("greeting")  # noqa: RED101
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()
    client.get("greeting")
    ```

    ## Fix safety
    Safe: only the code, or the comment where nothing else is left in it, is removed.

    ## Known problems
    None.
    """

    code = "RED003"
    since = "0.1"
    severity = Severity.WARNING
    message = "This suppression hides nothing"
    help = "Remove it"
    min_confidence = Confidence.NAMED
    non_production = True


class UnknownSuppression(Rule):
    """A suppression comment names a rule that does not exist.

    ## What it does
    Reports codes and names in suppression comments that no rule has, and unknown words after `# redlint:`.
    The codes of other tools in a `# noqa` are left alone.

    ## Why is this bad?
    A misspelt suppression suppresses nothing.

    ## Example
    ```python
    import redis

    client = redis.Redis()
    client.get("greeting")  # noqa: RED099
    ```

    ## Use instead
    ```python
    import redis

    client = redis.Redis()
    client.get("greeting")
    ```

    ## Fix safety
    Unsafe: the code may belong to a rule package that is not installed here.

    ## Known problems
    None.
    """

    code = "RED004"
    since = "0.1"
    severity = Severity.WARNING
    message = "There is no such rule"
    help = "Correct or remove it"
    min_confidence = Confidence.NAMED
    non_production = True


ENGINE_RULES: Final[tuple[type[Rule], ...]] = (
    InternalError,
    SyntaxError,
    UnreadableFile,
    UnusedSuppression,
    UnknownSuppression,
)
"""Always part of the registry, before all other rules."""

ALWAYS_ON: Final = frozenset({InternalError.code})
"""Codes that no setting and no comment turns off."""

UNLESS_IGNORED: Final = frozenset({SyntaxError.code, UnreadableFile.code})
"""Codes that are on whatever is selected, unless they are ignored."""
