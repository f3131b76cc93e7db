"""The example of the guide is what the command does."""

import json
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.cli import app

GUIDE = (Path(__file__).parents[3] / "docs" / "allocate.md").read_text(encoding="utf-8").partition("## An example")[2]
FILES = dict(re.findall(r"^`(\w+\.csv)`\n\n```csv\n(.*?)```", GUIDE, flags=re.DOTALL | re.MULTILINE))


def test_the_chairs_files_give_the_assignment_that_the_guide_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).write_text(text)
    command = shlex.split(re.search(r"^    manyhands (allocate .*)$", GUIDE, flags=re.MULTILINE)[1])  # type: ignore[index]
    done = CliRunner().invoke(app, [*command, "--json"])
    assert done.exit_code == 0, done.output
    shown = re.search(r"writes `assignment.csv`:\n\n```csv\n(.*?)```", GUIDE, flags=re.DOTALL)
    assert shown is not None
    assert Path("assignment.csv").read_text().splitlines() == shown[1].splitlines()
    said = {key: json.loads(value) for key, value in re.findall(r'`"(\w+)": ([^`]+)`', GUIDE.partition("## ")[0])}
    assert set(said) == {"status", "total", "worst", "max_load"}
    assert json.loads(done.stdout).items() >= said.items()
