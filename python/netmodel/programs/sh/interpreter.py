"""Runs the tree of a shell text: a generator over processes, like every program."""

from __future__ import annotations

import copy
import signal
from collections.abc import Callable, Generator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netmodel.commands.system import Spawn, Write
from netmodel.programs.process import Context, Input, Interrupt, Streams, Wait
from netmodel.programs.sh import builtins, redirect
from netmodel.programs.sh.expand import fields, single
from netmodel.programs.sh.syntax import AndOr, Command, For, Group, If, List, Loop, Pipeline, Simple
from netmodel.programs.sh.words import Dialect

if TYPE_CHECKING:
    from netmodel.programs.task import Task

Run = Generator[Any, Any, int]
INTERRUPTED = 128 + signal.SIGINT


class Exit(Exception):
    """The shell ends."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Leave(Exception):
    """`break` or `continue`: out of `levels` loops."""

    def __init__(self, levels: int, goes_on: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.goes_on = goes_on


class Aborted(Exception):
    """A foreground process died of ^C: an interactive shell drops the rest of the line."""


class Interpreter:
    """A shell process. `arguments` are its positional parameters."""

    def __init__(self, context: Context, dialect: Dialect, arguments: list[str]) -> None:
        self.context = context
        self.dialect = dialect
        self.arguments = arguments
        self.variables: dict[str, str] = {}
        self.status = 0
        self.line = 1
        self.is_interactive = False
        self.jobs: list[Task] = []

    # Values

    def value(self, name: str) -> str | None:
        """A parameter's value."""
        match name:
            case "?":
                return str(self.status)
            case "$":
                return str(self.context.task.number)
            case "!":
                return str(self.jobs[-1].number) if self.jobs else None
            case "#":
                return str(len(self.arguments))
            case "0":
                return self.dialect.name
            case "@" | "*":
                return " ".join(self.arguments)
            case "-":
                return "s" if self.is_interactive else ""
        if name.isdigit():
            return self.arguments[int(name) - 1] if int(name) <= len(self.arguments) else None
        if name == "PWD":
            return self.context.cwd
        return self.variables.get(name, self.context.env.get(name))

    def assign(self, name: str, value: str) -> None:
        """Set a variable; one that is exported stays so."""
        if name in self.context.env:
            self.context.env[name] = value
        else:
            self.variables[name] = value

    def capture(self, body: List) -> Generator[Any, Any, str]:
        """What a list writes, in a subshell."""
        pieces: list[str] = []
        streams = self.context.streams

        def write(stream: int, text: str) -> None:
            if stream == 1:
                pieces.append(text)
            else:
                streams.write(stream, text)

        task = self.fork(body, Streams(streams.stdin, write, streams.terminal))
        yield Wait(lambda: task.code is not None)
        self.status = task.code or 0
        return "".join(pieces)

    # Lists

    def run(self, body: List, execs: bool = False) -> Run:
        """Run a list. `execs`: the shell has nothing else to do, and lets the last command take its place."""
        for number, item in enumerate(body.items):
            is_last = execs and number == len(body.items) - 1
            if item.background:
                self._background(item)
                self.status = 0
            else:
                self.status = yield from self._and_or(item, is_last)
        return self.status

    def _and_or(self, item: AndOr, execs: bool) -> Run:
        self.status = yield from self._pipeline(item.first, execs and not item.rest)
        for number, (operator, pipeline) in enumerate(item.rest):
            if (operator == "&&") == (self.status == 0):
                is_last = execs and number == len(item.rest) - 1
                self.status = yield from self._pipeline(pipeline, is_last)
        return self.status

    def _pipeline(self, pipeline: Pipeline, execs: bool) -> Run:
        if len(pipeline.commands) == 1:
            status = yield from self._command(pipeline.commands[0], execs and not pipeline.negated)
        else:
            status = yield from self._piped(pipeline)
        return int(status == 0) if pipeline.negated else status

    def _piped(self, pipeline: Pipeline) -> Run:
        streams = self.context.streams
        tasks = []
        stdin = streams.stdin
        for number, command in enumerate(pipeline.commands):
            is_last = number == len(pipeline.commands) - 1
            pipe = Input()
            own = Streams(
                stdin, streams.write if is_last else _into(pipe, streams), None if number else streams.terminal
            )
            task = self.fork(_alone(command), own)
            task.on_end.append(_closing(pipe))
            tasks.append(task)
            stdin = pipe
        yield Wait(lambda: all(task.code is not None for task in tasks))
        return tasks[-1].code or 0

    def _background(self, item: AndOr) -> None:
        if self.is_interactive:
            from netmodel.errors import UnsupportedError

            raise UnsupportedError("jobs of an interactive sh")
        streams = self.context.streams
        own = Streams(Input(is_closed=True), streams.write)
        job = self.fork(List((replace(item, background=False),)), own)
        if not self.dialect.is_ash:
            job.context.ignore(signal.SIGINT, signal.SIGQUIT)
        self.jobs.append(job)

    def fork(self, body: List, streams: Streams) -> Task:
        """A subshell as a process of its own."""
        return self.context.host.fork(self.context, streams, lambda context: self._subshell(body, context))

    def _subshell(self, body: List, context: Context) -> Run:
        shell = copy.copy(self)
        shell.context, shell.variables, shell.jobs = context, dict(self.variables), []
        shell.is_interactive = False
        try:
            return (yield from shell.run(body, execs=True))
        except Exit as ended:
            return ended.code
        except Leave:
            return shell.status

    # Commands

    def _command(self, command: Command, execs: bool) -> Run:
        self.line = command.line
        kept = self.context.streams
        try:
            opened = yield from redirect.open_all(command.redirects, self)
            if opened is None:
                return 2 if not self.dialect.is_ash and not isinstance(command.what, Simple) else self._unopened()
            self.context.streams = opened
            return (yield from self._kind(command, execs))
        finally:
            self.context.streams = kept

    def _unopened(self) -> int:
        """The status of a command whose redirection failed: 2 in dash, 1 in ash."""
        return 1 if self.dialect.is_ash else 2

    def _kind(self, command: Command, execs: bool) -> Run:
        match command.what:
            case Simple() as simple:
                return (yield from self._simple(simple, execs))
            case If() as found:
                return (yield from self._if(found))
            case Loop() as loop:
                return (yield from self._loop(loop))
            case For() as loop:
                return (yield from self._for(loop))
            case Group(body, is_subshell):
                if not is_subshell:
                    return (yield from self.run(body))
                task = self.fork(body, self.context.streams)
                yield Wait(lambda: task.code is not None)
                return task.code or 0

    def _if(self, found: If) -> Run:
        for condition, body in found.branches:
            if (yield from self.run(condition)) == 0:
                return (yield from self.run(body))
        if found.otherwise is not None:
            return (yield from self.run(found.otherwise))
        return 0

    def _loop(self, loop: Loop) -> Run:
        status = 0
        while ((yield from self.run(loop.condition)) == 0) is not loop.is_until:
            try:
                status = yield from self.run(loop.body)
            except Leave as leave:
                if leave.levels > 1:
                    raise Leave(leave.levels - 1, leave.goes_on) from None
                status = 0
                if not leave.goes_on:
                    break
        return status

    def _for(self, loop: For) -> Run:
        status = 0
        for text in (yield from fields(loop.words, self)):
            self.assign(loop.name, text)
            try:
                status = yield from self.run(loop.body)
            except Leave as leave:
                if leave.levels > 1:
                    raise Leave(leave.levels - 1, leave.goes_on) from None
                status = 0
                if not leave.goes_on:
                    break
        return status

    def _simple(self, simple: Simple, execs: bool) -> Run:
        argv = yield from fields(simple.words, self)
        values = {}
        for name, word in simple.assignments:
            values[name] = yield from single(word, self)
        if not argv:
            for name, value in values.items():
                self.assign(name, value)
            return self.status if any(_has_command(word) for _, word in simple.assignments) else 0
        builtin = builtins.BUILTINS.get(argv[0])
        if builtin is not None:
            for name, value in values.items():
                self.assign(name, value)
            return (yield from builtin(argv, self))
        builtins.refuse(argv[0])
        env = self.context.env
        self.context.env = {**env, **values}
        try:
            return (yield from self.execute(argv, execs))
        finally:
            self.context.env = env

    def execute(self, argv: list[str], execs: bool) -> Run:
        """Run a program, in this process if it is to take the shell's place."""
        is_guarded = self.is_interactive
        if is_guarded:
            self.context.ignore(signal.SIGINT)
        code = yield Spawn(tuple(argv), self.context.netns, execs)
        if is_guarded:
            self.context.catch(signal.SIGINT)
        if code is None:
            return (yield from self._not_run(argv[0]))
        if code == INTERRUPTED and self.is_interactive:
            yield Write("\n")
            raise Aborted
        child = self.context.task.last_child
        if child is not None and not execs:
            yield Write(stderr=obituary(child))
        return int(code)

    def _not_run(self, name: str) -> Run:
        if "/" in name and self.context.files.has(self.context.path(name)):
            yield Write(stderr=self.dialect.say(self.line, f"{name}: Permission denied"))
            return 126
        yield Write(stderr=self.dialect.say(self.line, f"{name}: not found"))
        return 127


def obituary(task: Task) -> str:
    """What a shell says of a process that a signal has ended (dash, jobs.c, `getstatus`)."""
    if task.killed in (None, signal.SIGINT, signal.SIGPIPE):
        return ""
    return f"{signal.strsignal(task.killed or 0)}\n"


def _into(pipe: Input, streams: Streams) -> Any:
    def write(stream: int, text: str) -> None:
        if stream == 1:
            pipe.push(text)
        else:
            streams.write(stream, text)

    return write


def _closing(pipe: Input) -> Callable[[Task, int], None]:
    return lambda task, code: pipe.close()


def _alone(command: Command) -> List:
    return List((AndOr(Pipeline((command,))),))


def _has_command(word: Any) -> bool:
    from netmodel.programs.sh.syntax import Substitution

    return any(isinstance(part, Substitution) for part in word.parts)


__all__ = ["Aborted", "Exit", "Interpreter", "Interrupt", "Leave"]
