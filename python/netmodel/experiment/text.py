"""An experiment as text: prose, and console blocks of commands with what they printed.

In a block a line is a command (it begins with a prompt), or belongs to the command above it: `^C` where it was pressed,
`[exit N]` if it failed, and all else what it printed. `[cut] ` before a line says that it was on the screen, but the
author left it out of his text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from netmodel.errors import ExperimentError
from netmodel.experiment import front
from netmodel.experiment.front import Front

FENCE = "```"
CUT = "[cut] "
KEYS = ("^C",)
EXIT = re.compile(r"\[exit (\d{1,3})\]")
ATTRIBUTES = "setup, window=N"


@dataclass(frozen=True)
class Output:
    """A line that a command printed."""

    text: str
    cut: bool = False


@dataclass(frozen=True)
class Key:
    """A key pressed while a command ran."""

    name: str
    cut: bool = False


@dataclass(frozen=True)
class Exit:
    """The exit code of a command that failed."""

    code: int


Item = Output | Key | Exit


@dataclass(frozen=True)
class Turn:
    """A command with what belongs to it. `prompt` stands before it; `is_nested`: typed into the process above."""

    prompt: str
    command: str
    body: tuple[Item, ...] = ()
    is_nested: bool = False
    cut: bool = False
    line: int = field(default=0, compare=False)

    @property
    def outputs(self) -> list[Output]:
        """What it printed, without keys and exit code."""
        return [item for item in self.body if isinstance(item, Output)]

    @property
    def code(self) -> int:
        """The exit code that is recorded."""
        return next((item.code for item in self.body if isinstance(item, Exit)), 0)


@dataclass(frozen=True)
class Block:
    """A console block. `head` goes on with the command that still runs in its window."""

    turns: tuple[Turn, ...]
    window: int = 1
    setup: bool = False
    head: tuple[Item, ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Prose:
    """Lines for people."""

    lines: tuple[str, ...]


@dataclass(frozen=True)
class Experiment:
    """An experiment. `name` is its file's name without `.md`."""

    name: str
    file: str
    front: Front
    parts: tuple[Prose | Block, ...]

    @property
    def blocks(self) -> list[Block]:
        """The console blocks in order."""
        return [part for part in self.parts if isinstance(part, Block)]


def emit(experiment: Experiment) -> str:
    """The text of an experiment: what `parse` reads as the same value."""
    lines = [front.FENCE, *experiment.front.text.split("\n"), front.FENCE]
    for part in experiment.parts:
        lines += part.lines if isinstance(part, Prose) else _emit_block(part)
    return "\n".join(lines)


def _emit_block(block: Block) -> Iterator[str]:
    yield f"{FENCE}console" + " setup" * block.setup + f" window={block.window}" * (block.window != 1)
    yield from map(_emit_item, block.head)
    for turn in block.turns:
        yield CUT * turn.cut + turn.prompt + turn.command
        yield from map(_emit_item, turn.body)
    yield FENCE


def _emit_item(item: Item) -> str:
    match item:
        case Output(text, cut) | Key(text, cut):
            return CUT * cut + text
        case Exit(code):
            return f"[exit {code}]"


def parse(text: str, file: str) -> Experiment:
    """Read an experiment out of `text`; `file` names it in errors. Raises `ExperimentError`."""
    lines = text.split("\n")
    if lines[0] != front.FENCE:
        raise ExperimentError(f"expected {front.FENCE}, the opening of the front matter", file, 1, 1)
    if front.FENCE not in lines[1:]:
        raise ExperimentError(f"expected {front.FENCE}, the end of the front matter", file, len(lines), 1)
    end = lines.index(front.FENCE, 1)
    head = front.read("\n".join(lines[1:end]), file)
    parts = tuple(_Parser(head, file, lines).parts(end + 1))
    name = file.replace("\\", "/").rpartition("/")[2].removesuffix(".md")
    experiment = Experiment(name, file, head, parts)
    _check_clock(experiment)
    return experiment


def _check_clock(experiment: Experiment) -> None:
    """`typed` has one instant for each command and key."""
    typed = experiment.front.typed
    events = sum(1 for _ in events_of(experiment))
    if typed is not None and len(typed) != events:
        line = 1 + next(n for n, text in enumerate(experiment.front.text.split("\n"), 1) if "typed" in text)
        message = f"expected typed = {events} instants, one for each command and key; not {len(typed)}"
        raise ExperimentError(message, experiment.file, line, 1)


def events_of(experiment: Experiment) -> Iterator[Turn | Key]:
    """Each command and each key, in the order of the file, which is that of time."""
    for block in experiment.blocks:
        yield from (item for item in block.head if isinstance(item, Key))
        for turn in block.turns:
            yield turn
            yield from (item for item in turn.body if isinstance(item, Key))


class _Parser:
    """Reads the parts after the front matter."""

    def __init__(self, head: Front, file: str, lines: list[str]) -> None:
        self.front = head
        self.file = file
        self.lines = lines
        self.open_windows: set[int] = set()

    def refuse(self, expected: str, at: int, column: int = 1) -> ExperimentError:
        return ExperimentError(f"expected {expected}", self.file, at + 1, column)

    def parts(self, at: int) -> Iterator[Prose | Block]:
        prose: list[str] = []
        while at < len(self.lines):
            line = self.lines[at]
            if not line.startswith(FENCE):
                prose.append(line)
                at += 1
                continue
            end = self.end_of(at)
            if line[len(FENCE) :].split(" ")[0] == "console":
                if prose:
                    yield Prose(tuple(prose))
                    prose = []
                yield self.block(at, end)
            else:
                prose += self.lines[at : end + 1]
            at = end + 1
        if prose:
            yield Prose(tuple(prose))

    def end_of(self, at: int) -> int:
        for end in range(at + 1, len(self.lines)):
            if self.lines[end] == FENCE:
                return end
        raise self.refuse(f"{FENCE}, the end of the block that begins at line {at + 1}", len(self.lines) - 1)

    def block(self, at: int, end: int) -> Block:
        block = self.attributes(at)
        head: list[Item] = []
        turns: list[Turn] = []
        for number in range(at + 1, end):
            item = self.item(number, is_open=bool(turns) or block.window in self.open_windows)
            if isinstance(item, Turn):
                turns.append(item)
                self.open_windows.add(block.window)
            elif turns:
                turns[-1] = replace(turns[-1], body=(*turns[-1].body, item))
            elif block.window in self.open_windows:
                head.append(item)
            else:
                raise self.refuse(f"a command, after {self.front.prompt!r}", number)
        return replace(block, turns=tuple(turns), head=tuple(head))

    def attributes(self, at: int) -> Block:
        info = self.lines[at][len(FENCE) :]
        window, setup = 1, False
        for match in re.finditer(r"\S+", info):
            word = match[0]
            if word == "setup":
                setup = True
            elif re.fullmatch(r"window=[1-9]\d*", word):
                window = int(word[len("window=") :])
            elif word != "console":
                raise self.refuse(f"{ATTRIBUTES}; not {word!r}", at, match.start() + len(FENCE) + 1)
        block = Block((), window, setup, line=at + 1)
        if next(_emit_block(block)) != self.lines[at]:
            raise self.refuse(f"{ATTRIBUTES}, each once and in this order, single blanks between", at)
        return block

    def item(self, number: int, is_open: bool) -> Turn | Item:
        line = self.lines[number]
        cut = line.startswith(CUT)
        text = line.removeprefix(CUT)
        if text.startswith(self.front.prompt):
            return Turn(self.front.prompt, text.removeprefix(self.front.prompt), cut=cut, line=number + 1)
        for prompt in self.front.nested if is_open else ():
            if text.startswith(prompt):
                return Turn(prompt, text.removeprefix(prompt), is_nested=True, cut=cut, line=number + 1)
        if text in KEYS:
            return Key(text, cut)
        code = EXIT.fullmatch(text)
        if code and not cut and str(int(code[1])) == code[1] and int(code[1]) <= 255:
            return Exit(int(code[1]))
        if code and not cut:
            raise self.refuse("[exit N], N from 0 to 255", number, 7)
        return Output(text, cut)
