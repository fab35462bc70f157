"""Go's text/template as people write it after `--format`: parsed to nodes (text/template/parse)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netmodel.errors import UnsupportedError

TOKEN = re.compile(
    r"""(?P<blank>[ \t\r\n]+)|(?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)|(?P<char>'(?:[^'\\]|\\.)+')
    |(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d+)?))|(?P<field>\.[A-Za-z_]\w*)|(?P<dot>\.)
    |(?P<variable>\$\w*)|(?P<word>[A-Za-z_]\w*)|(?P<declare>:=)|(?P<mark>[|(),=])""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
KEYWORDS = ("if", "range", "with", "else", "end")
UNKNOWN_KEYWORDS = ("define", "template", "block", "break", "continue")


class TemplateError(Exception):
    """A template that cannot be parsed or executed; the message is text/template's, without its first words."""


@dataclass(frozen=True)
class Literal:
    """A constant."""

    value: Any
    text: str
    column: int = 0


@dataclass(frozen=True)
class Chain:
    """Fields of the dot, of a variable or of a parenthesised pipeline: `.A.B`, `$v.A`, `(index . 0).A`."""

    start: str | Pipeline  # "." or a variable's name or a pipeline
    fields: tuple[str, ...]
    text: str
    column: int


@dataclass(frozen=True)
class Call:
    """A function by name, its arguments being the other operands of its command."""

    name: str
    column: int

    @property
    def text(self) -> str:
        """As it was written."""
        return self.name


Operand = Literal | Chain | Call


@dataclass(frozen=True)
class Pipeline:
    """Commands whose results are handed on, and the variables that are given the last one."""

    commands: tuple[tuple[Operand, ...], ...]
    declares: tuple[str, ...] = ()
    text: str = ""
    column: int = 0


@dataclass(frozen=True)
class Text:
    """What stands outside of the braces."""

    text: str


@dataclass(frozen=True)
class Branch:
    """`if`, `range` or `with`."""

    word: str
    pipeline: Pipeline
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...]


Node = Text | Pipeline | Branch


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(source: str, functions: frozenset[str]) -> tuple[Node, ...]:
    """The nodes of a template. Raises `TemplateError` with the words that follow `template: NAME:`."""
    parser = _Parser(source, functions)
    nodes, end = parser.nodes()
    if end:
        raise parser.error(f"unexpected {{{{{end}}}}}")
    return nodes


class _Parser:
    """One pass over the source."""

    def __init__(self, source: str, functions: frozenset[str]) -> None:
        self.source = source
        self.functions = functions
        self.at = 0
        self.tokens: list[_Token] = []
        self.trim = False
        self.variables = ["$"]

    def error(self, message: str) -> TemplateError:
        """An error on the present line."""
        return TemplateError(f"{self.source.count(chr(10), 0, self.at) + 1}: {message}")

    def column(self, at: int) -> int:
        """The byte column of a place, as text/template counts it."""
        return at - (self.source.rfind("\n", 0, at) + 1)

    def nodes(self) -> tuple[tuple[Node, ...], str]:
        """Nodes up to an `end`, an `else` or the end of the source; and which of these it was."""
        out: list[Node] = []
        while self.at < len(self.source):
            start = self.source.find("{{", self.at)
            text = self.source[self.at : start if start >= 0 else None]
            if self.trim:
                text = text.lstrip(" \t\r\n")
            self.trim = False
            if (
                start >= 0
                and self.source[start + 2 : start + 3] == "-"
                and self.source[start + 3 : start + 4].isspace()
            ):
                text = text.rstrip(" \t\r\n")
            if text:
                out.append(Text(text))
            if start < 0:
                self.at = len(self.source)
                break
            word = self.action(start)
            if word in ("end", "else"):
                return tuple(out), word
            if word in ("if", "range", "with"):
                out.append(self.branch(word))
            elif self.tokens:
                out.append(self.pipeline("command"))
                self.finished("command")
        return tuple(out), ""

    def action(self, start: int) -> str:
        """Read one `{{…}}` into tokens; its keyword, if it has one, is returned and left out of them."""
        self.at = start + 2
        if self.source[self.at : self.at + 1] == "-" and self.source[self.at + 1 : self.at + 2].isspace():
            self.at += 1
        if self.source[self.at :].lstrip().startswith("/*"):
            self.at = self.comment()
            self.tokens = []
            return ""
        self.tokens = []
        while True:
            closing = re.compile(r"[ \t\r\n]+-\}\}|\}\}").match(self.source, self.at)
            if closing:
                self.trim = len(closing[0]) > 2
                self.at = closing.end()
                break
            self.token()
        word = self.tokens[0].text if self.tokens and self.tokens[0].kind == "word" else ""
        if word in UNKNOWN_KEYWORDS:
            raise UnsupportedError(f"docker --format '{{{{{word}}}}}'")
        if word in KEYWORDS:
            self.tokens.pop(0)
            return word
        if not self.tokens:
            raise self.error("missing value for command")
        return ""

    def comment(self) -> int:
        """Where a comment ends."""
        end = self.source.find("*/", self.at)
        closing = re.compile(r"([ \t\r\n]+-)?\}\}").match(self.source, end + 2) if end >= 0 else None
        if not closing:
            raise self.error("unclosed comment")
        self.trim = closing[1] is not None
        return closing.end()

    def token(self) -> None:
        """Read one token."""
        if self.at >= len(self.source):
            raise self.error("unclosed action")
        found = TOKEN.match(self.source, self.at)
        if not found:
            char = self.source[self.at]
            if char in "\"`'":
                name = {"`": "raw quoted string", "'": "character constant"}.get(char, "quoted string")
                raise self.error(f"unterminated {name}")
            what = "bad character" if self.tokens else "unrecognized character in action:"
            raise self.error(f"{what} U+{ord(char):04X} {char!r}")
        kind = found.lastgroup or ""
        if kind != "blank" or (self.tokens and self.tokens[-1].kind != "blank"):
            self.tokens.append(_Token(kind, found[0], self.at))
        self.at = found.end()

    def branch(self, word: str) -> Branch:
        """The rest of an `if`, `range` or `with`, whose pipeline has been read into tokens."""
        held = len(self.variables)
        pipeline = self.pipeline(word)
        self.finished(word)
        body, end = self.nodes()
        otherwise: tuple[Node, ...] = ()
        if end == "else":
            if any(token.text == "if" for token in self.tokens[:2]) and word != "range":
                self.tokens = self.tokens[2 if self.tokens[0].kind == "blank" else 1 :]
                otherwise, end = (self.branch("if"),), "end"
            else:
                otherwise, end = self.nodes()
        if end != "end":
            raise self.error("unexpected EOF")
        del self.variables[held:]
        return Branch(word, pipeline, body, otherwise)

    def finished(self, context: str) -> None:
        """Nothing may be left in the action."""
        while self.tokens and self.tokens[0].kind == "blank":
            self.tokens.pop(0)
        if self.tokens:
            raise self.error(f'unexpected "{self.tokens[0].text}" in {context}')

    def skip(self) -> None:
        while self.tokens and self.tokens[0].kind == "blank":
            self.tokens.pop(0)

    def pipeline(self, context: str) -> Pipeline:
        """Declarations, then commands divided by `|`."""
        self.skip()
        tokens = list(self.tokens)
        start = tokens[0].at if tokens else self.at
        declares = self.declarations(context)
        commands = []
        while True:
            command = self.command()
            if not command:
                raise self.error(f"missing value for {context}")
            commands.append(command)
            if not (self.tokens and self.tokens[0].text == "|"):
                break
            self.tokens.pop(0)
        left = len(self.tokens)
        text = "".join(token.text for token in (tokens[:-left] if left else tokens)).strip()
        return Pipeline(tuple(commands), declares, text, self.column(start))

    def declarations(self, context: str) -> tuple[str, ...]:
        """`$v :=` or, in a range, `$k, $v :=`."""
        words = [token for token in self.tokens if token.kind != "blank"]
        names: tuple[str, ...] = ()
        if len(words) > 1 and words[0].kind == "variable" and words[1].text in (":=", "="):
            if words[1].text == "=":
                raise UnsupportedError("docker --format with an assignment to a variable")
            names = (words[0].text,)
        elif context == "range" and [token.kind for token in words[:4]] == ["variable", "mark", "variable", "declare"]:
            names = (words[0].text, words[2].text)
        if names:
            while self.tokens.pop(0).kind != "declare":
                pass
            self.variables += names
        return names

    def command(self) -> tuple[Operand, ...]:
        """Operands divided by blanks."""
        operands: list[Operand] = []
        while True:
            self.skip()
            if not self.tokens or self.tokens[0].text in ("|", ")"):
                return tuple(operands)
            operands.append(self.operand(bool(operands)))

    def operand(self, is_argument: bool) -> Operand:
        """One operand with the fields that follow it."""
        token = self.tokens.pop(0)
        makers: dict[str, Callable[[_Token], Operand]] = {
            "string": lambda t: Literal(unquote(t.text), t.text, self.column(t.at)),
            "char": lambda t: Literal(self.char(t.text), t.text, self.column(t.at)),
            "number": lambda t: Literal(self.number(t.text), t.text, self.column(t.at)),
            "word": self.word,
        }
        if token.kind in makers:
            return makers[token.kind](token)
        if token.kind == "field":
            at = self.chain_at(token)
            fields, text = self.fields(token.text)
            return Chain(".", fields, text, at)
        if token.kind == "dot":
            return Chain(".", (), ".", self.column(token.at))
        if token.kind == "variable":
            if token.text not in self.variables:
                raise self.error(f'undefined variable "{token.text}"')
            at = self.chain_at(token)
            fields, text = self.fields("")
            return Chain(token.text, fields, token.text + text, at)
        if token.text == "(":
            inner = self.pipeline("parenthesized pipeline")
            if not (self.tokens and self.tokens[0].text == ")"):
                raise self.error("unclosed left paren")
            self.tokens.pop(0)
            fields, text = self.fields("")
            return Chain(inner, fields, f"({inner.text}){text}", self.column(token.at))
        raise self.error(
            f'unexpected "{token.text}" in operand' if is_argument else f'unexpected "{token.text}" in command'
        )

    def char(self, text: str) -> int:
        """A character constant: its number."""
        found = unquote(text)
        if len(found) != 1:
            raise self.error(f"malformed character constant: {text}")
        return ord(found)

    def number(self, text: str) -> int | float:
        """A numeric constant; a leading zero makes it octal."""
        digits = text.lstrip("+-")
        try:
            if "." in text:
                return float(text)
            if len(digits) > 1 and digits.isdigit() and digits[0] == "0":
                return int(text, 8)
            return int(text, 0)
        except ValueError:
            raise self.error(f'bad number syntax: "{text}"') from None

    def chain_at(self, token: _Token) -> int:
        """The column of a chain: that of the first field that follows its first word (parse.go, `operand`)."""
        follows = self.tokens[0] if self.tokens and self.tokens[0].kind == "field" else token
        return self.column(follows.at)

    def word(self, token: _Token) -> Operand:
        """A boolean, nil, or a function."""
        if token.text in ("true", "false"):
            return Literal(token.text == "true", token.text, self.column(token.at))
        if token.text == "nil":
            return Literal(None, "nil", self.column(token.at))
        if token.text not in self.functions:
            raise self.error(f'function "{token.text}" not defined')
        return Call(token.text, self.column(token.at))

    def fields(self, first: str) -> tuple[tuple[str, ...], str]:
        """The fields that follow without a blank, and their text."""
        text = first
        while self.tokens and self.tokens[0].kind == "field":
            text += self.tokens.pop(0).text
        return tuple(text.split(".")[1:]), text


def unquote(text: str) -> str:
    """What a quoted constant of Go stands for."""
    if text[0] == "`":
        return text[1:-1]
    return re.sub(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", _escape, text[1:-1])


def _escape(found: re.Match[str]) -> str:
    code = found[1]
    if code[0] in "ux" and len(code) > 1:
        return chr(int(code[1:], 16))
    if code not in ESCAPES:
        raise TemplateError("1: invalid syntax")
    return ESCAPES[code]
