"""Writes docs/coverage.md: what is modelled, from the tools' own tables, and the recordings that hold it.

`--check` writes nothing and fails where the page is not what would be written.
"""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from netmodel.commands.coverage import Row, rows
from netmodel.commands.docker import options as docker
from netmodel.commands.words import matches
from netmodel.live.translate import VOLATILE
from netmodel.platform import FACTS, PLATFORMS

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "coverage.md"
PROMPT = re.compile(r"^(?:\$|\[root@\w+ ~\]#|/ #|#) (.+)$")
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "address": ("addr", "a"),
    "neighbour": ("neigh", "n"),
    "neighbor": ("neigh", "n"),
    "route": ("r",),
    "link": ("l",),
    "delete": ("del", "rm"),
    "list": ("ls",),
}

HEAD = """\
# What is modelled

Written by `docs/generate.py` from the tables that the commands parse with, and from the recordings that they are held
to: the experiments in `python/netmodel/experiments` and the sessions in `tests/commands/data`. A word without a
recording is modelled and not held. What is not modelled is refused by name, with exit code 3 where it is the command
line's own.
"""


def recordings() -> list[tuple[str, list[str]]]:
    """Each recorded command line: where it stands, and its words."""
    found = []
    for path in sorted((ROOT / "python/netmodel/experiments").glob("*.md")):
        found += [(path.stem, line) for line in _typed(path, in_blocks=True)]
    for path in sorted((ROOT / "tests/commands/data").glob("*.txt")):
        found += [(f"tests: {path.stem}", line) for line in _typed(path, in_blocks=False)]
    return [(name, _words(line)) for name, line in found]


def _typed(path: Path, in_blocks: bool) -> Iterator[str]:
    is_inside = not in_blocks
    for line in path.read_text(encoding="utf-8").splitlines():
        if in_blocks and line.startswith("```"):
            is_inside = line.startswith("```console")
        elif is_inside and (match := PROMPT.match(line)):
            yield match[1]


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:
        return line.split()


def _is_in(word: str, words: list[str]) -> bool:
    """Whether a command line uses a word: whole, by a usual short form, or as a shortened option."""
    if word.startswith("-") and len(word) > 2:
        shortened = word if word.startswith("--") else f"-{word}"
        plain = [given.partition("=")[0] for given in words if given.startswith("-") and len(given) > 1]
        return any(given == word or matches(f"-{given}", shortened) for given in plain)
    return word in words or any(short in words for short in SYNONYMS.get(word, ()))


def proof(row: Row, held: list[tuple[str, list[str]]]) -> str:
    """The first recording of a word."""
    tool = [*row.tool.split(), row.word]
    for name, words in held:
        is_tool = words and (words[0] == tool[0] or (tool[0] in words and words[0] != "busybox"))
        if is_tool and all(_is_in(word, words) for word in tool):
            return name
    return ""


def docker_rows() -> Iterator[Row]:
    """Every option of every docker command that has a help text."""
    for command in docker.MODELLED:
        try:
            table = docker.table(command)
        except FileNotFoundError:
            continue
        for name in table:
            yield Row(f"docker {command}", f"--{name}", name in docker.MODELLED[command] or name == "help")


def page() -> str:
    """The whole page."""
    held = recordings()
    text = HEAD
    tool = ""
    for row in (*rows(), *docker_rows()):
        if row.tool != tool:
            tool = row.tool
            text += f"\n## {tool}\n\n| word | held by |\n|---|---|\n"
        text += f"| `{row.word}` | {proof(row, held) if row.is_modelled else '*not modelled*'} |\n"
    text += "\n## What no two runs have in common\n\n| masked in a live comparison | why |\n|---|---|\n"
    text += "".join(f"| `{pattern.replace('|', '&#124;')}` | {why} |\n" for pattern, why in VOLATILE.items())
    text += "\n## Platforms\n\n| platform | held to |\n|---|---|\n"
    text += "".join(f"| `{name}` | {one.held_to} |\n" for name, one in PLATFORMS.items())
    text += "\n| fact | says | holds on |\n|---|---|---|\n"
    for name, fact in FACTS.items():
        on = ", ".join(platform for platform, one in PLATFORMS.items() if one.has(name))
        text += f"| `{name}` | {fact.says.replace('|', '&#124;')} | {on or 'none'} |\n"
    return text


def main() -> int:
    """Write the page, or compare."""
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.is_file() and PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/coverage.md is not what docs/generate.py writes: make generate", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
