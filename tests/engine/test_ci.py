"""The GitHub action and the examples of docs/ci.md: valid to their schemas, and their shell parts run for real."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
import yaml

CHECKOUT: Final = Path(__file__).parents[2]
ACTION: Final = CHECKOUT / ".github" / "actions" / "redlint" / "action.yml"
PAGE: Final = (CHECKOUT / "docs" / "ci.md").read_text(encoding="utf-8")
BLOCKS: Final = tuple(re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
EXPRESSION: Final = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")

CLEAN: Final = "import redis\n\nclient = redis.Redis(socket_timeout=5)\n"
FINDING: Final = "client.keys('*')\n"


def blocks(kind: str) -> list[dict[str, Any]]:
    """The examples for GitHub (workflows have jobs) or for GitLab."""
    documents = [yaml.safe_load(text) for text in BLOCKS]
    return [one for one in documents if ("jobs" in one) == (kind == "github")]


def steps(job: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The steps of a job."""
    found = job["steps"]
    assert isinstance(found, list)
    return found


@dataclass
class Runner:
    """What runs the shell parts: a Python of its own, and a project that is a git repository."""

    python: Path
    directory: Path
    project: Path
    environment: dict[str, str] = field(default_factory=dict)

    def shell(self, script: str, directory: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a script as GitHub runs one."""
        command = ("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script)
        return subprocess.run(
            command,
            cwd=directory,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def git(self, *arguments: str) -> str:
        """Run git in the project."""
        author = ("-c", "user.name=Somebody", "-c", "user.email=somebody@example.org")
        done = subprocess.run(
            ("git", *author, *arguments),
            cwd=self.project,
            env=self.environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def action(self, **inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        """Run the second step of the action; what it printed, and its outputs."""
        step = steps(ACTION_FILE["runs"])[1]
        output = self.directory / "output"
        output.write_text("")
        values = self.values(**inputs)
        done = self.shell(
            step["run"],
            self.project / evaluated(step["working-directory"], values),
            GITHUB_OUTPUT=str(output),
            **{name: evaluated(value, values) for name, value in step["env"].items()},
        )
        return done, dict(row.split("=", 1) for row in output.read_text().splitlines())

    def values(self, **inputs: str) -> dict[str, str]:
        """What the expressions of the action stand for; inputs by their names, with underscores."""
        chosen = {name: str(one.get("default", "")) for name, one in ACTION_FILE["inputs"].items()}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= chosen.keys()
        contexts = {"github.action_path": str(ACTION.parent), "runner.temp": str(self.directory)}
        return {**contexts, **{f"inputs.{name}": value for name, value in {**chosen, **given}.items()}}


ACTION_FILE: Final[dict[str, Any]] = yaml.safe_load(ACTION.read_text(encoding="utf-8"))


def evaluated(text: str, values: Mapping[str, str]) -> str:
    """A text with its expressions filled in; an unknown one is an error."""
    return EXPRESSION.sub(lambda found: values[found[1]], text)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    """A fresh Python without redlint, and an empty project."""
    directory = tmp_path_factory.mktemp("runner")
    subprocess.run((sys.executable, "-m", "venv", str(directory / "python")), check=True, capture_output=True)
    hidden = ("GIT_", "PYTHON", "GITHUB_", "CI_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    environment["PATH"] = f"{directory / 'python' / 'bin'}{os.pathsep}{environment['PATH']}"
    runner = Runner(directory / "python", directory, directory / "project", environment)
    runner.project.mkdir()
    runner.git("init", "--quiet")
    return runner


@pytest.fixture(scope="module")
def installed(made: Runner) -> Runner:
    """A runner on which the first step of the action has run."""
    step = steps(ACTION_FILE["runs"])[0]
    values = made.values()
    environment = {name: evaluated(value, values) for name, value in step["env"].items()}
    done = made.shell(step["run"], made.project, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    return made


@pytest.fixture
def runner(installed: Runner) -> Runner:
    """The runner, its project with one clean file and nothing else."""
    for path in installed.project.iterdir():
        if path.is_file():
            path.unlink()
    (installed.project / "app.py").write_text(CLEAN)
    return installed


# --- files ------------------------------------------------------------------------------------------------


def valid(schema: str, text: str, directory: Path) -> None:
    """Check a file against a schema that check-jsonschema brings along."""
    file = directory / "file.yml"
    file.write_text(text)
    command = (sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_action_is_one(tmp_path: Path) -> None:
    valid("github-actions", ACTION.read_text(encoding="utf-8"), tmp_path)
    with pytest.raises(AssertionError):
        valid("github-actions", "name: redlint\n", tmp_path)


def test_the_examples_are_workflows_and_pipelines(tmp_path: Path) -> None:
    assert len(blocks("github")) == 4
    assert len(blocks("gitlab")) == 2
    for text in BLOCKS:
        valid("github-workflows" if "jobs:" in text else "gitlab-ci", text, tmp_path)


def test_no_input_is_part_of_a_script() -> None:
    for step in steps(ACTION_FILE["runs"]):
        assert "${{" not in step["run"]


def test_the_examples_use_inputs_that_exist() -> None:
    uses = [
        step for one in blocks("github") for step in steps(one["jobs"]["redlint"]) if "redlint@" in step.get("uses", "")
    ]
    assert len(uses) == 3
    for step in uses:
        assert step["uses"].partition("@")[0] == "OWNER/redlint/" + ACTION.parent.relative_to(CHECKOUT).as_posix()
        assert step.get("with", {}).keys() <= ACTION_FILE["inputs"].keys()


def test_the_table_lists_all_inputs() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \|(.*?)\|", PAGE, re.MULTILINE)
    assert [name for name, _ in rows] == list(ACTION_FILE["inputs"])
    for name, default in rows:
        expected = ACTION_FILE["inputs"][name]["default"]
        assert default.strip("` ") == expected or (name == "fail-on" and not expected)


# --- the action -------------------------------------------------------------------------------------------


def test_a_clean_project(runner: Runner) -> None:
    done, outputs = runner.action()
    assert (done.returncode, done.stdout, outputs) == (0, "", {"exit-code": "0"}), done.stderr


def test_findings_are_annotations(runner: Runner) -> None:
    (runner.project / "app.py").write_text(CLEAN + FINDING)
    done, outputs = runner.action()
    assert (done.returncode, outputs) == (1, {"exit-code": "1"})
    assert done.stdout.startswith("::error title=redlint (RED101 keys-command),file=app.py,line=4,")


def test_a_failure_is_told_apart(runner: Runner) -> None:
    done, outputs = runner.action(paths="nowhere.py")
    assert (done.returncode, outputs) == (2, {"exit-code": "2"})


def test_inputs(runner: Runner) -> None:
    (runner.project / "a b.py").write_text(CLEAN + FINDING)
    (runner.project / "-c.py").write_text(CLEAN + FINDING)
    (runner.project / "other.py").write_text(CLEAN + FINDING)
    done, _ = runner.action(
        paths="a b.py\n-c.py\n",
        output_format="sarif",
        output_file="out put.sarif",
        arguments="--select\nRED101\n--quiet",
        fail_on="error",
    )
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")
    (run,) = json.loads((runner.project / "out put.sarif").read_text())["runs"]
    places = [one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]]
    assert places == ["-c.py", "a%20b.py"]


@pytest.mark.parametrize("text", ["$(touch hacked)", "`touch hacked`", "; touch hacked", "' && touch hacked '"])
def test_inputs_are_no_code(runner: Runner, text: str) -> None:
    for name in ("paths", "output_format", "output_file", "baseline", "diff_base", "fail_on", "arguments"):
        runner.action(**{name: text})
        assert not (runner.project / "hacked").exists()


def test_modules_of_the_project_are_not_imported(runner: Runner) -> None:
    for name in ("click", "json", "libcst", "redlint"):
        (runner.project / f"{name}.py").write_text("raise SystemExit('imported')\n")
    done, _ = runner.action()
    assert done.returncode == 0, done.stderr


def test_a_baseline_and_a_git_revision(runner: Runner) -> None:
    (runner.project / "app.py").write_text(CLEAN + FINDING)
    runner.git("add", "--all")
    runner.git("commit", "--quiet", "--message=Old code")
    assert runner.action(diff_base="HEAD")[0].returncode == 0
    (runner.project / "app.py").write_text(CLEAN + FINDING + "client.keys('new')\n")
    done, _ = runner.action(diff_base="HEAD")
    assert done.returncode == 1
    assert [row.partition(",line=")[2][:1] for row in done.stdout.splitlines()] == ["5"]
    (runner.project / "known.json").write_text('{"version": 1, "findings": {}}\n')
    assert runner.action(baseline="known.json")[0].returncode == 1
    assert runner.action(baseline="missing.json")[0].returncode == 2


# --- without the action -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pip_installed(made: Runner) -> Runner:
    """A runner on which the ``pip install`` of an example has run, with this checkout for ``$REDLINT``."""
    (command,) = {
        line
        for one in (*(blocks("gitlab")), *(one["jobs"]["redlint"] for one in blocks("github")))
        for line in scripts(one)
        if line.startswith("pip install")
    }
    done = made.shell(command, made.project, REDLINT=str(CHECKOUT))
    assert done.returncode == 0, done.stdout + done.stderr
    return made


def scripts(job: Mapping[str, Any]) -> list[str]:
    """The commands of a job of GitHub, or of a pipeline of GitLab with one job."""
    if "steps" in job:
        return [step["run"].strip() for step in steps(job) if "run" in step]
    (only,) = job.values()
    found = only["script"]
    assert isinstance(found, list)
    return found


def test_the_commands_of_the_workflow(runner: Runner, pip_installed: Runner) -> None:
    (command,) = [
        line for one in blocks("github") for line in scripts(one["jobs"]["redlint"]) if line.startswith("redlint ")
    ]
    assert runner.shell(command, runner.project).returncode == 0
    (runner.project / "app.py").write_text(CLEAN + FINDING)
    done = runner.shell(command, runner.project)
    assert done.returncode == 1
    assert done.stdout.startswith("::error ")


def test_the_commands_of_the_pipelines(runner: Runner, pip_installed: Runner) -> None:
    (runner.project / "app.py").write_text(CLEAN + FINDING)
    runner.git("add", "--all")
    runner.git("commit", "--quiet", "--allow-empty", "--message=Old code")
    base = runner.git("rev-parse", "HEAD")
    (runner.project / "app.py").write_text(CLEAN + FINDING + "client.keys('new')\n")
    for pipeline in blocks("gitlab"):
        (job,) = pipeline.values()
        command = scripts(pipeline)[-1]
        done = runner.shell(command, runner.project, CI_MERGE_REQUEST_DIFF_BASE_SHA=base)
        assert done.returncode == 1, done.stderr
        ((kind, report),) = job["artifacts"]["reports"].items()
        text = (runner.project / report).read_text()
        if kind == "codequality":
            assert [one["location"]["lines"]["begin"] for one in json.loads(text)] == [4, 5]
        else:
            assert [one.get("line") for one in ElementTree.fromstring(text).iter("testcase")] == ["5"]
