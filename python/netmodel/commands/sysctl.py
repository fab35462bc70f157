"""`sysctl` of procps-ng (src/sysctl.c)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netmodel.commands.strerror import TEXTS
from netmodel.commands.sysctl_tree import dotted, is_folder, path_of, read, write
from netmodel.commands.system import Running, System, Write
from netmodel.commands.usage import text
from netmodel.errors import KernelError, UnsupportedError


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its letters, its long form, what it sets (empty: nothing), and whether the model has it."""

    letters: str
    long: str
    field: str
    is_modelled: bool = True


OPTIONS: tuple[Option, ...] = (
    Option("aAX", "all", "all", is_modelled=False),
    Option("", "deprecated", ""),
    Option("", "dry-run", "dry", is_modelled=False),
    Option("b", "binary", "binary"),
    Option("e", "ignore", "ignore"),
    Option("N", "names", "names"),
    Option("n", "values", "values"),
    Option("pf", "load", "load", is_modelled=False),
    Option("", "system", "system", is_modelled=False),
    Option("r", "pattern", "pattern", is_modelled=False),
    Option("q", "quiet", "quiet"),
    Option("w", "write", "write"),
    Option("ox", "", ""),
    Option("dh", "help", "help"),
    Option("V", "version", "version"),
)
VERSIONS = {"debian12": "sysctl from procps-ng 4.0.2\n"}


def run(argv: Sequence[str], system: System) -> Running:
    """`sysctl ARGV[1:]`. Raises `UnsupportedError` for what is not modelled."""
    if len(argv) < 2:
        yield Write(stderr=text("sysctl", system.platform))
        return 1
    given, names, unknown = _parse(argv[1:])
    if unknown:
        said = f"unrecognized option '{unknown}'" if unknown.startswith("--") else f"invalid option -- '{unknown[1:]}'"
        yield Write(stderr=f"sysctl: {said}\n")
        yield Write(text("sysctl", system.platform))
        return 0
    if "help" in given:
        yield Write(text("sysctl", system.platform))
        return 0
    if "version" in given:
        if system.platform.name not in VERSIONS:
            raise UnsupportedError(f"sysctl --version of {system.platform.name}")
        yield Write(VERSIONS[system.platform.name])
        return 0
    if not names:
        yield Write(stderr="sysctl: no variables specified\nTry `sysctl --help' for more information.\n")
        return 1
    code = 0
    for name in names:
        answer, is_failed, is_last = _one(name, given, system)
        yield answer
        code += is_failed
        if is_last:
            break
    return code


def _parse(words: Sequence[str]) -> tuple[set[str], list[str], str]:
    """What is set, the other words, and the first option that is none."""
    given: set[str] = set()
    names: list[str] = []
    for n, word in enumerate(words):
        if word == "--":
            return given, [*names, *words[n + 1 :]], ""
        if word.startswith("--"):
            found = [option for option in OPTIONS if option.long and option.long.startswith(word[2:].partition("=")[0])]
            if not found:
                return given, names, word
            _set(found[0], given)
        elif word.startswith("-") and len(word) > 1:
            for letter in word[1:]:
                option = next((option for option in OPTIONS if letter in option.letters), None)
                if option is None:
                    return given, names, f"-{letter}"
                _set(option, given)
        else:
            names.append(word)
    return given, names, ""


def _set(option: Option, given: set[str]) -> None:
    if not option.is_modelled:
        raise UnsupportedError(f"sysctl --{option.long}")
    given.add(option.field)


def _one(word: str, given: set[str], system: System) -> tuple[Write, bool, bool]:
    """What one word does: what is written, whether it failed, and whether the rest is left undone."""
    name, is_assignment, value = word.partition("=")
    name, value = name.strip(), value.strip()
    if is_assignment and not name:
        return Write(), True, False
    if "write" in given and not is_assignment:
        return Write(stderr="sysctl: command line(0): invalid syntax, continuing...\n"), True, True
    if is_folder(name, system):
        raise UnsupportedError(f"sysctl {name}: all values below it")
    old = read(name, system)
    if old is None:
        if "ignore" in given:
            return Write(), False, False
        text = f"sysctl: cannot stat /proc/sys/{path_of(name)}: {TEXTS['ENOENT']}\n"
        return Write(stderr=text), True, False
    if not is_assignment:
        return Write(_line(dotted(name), old, given)), False, False
    try:
        write(name, value, system)
    except KernelError as error:
        return Write(stderr=f'sysctl: setting key "{dotted(name)}": {TEXTS[error.name]}\n'), True, False
    return Write("" if "quiet" in given else _line(dotted(name), value, given)), False, False


def _line(name: str, value: str, given: set[str]) -> str:
    if "names" in given:
        return f"{name}\n"
    if "binary" in given:
        return value
    return f"{value}\n" if "values" in given else f"{name} = {value}\n"
