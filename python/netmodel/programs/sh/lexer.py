"""Words and operators of a shell line (POSIX.1-2017, 2.2 and 2.3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from netmodel.errors import UnsupportedError
from netmodel.programs.sh.syntax import List, Parameter, Part, Substitution, Text, Word

OPERATORS = ("&&", "||", ";;", ">>", ">&", "<<", "<&", "<>", ">|", "&", "|", ";", "<", ">", "(", ")", "\n")
NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
SPECIAL = frozenset("?$!#@*0123456789-")
# What would be expanded against the names of files.
PATTERN = frozenset("*?")

Token: TypeAlias = Word | str
Parse: TypeAlias = Callable[["Lexer"], List]


class SyntaxProblem(Exception):
    """A line that is no shell command. `words` say why; `is_incomplete`: a further line may mend it."""

    def __init__(self, words: str, line: int, is_incomplete: bool = False) -> None:
        super().__init__(words)
        self.words = words
        self.line = line
        self.is_incomplete = is_incomplete


class Lexer:
    """Takes tokens off a text. `parse` reads a list, for `$(…)`."""

    def __init__(self, text: str, parse: Parse) -> None:
        self.text = text
        self.at = 0
        self.line = 1
        self._parse = parse
        self._ahead: Token | None = None
        self._has_ahead = False

    def peek(self) -> Token | None:
        """The next token without taking it; `None` at the end."""
        if not self._has_ahead:
            self._ahead, self._has_ahead = self._token(), True
        return self._ahead

    def take(self) -> Token | None:
        """The next token."""
        token = self.peek()
        self._has_ahead = False
        if token == "\n":
            self.line += 1
        return token

    def fd_ahead(self) -> int | None:
        """The number that stands right before a redirection (`2>`), taken; else `None`."""
        if self._has_ahead:
            digit = self._ahead.literal if isinstance(self._ahead, Word) else None
            if digit and len(digit) == 1 and digit.isdigit() and self.text[self.at : self.at + 1] in ("<", ">"):
                self._has_ahead = False
                return int(digit)
            return None
        self._blanks()
        if self.text[self.at : self.at + 1].isdigit() and self.text[self.at + 1 : self.at + 2] in ("<", ">"):
            self.at += 1
            return int(self.text[self.at - 1])
        return None

    def _blanks(self) -> None:
        while self.at < len(self.text):
            if self.text.startswith("\\\n", self.at):
                self.at += 2
                self.line += 1
            elif self.text[self.at] in " \t":
                self.at += 1
            elif self.text[self.at] == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            else:
                return

    def _token(self) -> Token | None:
        self._blanks()
        if self.at >= len(self.text):
            return None
        for operator in OPERATORS:
            if self.text.startswith(operator, self.at):
                self.at += len(operator)
                return operator
        return self._word(lambda char: char in " \t\n&|;<>()")

    def _word(self, ends: Callable[[str], bool], quoted: bool = False) -> Word:
        """A word up to a character that ends it, which stays."""
        parts: list[Part] = []
        plain = ""
        while self.at < len(self.text) and not ends(self.text[self.at]):
            char = self.text[self.at]
            part = self._special(char, quoted)
            if part is None:
                if not quoted and char in PATTERN:
                    raise UnsupportedError("pathname expansion of sh")
                plain += char
                self.at += 1
                continue
            if plain:
                parts.append(Text(plain, quoted))
                plain = ""
            parts += part
        if plain:
            parts.append(Text(plain, quoted))
        return Word(tuple(parts))

    def _special(self, char: str, quoted: bool) -> list[Part] | None:
        """Parts that begin with a character that means something; `None` if it is an ordinary one."""
        if char == "\\":
            return self._escape(quoted)
        if char == "$":
            return self._dollar(quoted)
        if char == "`":
            raise UnsupportedError("` of sh")
        if quoted:
            return None
        if char == "'":
            end = self.text.find("'", self.at + 1)
            if end < 0:
                raise SyntaxProblem("Unterminated quoted string", self.line, True)
            text = self.text[self.at + 1 : end]
            self.at = end + 1
            return [Text(text, True)]
        if char == '"':
            self.at += 1
            word = self._word(lambda char: char == '"', quoted=True)
            if self.at >= len(self.text):
                raise SyntaxProblem("Unterminated quoted string", self.line, True)
            self.at += 1
            return list(word.parts) or [Text("", True)]
        return None

    def _escape(self, quoted: bool) -> list[Part]:
        following = self.text[self.at + 1 : self.at + 2]
        if quoted and following not in ("$", "`", '"', "\\", "\n"):
            self.at += 1
            return [Text("\\", True)]
        self.at += 2
        return [] if following == "\n" else [Text(following or "\\", True)]

    def _dollar(self, quoted: bool) -> list[Part]:
        following = self.text[self.at + 1 : self.at + 2]
        if self.text.startswith("$((", self.at):
            raise UnsupportedError("arithmetic of sh")
        if following == "(":
            inner = Lexer(self.text, self._parse)
            inner.at, inner.line = self.at + 2, self.line
            body = self._parse(inner)
            if inner.take() != ")":
                raise SyntaxProblem('end of file unexpected (expecting ")")', self.line, True)
            self.at = inner.at
            return [Substitution(body, quoted)]
        if following == "{":
            return [self._braces(quoted)]
        if following in SPECIAL and following:
            self.at += 2
            return [Parameter(following, quoted)]
        name = self._name(self.at + 1)
        if not name:
            self.at += 1
            return [Text("$", quoted)]
        self.at += 1 + len(name)
        return [Parameter(name, quoted)]

    def _name(self, at: int) -> str:
        end = at
        while end < len(self.text) and self.text[end] in NAME:
            end += 1
        return self.text[at:end]

    def _braces(self, quoted: bool) -> Parameter:
        self.at += 2
        if self.text.startswith("#", self.at) and self._name(self.at + 1):
            name, operator = self._name(self.at + 1), "#"
            self.at += 1 + len(name)
            word = None
        else:
            name = self._name(self.at) or self.text[self.at : self.at + 1]
            self.at += len(name)
            operator = next((op for op in (":-", ":=", ":+", "-", "=", "+") if self.text.startswith(op, self.at)), "")
            self.at += len(operator)
            word = self._word(lambda char: char == "}", quoted) if operator else None
        if not self.text.startswith("}", self.at):
            if self.at >= len(self.text):
                raise SyntaxProblem("Missing '}'", self.line, True)
            raise UnsupportedError(f"${{{name}{self.text[self.at]}…}} of sh")
        self.at += 1
        return Parameter(name, quoted, operator, word)
