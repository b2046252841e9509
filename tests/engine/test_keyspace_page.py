"""The page of ``redlint keyspace --output-format html``, in a real browser.

Skipped where there is no Chromium: on Debian ``apt-get install chromium`` brings it.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner

from redlint.cli import cli

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None
)

pytestmark = pytest.mark.skipif(
    BROWSER is None, reason="NO BROWSER: the HTML page of redlint keyspace is not tested; install chromium"
)

CODE = """\
import redis

client = redis.Redis()


def f(n, x):
    client.set(f"b:{n}", x, ex=60)
    client.rpush(f"a:{n}", x)
    client.rpush(f"a:{n}", 2)
    client.hset(f"c:{n}", "x", x)
    client.set("<img src=x onerror=alert(1)>", 1)
"""

DRIVER = """
const result = {};
const keys = () => Array.from(document.querySelectorAll("tbody tr")).filter(row => row.checkVisibility())
  .map(row => row.cells[0].textContent);
const set = (name, value) => {
  form.elements[name].value = value;
  form.elements[name].dispatchEvent(new Event("input", {bubbles: true}));
};
const press = number => document.querySelectorAll("thead button")[number].click();
result.all = keys();
set("text", "APP.PY:8"); result.text = keys(); set("text", "");
set("type", "hash"); result.type = keys(); set("type", "");
set("ttl", "always"); result.ttl = keys(); result.count = document.querySelector("output").value; set("ttl", "");
press(0); result.descending = keys(); result.sorted = headers[0].getAttribute("aria-sort");
press(4); press(4); result.writers = keys()[0];
result.unnamed = Array.from(document.querySelectorAll("a, button, input, select"))
  .filter(one => !(one.textContent.trim() || (one.labels && one.labels.length))).length;
result.images = document.images.length;
const pre = document.createElement("pre");
pre.id = "result";
pre.textContent = JSON.stringify(result);
document.body.append(pre);
"""


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app.py").write_text(CODE)
    result = CliRunner().invoke(
        cli, ("keyspace", "--isolated", "--output-format", "html", "--output-file", "keys.html", "app.py")
    )
    assert result.exit_code == 0
    return tmp_path / "keys.html"


def browsed(page: Path) -> str:
    """The document after its scripts have run."""
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--dump-dom")
    profile = f"--user-data-dir={page.parent / 'profile'}"
    command = [str(BROWSER), *options, profile, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def test_the_page_runs_under_its_own_security_policy(page: Path) -> None:
    assert ">4 of 4 shown</output>" in browsed(page)


def test_sorting_and_filtering(page: Path) -> None:
    # The policy of the page would keep the driver out.
    text = re.sub(r"<meta http-equiv[^>]*>", "", page.read_text())
    page.write_text(text.replace("</body>", f"<script>{DRIVER}</script></body>"))
    found = re.search(r'<pre id="result">(.*?)</pre>', browsed(page), re.DOTALL)
    assert found is not None
    hostile = "<img src=x onerror=alert(1)>"
    assert json.loads(unescape(found[1])) == {
        "all": [hostile, "a:{n}", "b:{n}", "c:{n}"],
        "text": ["a:{n}"],
        "type": ["c:{n}"],
        "ttl": ["b:{n}"],
        "count": "1 of 4 shown",
        "descending": ["c:{n}", "b:{n}", "a:{n}", hostile],
        "sorted": "descending",
        "writers": "a:{n}",
        "unnamed": 0,
        "images": 0,
    }
