"""`sh`: dash as Debian has it, and ash of busybox; one grammar, two sets of complaints."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context, Interrupt, Read
from netmodel.programs.sh.interpreter import Aborted, Exit, Interpreter, Leave
from netmodel.programs.sh.lexer import SyntaxProblem
from netmodel.programs.sh.parser import parse
from netmodel.programs.sh.words import Dialect

Run = Generator[Any, Any, int]


def dash(argv: Sequence[str], context: Context) -> Run:
    """Debian's sh."""
    return (yield from _shell(argv, context, is_ash=False))


def ash(argv: Sequence[str], context: Context) -> Run:
    """Busybox's sh."""
    return (yield from _shell(argv, context, is_ash=True))


def _shell(argv: Sequence[str], context: Context, is_ash: bool) -> Run:
    arguments = list(argv[1:])
    is_login = False
    while arguments and arguments[0].startswith("-") and arguments[0] != "-c":
        if arguments[0] not in ("-i", "-l", "-s"):
            raise UnsupportedError(f"sh {arguments[0]}")
        is_login = is_login or arguments[0] == "-l"
        arguments.pop(0)
    if is_login:
        raise UnsupportedError("sh -l")
    if arguments[:1] == ["-c"]:
        if len(arguments) < 2:
            raise UnsupportedError("sh -c without a command")
        dialect = Dialect(arguments[2] if len(arguments) > 2 else argv[0], is_ash)
        return (yield from _text(arguments[1], Interpreter(context, dialect, arguments[3:])))
    dialect = Dialect(argv[0], is_ash)
    if arguments:
        return (yield from _script(arguments, Interpreter(context, dialect, arguments[1:])))
    return (yield from _prompted(Interpreter(context, dialect, [])))


def _script(arguments: list[str], shell: Interpreter) -> Run:
    text = shell.context.read_file(arguments[0])
    if text is None:
        ash = f"can't open '{arguments[0]}': No such file or directory"
        words = ash if shell.dialect.is_ash else f"cannot open {arguments[0]}: No such file"
        yield Write(stderr=shell.dialect.say(0, words))
        return 2
    shell.dialect = Dialect(arguments[0], shell.dialect.is_ash)
    return (yield from _text(text, shell))


def _text(text: str, shell: Interpreter) -> Run:
    """A whole text: the last command takes the shell's place."""
    try:
        return (yield from shell.run(parse(text), execs=True))
    except SyntaxProblem as problem:
        yield Write(stderr=shell.dialect.syntax(problem.line, problem.words))
        return 2
    except Exit as ended:
        return ended.code
    except Leave:
        return shell.status


def _prompted(shell: Interpreter) -> Run:
    """Line after line from standard input; on a terminal with a prompt before each."""
    context = shell.context
    shell.is_interactive = context.is_terminal
    if shell.is_interactive:
        context.catch(signal.SIGINT)
        context.ignore(signal.SIGTERM, signal.SIGQUIT)
        yield Write(shell.dialect.banner(context.platform.name))
    text, line = "", 0
    while True:
        try:
            if shell.is_interactive:
                yield Write("> " if text else shell.dialect.prompt(context.cwd))
            typed = yield Read(line=True)
            line += 1
            if not typed:
                if text:
                    yield from _complain(text, shell, line)
                return shell.status
            text += typed
            if (yield from _line(text, shell, line)):
                text = ""
        except Interrupt:
            yield Write("\n")
            text, shell.status = "", 130
        except Aborted:
            text, shell.status = "", 130
        except Exit as ended:
            return ended.code


def _line(text: str, shell: Interpreter, line: int) -> Run:
    """Run a line; 0 if it is not complete yet."""
    try:
        body = parse(text)
    except SyntaxProblem as problem:
        if problem.is_incomplete:
            return 0
        yield Write(stderr=shell.dialect.syntax(line, problem.words))
        shell.status = 2
        if not shell.is_interactive:
            raise Exit(2) from None
        return 1
    with contextlib.suppress(Leave):
        yield from shell.run(body)
    return 1


def _complain(text: str, shell: Interpreter, line: int) -> Run:
    try:
        parse(text)
    except SyntaxProblem as problem:
        yield Write(stderr=shell.dialect.syntax(line, problem.words))
        shell.status = 2
    return shell.status
