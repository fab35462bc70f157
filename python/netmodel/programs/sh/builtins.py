"""The commands that the shell carries out itself."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from netmodel.commands.strerror import TEXTS
from netmodel.commands.system import Write
from netmodel.errors import KernelError, UnsupportedError
from netmodel.filetree import normal
from netmodel.programs import echo
from netmodel.programs.process import Read, Wait
from netmodel.programs.sh import test

if TYPE_CHECKING:
    from netmodel.programs.sh.interpreter import Interpreter

Run = Generator[Any, Any, int]
Builtin = Callable[[list[str], "Interpreter"], Run]
# Those of dash and ash that are not modelled.
OTHERS = frozenset(
    "alias bg command fc fg getopts hash help history jobs let local printf readonly return set source times trap type"
    " ulimit umask unalias .".split()
)


def refuse(name: str) -> None:
    """Raises `UnsupportedError` for a builtin that is not modelled."""
    if name in OTHERS:
        raise UnsupportedError(f"{name} of sh")


def _nothing(argv: list[str], shell: Interpreter) -> Run:
    yield from ()
    return 0


def _false(argv: list[str], shell: Interpreter) -> Run:
    yield from ()
    return 1


def _echo(argv: list[str], shell: Interpreter) -> Run:
    text = echo.of_ash(argv[1:]) if shell.dialect.is_ash else echo.of_dash(argv[1:])
    yield Write()  # what was written before comes first
    try:
        shell.context.streams.write(1, text)
    except KernelError as error:
        ash = f"{shell.dialect.name}: write error: {TEXTS[error.name]}\n"
        own = shell.dialect.of_builtin("echo", shell.line, "echo: I/O error")
        yield Write(stderr=ash if shell.dialect.is_ash else own)
        return 1
    return 0


def _exit(argv: list[str], shell: Interpreter) -> Run:
    from netmodel.programs.sh.interpreter import Exit

    if len(argv) > 1 and not argv[1].isdigit():
        yield Write(stderr=shell.dialect.of_builtin("exit", shell.line, f"Illegal number: {argv[1]}"))
        raise Exit(2)
    raise Exit(int(argv[1]) & 0xFF if len(argv) > 1 else shell.status)


def _cd(argv: list[str], shell: Interpreter) -> Run:
    context = shell.context
    target = argv[1] if len(argv) > 1 else shell.value("HOME") or "/"
    if target == "-":
        raise UnsupportedError("cd - of sh")
    path = normal(context.path(target))
    if path != "/" and not context.files.is_directory(path):
        reason = ": No such file or directory" if shell.dialect.is_ash else ""
        yield Write(stderr=shell.dialect.of_builtin("cd", shell.line, f"can't cd to {target}{reason}"))
        return 1 if shell.dialect.is_ash else 2
    context.cwd = path
    return 0


def _pwd(argv: list[str], shell: Interpreter) -> Run:
    yield Write(shell.context.cwd + "\n")
    return 0


def _export(argv: list[str], shell: Interpreter) -> Run:
    yield from ()
    if len(argv) == 1 or argv[1].startswith("-"):
        raise UnsupportedError("export without a name of sh")
    for argument in argv[1:]:
        name, is_set, value = argument.partition("=")
        text = value if is_set else shell.value(name)
        shell.variables.pop(name, None)
        if text is not None:
            shell.context.env = {**shell.context.env, name: text}
    return 0


def _unset(argv: list[str], shell: Interpreter) -> Run:
    yield from ()
    for name in argv[1:]:
        if name.startswith("-"):
            raise UnsupportedError(f"unset {name} of sh")
        shell.variables.pop(name, None)
        shell.context.env = {key: value for key, value in shell.context.env.items() if key != name}
    return 0


def _read(argv: list[str], shell: Interpreter) -> Run:
    names = argv[1:]
    is_raw = names[:1] == ["-r"]
    names = names[is_raw:]
    if not names or names[0].startswith("-"):
        raise UnsupportedError(f"{' '.join(argv)} of sh")
    text = yield Read(line=True)
    if "\\" in text and not is_raw:
        raise UnsupportedError("read of a backslash of sh")
    pieces = text.strip().split(None, len(names) - 1)
    for number, name in enumerate(names):
        shell.assign(name, pieces[number] if number < len(pieces) else "")
    return 0 if text.endswith("\n") else 1


def _wait(argv: list[str], shell: Interpreter) -> Run:
    jobs = shell.jobs
    if len(argv) > 1:
        jobs = [job for job in shell.jobs if str(job.number) in argv[1:]]
        if not jobs:
            return 127
    yield Wait(lambda: all(job.code is not None for job in jobs))
    if len(argv) > 1:
        from netmodel.programs.sh.interpreter import obituary

        yield Write(stderr=obituary(jobs[-1]))
    return (jobs[-1].code or 0) if len(argv) > 1 else 0


def _kill(argv: list[str], shell: Interpreter) -> Run:
    arguments = argv[1:]
    sig = signal.SIGTERM
    if arguments and arguments[0].startswith("-") and len(arguments[0]) > 1:
        name = arguments.pop(0)[1:].upper().removeprefix("SIG")
        found = next((one for one in signal.Signals if name in (str(int(one)), one.name.removeprefix("SIG"))), None)
        if found is None:
            raise UnsupportedError(f"kill -{name} of sh")
        sig = found
    if not arguments:
        raise UnsupportedError("kill without a process of sh")
    code = 0
    for argument in arguments:
        if not argument.isdigit():
            raise UnsupportedError(f"kill {argument} of sh")
        if not shell.context.host.kill(shell.context, int(argument), sig):
            yield Write(stderr=_no_process(argument, shell))
            code = 1
    return code


def _no_process(pid: str, shell: Interpreter) -> str:
    if shell.dialect.is_ash:
        return f"{shell.dialect.name}: can't kill pid {pid}: No such process\n"
    return shell.dialect.of_builtin("kill", shell.line, "No such process") + "\n"


def _exec(argv: list[str], shell: Interpreter) -> Run:
    from netmodel.programs.sh.interpreter import Exit

    if len(argv) == 1:
        raise UnsupportedError("exec with redirections only of sh")
    code = yield from shell.execute(argv[1:], execs=True)
    raise Exit(code)


def _test(argv: list[str], shell: Interpreter) -> Run:
    arguments = argv[1:]
    if argv[0] == "[":
        if arguments[-1:] != ["]"]:
            ash = f"{shell.dialect.name}: missing ]\n"
            yield Write(stderr=ash if shell.dialect.is_ash else shell.dialect.of_builtin("[", shell.line, "missing ]"))
            return 2
        arguments = arguments[:-1]
    try:
        return 0 if test.holds(arguments, shell.context) else 1
    except test.BadNumber as bad:
        ash = f"{shell.dialect.name}: {bad}: bad number\n"
        own = shell.dialect.of_builtin(argv[0], shell.line, f"Illegal number: {bad}")
        yield Write(stderr=ash if shell.dialect.is_ash else own)
        return 2


def _eval(argv: list[str], shell: Interpreter) -> Run:
    from netmodel.programs.sh.parser import parse

    return (yield from shell.run(parse(" ".join(argv[1:]))))


def _leave(argv: list[str], shell: Interpreter) -> Run:
    from netmodel.programs.sh.interpreter import Leave

    yield from ()
    raise Leave(int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 1, argv[0] == "continue")


def _shift(argv: list[str], shell: Interpreter) -> Run:
    count = int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 1
    if count > len(shell.arguments):
        if shell.dialect.is_ash:
            return 1
        yield Write(stderr=shell.dialect.of_builtin("shift", shell.line, "can't shift that many"))
        return 2
    shell.arguments = shell.arguments[count:]
    return 0


BUILTINS: Mapping[str, Builtin] = {
    ":": _nothing,
    "true": _nothing,
    "false": _false,
    "echo": _echo,
    "exit": _exit,
    "cd": _cd,
    "pwd": _pwd,
    "export": _export,
    "unset": _unset,
    "read": _read,
    "wait": _wait,
    "kill": _kill,
    "exec": _exec,
    "test": _test,
    "[": _test,
    "eval": _eval,
    "break": _leave,
    "continue": _leave,
    "shift": _shift,
}
