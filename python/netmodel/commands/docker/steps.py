"""What a `docker` command does step by step: it writes, waits for the daemon, or is joined to a process."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

from netmodel.commands.docker.evaluate import Template
from netmodel.commands.docker.template import TemplateError
from netmodel.commands.system import Write
from netmodel.docker.engine import Engine
from netmodel.errors import EngineError
from netmodel.programs.process import Wait

DETACH = "\x10\x11"


@dataclass
class Keys:
    """Keys on their way to another terminal. ^P ^Q leaves it (pkg/term, `EscapeError`)."""

    have_detached: bool = False
    _held: str = ""

    def take(self, text: str) -> str:
        """What of `text` is to be passed on."""
        text = self._held + text
        self._held = ""
        before, found, _ = text.partition(DETACH)
        if found:
            self.have_detached = True
        elif before.endswith(DETACH[0]):
            self._held, before = DETACH[0], before[:-1]
        return before


@dataclass(frozen=True)
class Attach:
    """The command's terminal is joined to a process elsewhere until `is_done`.

    `write` is given what is typed, `close` told that input has ended, `signal` given signals that reach the command; without
    it a signal does to the command what it does to any. `keys`: they go to the other terminal as they are,
    but for those that leave it.
    """

    is_done: Callable[[], bool]
    write: Callable[[str], None] | None = None
    close: Callable[[], None] | None = None
    signal: Callable[[int], None] | None = None
    keys: Keys | None = None


Step = Write | Wait | Attach
Steps = Generator[Step, Any, int]


@dataclass(frozen=True)
class Cli:
    """The command line client: the engine it talks to, and where it runs."""

    engine: Engine
    stdin: Callable[[], str] = lambda: ""
    is_tty: bool = False
    environ: tuple[tuple[str, str], ...] = ()

    @property
    def now(self) -> int:
        """The wall clock."""
        return self.engine.machine.now


def out(text: str) -> Write:
    """To stdout."""
    return Write(stdout=text)


def err(text: str) -> Write:
    """To stderr."""
    return Write(stderr=text)


def refusal(error: EngineError, is_missing_known: bool = False) -> str:
    """A refusal of the daemon. Some commands of the client say of a missing object only `Error: …`
    (client/errors.go, objectNotFoundError)."""
    if is_missing_known and error.status == 404 and error.message.startswith("No such container"):
        return f"Error: {error.message}\n"
    return f"Error response from daemon: {error.message.rstrip()}\n"


def parsed(source: str) -> Template:
    """The template of a `--format`. Raises `TemplateError` with the CLI's words before it."""
    try:
        return Template(source)
    except TemplateError as error:
        raise TemplateError(f"template parsing error: template: :{error}") from None
