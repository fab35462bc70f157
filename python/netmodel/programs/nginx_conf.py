"""nginx's configuration (src/core/ngx_conf_file.c): where it listens. Directives that serve content are passed over."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netmodel.errors import UnsupportedError

if TYPE_CHECKING:
    from netmodel.programs.process import Context

TOKEN = re.compile(r"""\s*(?:#[^\n]*|([{};])|"((?:\\.|[^"])*)"|'((?:\\.|[^'])*)'|([^\s{};]+))""")
# What decides nothing about sockets.
PASSED_OVER = frozenset(
    "user worker_processes error_log pid worker_connections default_type log_format access_log sendfile tcp_nopush"
    " tcp_nodelay keepalive_timeout gzip server_name root index error_page try_files return types_hash_max_size"
    " server_tokens charset location types ssl_protocols ssl_prefer_server_ciphers add_header autoindex".split()
)
BLOCKS = frozenset(("events", "http", "server"))


class BadConf(Exception):
    """A configuration that nginx refuses, in its words."""


@dataclass
class Conf:
    """What matters of a configuration: `ADDRESS:PORT` of every listening socket, and whether it goes to the background."""

    listens: list[str] = field(default_factory=list)
    is_daemon: bool = True


def read(text: str, file: str, extra: str, context: Context) -> Conf:
    """The configuration of a file, with directives from the command line first. Raises `BadConf`, `UnsupportedError`."""
    conf = Conf()
    _Reader(extra, "command line", conf, context).block("main")
    _Reader(text, file, conf, context).block("main")
    return conf


class _Reader:
    """Reads one file's directives into a `Conf`."""

    def __init__(self, text: str, file: str, conf: Conf, context: Context) -> None:
        self._tokens = self._split(text)
        self._file = file
        self._conf = conf
        self._context = context
        self._line = 1

    def _split(self, text: str) -> Iterator[tuple[str, bool]]:
        """Tokens, each with whether it is punctuation."""
        at = 0
        while found := TOKEN.match(text, at):
            self._line = text.count("\n", 0, found.end()) + 1
            at = found.end()
            if found[1]:
                yield found[1], True
            elif any(part is not None for part in found.groups()):
                yield next(part for part in found.groups()[1:] if part is not None), False

    def block(self, where: str) -> None:
        """Directives up to the end of a block."""
        has_listen = False
        words: list[str] = []
        for token, is_mark in self._tokens:
            if not is_mark:
                words.append(token)
            elif token == "}":
                break
            else:
                has_listen = has_listen or words[0] == "listen"
                self._directive(words, token == "{", where)
                words = []
        if words:
            raise BadConf(f'unexpected end of file, expecting ";" or "}}" in {self._file}:{self._line}')
        if where == "server" and not has_listen:
            self._listen(["80"])

    def _directive(self, words: list[str], is_block: bool, where: str) -> None:
        name = words[0]
        if name == "include" and not is_block:
            self._include(words[1], where)
        elif name == "listen" and where == "server":
            self._listen(words[1:])
        elif name == "daemon" and where == "main":
            self._conf.is_daemon = words[1] == "on"
        elif name in BLOCKS and is_block:
            self.block(name)
        elif name in PASSED_OVER:
            if is_block:
                self._skip()
        else:
            raise UnsupportedError(f"the nginx directive {name}")

    def _skip(self) -> None:
        depth = 1
        for token, is_mark in self._tokens:
            depth += {"{": 1, "}": -1}.get(token, 0) if is_mark else 0
            if not depth:
                return

    def _include(self, pattern: str, where: str) -> None:
        path = pattern if pattern.startswith("/") else f"/etc/nginx/{pattern}"
        found = [name for name in self._context.files.paths() if fnmatch.fnmatch(name, path)]
        if not found and not any(mark in path for mark in "*?["):
            raise BadConf(
                f'open() "{path}" failed (2: No such file or directory) in {self._file}:{self._line}',
            )
        for name in found:
            _Reader(self._context.read_file(name) or "", name, self._conf, self._context).block(where)

    def _listen(self, words: list[str]) -> None:
        address = words[0]
        if address.startswith("unix:"):
            raise UnsupportedError("nginx listening on a unix socket")
        if address.isdigit():
            address = f"0.0.0.0:{address}"
        elif address.startswith("*:"):
            address = f"0.0.0.0:{address[2:]}"
        elif re.fullmatch(r"[\d.]+|\[[^\]]*\]", address):
            address += ":80"
        elif not re.fullmatch(r"([\d.]+|\[[^\]]*\]):\d+", address):
            raise UnsupportedError(f"nginx listening on {address}")
        if address not in self._conf.listens:
            self._conf.listens.append(address)
