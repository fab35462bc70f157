"""The usage texts of the tools, as recorded from them: `usage/PLATFORM/TOOL OBJECT.txt`."""

from __future__ import annotations

from pathlib import Path

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.platform import Platform

FOLDER = Path(__file__).parent / "usage"
ON_STDOUT = frozenset({"link veth"})


def text(of: str, platform: Platform) -> str:
    """The usage text of an object. Raises `UnsupportedError` where none is recorded."""
    path = FOLDER / platform.name / f"{of.replace(' ', '-')}.txt"
    if not path.is_file():
        raise UnsupportedError(f"the usage text of {of} on {platform.name}")
    return path.read_text(encoding="utf-8")


def usage(of: str, platform: Platform, before: str = "") -> Write:
    """The usage text as a tool writes it that refuses, after what it says before. Raises `UnsupportedError`."""
    said = text(of, platform)
    return Write(said, before) if of in ON_STDOUT else Write(stderr=before + said)
