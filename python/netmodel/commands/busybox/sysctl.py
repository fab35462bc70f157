"""busybox's `sysctl` (procps/sysctl.c)."""

from __future__ import annotations

from collections.abc import Sequence

from netmodel.commands.strerror import TEXTS
from netmodel.commands.sysctl_tree import dotted, read, write
from netmodel.commands.system import Running, System, Write
from netmodel.errors import KernelError, UnsupportedError

FLAGS = "enqw"


def run(argv: Sequence[str], system: System) -> Running:
    """`busybox sysctl …` or `sysctl …` where that is busybox. Raises `UnsupportedError`."""
    words = list(argv[2:] if argv[0].rpartition("/")[2] == "busybox" else argv[1:])
    given: set[str] = set()
    while words and words[0].startswith("-") and len(words[0]) > 1:
        letters = words.pop(0)[1:]
        if set(letters) - set(FLAGS):
            raise UnsupportedError(f"busybox sysctl -{letters}")
        given |= set(letters)
    code = 0
    for word in words:
        answer = _one(word, given, system)
        yield answer
        code = 1 if answer.stderr or (not answer.stdout and "=" not in word) else code
    return code


def _one(word: str, given: set[str], system: System) -> Write:
    name, is_assignment, value = word.partition("=")
    if not is_assignment and "w" in given:
        return Write(stderr=f"sysctl: error: '{word}' must be of the form name=value\n")
    shown = dotted(name)
    old = read(name, system)
    if old is None:
        return Write(stderr="" if "e" in given else f"sysctl: error: '{shown}' is an unknown key\n")
    if not is_assignment:
        return Write(_line(shown, old, given))
    try:
        write(name, value, system)
    except KernelError as error:
        # A file system that is read-only refuses to open, all else to write.
        where = f"error setting key '{shown}'" if error.name == "EROFS" else "write error"
        return Write(stderr=f"sysctl: {where}: {TEXTS[error.name]}\n")
    return Write("" if "q" in given else _line(shown, value, given))


def _line(name: str, value: str, given: set[str]) -> str:
    return f"{value}\n" if "n" in given else f"{name} = {value}\n"
