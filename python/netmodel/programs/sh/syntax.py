"""What a shell line means: the tree (POSIX.1-2017, Shell Command Language, 2.10), as far as it is modelled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Text:
    """Characters as they are; `quoted` ones are not split."""

    text: str
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """`$NAME` or `${NAME OPERATOR WORD}`; operators are `:-`, `-`, `:=`, `=`, `:+`, `+`, `#` (length) or none."""

    name: str
    quoted: bool
    operator: str = ""
    word: Word | None = None


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(LIST)`: what a list writes."""

    body: List
    quoted: bool


Part: TypeAlias = Text | Parameter | Substitution


@dataclass(frozen=True, slots=True)
class Word:
    """Parts that stand together."""

    parts: tuple[Part, ...]

    @property
    def literal(self) -> str | None:
        """The text of a word without any quotation or expansion, else `None`."""
        if all(isinstance(part, Text) and not part.quoted for part in self.parts):
            return "".join(part.text for part in self.parts if isinstance(part, Text))
        return None


@dataclass(frozen=True, slots=True)
class Redirect:
    """`FD OPERATOR TARGET`: operators `>`, `>>`, `<`, `>&`."""

    fd: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Simple:
    """Assignments, then a command and its arguments."""

    assignments: tuple[tuple[str, Word], ...]
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class If:
    """Conditions with what follows each, and what follows if none holds."""

    branches: tuple[tuple[List, List], ...]
    otherwise: List | None


@dataclass(frozen=True, slots=True)
class Loop:
    """`while`, or `until`."""

    condition: List
    body: List
    is_until: bool


@dataclass(frozen=True, slots=True)
class For:
    """`for NAME in WORDS`."""

    name: str
    words: tuple[Word, ...]
    body: List


@dataclass(frozen=True, slots=True)
class Group:
    """`{ LIST; }`, or in a subshell `( LIST )`."""

    body: List
    is_subshell: bool


@dataclass(frozen=True, slots=True)
class Command:
    """A command of any kind with its redirections."""

    what: Simple | If | Loop | For | Group
    redirects: tuple[Redirect, ...] = ()
    line: int = 1


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands joined by `|`; `negated` by a `!` before them."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines joined by `&&` and `||`; `background` with a `&` behind them."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...] = ()
    background: bool = False


@dataclass(frozen=True, slots=True)
class List:
    """Commands one after the other."""

    items: tuple[AndOr, ...]
