"""Shell text to its tree, by recursive descent over the tokens."""

from __future__ import annotations

import re

from netmodel.errors import UnsupportedError
from netmodel.programs.sh.lexer import Lexer, SyntaxProblem, Token
from netmodel.programs.sh.syntax import (
    AndOr,
    Command,
    For,
    Group,
    If,
    List,
    Loop,
    Pipeline,
    Redirect,
    Simple,
    Text,
    Word,
)

RESERVED = frozenset(
    ("if", "then", "elif", "else", "fi", "while", "until", "for", "do", "done", "case", "esac", "{", "}", "!", "in")
)
CLOSING = frozenset(("then", "elif", "else", "fi", "do", "done", "esac", "}"))
REDIRECTS = frozenset((">", ">>", "<", ">&", ">|"))
ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


def parse(text: str) -> List:
    """The tree of a text. Raises `SyntaxProblem`, and `UnsupportedError` for what is not modelled."""
    lexer = Lexer(text, _inner)
    found = _list(lexer)
    if lexer.peek() is not None:
        raise _unexpected(lexer)
    return found


def _inner(lexer: Lexer) -> List:
    return _list(lexer)


def _word_of(token: Token | None) -> str | None:
    return token.literal if isinstance(token, Word) else None


def _unexpected(lexer: Lexer, expected: str = "") -> SyntaxProblem:
    token = lexer.peek()
    literal = _word_of(token)
    if token is None:
        what = "end of file"
    elif token == "\n":
        what = "newline"
    elif isinstance(token, str):
        what = f'"{token}"'
    else:
        what = f'"{literal}"' if literal in RESERVED else "word"
    wanted = f' (expecting "{expected}")' if expected else ""
    return SyntaxProblem(f"{what} unexpected{wanted}", lexer.line, token is None)


def _expect(lexer: Lexer, word: str) -> None:
    token = lexer.peek()
    if _word_of(token) != word and token != word:
        raise _unexpected(lexer, word)
    lexer.take()


def _newlines(lexer: Lexer) -> None:
    while lexer.peek() == "\n":
        lexer.take()


def _list(lexer: Lexer) -> List:
    """Commands up to a word that closes something, a parenthesis or the end, which stays."""
    items: list[AndOr] = []
    _newlines(lexer)
    while (token := lexer.peek()) is not None and token != ")" and _word_of(token) not in CLOSING:
        item = _and_or(lexer)
        separator = lexer.peek()
        if separator == "&":
            item = AndOr(item.first, item.rest, background=True)
        if separator in ("&", ";", "\n"):
            lexer.take()
        items.append(item)
        _newlines(lexer)
        if separator not in ("&", ";", "\n"):
            break
    return List(tuple(items))


def _and_or(lexer: Lexer) -> AndOr:
    first = _pipeline(lexer)
    rest = []
    while (token := lexer.peek()) in ("&&", "||"):
        lexer.take()
        _newlines(lexer)
        rest.append((str(token), _pipeline(lexer)))
    return AndOr(first, tuple(rest))


def _pipeline(lexer: Lexer) -> Pipeline:
    negated = _word_of(lexer.peek()) == "!"
    if negated:
        lexer.take()
    commands = [_command(lexer)]
    while lexer.peek() == "|":
        lexer.take()
        _newlines(lexer)
        commands.append(_command(lexer))
    return Pipeline(tuple(commands), negated)


def _command(lexer: Lexer) -> Command:
    line = lexer.line
    token = lexer.peek()
    word = _word_of(token)
    what: If | Loop | For | Group
    if word == "if":
        what = _if(lexer)
    elif word in ("while", "until"):
        what = _loop(lexer)
    elif word == "for":
        what = _for(lexer)
    elif word == "{" or token == "(":
        lexer.take()
        closes = "}" if word == "{" else ")"
        body = _body(lexer, closes)
        _expect(lexer, closes)
        what = Group(body, token == "(")
    elif word == "case":
        raise UnsupportedError("case of sh")
    else:
        return _simple(lexer, line)
    redirects: list[Redirect] = []
    while _redirect(lexer, redirects):
        pass
    return Command(what, tuple(redirects), line)


def _body(lexer: Lexer, closes: str) -> List:
    """A list that must not be empty, before the word that closes it."""
    found = _list(lexer)
    if not found.items:
        raise _unexpected(lexer, closes if lexer.peek() is None else "")
    return found


def _if(lexer: Lexer) -> If:
    branches = []
    lexer.take()
    while True:
        condition = _body(lexer, "then")
        _expect(lexer, "then")
        branches.append((condition, _body(lexer, "fi")))
        if _word_of(lexer.peek()) != "elif":
            break
        lexer.take()
    otherwise = None
    if _word_of(lexer.peek()) == "else":
        lexer.take()
        otherwise = _body(lexer, "fi")
    _expect(lexer, "fi")
    return If(tuple(branches), otherwise)


def _loop(lexer: Lexer) -> Loop:
    is_until = _word_of(lexer.take()) == "until"
    condition = _body(lexer, "do")
    _expect(lexer, "do")
    body = _body(lexer, "done")
    _expect(lexer, "done")
    return Loop(condition, body, is_until)


def _for(lexer: Lexer) -> For:
    lexer.take()
    name = _word_of(lexer.peek())
    if name is None or not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise SyntaxProblem("Bad for loop variable", lexer.line)
    lexer.take()
    _newlines(lexer)
    words: list[Word] = []
    if _word_of(lexer.peek()) != "in":
        raise UnsupportedError("for without in of sh")
    lexer.take()
    while isinstance(token := lexer.peek(), Word):
        words.append(token)
        lexer.take()
    if lexer.peek() not in (";", "\n"):
        raise _unexpected(lexer)
    lexer.take()
    _newlines(lexer)
    _expect(lexer, "do")
    body = _body(lexer, "done")
    _expect(lexer, "done")
    return For(name, tuple(words), body)


def _redirect(lexer: Lexer, found: list[Redirect]) -> bool:
    """A redirection, if one is next."""
    fd = lexer.fd_ahead()
    token = lexer.peek()
    if not isinstance(token, str) or token not in REDIRECTS:
        if token in ("<<", "<&", "<>"):
            raise UnsupportedError(f"{token} of sh")
        return False
    lexer.take()
    target = lexer.peek()
    if not isinstance(target, Word):
        raise _unexpected(lexer)
    lexer.take()
    if fd is None:
        fd = 0 if token == "<" else 1
    if fd > 2:
        raise UnsupportedError(f"file descriptor {fd} of sh")
    found.append(Redirect(fd, ">" if token == ">|" else token, target))
    return True


def _simple(lexer: Lexer, line: int) -> Command:
    assignments: list[tuple[str, Word]] = []
    words: list[Word] = []
    redirects: list[Redirect] = []
    while True:
        if _redirect(lexer, redirects):
            continue
        token = lexer.peek()
        if not isinstance(token, Word):
            break
        lexer.take()
        assignment = None if words else _assignment(token)
        if assignment is not None:
            assignments.append(assignment)
        else:
            words.append(token)
    if not assignments and not words and not redirects:
        raise _unexpected(lexer)
    if lexer.peek() == "(":
        if len(words) == 1 and not assignments:
            raise UnsupportedError("functions of sh")
        raise _unexpected(lexer)
    return Command(Simple(tuple(assignments), tuple(words)), tuple(redirects), line)


def _assignment(word: Word) -> tuple[str, Word] | None:
    """`NAME=VALUE` as its two halves, or `None`."""
    first = word.parts[0] if word.parts else None
    if not isinstance(first, Text) or first.quoted:
        return None
    found = ASSIGNMENT.fullmatch(first.text)
    if found is None:
        return None
    rest = (Text(found[2]),) if found[2] else ()
    return found[1], Word(rest + word.parts[1:])
