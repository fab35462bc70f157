"""sed with substitutions: `sed [-i] [-E] [-e] s/RE/TEXT/[g] [FILE…]`."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from typing import Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context, Read
from netmodel.programs.regex import translate

Run = Generator[Any, Any, int]
Edit = Callable[[str], str]
NO_FILE = 2
PART = r"(?:\\.|(?!(?P=mark)).)*"
COMMAND = re.compile(rf"\s*s(?P<mark>[^\\\n])(?P<re>{PART})(?P=mark)(?P<text>{PART})(?P=mark)(?P<flags>g?)[ \t]*")


def gnu(argv: Sequence[str], context: Context) -> Run:
    """GNU sed."""
    return (yield from _sed(argv, context, "sed: can't read {0}: No such file or directory\n", NO_FILE))


def busybox(argv: Sequence[str], context: Context) -> Run:
    """Busybox's sed."""
    return (yield from _sed(argv, context, "sed: {0}: No such file or directory\n", 1))


def _sed(argv: Sequence[str], context: Context, complaint: str, code: int) -> Run:
    words, scripts, flags = list(argv[1:]), [], set()
    while words and words[0].startswith("-") and words[0] != "-":
        option = words.pop(0)
        if option == "-e" and words:
            scripts.append(words.pop(0))
        elif option in ("-i", "-E", "-r"):
            flags.add(option)
        else:
            raise UnsupportedError(f"sed {option}")
    if not scripts:
        if not words:
            raise UnsupportedError("sed without a script")
        scripts.append(words.pop(0))
    edits = [one for script in scripts for one in edits_of(script, bool(flags & {"-E", "-r"}))]
    result = 0
    for name in words or ["-"]:
        text = yield from _text(name, context)
        if text is None:
            yield Write(stderr=complaint.format(name))
            result = code
            continue
        done = _apply(edits, text)
        if "-i" in flags and name != "-":
            context.files.write(context.path(name), done)
        else:
            yield Write(done)
    return result


def _text(name: str, context: Context) -> Generator[Any, Any, str | None]:
    if name != "-":
        return context.read_file(name)
    text = ""
    while piece := (yield Read()):
        text += piece
    return text


def _apply(edits: Sequence[Edit], text: str) -> str:
    out = []
    for line in text.splitlines(keepends=True):
        body = line.removesuffix("\n")
        for change in edits:
            body = change(body)
        out.append(body + line[len(line.removesuffix("\n")) :])
    return "".join(out)


def edits_of(script: str, is_extended: bool) -> list[Edit]:
    """The changes that `s/RE/TEXT/FLAGS; …` makes to a line. Raises `UnsupportedError` for any other command."""
    found, at = [], 0
    while at < len(script):
        command = COMMAND.match(script, at)
        if command is None or (command.end() < len(script) and script[command.end()] not in ";\n"):
            raise UnsupportedError(f"sed {script}")
        found.append(_edit(command, is_extended))
        at = command.end() + 1
    if not found:
        raise UnsupportedError("sed with an empty script")
    return found


def _edit(command: re.Match[str], is_extended: bool) -> Edit:
    mark = command["mark"]
    pattern, text = (command[part].replace(f"\\{mark}", mark) for part in ("re", "text"))
    compiled = re.compile(translate(pattern, is_extended))
    count = 0 if command["flags"] else 1
    return lambda line: compiled.sub(lambda found: _replacement(text, found), line, count=count)


def _replacement(text: str, found: re.Match[str]) -> str:
    out, at = "", 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        if char == "&":
            out += found[0]
        elif char == "\\" and following.isdigit():
            out += found[int(following)] or ""
            at += 1
        elif char == "\\":
            out += {"n": "\n", "t": "\t"}.get(following, following)
            at += 1
        else:
            out += char
        at += 1
    return out
