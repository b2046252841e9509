"""Makes ``client_advisories.json``: which released versions of a client library an advisory is about.

The ranges are those of the advisories (the addresses stand beside them), the versions those that PyPI lists. Run from
the root of the checkout: ``python tests/tools/client_advisories/make.py``.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from packaging.specifiers import SpecifierSet
from packaging.version import Version

TABLE: Final = Path(__file__).parents[3] / "linter/redlint/commands/data/client_advisories.json"
ADVISORIES: Final = [
    {
        "id": "CVE-2023-28858",
        "library": "redis",
        "concerns": "async",
        "harm": "a cancelled pipeline leaves its replies to the next command on the connection",
        # Async clients came with 4.2.0; fixed in 4.3.6, 4.4.3 and 4.5.3.
        "ranges": [">=4.2,<4.3.6", ">=4.4,<4.4.3", ">=4.5,<4.5.3"],
        "source": "https://github.com/advisories/GHSA-24wv-mv5m-xv4h",
    },
    {
        "id": "CVE-2023-28859",
        "library": "redis",
        "concerns": "async",
        "harm": "a cancelled command leaves its reply to the next command on the connection",
        # The fix of the other was incomplete; fixed in 4.4.4 and 4.5.4, and not in 4.2 and 4.3.
        "ranges": [">=4.2,<4.4.4", ">=4.5,<4.5.4"],
        "source": "https://github.com/advisories/GHSA-8fww-64cx-x8p5",
    },
]


def released(library: str) -> list[str]:
    """The versions on PyPI, the oldest first."""
    command = [sys.executable, "-m", "pip", "index", "versions", library]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"^Available versions: (.*)$", text, re.MULTILINE)
    assert found is not None, text
    return sorted(found.group(1).split(", "), key=Version)


def main() -> None:
    """Write the table."""
    table = []
    for advisory in ADVISORIES:
        versions = released(str(advisory["library"]))
        ranges = [SpecifierSet(str(one)) for one in advisory["ranges"]]
        affected = [version for version in versions if any(version in one for one in ranges)]
        table.append({**advisory, "versions": affected})
    TABLE.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
