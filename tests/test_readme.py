"""What the README shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parent.parent / "README.md").read_text()


def test_the_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    exec(compile(code, "README.md", "exec"), {"__name__": "readme"})
    printed = capsys.readouterr().out
    assert "0% packet loss" in printed
    assert "192.0.2.2 dev va lladdr" in printed


def test_the_two_commands_are_there() -> None:
    makefile = (Path(__file__).resolve().parent.parent / "Makefile").read_text()
    named = re.findall(r"^    make ([a-z]+)", README, re.MULTILINE)
    assert named == ["demo", "test"]
    assert all(re.search(rf"^{name}:", makefile, re.MULTILINE) for name in named)
